"""Everything that was handed in for an assignment, in one file."""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor, not_allowed
from lyceum.core.errors import RuleError
from lyceum.core.files import reader_of
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

MOST_BYTES = 2 * 1024**3


class TooMuchError(RuleError):
    """More than one file holds."""

    code = "too_large"
    status = 413


Part = tuple[str, Callable[[], bytes]]


@dataclass(frozen=True)
class Packed:
    """The archive as it is sent, piece by piece, and its name."""

    pieces: Iterator[bytes]
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
    parts: list[Part] = []
    for number, row in enumerate(found, 1):
        for attempt in row.attempts.all():
            if attempt.submitted_at:
                parts += _parts(f"{number:03} {_safe(row.student.person.full_name)}/{attempt.number}", attempt)
    note_export("submissions.zip", str(work_id), len(found), actor=actor)
    return Packed(_packed(parts), f"{_safe(assignment.title)}.zip")


def _parts(folder: str, attempt: SubmissionAttempt) -> list[Part]:
    text: list[Part] = [(f"{folder}/text.txt", attempt.text.encode)] if attempt.text else []
    files = [(f"{folder}/{file.position} {_safe(file.name)}", reader_of(file.stored)) for file in attempt.files.all()]
    return text + files


class _Pipe:
    """What an archive is written into: it forgets what was taken out, so that no archive is ever whole in memory."""

    def __init__(self) -> None:
        self.written = bytearray()

    def write(self, given: bytes) -> int:
        self.written += given
        return len(given)

    def flush(self) -> None:
        """Nothing waits."""

    def take(self) -> bytes:
        """What was written since."""
        taken = bytes(self.written)
        self.written.clear()
        return taken


def _packed(parts: Sequence[Part]) -> Iterator[bytes]:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as packed:  # type: ignore[call-overload]  # written to alone
        for name, read in parts:
            packed.writestr(name, read())
            yield pipe.take()
    yield pipe.take()


def _safe(name: str) -> str:
    """A name without what would leave its folder or what a system cannot keep."""
    kept = "".join(c for c in name if c.isprintable() and c not in '<>:"|?*/\\').strip(" .")
    return kept[:100] or "-"
