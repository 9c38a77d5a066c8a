"""Several held notices at once: first how far they would go, then all of them."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction

from lyceum.core.actor import Actor, system_actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.behaviour.facts import NoticeApproved
from lyceum.domains.behaviour.models import Notice
from lyceum.domains.behaviour.queries import get_incident, list_notices, parts_of
from lyceum.domains.behaviour.rules.notices import State, let_go, weight_of, whose_families_hear
from lyceum.domains.behaviour.rules.telling import news_of, recipients_for
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.notifications.rules.budget import SmsCapReachedError
from lyceum.domains.notifications.rules.notify import News, Recipient
from lyceum.domains.notifications.rules.previewing import Costs, Reach, costs_of
from lyceum.domains.people.contacts_for import Choice, Purpose, contacts_of
from lyceum.domains.people.reach import reach_of_choices
from lyceum.domains.tenancy.queries import today


@dataclass(frozen=True)
class SendPreview:
    """How far some notices would go if they were sent now."""

    notices: Sequence[Notice]
    told: dict[UUID, list[str]]
    """By notice, the names of those who get it; nobody: it stays held, and the family is to be called."""
    reach: Reach
    costs: Costs


def preview_sending(notices: Collection[UUID], *, actor: Actor) -> SendPreview:
    """Who would get some held notices, by which ways, and what their texts cost. As many statements as for one."""
    return _preview(_held(notices, actor), actor)


def preview_approving(incident_id: UUID, *, actor: Actor) -> SendPreview:
    """Whose families would hear of an incident if it counted now, by which ways, and what their texts cost."""
    actor.require_all(Permission.NOTICES_SEND)
    incident = get_incident(incident_id, actor=actor)
    parts = whose_families_hear(incident, parts_of(incident))
    return _preview([Notice(student=part.student, participant=part, **weight_of(part)) for part in parts], actor)


def _held(ids: Collection[UUID], actor: Actor, *, lock: bool = False) -> list[Notice]:
    """The notices that were named and are still held. Unknown ones and another school's are the same."""
    actor.require_all(Permission.NOTICES_SEND)
    rows = list_notices(actor).filter(pk__in=ids)
    found = list(rows.select_for_update(of=("self",)) if lock else rows)
    if len(found) < len(set(ids)):
        raise NotFoundError
    return [notice for notice in found if notice.state == State.HELD]


def _preview(rows: Sequence[Notice], actor: Actor) -> SendPreview:
    students = {notice.student_id for notice in rows}
    whole = system_actor(actor.school)  # everybody is in it; of who is kept away only the number is said
    choices = contacts_of(students, purpose=Purpose.BEHAVIOUR, day=today(), actor=whole) if students else {}
    asked = [_asked(notice, choices.get(notice.student_id, [])) for notice in rows]
    others = [each for notice in rows for each in choices.get(notice.student_id, []) if not each.is_told]
    reach = reach_of_choices(asked, others, actor=actor)
    told = {notice.pk: [each.name for each in people] for notice, (_news, people) in zip(rows, asked, strict=True)}
    return SendPreview(rows, told, reach, costs_of(reach))


def _asked(notice: Notice, choices: Sequence[Choice]) -> tuple[News, list[Recipient]]:
    return news_of(notice), [each.as_recipient() for each in choices if each.is_told]


@transaction.atomic
def send_notices(notices: Collection[UUID], *, actor: Actor) -> list[Notice]:
    """Let several held notices go: those whose families may be told. The others stay where they are, and say so.

    Above the school's cap on texts none of them goes. For ten seconds each can be called back. Returns those that go.
    """
    rows = _held(notices, actor, lock=True)
    costs = _preview(rows, actor).costs
    if costs.is_over:
        cap = costs.cap or 0
        raise SmsCapReachedError(needed=costs.segments, left=max(0, cap - costs.used), cap=cap)
    told = recipients_for([notice.student_id for notice in rows], actor=actor)
    going = []
    for notice in rows:
        notice.recipients = [asdict(each) for each in told[notice.student_id]]
        notice.nobody_reached = not any(each.told for each in told[notice.student_id])
        if not notice.nobody_reached:
            let_go(notice, actor)
            going.append(notice)
    fields = ["recipients", "nobody_reached", "state", "recallable_until", "approved_by", "approved_by_name"]
    Notice.objects.bulk_update(rows, fields)
    if going:
        record_all([_entry(notice) for notice in going], actor=actor)
    return going


def _entry(notice: Notice) -> Entry:
    facts = [NoticeApproved(notice=notice.pk, student=notice.student_id)]
    return Entry("behaviour.notice.send", Target.of(notice), {"state": [State.HELD.value, notice.state]}, facts=facts)
