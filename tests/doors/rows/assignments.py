"""Assignments and what is handed in."""

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from uuid import UUID

from lyceum.core.actor import Actor, Via
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.learning.models import AttemptFile, Submission
from lyceum.domains.learning.rules.assignments.attaching import GivenFile, attach_files
from lyceum.domains.learning.rules.assignments.handing_in import add_files, submit
from lyceum.domains.learning.rules.assignments.marking import GivenMark, grade_submission, reassign_submission
from lyceum.domains.learning.rules.assignments.publishing import publish_assignment
from lyceum.domains.learning.rules.assignments.writing import NewAssignment, create_assignment
from tests.doors.rows.cast import Cast

PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def add(cast: Cast) -> dict[str, UUID]:
    """Work for 7A that the student handed in, that was sent back, and that has a draft again."""
    teacher, student = _actor(cast, "teacher of the class"), _actor(cast, "the student")
    new = NewAssignment("Essay", "One page", datetime(2026, 11, 27, 16, tzinfo=UTC), [cast.form.pk])
    work = publish_assignment(create_assignment(new, actor=teacher).pk, actor=teacher)
    (attachment,) = attach_files(work.pk, files=[_file()], actor=teacher)
    add_files(work.pk, files=[_file()], actor=student)
    submit(work.pk, text="My page", actor=student)
    submission = Submission.objects.get(assignment=work, student=cast.student)
    grade_submission(submission.pk, mark=GivenMark(Decimal(50), "Short"), actor=teacher)
    reassign_submission(submission.pk, feedback="More", actor=teacher)
    (draft_file,) = add_files(work.pk, files=[_file()], actor=student)
    return {
        "work_id": work.pk,
        "attachment_id": attachment.pk,
        "submission_id": submission.pk,
        "attempt_file_id": draft_file.pk,
        "handed_in_file_id": AttemptFile.objects.get(attempt__submitted_at__isnull=False).pk,
    }


def _actor(cast: Cast, name: str) -> Actor:
    return actor_for_user(cast.users[name], cast.school.pk, via=Via.PAGE)


def _file() -> GivenFile:
    return GivenFile(BytesIO(PDF), "page.pdf")
