"""Requirements from a table, whether a file or pasted from a spreadsheet: one line for each class and subject."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO, StringIO
from typing import Any
from uuid import UUID
from zipfile import BadZipFile

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import fold, tidy
from lyceum.domains.academics.models import Class, Location, Subject
from lyceum.domains.people.models import Staff
from lyceum.domains.timetable.models import Requirement
from lyceum.domains.timetable.rules.requirements import MOST_LESSONS, NewRequirement, create_requirements

MOST_BYTES, MOST_ROWS = 5_000_000, 5_000
MOST_LINES, MOST_CHARACTERS = 2_000, 400_000
COLUMNS = ("class", "subject", "teacher", "lessons", "lengths", "room", "room_kind", "block", "notes")
PASTED = ("class", "subject", "teacher", "lessons", "room")
"""What pasted lines have, in this order."""
HEADINGS = frozenset({"class", "classes", "form"})
MOST_FAULTS = 100
_SEVERAL = re.compile("[+,]")
Row = tuple[int, Mapping[str, str]]
"""The number of a line, and its cells by column."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell."""

    column: str
    code: str
    words: str


@dataclass(frozen=True)
class Line:
    """One line as it was read."""

    number: int
    cells: Sequence[str]
    requirement: NewRequirement | None = None
    """None where something is wrong with it."""
    faults: Sequence[Fault] = field(default=())

    @property
    def wrong(self) -> list[str]:
        """What is wrong with it, in words."""
        return [each.words for each in self.faults]


@transaction.atomic
def import_requirements(year_id: UUID, source: bytes, *, file_name: str, actor: Actor) -> list[Requirement]:
    """Make requirements from CSV or XLSX, all or none. Names are those of the school; each wrong cell is named."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    if len(source) > MOST_BYTES:
        raise invalid_field("/file", "too_large", _("The file is larger than 5 MB."))
    rows = list(_rows_of_workbook(source) if file_name.lower().endswith(".xlsx") else _rows_of_text(source))
    if not rows or len(rows) > MOST_ROWS:
        raise invalid_field("/file", "count", _("Give 1 to %(most)s rows under a row of names.") % {"most": MOST_ROWS})
    if not {"class", "subject"} <= rows[0][1].keys():
        words = _("The first row names the columns: %(columns)s.") % {"columns": ", ".join(COLUMNS)}
        raise invalid_field("/file", "columns", words)
    lines = _read(rows, year_id)
    faults = [
        FieldError(
            f"/rows/{line.number}/{each.column}",
            each.code,
            _("Row %(place)s: %(fault)s") % {"place": line.number, "fault": each.words},
        )
        for line in lines
        for each in line.faults
    ]
    if faults:
        raise InvalidError(faults[0].message, errors=faults[:MOST_FAULTS])
    return create_requirements(year_id, [line.requirement for line in lines if line.requirement], actor=actor)


def read_pasted(text: str, year_id: UUID, *, actor: Actor) -> list[Line]:
    """Lines of class, subject, teacher, lessons and room, parted by tabs or semicolons. Four statements."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    lines = [line for line in enumerate(text.splitlines(), start=1) if line[1].strip()]
    if not lines or len(lines) > MOST_LINES or len(text) > MOST_CHARACTERS:
        words = _("Paste 1 to %(most)s lines.") % {"most": MOST_LINES}
        raise InvalidError(words, errors=[FieldError("/text", "count", words)])
    cells = [(number, _cells(line)) for number, line in lines]
    if fold(cells[0][1][0]) in HEADINGS:
        cells = cells[1:]
    return _read([(number, dict(zip(PASTED, each, strict=False))) for number, each in cells], year_id)


def _cells(line: str) -> list[str]:
    by = "\t" if "\t" in line else ";" if ";" in line else ","
    return [tidy(cell.strip().strip('"')) for cell in line.split(by)]


def _rows_of_text(source: bytes) -> Iterator[Row]:
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise invalid_field("/file", "encoding", _("Save the file as UTF-8.")) from None
    sample = text.partition("\n")[0]
    yield from _named(csv.reader(StringIO(text), delimiter=";" if sample.count(";") > sample.count(",") else ","))


def _rows_of_workbook(source: bytes) -> Iterator[Row]:
    try:
        book = load_workbook(BytesIO(source), read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError):
        raise invalid_field("/file", "not_readable", _("This is no spreadsheet.")) from None
    sheet: Any = book.worksheets[0]
    yield from _named(["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True))


def _named(rows: Any) -> Iterator[Row]:
    names: list[str] = []
    for number, row in enumerate(rows, start=1):
        cells = [tidy(cell) for cell in row]
        if not names:
            names = [fold(cell).replace(" ", "_") for cell in cells]
        elif any(cells):
            yield number, dict(zip(names, cells, strict=False))


_UNKNOWN = {
    "class": gettext_noop("There is no class “%(name)s”."),
    "subject": gettext_noop("There is no subject “%(name)s”."),
    "teacher": gettext_noop("There is no teacher “%(name)s”."),
    "room": gettext_noop("There is no room “%(name)s”."),
}
Known = Mapping[str, Mapping[str, Sequence[UUID]]]
"""By column: the school's rows by the names in which people write them."""


def _read(rows: Iterable[Row], year_id: UUID) -> list[Line]:
    """Lines with their names found among those of the school."""
    known = _read_known(year_id)
    return [_line(number, row, known) for number, row in rows]


def _read_known(year_id: UUID) -> Known:
    staff = Staff.objects.select_related("person")
    return {
        "class": _by_name((row.name, row.pk) for row in Class.objects.filter(year=year_id)),
        "subject": _by_name(pair for row in Subject.objects.all() for pair in ((row.name, row.pk), (row.code, row.pk))),
        "teacher": _by_name(
            pair
            for row in staff
            for pair in ((str(row), row.pk), (row.person.full_name, row.pk), (row.staff_code, row.pk))
        ),
        "room": _by_name((row.name, row.pk) for row in Location.objects.filter(active=True)),
    }


def _by_name(rows: Iterable[tuple[str, UUID]]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    for name, row in rows:
        if name and row not in found.setdefault(fold(name), []):
            found[fold(name)].append(row)
    return found


def _line(number: int, row: Mapping[str, str], known: Known) -> Line:
    faults: list[Fault] = []
    found = {column: _find(column, row.get(column, ""), known[column], faults) for column in known}
    if not row.get("class"):
        faults.append(Fault("class", "required", _("It names no class.")))
    if not row.get("subject"):
        faults.append(Fault("subject", "required", _("It names no subject.")))
    elif len(found["subject"]) > 1:
        faults.append(Fault("subject", "count", _("It names several subjects.")))
    lengths = _lengths(row)
    if lengths is None:
        words = _("“%(lessons)s” is no number of lessons: write 4, or 2+1+1.")
        given = row.get("lengths") or row.get("lessons", "")
        faults.append(Fault("lessons", "number", words % {"lessons": given}))
    cells = [row.get(column, "") for column in PASTED]
    if faults or lengths is None:
        return Line(number, cells, faults=faults)
    new = NewRequirement(
        subject_id=found["subject"][0],
        classes=[(each, None) for each in found["class"]],
        teachers=found["teacher"],
        rooms=found["room"],
        lengths=lengths,
        room_kind=row.get("room_kind", ""),
        block=row.get("block", ""),
        notes=row.get("notes", ""),
        source="import",
    )
    return Line(number, cells, new)


def _find(column: str, cell: str, known: Mapping[str, Sequence[UUID]], faults: list[Fault]) -> list[UUID]:
    """The rows that a cell names: one, or several parted by plus signs or commas."""
    names = [cell] if fold(cell) in known else _SEVERAL.split(cell)
    found: list[UUID] = []
    for name in filter(None, map(tidy, names)):
        rows = known.get(fold(name), ())
        if len(rows) == 1:
            found.append(rows[0])
        elif rows:
            faults.append(Fault(column, "ambiguous", _("“%(name)s” is the name of several.") % {"name": name}))
        else:
            faults.append(Fault(column, f"{column}_unknown", _(_UNKNOWN[column]) % {"name": name}))
    return found


def _lengths(row: Mapping[str, str]) -> list[int] | None:
    """Of a column of lengths, 2 is one double; of one of lessons, 2 are two singles."""
    told = row.get("lengths", "").replace(",", "+")
    if told and "+" not in told:
        return [int(told)] if told.isascii() and told.isdigit() and 0 < int(told) < MOST_LESSONS else None
    return read_lengths(told or row.get("lessons") or "1")


def read_lengths(text: str) -> list[int] | None:
    """`4` is four single lessons, `2+1+1` a double and two singles; None for anything else."""
    parts = [part.strip() for part in text.split("+")]
    if not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
        return None
    numbers = [int(part) for part in parts]
    if len(numbers) == 1:
        return [1] * numbers[0] if 0 < numbers[0] <= MOST_LESSONS else None
    return numbers if all(numbers) and len(numbers) <= MOST_LESSONS else None
