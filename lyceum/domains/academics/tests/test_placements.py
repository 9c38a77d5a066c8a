"""Grades from day to day, coming in one act, leaving in one act."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.domains.academics.models import ClassMembership, Grade, Placement
from lyceum.domains.academics.queries import in_grade, members_on, standings
from lyceum.domains.academics.rules.classes import ClassFullError
from lyceum.domains.academics.rules.placements import (
    Admission,
    NewPlacement,
    admit_student,
    change_enrolment_days,
    leave_student,
    place_and_seat,
    place_students,
)
from lyceum.domains.journal.models import Fact
from lyceum.domains.people.models import Enrolment, Person, Student
from lyceum.domains.people.rules.enrolments import enrol_student
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.students import NewStudent
from lyceum.testing.factories import (
    FIRST_DAY,
    LAST_DAY,
    NOW,
    as_actor,
    in_school,
    make_class,
    make_manager,
    make_school,
    make_student,
    make_teaching_class,
    make_year,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = NOW.date()
NEXT_YEAR = LAST_DAY + DAY


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def grade(school, code):
    with in_school(school):
        return Grade.objects.get(code=code)


def place(school, *new):
    with in_school(school):
        return place_students(
            [NewPlacement(s.pk, year, grade(school, code), *days) for s, year, code, *days in new],
            actor=system_actor(school.pk),
        )


def placements(school, student):
    with in_school(school):
        rows = Placement.objects.filter(student=student).order_by("starts_on")
        return list(rows.values_list("grade__code", "starts_on", "ends_on"))


def leave(school, student, last_day=TODAY, **more):
    with in_school(school):
        values = {"exit": "withdrawn"} | more
        return leave_student(student.pk, last_day=last_day, **values, actor=system_actor(school.pk))


def change(school, student, **values):
    with in_school(school):
        row = Enrolment.objects.get(student=student)
        return change_enrolment_days(row.pk, values=values, actor=system_actor(school.pk))


def classes(school, student):
    with in_school(school):
        rows = ClassMembership.objects.filter(student=student).order_by("school_class__name")
        return list(rows.values_list("school_class__name", "starts_on", "ends_on"))


def test_a_grade_changed_in_the_middle_of_the_year_is_a_new_placement_of_the_same_student():
    school = make_school()
    year, student = make_year(school), make_student(school)
    place(school, (student, year, "7", FIRST_DAY))
    place(school, (student, year, "8", TODAY))

    with in_school(school):
        codes = [standings([student.pk], day)[student.pk].grade_code for day in (TODAY - DAY, TODAY)]
        eighth = list(Student.objects.filter(in_grade(grade(school, "8").pk, TODAY)))
    assert placements(school, student) == [("7", FIRST_DAY, TODAY - DAY), ("8", TODAY, None)]
    assert (codes, eighth) == (["7", "8"], [student])


def test_a_change_this_year_leaves_the_next_years_grade_alone():
    school = make_school()
    year, student = make_year(school), make_student(school)
    following = make_year(school, "2027/28", starts=NEXT_YEAR, ends=date(2028, 7, 20), current=False)
    place(school, (student, year, "7", FIRST_DAY), (student, following, "8", NEXT_YEAR))

    place(school, (student, year, "6", TODAY))

    assert placements(school, student) == [
        ("7", FIRST_DAY, TODAY - DAY),
        ("6", TODAY, LAST_DAY),
        ("8", NEXT_YEAR, None),
    ]


def test_placing_again_from_the_same_day_replaces():
    school = make_school()
    year, student = make_year(school), make_student(school)
    place(school, (student, year, "7", FIRST_DAY))

    place(school, (student, year, "8", FIRST_DAY))

    assert placements(school, student) == [("8", FIRST_DAY, None)]


def test_placing_many_takes_as_many_statements_as_placing_one(django_assert_num_queries):
    school = make_school()
    year, grade_seven = make_year(school), grade(school, "7")
    students = [make_student(school) for _ in range(4)]
    with in_school(school):
        for some in (students[:1], students[1:]):
            with django_assert_num_queries(5):
                place_students(
                    [NewPlacement(s.pk, year, grade_seven, FIRST_DAY) for s in some], actor=system_actor(school.pk)
                )


def test_a_placement_lies_in_its_year_and_in_its_school():
    school, other = make_school("Hill School"), make_school("Vale School")
    year, student = make_year(school), make_student(school)

    with pytest.raises(InvalidError):
        place(school, (student, year, "7", LAST_DAY + DAY))
    with pytest.raises(NotFoundError):
        place(school, (student, make_year(other), "7", FIRST_DAY))
    with pytest.raises(NotFoundError):
        place(school, (make_student(other), year, "7", FIRST_DAY))


def test_the_database_allows_one_grade_at_a_time():
    school = make_school()
    year, student = make_year(school), make_student(school)
    place(school, (student, year, "7", FIRST_DAY))
    with in_school(school), pytest.raises(IntegrityError), transaction.atomic():
        Placement.objects.create(student=student, year=year, grade=grade(school, "8"), starts_on=TODAY)


def admission(school, form=None, code="", **student):
    new = NewStudent(NewPerson(full_name="Ana"), **student)
    return Admission(new, grade=grade(school, code) if code else None, form=form)


def test_a_student_is_made_enrolled_placed_and_seated_in_one_act():
    school = make_school()
    form = make_class(school, grades=[grade(school, "7").pk])
    with in_school(school):
        student = admit_student(admission(school, form, first_day=TODAY), actor=system_actor(school.pk))

    assert placements(school, student) == [("7", TODAY, None)]  # the form is of one grade
    assert classes(school, student) == [("7A", TODAY, LAST_DAY)]


def test_a_student_whose_class_is_full_is_not_made():
    school = make_school()
    form = make_class(school, capacity=1)
    make_student(school, form)
    with in_school(school):
        with pytest.raises(ClassFullError):
            admit_student(admission(school, form, first_day=TODAY), actor=system_actor(school.pk))
        with pytest.raises(InvalidError):
            admit_student(admission(school, form), actor=system_actor(school.pk))  # no first day

        assert not Person.objects.filter(full_name="Ana").exists()


def test_a_grade_needs_a_school_year():
    school = make_school()
    student = make_student(school)
    with in_school(school), pytest.raises(InvalidError) as refused:
        place_and_seat(student.pk, grade=grade(school, "7"), on=TODAY, actor=system_actor(school.pk))

    assert refused.value.errors[0].code == "no_year"


def test_leaving_ends_enrolment_classes_and_grade_in_one_act():
    school = make_school()
    year = make_year(school)
    form, maths = make_class(school, year=year), make_teaching_class(school, year=year)
    student = make_student(school, form, maths)
    place(school, (student, year, "7", FIRST_DAY))

    left = leave(school, student, exit="transferred", to_school="Vale", reason="Moved")

    with in_school(school):
        told = set(Fact.objects.filter(type__startswith="people.enrolment").values_list("type", flat=True))
        rolls = [members_on(form.pk, day).count() for day in (TODAY, TODAY + DAY)]
    assert (left.last_day, left.exit, left.to_school, left.exit_reason) == (TODAY, "transferred", "Vale", "Moved")
    assert classes(school, student) == [("7A", FIRST_DAY, TODAY), ("7A/Ma", FIRST_DAY, TODAY)]
    assert placements(school, student) == [("7", FIRST_DAY, TODAY)]
    assert "people.enrolment.ended" in told
    assert rolls == [1, 0]


def test_leaving_earlier_than_said_before_brings_everything_forward():
    school = make_school()
    form = make_class(school)
    student = make_student(school, form)
    leave(school, student, TODAY + 9 * DAY)
    leave(school, student, TODAY)

    assert classes(school, student) == [("7A", FIRST_DAY, TODAY)]


@pytest.mark.parametrize("exit_kind", ["", "promoted"])
def test_a_leaving_has_a_kind(exit_kind):
    school = make_school()
    student = make_student(school)
    with pytest.raises(InvalidError) as refused:
        leave(school, student, exit=exit_kind)

    assert refused.value.errors[0].pointer == "/exit"


def test_nobody_leaves_who_is_not_here():
    school, other = make_school("Hill School"), make_school("Vale School")
    student, stranger = make_student(school, first_day=TODAY + DAY), make_student(other)

    for who in (student, stranger):
        with pytest.raises(NotFoundError):
            leave(school, who)


def test_who_enrols_may_record_a_leaving_and_others_may_not():
    school = make_school()
    student = make_student(school, make_class(school))
    for sets, allowed in ((("Head of year",), False), (("Office",), True)):
        actor = as_actor(make_manager(school, *sets), school)
        with in_school(school):
            if allowed:
                leave_student(student.pk, last_day=TODAY, exit="other", actor=actor)
            else:
                with pytest.raises(NotAllowedError):
                    leave_student(student.pk, last_day=TODAY, exit="other", actor=actor)

    assert classes(school, student) == [("7A", FIRST_DAY, TODAY)]


def test_a_later_start_takes_the_days_before_it_out_of_every_class():
    school = make_school()
    year = make_year(school)
    form = make_class(school, year=year)
    student = make_student(school, form)
    place(school, (student, year, "7", FIRST_DAY))

    change(school, student, first_day=TODAY)

    assert classes(school, student) == [("7A", TODAY, LAST_DAY)]
    assert placements(school, student) == [("7", TODAY, None)]


def test_an_earlier_start_adds_nobody_to_a_class():
    school = make_school()
    student = make_student(school, make_class(school), first_day=TODAY)

    change(school, student, first_day=FIRST_DAY)

    assert classes(school, student) == [("7A", TODAY, LAST_DAY)]


def test_a_student_who_never_came_was_never_in_a_class():
    school = make_school()
    year = make_year(school)
    form = make_class(school, year=year)
    student = make_student(school, form)
    place(school, (student, year, "7", FIRST_DAY))

    leave(school, student, exit="no_show")

    assert classes(school, student) == []
    assert placements(school, student) == []


def test_the_end_of_a_guests_time_leaves_what_the_main_enrolment_holds():
    school = make_school()
    form, maths = make_class(school), make_teaching_class(school)
    student = make_student(school, form)
    with in_school(school):
        guest = enrol_student(student.pk, first_day=TODAY, kind="guest", actor=system_actor(school.pk))
        place_and_seat(student.pk, form=maths, on=TODAY, actor=system_actor(school.pk))
        values = {"last_day": TODAY + DAY}
        change_enrolment_days(guest.pk, values=values, actor=system_actor(school.pk))

    assert classes(school, student) == [("7A", FIRST_DAY, LAST_DAY), ("7A/Ma", TODAY, LAST_DAY)]
