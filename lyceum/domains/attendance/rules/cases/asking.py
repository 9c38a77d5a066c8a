"""Asking: one contact after the other, half an hour apart, until somebody answers or nobody is left."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.core.errors import NotFoundError
from lyceum.core.ids import new_id
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.attendance import messages  # noqa: F401  # declares the texts
from lyceum.domains.attendance.cases import sessions_in_words
from lyceum.domains.attendance.models import AbsenceCase, CaseTry
from lyceum.domains.notifications.rules.notify import News, Recipient, notify, notify_each
from lyceum.domains.notifications.rules.overflow import find_unreached
from lyceum.domains.notifications.rules.previewing import Costs, Reach, costs_of
from lyceum.domains.notifications.words import Channel, Type, Urgency
from lyceum.domains.people.contacts_for import Choice, Purpose, contacts_of
from lyceum.domains.people.models import Flag
from lyceum.domains.people.office import office_recipients
from lyceum.domains.people.policies import holds_on
from lyceum.domains.people.reach import reach_of_choices
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


WAITING = (AbsenceCase.State.OPEN, AbsenceCase.State.ASKED)


@transaction.atomic
def ask_next(cases: Sequence[AbsenceCase], *, actor: Actor) -> int:
    """Ask the next contact of each case that nobody has answered. Returns how many people were asked.

    Where no message reaches a contact, as when no texts are left, the next one is asked at once; a case of which
    nobody is reached stands in the call list as one that nobody was asked about. The statements do not grow with the
    cases.
    """
    waiting = [case for case in cases if case.state in WAITING]
    left = _left_to_ask(waiting, _contacts(waiting))
    reached: set[UUID] = set()
    turn = waiting
    while turn := [case for case in turn if case.pk not in reached and left[case.pk]]:
        reached |= _ask([(case, left[case.pk].pop(0)) for case in turn], actor)
    _note(waiting, reached, {pk for pk, choices in left.items() if choices})
    return len(reached)


def _left_to_ask(cases: Sequence[AbsenceCase], choices: Mapping[UUID, Sequence[Choice]]) -> dict[UUID, list[Choice]]:
    """The contacts of each case who are told of absences and were not asked yet, in their order."""
    asked: dict[UUID, set[UUID]] = {case.pk: set() for case in cases}
    for case_id, person in CaseTry.objects.filter(case__in=cases).values_list("case_id", "person"):
        asked[case_id].add(person)
    return {
        case.pk: [c for c in choices.get(case.student_id, []) if c.is_told and c.person not in asked[case.pk]]
        for case in cases
    }


def _contacts(cases: Sequence[AbsenceCase]) -> dict[UUID, list[Choice]]:
    students = {case.student_id for case in cases}
    whole = system_actor(current_school())  # everybody is in it; who may not know of a restriction is told a number
    return contacts_of(students, purpose=Purpose.ABSENCE, day=today(), actor=whole)


def _chosen(ids: Collection[UUID], *, lock: bool = False) -> list[AbsenceCase]:
    """The cases that were named. Unknown ones and another school's are the same."""
    rows = AbsenceCase.objects.filter(pk__in=ids).select_related("student__person").prefetch_related("sessions")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = list(rows.order_by("pk"))
    if len(found) < len(set(ids)):
        raise NotFoundError
    return [case for case in found if case.state in WAITING]


@dataclass(frozen=True)
class AskPreview:
    """Whom asking now would ask, and how far it goes."""

    next_ones: Mapping[UUID, Choice]
    """By case; a case without anybody left to ask is not in it."""
    reach: Reach
    costs: Costs


def preview_asking(cases: Collection[UUID], *, actor: Actor) -> AskPreview:
    """What asking the families of some cases now would do."""
    actor.require_all(Permission.CASES_SETTLE)
    rows = _chosen(cases)
    contacts = _contacts(rows)
    left = _left_to_ask(rows, contacts)
    others = [each for case in rows for each in contacts.get(case.student_id, []) if not each.is_told]
    asked = [(_news(case), [_recipient(case, each) for each in left[case.pk][:1]]) for case in rows]
    reach = reach_of_choices(asked, others, actor=actor)
    next_ones = {case.pk: left[case.pk][0] for case in rows if left[case.pk]}
    return AskPreview(next_ones, reach, costs_of(reach))


@transaction.atomic
def ask_families(cases: Collection[UUID], *, actor: Actor) -> int:
    """The office asks the next contact of some cases now, without waiting for the half hour: all of them, or none."""
    actor.require_all(Permission.CASES_SETTLE)
    return ask_next(_chosen(cases, lock=True), actor=actor)


def _note(cases: Sequence[AbsenceCase], asked: set[UUID], with_more: set[UUID]) -> None:
    """Keep what became of the asking; whoever has another contact is looked at again after half an hour."""
    now = clock.now()
    for case in cases:
        case.ask_next_at = now + ASK_NEXT_AFTER if case.pk in with_more else None
        case.updated_at = now
        if case.pk in asked:
            case.state = AbsenceCase.State.ASKED
    AbsenceCase.objects.bulk_update(cases, ["state", "ask_next_at", "updated_at"])
    if with_more:
        app.configure_task(ASK_NEXT, schedule_at=now + ASK_NEXT_AFTER).defer(school_id=current_school())


def _news(case: AbsenceCase) -> News:
    return News(
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
    )


def _recipient(case: AbsenceCase, choice: Choice) -> Recipient:
    return choice.as_recipient(link=f"/attendance/cases/{case.pk}/answer/", own_link=reply_link(case, choice.person))


def _ask(asked: Sequence[tuple[AbsenceCase, Choice]], actor: Actor) -> set[UUID]:
    """Ask one contact of each case. Returns the cases whose contact a message reaches, or knew already."""
    made = notify_each([(_news(case), [_recipient(case, choice)]) for case, choice in asked], actor=actor)
    notifications = {(row.source, row.recipient): row for row in made}
    unreached = find_unreached(made)
    tries, reached = [], set()
    for case, choice in asked:
        row = notifications.get((source_of(case), choice.person))
        is_lost = row is not None and row.pk in unreached
        tries.append(
            CaseTry(
                id=new_id(),
                case=case,
                person=choice.person,
                name=choice.name,
                reason=choice.reason,
                position=choice.order,
                notification=row.pk if row else None,
                at=clock.now(),
                note=_("no message reached them") if is_lost else "",
                by=actor.user_id,
            )
        )
        if not is_lost:
            reached.add(case.pk)
    CaseTry.objects.bulk_create(tries)
    return reached


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
