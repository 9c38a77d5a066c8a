"""The statutory mark against a slow count written from the specification, sentence by sentence."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lyceum.domains.attendance.deriving import Day, decide_day, pick_times
from lyceum.domains.attendance.known import (
    ClosureOf,
    Known,
    MarkOf,
    OverrideOf,
    PatternOf,
    PlanOf,
    RegisterOf,
    Rule,
    Said,
    Standing,
    Times,
)
from lyceum.domains.attendance.presets import read_preset

FRIDAY = date(2026, 11, 20)
STUDENT, OTHER, GRADE = (UUID(int=n) for n in (1, 2, 3))
CODES = {c.symbol: c for c in read_preset("england_2024")}
DAY = Day(
    on=FRIDAY,
    is_kept=True,
    zone=UTC,
    codes=[Said(c.symbol, c.meaning, c.session) for c in CODES.values()],
    cases={"part_time": Said("C2", "authorised"), "dual": Said("D", "not_possible")},
)
TIMES = [Times("AM", time(8, 45), time(9, 15), []), Times("PM", time(13), time(13, 30), [])]
LESSONS = [(time(8, 45), 60), (time(9), 60), (time(10), 120), (time(13), 60), (time(13, 20), 100)]
BEST = ["present", "late", "approved_activity", "late_after_close", "authorised", "unauthorised", "unexplained",
        "not_possible", "not_collected"]  # fmt: skip


def said(symbol: str) -> Said:
    code = CODES[symbol]
    return Said(symbol, code.meaning, code.session)


def at(local: time) -> datetime:
    return datetime.combine(FRIDAY, local, tzinfo=UTC)


def lesson(n: int) -> RegisterOf:
    starts, minutes = LESSONS[n]
    return RegisterOf(UUID(int=100 + n), "lesson", "", False, at(starts), at(starts) + timedelta(minutes=minutes))


def daily(n: int, session: str, *, form: bool) -> RegisterOf:
    starts = at(TIMES[session == "PM"].starts_at)
    return RegisterOf(UUID(int=200 + n), "daily", session, form, starts, starts)


symbols = st.sampled_from(["/", "L", "V", "U", "I", "G", "N", "X", "#"])


@st.composite
def days(draw: st.DrawFn) -> Known:
    """A day of one student as it may be in the records."""
    registers = [lesson(n) for n in range(len(LESSONS))]
    registers += [daily(n, s, form=n < 2) for n, s in enumerate(("AM", "PM", "AM", "PM"))]
    marks = []
    for register in registers:
        symbol = draw(st.none() | symbols)
        if symbol:
            symbol = "\\" if symbol == "/" and register.session == "PM" else symbol
            marks.append(MarkOf(register.id, STUDENT, said(symbol), draw(st.none() | st.integers(0, 60))))
    scheduled = [(STUDENT, r.id) for r in registers if r.kind == "lesson" and draw(st.booleans())]
    sessions = st.sampled_from(["AM", "PM"])
    overrides = {s: OverrideOf(STUDENT, s, said(draw(symbols)), OTHER) for s in draw(st.sets(sessions, max_size=1))}
    halves = draw(st.sampled_from([(0, 0), (0, 1), (1, 1)]))
    full, half = draw(st.sampled_from([(300, 150), (360, 180), (200, 100)]))
    return Known(
        rule=Rule(draw(st.sampled_from(["daily", "best_in_window", "first_lesson", "minutes"])), full, half, 360),
        times=TIMES if draw(st.booleans()) else [Times("DAY", time(8, 45), time(9, 15), [])],
        grades=[(STUDENT, GRADE)],
        enrolled=[STUDENT] if draw(st.integers(0, 5)) else [],
        registers=registers,
        lessons=scheduled,
        marks=marks,
        overrides=list(overrides.values()),
        plans=[PlanOf(STUDENT, *halves, said(draw(st.sampled_from(["C", "V", "G"]))))] if draw(st.booleans()) else [],
        patterns=[PatternOf(STUDENT, draw(st.sampled_from(["part_time", "dual", "guest"])), ["5PM", "5DAY"])]
        if draw(st.booleans())
        else [],
        closures=[ClosureOf(draw(st.sampled_from([[], ["AM"]])), draw(st.sampled_from([[], [OTHER]])), said("Y4"))]
        if draw(st.booleans())
        else [],
    )


def by_the_spec(known: Known) -> Iterator[tuple[str, str, str, bool]]:
    """Session, meaning, what decided it and whether it counts half: R29 to R32 and R28, as they are written."""
    assert known.rule
    marks = {m.register: m.said.meaning for m in known.marks}
    registers = {r.id: r for r in known.registers}
    sessions = [t.session for t in known.times]
    for session in ("AM", "PM"):
        overridden = any(o.session == session for o in known.overrides)
        taken = any(r.session == session and r.id in marks for r in known.registers) and known.rule.method == "daily"
        if session not in sessions and (overridden or taken):
            sessions.append(session)
    for session in sessions:
        override = [o for o in known.overrides if o.session == session]
        if override:
            yield session, override[0].said.meaning, "override", False
            continue
        here = STUDENT in known.enrolled
        meaning, origin, half = "", "", False
        in_half = 1 if session == "PM" else 0
        plan = [p for p in known.plans if p.first_half <= in_half <= p.last_half and here]
        method = slow_method(known, session, sessions, marks, registers)
        if plan:
            meaning, origin = plan[0].said.meaning, "plan"
        elif method:
            (meaning, half), origin = method, "method"
        elif here and known.patterns and f"5{session}" in known.patterns[0].sessions:
            code = DAY.cases.get(known.patterns[0].case)
            meaning, origin = (code.meaning, "pattern") if code else ("", "")
        closes = [
            c for c in known.closures if here and (not c.sessions or session in c.sessions) and OTHER not in c.grades
        ]
        if closes and meaning in ("present", "late", "unexplained", "unauthorised", ""):
            meaning, origin, half = "not_possible", "closure", False
        if meaning:
            yield session, meaning, origin, half


def slow_method(
    known: Known, session: str, sessions: list[str], marks: dict[UUID, str], registers: dict[UUID, RegisterOf]
) -> tuple[str, bool] | None:
    assert known.rule
    starts = {t.session: at(t.starts_at) for t in known.times}
    lessons = {r for _, r in known.lessons} | {r for r in marks if registers[r].kind == "lesson"}
    if known.rule.method == "daily":
        form = [marks[r.id] for r in known.registers if r.session == session and r.id in marks and r.is_form]
        others = [marks[r.id] for r in known.registers if r.session == session and r.id in marks and not r.is_form]
        found = form or sorted(others, key=BEST.index)
        return (found[0], False) if found else None
    if session not in starts:
        return None
    if known.rule.method == "best_in_window":
        closes = next(at(t.closes_at) for t in known.times if t.session == session)
        inside = [
            marks[r]
            for r in lessons
            if r in marks and registers[r].starts_at < closes and registers[r].ends_at > starts[session]
        ]
        return (min(inside, key=BEST.index), False) if inside else None
    if known.rule.method == "first_lesson":
        of_session = [r for r in lessons if session_of(registers[r], starts) == session]
        if not of_session:
            return None
        first = min(of_session, key=lambda r: registers[r].starts_at)  # no two begin together
        return (marks[first], False) if first in marks else None
    return slow_minutes(known.rule, session, starts, {r: registers[r] for r in lessons}, marks)


def session_of(register: RegisterOf, starts: dict[str, datetime]) -> str:
    begun = [s for s, at_ in sorted(starts.items(), key=lambda e: e[1]) if at_ <= register.starts_at]
    return begun[-1] if begun else min(starts, key=lambda s: starts[s])


def slow_minutes(
    rule: Rule, session: str, starts: dict[str, datetime], lessons: dict[UUID, RegisterOf], marks: dict[UUID, str]
) -> tuple[str, bool] | None:
    """Present = scheduled - absent - half of the half-marked; full counts 1, half 0.5, less 0; thresholds scale."""
    minutes = {r: Fraction((x.ends_at - x.starts_at).seconds, 60) for r, x in lessons.items()}
    taken = [r for r in lessons if r in marks]
    if not taken:
        return None
    counted = [r for r in lessons if marks.get(r) not in ("not_possible", "not_collected")]
    sums: dict[str, Fraction] = {}
    for r in taken:
        sums[marks[r]] = sums.get(marks[r], Fraction(0)) + minutes[r]
    order = sorted(sums, key=lambda m: (-sums[m], BEST.index(m)))
    if not any(r in marks for r in counted):
        return order[0], False
    there = [m for m in order if m in ("present", "late", "approved_activity")]
    away = [m for m in order if m in ("late_after_close", "authorised", "unauthorised", "unexplained")]

    def missed(r: UUID) -> Fraction:
        meaning = marks.get(r)
        if meaning in ("authorised", "unauthorised", "unexplained"):
            return minutes[r]
        return minutes[r] / 2 if meaning == "late_after_close" else Fraction(0)

    scheduled = sum((minutes[r] for r in counted), Fraction(0))
    present = scheduled - sum((missed(r) for r in counted), Fraction(0))
    scale = scheduled / rule.day
    attended = there[0] if there else "present"
    if present >= rule.full * scale or not away:
        return attended, False
    if present < rule.half * scale:
        return away[0], False
    if len(starts) == 1:
        return attended, True
    here = {
        s: sum((minutes[r] - missed(r) for r in counted if session_of(lessons[r], starts) == s), Fraction(0))
        for s in ("AM", "PM")
    }
    better = "PM" if here["PM"] > here["AM"] else "AM"
    return (attended, False) if session == better else (away[0], False)


def shown(standings: list[Standing]) -> list[tuple[str, str, str, bool]]:
    return sorted((s.session, s.meaning, s.origin, s.half) for s in standings)


@settings(max_examples=150, deadline=None)
@given(known=days(), data=st.data())
def test_every_session_is_what_the_specification_says_in_whatever_order_it_was_saved(known: Known, data: st.DataObject):
    in_order = decide_day(known, DAY, [STUDENT])

    shuffled = Known(
        **{
            name: data.draw(st.permutations(getattr(known, name))) if name in ("registers", "lessons", "marks") else
            getattr(known, name)
            for name in Known.__struct_fields__
        }
    )  # fmt: skip

    assert shown(in_order) == sorted(by_the_spec(known))
    assert decide_day(shuffled, DAY, [STUDENT]) == in_order


@pytest.mark.parametrize(
    ("missed", "expected"),
    [
        (0, [("AM", "/"), ("PM", "\\")]),  # all six hours
        (1, [("AM", "/"), ("PM", "\\")]),  # 300 of 360 minutes: the full threshold itself
        (2, [("AM", "N"), ("PM", "\\")]),  # 240: half, and the afternoon has more
        (3, [("AM", "N"), ("PM", "\\")]),  # 180
        (4, [("AM", "N"), ("PM", "N")]),  # 120
    ],
)
def test_minutes_of_a_usual_day(missed: int, expected: list[tuple[str, str]]):
    hours = [time(h) for h in (8, 9, 10, 13, 14, 15)]
    registers = [
        RegisterOf(UUID(int=n), "lesson", "", False, at(h), at(h) + timedelta(hours=1)) for n, h in enumerate(hours, 1)
    ]
    marks = [MarkOf(r.id, STUDENT, said("N" if n < missed else "/")) for n, r in enumerate(registers)]
    known = Known(rule=Rule("minutes"), times=TIMES, enrolled=[STUDENT], registers=registers, marks=marks)

    assert [(s.session, s.symbol) for s in decide_day(known, DAY, [STUDENT])] == expected


def test_a_grade_has_its_own_times_and_the_afternoons_present_is_the_afternoons():
    own = Times("PM", time(12), time(12, 30), [GRADE])
    register = RegisterOf(UUID(int=7), "lesson", "", False, at(time(12)), at(time(13)))
    known = Known(
        rule=Rule("best_in_window"),
        times=[*TIMES, own],
        grades=[(STUDENT, GRADE)],
        registers=[register],
        marks=[MarkOf(register.id, STUDENT, said("/"))],
    )

    assert [(s.session, s.symbol) for s in decide_day(known, DAY, [STUDENT])] == [("PM", "\\")]


def test_the_times_of_one_day_come_before_those_of_a_grade():
    """Oldest first, as they are read: the general ones, a grade's own, the day's."""
    of_day = Times("AM", time(10, 15), time(10, 45), [], is_exception=True)
    rows = [*TIMES, Times("AM", time(9, 30), time(10), [GRADE]), of_day]

    assert [row.starts_at for row in pick_times(rows, GRADE)] == [time(10, 15), time(13)]
