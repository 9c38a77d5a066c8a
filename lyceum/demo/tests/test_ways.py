"""Every way that a page offers is open to its reader: links are followed from the first page of everybody's role."""

import pytest

from lyceum.demo.accounts import list_accounts
from lyceum.demo.tests.conftest import LoadedDemo
from lyceum.domains.accounts.models import EmailAddress
from lyceum.testing.clients import browser
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
