"""Deciding between a device's mark and the server's in a slot's register: one act, which writes it or leaves it."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.behaviour.detention_queries import get_detention_conflict
from lyceum.domains.behaviour.models import DetentionConflict, DetentionMark
from lyceum.domains.behaviour.rules.detentions.refusals import DetentionMarkConflictError
from lyceum.domains.behaviour.rules.detentions.register import GivenMark, take_slot_register
from lyceum.domains.behaviour.rules.detentions.seating import lock_seats
from lyceum.domains.behaviour.rules.detentions.setting import needed_reason
from lyceum.domains.journal.rules import Target, record


@transaction.atomic
def keep_detention_mark(conflict_id: UUID, *, actor: Actor) -> DetentionConflict:
    """Leave the register as it is."""
    conflict = _get_open(conflict_id, actor)
    return _decide(conflict, DetentionConflict.State.KEPT, actor)


@transaction.atomic
def replace_detention_mark(
    conflict_id: UUID, *, version: int | None = None, reason: str = "", actor: Actor
) -> DetentionConflict:
    """Write the device's mark after all. Refused where the mark has changed since `version`.

    For one that came after the register closed somebody says why.
    """
    conflict = _get_open(conflict_id, actor)
    if version is not None:
        _refuse_changed(conflict, version)
    why = needed_reason(reason) if conflict.kind == DetentionConflict.Kind.LATE else tidy(reason)
    chosen = (
        f"{conflict.mark} ({conflict.marked_by_name}, on a device without network, {conflict.marked_at:%H:%M} UTC) "
        f"chosen over {conflict.server_mark or 'no mark'} ({conflict.server_by_name or '–'})."
    )
    given = GivenMark(
        conflict.detention_id, conflict.mark, conflict.minutes, seen=version, device_time=conflict.marked_at
    )
    slot_id = conflict.detention.slot_id
    take_slot_register(slot_id, marks=[given], reason=f"{why} {chosen}".strip(), actor=actor)
    return _decide(conflict, DetentionConflict.State.REPLACED, actor)


def _get_open(conflict_id: UUID, actor: Actor) -> DetentionConflict:
    actor.require(Permission.DETENTIONS_RUN)
    lock_seats()
    conflict = get_detention_conflict(conflict_id, actor=actor, lock=True)
    conflict.refuse_decided()
    return conflict


def _refuse_changed(conflict: DetentionConflict, version: int) -> None:
    mark = DetentionMark.objects.filter(detention=conflict.detention_id).first()
    if version != (mark.version if mark else 0):
        raise DetentionMarkConflictError(
            _("The mark is %(mark)s now. Look at it again.") % {"mark": mark.words if mark else _("no mark")},
            current={"mark": mark.mark if mark else "", "version": mark.version if mark else 0},
        )


def _decide(conflict: DetentionConflict, state: DetentionConflict.State, actor: Actor) -> DetentionConflict:
    conflict.decide(state, actor)
    record(
        "behaviour.detention_conflict.decide",
        target=Target.of(conflict),
        changes={"state": [DetentionConflict.State.OPEN.value, state.value]},
        actor=actor,
    )
    return conflict
