"""Telling families of detentions: each family of its own child, once for each thing that happened."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.behaviour.detention_queries import get_detention_of_child
from lyceum.domains.behaviour.facts import NoticeApproved
from lyceum.domains.behaviour.models import Detention, DetentionSlot, DetentionType, Notice
from lyceum.domains.behaviour.rules.detentions.fitting import said
from lyceum.domains.behaviour.rules.notices import RECALL, acknowledge_notice
from lyceum.domains.behaviour.rules.refusals import NoticeStateError
from lyceum.domains.behaviour.rules.telling import Recipient, recipients_for
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.people.contacts_for import WhyNot
from lyceum.domains.people.models import Student

State = Notice.State
GRACE = timedelta(minutes=15)
"""By how much a notice may leave later than the detention was set."""


class Occasion(StrEnum):
    """What a family is told."""

    SET = "set"
    MOVED = "moved"
    EXCUSED = "excused"
    CANCELLED = "cancelled"


def notice_text(detention: Detention, occasion: Occasion) -> str:
    """What the family reads: its own child, what follows, when and where."""
    words = {
        "name": detention.student.person.called,
        "type": detention.type.name,
        "at": said(detention.starts_at) if detention.starts_at else "",
        "minutes": detention.minutes,
    }
    if detention.starts_at is None:
        return _("%(name)s: %(type)s, %(minutes)s minutes. You will hear of the time.") % words
    if occasion == Occasion.CANCELLED:
        return _("%(name)s: the detention (%(type)s) on %(at)s is cancelled.") % words
    if occasion == Occasion.EXCUSED:
        return _("%(name)s: the detention (%(type)s) on %(at)s is not held. You will hear of a new time.") % words
    told = (
        _("%(name)s: %(type)s on %(at)s, %(minutes)s minutes.")
        if occasion == Occasion.SET
        else _("%(name)s: the detention was moved. New time: %(type)s on %(at)s, %(minutes)s minutes.")
    )
    lines = [told % words, detention.reason]
    if detention.slot and detention.slot.room:
        lines.append(_("Place: %(room)s.") % {"room": detention.slot.room})
    return "\n".join(lines)


@dataclass(frozen=True)
class Preview:
    """What a family would read, and who of them."""

    text: str
    recipients: tuple[Recipient, ...]


def preview_notice(
    student: Student, kind: DetentionType, slot: DetentionSlot | None, reason: str, *, actor: Actor
) -> Preview | None:
    """What setting a detention would tell the family, before anybody has set it."""
    if slot is None or not kind.tell_guardians:
        return None
    row = Detention(
        student=student, type=kind, slot=slot, starts_at=slot.starts_at, minutes=slot.minutes, reason=reason
    )
    told = recipients_for([student.pk], actor=actor)[student.pk]
    if not actor.reaches_all(Permission.RESTRICTIONS_EDIT):
        told = [each for each in told if each.why_not != WhyNot.RESTRICTED]
    return Preview(notice_text(row, Occasion.SET), tuple(told))


def tell_family(detentions: Sequence[Detention], occasion: Occasion, *, actor: Actor) -> None:
    """Tell the family of each detention, where its type says that families are told.

    What was said before and has not gone out is taken back: a family hears the last word only. Where nobody may be
    told the detention says why, and the office sees it. The statements do not grow with the detentions.
    """
    untimed = occasion == Occasion.SET
    rows = [row for row in detentions if row.type.tell_guardians and (row.slot_id or row.untold or not untimed)]
    if not rows:
        return
    about = [row.pk for row in rows] + [row.moved_from_id for row in rows if row.moved_from_id]
    _take_back(about)
    if occasion == Occasion.CANCELLED:
        rows = _known_to_families(rows, about)
    told = recipients_for([row.student_id for row in rows], actor=actor)
    notices = [_notice(row, occasion, told[row.student_id], actor) for row in rows]
    Notice.objects.bulk_create(notices)
    entries = []
    for notice in notices:
        facts = [] if notice.nobody_reached else [NoticeApproved(notice=notice.pk, student=notice.student_id)]
        entries.append(Entry("behaviour.notice.make", Target.of(notice), {"state": [None, notice.state]}, facts=facts))
    record_all(entries, actor=actor)
    _note_untold(rows, told)


def _known_to_families(rows: Sequence[Detention], about: Sequence[UUID]) -> list[Detention]:
    """Those of which families have heard: of the others there is nothing to call off."""
    heard = set(Notice.objects.filter(detention__in=about, state=State.SENT).values_list("detention", flat=True))
    return [row for row in rows if {row.pk, row.moved_from_id} & heard]


def call_off_cancelling(detentions: Sequence[Detention], *, since: datetime) -> set[UUID]:
    """Take back what families were still to hear of a cancelling; ids of those that stand as families know them.

    Of these a notice had gone out before `since`, and none after it; or families are not told of their type.
    """
    ids = [row.pk for row in detentions]
    _take_back(ids)
    sent = Notice.objects.filter(detention__in=ids, state=State.SENT)
    since_then = set(sent.filter(sent_at__gte=since).values_list("detention", flat=True))
    before = set(sent.filter(sent_at__lt=since).values_list("detention", flat=True))
    untold = {row.pk for row in detentions if not row.type.tell_guardians}
    return untold | {row.pk for row in detentions if row.pk in before - since_then}


def _take_back(detentions: Sequence[UUID]) -> None:
    waiting = Notice.objects.filter(detention__in=detentions, state__in=(State.HELD, State.RECALLABLE))
    waiting.update(state=State.WITHDRAWN, withdrawn_reason=_("Overtaken by a later one"), updated_at=clock.now())


def _notice(row: Detention, occasion: Occasion, told: Sequence[Recipient], actor: Actor) -> Notice:
    reached = any(each.told for each in told)
    return Notice(
        student_id=row.student_id,
        detention=row.pk,
        text=notice_text(row, occasion),
        recipients=[asdict(each) for each in told],
        asks_acknowledgement=occasion in (Occasion.SET, Occasion.MOVED),
        state=State.RECALLABLE if reached else State.HELD,
        recallable_until=clock.now() + RECALL if reached else None,
        nobody_reached=not reached,
        made_by=actor.user_id,
        made_by_name=actor.name[:200],
        approved_by=actor.user_id if reached else None,
        approved_by_name=actor.name[:200] if reached else "",
    )


def _note_untold(rows: Sequence[Detention], told: dict[UUID, list[Recipient]]) -> None:
    """Say on a detention why nobody could be told of it."""
    changed = []
    for row in rows:
        recipients = told[row.student_id]
        reached = any(each.told for each in recipients)
        why = "" if reached else why_nobody(recipients)
        if row.untold != why:
            row.untold = why
            changed.append(row)
    if changed:
        Detention.objects.bulk_update(changed, ["untold"])


def why_nobody(recipients: Sequence[Recipient]) -> str:
    """Why nobody is told, in words that every colleague may read: of a restriction the notice alone knows."""
    if not recipients:
        return _("no contact is known")
    open_reasons = [f"{each.name}: {each.reason}" for each in recipients if each.why_not != WhyNot.RESTRICTED]
    return ("; ".join(open_reasons) or _("nobody may be told"))[:300]


def note_told(notice_id: UUID) -> None:
    """The family's notice has left: the notice that the type promises counts from now.

    Where it left too late for that, or reached nobody, the detention says so and a person decides.
    """
    notice = Notice.objects.filter(pk=notice_id).first()
    if notice is None or notice.detention is None:
        return
    instant = clock.now()
    rows = Detention.objects.filter(pk=notice.detention, told_at__isnull=True).select_related("type")
    if notice.nobody_reached:
        rows.update(untold=_("No message reached the family."), updated_at=instant)
        return
    for row in rows:
        row.told_at, row.untold = instant, ""
        promised = instant + timedelta(hours=row.type.notice_hours) - GRACE
        if row.state == Detention.State.SCHEDULED and row.starts_at and row.starts_at < promised:
            row.untold = _("The family was told late: on %(at)s.") % {"at": said(instant)}
        row.save(update_fields=["told_at", "untold", "updated_at"])


@transaction.atomic
def acknowledge_detention(detention_id: UUID, *, actor: Actor) -> Detention:
    """A guardian says that they have read of it: the newest notice that was sent counts."""
    detention = get_detention_of_child(detention_id, actor=actor)
    rows = Notice.objects.filter(detention=detention_id, state=State.SENT).order_by("-sent_at", "-pk")
    notice = rows.values_list("pk", flat=True).first()
    if notice is None:
        raise NoticeStateError(_("No notice has been sent of this detention yet."))
    acknowledge_notice(notice, actor=actor)
    return detention
