"""The rows of a plan."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.domains.exchange.readers.records import Place, Record, Trouble

BATCH = 500
LONGEST_ID = 120


class Step(IntEnum):
    """The order in which things are brought in; it is undone in the reverse order."""

    NOTHING = 0
    SCHOOL = 1
    YEAR = 2
    TERM = 3
    GRADE = 4
    SUBJECT = 5
    CLASS = 6
    STAFF = 7
    STUDENT_END = 8
    STUDENT = 9
    ADULT = 10
    GUARDIAN = 11
    TEACHER_END = 12
    TEACHER = 13
    MEMBER_END = 14
    MEMBER = 15
    CLASS_END = 16


KINDS = {
    Step.NOTHING: "line", Step.SCHOOL: "school", Step.YEAR: "year", Step.TERM: "term", Step.GRADE: "grade",
    Step.SUBJECT: "subject", Step.CLASS: "class", Step.CLASS_END: "class", Step.STAFF: "staff",
    Step.STUDENT: "student", Step.STUDENT_END: "student", Step.ADULT: "adult", Step.GUARDIAN: "guardian",
    Step.TEACHER: "teacher", Step.TEACHER_END: "teacher", Step.MEMBER: "member", Step.MEMBER_END: "member",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """What one line does to one row of the school."""

    step: Step
    place: Place
    key: str
    action: str
    target: UUID | None = None
    values: dict[str, Any] | None = None
    before: dict[str, Any] | None = None
    troubles: tuple[Trouble, ...] = ()
    is_link: bool = False
    """Nothing changes, but the foreign id is remembered from now on."""

    @property
    def kind(self) -> str:
        """The kind of row in one word."""
        return KINDS[self.step]

    @property
    def is_to_do(self) -> bool:
        """Whether applying does anything."""
        return self.is_link or self.action in ("create", "update", "end")

    def warned(self, *more: Trouble) -> "PlannedRow":
        """The same row with more to know about it."""
        return replace(self, troubles=(*self.troubles, *more))


def skipped(
    step: Step, record: Record, reason: str, *, code: str = "left_aside", target: UUID | None = None
) -> PlannedRow:
    """A row that does nothing, with the reason."""
    note = Trouble("", code, reason, is_warning=True)
    return PlannedRow(step, record.place, record.id, "skip", target, troubles=(*record.troubles, note))


def failed(step: Step, record: Record, *troubles: Trouble) -> PlannedRow:
    """A row that cannot be brought in."""
    return PlannedRow(step, record.place, record.id[:250], "error", troubles=(*record.troubles, *troubles))


def wrong(column: str, code: str, message: str) -> Trouble:
    """Something wrong with a cell."""
    return Trouble(column, code, message)


def warning(column: str, code: str, message: str) -> Trouble:
    """Something worth knowing about a cell."""
    return Trouble(column, code, message, is_warning=True)


def is_wrong(record: Record) -> bool:
    """Whether the reader found something in the record that keeps it out."""
    return any(not trouble.is_warning for trouble in record.troubles)


def id_trouble(record: Record, seen: dict[str, int]) -> Trouble | None:
    """What is wrong with a record's id: missing, too long, or there twice. Remembers the ids seen."""
    if not record.id:
        return wrong("sourcedId", "id_missing", _("The row has no id. Give it one, or take the row out."))
    if len(record.id) > LONGEST_ID:
        return wrong(
            "sourcedId", "id_too_long", _("An id has at most %(longest_id)s letters.") % {"longest_id": LONGEST_ID}
        )
    if record.id in seen:
        return wrong(
            "sourcedId",
            "id_twice",
            _("Line %(line)s has the same id, %(id)s. Keep one of the two.")
            % {"line": seen[record.id], "id": record.id},
        )
    seen[record.id] = record.place.line
    return None


T = TypeVar("T")


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """The items in lists of at most that size."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch
