"""Today's cover: two colleagues are away, some of their lessons have somebody, one waits for an answer."""

from datetime import date, time, timedelta
from uuid import UUID

from lyceum.demo.build import Demo
from lyceum.domains.people.models import Staff
from lyceum.domains.timetable.covering.days import CoverDays
from lyceum.domains.timetable.covering.proposals import list_needs, plan_covers, propose
from lyceum.domains.timetable.covering.reading import read_cover_days
from lyceum.domains.timetable.rules.absences import NewStaffAbsence, report_staff_absence
from lyceum.domains.timetable.rules.covers import NewCover, assign_covers

COVERED = 2
"""Lessons that somebody has taken by the time the office opens."""


def add_cover(demo: Demo) -> int:
    """Report who is away today, cover some of what they leave; how many lessons they leave."""
    days = read_cover_days([demo.today])
    tutor = demo.staff[demo.tutors[min(demo.tutors)].key].pk
    busiest = _busiest(days, demo.today, besides=tutor)
    if len(busiest) < 3:
        return 0
    with demo.on(demo.today, time(7, 20)):
        for staff, kind in zip(busiest, ("illness", "training"), strict=False):
            report_staff_absence(NewStaffAbsence(demo.today, demo.today, staff, kind=kind), actor=demo.office)
        days = read_cover_days([demo.today])
        needs = list_needs(days, demo.today)
        planned = plan_covers(days, needs)
        chosen = [need for need in needs if need.key in planned]
        new = [
            NewCover(need.held.lesson.pk, demo.today, planned[need.key].staff.pk, work_set="Go on in the book.")
            for need in chosen[:COVERED]
        ]
        assign_covers(new, actor=demo.office)
        _ask_tutor(demo, tutor)
    _ask_to_be_away(demo, busiest[2])
    return len(needs)


def _busiest(days: CoverDays, on: date, *, besides: UUID) -> list[UUID]:
    """Who has most lessons that day, by the code of their staff row where they have as many."""
    known = [each.staff for each in days.candidates.values() if each.staff.pk != besides]
    known = [staff for staff in known if days.load(staff.pk, on)]
    known.sort(key=lambda staff: (-days.load(staff.pk, on), staff.staff_code))
    return [staff.pk for staff in known]


def _ask_tutor(demo: Demo, tutor: UUID) -> None:
    """The form teacher whose account is told to visitors is asked for the first lesson that they could take."""
    days = read_cover_days([demo.today])
    for need in list_needs(days, demo.today):
        free = [each for each in propose(days, need.held, need.part) if each.is_free and each.staff.pk == tutor]
        if need.cover is None and free:
            assign_covers([NewCover(need.held.lesson.pk, demo.today, tutor, asks=True)], actor=demo.office)
            return


def _ask_to_be_away(demo: Demo, staff: UUID) -> None:
    """A colleague asks for a day in the coming weeks."""
    coming = [day for day in demo.plan.calendars[demo.plan.current].school_days if day > demo.today]
    code = Staff.objects.get(pk=staff).staff_code
    key = next((key for key, row in demo.staff.items() if row.staff_code == code and key in demo.users), None)
    if len(coming) < 6 or key is None:
        return
    with demo.on(demo.today - timedelta(days=1), time(16, 5)):
        new = NewStaffAbsence(coming[5], coming[5], kind="training", note="First aid course")
        report_staff_absence(new, actor=demo.actor(key))
