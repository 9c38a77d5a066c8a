"""Everything that was handed in for an assignment, in one file."""

import tempfile
import zipfile
from dataclasses import dataclass
from typing import IO
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor, not_allowed
from lyceum.core.errors import RuleError
from lyceum.core.files import read_file
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import note_export
from lyceum.domains.learning.assignment_queries import (
    SUBMISSION_ORDER,
    get_assignment,
    is_read_at_work,
    list_submissions,
    whole_submissions,
)
from lyceum.domains.learning.models import SubmissionAttempt

IN_MEMORY = 8 * 1024 * 1024
MOST_BYTES = 2 * 1024**3


class TooMuchError(RuleError):
    """More than one file holds."""

    code = "too_large"
    status = 413


@dataclass(frozen=True)
class Packed:
    """The archive, at its beginning, and its name."""

    file: IO[bytes]
    name: str


def write_zip(work_id: UUID, *, actor: Actor) -> Packed:
    """Pack what was handed in: a folder for each learner, one in it for each time. For those who mark it alone."""
    assignment = get_assignment(work_id, actor=actor)
    if not is_read_at_work(assignment, actor=actor):
        raise not_allowed(Permission.ASSIGNMENTS_VIEW)
    rows = whole_submissions(list_submissions(actor, assignment=work_id).filter(Q(for_staff=True)))
    found = list(rows.order_by(*SUBMISSION_ORDER))
    sizes = (f.size for row in found for attempt in row.attempts.all() for f in attempt.files.all())
    if sum(sizes) > MOST_BYTES:
        raise TooMuchError(_("The files are more than 2 GB together. Fetch them one by one."))
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for number, row in enumerate(found, 1):
            for attempt in row.attempts.all():
                if attempt.submitted_at:
                    _pack(packed, f"{number:03} {_safe(row.student.person.full_name)}/{attempt.number}", attempt)
    out.seek(0)
    note_export("submissions.zip", str(work_id), len(found), actor=actor)
    return Packed(out, f"{_safe(assignment.title)}.zip")


def _pack(packed: zipfile.ZipFile, folder: str, attempt: SubmissionAttempt) -> None:
    if attempt.text:
        packed.writestr(f"{folder}/text.txt", attempt.text)
    for file in attempt.files.all():
        packed.writestr(f"{folder}/{file.position} {_safe(file.name)}", read_file(file.stored))


def _safe(name: str) -> str:
    """A name without what would leave its folder or what a system cannot keep."""
    kept = "".join(c for c in name if c.isprintable() and c not in '<>:"|?*/\\').strip(" .")
    return kept[:100] or "-"
