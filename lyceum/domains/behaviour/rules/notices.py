"""Telling families: one notice about one child, to those who may be told, after a person has seen it.

Who may be told is decided here and nowhere else, and frozen with the reason at the moment a notice is made.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, NotFoundError
from lyceum.core.permissions import Permission, Reach
from lyceum.core.text import searchable, tidy
from lyceum.domains.behaviour.facts import NoticeAcknowledged, NoticeApproved, NoticeSent
from lyceum.domains.behaviour.models import EscalationCase, Incident, Notice, Participant
from lyceum.domains.behaviour.models.incidents import GRAVEST, IncidentType
from lyceum.domains.behaviour.rules.refusals import (
    IncidentStateError,
    NamesOtherStudentError,
    NobodyReachedError,
    NoticeStateError,
    OwnReportError,
)
from lyceum.domains.behaviour.rules.telling import Recipient, hand_over, recipients_for, shown_recipients, take_back
from lyceum.domains.journal.rules import Entry, Target, record, record_all
from lyceum.domains.people.models import Person, Student
from lyceum.domains.people.policies import visible_students

RECALL = timedelta(seconds=10)
"""How long a notice can be called back once somebody has sent it."""
REMIND = timedelta(hours=24)
SERIOUS = 3
"""From this severity on a family is asked to acknowledge."""
State = Notice.State
SHORTEST_NAME = 3


def other_names(text: str, own: Person, others: Iterable[Person]) -> list[str]:
    """The names of others that a text holds, as it writes them; a name that the child has too is none."""
    words = searchable(text).split()
    own_words = set(own.search_name.split())
    found = []
    for person in others:
        named = [name for name in (person.full_name, person.preferred_name) if name and _holds(words, name)]
        single = [
            word
            for word in person.search_name.split()
            if len(word) >= SHORTEST_NAME and word not in own_words and word in words
        ]
        found += named or single
    return list(dict.fromkeys(found))


def _holds(words: Sequence[str], name: str) -> bool:
    wanted = searchable(name).split()
    return bool(wanted) and any(words[n : n + len(wanted)] == wanted for n in range(len(words) - len(wanted) + 1))


def refuse_other_names(text: str, own: Person, others: Iterable[Person], *, pointer: str) -> None:
    """Refuse a text for one family that names another's child."""
    named = other_names(text, own, others)
    if named:
        words = _("It names another student: %(names)s. Say it without.") % {"names": ", ".join(named)}
        raise NamesOtherStudentError(words, errors=[FieldError(pointer, "names_other_student", words)], words=named)


def usual_text(participant: Participant, kind: IncidentType) -> str:
    """What a family reads where nobody wrote anything else: their own child, and no more."""
    incident, called = participant.incident, participant.student.person.called
    lines = [
        _("%(name)s: %(what)s on %(day)s.")
        % {"name": called, "what": _(kind.family_name), "day": date_format(incident.on, "DATE_FORMAT")}
    ]
    if incident.summary:
        lines.append(incident.summary)
    if participant.outcome:
        lines.append(participant.outcome)
    if participant.points:
        lines.append(_("Points: %(points)+d.") % {"points": participant.points})
    return "\n".join(lines)[:2000]


def is_sent_by_itself(incident: Incident, *, reviewed: bool) -> bool:
    """Whether the type lets a notice go without anybody pressing send."""
    tell = incident.type.tell_guardians
    return tell == IncidentType.TellGuardians.ALWAYS or (tell == IncidentType.TellGuardians.AFTER_REVIEW and reviewed)


def make_notices(incident: Incident, participants: Sequence[Participant], *, reviewed: bool, actor: Actor) -> None:
    """One notice for each child who did it, once the incident counts. Of target and witness a person decides."""
    parts = whose_families_hear(incident, participants)
    told = recipients_for([each.student_id for each in parts], actor=actor)
    goes = is_sent_by_itself(incident, reviewed=reviewed)
    notices = []
    for part in parts:
        text = usual_text(part, incident.type)
        notices.append(_draft(part.student_id, text, told[part.student_id], actor, participant=part, **weight_of(part)))
    _save(notices, goes=goes, actor=actor)


def whose_families_hear(incident: Incident, participants: Sequence[Participant]) -> list[Participant]:
    """Those of whom a notice is made once the incident counts."""
    if incident.type.tell_guardians == IncidentType.TellGuardians.NEVER or incident.confidential:
        return []
    return [each for each in participants if each.did_it]


def weight_of(part: Participant) -> dict[str, bool]:
    """How much a notice about a part matters: whether it is urgent, and asks to be confirmed."""
    severity = part.severity or part.incident.severity
    is_bad = part.incident.type.polarity == "negative"
    return {"urgent": severity == GRAVEST, "asks_acknowledgement": severity >= SERIOUS and is_bad}


def make_stage_notice(case: EscalationCase, text: str, *, actor: Actor) -> Notice:
    """The letter of an approved stage, as the approver saw it."""
    told = recipients_for([case.student_id], actor=actor)
    notice = _draft(
        case.student_id, tidy_lines(text), told[case.student_id], actor, case=case, asks_acknowledgement=True
    )
    _save([notice], goes=True, actor=actor)
    return notice


def tidy_lines(text: str) -> str:
    """A text of several lines, each tidied."""
    return "\n".join(tidy(line) for line in text.splitlines()).strip()[:2000]


def _draft(student: UUID, text: str, told: Sequence[Recipient], actor: Actor, **more: object) -> Notice:
    return Notice(
        student_id=student,
        text=text,
        recipients=[asdict(each) for each in told],
        nobody_reached=not any(each.told for each in told),
        made_by=actor.user_id,
        made_by_name=actor.name[:200],
        **more,
    )


def _save(notices: Sequence[Notice], *, goes: bool, actor: Actor) -> None:
    if not notices:
        return
    entries = []
    for notice in notices:
        if goes and not notice.nobody_reached:
            let_go(notice, actor)
        facts = [NoticeApproved(notice=notice.pk, student=notice.student_id)] if notice.recallable_until else []
        entries.append(Entry("behaviour.notice.make", Target.of(notice), {"state": [None, notice.state]}, facts=facts))
    Notice.objects.bulk_create(notices)
    record_all(entries, actor=actor)


def let_go(notice: Notice, actor: Actor) -> None:
    """On its way from now on, unless it is called back; not written yet."""
    notice.state, notice.recallable_until = State.RECALLABLE, clock.now() + RECALL
    notice.approved_by, notice.approved_by_name = actor.user_id, actor.name[:200]


@transaction.atomic
def write_notice(participant_id: UUID, *, text: str, actor: Actor) -> Notice:
    """A person's own words to one family, held until somebody sends it. One that was sent stays as it was."""
    actor.require(Permission.NOTICES_SEND)
    participant = _participant(participant_id, actor)
    incident = participant.incident
    if not incident.counts:
        raise IncidentStateError(_("Families are told once the incident is approved."), state=incident.state)
    if incident.confidential:
        raise IncidentStateError(_("A confidential incident is not told by notice."), state=incident.state)
    words = tidy_lines(text) or usual_text(participant, incident.type)
    others = [p.student.person for p in _others(participant)]
    refuse_other_names(words, participant.student.person, others, pointer="/text")
    told = recipients_for([participant.student_id], actor=actor)[participant.student_id]
    last = Notice.objects.filter(participant=participant).order_by("-created_at", "-pk").first()
    if last is not None and last.state in (State.HELD, State.RECALLABLE):
        last.state, last.withdrawn_reason = State.WITHDRAWN, _("Written anew")
        last.save(update_fields=["state", "withdrawn_reason", "updated_at"])
    severity = participant.severity or incident.severity
    notice = _draft(
        participant.student_id,
        words,
        told,
        actor,
        participant=participant,
        replaces=last,
        urgent=severity == GRAVEST,
        asks_acknowledgement=severity >= SERIOUS,
    )
    _save([notice], goes=False, actor=actor)
    return notice


def _participant(participant_id: UUID, actor: Actor) -> Participant:
    rows = Participant.objects.filter(pk=participant_id).select_related("incident__type", "student__person")
    found = rows.first()
    if found is None:
        raise NotFoundError
    _refuse_others_reports(found.incident, actor)
    return found


def _refuse_others_reports(incident: Incident, actor: Actor) -> None:
    """Who reaches their own reports alone tells of those of types that need no review."""
    if Reach.ALL in actor.reaches(Permission.NOTICES_SEND):
        if incident.confidential and not actor.may(Permission.CONFIDENTIAL_VIEW):
            raise NotFoundError
        return
    if incident.reported_by is None or incident.reported_by != actor.user_id:
        raise NotFoundError
    if incident.type.needs_review or incident.severity == GRAVEST:
        raise OwnReportError(_("Somebody who reviews incidents tells the family of this one."))


def _others(participant: Participant) -> list[Participant]:
    rows = Participant.objects.filter(incident=participant.incident_id).exclude(pk=participant.pk)
    return list(rows.select_related("student__person"))


def get_notice(notice_id: UUID, *, actor: Actor, lock: bool = False) -> Notice:
    """The notice, where the actor may send it."""
    actor.require(Permission.NOTICES_SEND)
    rows = Notice.objects.filter(pk=notice_id).select_related("participant__incident__type", "student__person")
    if lock:
        rows = rows.select_for_update(of=("self",))
    notice = next(iter(rows), None)
    if notice is None:
        raise NotFoundError
    if notice.participant is not None:
        _refuse_others_reports(notice.participant.incident, actor)
    elif Reach.ALL not in actor.reaches(Permission.NOTICES_SEND):
        raise NotFoundError
    return notice


@transaction.atomic
def send_notice(notice_id: UUID, *, actor: Actor) -> Notice:
    """Let a held notice go. For ten seconds it can be called back."""
    notice = get_notice(notice_id, actor=actor, lock=True)
    if notice.state != State.HELD:
        raise NoticeStateError(_("This notice is not waiting to be sent."), state=notice.state)
    told = recipients_for([notice.student_id], actor=actor)[notice.student_id]
    notice.recipients = [asdict(each) for each in told]
    notice.nobody_reached = not any(each.told for each in told)
    if notice.nobody_reached:
        reasons = "; ".join(f"{each['name']}: {each['reason']}" for each in shown_recipients(notice, actor=actor))
        raise NobodyReachedError(
            _("Nobody may be told: %(reasons)s") % {"reasons": reasons or _("no contact is known")}, recipients=reasons
        )
    let_go(notice, actor)
    notice.save()
    record(
        "behaviour.notice.send",
        target=Target.of(notice),
        changes={"state": [State.HELD.value, notice.state]},
        facts=[NoticeApproved(notice=notice.pk, student=notice.student_id)],
        actor=actor,
    )
    return notice


@transaction.atomic
def recall_notice(notice_id: UUID, *, reason: str = "", actor: Actor) -> Notice:
    """Call a notice back before it has gone."""
    notice = get_notice(notice_id, actor=actor, lock=True)
    if notice.state not in (State.HELD, State.RECALLABLE):
        raise NoticeStateError(_("This notice has gone."), state=notice.state)
    old, notice.state, notice.withdrawn_reason = notice.state, State.WITHDRAWN, tidy(reason)[:300]
    notice.save(update_fields=["state", "withdrawn_reason", "updated_at"])
    changes = {"state": [old, notice.state]}
    record("behaviour.notice.recall", target=Target.of(notice), changes=changes, reason=reason, actor=actor)
    return notice


def withdraw_notices(incident: Incident, reason: str, *, actor: Actor) -> None:
    """Nobody is told any more of what does not count."""
    rows = Notice.objects.filter(participant__incident=incident, state__in=(State.HELD, State.RECALLABLE))
    rows.update(state=State.WITHDRAWN, withdrawn_reason=reason[:300], updated_at=clock.now())
    take_back(incident, actor=actor)


@transaction.atomic
def deliver_notice(notice_id: UUID, *, actor: Actor) -> bool:
    """Hand a notice over to be delivered once its time to be called back is over; doing it twice sends it once."""
    rows = Notice.objects.filter(pk=notice_id, state=State.RECALLABLE)
    rows = rows.select_related("student__person", "participant")
    notice = next(iter(rows.select_for_update(of=("self",))), None)
    if notice is None or notice.recallable_until is None or clock.now() < notice.recallable_until:
        return False
    notice.state, notice.sent_at = State.SENT, clock.now()
    notice.nobody_reached = not hand_over(notice, actor=actor)
    notice.save(update_fields=["state", "sent_at", "nobody_reached", "updated_at"])
    record(
        "behaviour.notice.deliver",
        target=Target.of(notice),
        changes={"state": [State.RECALLABLE.value, notice.state]},
        facts=[NoticeSent(notice=notice.pk, student=notice.student_id)],
        actor=actor,
    )
    return True


@transaction.atomic
def remind_unread(*, actor: Actor) -> int:
    """Remind once of what nobody of the family has confirmed a day after it was sent; returns of how many."""
    now = clock.now()
    rows = Notice.objects.filter(
        state=State.SENT, asks_acknowledgement=True, acknowledged_at__isnull=True, nobody_reached=False,
        sent_at__range=(now - 2 * REMIND, now - REMIND),
    ).select_related("student__person", "participant")  # fmt: skip
    return sum(hand_over(notice, again=True, actor=actor) for notice in rows.order_by("pk")[:1000])


@transaction.atomic
def acknowledge_notice(notice_id: UUID, *, actor: Actor) -> Notice:
    """A guardian says that they have read it."""
    if not Notice.objects.filter(pk=notice_id).exists():
        raise NotFoundError
    actor.require(Permission.NOTICES_ACKNOWLEDGE)
    mine = Student.objects.filter(visible_students(actor, Permission.NOTICES_ACKNOWLEDGE))
    rows = Notice.objects.filter(pk=notice_id, student__in=mine, state=State.SENT)
    notice = next(iter(rows.select_for_update(of=("self",))), None)
    if notice is None:
        raise NotFoundError
    if notice.acknowledged_at is not None:
        return notice
    notice.acknowledged_at = clock.now()
    notice.acknowledged_by, notice.acknowledged_by_name = actor.user_id, actor.name[:200]
    notice.save(update_fields=["acknowledged_at", "acknowledged_by", "acknowledged_by_name", "updated_at"])
    record(
        "behaviour.notice.acknowledge",
        target=Target.of(notice),
        facts=[NoticeAcknowledged(notice=notice.pk, student=notice.student_id)],
        actor=actor,
    )
    return notice
