"""Behaviour of the demo schools: two years of praise and concerns, stages that were decided, and a morning's work."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.core.ids import new_id
from lyceum.core.schools import school_scope
from lyceum.core.statistics import analyze
from lyceum.demo.build import Demo, Say
from lyceum.demo.roster import Pupil, dice_for
from lyceum.domains.academics.models import AcademicYear, ClassMembership
from lyceum.domains.behaviour.models import EscalationCase, Incident, IncidentType, Notice, Participant, PointEntry
from lyceum.domains.behaviour.rules.decisions import approve_case
from lyceum.domains.behaviour.rules.notices import deliver_notice, send_notice
from lyceum.domains.behaviour.rules.recording import NewIncident, NewPart, record_incident
from lyceum.domains.behaviour.rules.stages import check_stages
from lyceum.domains.timetable.models import Lesson

PRAISE_A_DAY, CONCERNS_A_DAY = 0.018, 0.006
"""For each student."""
RESTLESS = 0.08
"""The part of students to whom most concerns belong."""
PLACES = ("Playground", "Canteen", "Corridor", "Bus", "Sports hall")
PRAISE = ("work", "work", "effort", "effort", "kindness", "service", "achievement")
CONCERNS = ("homework", "homework", "late", "disruption", "disruption", "disruption", "defiance", "language", "damage",
            "fighting")  # fmt: skip
WORDS = {
    "disruption": "Talked through the explanation and went on after two reminders.",
    "defiance": "Would not put the phone away when asked.",
    "language": "Swore at another student.",
    "damage": "Scratched a name into the desk.",
    "fighting": "Pushed and was pushed back; separated at once.",
    "bullying": "Kept on about another student's accent, after being told to stop.",
}
AT_ONCE = 60
"""School days that are written in one transaction."""
BY_HAND = 4
"""School days before today that are recorded through the rules, as people do it."""


@dataclass(frozen=True)
class _Seats:
    """Where students are: their lessons by weekday."""

    lessons: dict[tuple[UUID, int], list[Lesson]]

    def of(self, student: UUID, day: date) -> list[Lesson]:
        return self.lessons.get((student, day.isoweekday()), [])


def fill_behaviour(demo: Demo, say: Say) -> None:
    """The past in bulk, its stages decided week by week, and the last days through the rules."""
    with school_scope(demo.school.pk):
        kinds = {kind.code: kind for kind in IncidentType.objects.select_related("scale")}
        seats = _seats(demo.today)
    years = sorted(demo.plan.calendars)[-2:]
    days = [(year, day) for year in years for day in demo.plan.calendars[year].school_days if day < demo.today]
    past, recent = days[:-BY_HAND], [day for _year, day in days[-BY_HAND:]]
    written = 0
    for year in years:
        written += _fill_year(demo, year, [day for each, day in past if each == year], kinds, seats)
    with school_scope(demo.school.pk):
        _decide(demo, [day for _year, day in past])
        written += _by_hand(demo, recent, kinds)
    say(f"{written:,} incidents and times of praise")


def _fill_year(demo: Demo, year: int, days: Sequence[date], kinds: dict[str, IncidentType], seats: _Seats) -> int:
    """Written some weeks at a time, so that PostgreSQL learns early how the tables grow; returns how many incidents."""
    restless, written = _restless(demo), 0
    for start in range(0, len(days), AT_ONCE):
        with school_scope(demo.school.pk):
            rows = [r for day in days[start : start + AT_ONCE] for r in _day(demo, year, day, kinds, seats, restless)]
            _write(rows, demo.years[year])
        analyze("behaviour_")
        written += len(rows)
    return written


def _seats(today: date) -> _Seats:
    """The lessons of every student this year, as far as the school has lessons."""
    by_class: dict[UUID, list[Lesson]] = defaultdict(list)
    for lesson in Lesson.objects.select_related("room"):
        by_class[lesson.school_class_id].append(lesson)
    found: dict[tuple[UUID, int], list[Lesson]] = defaultdict(list)
    members = ClassMembership.objects.filter(school_class__in=by_class, ends_on__gte=today)
    for student, class_id in members.order_by("pk").values_list("student_id", "school_class_id"):
        for lesson in by_class[class_id]:
            found[student, lesson.weekday or 0].append(lesson)
    return _Seats(found)


Row = tuple[Incident, Participant]


def _restless(demo: Demo) -> set[str]:
    """The keys of students to whom most concerns belong."""
    return {p.key for p in demo.pupils if dice_for(demo.plan, "restless", p.key).random() < RESTLESS}


def _day(
    demo: Demo, year: int, day: date, kinds: dict[str, IncidentType], seats: _Seats, restless: set[str]
) -> Iterator[Row]:
    here = [p for p in demo.pupils if p.key in demo.students and p.is_on_roll(day) and p.seat.grade(demo.plan, year)]
    dice = dice_for(demo.plan, "behaviour", day)
    troubled = [p for p in here if p.key in restless] or here
    for _n in range(_times(dice, PRAISE_A_DAY * len(here))):
        yield _row(demo, dice.choice(here), day, kinds[dice.choice(PRAISE)], dice, seats)
    for _n in range(_times(dice, CONCERNS_A_DAY * len(here))):
        pupil = dice.choice(troubled if dice.random() < 0.7 else here)
        yield _row(demo, pupil, day, kinds[dice.choice(CONCERNS)], dice, seats)


def _times(dice: Random, mean: float) -> int:
    return int(mean) + (dice.random() < mean - int(mean))


def _row(demo: Demo, pupil: Pupil, day: date, kind: IncidentType, dice: Random, seats: _Seats) -> Row:
    student = demo.students[pupil.key]
    lessons = seats.of(student.pk, day) if day >= demo.plan.calendars[demo.plan.current].starts else []
    lesson = dice.choice(lessons) if lessons and dice.random() < 0.8 else None
    local = lesson.starts_at if lesson else time(dice.choice((10, 12, 15)), dice.randint(0, 55))
    at = demo.instant(day, local) + timedelta(minutes=dice.randint(0, 20))
    reporter = dice.choice([w for w in demo.workers if w.teaches and w.key in demo.users])
    incident = Incident(
        id=new_id(),
        type=kind,
        severity=kind.severity,
        occurred_at=at,
        on=day,
        location=lesson.room if lesson else None,
        place="" if lesson and lesson.room else dice.choice(PLACES),
        lesson=lesson,
        period=lesson.period if lesson else "",
        school_class_id=lesson.school_class_id if lesson else None,
        narrative=WORDS.get(kind.code, ""),
        reported_by=demo.users[reporter.key].pk,
        reported_by_name=reporter.full_name,
        state=Incident.State.APPROVED,
        submitted_at=at,
        approved_at=at,
    )
    return incident, Participant(incident=incident, student=student, points=kind.points)


def _write(rows: Sequence[Row], year: AcademicYear) -> None:
    Incident.objects.bulk_create([incident for incident, _part in rows], batch_size=1000)
    Participant.objects.bulk_create([part for _incident, part in rows], batch_size=1000)
    PointEntry.objects.bulk_create(
        [
            PointEntry(
                student_id=part.student_id,
                scale_id=incident.type.scale_id,
                points=part.points,
                reason=PointEntry.Reason.INCIDENT,
                participant=part,
                year=year,
                on=incident.on,
                by=incident.reported_by,
                by_name=incident.reported_by_name,
                at=incident.occurred_at,
            )
            for incident, part in rows
            if part.points
        ],
        batch_size=1000,
    )


def _decide(demo: Demo, days: Sequence[date]) -> None:
    """Each Friday of this term the head decides on the stages of the week; those of the last stay to be decided."""
    current = demo.plan.calendars[demo.plan.current]
    fridays = [day for day in days if day >= current.starts and day.isoweekday() == 5]
    for friday in fridays:
        with demo.on(friday, time(15, 30)):
            students = PointEntry.objects.filter(on__range=(friday - timedelta(days=6), friday), points__lt=0)
            check_stages(sorted(set(students.values_list("student_id", flat=True))), actor=_system(demo))
            if friday == fridays[-1]:
                continue
            for case in EscalationCase.objects.filter(state="reached").order_by("pk"):
                approve_case(case.pk, actor=demo.head)
    _deliver(demo)


def _system(demo: Demo) -> Actor:
    return system_actor(demo.school.pk, name="Demo school")


def _deliver(demo: Demo) -> None:
    """What was let go in the past has arrived."""
    for notice in Notice.objects.filter(state=Notice.State.RECALLABLE).order_by("pk"):
        if notice.recallable_until is not None:
            with clock.frozen(notice.recallable_until + timedelta(seconds=1)):
                deliver_notice(notice.pk, actor=_system(demo))


def _by_hand(demo: Demo, days: Sequence[date], kinds: dict[str, IncidentType]) -> int:
    """The last days as people recorded them: also for the child of the family account, and what waits for review."""
    here = [p for p in demo.pupils if p.key in demo.students and p.is_on_roll(demo.today) and p.is_on_roll(days[0])]
    teachers = [w.key for w in demo.workers if w.teaches and w.key in demo.users]
    dice, count = dice_for(demo.plan, "recent behaviour", demo.today), 0
    own = [pupil for pupil in demo.households[0].pupils if pupil in here]
    codes = ("work", "effort", "kindness", "work", "disruption", "homework", "defiance")
    wanted: list[tuple[Sequence[Pupil], str, date]] = [
        ([dice.choice(here)], code, day) for day in days for code in codes
    ]
    for child in own:
        wanted += [([child], "effort", days[0]), ([child], "fighting", days[1]), ([child], "service", days[-1])]
    pair = [each for each in dice.sample(here, 4) if each not in own][:2]
    wanted += [(pair, "fighting", days[-1]), (pair[:1], "assault", days[-1]), (pair[1:], "bullying", days[-1])]
    for pupils, code, day in sorted(wanted, key=lambda each: each[2]):
        at = demo.instant(day, time(dice.choice((9, 10, 11, 13, 14)), dice.randint(0, 50)))
        _record(demo, pupils, kinds[code], at, dice.choice(teachers))
        count += 1
    for child in own:
        _tell(demo, child)
    return count


def _record(demo: Demo, pupils: Sequence[Pupil], kind: IncidentType, at: datetime, teacher: str) -> None:
    with clock.frozen(at + timedelta(minutes=10)):
        parts = [NewPart(demo.students[pupil.key].pk) for pupil in pupils]
        new = NewIncident(kind.pk, parts, occurred_at=at, place="Corridor", narrative=WORDS.get(kind.code, ""),
                          is_another=True)  # fmt: skip
        record_incident(new, actor=demo.actor(teacher))


def _tell(demo: Demo, own: Pupil) -> None:
    """The head has told the family of the account what happened; they have not read it yet."""
    held = Notice.objects.filter(student=demo.students[own.key], state=Notice.State.HELD).order_by("pk")
    for notice in held:
        with demo.on(demo.today, time(7, 30)):
            send_notice(notice.pk, actor=demo.head)
    _deliver(demo)
