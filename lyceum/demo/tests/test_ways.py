"""Every way that a page offers is open to its reader: links are followed from the first page of everybody's role."""

import pytest

from lyceum.core.permissions import BUILT_IN_SETS
from lyceum.demo.accounts import list_accounts
from lyceum.demo.tests.conftest import LoadedDemo
from lyceum.domains.accounts.models import EmailAddress
from lyceum.testing.clients import browser
from lyceum.testing.factories import make_manager
from lyceum.testing.ways import follow

FEWEST = 20
"""Pages that whoever signs in can open; an applicant, 22."""
SAYS = {"/learning/materials/": "application is under review"}


@pytest.mark.parametrize("role", ["Office", "Head", "Form teacher", "Guardian", "Student", "Applicant"])
def test_every_way_from_the_first_page_is_open(demo: LoadedDemo, role: str):
    account = next(each for each in list_accounts() if each.role.startswith(role))
    user = EmailAddress.objects.get(address=account.email).user

    walk = follow(browser(user, demo.hillcrest), says=SAYS)

    assert walk.refused == []
    assert walk.opened >= FEWEST


@pytest.mark.parametrize("permission_set", [*BUILT_IN_SETS])
def test_every_way_is_open_to_an_office_with_one_permission_set(demo: LoadedDemo, permission_set: str):
    walk = follow(browser(make_manager(demo.hillcrest, permission_set), demo.hillcrest))

    assert walk.refused == []
    assert walk.opened >= FEWEST


def test_every_way_is_open_to_whoever_teaches_at_one_school_and_has_a_child_at_another(demo: LoadedDemo):
    account = next(each for each in list_accounts() if "guardian at the other school" in each.what_to_try)
    user = EmailAddress.objects.get(address=account.email).user

    walks = [follow(browser(user, school)) for school in (demo.hillcrest, demo.little_oak)]

    assert [walk.refused for walk in walks] == [[], []]
    assert min(walk.opened for walk in walks) >= FEWEST
