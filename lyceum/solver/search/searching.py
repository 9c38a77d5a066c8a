"""The two searches: everything placed first, then at less cost. Each call runs a number of steps and returns."""

from lyceum.solver.search.chains import (
    mark_placed,
    next_start,
    place_again,
    remember_best,
    score_starts,
    unmark,
)
from lyceum.solver.search.compiled import Memory, compiled
from lyceum.solver.search.displacing import BLOCKED, put_unit
from lyceum.solver.search.layout import (
    BEST_COST,
    BEST_PLACED,
    BEST_ROOM,
    BEST_START,
    BUDGET,
    COST,
    EJECTED,
    EJECTS,
    ENDLESS,
    FIXED,
    LESSON,
    LESSON_WIDTH,
    LESSONS_AT,
    LESSONS_END,
    NONE,
    PLACED,
    RANK,
    SCORE,
    SLOTS,
    START,
    START_OK,
    STEPS,
    STOP,
    TABU,
    TICK,
    UNIT,
    UNIT_LESSON,
    UNIT_WIDTH,
    UNITS,
    WEIGHT,
)
from lyceum.solver.search.places import change_room, enter_unit, random_below, start_of, take_unit, undo


@compiled
def pick_unplaced(m: Memory) -> int:
    """The unplaced unit that was hardest to place so far; -1: all are placed."""
    best = NONE
    heaviest = -1
    ties = 0
    for unit in range(m[UNITS]):
        row = m[UNIT] + unit * UNIT_WIDTH
        if m[row + START] >= 0 or m[row + FIXED]:
            continue
        weight = m[row + WEIGHT] * 1_000_000 + m[row + RANK]
        if weight > heaviest:
            best, heaviest, ties = unit, weight, 1
        elif weight == heaviest:
            ties += 1
            if random_below(m, ties) == 0:
                best = unit
    return best


@compiled
def force_unit(m: Memory, unit: int, tenure: int, learn: int) -> bool:
    """Put the unit where it displaces least and did not come from lately; what it displaces stays out."""
    score_starts(m, unit, 0, ENDLESS)
    scores = m[SCORE]
    tabu = m[TABU] + unit * m[SLOTS]
    for start in range(m[SLOTS]):
        if m[scores + start] < BLOCKED and m[tabu + start] > m[TICK]:
            m[scores + start] += 1_000_000_000
    for _ in range(8):
        start = next_start(m, 0)
        if start < 0:
            return False
        mark = m[STEPS]
        m[EJECTS] = 0
        if put_unit(m, unit, start):
            for at in range(m[EJECTS]):
                if learn > 0 and random_below(m, learn) == 0:
                    m[m[UNIT] + m[m[EJECTED] + at] * UNIT_WIDTH + WEIGHT] += 1
            m[tabu + start] = m[TICK] + tenure + random_below(m, tenure + 1)
            m[EJECTS] = 0
            return True
        undo(m, mark)
        m[EJECTS] = 0
    return False


@compiled
def keep_if_better(m: Memory) -> None:
    if m[PLACED] > m[BEST_PLACED] or (m[PLACED] == m[BEST_PLACED] and m[COST] < m[BEST_COST]):
        m[BEST_PLACED] = m[PLACED]
        m[BEST_COST] = m[COST]
        remember_best(m)


@compiled
def place_all(m: Memory, steps: int, depth: int, tries: int, spread: int, tenure: int, learn: int) -> bool:
    """Up to so many steps, each the placing of one unit by a chain, or by force. True: everything is placed."""
    for _ in range(steps):
        if m[STOP]:
            return False
        m[STEPS] = 0
        m[TICK] += 1
        unit = pick_unplaced(m)
        if unit < 0:
            keep_if_better(m)
            return True
        m[BUDGET] = tries
        m[EJECTS] = 0
        placed = place_again(m, unit, 0, depth, spread)
        unmark(m, 0)
        if not placed:
            if m[PLACED] > m[BEST_PLACED]:
                keep_if_better(m)
            m[m[UNIT] + unit * UNIT_WIDTH + WEIGHT] += 1
            m[STEPS] = 0
            force_unit(m, unit, tenure, learn)
    done = pick_unplaced(m) < 0
    keep_if_better(m)
    return done


@compiled
def improve(m: Memory, steps: int, depth: int, tries: int, spread: int, heat: int) -> int:
    """Move units of a complete timetable by chains; keep what costs less, or a little more; answers how many moved."""
    kept = 0
    keep_if_better(m)
    for _ in range(steps):
        if m[STOP]:
            break
        unit = random_below(m, m[UNITS])
        start = random_below(m, m[SLOTS])
        fixed = m[m[UNIT] + unit * UNIT_WIDTH + FIXED]
        if fixed or start_of(m, unit) == start or not m[m[START_OK] + unit * m[SLOTS] + start]:
            continue
        before = m[COST]
        m[STEPS] = 0
        m[EJECTS] = 0
        m[BUDGET] = tries
        take_unit(m, unit)
        done = put_unit(m, unit, start)
        if done:
            mark_placed(m, unit)
            last = m[EJECTS]
            at = 0
            while done and at < last:
                done = place_again(m, m[m[EJECTED] + at], 1, depth, spread)
                at += 1
        unmark(m, 0)
        slack = heat * random_below(m, 100) // 100 if heat > 0 else 0
        if not done or m[COST] > before + slack:
            undo(m, 0)
            continue
        kept += 1
        if m[COST] < m[BEST_COST]:
            keep_if_better(m)
    m[EJECTS] = 0
    return kept


@compiled
def place_at(m: Memory, unit: int, start: int) -> bool:
    """Place the unit there if that displaces nothing."""
    m[STEPS] = 0
    m[EJECTS] = 0
    if m[m[START_OK] + unit * m[SLOTS] + start] and put_unit(m, unit, start) and m[EJECTS] == 0:
        m[STEPS] = 0
        return True
    undo(m, 0)
    m[EJECTS] = 0
    return False


@compiled
def return_to_best(m: Memory) -> None:
    """Put every unit and lesson where `best_start` and `best_room` say."""
    for unit in range(m[UNITS]):
        if start_of(m, unit) >= 0:
            m[STEPS] = 0
            take_unit(m, unit)
    for unit in range(m[UNITS]):
        row = m[UNIT] + unit * UNIT_WIDTH
        m[STEPS] = 0
        if m[row + BEST_START] < 0:
            continue
        enter_unit(m, unit, m[row + BEST_START])
        for at in range(m[UNIT_LESSON] + m[row + LESSONS_AT], m[UNIT_LESSON] + m[row + LESSONS_END]):
            room = m[m[LESSON] + m[at] * LESSON_WIDTH + BEST_ROOM]
            if room >= 0:
                change_room(m, m[at], room, m[row + BEST_START])
    m[STEPS] = 0
    m[BEST_COST] = m[COST]
    m[BEST_PLACED] = m[PLACED]
