"""The people and schools that other tests start from."""

import re

import pytest
from django.apps import apps
from django.db import connection

from lyceum.core import clock
from lyceum.core.actor import ActorKind, Via, public_actor
from lyceum.core.permissions import Permission, Role
from lyceum.core.schools import SchoolOwned
from lyceum.domains.academics.models import ClassMembership
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.rules import provision_school
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

OWN = r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+\+00:00|"(school_id|slug)": [^,}]*'


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


def test_a_school_of_copied_defaults_is_the_one_that_the_rules_make():
    ruled = provision_school(name="Hill School", actor=public_actor(Via.COMMAND))
    make_school()
    copied = make_school("Hill School")

    assert rows_of(copied) == rows_of(ruled)
    assert sum(map(len, rows_of(copied).values())) > 50


def rows_of(school):
    """Everything a school owns, without what is its own: ids, times, its slug."""
    with in_school(school), connection.cursor() as cursor:
        return {
            model._meta.db_table: sorted(re.sub(OWN, "", str(row)) for (row,) in rows(cursor, model))
            for model in apps.get_models()
            if issubclass(model, SchoolOwned)
        }


def rows(cursor, model):
    cursor.execute(f'SELECT to_jsonb(t) FROM "{model._meta.db_table}" t')
    return cursor.fetchall()
