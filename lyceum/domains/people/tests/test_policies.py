"""Whom somebody may see: own record, own children, own classes; a restriction wins."""

from datetime import UTC, date, datetime, timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.errors import NotFoundError
from lyceum.core.memory import only_reading
from lyceum.core.permissions import Role
from lyceum.domains.people.models import ContactRestriction, GuardianLink, Student
from lyceum.domains.people.policies import ids_kept_from_work, kept_from_work, visible_students
from lyceum.domains.people.queries import get_student, list_own_students
from lyceum.domains.people.rules.restrictions import restrict_contact
from lyceum.testing.factories import (
    NOW,
    account_for,
    add_role,
    as_actor,
    in_school,
    make_admin,
    make_class,
    make_guardian,
    make_manager,
    make_school,
    make_student,
    make_teacher,
)

pytestmark = pytest.mark.django_db


def seen_by(user, school):
    """The same for who only reads, whose filters are made another way."""
    actor = as_actor(user, school)
    with in_school(school):
        seen = set(Student.objects.filter(visible_students(actor)))
        with only_reading():
            assert set(Student.objects.filter(visible_students(actor))) == seen
    return seen


def restrict(school, student, person, *kinds):
    with in_school(school):
        restrict_contact(student.pk, person_id=person.pk, kinds=kinds, actor=system_actor(school.pk))


def test_each_role_sees_its_own_students():
    school, other = make_school("Hill School"), make_school("Vale School")
    form = make_class(school)
    own, mate, elsewhere = make_student(school, form), make_student(school, form), make_student(school)
    stranger = make_student(other)
    mother = account_for(make_guardian(own).guardian, Role.GUARDIAN)
    looker = account_for(make_guardian(mate, portal="none").guardian, Role.GUARDIAN)
    pupil = account_for(own.person, Role.STUDENT)

    with clock.frozen(NOW):
        seen = {
            "admin": seen_by(make_admin(school), school),
            "office": seen_by(make_manager(school, "Office"), school),
            "timetabler": seen_by(make_manager(school, "Timetable"), school),
            "teacher": seen_by(make_teacher(school, form), school),
            "other teacher": seen_by(make_teacher(school), school),
            "mother": seen_by(mother, school),
            "guardian without portal": seen_by(looker, school),
            "student": seen_by(pupil, school),
        }

    assert seen == {
        "admin": {own, mate, elsewhere},
        "office": {own, mate, elsewhere},
        "timetabler": set(),
        "teacher": {own, mate},
        "other teacher": set(),
        "mother": {own},
        "guardian without portal": set(),
        "student": {own},
    }
    assert stranger not in set().union(*seen.values())


def test_a_restricted_guardian_loses_the_child_from_this_second_on():
    school = make_school()
    one, two = make_student(school), make_student(school)
    link = make_guardian(one)
    father = account_for(link.guardian, Role.GUARDIAN)
    with in_school(school):
        GuardianLink.objects.create(
            student=two,
            guardian=link.guardian,
            relationship="father",
            contact_order=1,
            portal="full",
            starts_on=link.starts_on,
        )

    before = seen_by(father, school)
    restrict(school, one, link.guardian, "no_information")

    assert (before, seen_by(father, school)) == ({one, two}, {two})


def test_a_restricted_person_who_works_here_loses_the_child_at_work_too():
    school = make_school()
    form = make_class(school)
    child, mate = make_student(school, form), make_student(school, form)
    link = make_guardian(child)
    father = account_for(link.guardian, Role.GUARDIAN)
    add_role(father, school, Role.SCHOOL_ADMIN)

    restrict(school, child, link.guardian, "address_withheld")

    actor = as_actor(father, school)
    assert seen_by(father, school) == {child, mate}  # as a guardian he still sees the child, not as the office
    restrict(school, child, link.guardian, "no_contact")
    assert seen_by(father, school) == {mate}
    with in_school(school), pytest.raises(NotFoundError):
        get_student(child.pk, actor=actor)


def test_only_restrictions_of_today_that_are_about_meeting_and_knowing_keep_somebody_from_work():
    school = make_school()
    person = make_guardian(make_student(school)).guardian
    actor = as_actor(account_for(person, Role.GUARDIAN), school)
    day, months = NOW.date(), timedelta(days=60)
    known = {name: make_student(school) for name in ("now", "to today", "over", "coming", "ended", "no collection")}
    spans = {"to today": {"ends_on": day}, "over": {"ends_on": day - months}, "coming": {"starts_on": day + months}}
    with in_school(school), clock.frozen(NOW):
        for name, student in known.items():
            ContactRestriction.objects.create(
                student=student,
                person=person,
                made_by=actor.user_id,
                kinds=["no_collection"] if name == "no collection" else ["no_contact", "no_collection"],
                ended_reason="The order ended" if name == "ended" else "",
                **{"starts_on": day - 2 * months, **spans.get(name, {})},
            )

        kept = ids_kept_from_work(actor)

        assert kept == {known["now"].pk, known["to today"].pk}
        assert {row["student"] for row in kept_from_work(actor)} == kept
        with only_reading():
            assert kept_from_work(actor) == kept


def test_no_collection_takes_no_sight_away():
    school = make_school()
    child = make_student(school)
    link = make_guardian(child)
    father = account_for(link.guardian, Role.GUARDIAN)

    restrict(school, child, link.guardian, "no_collection")

    assert seen_by(father, school) == {child}


def test_today_is_the_schools_day_and_not_the_servers():
    school = make_school(time_zone="Pacific/Auckland")
    monday = date(2026, 11, 23)
    with clock.frozen(NOW):
        form = make_class(school, starts=monday)
        student = make_student(school, form, first_day=monday)
        teacher = make_teacher(school, form)

    with clock.frozen(datetime(2026, 11, 22, 10, tzinfo=UTC)):  # Sunday evening there
        before = seen_by(teacher, school)
    with clock.frozen(datetime(2026, 11, 22, 20, tzinfo=UTC)):  # Monday morning there
        after = seen_by(teacher, school)

    assert (before, after) == (set(), {student})


def test_teachers_find_their_own_students_only():
    school = make_school()
    form = make_class(school)
    own = make_student(school, form, name="Anna Smith")
    make_student(school, name="Anna Smithson")
    teacher = make_teacher(school, form)

    with clock.frozen(NOW):
        actor = as_actor(teacher, school)
        with in_school(school):
            assert list(list_own_students(actor, text="anna", day=NOW.date())) == [own]
