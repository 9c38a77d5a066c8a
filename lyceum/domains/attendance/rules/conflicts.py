"""Deciding between a device's mark and the server's: one act, which amends the mark or leaves it."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.attendance.models import Conflict, Mark
from lyceum.domains.attendance.queries import get_conflict
from lyceum.domains.attendance.rules.marks import GivenMark, refuse_kept, take_register
from lyceum.domains.attendance.rules.refusals import MarkConflictError
from lyceum.domains.journal.rules import Target, record


@transaction.atomic
def keep_mark(conflict_id: UUID, *, actor: Actor) -> Conflict:
    """Leave the register as it is."""
    conflict = _get_open(conflict_id, actor)
    return _decide(conflict, Conflict.State.KEPT, actor)


@transaction.atomic
def replace_mark(conflict_id: UUID, *, version: int | None = None, actor: Actor) -> Conflict:
    """Write the device's mark after all. Refused where the mark has changed since `version`."""
    conflict = _get_open(conflict_id, actor)
    if version is not None:
        _refuse_changed(conflict, version)
    given = GivenMark(conflict.student_id, conflict.symbol, minutes_late=conflict.minutes_late)
    reason = (
        f"{conflict.symbol} ({conflict.marked_by_name}, on a device without network, {conflict.marked_at:%H:%M} UTC) "
        f"chosen over {conflict.server_symbol or 'no mark'} ({conflict.server_by_name or '–'})."
    )
    saved = take_register(conflict.register_id, marks=[given], reason=reason, actor=actor)
    refuse_kept(saved)
    return _decide(conflict, Conflict.State.REPLACED, actor)


def _get_open(conflict_id: UUID, actor: Actor) -> Conflict:
    actor.require(Permission.REGISTERS_TAKE)
    conflict = get_conflict(conflict_id, actor=actor, permission=Permission.REGISTERS_TAKE, lock=True)
    if conflict.kind == Conflict.Kind.LATE:  # a proposal to the office is the office's to decide
        actor.require(Permission.REGISTERS_AMEND)
    conflict.refuse_decided()
    return conflict


def _refuse_changed(conflict: Conflict, version: int) -> None:
    mark = Mark.objects.filter(register=conflict.register_id, student=conflict.student_id).select_related("code")
    now = {m.version: m.code.symbol for m in mark} or {0: ""}
    if version not in now:
        ((current, symbol),) = now.items()
        raise MarkConflictError(
            _("The mark is %(symbol)s now. Look at it again.") % {"symbol": symbol},
            current={"code": symbol, "version": current},
        )


def _decide(conflict: Conflict, state: Conflict.State, actor: Actor) -> Conflict:
    conflict.decide(state, actor)
    record(
        "attendance.conflict.decide",
        target=Target.of(conflict),
        changes={"state": [Conflict.State.OPEN.value, state.value]},
        actor=actor,
    )
    return conflict
