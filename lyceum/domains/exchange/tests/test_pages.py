"""What the page tells of an import before it is brought in."""

import re

import pytest

from lyceum.domains.exchange.models import ImportRun
from lyceum.domains.exchange.tests.bringing import apply, changed, oneroster, preview
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import Caller, browser
from lyceum.testing.factories import make_admin, make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> School:
    return make_school("Hill School")


@pytest.fixture
def admin(school: School) -> Caller:
    return browser(make_admin(school), school)


def words_of(admin: Caller, run: ImportRun, asked: str = "") -> str:
    """The text of the page."""
    page = admin.get(f"/imports/{run.pk}/{asked}").content.decode()
    return " ".join(re.sub("<[^>]+>", " ", page.split("<main", 1)[1]).split())


def test_new_rows_are_told_in_words(school: School, admin: Caller):
    told = words_of(admin, preview(school, oneroster()), "?action=create")

    assert "Students 0 3 0 0 0" in told
    assert "7A Class · k1 New Kind: Form · Grades: 7 · School year: y1 · Starts: 1 Sep 2026 · Ends: 20 Jul 2027" in told
    assert "Ada King Student · s1 New Grade: 7 · School year: y1 · Date of birth: 2 Apr 2015" in told
    assert "Nobody is notified. It can be taken back for 30 days." in told
    assert "Bring it in" in told


def test_changed_rows_say_what_they_said_before(school: School, admin: Caller):
    apply(preview(school, oneroster()))
    run = preview(school, oneroster(demographics=changed("demographics", "s1", birthDate="2015-04-03")))

    assert "Ada King Student · s1 Changed Date of birth: 2 Apr 2015 → 3 Apr 2015" in words_of(admin, run)


def test_file_of_which_all_is_here_offers_nothing_to_bring_in(school: School, admin: Caller):
    apply(preview(school, oneroster()))
    told = words_of(admin, preview(school, oneroster()))

    assert "Nothing would change." in told
    assert "Bring it in" not in told
