"""The demo's timetable: bells, what must be taught, and the published version whose lessons have the registers."""

from collections.abc import Mapping, Sequence
from datetime import time

from lyceum.core.actor import Actor, Via, system_actor
from lyceum.demo.build import Demo
from lyceum.demo.staffing import PERIODS, Slot
from lyceum.domains.academics.models import AcademicYear, Class, ClassTeacher
from lyceum.domains.academics.rules.bells import WEEKDAY_NAMES, NewCycle, NewPeriod, save_bell_schedule, set_cycle
from lyceum.domains.timetable.models import PlannedLesson, Version
from lyceum.domains.timetable.rules.constraints import NewRule, create_rule
from lyceum.domains.timetable.rules.publishing import publish_version
from lyceum.domains.timetable.rules.requirements import NewRequirement, create_requirements
from lyceum.domains.timetable.rules.versions import create_version

BREAKS = (("Tutor", time(8, 45), time(9), "registration"), ("Break", time(10, 40), time(11), "break"),
          ("Lunch", time(12, 40), time(13, 15), "lunch"))  # fmt: skip


def draw_up_timetable(demo: Demo, year: AcademicYear, classes: Mapping[str, Class], week: Sequence[Slot]) -> None:
    """The week as a draft."""
    numbers = _ring_bells(demo, year)
    weekdays = sorted(year.weekdays)
    taught: dict[str, list[Slot]] = {}
    for slot in week:
        taught.setdefault(slot.teaching.name, []).append(slot)
    names = sorted(taught)
    new = [
        NewRequirement(
            subject_id=classes[name].subject_id,
            classes=[(classes[name].pk, None)],
            teachers=[demo.staff[taught[name][0].teaching.teacher.key].pk],
            rooms=[demo.rooms[taught[name][0].teaching.teacher.room].pk],
            lengths=[1] * len(taught[name]),
            source="classes",
        )
        for name in names
    ]
    rows = create_requirements(year.pk, new, actor=_planner(demo))
    version = create_version(year.pk, name=f"Timetable {year.name}", actor=_planner(demo))
    slots = {
        row.pk: sorted(taught[name], key=lambda s: (s.weekday, s.period)) for name, row in zip(names, rows, strict=True)
    }
    lessons = list(PlannedLesson.objects.filter(version=version).order_by("pk"))
    for lesson in lessons:
        slot = slots[lesson.requirement_id or version.pk].pop(0)
        lesson.day, lesson.period = weekdays.index(slot.weekday) + 1, numbers[slot.period]
        lesson.room = demo.rooms[slot.teaching.teacher.room]
    PlannedLesson.objects.bulk_update(lessons, ["day", "period", "room"])
    _set_rules(demo, year)


def publish_timetable(demo: Demo, year: AcademicYear) -> None:
    """The draft holds from the year's first day."""
    version = Version.objects.get(year=year)
    publish_version(version.pk, effective_from=year.starts, actor=_planner(demo))


def _planner(demo: Demo) -> Actor:
    """Whoever made the demo's timetable: it is not the office's work."""
    return system_actor(demo.school.pk, name="Demo school", via=Via.COMMAND)


def _ring_bells(demo: Demo, year: AcademicYear) -> list[int]:
    """The bells of a usual day on every day of a week. Returns the numbers of the teaching periods."""
    parts = [(*period, "teaching") for period in PERIODS] + list(BREAKS)
    parts.sort(key=lambda part: part[1])
    periods = [NewPeriod(n, name, starts, ends, kind) for n, (name, starts, ends, kind) in enumerate(parts)]
    schedule = save_bell_schedule("Usual day", periods, actor=_planner(demo))
    weekdays = sorted(year.weekdays)
    kept = demo.plan.calendars[demo.plan.current].school_days
    new = NewCycle(
        names=[WEEKDAY_NAMES[day - 1] for day in weekdays],
        anchor=next(day for day in kept if day.isoweekday() == weekdays[0]),
        on_holiday="skip",
        schedules=dict.fromkeys(range(1, len(weekdays) + 1), schedule.pk),
    )
    set_cycle(year.pk, new, actor=_planner(demo))
    return [each.number for each in periods if each.kind == "teaching"]


def _set_rules(demo: Demo, year: AcademicYear) -> None:
    """What a school would ask for."""
    create_rule(year.pk, NewRule("max_in_a_row", (), {"hours": 5, "of": "teacher"}, 80), actor=_planner(demo))
    create_rule(year.pk, NewRule("not_two_on_one_day", (), {}, 60), actor=_planner(demo))
    lead = ClassTeacher.objects.filter(school_class__year=year, school_class__kind="teaching").order_by("pk").first()
    if lead:
        free = NewRule(
            "not_available", [("teacher", lead.staff_id)], {"slots": [[5, 8]]}, 70, "Trains the football team"
        )
        create_rule(year.pk, free, actor=_planner(demo))
