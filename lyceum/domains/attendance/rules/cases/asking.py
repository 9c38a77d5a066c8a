"""Asking: one contact after the other, half an hour apart, until somebody answers or nobody is left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.core import signing
from django.db import transaction
from procrastinate.contrib.django import app

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.core.ids import new_id
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.attendance import messages  # noqa: F401  # declares the texts
from lyceum.domains.attendance.cases import sessions_in_words
from lyceum.domains.attendance.models import AbsenceCase, CaseTry
from lyceum.domains.attendance.office import office_recipients
from lyceum.domains.notifications.rules.notify import News, notify
from lyceum.domains.notifications.words import Channel, Type, Urgency
from lyceum.domains.people.contacts_for import Choice, Purpose, contacts_of
from lyceum.domains.people.models import Flag
from lyceum.domains.people.policies import holds_on
from lyceum.domains.tenancy.queries import today

ASK_NEXT_AFTER = timedelta(minutes=30)
LINK_HOLDS = timedelta(hours=48)
ASK_NEXT = "attendance.ask_next"
SALT = "attendance.case"
KIND = "attendance.case"
"""What its messages come from."""
WAYS = (Channel.SMS.value, Channel.EMAIL.value, Channel.PUSH.value)


def source_of(case: AbsenceCase) -> str:
    """By what its messages are found."""
    return f"{KIND}:{case.pk}"


def reply_link(case: AbsenceCase, person: UUID) -> str:
    """A link of one's own by which one answers without signing in, for two days."""
    token = signing.dumps([case.school_id, str(case.pk), str(person)], salt=SALT, compress=True)
    return f"/reply/{token}/"


@transaction.atomic
def ask_next(cases: Sequence[AbsenceCase], *, actor: Actor) -> int:
    """Ask the next contact of each case that nobody has answered. Returns how many people were asked."""
    waiting = [case for case in cases if case.state in (AbsenceCase.State.OPEN, AbsenceCase.State.ASKED)]
    choices = contacts_of(
        {case.student_id for case in waiting},
        purpose=Purpose.ABSENCE,
        day=today(),
        actor=system_actor(current_school()),
    )
    asked: dict[UUID, set[UUID]] = {case.pk: set() for case in waiting}
    for case_id, person in CaseTry.objects.filter(case__in=waiting).values_list("case_id", "person"):
        asked[case_id].add(person)
    count = 0
    for case in waiting:
        left = [c for c in choices.get(case.student_id, []) if c.is_told and c.person not in asked[case.pk]]
        if left:
            _ask(case, left[0], actor)
            count += 1
        _note(case, asked_now=bool(left), more=len(left) > 1)
    return count


def _note(case: AbsenceCase, *, asked_now: bool, more: bool) -> None:
    case.ask_next_at = clock.now() + ASK_NEXT_AFTER if more else None
    if asked_now:
        case.state = AbsenceCase.State.ASKED
    case.save(update_fields=["state", "ask_next_at", "updated_at"])
    if case.ask_next_at is not None:
        _ask_again_at(case)


def _ask_again_at(case: AbsenceCase) -> None:
    app.configure_task(ASK_NEXT, schedule_at=case.ask_next_at).defer(school_id=case.school_id)


def _ask(case: AbsenceCase, choice: Choice, actor: Actor) -> None:
    made = notify(
        News(
            type=Type.ATTENDANCE,
            template="absence",
            values={"child": case.student.person.called, "when": partial(sessions_in_words, list(case.sessions.all()))},
            dedupe_key=f"{source_of(case)}:ask",
            urgency=Urgency.URGENT,
            channels=WAYS,
            one_is_enough=True,
            about_student=case.student_id,
            source=source_of(case),
            expires_at=clock.now() + LINK_HOLDS,
        ),
        [choice.as_recipient(link=f"/attendance/cases/{case.pk}/answer/", own_link=reply_link(case, choice.person))],
        actor=actor,
    )
    CaseTry.objects.create(
        id=new_id(),
        case=case,
        person=choice.person,
        name=choice.name,
        reason=choice.reason,
        position=choice.order,
        notification=made[0].pk if made else None,
        at=clock.now(),
        by=None,
    )


def ask_those_due(*, actor: Actor) -> int:
    """Go on to the next contact where half an hour passed without an answer."""
    due = AbsenceCase.objects.filter(state=AbsenceCase.State.ASKED, ask_next_at__lte=clock.now())
    cases = due.select_related("student__person").prefetch_related("sessions").order_by("pk")
    return ask_next(list(cases.select_for_update(of=("self",), skip_locked=True)), actor=actor)


def warn_where_flagged(cases: Sequence[AbsenceCase], *, actor: Actor) -> None:
    """Tell the office at once of a child who must be looked for when absent."""
    flags = Flag.objects.filter(
        holds_on(today()), check_if_absent=True, student__in=[case.student_id for case in cases]
    )
    by_student = {flag.student_id: flag for flag in flags.order_by("pk")}
    if not by_student:
        return
    for case in cases:
        flag = by_student.get(case.student_id)
        if flag is None:
            continue
        notify(
            News(
                type=Type.SAFEGUARDING,
                template="check_if_absent",
                values={
                    "child": case.student.person.full_name,
                    "when": partial(sessions_in_words, list(case.sessions.all())),
                    "why": flag.what_to_do or flag.text,
                },
                dedupe_key=f"{source_of(case)}:flag",
                urgency=Urgency.URGENT,
                channels=(Channel.EMAIL.value,),
                link=f"/students/{case.student_id}/",
                source=source_of(case),
            ),
            office_recipients(Permission.CASES_SETTLE, about=case.student_id),
            actor=actor,
        )
