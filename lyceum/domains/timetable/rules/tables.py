"""Requirements from a table: one row for each class and subject."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO, StringIO
from typing import Any
from uuid import UUID
from zipfile import BadZipFile

from django.db import transaction
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import fold, tidy
from lyceum.domains.academics.models import Class, Location, Subject
from lyceum.domains.people.models import Staff
from lyceum.domains.timetable.models import Requirement
from lyceum.domains.timetable.rules.requirements import NewRequirement, create_requirements

MOST_BYTES, MOST_ROWS = 5_000_000, 5_000
COLUMNS = ("class", "subject", "teacher", "lessons", "lengths", "room", "room_kind", "block", "notes")
MOST_FAULTS = 100


@transaction.atomic
def import_requirements(year_id: UUID, source: bytes, *, file_name: str, actor: Actor) -> list[Requirement]:
    """Make requirements from CSV or XLSX, all or none. Names are those of the school; each wrong cell is named."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    if len(source) > MOST_BYTES:
        raise invalid_field("/file", "too_large", _("The file is larger than 5 MB."))
    rows = list(_rows_of_workbook(source) if file_name.lower().endswith(".xlsx") else _rows_of_text(source))
    if not rows or len(rows) > MOST_ROWS:
        raise invalid_field("/file", "count", _("Give 1 to %(most)s rows under a row of names.") % {"most": MOST_ROWS})
    if not {"class", "subject"} <= rows[0].keys():
        words = _("The first row names the columns: %(columns)s.") % {"columns": ", ".join(COLUMNS)}
        raise invalid_field("/file", "columns", words)
    known = _Known(year_id)
    faults: list[FieldError] = []
    new = [known.requirement(row, place, faults) for place, row in enumerate(rows, start=2)]
    if faults:
        raise InvalidError(faults[0].message, errors=faults[:MOST_FAULTS])
    return create_requirements(year_id, new, actor=actor)


def _rows_of_text(source: bytes) -> Iterator[dict[str, str]]:
    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise invalid_field("/file", "encoding", _("Save the file as UTF-8.")) from None
    sample = text.partition("\n")[0]
    yield from _named(csv.reader(StringIO(text), delimiter=";" if sample.count(";") > sample.count(",") else ","))


def _rows_of_workbook(source: bytes) -> Iterator[dict[str, str]]:
    try:
        book = load_workbook(BytesIO(source), read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError):
        raise invalid_field("/file", "not_readable", _("This is no spreadsheet.")) from None
    sheet: Any = book.worksheets[0]
    yield from _named(["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True))


def _named(rows: Any) -> Iterator[dict[str, str]]:
    names: list[str] = []
    for row in rows:
        cells = [tidy(cell) for cell in row]
        if not names:
            names = [fold(cell).replace(" ", "_") for cell in cells]
        elif any(cells):
            yield dict(zip(names, cells, strict=False))


class _Known:
    """The school's rows by the names that people write."""

    def __init__(self, year_id: UUID) -> None:
        self.classes = {fold(row.name): row.pk for row in Class.objects.filter(year=year_id)}
        self.subjects = {fold(name): row.pk for row in Subject.objects.all() for name in (row.name, row.code)}
        self.rooms = {fold(row.name): row.pk for row in Location.objects.all()}
        staff = Staff.objects.select_related("person")
        self.teachers = {fold(name): row.pk for row in staff for name in (row.person.full_name, row.staff_code) if name}

    def requirement(self, row: Mapping[str, str], place: int, faults: list[FieldError]) -> NewRequirement:
        """One row; what it names and the school lacks is added to the faults."""

        def find(column: str, names: Mapping[str, UUID]) -> list[UUID]:
            found = []
            for name in filter(None, map(tidy, row.get(column, "").split(","))):
                if fold(name) in names:
                    found.append(names[fold(name)])
                else:
                    words = _("Row %(place)s: there is no “%(name)s” here.") % {"place": place, "name": name}
                    faults.append(FieldError(f"/rows/{place}/{column}", f"{column}_unknown", words))
            return found

        classes, subjects = find("class", self.classes), find("subject", self.subjects)
        if not (row.get("class") and row.get("subject")):
            words = _("Row %(place)s: give a class and a subject.") % {"place": place}
            faults.append(FieldError(f"/rows/{place}/class", "required", words))
        return NewRequirement(
            subject_id=subjects[0] if subjects else None,
            classes=[(each, None) for each in classes],
            teachers=find("teacher", self.teachers),
            rooms=find("room", self.rooms),
            lengths=_lengths(row, place, faults),
            room_kind=row.get("room_kind", ""),
            block=row.get("block", ""),
            notes=row.get("notes", ""),
            source="import",
        )


def _lengths(row: Mapping[str, str], place: int, faults: list[FieldError]) -> Sequence[int]:
    """Lengths as in 2+1+1, or so many single lessons."""
    try:
        if row.get("lengths"):
            return [int(each) for each in row["lengths"].replace(",", "+").split("+")]
        return [1] * int(row.get("lessons") or 1)
    except ValueError:
        words = _("Row %(place)s: give the lessons as a number, or their lengths as in 2+1+1.") % {"place": place}
        faults.append(FieldError(f"/rows/{place}/lessons", "number", words))
        return [1]
