"""The search's one array, filled from an encoded problem; units are lessons that start together."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lyceum.solver.encoding import Encoded, Line, Pair, Term, TermKind
from lyceum.solver.search import layout
from lyceum.solver.search.layout import HARD, NONE, SCALE, Table
from lyceum.solver.search.pairs import pair_units

Ints = npt.NDArray[np.int64]
Rows = list[list[tuple[int, ...]]]


@dataclass(frozen=True)
class Built:
    """A search's beginning: nothing is placed."""

    encoded: Encoded
    memory: Ints
    impossible: tuple[int, ...]
    """Units that can start nowhere."""
    constant_cost: int
    """Cost of what cannot be otherwise (soft pairs within a block)."""


def scaled(weight: float) -> int:
    return round(weight / 100 * SCALE)


def build(encoded: Encoded) -> Built:
    lines = [line for line in encoded.lines if line.clash or line.terms]
    unit_of = {lesson: at for at, unit in enumerate(encoded.units) for lesson in unit}
    unit_lines = _unit_lines(encoded, lines, unit_of)
    broken = {at for at, rows in enumerate(unit_lines) if len({line for line, _ in rows}) < len(rows)}
    pairs, constant = _pairs(encoded, unit_of, broken)
    line_rows, terms = _lines(encoded, lines)
    allowed = np.array([encoded.allowed[unit[0]] for unit in encoded.units], np.int64).reshape(-1, encoded.size)
    allowed[sorted(broken)] = 0
    start_cost = [np.rint(encoded.start_cost[list(unit)].sum(axis=0) * SCALE) for unit in encoded.units]
    lessons, choices = _lessons(encoded, unit_of)
    units = _units(encoded, unit_lines, pairs)
    units[:, layout.RANK] = _ranks(encoded, unit_lines, lines, allowed)
    count, lesson_count = len(units), len(lessons)
    tables: dict[Table, Ints] = {
        Table.UNIT: units,
        Table.START_OK: allowed,
        Table.START_COST: np.array(start_cost, np.int64),
        Table.TABU: np.zeros((count, encoded.size), np.int64),
        Table.UNIT_LINE: _flat(unit_lines, 2),
        Table.UNIT_LESSON: np.array([lesson for unit in encoded.units for lesson in unit], np.int64),
        Table.LESSON: lessons,
        Table.PAIR: _flat(pairs, layout.PAIR_WIDTH),
        Table.LINE: line_rows,
        Table.OPEN: np.array([bits_by_day(line.open, encoded.days) for line in lines], np.int64),
        Table.BITS: np.zeros((len(lines), encoded.days), np.int64),
        Table.OCCUPANT: np.full((len(lines), encoded.size), NONE, np.int64),
        Table.TERM: _flat(terms, layout.TERM_WIDTH),
        Table.CHOICE: choices,
        Table.ROOM_OPEN: encoded.room_open.astype(np.int64),
        Table.ROOM_COST: np.rint(encoded.room_cost * SCALE).astype(np.int64),
        Table.ROOM_OCCUPANT: np.full(encoded.room_open.shape, NONE, np.int64),
        Table.BREAKS: bits_by_day(encoded.breaks, encoded.days),
        Table.SCORE: np.zeros((layout.DEPTH, encoded.size), np.int64),
        Table.FRAME: np.zeros((layout.DEPTH, layout.FRAME_WIDTH), np.int64),
        Table.EJECTED: np.zeros(64 * count + 64, np.int64),
        Table.TRAIL: np.zeros(1200 * (count + lesson_count) + 12_000, np.int64),
        Table.MARKED: np.zeros(64 * count + 64, np.int64),
    }
    head = np.zeros(layout.HEAD, np.int64)
    head[[layout.UNITS, layout.SLOTS, layout.LINES, layout.ROOMS, layout.LESSONS, layout.DAYS, layout.HOURS]] = (
        count, encoded.size, len(lines), len(encoded.problem.rooms), lesson_count, encoded.days, encoded.hours,
    )  # fmt: skip
    head[layout.BEST_PLACED] = -1
    at = layout.HEAD
    for table in Table:
        head[table] = at
        at += tables[table].size
    memory = np.concatenate([head, *(tables[table].reshape(-1) for table in Table)])
    impossible = tuple(np.flatnonzero(~allowed.any(axis=1)).tolist())
    return Built(encoded, memory, impossible, constant)


def view(memory: Ints, table: Table, width: int) -> Ints:
    """A table of the memory as rows."""
    begins = sorted([*(int(memory[each]) for each in Table), len(memory)])
    first = int(memory[table])
    last = next((begin for begin in begins if begin > first), first)
    return memory[first:last].reshape(-1, width)


def bits_by_day(slots: npt.NDArray[np.bool_], days: int) -> Ints:
    by_day = slots.reshape(days, -1)
    powers = np.int64(1) << np.arange(by_day.shape[1], dtype=np.int64)
    return np.asarray((by_day * powers).sum(axis=1), np.int64)


def _flat(rows: Rows, width: int) -> Ints:
    flat = [row for each in rows for row in each]
    found = np.zeros((len(flat), width), np.int64)
    if flat:
        found[:, : len(flat[0])] = flat
    return found


def _ends(rows: Rows) -> Ints:
    return np.cumsum([0, *(len(each) for each in rows)])


def _unit_lines(encoded: Encoded, lines: list[Line], unit_of: dict[int, int]) -> Rows:
    found: Rows = [[] for _ in encoded.units]
    for at, line in enumerate(lines):
        for lesson in line.activities:
            found[unit_of[lesson]].append((at, 1 if line.by_start else int(encoded.duration[lesson])))
    return found


def _pairs(encoded: Encoded, unit_of: dict[int, int], broken: set[int]) -> tuple[Rows, int]:
    found: Rows = [[] for _ in encoded.units]
    constant = 0
    for pair in encoded.pairs:
        one, other = unit_of[pair.first], unit_of[pair.second]
        cost = HARD if pair.is_hard else scaled(pair.weight)
        first, second = int(encoded.duration[pair.first]), int(encoded.duration[pair.second])
        if one == other:
            units = _units_within(pair, first, second)
            if units and pair.is_hard:
                broken.add(one)
            elif units:
                constant += units * cost
            continue
        found[one].append((other, int(pair.kind), pair.amount, cost, first, second, 1))
        found[other].append((one, int(pair.kind), pair.amount, cost, second, first, 0))
    return found, constant


def _units_within(pair: Pair, first: int, second: int) -> int:
    """Violations of a pair whose lessons start together anyway."""
    return int(pair_units(int(pair.kind), pair.amount, 0, 0, first, 0, 0, second, 0))


def _lines(encoded: Encoded, lines: list[Line]) -> tuple[Ints, Rows]:
    rows = np.full((len(lines), layout.LINE_WIDTH), NONE, np.int64)
    terms: Rows = []
    position = 0
    for row, line in zip(rows, lines, strict=True):
        shaping = _shape(row, [term for term in line.terms if term.is_hard])
        rest = [term for term in line.terms if term not in shaping]
        terms.append([_term(term) for term in rest])
        row[layout.CLASH] = line.clash
        row[layout.COPIES] = line.copies
        row[layout.UNPLACED] = sum(1 if line.by_start else int(encoded.duration[at]) for at in line.activities)
        row[layout.HARD_TERMS] = any(term.is_hard for term in rest)
        row[layout.SOFT_TERMS] = any(not term.is_hard for term in rest)
        row[layout.SHAPED] = any(term.is_hard for term in line.terms)
        row[layout.TERMS_AT], row[layout.TERMS_END] = position, position + len(rest)
        row[layout.LINE_COST] = 0
        position += len(rest)
    return rows, terms


def _shape(row: Ints, hard: list[Term]) -> list[Term]:
    """Write the limits that lessons still to be placed can fill into the row; answers whose they are."""
    columns = {
        TermKind.MAX_GAPS_PER_WEEK: layout.GAPS_WEEK,
        TermKind.MAX_GAPS_PER_DAY: layout.GAPS_DAY,
        TermKind.EARLY: layout.LATE,
        TermKind.MIN_HOURS_DAILY: layout.MIN_HOURS,
        TermKind.MIN_DAYS: layout.MIN_DAYS,
    }
    row[layout.EVERY_DAY] = 0
    shaping = [term for term in hard if term.kind in columns]
    for term in shaping:
        column = columns[term.kind]
        grows = term.kind in (TermKind.MIN_HOURS_DAILY, TermKind.MIN_DAYS)
        row[column] = term.amount if row[column] < 0 else (max if grows else min)(int(row[column]), term.amount)
        if term.kind is TermKind.MIN_HOURS_DAILY and not term.flag:
            row[layout.EVERY_DAY] = 1
    return shaping


def _term(term: Term) -> tuple[int, ...]:
    window = (1 << (term.last + 1)) - (1 << term.first) if term.last >= term.first else 0
    cost = HARD if term.is_hard else scaled(term.weight)
    return int(term.kind), term.amount, cost, window, int(term.flag), term.first, term.last


def _lessons(encoded: Encoded, unit_of: dict[int, int]) -> tuple[Ints, Ints]:
    rows = np.zeros((len(encoded.choices), layout.LESSON_WIDTH), np.int64)
    choices: Rows = []
    for choice in encoded.choices:
        some = sorted(zip(choice.rooms, choice.costs, strict=True), key=lambda each: each[1])
        choices.append([(room, round(cost * SCALE)) for room, cost in some])
    ends = _ends(choices)
    rows[:, layout.LENGTH] = encoded.duration
    rows[:, layout.OWNER] = [unit_of[at] for at in range(len(rows))]
    rows[:, layout.WITHOUT] = [
        HARD if each.without is None else round(each.without * SCALE) for each in encoded.choices
    ]
    rows[:, layout.ROOM] = rows[:, layout.BEST_ROOM] = NONE
    rows[:, layout.CHOICES_AT], rows[:, layout.CHOICES_END] = ends[:-1], ends[1:]
    return rows, _flat(choices, 2)


def _units(encoded: Encoded, unit_lines: Rows, pairs: Rows) -> Ints:
    rows = np.zeros((len(encoded.units), layout.UNIT_WIDTH), np.int64)
    rows[:, layout.START] = rows[:, layout.BEST_START] = NONE
    rows[:, layout.WEIGHT] = 1
    lesson_rows: Rows = [[(lesson,) for lesson in unit] for unit in encoded.units]
    for begin, end, some in (
        (layout.LINES_AT, layout.LINES_END, unit_lines),
        (layout.PAIRS_AT, layout.PAIRS_END, pairs),
        (layout.LESSONS_AT, layout.LESSONS_END, lesson_rows),
    ):
        ends = _ends(some)
        rows[:, begin], rows[:, end] = ends[:-1], ends[1:]
    rows[:, layout.HAS_ROOMS] = [
        any(encoded.choices[at].rooms or encoded.choices[at].without is None for at in unit) for unit in encoded.units
    ]
    return rows


def _ranks(encoded: Encoded, unit_lines: Rows, lines: list[Line], allowed: Ints) -> Ints:
    """How hard a unit looks before anything is placed: hours of others it competes with, for each start it has."""
    load = [sum(int(encoded.duration[at]) for at in line.activities) for line in lines]
    hours = [max(int(encoded.duration[at]) for at in unit) for unit in encoded.units]
    competing = [sum(load[line] for line, _ in rows) for rows in unit_lines]
    starts = np.maximum(1, allowed.sum(axis=1))
    return np.minimum(900_000, np.array(competing) * np.array(hours) * 50 // starts)
