"""Joining, leaving and learning over GraphQL, and hearing of a run's enrolments as they happen."""

from datetime import date
from typing import Any

import strawberry

from lyceum.core.actor import Actor
from lyceum.core.graphql import Info, Payload, act, changes_in, followed_as, row_id, through
from lyceum.core.live import Followed, Hears
from lyceum.domains.learning.graphql import Course, CourseEnrolment, LearningSchedule
from lyceum.domains.learning.live import enrolments_topic, follow_enrolments
from lyceum.domains.learning.models import CourseEnrolment as EnrolmentRow
from lyceum.domains.learning.queries import get_course, get_enrolment, get_schedule, own_enrolments_of
from lyceum.domains.learning.rules.cancelling import cancel_schedule
from lyceum.domains.learning.rules.courses import create_course, edit_course
from lyceum.domains.learning.rules.enrolling import enrol_myself, enrol_student, withdraw
from lyceum.domains.learning.rules.progress import mark_lesson_done, open_lesson
from lyceum.domains.learning.rules.schedules import create_schedule, publish_schedule


@strawberry.input(description="A course: a draft, unless `status` says published. The category is an id or a slug.")
class CreateCourseInput:
    name: str
    category: str | None = strawberry.UNSET
    description: str | None = strawberry.UNSET
    parent_id: strawberry.ID | None = strawberry.UNSET
    status: str | None = strawberry.UNSET


@strawberry.input(description="Some of a course; `status` publishes or archives it.")
class EditCourseInput:
    id: strawberry.ID
    name: str | None = strawberry.UNSET
    category: str | None = strawberry.UNSET
    description: str | None = strawberry.UNSET
    parent_id: strawberry.ID | None = strawberry.UNSET
    status: str | None = strawberry.UNSET


@strawberry.input(description="A run, as a draft.")
class CreateScheduleInput:
    course_id: strawberry.ID
    start_date: date
    end_date: date
    location_id: strawberry.ID | None = None
    instructor_id: strawberry.ID | None = None
    delivery: str = "on_site"
    capacity: int | None = None


@strawberry.input(description="Which run.")
class ScheduleInput:
    schedule_id: strawberry.ID


@strawberry.input(description="Which run, and why it does not take place.")
class CancelScheduleInput:
    schedule_id: strawberry.ID
    reason: str


@strawberry.input(description="Which run, and whom: oneself, if nobody is named.")
class EnrolInput:
    schedule_id: strawberry.ID
    student_id: strawberry.ID | None = None


@strawberry.input(description="Which enrolment.")
class WithdrawInput:
    enrolment_id: strawberry.ID
    reason: str = ""


@strawberry.input(description="Which lesson.")
class LessonInput:
    lesson_id: strawberry.ID


@strawberry.type
class CoursePayload(Payload):
    course: Course | None = None


@strawberry.type
class SchedulePayload(Payload):
    schedule: LearningSchedule | None = None


@strawberry.type
class CourseEnrolmentPayload(Payload):
    enrolment: CourseEnrolment | None = None


@strawberry.type
class LessonPayload(Payload):
    completed: bool | None = None


def _course_values(given: object) -> dict[str, Any]:
    values = changes_in(given)
    if values.get("parent_id"):
        values["parent_id"] = row_id(values["parent_id"])
    return {name: value for name, value in values.items() if name != "id" and not (name == "status" and not value)}


def _shown(row: EnrolmentRow, actor: Actor) -> Any:
    return own_enrolments_of([get_enrolment(row.pk, actor=actor)])[0]


@strawberry.type
class Mutation:
    @act
    def create_course(self, info: Info, input: CreateCourseInput) -> CoursePayload:
        """Make a course."""
        made = create_course(values=_course_values(input), actor=info.context.actor)
        course: Any = get_course(made.pk, actor=info.context.actor)
        return CoursePayload(course=course)

    @act
    def edit_course(self, info: Info, input: EditCourseInput) -> CoursePayload:
        """Change some of a course."""
        edited = edit_course(row_id(input.id), values=_course_values(input), actor=info.context.actor)
        course: Any = get_course(edited.pk, actor=info.context.actor)
        return CoursePayload(course=course)

    @act
    def create_learning_schedule(self, info: Info, input: CreateScheduleInput) -> SchedulePayload:
        """Make a run."""
        actor = info.context.actor
        values = {
            "start_on": input.start_date,
            "end_on": input.end_date,
            "delivery": input.delivery,
            "capacity": input.capacity,
            "location_id": row_id(input.location_id) if input.location_id else None,
            "instructor_id": row_id(input.instructor_id) if input.instructor_id else None,
        }
        made = create_schedule(course_id=row_id(input.course_id), values=values, actor=actor)
        schedule: Any = get_schedule(made.pk, actor=actor)
        return SchedulePayload(schedule=schedule)

    @act
    def publish_learning_schedule(self, info: Info, input: ScheduleInput) -> SchedulePayload:
        """Offer a run to everybody."""
        actor = info.context.actor
        publish_schedule(row_id(input.schedule_id), actor=actor)
        schedule: Any = get_schedule(row_id(input.schedule_id), actor=actor)
        return SchedulePayload(schedule=schedule)

    @act
    def cancel_learning_schedule(self, info: Info, input: CancelScheduleInput) -> SchedulePayload:
        """Cancel a run; its learners leave it and are told."""
        actor = info.context.actor
        cancel_schedule(row_id(input.schedule_id), reason=input.reason, actor=actor)
        schedule: Any = get_schedule(row_id(input.schedule_id), actor=actor)
        return SchedulePayload(schedule=schedule)

    @act
    def enrol_in_course(self, info: Info, input: EnrolInput) -> CourseEnrolmentPayload:
        """Join a run, or enrol a child; the same act again gives the same enrolment."""
        actor, schedule_id = info.context.actor, row_id(input.schedule_id)
        if input.student_id:
            joined = enrol_student(schedule_id, row_id(input.student_id), actor=actor)
        else:
            joined = enrol_myself(schedule_id, actor=actor)
        return CourseEnrolmentPayload(enrolment=_shown(joined.enrolment, actor))

    @act
    def withdraw_from_course(self, info: Info, input: WithdrawInput) -> CourseEnrolmentPayload:
        """Leave a run; whoever waits first takes the place."""
        actor = info.context.actor
        row = withdraw(row_id(input.enrolment_id), reason=input.reason, actor=actor)
        return CourseEnrolmentPayload(enrolment=_shown(row, actor))

    @act
    def open_course_lesson(self, info: Info, input: LessonInput) -> LessonPayload:
        """A learner opened a lesson."""
        progress = open_lesson(row_id(input.lesson_id), actor=info.context.actor)
        return LessonPayload(completed=progress.completed_at is not None)

    @act
    def finish_course_lesson(self, info: Info, input: LessonInput) -> LessonPayload:
        """A learner is done with a lesson."""
        progress = mark_lesson_done(row_id(input.lesson_id), actor=info.context.actor)
        return LessonPayload(completed=progress.completed_at is not None)


@strawberry.type(description="Somebody joined or left a run, or got a place.")
class EnrolmentChanged:
    status: str
    enrolment_id: strawberry.ID = through("enrolment")
    student_id: strawberry.ID = through("student")


@strawberry.type
class Subscription:
    @followed_as(EnrolmentChanged)
    def enrolment_changed(self, schedule_id: strawberry.ID) -> Followed:
        """The enrolments of a run, as they happen."""
        wanted = row_id(schedule_id)

        def follows(actor: Actor) -> tuple[str, Hears]:
            return enrolments_topic(wanted), follow_enrolments(wanted, actor=actor)

        return Followed(follows)
