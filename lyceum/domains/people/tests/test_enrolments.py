"""Time on roll: it overlaps with no other, and nothing of a student exists outside it."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lyceum.core.actor import system_actor
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.domains.journal.models import Fact
from lyceum.domains.people.models import Enrolment, Student
from lyceum.domains.people.queries import STATUSES, is_on_roll, status_on, with_status
from lyceum.domains.people.rules.enrolments import EnrolmentOverlapsError, change_enrolment, enrol_student
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.students import NewStudent, create_student
from lyceum.domains.tenancy.models import School
from lyceum.testing.factories import FIRST_DAY, as_actor, in_school, make_manager, make_school, make_student

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LAST = date(2026, 12, 18)


def enrol(school, student, first_day, last_day=None, **more):
    with in_school(school):
        return enrol_student(student.pk, first_day=first_day, last_day=last_day, actor=system_actor(school.pk), **more)


def change(school, enrolment, **values):
    with in_school(school):
        return change_enrolment(enrolment.pk, values=values, actor=system_actor(school.pk))


def enrolment_of(school, student):
    with in_school(school):
        return Enrolment.objects.get(student=student)


def test_a_student_is_on_roll_from_the_first_day_to_the_last_one():
    school = make_school()
    student = make_student(school, first_day=FIRST_DAY)
    change(school, enrolment_of(school, student), last_day=LAST)

    with in_school(school):
        days = (FIRST_DAY - DAY, FIRST_DAY, LAST, LAST + DAY)
        on_roll = [Student.objects.filter(is_on_roll(day)).exists() for day in days]

    assert on_roll == [False, True, True, False]


def test_two_main_enrolments_share_no_day():
    school = make_school()
    student = make_student(school)

    with pytest.raises(EnrolmentOverlapsError) as refused:
        enrol(school, student, LAST)

    assert refused.value.detail == f"The student is on roll from {FIRST_DAY} to now."


def test_a_return_is_a_new_enrolment():
    school = make_school()
    student = make_student(school)
    change(school, enrolment_of(school, student), last_day=LAST, exit="withdrawn")

    again = enrol(school, student, LAST + DAY, entry="returning")

    assert (again.entry, again.last_day) == ("returning", None)


def test_a_guest_may_be_on_roll_elsewhere_too():
    school = make_school()
    student = make_student(school)

    assert enrol(school, student, LAST, kind="guest").pk


def test_the_database_forbids_the_overlap_as_well():
    school = make_school()
    student = make_student(school)
    with in_school(school), pytest.raises(IntegrityError), transaction.atomic():
        Enrolment.objects.create(student=student, first_day=LAST)


def test_an_end_is_not_before_its_beginning():
    school = make_school()
    student = make_student(school)

    for act in (
        lambda: change(school, enrolment_of(school, student), last_day=FIRST_DAY - DAY),
        lambda: enrol(school, student, FIRST_DAY, FIRST_DAY - DAY),
    ):
        with pytest.raises(InvalidError) as refused:
            act()
        assert refused.value.errors[0].pointer == "/last_day"


@pytest.mark.parametrize(("field", "value"), [("exit", "expelled"), ("exit_reason", "x" * 301), ("kind", "main")])
def test_what_an_enrolment_may_not_say_is_refused(field, value):
    school = make_school()
    student = make_student(school)

    with pytest.raises(InvalidError) as refused:
        change(school, enrolment_of(school, student), last_day=LAST, **{field: value})

    assert refused.value.errors[0].pointer == f"/{field}"


def test_moving_the_first_day_moves_the_admission_with_it():
    school = make_school()
    student = make_student(school)

    change(school, enrolment_of(school, student), first_day=FIRST_DAY - 7 * DAY)

    with in_school(school):
        assert Student.objects.get(pk=student.pk).admission_date == FIRST_DAY - 7 * DAY


def test_an_end_is_told_once_and_taking_it_back_opens_the_enrolment():
    school = make_school()
    student = make_student(school)
    ended = change(school, enrolment_of(school, student), last_day=LAST)
    change(school, ended, last_day=LAST)
    reopened = change(school, ended, last_day=None)

    with in_school(school):
        told = Fact.objects.filter(type="people.enrolment.ended").count()
    assert (ended.exit, told, reopened.exit) == ("other", 1, "")


def test_enrolling_is_its_own_permission():
    school = make_school()
    student = make_student(school)
    actor = as_actor(make_manager(school, "Attendance"), school)
    with in_school(school), pytest.raises(NotAllowedError):
        enrol_student(student.pk, first_day=LAST, kind="guest", actor=actor)


def test_another_schools_enrolment_is_not_there():
    school, other = make_school("Hill School"), make_school("Vale School")
    row = enrolment_of(other, make_student(other))

    with pytest.raises(NotFoundError):
        change(school, row, last_day=LAST)


SPANS = st.lists(
    st.tuples(
        st.integers(0, 10), st.integers(0, 4), st.booleans(), st.sampled_from(["", "graduated", "no_show", "other"])
    ),
    max_size=4,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=SPANS, asked=st.integers(-1, 16))
def test_the_list_by_status_and_the_status_of_a_student_agree(db, spans, asked):
    school = School.objects.first() or make_school()
    day = FIRST_DAY + asked * DAY
    with in_school(school), transaction.atomic():
        student = create_student(NewStudent(NewPerson(full_name="Ana")), actor=system_actor(school.pk))
        for first, length, is_open, exit_kind in spans:
            last = None if is_open else FIRST_DAY + (first + length) * DAY
            # A guest's enrolments may overlap: the hardest case.
            Enrolment.objects.create(
                student=student, kind="guest", first_day=FIRST_DAY + first * DAY, last_day=last, exit=exit_kind
            )
        status = status_on(Enrolment.objects.filter(student=student), day)
        listed = [name for name in STATUSES if Student.objects.filter(with_status(name, day)).exists()]
        transaction.set_rollback(True)

    assert listed == [status]


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([], "none"),
        ([(1, None, "")], "expected"),
        ([(-5, None, "")], "on_roll"),
        ([(-5, 0, "withdrawn")], "on_roll"),  # today is the last day
        ([(-5, -1, "withdrawn")], "left"),
        ([(-5, -1, "graduated")], "graduated"),
        ([(-5, None, "no_show")], "no_show"),
        ([(-9, -6, "withdrawn"), (3, None, "")], "expected"),  # a return
    ],
)
def test_the_status_follows_from_the_dates(rows, status):
    enrolments = [
        Enrolment(
            school_id=1,
            first_day=LAST + first * DAY,
            last_day=None if last is None else LAST + last * DAY,
            exit=exit_kind,
        )
        for first, last, exit_kind in rows
    ]

    assert status_on(enrolments, LAST) == status
