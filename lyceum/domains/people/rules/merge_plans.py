"""What merging two records would do, worked out without writing anything.

Every row that refers to the record that goes is found by its foreign key. Most simply move. Where the database
allows only one of two, days are cut so that they do not overlap, a row that says the same goes, and whatever
cannot be decided here is a clash, which stops the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import msgspec
from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import connection, models
from django.db.models import F, Func
from django.utils.translation import gettext

from lyceum.core.references import Reference, references_to
from lyceum.core.schools import current_school
from lyceum.domains.people.merging import Loser, Meeting, is_uncounted, meeting_at

Row = dict[str, Any]
"""A row as PostgreSQL writes it as JSON, by column."""
_STAMPS = frozenset({"id", "created_at", "updated_at", "school_id"})
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Gone:
    """A row that goes, as it was."""

    table: str
    row: Row


@dataclass
class Move:
    """The rows of one table that come to refer to the record that stays."""

    table: str
    column: str
    to: str
    was: str
    words: str
    narrowed: Mapping[str, str]
    keys: list[Row] = field(default_factory=list)
    """By which each row is known, without the column that changes."""
    cut: dict[int, tuple[Row, Row]] = field(default_factory=dict)
    """By the place in `keys`: other columns that change as well, before and after."""


@dataclass(frozen=True)
class Clash:
    """Two rows that cannot both stay and do not agree."""

    words: str
    examples: tuple[Row, ...] = ()


@dataclass
class Plan:
    """Everything a merge would do."""

    moves: list[Move] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """How many rows of each kind would move."""
        found: Counter[str] = Counter()
        for move in self.moves:
            if not is_uncounted(move.table):
                found[move.words] += len(move.keys)
        return dict(sorted(found.items()))

    def twice(self) -> dict[str, int]:
        """How many rows of each kind are there twice, so that one goes."""
        words = {model._meta.db_table: _words(model) for model in apps.get_models()}
        return dict(sorted(Counter(words[each.table] for each in self.gone if not is_uncounted(each.table)).items()))


def plan_merge(loser: Loser) -> Plan:
    """What merging would do. Reads a fixed number of statements for each table."""
    plan = Plan()
    for label, (was, to) in loser.pairs().items():
        for reference in references_to(apps.get_model(label)):
            if loser.student and reference.table == "people_student":
                continue  # goes itself
            _plan_table(reference, was, to, plan)
    return plan


def _plan_table(reference: Reference, was: str, to: str, plan: Plan) -> None:
    rows = read_rows(reference, was)
    if not rows:
        return
    move = Move(reference.table, reference.column, to, was, _words(reference.model), narrowed=dict(reference.narrowed))
    present = _Present(reference, read_rows(reference, to), owners=(was, to))
    clashes: dict[str, list[Row]] = {}
    for row in sorted(rows, key=_first_day):
        cut = present.without_overlap(row)
        if cut is None:
            _drop(reference.model, row, Meeting(same=()), plan)
            continue
        met = present.meets(row)
        if met and (stays := meeting_at(met.constraint)) and not stays.renumbered:
            if not _agree(row, met.row, stays, reference.column):
                clashes.setdefault(met.constraint, []).append(met.example(row, stays))
            else:
                _drop(reference.model, row, stays, plan)
            continue
        if met:
            column = meeting_at(met.constraint).renumbered
            cut[column] = present.next_number(column)
        if cut:
            move.cut[len(move.keys)] = ({name: row[name] for name in cut}, cut)
        move.keys.append({name: row[name] for name in _key(reference)})
        present.take(row | cut)
    for constraint, examples in clashes.items():
        words = str(meeting_at(constraint).clash) or _words(reference.model)
        plan.clashes.append(Clash(words, tuple(examples[:10])))
    if move.keys:
        plan.moves.append(move)


def read_rows(reference: Reference, value: str) -> list[Row]:
    """The rows of a table that refer to an id, each whole."""
    narrowed = "".join(f' AND t."{name}" = %s' for name in reference.narrowed)
    sql = (
        f'SELECT to_jsonb(t) FROM "{reference.table}" t '  # noqa: S608 - names of our own tables
        f'WHERE t.school_id = %s AND t."{reference.column}" = %s{narrowed}'
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [current_school(), value, *reference.narrowed.values()])
        return [msgspec.json.decode(row) for (row,) in cursor.fetchall()]


def _words(model: type[models.Model]) -> str:
    return gettext(str(model._meta.verbose_name_plural))


def _key(reference: Reference) -> tuple[str, ...]:
    """The columns by which a row is known, whatever it refers to."""
    key = reference.model._meta.pk
    names = tuple(key.field_names) if isinstance(key, models.CompositePrimaryKey) else ("id",)
    return tuple(name for name in names if name not in ("school_id", reference.column))


def _first_day(row: Row) -> str:
    return str(row.get("starts_on") or row.get("first_day") or row.get("on") or "")


def _agree(row: Row, other: Row, meeting: Meeting, column: str) -> bool:
    names = row.keys() - _STAMPS - {column} if meeting.same is None else meeting.same
    return all(row[name] == other[name] for name in names)


def _drop(model: type[models.Model], row: Row, meeting: Meeting, plan: Plan) -> None:
    """Let a row go, with what goes with it. Anything else that hangs on it is a clash."""
    plan.gone.append(Gone(model._meta.db_table, row))
    if "id" not in row:
        return
    for reference in references_to(model):
        found = read_rows(reference, row["id"])
        if found and reference.table in meeting.with_it:
            plan.gone += [Gone(reference.table, each) for each in found]
        elif found:
            plan.clashes.append(Clash(_words(reference.model)))


@dataclass(frozen=True)
class _Met:
    constraint: str
    row: Row
    key: tuple[str, ...]

    def example(self, mine: Row, meeting: Meeting) -> Row:
        """Where they differ, for a person to read."""
        shown = {name: mine[name] for name in self.key if name in ("on", "session", "name", "kind", "value")}
        for name in meeting.same or ():
            if not name.endswith("_id"):
                shown |= {"kept": self.row[name], "merged": mine[name]}
        return shown


class _Present:
    """The rows of the record that stays, by what the table's constraints compare."""

    def __init__(self, reference: Reference, rows: Sequence[Row], *, owners: tuple[str, str]) -> None:
        self._reference = reference
        self.rows = list(rows)
        self.uniques = list(self._uniques())
        self.exclusions = [c for c in reference.model._meta.constraints if isinstance(c, ExclusionConstraint)]
        self.covered = {c.name: self._covered(c, owners) for c in reference.model._meta.constraints}

    def _column(self, name: str) -> str:
        field = self._reference.model._meta.get_field(name)
        return str(getattr(field, "column", name))

    def _uniques(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Constraints that the column is part of, and their other columns."""
        meta = self._reference.model._meta
        named = [(c.name, [self._column(f) for f in c.fields]) for c in meta.constraints
                 if isinstance(c, models.UniqueConstraint)]  # fmt: skip
        if isinstance(meta.pk, models.CompositePrimaryKey):
            named.append((f"{meta.db_table}_pkey", [str(name) for name in meta.pk.field_names]))
        for name, columns in named:
            if self._reference.column in columns:
                yield name, tuple(c for c in columns if c not in ("school_id", self._reference.column))

    def _covered(self, constraint: Any, owners: tuple[str, str]) -> set[str] | None:
        """The ids of those rows to which a conditional constraint applies; None: to all."""
        condition = getattr(constraint, "condition", None)
        if condition is None or isinstance(constraint, models.CheckConstraint):
            return None
        rows = self._reference.model._default_manager.filter(condition, **{f"{self._reference.name}__in": owners})
        return {str(pk) for pk in rows.values_list("pk", flat=True)}

    def _applies(self, constraint: str, row: Row) -> bool:
        covered = self.covered.get(constraint)
        return covered is None or row.get("id") in covered

    def meets(self, row: Row) -> _Met | None:
        """A row with which another cannot be, that of a constraint which takes a new number last."""
        for name, key in sorted(self.uniques, key=lambda each: bool(meeting_at(each[0]).renumbered)):
            values = [row[column] for column in key]
            if None in values or not self._applies(name, row):
                continue
            for mine in self.rows:
                if [mine[column] for column in key] == values and self._applies(name, mine):
                    return _Met(name, mine, key)
        return None

    def without_overlap(self, row: Row) -> Row | None:
        """The days of a row that the rows that stay leave free, as changes of it; None where they leave none."""
        cut: Row = {}
        for constraint in self.exclusions:
            equal, span = self._compared(constraint)
            if span is None or self._reference.column not in equal or not self._applies(constraint.name, row):
                continue
            others = [
                (_day(mine[span[0]], date.min), _day(mine[span[1]], date.max))
                for mine in self.rows
                if self._applies(constraint.name, mine)
                and all(mine[c] == row[c] for c in equal if c not in ("school_id", self._reference.column))
            ]
            days = (_day((row | cut)[span[0]], date.min), _day((row | cut)[span[1]], date.max))
            free = _first_free(days, others)
            if free is None:
                return None
            if free != days:
                last = None if free[1] == date.max else free[1].isoformat()
                cut |= {span[0]: free[0].isoformat(), span[1]: last}
        return cut

    def _compared(self, constraint: ExclusionConstraint) -> tuple[list[str], tuple[str, str] | None]:
        equal, span = [], None
        for expression, _operator in constraint.expressions:
            if isinstance(expression, str):
                equal.append(self._column(expression))
            elif isinstance(expression, Func):
                names = [str(vars(each)["name"]) for each in expression.get_source_expressions() if isinstance(each, F)]
                span = (self._column(names[0]), self._column(names[1]))
        return equal, span

    def next_number(self, column: str) -> int:
        """The next number after those that stay."""
        return max((int(row[column]) for row in self.rows), default=0) + 1

    def take(self, row: Row) -> None:
        """Take a row in: the next one must agree with it as well."""
        self.rows.append(row)


def _day(text: str | None, usual: date) -> date:
    return date.fromisoformat(text) if text else usual


def _first_free(days: tuple[date, date], others: Sequence[tuple[date, date]]) -> tuple[date, date] | None:
    """The first days of a span that no other span takes."""
    first, last = days
    for start, end in sorted(others):
        if end < first or start > last:
            continue
        if start > first:
            return first, start - DAY
        if end >= last:
            return None
        first = end + DAY
    return first, last
