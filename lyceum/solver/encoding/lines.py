"""The weeks of people, with the rules about their days, hours and gaps."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from lyceum.solver.encoding.encoded import Line, Term, TermKind
from lyceum.solver.encoding.people import People
from lyceum.solver.problem import Problem
from lyceum.solver.rules import (
    EarlyStarts,
    FreeHourWithin,
    IntervalMaxDays,
    MaxDays,
    MaxGapsPerDay,
    MaxGapsPerWeek,
    MaxHoursContinuously,
    MaxHoursDaily,
    MaxSpanDaily,
    MinDays,
    MinDaysBetween,
    MinHoursDaily,
    MinRestHours,
    NotOverlapping,
    Rule,
)

Bools = npt.NDArray[np.bool_]
Person = tuple[str, str]
Filter = tuple[str | None, str | None]
"""The tag and the subject of the lessons that count."""
EVERYTHING: Filter = (None, None)

TERM_RULES = (
    MaxDays, MinDays, IntervalMaxDays, MaxGapsPerWeek, MaxGapsPerDay, EarlyStarts,
    MaxHoursDaily, MinHoursDaily, MaxHoursContinuously, FreeHourWithin,
    MaxSpanDaily, MinRestHours,
)  # fmt: skip


def terms_of(rule: Rule, problem: Problem) -> Iterator[tuple[Filter, Term]]:
    """What a rule limits on a line, and which of the lessons it counts."""
    last = len(problem.grid.hours) - 1
    kinds = TermKind
    match rule:
        case MaxDays():
            yield EVERYTHING, Term(kinds.MAX_DAYS, rule.days, rule.weight, rule)
        case MinDays():
            yield EVERYTHING, Term(kinds.MIN_DAYS, rule.days, rule.weight, rule)
        case IntervalMaxDays():
            yield (
                EVERYTHING,
                Term(kinds.INTERVAL_MAX_DAYS, rule.days, rule.weight, rule, rule.first, min(rule.last, last)),
            )
        case MaxGapsPerWeek():
            yield EVERYTHING, Term(kinds.MAX_GAPS_PER_WEEK, rule.gaps, rule.weight, rule)
        case MaxGapsPerDay():
            yield EVERYTHING, Term(kinds.MAX_GAPS_PER_DAY, rule.gaps, rule.weight, rule)
        case EarlyStarts():
            yield EVERYTHING, Term(kinds.EARLY, rule.late, rule.weight, rule)
        case MaxHoursDaily():
            half = problem.grid.half
            windows = [(0, half - 1), (half, last)] if rule.half_day and half else [(0, last)]
            for first, end in windows:
                yield (
                    (rule.tag, rule.subject),
                    Term(kinds.MAX_HOURS_DAILY, rule.hours, rule.weight, rule, first, end),
                )
        case MinHoursDaily():
            yield (
                (rule.tag, None),
                Term(kinds.MIN_HOURS_DAILY, rule.hours, rule.weight, rule, flag=rule.allow_empty_days),
            )
        case MaxHoursContinuously():
            yield (rule.tag, None), Term(kinds.MAX_HOURS_CONTINUOUSLY, rule.hours, rule.weight, rule)
        case MaxSpanDaily():
            yield EVERYTHING, Term(kinds.MAX_SPAN_DAILY, rule.hours, rule.weight, rule)
        case MinRestHours():
            yield EVERYTHING, Term(kinds.MIN_REST_HOURS, rule.hours, rule.weight, rule, flag=rule.circular)
        case FreeHourWithin():
            yield EVERYTHING, Term(kinds.FREE_HOUR_WITHIN, rule.hours, rule.weight, rule, rule.first, rule.last)


def build_lines(problem: Problem, people: People, breaks: Bools, closed: dict[Person, Bools]) -> tuple[Line, ...]:
    """One line for each teacher and for each kind of student, and one for what a rule keeps from overlapping."""
    terms: dict[Person, dict[Filter, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for rule in problem.rules:
        if isinstance(rule, TERM_RULES) and rule.weight > 0:
            for person in people.named(rule.who):
                for which, term in terms_of(rule, problem):
                    terms[person][which].append(term)
    found: dict[tuple[object, ...], tuple[list[str], Line]] = {}
    for kind, name, lessons in _everybody(people):
        opened = ~closed.get((kind, name), breaks)
        wanted = {EVERYTHING: [], **terms.get((kind, name), {})}
        for which, some in wanted.items():
            chosen = tuple(at for at in lessons if _counts(problem, at, which))
            identity = tuple((id(term.rule), term.first, term.last) for term in some)
            key = (kind, "" if kind == "students" else name, chosen, which, identity, opened.tobytes())
            if not chosen:
                continue
            if key in found:
                found[key][0].append(name)
            else:
                line = Line(kind, (), chosen, False, opened, tuple(some), which != EVERYTHING)
                found[key] = ([name], line)
    lines = [replace(line, names=tuple(names)) for names, line in found.values()]
    marked = _mark_clashes(lines + list(_apart(problem, breaks)))
    return marked + tuple(_crowded(problem, marked))


def _everybody(people: People) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    for name, lessons in people.by_teacher.items():
        yield "teacher", name, lessons
    for name, lessons in people.by_leaf.items():
        yield "students", name, lessons


def _counts(problem: Problem, at: int, which: Filter) -> bool:
    tag, subject = which
    activity = problem.activities[at]
    return (tag is None or tag in activity.tags) and (subject is None or subject == activity.subject)


def _apart(problem: Problem, breaks: Bools) -> Iterator[Line]:
    """Lessons that a rule keeps from overlapping are like those of a person."""
    index = {each.name: at for at, each in enumerate(problem.activities)}
    for rule in problem.rules:
        if isinstance(rule, NotOverlapping) and rule.is_hard:
            lessons = tuple(sorted({index[name] for name in rule.activities if name in index}))
            yield Line("rule", (rule.ref,), lessons, False, ~breaks, ())


def _crowded(problem: Problem, lines: tuple[Line, ...]) -> Iterator[Line]:
    """Of lessons that should be days apart, a day takes two at most (more where there are more than days for that).

    As FET has it; counted where the lessons exclude each other, as those of one series do.
    """
    index = {each.name: at for at, each in enumerate(problem.activities)}
    days = len(problem.grid.days)
    clashing = [set(line.activities) for line in lines if line.clash]
    for rule in problem.rules:
        if not isinstance(rule, MinDaysBetween) or (rule.is_hard and rule.days > 0) or rule.consecutive_if_same_day:
            continue
        lessons = tuple(sorted({index[name] for name in rule.activities if name in index}))
        most = 2 if len(lessons) <= 2 * days else -(-len(lessons) // days)
        if len(lessons) > most and any(some.issuperset(lessons) for some in clashing):
            term = Term(TermKind.MAX_HOURS_DAILY, most, 100.0, rule, 0, len(problem.grid.hours) - 1)
            opened = np.ones(problem.grid.size, np.bool_)
            yield Line("rule", (rule.ref,), lessons, False, opened, (term,), partial=True, by_start=True)


def _mark_clashes(lines: list[Line]) -> tuple[Line, ...]:
    """Only maximal sets of lessons need to be kept from overlapping."""
    sets = [sum(1 << at for at in line.activities) for line in lines]
    order = sorted(range(len(lines)), key=lambda at: -len(lines[at].activities))
    maximal: list[int] = []
    for at in order:
        worthwhile = not lines[at].partial and len(lines[at].activities) > 1
        if worthwhile and all(sets[at] & ~sets[other] for other in maximal):
            maximal.append(at)
    chosen = set(maximal)
    marked = [replace(line, clash=at in chosen) for at, line in enumerate(lines)]
    return tuple(line for line in marked if line.clash or line.kind != "rule")
