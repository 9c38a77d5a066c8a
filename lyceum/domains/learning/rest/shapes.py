"""What courses and runs look like over REST. The names are those of the contract."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from lyceum.domains.learning.models import Course, CourseLesson, LearningSchedule, Meeting, Module
from lyceum.domains.learning.queries import phase_of, places_left
from lyceum.domains.learning.rules.enrolling import enrolment_window
from lyceum.domains.learning.rules.places import price_of


class CourseOut(Schema):
    """A course."""

    id: UUID
    name: str
    slug: str
    code: str
    category: UUID | None
    category_name: str
    parent_id: UUID | None
    is_required_in_parent: bool
    order: int
    summary: str
    description: str = Field(description="As it is written, in Markdown.")
    description_html: str = Field(description="As it is shown: sanitised.")
    language: str
    level: str
    duration_hours: int | None
    price_minor: int | None
    currency: str
    image_url: str = Field(description="Where its picture is fetched; empty where it has none.")
    image_alt: str
    prerequisites: list[UUID]
    completion_policy: dict[str, Any]
    tags: list[str]
    status: str
    published_at: datetime | None


class CourseNodeOut(CourseOut):
    """A course with what is in it."""

    subcourses: list["CourseNodeOut"]


class ScheduleOut(Schema):
    """A run of a course."""

    id: UUID
    course_id: UUID
    course_name: str
    name: str
    start_date: date
    end_date: date
    location_id: UUID | None
    location_name: str
    instructor_id: UUID | None
    instructor_name: str
    co_instructor_ids: list[UUID]
    delivery: str
    capacity: int | None
    places_left: int | None
    enrol_from: datetime | None
    enrol_until: datetime
    price_minor: int | None
    currency: str
    is_sequential: bool
    status: str
    phase: str = Field(description="upcoming, running or finished, by the school's calendar.")
    cancel_reason: str
    copied_from_id: UUID | None
    published_at: datetime | None
    version: int


class LessonLineOut(Schema):
    """A lesson in an outline."""

    id: UUID
    module_id: UUID
    title: str
    order: int
    duration_minutes: int | None
    is_required: bool
    access: str


class ModuleOut(Schema):
    """A part of a run, with the outline of its lessons."""

    id: UUID
    schedule_id: UUID
    title: str
    summary: str
    order: int
    is_required: bool
    opens_at: datetime | None
    lessons: list[LessonLineOut]


class MeetingOut(Schema):
    """When a run meets. Where online, only those who are on it read."""

    id: UUID
    schedule_id: UUID
    starts_at: datetime
    ends_at: datetime
    location_id: UUID | None
    location_name: str
    join_url: str
    note: str
    on_closed_day: str = Field(description="Why no school is kept that day; empty on a school day.")


class WholeScheduleOut(ScheduleOut):
    """A run with its outline and its meetings."""

    modules: list[ModuleOut]
    meetings: list[MeetingOut]


class WholeCourseOut(CourseNodeOut):
    """A course with what is in it and its runs."""

    schedules: list[ScheduleOut]


def course_shape(row: Course) -> dict[str, Any]:
    """One course, with its category and prerequisites read beforehand."""
    same = (
        "name", "slug", "code", "parent_id", "is_required_in_parent", "order", "summary", "description",
        "description_html", "language", "level", "duration_hours", "price_minor", "currency", "image_alt",
        "completion_policy", "tags", "status", "published_at",
    )  # fmt: skip
    return {
        "id": row.pk,
        "category": row.category_id,
        "category_name": row.category.name if row.category else "",
        "image_url": row.image_url,
        "prerequisites": [each.needs_id for each in row.prerequisites.all()],
        **{name: getattr(row, name) for name in same},
    }


def course_tree(row: Course, inside: Mapping[UUID, Sequence[Course]]) -> dict[str, Any]:
    """One course with its subcourses, and theirs."""
    return course_shape(row) | {"subcourses": [course_tree(each, inside) for each in inside.get(row.pk, ())]}


def schedule_shape(row: LearningSchedule) -> dict[str, Any]:
    """One run, as the queries read it."""
    price, currency = price_of(row)
    begins, ends = enrolment_window(row)
    return {
        "id": row.pk,
        "course_id": row.course_id,
        "course_name": row.course.name,
        "name": row.name,
        "start_date": row.start_on,
        "end_date": row.end_on,
        "location_id": row.location_id,
        "location_name": row.location.name if row.location else "",
        "instructor_id": row.instructor_id,
        "instructor_name": row.instructor.person.called if row.instructor else "",
        "co_instructor_ids": [each.staff_id for each in row.co_instructors.all()],
        "delivery": row.delivery,
        "capacity": row.capacity,
        "places_left": places_left(row),
        "enrol_from": begins,
        "enrol_until": ends,
        "price_minor": price,
        "currency": currency,
        "is_sequential": row.is_sequential,
        "status": row.status,
        "phase": phase_of(row),
        "cancel_reason": row.reason,
        "copied_from_id": row.copied_from_id,
        "published_at": row.published_at,
        "version": row.version,
    }


def module_shape(row: Module) -> dict[str, Any]:
    """One module; its outline is read beforehand."""
    outline: Sequence[CourseLesson] = row.outline  # type: ignore[attr-defined]  # prefetched by list_modules
    same = ("schedule_id", "title", "summary", "order", "is_required", "opens_at")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in same},
        "lessons": [lesson_line(each) for each in outline],
    }


def lesson_line(row: CourseLesson) -> dict[str, Any]:
    """What everybody reads of a lesson."""
    same = ("module_id", "title", "order", "duration_minutes", "is_required", "access")
    return {"id": row.pk, **{name: getattr(row, name) for name in same}}


def meeting_shape(row: Meeting, *, with_url: bool, closed: str) -> dict[str, Any]:
    """One gathering."""
    return {
        "id": row.pk,
        "schedule_id": row.schedule_id,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "location_id": row.location_id,
        "location_name": row.location.name if row.location else "",
        "join_url": row.join_url if with_url else "",
        "note": row.note,
        "on_closed_day": closed,
    }
