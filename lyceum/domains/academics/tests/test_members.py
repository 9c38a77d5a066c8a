"""Coming into a class, leaving it, moving; seats, enrolment and overlap."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.domains.academics.models import ClassMembership
from lyceum.domains.academics.rules.classes import (
    ClassFullError,
    MembershipOverlapsError,
    NewMember,
    OutsideEnrolmentError,
    add_class_members,
    end_class_members,
    end_membership,
    move_student,
)
from lyceum.domains.journal.models import AuditEntry, Fact
from lyceum.domains.people.models import Enrolment
from lyceum.domains.people.rules.enrolments import change_enrolment
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
    make_teacher,
    make_teaching_class,
    make_year,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def add(school, row, *students, starts_on=TODAY, ends_on=None, actor=None, **more):
    new = [NewMember(row, student.pk, starts_on, ends_on) for student in students]
    with in_school(school):
        return add_class_members(new, actor=actor or system_actor(school.pk), **more)


def move(school, student, **where):
    with in_school(school):
        return move_student(student.pk, actor=system_actor(school.pk), **where)


def spans(school, student):
    with in_school(school):
        rows = ClassMembership.objects.filter(student=student).order_by("starts_on", "school_class__name")
        return list(rows.values_list("school_class__name", "starts_on", "ends_on"))


def test_a_student_comes_into_a_class_and_it_is_told():
    school = make_school()
    row, student = make_class(school), make_student(school)

    add(school, row, student)

    with in_school(school):
        fact = Fact.objects.get(type="academics.membership.changed")
        entry = AuditEntry.objects.get(action="academics.member.add")
    assert spans(school, student) == [("7A", TODAY, LAST_DAY)]
    assert fact.payload["school_class"] == str(row.pk)
    assert entry.changes["class"] == [None, str(row.pk)]


def test_thirty_come_in_with_as_many_statements_as_three(django_assert_num_queries):
    school = make_school()
    students = [make_student(school) for _ in range(33)]
    for number, some in enumerate((students[:3], students[3:])):
        row = make_class(school, f"7{number}")
        with django_assert_num_queries(10):
            add(school, row, *some)


def test_all_come_in_or_none():
    school = make_school()
    row = make_class(school)
    here, later = make_student(school), make_student(school, first_day=TODAY + DAY)

    with pytest.raises(OutsideEnrolmentError):
        add(school, row, here, later)

    assert spans(school, here) == []


def test_a_full_class_takes_nobody_and_the_refusal_names_free_ones():
    school = make_school()
    full, free = make_class(school, "7A", capacity=1), make_class(school, "7B", capacity=2)
    make_student(school, full)

    with pytest.raises(ClassFullError) as refused:
        add(school, full, make_student(school))

    assert refused.value.extra == {
        "capacity": 1,
        "needed": 2,
        "free_classes": [{"id": str(free.pk), "name": "7B", "free": 2}],
    }


def test_seats_count_on_the_days_of_the_new_time_only():
    school = make_school()
    row = make_class(school, capacity=1)
    gone, coming, new = (make_student(school) for _ in range(3))
    add(school, row, gone, starts_on=FIRST_DAY, ends_on=TODAY - DAY)
    add(school, row, coming, starts_on=TODAY + 10 * DAY)

    with pytest.raises(ClassFullError):
        add(school, row, new, starts_on=TODAY)
    add(school, row, new, starts_on=TODAY, ends_on=TODAY + 9 * DAY)

    assert spans(school, new) == [("7A", TODAY, TODAY + 9 * DAY)]


def test_a_crowd_of_long_ago_takes_no_seat_today():
    school = make_school()
    row = make_class(school, capacity=1)
    reason = {"overfill_reason": "Twins"}
    for _ in range(3):
        add(school, row, make_student(school), starts_on=FIRST_DAY, ends_on=FIRST_DAY + DAY, **reason)

    student = make_student(school)
    add(school, row, student)

    assert spans(school, student) == [("7A", TODAY, LAST_DAY)]


def test_a_class_is_overfilled_with_a_reason_by_those_who_may():
    school = make_school()
    row = make_class(school, capacity=1)
    make_student(school, row)
    student = make_student(school)
    office = as_actor(make_manager(school, "Office"), school)

    with pytest.raises(NotAllowedError):
        add(school, row, student, actor=office, overfill_reason="Twins")
    (made,) = add(school, row, student, overfill_reason="Twins")

    assert made.reason == "Twins"


def test_a_time_in_a_class_lies_inside_the_class():
    school = make_school()
    row = make_class(school, starts=FIRST_DAY + 7 * DAY, ends=LAST_DAY - 7 * DAY)
    student = make_student(school)

    for first, last in ((FIRST_DAY, None), (TODAY, LAST_DAY)):
        with pytest.raises(OutsideEnrolmentError):
            add(school, row, student, starts_on=first, ends_on=last)


def test_a_time_in_a_class_lies_inside_the_enrolment_and_ends_with_it():
    school = make_school()
    row = make_class(school)
    student = make_student(school, first_day=TODAY)
    with in_school(school):
        change_enrolment(
            Enrolment.objects.get(student=student).pk,
            values={"last_day": TODAY + 9 * DAY},
            actor=system_actor(school.pk),
        )

    for first, last in ((TODAY - DAY, None), (TODAY, TODAY + 10 * DAY), (TODAY + 10 * DAY, None)):
        with pytest.raises(OutsideEnrolmentError):
            add(school, row, student, starts_on=first, ends_on=last)
    add(school, row, student)

    assert spans(school, student) == [("7A", TODAY, TODAY + 9 * DAY)]


def test_an_end_is_not_before_its_beginning():
    school = make_school()
    with pytest.raises(InvalidError):
        add(school, make_class(school), make_student(school), ends_on=TODAY - DAY)


def test_the_form_of_one_year_does_not_stand_in_the_way_of_the_next():
    school = make_school()
    this_year, student = make_class(school, "7A"), make_student(school)
    first = LAST_DAY + DAY
    year = make_year(school, "2027/28", starts=first, ends=date(2028, 7, 20), current=False)
    next_year = make_class(school, "8A", year=year)

    add(school, this_year, student)
    add(school, next_year, student, starts_on=first)

    assert spans(school, student) == [("7A", TODAY, LAST_DAY), ("8A", first, date(2028, 7, 20))]


def test_a_student_is_once_in_a_class_and_in_one_form_at_a_time():
    school = make_school()
    one, two, maths = make_class(school, "7A"), make_class(school, "7B"), make_teaching_class(school)
    student = make_student(school, one, maths)

    for row in (one, two, maths):
        with pytest.raises(MembershipOverlapsError):
            add(school, row, student)
    with in_school(school):
        for row, is_form in ((two, True), (maths, False)):
            with pytest.raises(IntegrityError), transaction.atomic():
                ClassMembership.objects.create(school_class=row, student=student, is_form=is_form, starts_on=TODAY)


def test_the_same_student_twice_in_one_list_is_refused():
    school = make_school()
    student = make_student(school)
    with pytest.raises(MembershipOverlapsError):
        add(school, make_class(school), student, student)


def test_rows_of_another_school_are_not_there():
    school, other = make_school("Hill School"), make_school("Vale School")
    theirs, stranger = make_class(other), make_student(other)
    ours, student = make_class(school), make_student(school)

    for row, who in ((theirs, student), (ours, stranger)):
        with pytest.raises(NotFoundError):
            add(school, row, who)
    with pytest.raises(NotFoundError):
        move(school, stranger, from_class=theirs.pk, to_class=ours.pk, on=TODAY)
    with in_school(school), pytest.raises(NotFoundError):
        end_membership(theirs.pk, stranger.pk, last_day=TODAY, actor=system_actor(school.pk))


def test_teachers_put_nobody_into_a_class():
    school = make_school()
    row = make_class(school)
    teacher = as_actor(make_teacher(school, row), school)
    with pytest.raises(NotAllowedError):
        add(school, row, make_student(school), actor=teacher)


def test_a_time_that_has_not_begun_is_taken_away_and_one_that_is_over_stays():
    school = make_school()
    row = make_class(school)
    over, running, coming = (make_student(school) for _ in range(3))
    rows = [
        *add(school, row, over, starts_on=FIRST_DAY, ends_on=FIRST_DAY + DAY),
        *add(school, row, running, starts_on=FIRST_DAY),
        *add(school, row, coming, starts_on=TODAY + DAY),
    ]
    with in_school(school):
        ended = end_class_members([r.pk for r in rows], last_day=TODAY, actor=system_actor(school.pk))

    assert ended == 2
    assert [spans(school, s) for s in (over, running, coming)] == [
        [("7A", FIRST_DAY, FIRST_DAY + DAY)],
        [("7A", FIRST_DAY, TODAY)],
        [],
    ]


def test_a_move_ends_one_time_the_day_before_and_begins_the_next():
    school = make_school()
    one, two = make_class(school, "7A"), make_class(school, "7B")
    student = make_student(school, one)

    move(school, student, to_class=two.pk, on=TODAY)

    assert spans(school, student) == [("7A", FIRST_DAY, TODAY - DAY), ("7B", TODAY, LAST_DAY)]


def test_a_move_on_the_first_day_leaves_no_trace_in_the_old_class():
    school = make_school()
    one, two = make_class(school, "7A"), make_class(school, "7B")
    student = make_student(school, one)

    move(school, student, from_class=one.pk, to_class=two.pk, on=FIRST_DAY)

    assert spans(school, student) == [("7B", FIRST_DAY, LAST_DAY)]


def test_a_move_that_cannot_be_made_changes_nothing():
    school = make_school()
    one, full = make_class(school, "7A"), make_class(school, "7B", capacity=1)
    student = make_student(school, one)
    make_student(school, full)

    with pytest.raises(ClassFullError):
        move(school, student, from_class=one.pk, to_class=full.pk, on=TODAY)
    with pytest.raises(NotFoundError):
        move(school, student, from_class=full.pk, to_class=one.pk, on=TODAY)
    with pytest.raises(NotFoundError):
        move(school, make_student(school), to_class=one.pk, on=TODAY)

    assert spans(school, student) == [("7A", FIRST_DAY, LAST_DAY)]


def test_taking_a_student_out_ends_the_time_that_runs_or_is_to_come():
    school = make_school()
    row = make_class(school)
    student, coming = make_student(school, row), make_student(school)
    add(school, row, coming, starts_on=date(2027, 1, 4))
    with in_school(school):
        for each in (student, coming):
            end_membership(row.pk, each.pk, last_day=TODAY, reason="Moved away", actor=system_actor(school.pk))
        with pytest.raises(NotFoundError):
            end_membership(row.pk, student.pk, last_day=TODAY, actor=system_actor(school.pk))

    assert (spans(school, student), spans(school, coming)) == ([("7A", FIRST_DAY, TODAY)], [])
