"""What an adult is to a student, changed and ended; the whole portal needs responsibility or a reason."""

from datetime import date

import pytest

from lyceum.core import clock
from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.people.models import GuardianLink
from lyceum.domains.people.rules.restrictions import restrict_contact
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import (
    NOW,
    as_actor,
    in_school,
    make_admin,
    make_guardian,
    make_manager,
    make_school,
    make_student,
)

pytestmark = pytest.mark.django_db
FORM = {"relationship": "aunt", "parental_responsibility": "no", "lives_with": "no", "portal": "view"}


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def setting():
    school = make_school()
    link = make_guardian(make_student(school), portal="view", parental_responsibility="no")
    return school, link, make_manager(school, "Office"), make_admin(school)


def by_page(school, user, link, **values):
    answer = browser(user, school).post(f"/guardians/{link.pk}/", FORM | values)
    return "" if answer.status_code == 302 else answer.context["refusal"].code


def by_rest(school, user, link, **values):
    answer = software(user, school).send(f"/api/v1/guardians/{link.pk}/", values, method="patch")
    return "" if answer.status_code == 200 else answer.json()["code"]


DOORS = [by_page, by_rest]


@pytest.mark.parametrize("door", DOORS)
def test_what_changes_is_changed_and_recorded(door):
    school, link, office, _admin = setting()

    said = door(school, office, link, relationship="aunt", told=["fees"], channels=["sms"])

    with in_school(school):
        link.refresh_from_db()
        entry = AuditEntry.objects.get(action="people.guardian.change")
        assert (said, link.relationship, link.told_fees, link.told_absence) == ("", "aunt", True, False)
        assert entry.changes["relationship"] == ["parent", "aunt"]


@pytest.mark.parametrize("door", DOORS)
def test_the_whole_portal_needs_responsibility_or_a_reason_of_the_admin(door):
    school, link, office, admin = setting()

    codes = [
        door(school, office, link, portal="full"),
        door(school, office, link, portal="full", portal_reason="asked"),
        door(school, admin, link, portal="full"),
        door(school, admin, link, portal="full", portal_reason="court order of 3 May"),
        door(school, office, link, portal="full", relationship="aunt"),  # settled before, and stays
        door(school, office, link, portal="full", parental_responsibility="unknown"),
    ]

    refused = "portal_needs_responsibility"
    assert codes == [refused, refused, refused, "", "", refused]
    with in_school(school):
        assert "court order of 3 May" in AuditEntry.objects.values_list("reason", flat=True)


@pytest.mark.parametrize("door", DOORS)
def test_who_is_kept_from_the_student_gets_no_portal(door):
    school, link, office, admin = setting()
    with in_school(school):
        restrict_contact(
            link.student_id, person_id=link.guardian_id, kinds=["no_contact"], actor=as_actor(admin, school)
        )

    assert door(school, office, link, portal="view") == "invalid"
    assert door(school, office, link, portal="none") == ""


def test_a_tie_ends_on_a_day_and_leaves_its_place():
    school, link, office, _admin = setting()

    assert by_rest(school, office, link, ends_on="2019-01-01") == "invalid"
    assert by_rest(school, office, link, ends_on="2026-11-19") == ""
    page = browser(office, school).get(f"/students/{link.student_id}/guardians/").content.decode()

    assert link.guardian.full_name not in page
    with in_school(school):
        assert GuardianLink.objects.get().ends_on == date(2026, 11, 19)


def test_another_schools_ties_are_not_there():
    _school, link, _office, _admin = setting()
    other = make_school("Vale School")
    stranger = make_admin(other)

    assert by_rest(other, stranger, link, relationship="x") == "not_found"
    assert browser(stranger, other).get(f"/guardians/{link.pk}/").status_code == 404
