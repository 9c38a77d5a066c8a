"""Behaviour in numbers over REST."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.rest import Strict, actor_of
from lyceum.domains.behaviour.numbers import Counted, Dashboard, read_dashboard, usual_span
from lyceum.domains.behaviour.queries import IncidentFilter
from lyceum.domains.behaviour.rest.router import router

Day = date


class BehaviourCountOut(Schema):
    """One group. Numbers of groups of fewer than five students are null. `students`: of grades and classes."""

    key: str
    label: str
    praise: int | None
    concerns: int | None
    students: int | None
    per_hundred: float | None


class BehaviourTimeOut(Schema):
    """Concerns on a weekday (ISO, Monday = 1) in a period."""

    weekday: int
    period: str
    concerns: int


class BehaviourSpanOut(Schema):
    """The figures of a span of days."""

    from_: Day = Field(alias="from")
    to: Day
    praise: int
    concerns: int
    students: int
    on_roll: int
    school_days: int
    praise_per_concern: float | None
    concerns_per_day: float | None
    per_hundred: float | None


class BehaviourDashboardOut(BehaviourSpanOut):
    """What happened, and what happened in the same days a year before."""

    by: dict[str, list[BehaviourCountOut]]
    times: list[BehaviourTimeOut]
    stages: dict[str, int]
    actions: dict[str, int]
    detentions: dict[str, int]
    before: BehaviourSpanOut | None


class BehaviourDashboardFilter(Strict):
    """Over which days and about whom."""

    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    grade: UUID | None = None
    class_id: UUID | None = Field(None, alias="class")
    student: UUID | None = None
    mine: bool = False


def _span(found: Dashboard) -> dict[str, Any]:
    names = ("praise", "concerns", "students", "on_roll", "school_days", "per_hundred")
    return {
        "from": found.first,
        "to": found.last,
        "praise_per_concern": found.ratio,
        "concerns_per_day": found.per_day,
        **{name: getattr(found, name) for name in names},
    }


def _count(count: Counted) -> dict[str, Any]:
    hidden = count.is_hidden
    return {
        "key": count.key,
        "label": count.label,
        "praise": None if hidden else count.praise,
        "concerns": None if hidden else count.concerns,
        "students": None if hidden else count.students,
        "per_hundred": count.per_hundred,
    }


@router.get("behaviour/dashboard/", response=BehaviourDashboardOut, by_alias=True, operation_id="behaviourDashboard")
def dashboard(request: HttpRequest, chosen: Query[BehaviourDashboardFilter]) -> dict[str, Any]:
    """Behaviour in numbers among the students that the caller may see; by default this school year."""
    wanted = IncidentFilter(student=chosen.student, grade=chosen.grade, school_class=chosen.class_id, mine=chosen.mine)
    first, last = usual_span(chosen.from_, chosen.to)
    found = read_dashboard(actor_of(request), first=first, last=last, chosen=wanted)
    return _span(found) | {
        "by": {name: [_count(count) for count in counts] for name, counts in found.by.items()},
        "times": [{"weekday": day, "period": period, "concerns": n} for day, period, n in found.times],
        "stages": found.stages,
        "actions": found.actions,
        "detentions": found.detentions,
        "before": _span(found.before) if found.before else None,
    }
