"""Who read what of whom: written down once for each reading, and shown to those whom it is about."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from lyceum.domains.behaviour.models import Incident
from lyceum.domains.behaviour.rules.reviewing import review_incident
from lyceum.domains.behaviour.tests.conftest import Friday, make_friday
from lyceum.domains.journal.access import forget_old_access
from lyceum.domains.journal.models import AccessEntry, AccessSubject
from lyceum.domains.people.access_log import AccessFilter, list_access
from lyceum.domains.people.models import Person
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import NOW, in_school, make_admin

Read = Callable[[Friday, Incident], int]


def by_page(friday: Friday, incident: Incident) -> int:
    return browser(friday.users["teacher"], friday.school).get(f"/incidents/{incident.pk}/").status_code


def by_list(friday: Friday, _incident: Incident) -> int:
    return browser(friday.users["teacher"], friday.school).get("/behaviour/incidents/").status_code


def by_export(friday: Friday, _incident: Incident) -> int:
    caller = browser(friday.users["teacher"], friday.school)
    return caller.post("/behaviour/incidents/", {"export": "csv"}).status_code


def by_rest(friday: Friday, incident: Incident) -> int:
    return software(friday.users["teacher"], friday.school).get(f"/api/v1/incidents/{incident.pk}/").status_code


def by_graphql(friday: Friday, incident: Incident) -> int:
    query = {"query": f'query {{ incident(id: "{incident.pk}") {{ narrative }} }}'}
    return software(friday.users["teacher"], friday.school).send("/graphql", query).status_code


@pytest.mark.parametrize(
    ("read", "surface"),
    [(by_page, "profile"), (by_list, "list"), (by_export, "export"), (by_rest, "api"), (by_graphql, "api")],
)
def test_every_door_writes_down_once_who_read_of_whom(friday: Friday, read: Read, surface: str):
    incident = friday.record("fighting", *friday.students[:2], actor=friday.head)

    assert read(friday, incident) == 200

    with in_school(friday.school):
        entry = AccessEntry.objects.get()
        subjects = set(AccessSubject.objects.values_list("subject", flat=True))
    assert (entry.viewer_name, entry.surface, entry.relation, entry.fields) == (
        "Tess Teacher", surface, "class", "behaviour.narrative",
    )  # fmt: skip
    assert subjects == {student.pk for student in friday.students[:2]}


def test_who_may_not_read_leaves_no_entry(friday: Friday):
    incident = friday.record("fighting")
    caller = browser(friday.users["other"], friday.school)

    assert caller.get(f"/incidents/{incident.pk}/").status_code == 404
    with in_school(friday.school):
        assert not AccessEntry.objects.exists()


def test_a_family_sees_who_read_of_its_child_and_of_nobody_else(friday: Friday):
    incident = friday.record("fighting", *friday.students, actor=friday.head)
    by_page(friday, incident)
    other = make_friday()
    by_page(other, other.record("fighting", actor=other.head))

    with in_school(friday.school):
        rows = list(list_access(friday.guardian))
        assert [(row.subject, row.entry.viewer_name) for row in rows] == [(friday.students[0].pk, "Tess Teacher")]
        assert list_access(friday.guardian, AccessFilter(subject=friday.students[1].pk)).count() == 0
        assert list_access(friday.who("other")).count() == 0
        assert list_access(friday.teacher).count() == 3
    text = browser(friday.users["guardian"], friday.school).get("/access-log/").content.decode()
    assert "Tess Teacher" in text
    assert "Ben Carson" not in text


@pytest.mark.parametrize(("age", "seen"), [(12, 0), (14, 1)])
def test_a_student_sees_it_from_thirteen_on(friday: Friday, age: int, seen: int):
    born = NOW.date() - timedelta(days=365 * age)
    by_page(friday, friday.record("fighting"))
    with in_school(friday.school):
        Person.objects.filter(pk=friday.students[0].person_id).update(birth_date=born)

        assert list_access(friday.who("student")).count() == seen


def test_safeguarding_is_left_out_of_what_families_see_not_out_of_the_log(friday: Friday):
    hidden = friday.record("fighting", confidential=True)
    with in_school(friday.school):
        review_incident(hidden.pk, approve=True, actor=friday.who("lead"))
    browser(friday.users["lead"], friday.school).get(f"/incidents/{hidden.pk}/")

    with in_school(friday.school):
        assert AccessEntry.objects.get().is_safeguarding
        assert list_access(friday.guardian).count() == 0


def test_the_school_keeps_the_log_and_other_software_reads_it(friday: Friday):
    by_page(friday, friday.record("fighting"))
    admin = make_admin(friday.school)

    answer = json.loads(software(admin, friday.school).get("/api/v1/access-log/?count=true").content)

    assert (answer["total"], answer["items"][0]["viewer_name"]) == (1, "Tess Teacher")
    assert browser(admin, friday.school).get("/access-log/").status_code == 200
    assert browser(friday.users["head"], friday.school).get("/access-log/").status_code == 403


def test_the_log_takes_as_many_statements_for_three_as_for_one(friday: Friday):
    admin = browser(make_admin(friday.school), friday.school)
    by_page(friday, friday.record("fighting"))
    one = statements_for(admin, "/access-log/")
    by_page(friday, friday.record("fighting", *friday.students))

    assert statements_for(admin, "/access-log/") == one


def test_an_entry_cannot_be_deleted_before_two_years(friday: Friday):
    by_page(friday, friday.record("fighting"))
    with in_school(friday.school):
        with pytest.raises(DatabaseError), transaction.atomic():
            AccessEntry.objects.all().delete()
        assert forget_old_access() == 0
