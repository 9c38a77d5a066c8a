"""Chasing registers that are not taken: the takers twice, then the office; heads once a day. Each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db.models import Q

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import ClassTeacher
from lyceum.domains.accounts.models import User
from lyceum.domains.attendance import messages  # noqa: F401  # declares the texts
from lyceum.domains.attendance.facts import RegisterMissed
from lyceum.domains.attendance.models import Register
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.notifications.rules.notify import News, notify
from lyceum.domains.notifications.words import Channel, Type, Urgency
from lyceum.domains.people.office import office_recipients, staff_recipient
from lyceum.domains.people.policies import holds_on
from lyceum.domains.tenancy.queries import time_zone, today

FIRST_AFTER = timedelta(minutes=15)
"""After the register was due."""
LATE, CLOSED = 1, 2
"""How far a register was chased: reminded of once late, and once closed."""
MOST_NAMED = 12


def chase_registers(*, actor: Actor) -> int:
    """Tell the takers of each register that is late, and at closing the office too. Returns how many people heard."""
    now = clock.now()
    reminded = Q(chased=0, due_at__lte=now - FIRST_AFTER) | Q(chased__lt=CLOSED, closes_at__lte=now)
    late = Register.objects.filter(reminded, on=today(), state=Register.State.DUE)
    rows = late.select_related("lesson__teacher__person__user").order_by("due_at", "class_name", "pk")
    registers = list(rows.select_for_update(of=("self",), skip_locked=True))
    if not registers:
        return 0
    missed = [register for register in registers if now >= register.closes_at]
    takers = _takers(registers)
    heard = sum(_remind(register, takers.get(register.pk, []), actor) for register in registers)
    _note_stage(registers, missed)
    return heard + _tell_office(missed, actor)


def _note_stage(registers: Sequence[Register], missed: Sequence[Register]) -> None:
    """What was slept through is not made up for: a register found at closing is reminded of once."""
    closed = {register.pk for register in missed}
    Register.objects.filter(pk__in=closed).update(chased=CLOSED)
    Register.objects.filter(pk__in=[r.pk for r in registers if r.pk not in closed]).update(chased=LATE)


def _source(register: Register) -> str:
    return f"attendance.register:{register.pk}"


def _remind(register: Register, takers: Sequence[User], actor: Actor) -> int:
    """Tell those who take it."""
    is_closed = clock.now() >= register.closes_at
    if is_closed:
        record(
            "attendance.register.missed",
            target=Target.of(register),
            facts=[RegisterMissed(register=register.pk, takers=[user.pk for user in takers])],
            actor=actor,
        )
    at = f"{clock.local(register.due_at, time_zone()):%H:%M}"
    made = notify(
        News(
            type=Type.ATTENDANCE,
            template="register_due",
            values={"register": partial(_name, register), "at": at},
            dedupe_key=f"{_source(register)}:{CLOSED if is_closed else LATE}",
            urgency=Urgency.IMPORTANT if is_closed else Urgency.ROUTINE,
            channels=(Channel.EMAIL.value,),
            link=f"/registers/{register.pk}/",
            source=_source(register),
            expires_at=register.locks_at,
        ),
        [staff_recipient(user, "takes the register") for user in takers],
        actor=actor,
    )
    return len(made)


def _name(register: Register) -> str:
    return f"{register.class_name} {register.session_words or register.period}".strip()


def _names(missed: Sequence[Register]) -> str:
    named = ", ".join(_name(register) for register in missed[:MOST_NAMED])
    return f"{named} +{len(missed) - MOST_NAMED}" if len(missed) > MOST_NAMED else named


def _tell_office(missed: Sequence[Register], actor: Actor) -> int:
    """One message for all that were just missed."""
    if not missed:
        return 0
    made = notify(
        News(
            type=Type.ATTENDANCE,
            template="registers_missing",
            values={"count": str(len(missed)), "registers": partial(_names, missed)},
            dedupe_key=f"attendance.missed:{missed[0].pk}:{len(missed)}",
            urgency=Urgency.IMPORTANT,
            channels=(Channel.EMAIL.value,),
            link=f"/attendance/?date={missed[0].on.isoformat()}&state=missed",
            source=f"attendance.missed:{missed[0].on.isoformat()}",
            expires_at=max(register.locks_at for register in missed),
        ),
        office_recipients(Permission.CASES_SETTLE),
        actor=actor,
    )
    return len(made)


def _takers(registers: Sequence[Register]) -> dict[UUID, list[User]]:
    """Who is expected to take each register: the teachers of the class, or of the lesson. Two statements."""
    classes = {each for register in registers for each in register.classes}
    rows = (
        ClassTeacher.objects.filter(
            holds_on(today()),
            school_class__in=classes,
            role__in=("lead", "co_teacher"),
            staff__person__user__isnull=False,
        )
        .select_related("staff__person__user")
        .prefetch_related("staff__person__user__emails")
    )
    of_class: dict[UUID, list[User]] = {}
    for row in rows.order_by("role", "pk"):
        of_class.setdefault(row.school_class_id, []).append(row.staff.person.user)
    of_lesson = {
        lesson.pk: lesson.teacher.person.user
        for lesson in (r.lesson for r in registers if r.lesson is not None)
        if lesson.teacher_id and lesson.teacher.person.user_id
    }
    return {
        r.pk: [of_lesson[r.lesson_id]]
        if r.lesson_id in of_lesson
        else [user for each in r.classes for user in of_class.get(each, [])]
        for r in registers
    }
