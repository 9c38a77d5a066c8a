"""The people and schools that other tests start from."""

import pytest

from lyceum.core import clock
from lyceum.core.actor import ActorKind
from lyceum.core.permissions import Permission, Role
from lyceum.domains.academics.models import ClassMembership
from lyceum.domains.people.models import Student
from lyceum.testing.factories import (
    NOW,
    as_actor,
    in_school,
    make_admin,
    make_class,
    make_guardian,
    make_manager,
    make_school,
    make_student,
    make_teacher,
    make_teaching_class,
    set_times,
)

pytestmark = pytest.mark.django_db


def test_a_school_of_everybody():
    school = make_school()
    form, maths = make_class(school), make_teaching_class(school)
    set_times(school)
    teacher, manager = make_teacher(school, form, maths), make_manager(school, "Attendance")
    student = make_student(school, form, maths)
    guardian = make_guardian(student)

    with clock.frozen(NOW), in_school(school):
        memberships = ClassMembership.objects.filter(student=student).count()

    assert memberships == 2
    assert guardian.student == student
    assert as_actor(teacher, school).roles == {Role.TEACHER}
    assert as_actor(manager, school).may(Permission.REGISTERS_TAKE)
    assert not as_actor(manager, school).may(Permission.KEYS_EDIT)


def test_an_admin_is_an_actor_of_one_school():
    school, other = make_school("Hill School"), make_school("Vale School")

    actor = as_actor(make_admin(school), school)

    assert (actor.kind, actor.school_id, actor.roles) == (ActorKind.USER, school.pk, {Role.SCHOOL_ADMIN})
    assert not as_actor(make_admin(school), other).roles


def test_two_schools_see_their_own_rows_only():
    school, other = make_school("Hill School"), make_school("Vale School")
    student = make_student(school)
    make_student(other)

    with in_school(school):
        assert list(Student.objects.all()) == [student]
