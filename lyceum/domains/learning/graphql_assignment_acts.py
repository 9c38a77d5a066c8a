"""More acts of assignments over GraphQL: changing and deleting work, drafts, excusing, more time for one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.graphql import Info, Payload, act, changes_in, row_id, row_ids, shown_as
from lyceum.core.instants import given_instant
from lyceum.domains.learning.assignment_queries import get_assignment, get_own_submission, get_submission
from lyceum.domains.learning.assignment_shown import shown
from lyceum.domains.learning.graphql_assignments import (
    Assignment,
    AssignmentInput,
    RubricCriterionInput,
    Submission,
    SubmissionPayload,
    shown_submission,
)
from lyceum.domains.learning.rules.assignments.allowing import excuse_submission, extend_submission
from lyceum.domains.learning.rules.assignments.handing_in import write_draft
from lyceum.domains.learning.rules.assignments.writing import delete_assignment, edit_assignment


@strawberry.input(
    description="Some of an assignment; `status` closes, opens or archives it. An old version is refused."
)
class EditAssignmentInput:
    assignment_id: strawberry.ID
    title: str | None = strawberry.UNSET
    description: str | None = strawberry.UNSET
    due_date: datetime | None = strawberry.UNSET
    class_ids: list[strawberry.ID] | None = strawberry.UNSET
    schedule_id: strawberry.ID | None = strawberry.UNSET
    subject_id: strawberry.ID | None = strawberry.UNSET
    publish_at: datetime | None = strawberry.UNSET
    closes_at: datetime | None = strawberry.UNSET
    grading: str | None = strawberry.UNSET
    rubric: list[RubricCriterionInput] | None = strawberry.UNSET
    max_attempts: int | None = strawberry.UNSET
    release: str | None = strawberry.UNSET
    is_required: bool | None = strawberry.UNSET
    status: str | None = strawberry.UNSET
    version: int | None = None
    recalculate_marked: bool = False


@strawberry.input(description="What is written so far.")
class WriteDraftInput:
    assignment_id: strawberry.ID
    text: str


@strawberry.input(description="Excused, or not any more.")
class ExcuseSubmissionInput:
    submission_id: strawberry.ID
    excused: bool = True
    reason: str = ""


@strawberry.input(description="A due date of one's own; null takes it back.")
class ExtendSubmissionInput:
    submission_id: strawberry.ID
    due_date: datetime | None
    reason: str = ""


@strawberry.type
class EditAssignmentPayload(Payload):
    assignment: Assignment | None = strawberry.field(default=None, description="As it is now; null where it is gone.")
    marked_unchanged: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="Marked work whose lateness a new due date would change, and did not."
    )


_ALWAYS = ("title", "description", "due_date", "grading", "rubric", "release", "is_required", "status")
"""What an assignment always has: null leaves it as it is."""
_INSTANTS = ("publish_at", "closes_at")
_RENAMED = {"due_date": "due", "class_ids": "classes", "schedule_id": "schedule", "subject_id": "subject"}


def _values(input: EditAssignmentInput) -> dict[str, Any]:
    given = changes_in(input, assignment_id="", version="", recalculate_marked="")
    given = {name: value for name, value in given.items() if value is not None or name not in _ALWAYS}
    for name in ("schedule_id", "subject_id"):
        if given.get(name):
            given[name] = row_id(given[name])
    if given.get("class_ids") is not None:
        given["class_ids"] = row_ids(given["class_ids"])
    if given.get("rubric"):
        given["rubric"] = [vars(each) for each in given["rubric"]]
    for name in _INSTANTS:
        if given.get(name):
            given[name] = given_instant(given[name], f"/{name}")
    return {_RENAMED.get(name, name): value for name, value in given.items()}


def _edited(work_id: UUID, actor: Actor, marked: Sequence[strawberry.ID] = ()) -> EditAssignmentPayload:
    found: Any = get_assignment(work_id, actor=actor)
    return EditAssignmentPayload(assignment=found, marked_unchanged=list(marked))


@strawberry.type
class Query:
    @shown_as(Submission | None)
    def my_submission(self, info: Info, assignment_id: strawberry.ID) -> Any:
        """One's own work for an assignment, with what is still being written; null where one has none."""
        try:
            return shown(get_own_submission(row_id(assignment_id), actor=info.context.actor), own=True)
        except NotFoundError:
            return None


@strawberry.type
class Mutation:
    @act
    def edit_assignment(self, info: Info, input: EditAssignmentInput) -> EditAssignmentPayload:
        """Change an assignment. A new due date counts lateness anew for work that is not marked."""
        actor, work_id = info.context.actor, row_id(input.assignment_id)
        edited = edit_assignment(
            work_id,
            values=_values(input),
            version=input.version,
            recalculate_marked=input.recalculate_marked,
            actor=actor,
        )
        kept = [strawberry.ID(str(each.pk)) for each in edited.marked]
        return _edited(work_id, actor, kept)

    @act
    def delete_assignment(self, info: Info, input: AssignmentInput) -> EditAssignmentPayload:
        """Delete what nobody has handed in. Otherwise it is archived, and the answer is the archived assignment."""
        actor, work_id = info.context.actor, row_id(input.assignment_id)
        kept = delete_assignment(work_id, actor=actor)
        return _edited(work_id, actor) if kept else EditAssignmentPayload()

    @act
    def write_draft(self, info: Info, input: WriteDraftInput) -> SubmissionPayload:
        """Keep what is written so far."""
        actor, work_id = info.context.actor, row_id(input.assignment_id)
        write_draft(work_id, text=input.text, actor=actor)
        return shown_submission(get_own_submission(work_id, actor=actor), own=True)

    @act
    def excuse_submission(self, info: Info, input: ExcuseSubmissionInput) -> SubmissionPayload:
        """Excuse a learner, or take that back."""
        actor, submission_id = info.context.actor, row_id(input.submission_id)
        excuse_submission(submission_id, excused=input.excused, reason=input.reason, actor=actor)
        return shown_submission(get_submission(submission_id, actor=actor))

    @act
    def extend_submission(self, info: Info, input: ExtendSubmissionInput) -> SubmissionPayload:
        """Give a learner a due date of their own."""
        actor, submission_id = info.context.actor, row_id(input.submission_id)
        extend_submission(submission_id, due=input.due_date, reason=input.reason, actor=actor)
        return shown_submission(get_submission(submission_id, actor=actor))
