"""Ejection chains: place what does not fit by displacing what is in the way, and place that again, in turn."""

from lyceum.solver.search.compiled import Memory, compiled
from lyceum.solver.search.displacing import BLOCKED, clashes, put_unit, score_start
from lyceum.solver.search.layout import (
    BEST_ROOM,
    BEST_START,
    BUDGET,
    EJECTED,
    EJECTS,
    ENDLESS,
    F_EJECTED,
    F_LAST,
    F_MARKS,
    F_NEXT,
    F_TRAIL,
    F_TRIED,
    F_UNIT,
    FRAME,
    FRAME_WIDTH,
    IN_CHAIN,
    LESSON,
    LESSON_WIDTH,
    LESSONS,
    MARKED,
    MARKS,
    NONE,
    ROOM,
    SCORE,
    SLOTS,
    START,
    START_OK,
    STEPS,
    UNIT,
    UNIT_WIDTH,
    UNITS,
)
from lyceum.solver.search.places import random_below, undo


@compiled
def find_free(m: Memory, unit: int) -> int:
    """The start that displaces nothing and costs least, or -1."""
    free = NONE
    least = ENDLESS
    ties = 0
    ok = m[START_OK] + unit * m[SLOTS]
    for start in range(m[SLOTS]):
        if not m[ok + start] or clashes(m, unit, start):
            continue
        score, cost = score_start(m, unit, start, 0)
        if score > 0 or cost > least:
            continue
        ties = ties + 1 if cost == least else 1
        least = cost
        if ties == 1 or random_below(m, ties) == 0:
            free = start
    return free


@compiled
def score_starts(m: Memory, unit: int, level: int, spread: int) -> None:
    """Fill the level's scores; those far above the lowest (by more than `spread`) are left out."""
    lowest = BLOCKED - 1
    ok = m[START_OK] + unit * m[SLOTS]
    scores = m[SCORE] + level * m[SLOTS]
    turn = random_below(m, m[SLOTS])
    for step in range(m[SLOTS]):
        start = (step + turn) % m[SLOTS]
        m[scores + start] = BLOCKED
        if not m[ok + start]:
            continue
        limit = min(BLOCKED - 1, lowest + spread)
        score, cost = score_start(m, unit, start, limit)
        if score <= limit:
            m[scores + start] = score * 1_000_000 + cost
            lowest = min(lowest, score)


@compiled
def next_start(m: Memory, level: int) -> int:
    """The start with the lowest score left at the level, and strike it off; -1: none."""
    best = NONE
    lowest = BLOCKED
    ties = 0
    scores = m[SCORE] + level * m[SLOTS]
    for start in range(m[SLOTS]):
        score = m[scores + start]
        if score < lowest:
            best, lowest, ties = start, score, 1
        elif score == lowest and score < BLOCKED:
            ties += 1
            if random_below(m, ties) == 0:
                best = start
    if best >= 0:
        m[scores + best] = BLOCKED
    return best


@compiled
def width_at(level: int) -> int:
    """How many starts a chain tries at a level before it gives up there."""
    if level == 0:
        return 24
    if level == 1:
        return 8
    if level == 2:
        return 4
    return 2


@compiled
def mark_placed(m: Memory, unit: int) -> None:
    m[m[UNIT] + unit * UNIT_WIDTH + IN_CHAIN] = 1
    m[m[MARKED] + m[MARKS]] = unit
    m[MARKS] += 1


@compiled
def unmark(m: Memory, mark: int) -> None:
    for at in range(m[MARKED] + mark, m[MARKED] + m[MARKS]):
        m[m[UNIT] + m[at] * UNIT_WIDTH + IN_CHAIN] = 0
    m[MARKS] = mark


@compiled
def place_free(m: Memory, unit: int) -> bool:
    """Place the unit where it displaces nothing, if there is such a start."""
    free = find_free(m, unit)
    if free < 0:
        return False
    mark = m[STEPS]
    ejected = m[EJECTS]
    if put_unit(m, unit, free) and m[EJECTS] == ejected:
        mark_placed(m, unit)
        return True
    undo(m, mark)
    m[EJECTS] = ejected
    return False


@compiled
def open_frame(m: Memory, level: int, spread: int) -> None:
    """Remember where to come back to when what is tried at the level fails, and score its starts."""
    frame = m[FRAME] + level * FRAME_WIDTH
    m[frame + F_TRAIL] = m[STEPS]
    m[frame + F_EJECTED] = m[EJECTS]
    m[frame + F_MARKS] = m[MARKS]
    m[frame + F_TRIED] = 0
    score_starts(m, m[frame + F_UNIT], level, spread)


@compiled
def close_frame(m: Memory, level: int) -> None:
    """Take back what was tried at the level."""
    frame = m[FRAME] + level * FRAME_WIDTH
    unmark(m, m[frame + F_MARKS])
    undo(m, m[frame + F_TRAIL])
    m[EJECTS] = m[frame + F_EJECTED]


@compiled
def try_next(m: Memory, level: int) -> bool:
    """Put the level's unit at its next best start; what it displaces waits in `ejected`. False: none is left."""
    frame = m[FRAME] + level * FRAME_WIDTH
    while m[frame + F_TRIED] < width_at(level) and m[BUDGET] > 0:
        m[frame + F_TRIED] += 1
        start = next_start(m, level)
        if start < 0:
            return False
        if put_unit(m, m[frame + F_UNIT], start):
            mark_placed(m, m[frame + F_UNIT])
            m[frame + F_NEXT] = m[frame + F_EJECTED]
            m[frame + F_LAST] = m[EJECTS]
            return True
        close_frame(m, level)
    return False


@compiled
def place_again(m: Memory, unit: int, top: int, depth: int, spread: int) -> bool:
    """Place a unit and, in turn, all that it displaces; or leave everything as it was and answer False."""
    level = top
    m[m[FRAME] + level * FRAME_WIDTH + F_UNIT] = unit
    entering = True
    while True:
        frame = m[FRAME] + level * FRAME_WIDTH
        done = False
        if entering:
            m[BUDGET] -= 1
            done = m[BUDGET] >= 0 and place_free(m, m[frame + F_UNIT])
            if not done and level < depth and m[BUDGET] > 0:
                open_frame(m, level, spread)
                if try_next(m, level):
                    entering = False
                    continue
        elif m[frame + F_NEXT] < m[frame + F_LAST]:
            m[frame + FRAME_WIDTH + F_UNIT] = m[m[EJECTED] + m[frame + F_NEXT]]
            m[frame + F_NEXT] += 1
            level += 1
            entering = True
            continue
        else:
            m[EJECTS] = m[frame + F_EJECTED]
            done = True
        # The level is finished: the one above goes on with its next, or tries another start.
        entering = False
        if done:
            if level == top:
                return True
            level -= 1
            continue
        while True:
            if level == top:
                return False
            level -= 1
            close_frame(m, level)
            if try_next(m, level):
                break


@compiled
def remember_best(m: Memory) -> None:
    for row in range(m[UNIT], m[UNIT] + m[UNITS] * UNIT_WIDTH, UNIT_WIDTH):
        m[row + BEST_START] = m[row + START]
    for row in range(m[LESSON], m[LESSON] + m[LESSONS] * LESSON_WIDTH, LESSON_WIDTH):
        m[row + BEST_ROOM] = m[row + ROOM]
