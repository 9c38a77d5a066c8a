"""What waits for a decision: reports, stages, contests, notices, and what others have added."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.behaviour.models import EscalationCase, Incident, Notice
from lyceum.domains.behaviour.queries import IncidentFilter, list_cases, list_contests, list_incidents, list_notices
from lyceum.domains.behaviour.rules.decisions import letter_of, stage_of
from lyceum.domains.behaviour.words import KINDS

SHOWN = 20
_DECIDES = (Permission.INCIDENTS_REVIEW, Permission.STAGES_DECIDE, Permission.CONTESTS_ANSWER)


@dataclass(frozen=True)
class Section:
    """One kind of work: its rows, and the template that shows one (as `row`)."""

    name: str
    title: str
    template: str
    rows: list[Any] = field(default_factory=list)
    more: int = 0
    """How many there are beyond those shown."""


Waiting = Callable[[Actor], Section | None]
SECTIONS: list[Waiting] = []
"""What waits, in the order of the page. Others in this domain add theirs."""


def may_decide(actor: Actor) -> bool:
    """Whether anything can wait for somebody to decide."""
    return any(actor.may(permission) for permission in _DECIDES)


def read_queue(actor: Actor) -> list[Section]:
    """The work of whoever decides, in a number of statements that does not grow."""
    found = [section(actor) for section in SECTIONS]
    return [section for section in found if section is not None and section.rows]


@dataclass(frozen=True)
class StageToDecide:
    """A student at a stage, with what would be done and told."""

    case: EscalationCase
    action: str
    approvers: str
    letter: str


def _cut(name: str, title: str, template: str, rows: Any) -> Section:
    found = list(rows[: SHOWN + 1])
    more = rows.count() - SHOWN if len(found) > SHOWN else 0
    return Section(name, title, template, found[:SHOWN], more)


def reports(actor: Actor) -> Section | None:
    """Reports to review, the gravest and then the oldest first; none of one's own."""
    if not actor.may(Permission.INCIDENTS_REVIEW):
        return None
    rows = list_incidents(actor, IncidentFilter(status=Incident.State.SUBMITTED))
    rows = rows.exclude(reported_by=actor.user_id).order_by("-severity", "submitted_at", "pk")
    return _cut("reports", _("To review"), "behaviour/_report.html", rows)


def stages(actor: Actor) -> Section | None:
    """Stages that were reached and that nobody has decided."""
    if not actor.may(Permission.STAGES_DECIDE):
        return None
    rows = list_cases(actor, states=[EscalationCase.State.REACHED]).order_by("-stage", "reached_at", "pk")
    cut = _cut("stages", _("Stages to decide"), "behaviour/_stage.html", rows)
    made = [_stage(case) for case in cut.rows]
    return Section(cut.name, cut.title, cut.template, made, cut.more)


def _stage(case: EscalationCase) -> StageToDecide:
    stage = stage_of(case)
    return StageToDecide(case, str(KINDS.get(stage["action"], "")), str(stage.get("approvers", "")), letter_of(case))


def contests(actor: Actor) -> Section | None:
    """What families contest."""
    if not actor.may(Permission.CONTESTS_ANSWER):
        return None
    rows = list_contests(actor).exclude(incident__reported_by=actor.user_id)
    return _cut("contests", _("Contested"), "behaviour/_contest.html", rows)


def held_notices(actor: Actor) -> Section | None:
    """Notices that wait for somebody to send them, and families that nobody could tell."""
    if not actor.reaches_all(Permission.NOTICES_SEND):
        return None
    rows = list_notices(actor, states=[Notice.State.HELD]).order_by("nobody_reached", "created_at", "pk")
    return _cut("notices", _("Families to tell"), "behaviour/_held.html", rows)


def unread(actor: Actor) -> Section | None:
    """Notices that ask for an answer and have none after a day, or reached nobody at all: the call list."""
    if not actor.reaches_all(Permission.NOTICES_SEND):
        return None
    rows = list_notices(actor, states=[Notice.State.SENT]).filter(
        Q(sent_at__lt=_a_day_ago()) | Q(nobody_reached=True), asks_acknowledgement=True, acknowledged_at__isnull=True
    )
    return _cut("calls", _("Not read after a day: call"), "behaviour/_unread.html", rows.order_by("sent_at", "pk"))


def _a_day_ago() -> datetime:
    return clock.now() - timedelta(hours=24)


SECTIONS += [reports, stages, contests, held_notices, unread]
