"""GraphQL door of learning: the catalogue, runs and lessons, one's own enrolments and materials."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from lyceum.core.connections import Found, Span, connection, find_page
from lyceum.core.graphql import Group, Info, row_id, shown_as, through, together
from lyceum.domains.learning import models
from lyceum.domains.learning.materials import OfCourse, OfSchedule, list_own_materials
from lyceum.domains.learning.policies import find_own_student
from lyceum.domains.learning.progress import Reader, read_as
from lyceum.domains.learning.queries import (
    COURSE_ORDER,
    SCHEDULE_ORDER,
    CourseFilter,
    OwnEnrolment,
    ScheduleFilter,
    get_course_by_slug,
    get_schedule,
    list_courses,
    list_own_enrolments,
    list_schedules,
    phase_of,
    places_left,
    read_subcourses,
)


@strawberry.type(description="A lesson. The content is null where the caller may not have it, and `locked` says why.")
class CourseLesson:
    id: strawberry.ID
    title: str
    order: int
    duration_minutes: int | None
    is_required: bool
    access: str

    @strawberry.field
    def module_id(self, row: strawberry.Parent[models.CourseLesson]) -> strawberry.ID:
        """The module's id."""
        return strawberry.ID(str(row.module_id))

    @strawberry.field
    def content(self, row: strawberry.Parent[models.CourseLesson], info: Info) -> str | None:
        """As it is written, in Markdown."""
        return None if _lock_of(row, info) else row.content

    @strawberry.field
    def locked(self, row: strawberry.Parent[models.CourseLesson], info: Info) -> str | None:
        """not_enrolled, opens_at or previous_lesson; null where it is open."""
        return _lock_of(row, info) or None


def _lock_of(row: models.CourseLesson, info: Info) -> str:
    def read(rows: list[models.CourseLesson]) -> Mapping[Any, Reader]:
        reader = read_as(info.context.actor, [each.module.schedule_id for each in rows])
        return {each.pk: reader for each in rows}

    return together(row, "reader", read)[row.pk].lock_of(row)


@strawberry.type(description="A part of a run.")
class CourseModule:
    id: strawberry.ID
    title: str
    summary: str
    order: int
    opens_at: datetime | None

    @shown_as(list[CourseLesson])
    def lessons(self, row: strawberry.Parent[models.Module]) -> list[models.CourseLesson]:
        """Its lessons in order."""
        outline: list[models.CourseLesson] = row.outline  # type: ignore[attr-defined]  # set by _modules_of
        return outline


@strawberry.type(description="A run of a course. Its phase follows from its dates.")
class LearningSchedule:
    id: strawberry.ID
    name: str
    start_date: date = through("start_on")
    end_date: date = through("end_on")
    delivery: str
    capacity: int | None
    status: str

    @strawberry.field
    def course_id(self, row: strawberry.Parent[models.LearningSchedule]) -> strawberry.ID:
        """The course's id."""
        return strawberry.ID(str(row.course_id))

    @strawberry.field
    def phase(self, row: strawberry.Parent[models.LearningSchedule]) -> str:
        """upcoming, running or finished."""
        return phase_of(row)

    @strawberry.field
    def places_left(self, row: strawberry.Parent[models.LearningSchedule]) -> int | None:
        """Free places; null where there is no limit."""
        return places_left(row)

    @shown_as(list[CourseModule])
    def modules(self, row: strawberry.Parent[models.LearningSchedule]) -> list[models.Module]:
        """The outline."""
        return together(row, "modules", _modules_of)[row.pk]


def _modules_of(rows: list[models.LearningSchedule]) -> dict[UUID, list[models.Module]]:
    """Modules with their lessons of many runs, in one statement for either; the lessons were read together."""
    runs = [row.pk for row in rows]
    modules = {each.pk: each for each in models.Module.objects.filter(schedule__in=runs, is_archived=False)}
    lessons = list(
        models.CourseLesson.objects.filter(module__in=list(modules), is_archived=False)
        .select_related("module")
        .order_by("order")
    )
    Group(lessons)
    for module in modules.values():
        module.outline = [  # type: ignore[attr-defined]  # read by the type
            each for each in lessons if each.module_id == module.pk
        ]
    found: dict[UUID, list[models.Module]] = {pk: [] for pk in runs}
    for module in sorted(modules.values(), key=lambda each: each.order):
        found[module.schedule_id].append(module)
    return found


@strawberry.type(description="A course of the catalogue.")
class Course:
    id: strawberry.ID
    name: str
    slug: str
    code: str
    summary: str
    description: str
    description_html: str
    level: str
    language: str
    duration_hours: int | None
    price_minor: int | None
    currency: str
    status: str
    image_alt: str

    @strawberry.field
    def image_url(self, row: strawberry.Parent[models.Course]) -> str:
        """Where its picture is fetched; empty where it has none."""
        return row.image_url

    @strawberry.field
    def category(self, row: strawberry.Parent[models.Course]) -> str | None:
        """The category's name."""
        return row.category.name if row.category else None

    @strawberry.field
    def parent_id(self, row: strawberry.Parent[models.Course]) -> strawberry.ID | None:
        """The course above."""
        return strawberry.ID(str(row.parent_id)) if row.parent_id else None

    @shown_as(list["Course"])
    def subcourses(self, row: strawberry.Parent[models.Course], info: Info) -> list[models.Course]:
        """What is in it."""
        actor = info.context.actor

        def read(rows: list[models.Course]) -> Mapping[Any, list[models.Course]]:
            found = read_subcourses([each.pk for each in rows], actor)
            Group(each for several in found.values() for each in several)
            return found

        return together(row, "subcourses", read).get(row.pk, [])

    @shown_as(list[LearningSchedule])
    def schedules(self, row: strawberry.Parent[models.Course], info: Info) -> list[models.LearningSchedule]:
        """Its runs that are offered."""
        actor = info.context.actor

        def read(rows: list[models.Course]) -> Mapping[Any, list[models.LearningSchedule]]:
            runs = list_schedules(actor).filter(course__in=[each.pk for each in rows])
            found: dict[UUID, list[models.LearningSchedule]] = {}
            for run in runs.order_by(*SCHEDULE_ORDER):
                found.setdefault(run.course_id, []).append(run)
            Group(each for several in found.values() for each in several)
            return found

        return together(row, "schedules", read).get(row.pk, [])


@strawberry.type(description="An own enrolment with where to go on.")
class CourseEnrolment:
    id: strawberry.ID = through("enrolment.pk")
    status: str = through("enrolment.status")
    enrolled_at: datetime = through("enrolment.enrolled_at")
    course_name: str = through("enrolment.schedule.course.name")
    percent: int | None
    position: int | None

    @strawberry.field
    def schedule_id(self, row: strawberry.Parent[OwnEnrolment]) -> strawberry.ID:
        """The run's id."""
        return strawberry.ID(str(row.enrolment.schedule_id))

    @strawberry.field
    def next_lesson_id(self, row: strawberry.Parent[OwnEnrolment]) -> strawberry.ID | None:
        """Where to go on."""
        return strawberry.ID(str(row.next_lesson.pk)) if row.next_lesson else None


@strawberry.type(description="Something to learn with.")
class LearningMaterial:
    id: strawberry.ID
    kind: str
    title: str
    description: str
    url: str
    file_name: str


@strawberry.type(description="The materials of one run.")
class MaterialsOfSchedule:
    materials: list[LearningMaterial]

    @strawberry.field
    def schedule_id(self, found: strawberry.Parent[OfSchedule]) -> strawberry.ID:
        """The run's id."""
        return strawberry.ID(str(found.schedule.pk))


@strawberry.type(description="The materials of one course and of its runs.")
class MaterialsOfCourse:
    course_name: str = through("course.name")
    materials: list[LearningMaterial]

    @strawberry.field
    def course_id(self, found: strawberry.Parent[OfCourse]) -> strawberry.ID:
        """The course's id."""
        return strawberry.ID(str(found.course.pk))

    @shown_as(list[MaterialsOfSchedule])
    def schedules(self, found: strawberry.Parent[OfCourse]) -> list[OfSchedule]:
        """The runs that have materials."""
        return list(found.schedules.values())


@strawberry.type
class Query:
    @connection(Course)
    def courses(
        self, info: Info, span: Span, category: str = "", parent_id: strawberry.ID | None = None, q: str = ""
    ) -> Found:
        """The catalogue."""
        chosen = CourseFilter(category=category, parent=row_id(parent_id) if parent_id else None, q=q)
        return find_page(list_courses(info.context.actor, chosen), order=COURSE_ORDER, span=span)

    @shown_as(Course | None)
    def course(self, info: Info, slug: str) -> models.Course:
        """One course by its name in addresses."""
        return get_course_by_slug(slug, actor=info.context.actor)

    @connection(LearningSchedule)
    def schedules(self, info: Info, span: Span, course_id: strawberry.ID | None = None, phase: str = "") -> Found:
        """The runs that are offered."""
        chosen = ScheduleFilter(course=row_id(course_id) if course_id else None, phase=phase)
        return find_page(list_schedules(info.context.actor, chosen), order=SCHEDULE_ORDER, span=span)

    @shown_as(LearningSchedule | None)
    def learning_schedule(self, info: Info, id: strawberry.ID) -> models.LearningSchedule:
        """One run."""
        return get_schedule(row_id(id), actor=info.context.actor)

    @shown_as(list[CourseEnrolment] | None)
    def my_enrolments(self, info: Info) -> list[OwnEnrolment]:
        """The caller's own enrolments."""
        student = find_own_student(info.context.actor)
        return list_own_enrolments(student.pk, actor=info.context.actor) if student else []

    @shown_as(list[MaterialsOfCourse] | None)
    def my_learning_materials(self, info: Info) -> list[OfCourse]:
        """What the caller learns with."""
        return list_own_materials(info.context.actor)
