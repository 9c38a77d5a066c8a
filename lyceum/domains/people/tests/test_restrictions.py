"""Keeping somebody from a child, and the end of it."""

from datetime import date

import pytest

from lyceum.core import clock
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.core.permissions import Role
from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.people.models import ContactRestriction
from lyceum.domains.people.queries import list_restrictions
from lyceum.domains.people.rules.restrictions import end_restriction, restrict_contact
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import (
    NOW,
    account_for,
    as_actor,
    in_school,
    make_admin,
    make_guardian,
    make_manager,
    make_school,
    make_student,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def test_a_restriction_names_somebody_and_is_for_the_safeguarding_lead():
    school = make_school()
    student = make_student(school)
    lead = as_actor(make_manager(school, "Safeguarding lead"), school)
    office = as_actor(make_manager(school, "Office"), school)

    with in_school(school):
        with pytest.raises(NotAllowedError):
            restrict_contact(student.pk, person_id=None, kinds=["no_contact"], description="Uncle", actor=office)
        for wrong in (
            {"kinds": ["no_contact"]},  # nobody
            {"kinds": ["no_fun"], "description": "Uncle"},  # no such kind
            {"kinds": [], "description": "Uncle"},  # from nothing
            {"kinds": ["no_contact"], "description": "Uncle", "ends_on": date(2026, 11, 19)},  # over already
            {"kinds": ["no_contact"], "description": "U" * 301},
        ):
            with pytest.raises(InvalidError):
                restrict_contact(student.pk, person_id=None, **wrong, actor=lead)
        restrict_contact(student.pk, person_id=None, kinds=["no_contact"], description="Uncle", actor=lead)

        assert ContactRestriction.objects.get().is_active(DAY)


def test_an_end_has_a_reason_and_what_was_stays_written():
    school = make_school()
    student = make_student(school)
    lead = as_actor(make_manager(school, "Safeguarding lead"), school)
    with in_school(school):
        kept = restrict_contact(student.pk, person_id=None, kinds=["no_contact"], description="Uncle", actor=lead)

        with pytest.raises(InvalidError):
            end_restriction(kept.pk, reason=" ", actor=lead)
        end_restriction(kept.pk, reason="The order ended", actor=lead)
        end_restriction(kept.pk, reason="Again", actor=lead)

        (row,) = list_restrictions(student, actor=lead)
        assert (row.is_active(DAY), row.ended_reason, row.ends_on) == (False, "The order ended", DAY)
        actions = AuditEntry.objects.filter(action__startswith="people.restriction").order_by("at", "id")
        assert [entry.action for entry in actions] == ["people.restriction.add", "people.restriction.end"]


def test_whoever_is_kept_away_sees_and_ends_no_restriction_about_that_child_whatever_their_role():
    school = make_school()
    student = make_student(school)
    link = make_guardian(student)
    account = account_for(link.guardian, Role.SCHOOL_ADMIN)
    admin = as_actor(make_admin(school), school)
    with in_school(school):
        kept = restrict_contact(student.pk, person_id=link.guardian_id, kinds=["no_contact"], actor=admin)
        themselves = as_actor(account, school)

        assert list(list_restrictions(actor=themselves)) == []
        with pytest.raises(NotFoundError):
            end_restriction(kept.pk, reason="Let me", actor=themselves)


def test_the_page_keeps_a_guardian_away_and_takes_the_portal_from_the_same_second():
    school = make_school()
    student = make_student(school, name="Anna Smith")
    link = make_guardian(student, name="Karl Kept")
    parent = browser(account_for(link.guardian, Role.GUARDIAN), school)
    lead = browser(make_manager(school, "Safeguarding lead"), school)
    page = f"/students/{student.pk}/restrictions/"
    assert parent.get(f"/students/{student.pk}/").status_code == 200

    wrong = lead.post(page, {"person": str(link.guardian_id)})
    done = lead.post(page, {"person": str(link.guardian_id), "kinds": ["no_contact", "no_information"]})

    assert (wrong.status_code, done.status_code) == (422, 302)
    assert parent.get(f"/students/{student.pk}/").status_code == 404
    shown = lead.get(page).content.decode()
    assert "Karl Kept" in shown
    assert "must not be told anything" in shown
    with in_school(school):
        kept = ContactRestriction.objects.get()
    assert lead.post(f"/restrictions/{kept.pk}/end/", {"reason": "A new order"}).status_code == 302
    assert "A new order" in lead.get(page).content.decode()


def test_over_rest_and_not_for_another_school():
    school, other = make_school(), make_school("Other School")
    student = make_student(school)
    lead = software(make_manager(school, "Safeguarding lead"), school)
    theirs = software(make_admin(other), other)
    path = f"/api/v1/students/{student.pk}/restrictions/"
    body = {"description": "An uncle", "kinds": ["no_collection"], "order_reference": "F-12"}

    made = lead.send(path, body)
    refused = lead.send(path, body | {"kinds": []})
    of_another = theirs.send(path, body)
    with in_school(other):
        stranger = make_guardian(make_student(other)).guardian_id
    unknown = lead.send(path, {"person": str(stranger), "kinds": ["no_contact"]})

    assert (made.status_code, refused.status_code) == (201, 422)
    assert (of_another.status_code, unknown.status_code) == (404, 404)
    assert [(row["name"], row["active"]) for row in lead.get(path).json()] == [("An uncle", True)]
    ended = lead.send(f"/api/v1/restrictions/{made.json()['id']}/end/", {"reason": "Over"})
    assert (ended.status_code, ended.json()["active"]) == (200, False)
    assert theirs.send(f"/api/v1/restrictions/{made.json()['id']}/end/", {"reason": "Over"}).status_code == 404


def test_the_page_takes_as_many_statements_for_three_as_for_one():
    school = make_school()
    student = make_student(school)
    admin = make_admin(school)
    lead, actor = browser(admin, school), as_actor(admin, school)
    page = f"/students/{student.pk}/restrictions/"
    counts = []
    for more in (1, 2):
        for _ in range(more):
            link = make_guardian(student)
            with in_school(school):
                restrict_contact(student.pk, person_id=link.guardian_id, kinds=["no_contact"], actor=actor)
        counts.append(statements_for(lead, page))

    assert counts[0] == counts[1]
