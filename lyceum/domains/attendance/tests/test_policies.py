"""Who sees which register: the written-out statement says the same as the policy's filter."""

from datetime import date, time, timedelta
from uuid import UUID

import pytest

from lyceum.core.actor import Actor, ActorKind, Via, system_actor
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import Class, ClassTeacher
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.policies import registers_for
from lyceum.domains.attendance.queries import read_register
from lyceum.domains.attendance.rules.cover_passes import create_pass
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.people.models import Staff
from lyceum.domains.tenancy.models import School
from lyceum.domains.timetable.rules import NewLesson, create_lessons
from lyceum.domains.timetable.rules.covers import assign_cover
from lyceum.testing.factories import (
    in_school,
    make_admin,
    make_class,
    make_manager,
    make_school,
    make_student,
    make_teacher,
    set_times,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_school")]
TODAY = date(2026, 11, 20)


def test_the_statement_and_the_filter_find_the_same_registers_for_everybody():
    school, other = make_school(), make_school("Vale School")
    forms = [make_class(school, "7A"), make_class(school, "7B"), make_class(other, "7A")]
    for each in (school, other):
        set_times(each)
    for form in forms:
        make_student(school if form.school_id == school.pk else other, form)
    former = make_teacher(school, forms[1], name="Former")
    with in_school(school):
        ClassTeacher.objects.filter(school_class=forms[1]).update(ends_on=TODAY - timedelta(days=1))
    people = {
        "office": make_manager(school, "Office", "Attendance"),
        "admin": make_admin(school),
        "teacher": make_teacher(school, forms[0], name="Own"),
        "former teacher": former,
        "teacher of none": make_teacher(school, name="None"),
        "covering": make_teacher(school, name="Cora"),
    }
    lesson = make_covered_lesson(school, forms[1], people["covering"])
    ids = []
    for each in (school, other):
        with in_school(each):
            open_day(TODAY)
            ids += list(Register.objects.values_list("pk", flat=True))

    found = {}
    with in_school(school):
        given = create_pass(holder_name="Ada", on=TODAY, lessons=[lesson], actor=system_actor(school.pk)).cover_pass
        actors = {who: actor_for_user(user, school.pk, via=Via.PAGE) for who, user in people.items()}
        actors["with a pass"] = Actor(ActorKind.COVER, given.pk, "Ada", Via.PAGE, school_id=school.pk)
        for who, actor in actors.items():
            for permission in (Permission.REGISTERS_VIEW, Permission.REGISTERS_TAKE):
                by_filter = set(Register.objects.filter(registers_for(actor, permission)).values_list("pk", flat=True))
                written = {pk for pk in ids if read_register(pk, actor, permission)}
                assert written == by_filter, (who, permission)
                found[who, permission] = len(written)

    assert found["admin", Permission.REGISTERS_TAKE] == 6
    assert found["teacher", Permission.REGISTERS_TAKE] == 2
    assert found["former teacher", Permission.REGISTERS_TAKE] == 0
    assert found["teacher of none", Permission.REGISTERS_VIEW] == 0
    assert found["covering", Permission.REGISTERS_TAKE] == 1
    assert found["with a pass", Permission.REGISTERS_TAKE] == 1


def make_covered_lesson(school: School, form: Class, teacher: User) -> UUID:
    """Two lessons at nine and half past nine: the teacher covers the first. Returns the second."""
    actor = system_actor(school.pk)
    with in_school(school):
        Class.objects.filter(pk=form.pk).update(registers="both")
        first, second = create_lessons(
            [NewLesson(form, 5, "1", time(9), time(9, 30)), NewLesson(form, 5, "2", time(9, 30), time(10))], actor=actor
        )
        staff = Staff.objects.get(person__user=teacher)
        assign_cover(first.pk, on=TODAY, staff_id=staff.pk, actor=actor)
    return second.pk
