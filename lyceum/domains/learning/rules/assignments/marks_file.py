"""Marks that come back as a file: looked at line by line first, then given, all of them or none."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.learning.assignment_policies import staff_submissions
from lyceum.domains.learning.models import Assignment, Submission
from lyceum.domains.learning.rules.assignments.access import assignment_for_edit
from lyceum.domains.learning.rules.assignments.marking import GivenMark, check_mark, grade_submission

MOST_LINES, LARGEST = 1_000, 1_000_000


@dataclass(frozen=True)
class MarkLine:
    """One line of the file, and what it would do."""

    number: int
    submission: Submission | None
    mark: GivenMark
    wrong: str = ""
    """Why it cannot be given; empty where it can."""

    @property
    def name(self) -> str:
        """Whose work it is."""
        return self.submission.student.person.full_name if self.submission else ""


@transaction.atomic
def preview_marks(work_id: UUID, *, text: str, actor: Actor) -> list[MarkLine]:
    """What a file of marks would change, line by line; nothing is written. Lines that change nothing are left out."""
    assignment = assignment_for_edit(work_id, actor=actor, whole=False)
    given = _lines(text)
    rows = Submission.objects.filter(
        staff_submissions(actor, Permission.ASSIGNMENTS_EDIT), assignment=assignment
    ).select_related("student__person")
    known = {str(row.pk): row for row in rows}
    seen: set[str] = set()
    found = []
    for number, line in given:
        key = line.get("id", "").strip().lower()
        read = _read(number, line, known.get(key), assignment)
        if key in seen:
            read = MarkLine(number, read.submission, read.mark, _("This line is there twice."))
        seen.add(key)
        if read.wrong or _changes(read):
            found.append(read)
    return found


@transaction.atomic
def apply_marks(work_id: UUID, *, text: str, actor: Actor) -> int:
    """Give the marks of a file: all that change something, or none where a line is wrong; returns how many."""
    lines = preview_marks(work_id, text=text, actor=actor)
    wrong = [FieldError("/marks", "line", f"{line.number}: {line.wrong}") for line in lines if line.wrong]
    if wrong:
        raise InvalidError(_("Some lines are wrong. Nothing was changed."), errors=wrong[:20])
    for line in lines:
        if line.submission:
            grade_submission(line.submission.pk, mark=line.mark, actor=actor)
    return len(lines)


def _lines(text: str) -> Sequence[tuple[int, dict[str, str]]]:
    if not text.strip():
        raise invalid_field("/marks", "required", _("Paste the lines of the file, or choose it."))
    if len(text) > LARGEST:
        raise invalid_field("/marks", "length", _("That is too much for one file of marks."))
    first = text.lstrip("\ufeff").splitlines()[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter)
    names = {name.strip().lower() for name in reader.fieldnames or ()}
    if not {"id", "grade"} <= names:
        raise invalid_field("/marks", "columns", _("The first line names the columns: id, grade, and feedback if any."))
    try:
        lines = [
            (number, {str(name).strip().lower(): value or "" for name, value in line.items() if isinstance(value, str)})
            for number, line in enumerate(reader, 2)
        ]
    except csv.Error:
        raise invalid_field("/marks", "columns", _("This could not be read as a table.")) from None
    if len(lines) > MOST_LINES:
        raise invalid_field("/marks", "length", _("That is too much for one file of marks."))
    return lines


def _read(number: int, line: dict[str, str], row: Submission | None, assignment: Assignment) -> MarkLine:
    feedback, typed = line.get("feedback", "").strip(), line.get("grade", "").strip().replace(",", ".")
    if row is None:
        return MarkLine(number, None, GivenMark(), _("There is no such work in this assignment."))
    try:
        grade = Decimal(typed) if typed else None
    except InvalidOperation:
        return MarkLine(number, row, GivenMark(feedback=feedback), _("Give a number, as in 87.5."))
    mark = GivenMark(grade, feedback, on_paper=row.status in (Submission.Status.PENDING, Submission.Status.REASSIGNED))
    if row.is_accepted and _changes(MarkLine(number, row, mark)):
        return MarkLine(number, row, mark, _("It was accepted. Take that back first."))
    try:
        return MarkLine(number, row, check_mark(mark, assignment))
    except RuleError as error:
        return MarkLine(number, row, mark, error.detail)


def _changes(line: MarkLine) -> bool:
    """Whether a line says something else than what is there; an empty one says nothing."""
    row, mark = line.submission, line.mark
    if row is None or (mark.grade is None and not mark.feedback):
        return False
    return (row.grade, row.feedback) != (mark.grade, mark.feedback or row.feedback)
