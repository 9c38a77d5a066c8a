"""Who sees which register: the written-out statement says the same as the policy's filter."""

from datetime import date, timedelta

import pytest

from lyceum.core.actor import Via
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import ClassTeacher
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.policies import registers_for
from lyceum.domains.attendance.queries import read_register
from lyceum.domains.attendance.rules.registers import open_day
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
    }
    ids = []
    for each in (school, other):
        with in_school(each):
            open_day(TODAY)
            ids += list(Register.objects.values_list("pk", flat=True))

    found = {}
    with in_school(school):
        for who, user in people.items():
            actor = actor_for_user(user, school.pk, via=Via.PAGE)
            for permission in (Permission.REGISTERS_VIEW, Permission.REGISTERS_TAKE):
                by_filter = set(Register.objects.filter(registers_for(actor, permission)).values_list("pk", flat=True))
                written = {pk for pk in ids if read_register(pk, actor, permission)}
                assert written == by_filter, (who, permission)
                found[who, permission] = len(written)

    assert found["admin", Permission.REGISTERS_TAKE] == 4
    assert found["teacher", Permission.REGISTERS_TAKE] == 2
    assert found["former teacher", Permission.REGISTERS_TAKE] == 0
    assert found["teacher of none", Permission.REGISTERS_VIEW] == 0
