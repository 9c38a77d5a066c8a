"""Lessons by date: what somebody, a class or a room has from one day to another, with covers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.academics.cycles import cycle_days
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import Class, ClassMembership, ClassTeacher, Location
from lyceum.domains.academics.queries import current_teachers
from lyceum.domains.people.models import Staff, Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.tenancy.queries import time_zone, today
from lyceum.domains.timetable.days import rung_on
from lyceum.domains.timetable.models import Cover, Lesson
from lyceum.domains.timetable.policies import visible_lessons
from lyceum.domains.timetable.together import lessons_without, taught_together

MOST_DAYS = 400
LOOKS_AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Whose:
    """Whose lessons: one of these, or everybody's that the actor may see."""

    teacher: UUID | None = None
    student: UUID | None = None
    school_class: UUID | None = None
    room: UUID | None = None


@dataclass(frozen=True)
class Dated:
    """A lesson on a date."""

    lesson: Lesson
    on: date
    starts_at: datetime
    ends_at: datetime
    cover: Cover | None
    cycle_day: int | None

    @property
    def room(self) -> Location | None:
        """Where it is that day."""
        found: Location | None = self.cover.room if self.cover and self.cover.room_id else self.lesson.room
        return found

    @property
    def is_off(self) -> bool:
        """Whether it does not take place."""
        return self.cover is not None and self.cover.kind == Cover.Kind.CANCEL

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.lesson.subject or self.lesson.school_class.subject or self.lesson.school_class)

    def teachers(self) -> list[Staff]:
        """Who takes it that day."""
        if self.cover and self.cover.teacher:
            return [self.cover.teacher]
        own = self.lesson.teacher
        return [own] if own else [each.staff for each in self.lesson.school_class.current_teachers]


def list_agenda(actor: Actor, *, first: date, last: date, whose: Whose) -> list[Dated]:
    """Lessons in the order of time. A fixed number of statements, whatever the span."""
    actor.require(Permission.LESSONS_VIEW)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise invalid_field("/to", "range", _("Ask for 1 to %(most)s days.") % {"most": MOST_DAYS})
    days = school_days().between(first, last)
    rows = _lessons(actor, whose, days) if days else []
    if not rows:
        return []
    stands = Cover.objects.filter(on__range=(first, last)).exclude(state__in=("declined", "cancelled", "requested"))
    if whose != Whose():  # of a few lessons: not the covers of a whole school
        stands = stands.filter(lesson__in={row.pk for row in rows})
    covers: dict[tuple[UUID, date], Cover] = {}
    for row in stands.select_related("lesson", "teacher__person", "room").order_by("-part"):
        key = (row.lesson.planned_id or row.lesson_id, row.on)
        is_own = key in covers and whose.teacher is not None and covers[key].teacher_id == whose.teacher
        if not is_own:  # of several for one lesson one's own, else that of its first period
            covers[key] = row
    takes = _takes(whose, rows, first, last)
    zone = clock.zone(time_zone())
    found: list[Dated] = []
    for day in days:
        of_day = [row for row in rows if row.is_on(day) and row.school_class.starts <= day <= row.school_class.ends]
        if whose.teacher or whose.room:
            of_day = taught_together(of_day)
        for lesson, starts_at, ends_at in rung_on(day, of_day):
            cover = covers.get((lesson.planned_id or lesson.pk, day))
            if takes(lesson, day, cover):
                found.append(_dated(lesson, day, starts_at, ends_at, cover, zone))
    return sorted(found, key=lambda each: (each.starts_at, each.lesson.school_class.name))


def _dated(lesson: Lesson, day: date, starts_at: time, ends_at: time, cover: Cover | None, zone: object) -> Dated:
    starts, ends = datetime.combine(day, starts_at), datetime.combine(day, ends_at)
    return Dated(
        lesson,
        day,
        starts.replace(tzinfo=zone),  # type: ignore[arg-type]  # a ZoneInfo
        ends.replace(tzinfo=zone),  # type: ignore[arg-type]  # a ZoneInfo
        cover,
        cycle_days().day_on(day),
    )


def _lessons(actor: Actor, whose: Whose, days: Sequence[date]) -> list[Lesson]:
    """The lessons that may fall on one of some days, in order, and concern somebody."""
    first, last = days[0], days[-1]
    falls = Q(weekday__in={day.isoweekday() for day in days}) | Q(cycle_day__in=cycle_days().days_on(days))
    rows = Lesson.objects.filter(
        falls, visible_lessons(actor), Q(ends_on__isnull=True) | Q(ends_on__gte=first), starts_on__lte=last
    )
    if whose.school_class:
        rows = rows.filter(school_class=whose.school_class)
    if whose.room:
        moved = Cover.objects.filter(room=whose.room, on__range=(first, last))
        rows = rows.filter(Q(room=whose.room) | Q(pk__in=moved.values("lesson")))
    if whose.student:
        visible = Student.objects.filter(visible_students(actor), pk=whose.student)
        members = ClassMembership.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=first), student__in=visible, starts_on__lte=last
        )
        rows = rows.filter(school_class__in=members.values("school_class"))
    if whose.teacher:
        leads = ClassTeacher.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=first), staff=whose.teacher, role="lead", starts_on__lte=last
        )
        covered = Cover.objects.filter(teacher=whose.teacher, on__range=(first, last))
        rows = rows.filter(
            Q(teacher=whose.teacher)
            | Q(co_teachers__contains=[whose.teacher])
            | Q(teacher__isnull=True, school_class__in=leads.values("school_class"))
            | Q(pk__in=covered.values("lesson"))
        )
    rows = rows.select_related("school_class__subject", "subject", "teacher__person", "room")
    return list(rows.prefetch_related(current_teachers(today(), "school_class__teachers")))


class _Takes:
    """Whether a lesson of a date concerns whoever is asked about."""

    def __init__(
        self,
        whose: Whose,
        spans: Sequence[tuple[UUID, date, date | None]],
        without: frozenset[tuple[UUID | None, UUID]] = frozenset(),
    ) -> None:
        self.whose = whose
        self.spans = spans
        """Classes of the teacher or student with the days on which they are theirs."""
        self.without = without
        """Planned lessons to which only others of the student's class come, each with the class."""

    def __call__(self, lesson: Lesson, day: date, cover: Cover | None) -> bool:
        whose = self.whose
        if whose.room:
            return (cover.room_id if cover and cover.room_id else lesson.room_id) == whose.room
        if whose.student:
            is_out = (lesson.planned_id, lesson.school_class_id) in self.without
            return not is_out and self._is_theirs(lesson.school_class_id, day)
        if whose.teacher:
            if cover and cover.teacher_id == whose.teacher:
                return True
            if cover and cover.teacher_id and not cover.part:
                return False
            mine = whose.teacher in (lesson.teacher_id, *lesson.co_teachers)
            return mine or (lesson.teacher_id is None and self._is_theirs(lesson.school_class_id, day))
        return True

    def _is_theirs(self, class_id: UUID, day: date) -> bool:
        return any(
            of == class_id and starts <= day and (ends is None or day <= ends) for of, starts, ends in self.spans
        )


def _takes(whose: Whose, lessons: Sequence[Lesson], first: date, last: date) -> _Takes:
    within = Q(ends_on__isnull=True) | Q(ends_on__gte=first)
    if whose.student:
        rows = ClassMembership.objects.filter(within, student=whose.student, starts_on__lte=last)
        spans = list(rows.values_list("school_class_id", "starts_on", "ends_on"))
        return _Takes(whose, spans, lessons_without(whose.student, lessons))
    if whose.teacher:
        leads = ClassTeacher.objects.filter(within, staff=whose.teacher, role="lead", starts_on__lte=last)
        return _Takes(whose, list(leads.values_list("school_class_id", "starts_on", "ends_on")))
    return _Takes(whose, [])


def find_next_lesson(actor: Actor, whose: Whose) -> Dated | None:
    """The lesson that is on now, or the next one within two weeks; first of today, where it mostly is."""
    day, now = today(), clock.now()
    for first, last in ((day, day), (day + timedelta(days=1), day + LOOKS_AHEAD)):
        for each in list_agenda(actor, first=first, last=last, whose=whose):
            if each.ends_at > now and not each.is_off:
                return each
    return None


def own(actor: Actor) -> Whose | None:
    """Whose lessons are the actor's own: as a teacher, or as a student; None for anybody else."""
    if actor.user_id is None:
        return None
    staff = Staff.objects.filter(person__user=actor.user_id).values_list("pk", flat=True).first()
    if staff:
        return Whose(teacher=staff)
    student = Student.objects.filter(person__user=actor.user_id).values_list("pk", flat=True).first()
    return Whose(student=student) if student else None


def name_of(whose: Whose) -> str:
    """What the calendar of somebody is called."""
    models: Iterable[tuple[UUID | None, type[Staff | Student | Class | Location]]] = (
        (whose.teacher, Staff),
        (whose.student, Student),
        (whose.school_class, Class),
        (whose.room, Location),
    )
    for pk, model in models:
        if pk:
            return str(model._default_manager.filter(pk=pk).first() or "")
    return ""
