"""A version as a file: for FET, as a table, as a page to print."""

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any
from uuid import UUID

from openpyxl import Workbook

from lyceum.core.actor import Actor
from lyceum.domains.academics.models import Location
from lyceum.domains.timetable.board import CLASS
from lyceum.domains.timetable.documents.printing import print_sheets, write_sheets
from lyceum.domains.timetable.naming import Naming
from lyceum.domains.timetable.planning import Plan, read_plan
from lyceum.domains.timetable.planning.problem import Built, build_problem
from lyceum.domains.timetable.plans import get_version
from lyceum.domains.timetable.sheets import read_sheets
from lyceum.solver.fet.writer import Written, write
from lyceum.solver.interchange import problem_from_plain, problem_to_plain
from lyceum.solver.solution import Placement

COLUMNS = ("Day", "Period", "Lesson", "Classes", "Teachers", "Room", "Length")
TYPES = {
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "fet": "application/xml",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Printed:
    """What of a version is printed, and on what: everybody of a sort, or one of it."""

    by: str = CLASS
    of: UUID | None = None
    paper: str = ""


@dataclass(frozen=True)
class LeftOut:
    """A rule that the format has no words for."""

    rule: str
    """What it is called: `rule:{id}` for one that a person set."""
    words: str
    count: int
    """How often it would have been written: once for each teacher, say."""

    @property
    def rule_id(self) -> str:
        """The id of a rule that a person set; empty for what always holds."""
        sort, _colon, key = self.rule.partition(":")
        return key if sort == "rule" else ""


@dataclass(frozen=True)
class Exported:
    """A version as a file."""

    source: bytes
    left_out: tuple[LeftOut, ...] = ()
    """Rules that are not in it."""


def export_version(version_id: UUID, kind: str, *, printed: Printed | None = None, actor: Actor) -> Exported:
    """The file of a version. As PDF or HTML it has a sheet for each class, teacher or room."""
    if kind in ("pdf", "html"):
        asked = printed or Printed()
        version, sheets = read_sheets(version_id, by=asked.by, of=asked.of, actor=actor)
        paged = print_sheets(version, sheets, paper=asked.paper) if kind == "pdf" else write_sheets(version, sheets)
        return Exported(paged)
    plan = read_plan(get_version(version_id, actor=actor))
    return _as_fet(plan) if kind == "fet" else Exported(_as_table(plan, kind))


def _as_table(plan: Plan, kind: str) -> bytes:
    rows = [COLUMNS, *_rows(plan)]
    if kind == "csv":
        text = StringIO()
        csv.writer(text).writerows(rows)
        return text.getvalue().encode()
    book = Workbook(write_only=True)
    sheet = book.create_sheet(plan.version.name[:31])
    for row in rows:
        sheet.append(list(row))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(plan: Plan) -> list[tuple[Any, ...]]:
    cards = sorted(plan.cards.values(), key=lambda card: (card.day or 99, card.period or 0, plan.card_words(card)))
    return [
        (
            plan.grid.cycle.names[card.day - 1] if card.day else "",
            bell.name
            if card.day and card.period is not None and (bell := plan.grid.bell(card.day, card.period))
            else "",
            _plain(card.name),
            _plain(", ".join(plan.name(group or school_class) for school_class, group in card.sits)),
            _plain(", ".join(plan.name(each) for each in card.teachers)),
            _plain(plan.name(card.room)),
            card.length,
        )
        for card in cards
    ]


def _plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _as_fet(plan: Plan) -> Exported:
    built = build_problem(plan)
    written = write(built.problem, built.before) if plan.imported else _written_by_names(plan, built)
    counts = Counter(rule.ref or type(rule).__name__ for rule in written.left_out)
    naming = Naming(plan, built, refs=counts)
    return Exported(written.source, tuple(LeftOut(ref, naming.rule_words(ref), n) for ref, n in counts.items()))


def _written_by_names(plan: Plan, built: Built) -> Written:
    """Of ours: with the names that people know for the engine's."""
    names = _names(plan)
    problem = problem_from_plain(_renamed(problem_to_plain(built.problem), names))
    before = {
        name: Placement(each.start, names.get(each.room, each.room) if each.room else None)
        for name, each in built.before.items()
    }
    return write(problem, before)


def _names(plan: Plan) -> dict[str, str]:
    """Names that people know for the engine's, each used once."""
    wanted = {str(row): name for row, name in plan.names.items()}
    wanted |= {str(row.pk): row.name for row in Location.objects.filter(active=True)}
    wanted |= {f"{sat[0]}/{sat[1]}": plan.name(sat[1]) for sat in plan.students if sat[1]}
    for part, (of, _count) in plan.atoms.items():
        wanted[part] = " + ".join(sorted(plan.name(group or school_class) for school_class, group in of)) + " *"
    taken: set[str] = set()
    found: dict[str, str] = {}
    for key, name in wanted.items():
        free = next(each for each in (name, *(f"{name} ({n})" for n in range(2, 10_000))) if each not in taken)
        taken.add(free)
        found[key] = free
    return found


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """A problem as plain values with other names."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(each, names) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_renamed(each, names) for each in value]
    return value
