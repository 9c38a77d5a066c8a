"""Two who want the same seat at the same moment, through the real doors, over really committed rows."""

from datetime import date, time, timedelta

from lyceum.core.actor import system_actor
from lyceum.domains.behaviour.models import Detention, DetentionSlot
from lyceum.domains.behaviour.rules.detentions.slots import NewSlot, create_slots
from lyceum.domains.behaviour.rules.detentions.types import create_detention_type
from lyceum.domains.people.models import Student
from lyceum.testing.clients import software
from lyceum.testing.factories import (
    guardian_of,
    in_school,
    make_admin,
    make_class,
    make_school,
    make_staff,
    make_student,
    make_year,
)
from lyceum.testing.together import at_once

TODAY = date.today()
SOON = next(day for day in (TODAY + timedelta(days=n) for n in range(3, 10)) if day.isoweekday() == 1)


def test_of_two_who_set_into_the_last_seat_one_gets_the_next_slot(fresh_database):
    school = make_school()
    form = make_class(
        school, year=make_year(school, starts=TODAY - timedelta(days=60), ends=TODAY + timedelta(days=200))
    )
    students = [make_student(school, form, first_day=TODAY - timedelta(days=60)) for _ in range(4)]
    for student in students:
        guardian_of(student)
    supervisor = make_staff(school)
    actor = system_actor(school.pk)
    with in_school(school):
        kind = create_detention_type({"name": "After school"}, actor=actor)
        last, *_more = (
            create_slots(
                NewSlot(kind.pk, SOON + timedelta(days=n), time(15, 30), n or 1, [supervisor.pk]), actor=actor
            )[0]
            for n in range(4)
        )
    callers = [software(make_admin(school), school) for _ in students]

    def body(student: Student) -> dict[str, str]:
        return {"student": str(student.pk), "type": str(kind.pk), "reason": "Late"}

    answers = at_once(
        [lambda c=c, s=s: c.send("/api/v1/detentions/", body(s)) for c, s in zip(callers, students, strict=True)]
    )

    assert [answer.status_code for answer in answers] == [201] * 4
    with in_school(school):
        assert Detention.objects.filter(slot=last).count() == 1
        seats = {slot.pk: slot.capacity for slot in DetentionSlot.objects.all()}
        taken = [Detention.objects.filter(slot=pk).count() for pk in seats]
        assert all(n <= capacity for n, capacity in zip(taken, seats.values(), strict=True))
        assert sum(taken) == 4


def test_of_two_who_choose_the_last_seat_one_is_told_of_the_next(fresh_database):
    school = make_school()
    form = make_class(
        school, year=make_year(school, starts=TODAY - timedelta(days=60), ends=TODAY + timedelta(days=200))
    )
    students = [make_student(school, form, first_day=TODAY - timedelta(days=60)) for _ in range(2)]
    for student in students:
        guardian_of(student)
    supervisor = make_staff(school)
    actor = system_actor(school.pk)
    with in_school(school):
        kind = create_detention_type({"name": "After school"}, actor=actor)
        last, following = (
            create_slots(NewSlot(kind.pk, SOON + timedelta(days=n), time(15, 30), 1, [supervisor.pk]), actor=actor)[0]
            for n in range(2)
        )
    callers = [software(make_admin(school), school) for _ in students]
    chosen = {"slot": str(last.pk), "reason": "Late"}

    answers = at_once(
        [
            lambda c=c, s=s: c.send("/api/v1/detentions/", chosen | {"student": str(s.pk)})
            for c, s in zip(callers, students, strict=True)
        ]
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (refused,) = (answer.json() for answer in answers if answer.status_code == 409)
    assert (refused["code"], refused["next"]["slot"]) == ("slot_full", str(following.pk))
