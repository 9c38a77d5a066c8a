"""A week of lessons as somebody has them: a teacher, a class, a room, a student; with who covers what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from uuid import UUID

from django.utils.formats import date_format

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.academics.cycles import cycle_days
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import Class, Location
from lyceum.domains.people.models import Staff, Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.timetable import agenda
from lyceum.domains.timetable.days import instead_on
from lyceum.domains.timetable.models import Cover, Lesson
from lyceum.domains.timetable.policies import visible_lessons

TEACHER, CLASS, ROOM, STUDENT = "teacher", "class", "room", "student"
_FIELDS = {TEACHER: "teacher", CLASS: "school_class", ROOM: "room", STUDENT: "student"}
WEEKDAYS = 5


@dataclass(frozen=True)
class Whose:
    """Whose timetable it is."""

    kind: str
    id: UUID
    name: str


@dataclass(frozen=True)
class Entry:
    """One lesson on one date, as it takes place."""

    lesson: Lesson
    on: date
    starts_at: time
    """By the bells of that date."""
    ends_at: time
    cover: Cover | None = None
    covers_it: bool = False
    """Whether it is somebody else's lesson, which the one whose timetable it is covers."""

    @property
    def title(self) -> str:
        """What is taught, else the class."""
        subject = self.lesson.subject or self.lesson.school_class.subject
        return str(subject) if subject else str(self.lesson.school_class)

    @property
    def teachers(self) -> Sequence[Staff]:
        """Who takes it usually."""
        own = self.lesson.teacher
        return [own] if own else [each.staff for each in self.lesson.school_class.current_teachers]

    @property
    def room(self) -> Location | None:
        """Where it is that day."""
        elsewhere: Location | None = self.cover.room if self.cover else None
        usual: Location | None = self.lesson.room
        return elsewhere or usual

    @property
    def is_off(self) -> bool:
        """Whether it does not take place."""
        return self.cover is not None and self.cover.kind == Cover.Kind.CANCEL


@dataclass(frozen=True)
class Day:
    """One date of the week."""

    on: date
    cycle_day: str
    """What the cycle calls it, where that is not its weekday."""
    closed: str
    """Why no school is kept; empty on a school day."""
    instead: str = ""
    """What there is instead of the usual lessons, on a day with a plan of its own."""


@dataclass(frozen=True)
class Row:
    """One period through the week."""

    period: str
    starts_at: time
    ends_at: time
    cells: Sequence[tuple[Day, Sequence[Entry]]]


@dataclass(frozen=True)
class Week:
    """Seven days at most, those with school or lessons, and their periods."""

    monday: date
    days: Sequence[Day]
    rows: Sequence[Row]

    @property
    def is_unusual(self) -> bool:
        """Whether some of its days are closed, or have something instead of lessons."""
        return any(day.closed or day.instead for day in self.days)


def own_timetables(actor: Actor) -> list[Whose]:
    """The timetables that are somebody's own: as a teacher, as a student, of each of their children."""
    staff = Staff.objects.filter(person__user=actor.user_id) if actor.user_id else Staff.objects.none()
    found = [Whose(TEACHER, row.pk, str(row)) for row in staff.select_related("person")]
    if actor.reaches_all(Permission.LESSONS_VIEW):
        return found
    students = Student.objects.filter(visible_students(actor, Permission.LESSONS_VIEW)).select_related("person")
    return found + [Whose(STUDENT, row.pk, row.person.called) for row in students.order_by("person__sort_name", "pk")]


def find_whose(actor: Actor, kind: str, row_id: UUID) -> Whose:
    """Whose timetable was asked for, where the actor may see it."""
    every = actor.reaches_all(Permission.LESSONS_VIEW)
    row: Staff | Location | Class | Student | None
    if kind == STUDENT:
        permission = Permission.STUDENTS_VIEW if every else Permission.LESSONS_VIEW
        row = Student.objects.filter(visible_students(actor, permission), pk=row_id).select_related("person").first()
    elif kind == CLASS:
        rows = Class.objects.filter(pk=row_id)
        if not every:
            rows = rows.filter(pk__in=Lesson.objects.filter(visible_lessons(actor)).values("school_class"))
        row = rows.first()
    elif kind == TEACHER and every:
        row = Staff.objects.filter(pk=row_id).select_related("person").first()
    elif kind == ROOM and every:
        row = Location.objects.filter(pk=row_id).first()
    else:
        row = None
    if row is None:
        raise NotFoundError
    return Whose(kind, row.pk, str(row))


def read_week(whose: Whose | None, day: date, *, actor: Actor) -> Week:
    """The week that holds a day. A fixed number of statements."""
    monday = day - timedelta(days=day.weekday())
    dates = [monday + timedelta(days=n) for n in range(7)]
    entries = read_entries(whose, dates, actor=actor) if whose else []
    return _arranged(monday, dates, entries)


def read_entries(whose: Whose, dates: Sequence[date], *, actor: Actor) -> list[Entry]:
    """The lessons of some dates in order: those that are somebody's own, and those they cover."""
    found = agenda.list_agenda(actor, first=dates[0], last=dates[-1], whose=_asked(whose))
    return [_entry(each, whose) for each in found]


def _asked(whose: Whose) -> agenda.Whose:
    return agenda.Whose(**{_FIELDS[whose.kind]: whose.id})


def _entry(each: agenda.Dated, whose: Whose) -> Entry:
    return Entry(
        each.lesson,
        each.on,
        each.starts_at.time(),
        each.ends_at.time(),
        each.cover,
        covers_it=whose.kind == TEACHER and bool(each.cover and each.cover.teacher_id == whose.id),
    )


def _arranged(monday: date, dates: Sequence[date], entries: Sequence[Entry]) -> Week:
    known = school_days()
    used = {each.on for each in entries}
    years = {each.lesson.school_class.year_id for each in entries}
    days = [
        Day(
            day,
            _cycle_name(day, years),
            "" if known.is_school_day(day) else known.why_closed(day),
            instead_on(day),
        )
        for day in dates
        if day in used or known.is_school_day(day) or day.weekday() < 5
    ]
    periods: dict[str, list[Entry]] = {}
    for each in entries:
        periods.setdefault(each.lesson.period, []).append(each)
    rows = [
        Row(
            name,
            min(each.starts_at for each in there),
            min(each.ends_at for each in there),
            [(day, [each for each in there if each.on == day.on]) for day in days],
        )
        for name, there in periods.items()
    ]
    return Week(monday, days, sorted(rows, key=lambda row: (row.starts_at, row.ends_at, row.period)))


def _cycle_name(day: date, years: Iterable[UUID]) -> str:
    """What the cycle calls a date; nothing where it is a plain week."""
    known = cycle_days()
    number = known.day_on(day)
    names = next((known.cycles[year].names for year in years if year in known.cycles), ())
    if number is None or number > len(names):
        return ""
    name = names[number - 1]
    return "" if len(names) == WEEKDAYS or name == date_format(day, "l") else name


def next_entry(whose: Whose, *, actor: Actor) -> Entry | None:
    """The lesson that comes next, or is going on, by the school's clock; within two weeks."""
    found = agenda.find_next_lesson(actor, _asked(whose))
    return _entry(found, whose) if found else None
