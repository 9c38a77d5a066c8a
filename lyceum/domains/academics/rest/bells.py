"""Cycles and bells over REST."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema, Status

from lyceum.core.errors import NotFoundError
from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, TimeOfDay, Walk, actor_of, listed
from lyceum.domains.academics.models import BellSchedule, Cycle, Period
from lyceum.domains.academics.queries import list_bell_schedules, list_cycles, list_periods
from lyceum.domains.academics.rest.router import router
from lyceum.domains.academics.rules.bells import (
    NewCycle,
    NewPeriod,
    delete_bell_schedule,
    save_bell_schedule,
    set_cycle,
)

Kind = Literal["teaching", "registration", "break", "lunch"]


class PeriodOut(Schema):
    """A part of a day between two bells."""

    id: UUID
    schedule: UUID
    number: int
    name: str
    kind: str
    starts_at: TimeOfDay
    ends_at: TimeOfDay


class BellScheduleOut(Schema):
    """When the bells ring on a day."""

    id: UUID
    name: str
    periods: list[PeriodOut]


class PeriodIn(Strict):
    """A period, with a number of its own in the order of the day."""

    number: int = Field(ge=0, le=99)
    name: str = Field(max_length=20)
    kind: Kind = "teaching"
    starts_at: TimeOfDay
    ends_at: TimeOfDay


class BellScheduleIn(Strict):
    """A bell schedule, whole."""

    name: str = Field(max_length=60)
    periods: list[PeriodIn] = Field(min_length=1, max_length=24)


def _period(row: Period) -> dict[str, Any]:
    names = ("number", "name", "kind", "starts_at", "ends_at")
    return {"id": row.pk, "schedule": row.schedule_id} | {name: getattr(row, name) for name in names}


def _schedule(row: BellSchedule) -> dict[str, Any]:
    periods = sorted(row.periods.all(), key=lambda period: period.starts_at)
    return {"id": row.pk, "name": row.name, "periods": [_period(each) for each in periods]}


@router.get("bell-schedules/", response=ListOf[BellScheduleOut], operation_id="listBellSchedules")
def schedules(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """The bell schedules by name, with their periods."""
    rows = list_bell_schedules(actor_of(request))
    page = page_of(rows, order=("name", "pk"), limit=walk.limit, cursor=walk.cursor, count=walk.count)
    return listed(page, [_schedule(row) for row in page.rows])


@router.post("bell-schedules/", response={201: BellScheduleOut}, operation_id="createBellSchedule")
def add_schedule(request: HttpRequest, body: BellScheduleIn) -> Status[dict[str, Any]]:
    """Make a bell schedule."""
    row = save_bell_schedule(body.name, _periods(body), actor=actor_of(request))
    return Status(201, _schedule(row))


@router.put("bell-schedules/{uuid:schedule_id}/", response=BellScheduleOut, operation_id="replaceBellSchedule")
def replace_schedule(request: HttpRequest, schedule_id: UUID, body: BellScheduleIn) -> dict[str, Any]:
    """Give a bell schedule its periods anew."""
    row = save_bell_schedule(body.name, _periods(body), schedule_id=schedule_id, actor=actor_of(request))
    return _schedule(row)


@router.delete("bell-schedules/{uuid:schedule_id}/", response={204: None}, operation_id="deleteBellSchedule")
def remove_schedule(request: HttpRequest, schedule_id: UUID) -> Status[None]:
    """Delete a bell schedule by which no day rings."""
    delete_bell_schedule(schedule_id, actor=actor_of(request))
    return Status(204, None)


def _periods(body: BellScheduleIn) -> list[NewPeriod]:
    return [NewPeriod(**each.dict()) for each in body.periods]


class PeriodFilter(Walk):
    """Which periods."""

    schedule: UUID | None = None


@router.get("periods/", response=ListOf[PeriodOut], operation_id="listPeriods")
def periods(request: HttpRequest, chosen: Query[PeriodFilter]) -> dict[str, Any]:
    """Periods in the order of the day."""
    rows = list_periods(actor_of(request), schedule=chosen.schedule)
    order = ("schedule", "starts_at", "pk")
    page = page_of(rows, order=order, limit=chosen.limit, cursor=chosen.cursor, count=chosen.count)
    return listed(page, [_period(row) for row in page.rows])


class SpecialDay(Strict):
    """A date on which other bells ring; without a schedule there are no lessons."""

    date: date
    schedule: UUID | None = None
    note: str = Field("", max_length=200)


class CycleIn(Strict):
    """The days over which a year's lessons repeat. `schedules` are the bells of each day, in the order of `names`."""

    names: list[str] = Field(min_length=1, max_length=14)
    anchor: date = Field(description="A date that is day 1.")
    counts: Literal["weekdays", "school_days"] = "weekdays"
    on_holiday: Literal["pause", "skip"] = "pause"
    schedules: list[UUID] = Field(default_factory=list, max_length=14)
    dates: list[SpecialDay] = Field(default_factory=list, max_length=200)


class CycleOut(Schema):
    """How a year's lessons repeat."""

    id: UUID
    year: UUID
    names: list[str]
    anchor: date
    counts: str
    on_holiday: str
    schedules: list[UUID | None]
    dates: list[SpecialDay]


def _cycle(row: Cycle) -> dict[str, Any]:
    plans = list(row.day_plans.all())
    by_day = {plan.day: plan.schedule_id for plan in plans if plan.day}
    dated = sorted(((plan.on, plan.schedule_id, plan.note) for plan in plans if plan.on), key=lambda each: each[0])
    names = ("names", "anchor", "counts", "on_holiday")
    return {
        "id": row.pk,
        "year": row.year_id,
        "schedules": [by_day.get(day) for day in range(1, len(row.names) + 1)],
        "dates": [{"date": on, "schedule": schedule, "note": note} for on, schedule, note in dated],
    } | {name: getattr(row, name) for name in names}


@router.get("cycles/", response=ListOf[CycleOut], operation_id="listCycles")
def cycles(request: HttpRequest, walk: Query[Walk]) -> dict[str, Any]:
    """The cycle of each year that has one, newest first."""
    rows = list_cycles(actor_of(request))
    page = page_of(rows, order=("-year__starts", "pk"), limit=walk.limit, cursor=walk.cursor, count=walk.count)
    return listed(page, [_cycle(row) for row in page.rows])


@router.put("cycles/{uuid:year_id}/", response=CycleOut, operation_id="setCycle")
def replace_cycle(request: HttpRequest, year_id: UUID, body: CycleIn) -> dict[str, Any]:
    """Say over which days the lessons of a year repeat, and which bells ring on them."""
    actor = actor_of(request)
    new = NewCycle(
        names=body.names,
        anchor=body.anchor,
        counts=body.counts,
        on_holiday=body.on_holiday,
        schedules=dict(enumerate(body.schedules, start=1)) if body.schedules else None,
        dates=[(each.date, each.schedule, each.note) for each in body.dates],
    )
    set_cycle(year_id, new, actor=actor)
    row = list_cycles(actor).filter(year=year_id).first()
    if row is None:
        raise NotFoundError
    return _cycle(row)
