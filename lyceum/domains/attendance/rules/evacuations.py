"""An evacuation: the roll of everybody on site as it began, and who was accounted for."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.attendance.facts import EvacuationChanged
from lyceum.domains.attendance.models import EvacuationPerson, EvacuationRoll
from lyceum.domains.attendance.on_site import STUDENT, read_present, require_on_site
from lyceum.domains.attendance.rules.refusals import EvacuationEndedError, EvacuationRunningError
from lyceum.domains.journal.rules import Target, record

MOST_AT_ONCE = 500


@transaction.atomic
def start_evacuation(*, actor: Actor) -> EvacuationRoll:
    """Write down everybody who is on site, and who may be. From now on teachers see the roll. One runs at a time."""
    actor.require_all(Permission.ON_SITE_VIEW)
    running = EvacuationRunningError(_("An evacuation is running already. Work with its roll."))
    if EvacuationRoll.objects.filter(state=EvacuationRoll.State.RUNNING).exists():
        raise running
    with refusing(one_evacuation_running=lambda: running):
        roll = EvacuationRoll.objects.create(started_at=clock.now(), started_by_name=actor.name[:200])
    people = [
        EvacuationPerson(
            roll=roll,
            key=each.key,
            student_id=each.key if each.kind == STUDENT else None,
            name=each.name,
            sort_name=each.sort_name,
            group=each.group,
            kind=each.kind,
            place=each.place[:200],
            is_certain=each.is_certain,
        )
        for each in read_present(actor)
    ]
    EvacuationPerson.objects.bulk_create(people)
    _record("attendance.evacuation.start", roll, "started", {"people": [None, len(people)]}, actor)
    return roll


@transaction.atomic
def account_for(roll_id: UUID, *, keys: Sequence[UUID], accounted: bool = True, actor: Actor) -> EvacuationRoll:
    """Say that people were found, or that this was a mistake. Who was found first, and by whom, stays."""
    require_on_site(actor)
    roll = EvacuationRoll.objects.select_for_update().filter(pk=roll_id).first()
    if roll is None:
        raise NotFoundError
    if roll.state == EvacuationRoll.State.ENDED:
        raise EvacuationEndedError(_("This evacuation is over. Its roll stays as it was."))
    wanted = set(keys)
    rows = EvacuationPerson.objects.filter(roll=roll, key__in=wanted)
    if rows.count() < len(wanted):
        raise NotFoundError(_("Somebody named is not on this roll."))
    changed = rows.filter(accounted_at__isnull=accounted)
    found = [str(key) for key in changed.values_list("key", flat=True)]
    if accounted:
        changed.update(accounted_at=clock.now(), accounted_by=actor.user_id, accounted_by_name=actor.name[:200])
    else:
        changed.update(accounted_at=None, accounted_by=None, accounted_by_name="")
    if found:
        changes: dict[str, list[object]] = {key: [not accounted, accounted] for key in found}
        _record("attendance.evacuation.account", roll, "accounted", changes, actor)
    return roll


@transaction.atomic
def end_evacuation(roll_id: UUID, *, actor: Actor) -> EvacuationRoll:
    """Everybody goes back. The roll stays, for whoever asks later; ending twice is ending once."""
    actor.require_all(Permission.ON_SITE_VIEW)
    roll = EvacuationRoll.objects.select_for_update().filter(pk=roll_id).first()
    if roll is None:
        raise NotFoundError
    if roll.state == EvacuationRoll.State.ENDED:
        return roll
    roll.state, roll.ended_at, roll.ended_by_name = EvacuationRoll.State.ENDED, clock.now(), actor.name[:200]
    roll.save(update_fields=["state", "ended_at", "ended_by_name", "updated_at"])
    _record("attendance.evacuation.end", roll, "ended", {"state": ["running", "ended"]}, actor)
    return roll


def _record(action: str, roll: EvacuationRoll, what: str, changes: dict[str, list[object]], actor: Actor) -> None:
    fact = EvacuationChanged(roll=roll.pk, what=what)
    record(action, target=Target.of(roll), changes=changes, facts=[fact], actor=actor)
