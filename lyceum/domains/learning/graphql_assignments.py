"""GraphQL door of assignments: work that is set, what is handed in, marking, hearing of changes."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry
from django.db.models import QuerySet

from lyceum.core.actor import Actor
from lyceum.core.connections import Found, Span, connection, elsewhere, find_page
from lyceum.core.errors import NotFoundError
from lyceum.core.graphql import Info, Payload, act, followed_as, related, row_id, row_ids, shown_as, through
from lyceum.core.instants import given_instant
from lyceum.core.live import Followed, Hears
from lyceum.domains.learning import assignment_facts as facts
from lyceum.domains.learning import models
from lyceum.domains.learning.assignment_live import follow_work, work_topic
from lyceum.domains.learning.assignment_queries import (
    ORDER,
    SUBMISSION_ORDER,
    Wanted,
    get_assignment,
    get_own_submission,
    get_submission,
    list_assignments,
    list_submissions,
    whole_assignments,
    whole_submissions,
)
from lyceum.domains.learning.assignment_shown import Shown, ShownAttempt, shown
from lyceum.domains.learning.rules.assignments.accepting import accept_submission
from lyceum.domains.learning.rules.assignments.handing_in import submit, take_back
from lyceum.domains.learning.rules.assignments.marking import GivenMark, grade_submission, reassign_submission
from lyceum.domains.learning.rules.assignments.publishing import publish_assignment
from lyceum.domains.learning.rules.assignments.releasing import release_marks
from lyceum.domains.learning.rules.assignments.writing import NewAssignment, create_assignment
from lyceum.domains.people.batches import read_students
from lyceum.domains.people.models import Student as StudentRow

Student = elsewhere("Student", "people")


@strawberry.type(description="A file beside work: what it really is.")
class WorkFile:
    id: strawberry.ID = through("pk")
    name: str
    kind: str
    size: int


@strawberry.type(description="One time that work was handed in.")
class SubmissionAttempt:
    number: int = through("row.number")
    text: str = through("row.text")
    submitted_at: datetime | None = through("row.submitted_at")
    is_late: bool = through("row.is_late")
    late_minutes: int = through("row.late_minutes")
    grade: Decimal | None
    feedback: str
    rubric_points: list[Decimal]

    @shown_as(list[WorkFile])
    def files(self, attempt: strawberry.Parent[ShownAttempt]) -> Any:
        """What was handed in."""
        return list(attempt.files)


@strawberry.type(description="A learner's work, as the caller may know of it.")
class Submission:
    id: strawberry.ID = through("row.pk")
    assignment_id: strawberry.ID = through("row.assignment_id")
    student_id: strawberry.ID = through("row.student_id")
    status: str
    submitted_at: datetime | None = through("row.submitted_at")
    due_at: datetime
    grade: Decimal | None
    feedback: str
    is_accepted: bool
    is_late: bool = through("row.is_late")
    is_excused: bool = through("row.is_excused")
    is_missing: bool
    resubmit_by: datetime | None = through("row.resubmit_by")

    @strawberry.field
    def version(self, work: strawberry.Parent[Shown]) -> int | None:
        """For staff: to be given back with a mark."""
        return work.row.version if work.for_staff else None

    @shown_as(SubmissionAttempt | None)
    def draft(self, work: strawberry.Parent[Shown]) -> Any:
        """What its learner still writes; for nobody else."""
        return work.draft

    @shown_as(list[SubmissionAttempt])
    def attempts(self, work: strawberry.Parent[Shown]) -> Any:
        """Each time that it was handed in."""
        return list(work.attempts)

    @shown_as(Student | None)
    def student(self, work: strawberry.Parent[Shown], info: Info) -> StudentRow | None:
        """The student, where the caller may see more than the id."""
        actor = info.context.actor
        rows = related(work, "students", lambda all_: read_students([w.row.student_id for w in all_], actor=actor))
        return rows.get(work.row.student_id)


@strawberry.type(description="One line of a rubric.")
class RubricCriterion:
    title: str
    points: Decimal


@strawberry.type(description="Work that is set for classes or for a run.")
class Assignment:
    id: strawberry.ID = through("pk")
    title: str
    description: str
    description_html: str
    due_date: datetime = through("due_at")
    closes_at: datetime | None
    status: str
    grading: str
    release: str
    version: int
    max_attempts: int | None
    is_required: bool
    publish_at: datetime | None
    published_at: datetime | None

    @strawberry.field
    def rubric(self, row: strawberry.Parent[models.Assignment]) -> list[RubricCriterion]:
        """What the points are given for; empty where there is no rubric."""
        return [RubricCriterion(title=each["title"], points=Decimal(each["points"])) for each in row.rubric]

    @strawberry.field
    def subject_id(self, row: strawberry.Parent[models.Assignment]) -> strawberry.ID | None:
        """The subject."""
        return strawberry.ID(str(row.subject_id)) if row.subject_id else None

    @strawberry.field
    def teacher_id(self, row: strawberry.Parent[models.Assignment]) -> strawberry.ID | None:
        """Who set it."""
        return strawberry.ID(str(row.teacher_id)) if row.teacher_id else None

    @strawberry.field
    def schedule_id(self, row: strawberry.Parent[models.Assignment]) -> strawberry.ID | None:
        """The run that it is for; null where it is for classes."""
        return strawberry.ID(str(row.schedule_id)) if row.schedule_id else None

    @strawberry.field
    def class_ids(self, row: strawberry.Parent[models.Assignment]) -> list[strawberry.ID]:
        """The classes that it is for."""
        return [strawberry.ID(str(each.school_class_id)) for each in row.classes.all()]

    @shown_as(list[WorkFile])
    def attachments(self, row: strawberry.Parent[models.Assignment]) -> Any:
        """The files beside it."""
        return list(row.attachments.all())


@strawberry.type
class Query:
    @connection(Assignment)
    def assignments(
        self,
        info: Info,
        span: Span,
        class_id: strawberry.ID | None = None,
        schedule_id: strawberry.ID | None = None,
        status: str = "",
        due_before: datetime | None = None,
    ) -> Found:
        """The assignments that the caller may see, the soonest due first."""
        wanted = Wanted(
            school_class=row_id(class_id) if class_id else None,
            schedule=row_id(schedule_id) if schedule_id else None,
            status=status,
            due_before=given_instant(due_before, "/dueBefore") if due_before else None,
        )
        rows = whole_assignments(list_assignments(info.context.actor, wanted))
        return find_page(rows, order=ORDER, span=span)

    @connection(Submission)
    def submissions(
        self,
        info: Info,
        span: Span,
        assignment_id: strawberry.ID | None = None,
        student_id: strawberry.ID | None = None,
        status: str = "",
    ) -> Found:
        """The work that the caller may read, by name. A family's status is the one that it may know."""
        rows: QuerySet[models.Submission] = list_submissions(
            info.context.actor,
            assignment=row_id(assignment_id) if assignment_id else None,
            student=row_id(student_id) if student_id else None,
            status=status,
        )
        return find_page(whole_submissions(rows), order=SUBMISSION_ORDER, span=span, node=shown)


@strawberry.input(description="One line of a rubric.")
class RubricCriterionInput:
    title: str
    points: Decimal


@strawberry.input(description="Work to be set, as a draft. For classes, or for one run.")
class CreateAssignmentInput:
    title: str
    description: str
    due_date: datetime
    class_ids: list[strawberry.ID] = strawberry.field(default_factory=list)
    schedule_id: strawberry.ID | None = None
    closes_at: datetime | None = None
    grading: str = "points"
    release: str = "at_once"
    max_attempts: int | None = None
    subject_id: strawberry.ID | None = None
    publish_at: datetime | None = None
    rubric: list[RubricCriterionInput] = strawberry.field(default_factory=list)
    is_required: bool = True


@strawberry.input(description="Which assignment.")
class AssignmentInput:
    assignment_id: strawberry.ID


@strawberry.input(description="Hand in the draft; with a text, that one.")
class SubmitWorkInput:
    assignment_id: strawberry.ID
    text: str | None = None


@strawberry.input(description="A mark; an old version is refused.")
class GradeSubmissionInput:
    submission_id: strawberry.ID
    grade: Decimal | None = None
    feedback: str = ""
    rubric_points: list[Decimal] = strawberry.field(default_factory=list)
    received_on_paper: bool = False
    version: int | None = None


@strawberry.input(description="Back to be done again.")
class ReassignSubmissionInput:
    submission_id: strawberry.ID
    feedback: str
    resubmit_by: datetime | None = None
    version: int | None = None


@strawberry.input(description="Accepted, or not any more.")
class AcceptSubmissionInput:
    submission_id: strawberry.ID
    accepted: bool = True
    version: int | None = None


@strawberry.type
class AssignmentPayload(Payload):
    assignment: Assignment | None = None


@strawberry.type
class SubmissionPayload(Payload):
    submission: Submission | None = None


def shown_assignment(work_id: UUID, actor: Actor) -> AssignmentPayload:
    """An assignment as the caller sees it after an act."""
    found: Any = get_assignment(work_id, actor=actor)
    return AssignmentPayload(assignment=found)


def shown_submission(row: models.Submission, *, own: bool = False) -> SubmissionPayload:
    """Work as the caller sees it after an act; one's own with what is still being written."""
    found: Any = shown(row, own=own)
    return SubmissionPayload(submission=found)


@strawberry.type
class Mutation:
    @act
    def create_assignment(self, info: Info, input: CreateAssignmentInput) -> AssignmentPayload:
        """Write an assignment as a draft."""
        more = {
            "grading": input.grading,
            "release": input.release,
            "max_attempts": input.max_attempts,
            "closes_at": given_instant(input.closes_at, "/closes_at") if input.closes_at else None,
            "publish_at": given_instant(input.publish_at, "/publish_at") if input.publish_at else None,
            "rubric": [vars(each) for each in input.rubric],
            "is_required": input.is_required,
        }
        schedule = row_id(input.schedule_id) if input.schedule_id else None
        classes = row_ids(input.class_ids)
        subject = row_id(input.subject_id) if input.subject_id else None
        new = NewAssignment(input.title, input.description, input.due_date, classes, schedule, subject, more=more)
        return shown_assignment(create_assignment(new, actor=info.context.actor).pk, info.context.actor)

    @act
    def publish_assignment(self, info: Info, input: AssignmentInput) -> AssignmentPayload:
        """Give it out."""
        work_id = row_id(input.assignment_id)
        publish_assignment(work_id, actor=info.context.actor)
        return shown_assignment(work_id, info.context.actor)

    @act
    def release_marks(self, info: Info, input: AssignmentInput) -> AssignmentPayload:
        """Let the marks out that were held back."""
        work_id = row_id(input.assignment_id)
        release_marks(work_id, actor=info.context.actor)
        return shown_assignment(work_id, info.context.actor)

    @act
    def submit_work(self, info: Info, input: SubmitWorkInput) -> SubmissionPayload:
        """Hand in."""
        actor, work_id = info.context.actor, row_id(input.assignment_id)
        submit(work_id, text=input.text, actor=actor)
        return shown_submission(get_own_submission(work_id, actor=actor), own=True)

    @act
    def take_back_work(self, info: Info, input: AssignmentInput) -> SubmissionPayload:
        """Take back what was handed in."""
        actor, work_id = info.context.actor, row_id(input.assignment_id)
        take_back(work_id, actor=actor)
        return shown_submission(get_own_submission(work_id, actor=actor), own=True)

    @act
    def grade_submission(self, info: Info, input: GradeSubmissionInput) -> SubmissionPayload:
        """Mark work, or change its mark."""
        actor, submission_id = info.context.actor, row_id(input.submission_id)
        mark = GivenMark(input.grade, input.feedback, input.rubric_points, input.received_on_paper)
        grade_submission(submission_id, mark=mark, version=input.version, actor=actor)
        return shown_submission(get_submission(submission_id, actor=actor))

    @act
    def reassign_submission(self, info: Info, input: ReassignSubmissionInput) -> SubmissionPayload:
        """Send work back to be done again."""
        actor, submission_id = info.context.actor, row_id(input.submission_id)
        reassign_submission(
            submission_id,
            feedback=input.feedback,
            resubmit_by=input.resubmit_by,
            version=input.version,
            actor=actor,
        )
        return shown_submission(get_submission(submission_id, actor=actor))

    @act
    def accept_submission(self, info: Info, input: AcceptSubmissionInput) -> SubmissionPayload:
        """Accept marked work, or take that back."""
        actor, submission_id = info.context.actor, row_id(input.submission_id)
        accept_submission(submission_id, accepted=input.accepted, version=input.version, actor=actor)
        return shown_submission(get_submission(submission_id, actor=actor))


@strawberry.type(description="A learner's work changed.")
class SubmissionChanged:
    submission_id: strawberry.ID = through("submission")

    @shown_as(Submission | None)
    def submission(self, fact: strawberry.Parent[facts.SubmissionFact], info: Info) -> Any:
        """The work as it is now, as the caller may know of it."""
        try:
            return shown(get_submission(fact.submission, actor=info.context.actor))
        except NotFoundError:
            return None


@strawberry.type
class Subscription:
    @followed_as(SubmissionChanged)
    def submission_changed(self, assignment_id: strawberry.ID) -> Followed:
        """The work for an assignment, as it is handed in and marked."""
        wanted = row_id(assignment_id)

        def follows(actor: Actor) -> tuple[str, Hears]:
            return work_topic(wanted), follow_work(wanted, actor=actor)

        return Followed(follows)
