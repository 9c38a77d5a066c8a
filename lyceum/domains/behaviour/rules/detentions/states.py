"""What a detention may become, and the trace of what it was."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.behaviour.models import Detention, DetentionPast
from lyceum.domains.behaviour.rules.detentions.refusals import DetentionStateError

State = Detention.State
MAY_BECOME: dict[str, frozenset[str]] = {
    State.PROPOSED: frozenset({State.SCHEDULED, State.CANCELLED}),
    State.SCHEDULED: frozenset({State.COMPLETED, State.MISSED, State.EXCUSED, State.RESCHEDULED, State.CANCELLED}),
    State.MISSED: frozenset({State.RESCHEDULED, State.ESCALATED, State.EXCUSED, State.CANCELLED}),
    State.EXCUSED: frozenset({State.RESCHEDULED, State.CANCELLED}),
}
"""Nothing comes after the others, but by a manager's correction."""
THREE_STATES: dict[str, frozenset[str]] = {
    "scheduled": frozenset({State.PROPOSED, State.SCHEDULED, State.MISSED, State.EXCUSED}),
    "completed": frozenset({State.COMPLETED, State.ESCALATED}),
    "cancelled": frozenset({State.CANCELLED, State.RESCHEDULED}),
}
"""The three states in which other software thinks, and which of ours each covers."""


def three_state(state: str) -> str:
    """The one of the three that covers a state."""
    return next(name for name, covered in THREE_STATES.items() if state in covered)


def require_step(detention: Detention, to: str) -> None:
    """Refuse a state that cannot follow, naming what is possible."""
    possible = MAY_BECOME.get(detention.state, frozenset())
    if to in possible:
        return
    words = ", ".join(str(State(each).label) for each in sorted(possible)) or _("nothing")
    told = _("This detention is %(now)s and cannot become %(to)s. Possible: %(possible)s.") % {
        "now": detention.state_words,
        "to": State(to).label,
        "possible": words,
    }
    steps: dict[str, Any] = {"from": detention.state, "to": to, "possible": sorted(possible)}
    raise DetentionStateError(told, **steps)


def enter(detention: Detention, to: str, *, why: str = "", minutes_served: int | None = None) -> Detention:
    """Set the state on the row; `save_states` writes it."""
    require_step(detention, to)
    return enter_anyhow(detention, to, why=why, minutes_served=minutes_served)


def enter_anyhow(detention: Detention, to: str, *, why: str = "", minutes_served: int | None = None) -> Detention:
    """As `enter`, also where the state cannot follow: a correction."""
    detention.state = to
    detention.why = why
    detention.minutes_served = minutes_served
    detention.version += 1
    return detention


_FIELDS = (
    "state",
    "why",
    "minutes_served",
    "version",
    "slot",
    "on",
    "starts_at",
    "ends_at",
    "minutes",
    "supervisor_name",
    "move_asked",
    "left_at",
    "told_at",
    "untold",
    "updated_at",
)


def save_states(detentions: Iterable[Detention], *, actor: Actor) -> None:
    """Write detentions whose state changed, and what they are now into their past. Two statements for all."""
    rows, instant = list(detentions), clock.now()
    for row in rows:
        row.updated_at = instant
    Detention.objects.bulk_update(rows, _FIELDS)
    note_past(rows, actor=actor)


def note_past(rows: Iterable[Detention], *, actor: Actor) -> None:
    """Keep the state that rows have now, with who gave it."""
    instant = clock.now()
    DetentionPast.objects.bulk_create(
        DetentionPast(
            detention=row,
            version=row.version,
            state=row.state,
            minutes_served=row.minutes_served,
            why=row.why,
            by=actor.user_id,
            by_name=actor.name[:200],
            at=instant,
        )
        for row in rows
    )
