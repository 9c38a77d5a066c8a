"""Settling: the office confirms what was said, closes what nobody explained, and an arrival ends it by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.core.errors import FieldError, InvalidError, RuleError
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.attendance.cases import get_case, nothing_said, sessions_in_words, still_absent
from lyceum.domains.attendance.codes import read_codes
from lyceum.domains.attendance.facts import CaseResolved
from lyceum.domains.attendance.meanings import ABSENT, Meaning
from lyceum.domains.attendance.models import AbsenceCase, CaseReply, CaseTry, Code, Mark
from lyceum.domains.attendance.rules.cases.answering import CaseClosedError
from lyceum.domains.attendance.rules.cases.asking import WAYS, source_of
from lyceum.domains.attendance.rules.marks import amend_mark
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.notifications.rules.notify import News, notify, withdraw
from lyceum.domains.notifications.rules.wording import Said
from lyceum.domains.notifications.words import Type, Urgency
from lyceum.domains.people.contacts_for import Purpose, contacts_for
from lyceum.domains.tenancy.queries import today


class NothingProposedError(RuleError):
    """Nobody has proposed a code for this absence."""

    code = "nothing_proposed"
    status = 422
    title = gettext_noop("Choose a code")


@transaction.atomic
def confirm_case(case_id: UUID, *, symbol: str = "", reason: str = "", actor: Actor) -> AbsenceCase:
    """Write down what was said: the marks of every session of the case get the proposed code, or another one.

    The reply stands as the reason of each change, and whoever gave it hears that it was recorded.
    """
    actor.require_all(Permission.CASES_SETTLE)
    case = get_case(case_id, actor=actor)
    if not case.is_open:
        raise CaseClosedError(_("Nothing more is to be said of this absence."))
    reply = _newest_reply(case)
    code = _chosen(symbol, reply, actor)
    _amend(case, code, tidy(reason) or _said(reply), actor)
    if reply is not None:
        CaseReply.objects.filter(pk=reply.pk).update(confirmed_at=clock.now())
    _close(case, AbsenceCase.State.RESOLVED, actor)
    if reply is not None and reply.person is not None:
        _thank(case, reply, code, actor)
    return case


def _newest_reply(case: AbsenceCase) -> CaseReply | None:
    replies = sorted((r for r in case.replies.all() if r.verified), key=lambda r: r.at)
    return replies[-1] if replies else None


def _chosen(symbol: str, reply: CaseReply | None, actor: Actor) -> Code:
    if symbol:
        code = read_codes(actor).by_symbol(symbol)
        if code is None or not code.active:
            raise InvalidError(
                _("There is no such code in use."),
                errors=[FieldError("/code", "code_unknown", _("There is no such code in use."))],
            )
        return code
    if reply is None or reply.code is None:
        raise NothingProposedError(_("Nobody has proposed a code for this absence: choose one."))
    proposed: Code = reply.code
    return proposed


def _said(reply: CaseReply | None) -> str:
    if reply is None:
        return _("Settled by the office")
    words = f"“{reply.text}”" if reply.text else nothing_said()
    return _("%(name)s says: %(text)s") % {"name": reply.name, "text": words}


def _amend(case: AbsenceCase, code: Code, reason: str, actor: Actor) -> None:
    """Change the daily marks of the case's sessions that are still unexplained."""
    for each in case.sessions.all():
        mark = Mark.objects.filter(
            student=case.student_id,
            register__on=each.on,
            register__session=each.session,
            register__kind="daily",
            code__meaning__in=(Meaning.UNEXPLAINED, Meaning.UNAUTHORISED),
        ).first()
        if mark is not None:
            amend_mark(mark.pk, symbol=code.symbol, reason=reason, actor=actor)


def _close(case: AbsenceCase, state: str, actor: Actor) -> None:
    case.state, case.closed_at, case.closed_by, case.ask_next_at = state, clock.now(), actor.user_id, None
    case.save(update_fields=["state", "closed_at", "closed_by", "ask_next_at", "updated_at"])
    withdraw(source=source_of(case), actor=actor)
    record(
        "attendance.case.resolve",
        target=Target.of(case),
        changes={"state": [None, state]},
        facts=[CaseResolved(case=case.pk, student=case.student_id, state=state)],
        actor=actor,
    )


def _thank(case: AbsenceCase, reply: CaseReply, code: Code, actor: Actor) -> None:
    reason = partial(_, code.family_words)
    _tell(case, {reply.person}, "absence_recorded", {"reason": reason}, "recorded", actor)


def _tell(
    case: AbsenceCase,
    people: Collection[UUID | None],
    template: str,
    values: Mapping[str, Said],
    key: str,
    actor: Actor,
) -> None:
    """Tell those who were asked, as far as they may be told now."""
    system = system_actor(current_school())
    choices = contacts_for(case.student_id, purpose=Purpose.ABSENCE, day=today(), actor=system)
    when = partial(sessions_in_words, list(case.sessions.all()))
    notify(
        News(
            type=Type.ATTENDANCE,
            template=template,
            values={"child": case.student.person.called, "when": when, **values},
            dedupe_key=f"{source_of(case)}:{key}",
            urgency=Urgency.IMPORTANT,
            channels=WAYS,
            one_is_enough=True,
            about_student=case.student_id,
            source=f"{source_of(case)}:{key}",
        ),
        [choice.as_recipient() for choice in choices if choice.is_told and choice.person in people],
        actor=actor,
    )


@transaction.atomic
def close_unexplained(case_id: UUID, *, reason: str = "", actor: Actor) -> AbsenceCase:
    """Nobody explained it: the marks become unauthorised. Always by a person."""
    actor.require_all(Permission.CASES_SETTLE)
    case = get_case(case_id, actor=actor)
    if not case.is_open:
        raise CaseClosedError(_("Nothing more is to be said of this absence."))
    codes = [c for c in read_codes(actor).codes if c.active and c.meaning == Meaning.UNAUTHORISED]
    if not codes:
        raise NothingProposedError(_("The school has no code for an unauthorised absence."))
    _amend(case, codes[-1], tidy(reason) or _("Not explained in time"), actor)
    _close(case, AbsenceCase.State.UNEXPLAINED_CLOSED, actor)
    return case


@transaction.atomic
def note_arrivals(marked: Sequence[tuple[UUID, str]], *, actor: Actor) -> int:
    """Marks changed: a case with nothing unexplained left is over, and those who were asked hear of an arrival."""
    students = {student for student, _meaning in marked}
    here = {student for student, meaning in marked if meaning not in ABSENT}
    cases = AbsenceCase.objects.filter(student__in=students, state__in=AbsenceCase.OPEN_STATES)
    ended = 0
    for case in cases.select_related("student__person").prefetch_related("sessions"):
        if still_absent(case):
            continue
        arrived = case.student_id in here
        _close(case, AbsenceCase.State.ARRIVED if arrived else AbsenceCase.State.RESOLVED, actor)
        ended += 1
        if arrived:
            people = set(CaseTry.objects.filter(case=case).values_list("person", flat=True))
            _tell(case, people, "arrived", {}, "arrived", actor)
    return ended
