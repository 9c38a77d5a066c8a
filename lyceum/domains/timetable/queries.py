"""Reading lessons."""

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import ClassMembership, ClassTeacher
from lyceum.domains.academics.queries import current_teachers
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import holds_on, visible_students
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.days import takes_place_on
from lyceum.domains.timetable.models import Cover, Lesson
from lyceum.domains.timetable.policies import visible_lessons
from lyceum.domains.timetable.together import comes_to

ORDER = ("place", "starts_at", "pk")
COVER_ORDER = ("on", "lesson__starts_at", "part", "pk")


def list_lessons(
    actor: Actor,
    *,
    teacher: UUID | None = None,
    school_class: UUID | None = None,
    room: UUID | None = None,
    student: UUID | None = None,
    weekday: int | None = None,
    on: date | None = None,
) -> QuerySet[Lesson]:
    """Lessons in the order of the week: those of a date, or else all that are not over."""
    actor.require(Permission.LESSONS_VIEW)
    rows = Lesson.objects.filter(visible_lessons(actor))
    day = on or today()
    if on:
        rows = rows.filter(holds_on(on), takes_place_on([on]))
    else:
        rows = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))
    if teacher:
        leads = ClassTeacher.objects.filter(holds_on(day), staff=teacher, role="lead").values("school_class")
        mine = Q(teacher=teacher) | Q(co_teachers__contains=[teacher]) | Q(teacher__isnull=True, school_class__in=leads)
        rows = rows.filter(mine)
    if school_class:
        rows = rows.filter(school_class=school_class)
    if room:
        rows = rows.filter(room=room)
    if student:
        visible = Student.objects.filter(visible_students(actor), pk=student)
        members = ClassMembership.objects.filter(holds_on(day), student__in=visible)
        rows = rows.filter(comes_to(student), school_class__in=members.values("school_class"))
    if weekday:
        rows = rows.filter(weekday=weekday)
    return _whole(rows).order_by(*ORDER)


def get_lesson(lesson_id: UUID, *, actor: Actor) -> Lesson:
    """The lesson, where the actor may see it."""
    actor.require(Permission.LESSONS_VIEW)
    lesson = _whole(Lesson.objects.filter(visible_lessons(actor), pk=lesson_id)).first()
    if lesson is None:
        raise NotFoundError
    return lesson


def _whole(rows: QuerySet[Lesson]) -> QuerySet[Lesson]:
    """Lessons with their class, its subject and leads, their teacher and room."""
    rows = rows.select_related("school_class__subject", "subject", "teacher__person", "room")
    rows = rows.annotate(place=Coalesce("weekday", "cycle_day"))
    return rows.prefetch_related(current_teachers(today(), "school_class__teachers"))


def list_covers(actor: Actor, *, first: date, last: date, staff: UUID | None = None) -> QuerySet[Cover]:
    """The covers from one day to another of lessons the actor may see; those only asked for, for staff alone."""
    actor.require(Permission.LESSONS_VIEW)
    lessons = Lesson.objects.filter(visible_lessons(actor))
    states = Cover.LIVE if actor.may(Permission.COVER_ANSWER) else Cover.STANDING
    rows = Cover.objects.filter(on__range=(first, last), state__in=states, lesson__in=lessons)
    if staff:
        rows = rows.filter(teacher=staff)
    return whole_covers(rows).order_by(*COVER_ORDER)


def get_cover(cover_id: UUID, *, actor: Actor) -> Cover:
    """The cover, where the actor may see its lesson."""
    actor.require(Permission.LESSONS_VIEW)
    lessons = Lesson.objects.filter(visible_lessons(actor))
    cover = whole_covers(Cover.objects.filter(pk=cover_id, lesson__in=lessons)).first()
    if cover is None:
        raise NotFoundError
    return cover


def whole_covers(rows: QuerySet[Cover]) -> QuerySet[Cover]:
    """Covers with their lesson and its class, rooms and whoever comes."""
    rows = rows.select_related("lesson__school_class__subject", "lesson__room", "room", "teacher__person")
    return rows.prefetch_related(current_teachers(today(), "lesson__school_class__teachers"))
