"""When the bells ring, and over which days lessons repeat."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.forms import asked_id, needed_date, submitted, typed_id, typed_number, typed_time
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.models import AcademicYear, BellSchedule, Cycle, DayPlan, Period
from lyceum.domains.academics.queries import list_bell_schedules, list_cycles, list_years
from lyceum.domains.academics.rules.bells import (
    MOST_PERIODS,
    WEEKDAY_NAMES,
    NewCycle,
    NewPeriod,
    delete_bell_schedule,
    save_bell_schedule,
    set_cycle,
)

_HERE = "/settings/bells/"
_BLANK_ROWS = 4
Row = dict[str, Any]


@require_http_methods(["GET", "POST"])
def bells_page(request: HttpRequest) -> HttpResponse:
    """Bell schedules with their periods; the cycle of a year; dates on which other bells ring."""
    actor = actor_of(request)
    actor.require_all(Permission.TIMETABLE_PLAN)
    years = list(list_years(actor))
    asked = asked_id(request, "year") or (typed_id(request, "year") if request.method == "POST" else None)
    year = next((row for row in years if row.pk == asked), None)
    if asked and year is None:
        raise NotFoundError
    year = year or next((row for row in years if row.state == "current"), None) or next(iter(years), None)
    acts: dict[str, Callable[[HttpRequest, AcademicYear | None, Actor], str]] = {
        "bells": _save_bells,
        "delete": _delete_bells,
        "cycle": _save_cycle,
        "date": _add_date,
        "undate": _remove_date,
    }

    def act() -> Done:
        words = acts.get(request.POST.get("act", ""), _save_bells)(request, year, actor)
        return Done(f"{_HERE}?year={year.pk}" if year else _HERE, Toast(words))

    def context() -> dict[str, Any]:
        schedules = list(list_bell_schedules(actor).order_by("name"))
        cycle = _cycle_of(year, actor)
        editing = next((row for row in schedules if row.pk == asked_id(request, "schedule")), None)
        names, plans = _days(cycle, year)
        return {
            "year": year,
            "years": [(str(row.pk), row.name) for row in years],
            "schedules": schedules,
            "choices": [(str(row.pk), row.name) for row in schedules],
            "editing": editing,
            "rows": _typed_rows(request) or _rows_of(editing),
            "kinds": Period.Kind.choices,
            "cycle": cycle,
            "names": "\n".join(names),
            "days": plans,
            "anchor": cycle.anchor if cycle else _first_day(year),
            "counts": Cycle.Counts.choices,
            "holidays": Cycle.OnHoliday.choices,
            "dates": _dates(cycle, schedules),
            "asked": request.POST.get("act", ""),
        }

    return submitted(request, "academics/bells.html", context, act)


def _cycle_of(year: AcademicYear | None, actor: Actor) -> Cycle | None:
    return list_cycles(actor).filter(year=year).first() if year else None


def _days(cycle: Cycle | None, year: AcademicYear | None) -> tuple[list[str], list[tuple[int, str, str]]]:
    """The names of the cycle's days, and each with the schedule of its bells."""
    if cycle is None:
        weekdays = sorted(year.weekdays) if year else [1, 2, 3, 4, 5]
        names = [_(WEEKDAY_NAMES[day - 1]) for day in weekdays]
        return names, [(day, name, "") for day, name in enumerate(names, start=1)]
    chosen = {plan.day: str(plan.schedule_id or "") for plan in cycle.day_plans.all() if plan.day}
    return list(cycle.names), [(day, name, chosen.get(day, "")) for day, name in enumerate(cycle.names, start=1)]


def _first_day(year: AcademicYear | None) -> date | None:
    """The first weekday of a year on which school may be kept."""
    if year is None:
        return None
    days = (year.starts + timedelta(days=n) for n in range(7))
    return next((day for day in days if day.isoweekday() == min(year.weekdays)), year.starts)


def _dates(cycle: Cycle | None, schedules: Sequence[BellSchedule]) -> list[tuple[DayPlan, str]]:
    names = {row.pk: row.name for row in schedules}
    plans = [plan for plan in cycle.day_plans.all() if plan.on] if cycle else []
    plans.sort(key=lambda plan: plan.on or date.min)
    return [(plan, names.get(plan.schedule_id, "") if plan.schedule_id else "") for plan in plans]


def _rows_of(schedule: BellSchedule | None) -> list[Row]:
    """The periods of a schedule as rows of the form, and some to fill in."""
    periods = sorted(schedule.periods.all(), key=lambda each: each.starts_at) if schedule else []
    rows: list[Row] = [
        {
            "number": each.number,
            "name": each.name,
            "kind": each.kind,
            "starts": f"{each.starts_at:%H:%M}",
            "ends": f"{each.ends_at:%H:%M}",
        }
        for each in periods
    ]
    blank = max(_BLANK_ROWS, 8 - len(rows))
    return [*rows, *({"kind": "teaching"} for _n in range(min(blank, MOST_PERIODS - len(rows))))]


def _typed_rows(request: HttpRequest) -> list[Row]:
    """The rows as they were sent, so that a refusal keeps them."""
    if request.POST.get("act") != "bells":
        return []
    names = ("number", "name", "kind", "starts", "ends")
    return [
        {name: request.POST.get(f"{name}-{n}", "") for name in names}
        for n in range(1, MOST_PERIODS + 1)
        if f"name-{n}" in request.POST
    ]


def _save_bells(request: HttpRequest, year: AcademicYear | None, actor: Actor) -> str:
    del year
    periods: list[NewPeriod] = []
    for n in range(1, MOST_PERIODS + 1):
        name = request.POST.get(f"name-{n}", "").strip()
        if not name:
            continue
        periods.append(
            NewPeriod(
                number=typed_number(request, f"number-{n}", len(periods) + 1),
                name=name,
                kind=request.POST.get(f"kind-{n}", "teaching"),
                starts_at=typed_time(request, f"starts-{n}"),
                ends_at=typed_time(request, f"ends-{n}"),
            )
        )
    save_bell_schedule(request.POST.get("name", ""), periods, schedule_id=typed_id(request, "schedule"), actor=actor)
    return _("The bells are saved.")


def _delete_bells(request: HttpRequest, year: AcademicYear | None, actor: Actor) -> str:
    del year
    schedule = typed_id(request, "schedule")
    if schedule is None:
        raise invalid_field("/schedule", "required", _("Choose a bell schedule."))
    delete_bell_schedule(schedule, actor=actor)
    return _("The bell schedule is deleted.")


def _needed(year: AcademicYear | None) -> AcademicYear:
    if year is None:
        raise NotFoundError(_("There is no school year yet. Make one first."))
    return year


def _save_cycle(request: HttpRequest, year: AcademicYear | None, actor: Actor) -> str:
    row = _needed(year)
    names = [name.strip() for name in request.POST.get("names", "").splitlines() if name.strip()]
    usual = typed_id(request, "usual")
    schedules: dict[int, UUID] = {}
    for day in range(1, len(names) + 1):
        schedule = typed_id(request, f"schedule-{day}") or usual
        if schedule:
            schedules[day] = schedule
    new = NewCycle(
        names=names,
        anchor=needed_date(request, "anchor"),
        counts=request.POST.get("counts", "weekdays"),
        on_holiday=request.POST.get("on_holiday", "pause"),
        schedules=schedules,
        dates=_kept_dates(_cycle_of(row, actor)),
    )
    set_cycle(row.pk, new, actor=actor)
    return _("The cycle is saved.")


def _kept_dates(cycle: Cycle | None, *, but: date | None = None) -> list[tuple[date, UUID | None, str]]:
    plans = cycle.day_plans.all() if cycle else ()
    return [(plan.on, plan.schedule_id, plan.note) for plan in plans if plan.on and plan.on != but]


def _with_dates(
    year: AcademicYear | None, actor: Actor, but: date, more: Sequence[tuple[date, UUID | None, str]]
) -> None:
    row = _needed(year)
    cycle = _cycle_of(row, actor)
    if cycle is None:
        raise invalid_field("/names", "required", _("Save the cycle first."))
    new = NewCycle(
        cycle.names, cycle.anchor, cycle.counts, cycle.on_holiday, dates=[*_kept_dates(cycle, but=but), *more]
    )
    set_cycle(row.pk, new, actor=actor)


def _add_date(request: HttpRequest, year: AcademicYear | None, actor: Actor) -> str:
    on = needed_date(request, "on")
    _with_dates(year, actor, on, [(on, typed_id(request, "date_schedule"), request.POST.get("note", ""))])
    return _("Other bells ring on that date.")


def _remove_date(request: HttpRequest, year: AcademicYear | None, actor: Actor) -> str:
    _with_dates(year, actor, needed_date(request, "on"), [])
    return _("The usual bells ring on that date.")
