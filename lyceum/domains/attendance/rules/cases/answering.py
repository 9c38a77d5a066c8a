"""Answering: by a link without signing in, in the portal, by text, or told to the office on the phone."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, RuleError
from lyceum.core.ids import new_id
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.attendance.cases import family_reasons, get_case
from lyceum.domains.attendance.codes import read_codes
from lyceum.domains.attendance.facts import CaseAnswered
from lyceum.domains.attendance.models import AbsenceCase, CaseReply, CaseTry, Code
from lyceum.domains.attendance.rules.cases.asking import LINK_HOLDS, SALT, source_of
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.notifications.rules.notify import stand_down
from lyceum.domains.people.contacts_for import Choice, Purpose, contacts_for
from lyceum.domains.people.models import Person
from lyceum.domains.tenancy.queries import today

LONGEST = 500
DOES_NOT_KNOW = "unknown"
OTHER = "other"


class LinkEndedError(RuleError):
    """The link is too old, or was never ours."""

    code = "link_ended"
    status = 410
    title = gettext_noop("This link has ended")


class CaseClosedError(RuleError):
    """The absence is settled."""

    code = "case_closed"
    status = 409
    title = gettext_noop("This is settled already")


@dataclass(frozen=True)
class Link:
    """What a reply link says: whose school, which case, and who answers."""

    school_id: int
    case_id: UUID
    person: UUID


def read_link(token: str) -> Link:
    """What a link of ours means, as long as it holds."""
    try:
        school_id, case_id, person = signing.loads(token, salt=SALT, max_age=LINK_HOLDS)
    except signing.BadSignature:
        raise LinkEndedError(_("Please call the school.")) from None
    return Link(int(school_id), UUID(case_id), UUID(person))


@dataclass(frozen=True)
class Opened:
    """What a link leads to."""

    case: AbsenceCase
    asked: Choice
    """Who answers."""
    reasons: list[Code]
    """What they may say."""


def open_link(link: Link) -> Opened:
    """The case that a link leads to, for somebody who may still be told about the child."""
    cases = AbsenceCase.objects.select_related("student__person").prefetch_related("sessions")
    case = cases.filter(pk=link.case_id).first()
    system = system_actor(current_school())
    if case is None:
        raise LinkEndedError(_("Please call the school."))
    choices = contacts_for(case.student_id, purpose=Purpose.ABSENCE, day=today(), actor=system)
    asked = next((choice for choice in choices if choice.person == link.person and choice.is_told), None)
    if asked is None:
        raise LinkEndedError(_("Please call the school."))
    return Opened(case, asked, family_reasons(read_codes(system)))


@transaction.atomic
def answer_by_link(link: Link, *, reason: str, text: str = "") -> AbsenceCase:
    """A guardian says why. It proposes a code; the office confirms."""
    opened = open_link(link)
    name = opened.asked.name
    actor = system_actor(current_school(), name=name)
    return answer(opened.case, reason, text, person=link.person, name=name, via=CaseReply.Via.LINK, actor=actor)


@transaction.atomic
def answer_in_portal(case_id: UUID, *, reason: str, text: str = "", actor: Actor) -> AbsenceCase:
    """A guardian who is signed in says why, of their own child."""
    actor.require(Permission.CASES_VIEW)
    case = get_case(case_id, actor=actor)
    person = Person.objects.filter(user=actor.user_id).first()
    choices = contacts_for(case.student_id, purpose=Purpose.ABSENCE, day=today(), actor=system_actor(current_school()))
    if person is None or not any(choice.person == person.pk and choice.is_told for choice in choices):
        raise NotFoundError
    return answer(case, reason, text, person=person.pk, name=person.full_name, via=CaseReply.Via.PORTAL, actor=actor)


@transaction.atomic
def note_call(case_id: UUID, *, person: UUID, reason: str = "", text: str = "", actor: Actor) -> AbsenceCase:
    """The office called somebody: what they said, or that nobody answered."""
    actor.require_all(Permission.CASES_SETTLE)
    case = get_case(case_id, actor=actor)
    _refuse_settled(case)
    choices = contacts_for(case.student_id, purpose=Purpose.ABSENCE, day=today(), actor=actor)
    choice = next((each for each in choices if each.person == person and each.why_not != "restricted"), None)
    if choice is None:
        raise NotFoundError
    CaseTry.objects.create(
        id=new_id(),
        case=case,
        person=person,
        name=choice.name,
        reason=choice.reason,
        position=choice.order,
        at=clock.now(),
        note=tidy(text)[:300] or _("no answer"),
        by=actor.user_id,
    )
    if not reason:
        record("attendance.case.call", target=Target.of(case), actor=actor)
        return case
    return answer(case, reason, text, person=person, name=choice.name, via=CaseReply.Via.PHONE, actor=actor)


def answer(
    case: AbsenceCase, reason: str, text: str, *, person: UUID | None, name: str, via: str, actor: Actor
) -> AbsenceCase:
    """Keep what was said. From somebody unknown it proposes nothing, and the asking goes on."""
    _refuse_settled(case)
    said = tidy(text)[:LONGEST]
    code = _code(reason, said)
    reply = CaseReply.objects.create(
        id=new_id(), case=case, person=person, name=name, verified=person is not None, via=via, text=said, code=code,
        at=clock.now(),
    )  # fmt: skip
    if person is not None:
        case.state, case.ask_next_at = AbsenceCase.State.ANSWERED, None
        case.save(update_fields=["state", "ask_next_at", "updated_at"])
        stand_down(source=source_of(case), read_by=person)
    record(
        "attendance.case.answer",
        target=Target.of(case),
        changes={"reason": [None, code.symbol if code else reason], "via": [None, reply.via]},
        facts=[CaseAnswered(case=case.pk, student=case.student_id)],
        actor=actor,
    )
    return case


def _refuse_settled(case: AbsenceCase) -> None:
    if not case.is_open:
        raise CaseClosedError(_("Nothing more is to be said of this absence."))


def _code(reason: str, text: str) -> Code | None:
    """What a reason proposes: one of the list, or something else that says itself in words."""
    if reason == DOES_NOT_KNOW:
        return None
    if reason == OTHER:
        if not text:
            raise InvalidError(
                _("Say why in a few words."), errors=[FieldError("/text", "required", _("Say why in a few words."))]
            )
        return None
    offered = family_reasons(read_codes(system_actor(current_school())))
    code = next((each for each in offered if reason in (str(each.pk), each.symbol)), None)
    if code is None:
        wrong = FieldError("/reason", "choice", _("Choose one of the list."))
        raise InvalidError(_("Choose one of the list."), errors=[wrong])
    return code
