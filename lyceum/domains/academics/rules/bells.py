"""The cycle of a year and the bells of its days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.cycles import forget_cycle_days
from lyceum.domains.academics.models import AcademicYear, BellSchedule, Cycle, DayPlan, Period
from lyceum.domains.academics.models.cycles import MOST_DAYS
from lyceum.domains.academics.rules.calendar import NameTakenError
from lyceum.domains.journal.rules import Changes, Target, record

MOST_PERIODS = 24


class BellsInUseError(RuleError):
    """Days of a cycle, or dates, ring by this schedule."""

    code = "in_use"


@dataclass(frozen=True)
class NewPeriod:
    """A period of a bell schedule to be made."""

    number: int
    name: str
    starts_at: time
    ends_at: time
    kind: str = "teaching"


@dataclass(frozen=True)
class NewCycle:
    """How a year's lessons repeat. `schedules` says which bells ring on which day of the cycle, from 1."""

    names: Sequence[str]
    anchor: date
    counts: str = "weekdays"
    on_holiday: str = "pause"
    schedules: Mapping[int, UUID] | None = None
    dates: Sequence[tuple[date, UUID | None, str]] = ()
    """Dates on which other bells ring, or none, and what there is instead."""


@transaction.atomic
def save_bell_schedule(
    name: str, periods: Sequence[NewPeriod], *, schedule_id: UUID | None = None, actor: Actor
) -> BellSchedule:
    """Make a bell schedule, or give one its periods anew."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    called = tidy(name)
    if not 0 < len(called) <= 60:
        raise invalid_field("/name", "length", _("Give 1 to %(longest)s letters.") % {"longest": 60})
    _check_periods(periods)
    taken = NameTakenError(_("There is a bell schedule “%(name)s” already.") % {"name": called})
    with refusing(bell_schedule_name_once=lambda: taken):
        if schedule_id is None:
            row = BellSchedule.objects.create(name=called)
        else:
            row = _get_schedule(schedule_id)
            row.name = called
            row.save(update_fields=["name", "updated_at"])
            row.periods.all().delete()
    Period.objects.bulk_create(
        Period(
            schedule=row,
            number=each.number,
            name=tidy(each.name),
            kind=each.kind,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
        )
        for each in periods
    )
    forget_cycle_days()
    changes = {"periods": [None, [f"{each.name} {each.starts_at:%H:%M}–{each.ends_at:%H:%M}" for each in periods]]}
    record("academics.bells.save", target=Target.of(row), changes=changes, actor=actor)
    return row


def _get_schedule(schedule_id: UUID) -> BellSchedule:
    row = BellSchedule.objects.select_for_update().filter(pk=schedule_id).first()
    if row is None:
        raise NotFoundError
    return row


def _check_periods(periods: Sequence[NewPeriod]) -> None:
    if not 0 < len(periods) <= MOST_PERIODS:
        raise invalid_field("/periods", "count", _("Give 1 to %(most)s periods.") % {"most": MOST_PERIODS})
    faults = []
    before: NewPeriod | None = None
    numbers: set[int] = set()
    for place, each in enumerate(sorted(periods, key=lambda period: period.starts_at)):
        if not 0 < len(tidy(each.name)) <= 20:
            faults.append(FieldError(f"/periods/{place}/name", "length", _("Name the period with 1 to 20 letters.")))
        if each.kind not in Period.Kind.values:
            faults.append(FieldError(f"/periods/{place}/kind", "choice", _("There is no such kind of period.")))
        if each.number in numbers or not 0 <= each.number <= 99:
            faults.append(
                FieldError(f"/periods/{place}/number", "unique", _("Give each period a number of its own, 0 to 99."))
            )
        if each.starts_at >= each.ends_at:
            faults.append(FieldError(f"/periods/{place}/ends_at", "order", _("A period ends after it starts.")))
        elif before and each.starts_at < before.ends_at:
            words = _("%(name)s begins before %(before)s ends.") % {"name": each.name, "before": before.name}
            faults.append(FieldError(f"/periods/{place}/starts_at", "overlap", words))
        elif before and each.number < before.number:
            words = _("Number the periods in the order of the day.")
            faults.append(FieldError(f"/periods/{place}/number", "order", words))
        numbers.add(each.number)
        before = each
    if faults:
        raise InvalidError(faults[0].message, errors=faults)


@transaction.atomic
def delete_bell_schedule(schedule_id: UUID, *, actor: Actor) -> None:
    """Delete a bell schedule by which nothing rings."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    row = _get_schedule(schedule_id)
    uses = DayPlan.objects.filter(schedule=row).count()
    if uses:
        raise BellsInUseError(_("%(count)s days ring by %(name)s.") % {"count": uses, "name": row}, count=uses)
    target = Target.of(row)
    row.delete()
    forget_cycle_days()
    record("academics.bells.delete", target=target, actor=actor)


@transaction.atomic
def set_cycle(year_id: UUID, new: NewCycle, *, actor: Actor) -> Cycle:
    """Say over which days a year's lessons repeat, and which bells ring on them."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    year = AcademicYear.objects.select_for_update().filter(pk=year_id).first()
    if year is None:
        raise NotFoundError
    names = [tidy(name) for name in new.names]
    _check_cycle(new, names, year)
    row, _made = Cycle.objects.update_or_create(
        year=year,
        defaults={"names": names, "anchor": new.anchor, "counts": new.counts, "on_holiday": new.on_holiday},
    )
    if new.schedules is not None:
        row.day_plans.filter(day__isnull=False).delete()
        DayPlan.objects.bulk_create(
            DayPlan(cycle=row, day=day, schedule_id=schedule) for day, schedule in new.schedules.items()
        )
    row.day_plans.filter(on__isnull=False).delete()
    DayPlan.objects.bulk_create(
        DayPlan(cycle=row, on=on, schedule_id=schedule, note=tidy(note)) for on, schedule, note in new.dates
    )
    forget_cycle_days()
    changes: Changes = {"names": [None, names], "anchor": [None, str(new.anchor)], "counts": [None, new.counts]}
    record("academics.cycle.set", target=Target.of(row), changes=changes, actor=actor)
    return row


def _check_cycle(new: NewCycle, names: Sequence[str], year: AcademicYear) -> None:
    faults = []
    if not 0 < len(names) <= MOST_DAYS or not all(0 < len(name) <= 30 for name in names):
        faults.append(FieldError("/names", "count", _("Name 1 to 14 days, each with 1 to 30 letters.")))
    if not year.holds(new.anchor):
        faults.append(FieldError("/anchor", "range", _("Day 1 is a date of the year.")))
    if new.counts not in Cycle.Counts.values:
        faults.append(FieldError("/counts", "choice", _("Count weekdays or school days.")))
    if new.on_holiday not in Cycle.OnHoliday.values:
        faults.append(FieldError("/on_holiday", "choice", _("A holiday pauses the cycle or is skipped by it.")))
    wanted = set((new.schedules or {}).values()) | {each for _on, each, _note in new.dates if each}
    if BellSchedule.objects.filter(pk__in=wanted).count() < len(wanted):
        faults.append(FieldError("/schedules", "schedule_unknown", _("There is no such bell schedule here.")))
    if any(not 1 <= day <= len(names) for day in new.schedules or {}):
        faults.append(FieldError("/schedules", "range", _("The cycle has no such day.")))
    dates = [on for on, _schedule, _note in new.dates]
    if len(set(dates)) < len(dates) or not all(year.holds(on) for on in dates):
        faults.append(FieldError("/dates", "range", _("Give each date of the year once.")))
    if faults:
        raise InvalidError(faults[0].message, errors=faults)


WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_USUAL_DAY = (
    NewPeriod(1, "1", time(9), time(9, 50)),
    NewPeriod(2, "2", time(9, 50), time(10, 40)),
    NewPeriod(3, "Break", time(10, 40), time(11), "break"),
    NewPeriod(4, "3", time(11), time(11, 50)),
    NewPeriod(5, "4", time(11, 50), time(12, 40)),
    NewPeriod(6, "Lunch", time(12, 40), time(13, 30), "lunch"),
    NewPeriod(7, "5", time(13, 30), time(14, 20)),
    NewPeriod(8, "6", time(14, 20), time(15, 10)),
)


@transaction.atomic
def find_or_make_cycle(year: AcademicYear, *, actor: Actor) -> Cycle:
    """The year's cycle; where it has none, a week of six periods a day, so that one can begin at once."""
    row = Cycle.objects.filter(year=year).first()
    if row is not None and row.day_plans.filter(day__isnull=False).exists():
        return row
    schedule = BellSchedule.objects.order_by("created_at").first()
    if schedule is None:
        schedule = save_bell_schedule(_("Usual day"), _USUAL_DAY, actor=actor)
    weekdays = sorted(year.weekdays)
    first = next(
        day
        for day in map(date.fromordinal, range(year.starts.toordinal(), year.starts.toordinal() + 14))
        if day.isoweekday() == weekdays[0]
    )
    names = row.names if row else [_(WEEKDAY_NAMES[day - 1]) for day in weekdays]
    new = NewCycle(
        names=names,
        anchor=row.anchor if row else first,
        counts=row.counts if row else "weekdays",
        on_holiday=row.on_holiday if row else "skip",
        schedules=dict.fromkeys(range(1, len(names) + 1), schedule.pk),
    )
    return set_cycle(year.pk, new, actor=actor)
