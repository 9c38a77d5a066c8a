"""Several who act at the same moment: places, moves in the tree, orders."""

from datetime import date
from uuid import UUID

import pytest

from lyceum.core.actor import system_actor
from lyceum.core.schools import school_scope
from lyceum.domains.learning.models import Course, CourseEnrolment, CourseLesson
from lyceum.domains.learning.rules.courses import edit_course
from lyceum.domains.learning.rules.enrolling import enrol_student, withdraw
from lyceum.domains.learning.rules.lessons import order_lessons
from lyceum.domains.learning.rules.refusals import CourseLoopError
from lyceum.domains.learning.tests.making import make_course, make_lesson, make_module, make_run
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.students import NewStudent, create_students
from lyceum.testing.factories import in_school, make_school
from lyceum.testing.together import at_once

PEOPLE, PLACES = 24, 4


@pytest.mark.usefixtures("fresh_database")
def test_twenty_four_at_once_take_four_places_and_the_others_wait_in_order():
    school = make_school()
    actor = system_actor(school.pk)
    run = make_run(school, capacity=PLACES, start_on=date.today(), end_on=date.today())
    with in_school(school):
        new = [
            NewStudent(NewPerson(full_name=f"P{n}"), first_day=run.start_on, confirm_new=True) for n in range(PEOPLE)
        ]
        students = create_students(new, actor=actor)

    def joins(student_id: UUID):
        def act():
            with school_scope(school.pk):
                return enrol_student(run.pk, student_id, actor=actor).enrolment

        return act

    joined = at_once([joins(each.pk) for each in students])

    assert [each for each in joined if isinstance(each, Exception)] == []
    with in_school(school):
        rows = CourseEnrolment.objects.order_by("enrolled_at", "pk")
        assert [each.status for each in rows] == ["active"] * PLACES + ["waitlisted"] * (PEOPLE - PLACES)
        leaving, first_waiting = rows[0].pk, rows[PLACES].pk

    def leaves():
        with school_scope(school.pk):
            return withdraw(leaving, actor=actor)

    assert [each for each in at_once([leaves] * 3) if isinstance(each, Exception)] == []
    with in_school(school):
        active = CourseEnrolment.objects.filter(status="active")
        assert (active.count(), active.filter(pk=first_waiting).exists()) == (PLACES, True)


@pytest.mark.usefixtures("fresh_database")
def test_two_moves_that_would_make_a_loop_together_are_not_both_done():
    school = make_school()
    one, two = make_course(school, "One"), make_course(school, "Two")

    def moves(course: Course, parent: Course):
        def act():
            with school_scope(school.pk):
                return edit_course(course.pk, values={"parent_id": parent.pk}, actor=system_actor(school.pk))

        return act

    done = at_once([moves(one, two), moves(two, one)])

    assert sorted(type(each) for each in done if isinstance(each, Exception)) == [CourseLoopError]
    with in_school(school):
        assert Course.objects.exclude(parent=None).count() == 1


@pytest.mark.usefixtures("fresh_database")
def test_an_order_is_whole_whoever_else_orders_and_whoever_is_killed():
    school = make_school()
    module = make_module(make_run(school))
    ids = [make_lesson(module, f"L{n}").pk for n in range(20)]

    def orders(wanted: list[UUID], *, is_killed: bool = False):
        def act():
            with school_scope(school.pk):
                order_lessons(module.pk, ids=wanted, actor=system_actor(school.pk))
                if is_killed:
                    raise KeyboardInterrupt

        return act

    with pytest.raises(KeyboardInterrupt):
        orders(ids[::-1], is_killed=True)()
    with in_school(school):
        assert list(CourseLesson.objects.order_by("order").values_list("pk", flat=True)) == ids
    at_once([orders(ids[::-1]), orders(ids[10:] + ids[:10])])
    with in_school(school):
        found = list(CourseLesson.objects.order_by("order").values_list("pk", "order"))
    assert [order for _pk, order in found] == list(range(1, 21))
    assert [pk for pk, _order in found] in (ids[::-1], ids[10:] + ids[:10])
