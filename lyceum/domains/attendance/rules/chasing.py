"""Chasing registers that are not taken: the takers twice, then the office; heads once a day. Each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.academics.models import ClassTeacher
from lyceum.domains.accounts.models import User
from lyceum.domains.attendance import messages  # noqa: F401  # declares the texts
from lyceum.domains.attendance.facts import RegisterMissed
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.rules.cases.asking import office_recipients
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.notifications.choice import STAFF_WISHES
from lyceum.domains.notifications.models import Notification
from lyceum.domains.notifications.rules.notify import News, Recipient, notify
from lyceum.domains.notifications.words import Channel, Type, Urgency
from lyceum.domains.people.policies import holds_on
from lyceum.domains.tenancy.queries import time_zone, today

FIRST_AFTER = timedelta(minutes=15)
"""After the register was due."""
STAGES = ("due", "closed")


def chase_registers(*, actor: Actor) -> int:
    """Tell the takers of each register that is late, and at closing the office too. Returns how many people heard."""
    now = clock.now()
    late = Register.objects.filter(on=today(), state=Register.State.DUE, due_at__lte=now - FIRST_AFTER)
    registers = list(late.select_related("lesson__teacher__person__user").order_by("due_at", "class_name", "pk"))
    told = set(
        Notification.objects.filter(source__in=[_source(r) for r in registers]).values_list("dedupe_key", flat=True)
    )
    waiting = [(r, stage) for r in registers for stage in _stages(r) if _key(r, stage) not in told]
    if not waiting:
        return 0
    takers = _takers([register for register, _stage in waiting])
    return sum(_chase(register, stage, takers.get(register.pk, []), actor) for register, stage in waiting)


def _stages(register: Register) -> list[str]:
    """The stage that is due now; what was slept through is not made up for."""
    return ["closed"] if clock.now() >= register.closes_at else ["due"]


def _source(register: Register) -> str:
    return f"attendance.register:{register.pk}"


def _key(register: Register, stage: str) -> str:
    return f"{_source(register)}:{stage}"


def _chase(register: Register, stage: str, takers: Sequence[User], actor: Actor) -> int:
    people = [_recipient(user, "takes the register") for user in takers]
    if stage == "closed":
        known = {user.pk for user in takers}
        people += [each for each in office_recipients() if each.user not in known]
        record(
            "attendance.register.missed",
            target=Target.of(register),
            facts=[RegisterMissed(register=register.pk, takers=[user.pk for user in takers])],
            actor=actor,
        )
    made = notify(
        News(
            type=Type.ATTENDANCE,
            template="register_due",
            values={
                "register": str(register),
                "at": f"{clock.local(register.due_at, time_zone()):%H:%M}",
            },
            dedupe_key=_key(register, stage),
            urgency=Urgency.ROUTINE if stage == "due" else Urgency.IMPORTANT,
            channels=(Channel.EMAIL.value,),
            link=f"/registers/{register.pk}/",
            source=_source(register),
            expires_at=register.locks_at,
        ),
        people,
        actor=actor,
    )
    return len(made)


def _takers(registers: Sequence[Register]) -> dict[UUID, list[User]]:
    """Who is expected to take each register: the teachers of the class, or of the lesson. Two statements."""
    classes = {register.school_class_id for register in registers}
    rows = ClassTeacher.objects.filter(
        holds_on(today()), school_class__in=classes, role__in=("lead", "co_teacher"), staff__person__user__isnull=False
    ).select_related("staff__person__user")
    of_class: dict[UUID, list[User]] = {}
    for row in rows.order_by("role", "pk"):
        of_class.setdefault(row.school_class_id, []).append(row.staff.person.user)
    of_lesson = {
        lesson.pk: lesson.teacher.person.user
        for lesson in (r.lesson for r in registers if r.lesson is not None)
        if lesson.teacher_id and lesson.teacher.person.user_id
    }
    return {
        r.pk: [of_lesson[r.lesson_id]] if r.lesson_id in of_lesson else of_class.get(r.school_class_id, [])
        for r in registers
    }


def _recipient(user: User, reason: str) -> Recipient:
    return Recipient(
        person=user.pk,
        name=user.full_name,
        reason=reason,
        user=user.pk,
        language=user.locale,
        addresses={"email": [each.address for each in user.emails.all() if each.verified_at][:1]},
        usual=STAFF_WISHES,
    )
