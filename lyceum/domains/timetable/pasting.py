"""Requirements pasted from a spreadsheet: each line read, its names found among those of the school."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.models import AcademicYear, Class, Location, Subject
from lyceum.domains.people.models import Staff
from lyceum.domains.timetable.rules.requirements import MOST_LESSONS, NewRequirement

MOST_LINES = 2_000
MOST_CHARACTERS = 400_000
HEADINGS = frozenset({"class", "classes", "form"})


@dataclass(frozen=True)
class Line:
    """One line as it was read."""

    number: int
    cells: Sequence[str]
    requirement: NewRequirement | None = None
    wrong: Sequence[str] = ()
    """What is wrong with it, in words."""


@dataclass
class _Known:
    """What the school has, by the names in which people write it."""

    classes: Mapping[str, Sequence[UUID]] = field(default_factory=dict)
    subjects: Mapping[str, Sequence[UUID]] = field(default_factory=dict)
    staff: Mapping[str, Sequence[UUID]] = field(default_factory=dict)
    rooms: Mapping[str, Sequence[UUID]] = field(default_factory=dict)


def read_pasted(text: str, year: AcademicYear, *, actor: Actor) -> list[Line]:
    """Lines of class, subject, teacher, lessons and room, parted by tabs or semicolons. Four statements."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    lines = [line for line in enumerate(text.splitlines(), start=1) if line[1].strip()]
    if not lines or len(lines) > MOST_LINES or len(text) > MOST_CHARACTERS:
        words = _("Paste 1 to %(most)s lines.") % {"most": MOST_LINES}
        raise InvalidError(words, errors=[FieldError("/text", "count", words)])
    known = _read_known(year)
    cells = [(number, _cells(line)) for number, line in lines]
    if cells[0][1][0].casefold() in HEADINGS:
        cells = cells[1:]
    return [_line(number, each, known) for number, each in cells]


def _cells(line: str) -> list[str]:
    by = "\t" if "\t" in line else ";" if ";" in line else ","
    return [*(tidy(cell.strip().strip('"')) for cell in line.split(by)), "", "", "", "", ""]


def _read_known(year: AcademicYear) -> _Known:
    return _Known(
        _named((row.name, row.pk) for row in Class.objects.filter(year=year)),
        _named(pair for row in Subject.objects.all() for pair in {(row.name, row.pk), (row.code, row.pk)}),
        _named(
            pair
            for row in Staff.objects.select_related("person")
            for pair in {(str(row), row.pk), (row.person.full_name, row.pk), (row.staff_code, row.pk)}
        ),
        _named((row.name, row.pk) for row in Location.objects.filter(active=True)),
    )


def _named(rows: Iterable[tuple[str, UUID]]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    for name, row in rows:
        if name and row not in found.setdefault(name.casefold(), []):
            found[name.casefold()].append(row)
    return found


def _line(number: int, cells: Sequence[str], known: _Known) -> Line:
    wrong: list[str] = []
    classes = _find(cells[0], known.classes, _("There is no class “%(name)s”."), wrong)
    subjects = _find(cells[1], known.subjects, _("There is no subject “%(name)s”."), wrong)
    staff = _find(cells[2], known.staff, _("There is no teacher “%(name)s”."), wrong)
    rooms = _find(cells[4], known.rooms, _("There is no room “%(name)s”."), wrong)
    lengths = read_lengths(cells[3] or "1")
    if not cells[0]:
        wrong.append(_("It names no class."))
    if len(subjects) > 1 or not cells[1]:
        wrong.append(_("It names no subject.") if not cells[1] else _("It names several subjects."))
    if lengths is None:
        wrong.append(_("“%(lessons)s” is no number of lessons: write 4, or 2+1+1.") % {"lessons": cells[3]})
    if wrong or lengths is None:
        return Line(number, cells[:5], wrong=wrong)
    new = NewRequirement(
        subject_id=subjects[0],
        classes=[(row, None) for row in classes],
        teachers=staff,
        lengths=lengths,
        rooms=rooms,
    )
    return Line(number, cells[:5], new)


def _find(cell: str, known: Mapping[str, Sequence[UUID]], words: str, wrong: list[str]) -> list[UUID]:
    """The rows that a cell names, several parted by a plus sign."""
    found: list[UUID] = []
    for name in filter(None, (tidy(part) for part in cell.split("+"))):
        rows = known.get(name.casefold(), ())
        if len(rows) == 1:
            found.append(rows[0])
        elif rows:
            wrong.append(_("“%(name)s” is the name of several.") % {"name": name})
        else:
            wrong.append(words % {"name": name})
    return found


def read_lengths(text: str) -> list[int] | None:
    """`4` is four single lessons, `2+1+1` a double and two singles; None for anything else."""
    parts = [part.strip() for part in text.split("+")]
    if not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
        return None
    numbers = [int(part) for part in parts]
    if len(numbers) == 1:
        return [1] * numbers[0] if 0 < numbers[0] <= MOST_LESSONS else None
    return numbers if all(numbers) and len(numbers) <= MOST_LESSONS else None
