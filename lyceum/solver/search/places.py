"""Putting units into slots and lessons into rooms, taking them out, and taking every step back."""

from lyceum.solver.search.compiled import Memory, compiled
from lyceum.solver.search.layout import (
    BITS,
    BREAKS,
    CHOICE,
    CHOICES_AT,
    CHOICES_END,
    COST,
    DAYS,
    HOURS,
    LENGTH,
    LESSON,
    LESSON_WIDTH,
    LESSONS_AT,
    LESSONS_END,
    LINE,
    LINE_COST,
    LINE_WIDTH,
    LINES_AT,
    LINES_END,
    NONE,
    OCCUPANT,
    OWNER,
    P_AMOUNT,
    P_COST,
    P_IS_FIRST,
    P_KIND,
    P_OTHER,
    P_OTHER_LENGTH,
    P_OWN_LENGTH,
    PAIR,
    PAIR_WIDTH,
    PAIRS_AT,
    PAIRS_END,
    PLACED,
    RANDOM,
    ROOM,
    ROOM_COST,
    ROOM_OCCUPANT,
    SLOTS,
    SOFT_TERMS,
    START,
    START_COST,
    STEPS,
    TRAIL,
    UNIT,
    UNIT_LESSON,
    UNIT_LINE,
    UNIT_WIDTH,
    UNPLACED,
    WITHOUT,
)
from lyceum.solver.search.pairs import pair_units
from lyceum.solver.search.shapes import soft_cost

PUT_TIME, TOOK_TIME, CHANGED_ROOM = range(3)


@compiled
def random_below(m: Memory, bound: int) -> int:
    """A number from 0, below the bound; the same seed gives the same numbers."""
    number = m[RANDOM]
    number ^= (number << 13) & 0x3FFFFFFFFFFFFFFF
    number ^= number >> 7
    number ^= (number << 17) & 0x3FFFFFFFFFFFFFFF
    m[RANDOM] = number
    return (number >> 11) % bound


@compiled
def start_of(m: Memory, unit: int) -> int:
    return m[m[UNIT] + unit * UNIT_WIDTH + START]


@compiled
def pair_violations(m: Memory, pair: int, start: int, other_start: int) -> int:
    """Violations of a pair (where its row is), seen from the unit that starts at `start`."""
    hours = m[HOURS]
    day, hour = start // hours, start % hours
    other_day, other_hour = other_start // hours, other_start % hours
    own, other = m[pair + P_OWN_LENGTH], m[pair + P_OTHER_LENGTH]
    kind, amount, breaks = m[pair + P_KIND], m[pair + P_AMOUNT], m[m[BREAKS] + day]
    if m[pair + P_IS_FIRST]:
        return pair_units(kind, amount, day, hour, own, other_day, other_hour, other, breaks)
    return pair_units(kind, amount, other_day, other_hour, other, day, hour, own, breaks)


@compiled
def own_cost(m: Memory, unit: int, start: int) -> int:
    """Cost of the unit's start by itself and with the other placed units (people's days and rooms apart)."""
    cost = m[m[START_COST] + unit * m[SLOTS] + start]
    row = m[UNIT] + unit * UNIT_WIDTH
    for pair in range(m[PAIR] + m[row + PAIRS_AT] * PAIR_WIDTH, m[PAIR] + m[row + PAIRS_END] * PAIR_WIDTH, PAIR_WIDTH):
        if m[pair + P_COST] > 0:
            other_start = start_of(m, m[pair + P_OTHER])
            if other_start >= 0:
                cost += m[pair + P_COST] * pair_violations(m, pair, start, other_start)
    return cost


@compiled
def log_step(m: Memory, what: int, which: int, before: int) -> None:
    at = m[TRAIL] + m[STEPS] * 3
    m[at] = what
    m[at + 1] = which
    m[at + 2] = before
    m[STEPS] += 1


@compiled
def fill_time(m: Memory, unit: int, start: int, enter: bool) -> None:
    """Enter a unit into, or erase it from, the weeks of its people; the cost follows."""
    hours = m[HOURS]
    day, hour = start // hours, start % hours
    row = m[UNIT] + unit * UNIT_WIDTH
    cost = own_cost(m, unit, start)
    m[COST] += cost if enter else -cost
    m[PLACED] += 1 if enter else -1
    m[row + START] = start if enter else NONE
    for at in range(m[UNIT_LINE] + m[row + LINES_AT] * 2, m[UNIT_LINE] + m[row + LINES_END] * 2, 2):
        line, length = m[at], m[at + 1]
        bits = ((1 << length) - 1) << hour
        line_row = m[LINE] + line * LINE_WIDTH
        where = m[BITS] + line * m[DAYS] + day
        m[where] = m[where] | bits if enter else m[where] & ~bits
        m[line_row + UNPLACED] += -length if enter else length
        slots = m[OCCUPANT] + line * m[SLOTS]
        for slot in range(slots + start, slots + start + length):
            m[slot] = unit if enter else NONE
        if m[line_row + SOFT_TERMS]:
            soft = soft_cost(m, line)
            m[COST] += soft - m[line_row + LINE_COST]
            m[line_row + LINE_COST] = soft


@compiled
def room_cost(m: Memory, lesson: int, room: int, start: int) -> int:
    """The cost of a lesson in a room (or in none)."""
    row = m[LESSON] + lesson * LESSON_WIDTH
    cost = max(0, m[row + WITHOUT])
    if room < 0:
        return cost
    for at in range(m[CHOICE] + m[row + CHOICES_AT] * 2, m[CHOICE] + m[row + CHOICES_END] * 2, 2):
        if m[at] == room:
            cost = m[at + 1]
            break
    slots = m[ROOM_COST] + room * m[SLOTS]
    for slot in range(slots + start, slots + start + m[row + LENGTH]):
        cost += m[slot]
    return cost


@compiled
def fill_room(m: Memory, lesson: int, room: int, start: int, enter: bool) -> None:
    cost = room_cost(m, lesson, room, start)
    m[COST] += cost if enter else -cost
    row = m[LESSON] + lesson * LESSON_WIDTH
    if room >= 0:
        slots = m[ROOM_OCCUPANT] + room * m[SLOTS]
        for slot in range(slots + start, slots + start + m[row + LENGTH]):
            m[slot] = lesson if enter else NONE
    m[row + ROOM] = room if enter else NONE


@compiled
def change_room(m: Memory, lesson: int, room: int, start: int) -> None:
    """Move a placed lesson to another room (free there), and remember."""
    before = m[m[LESSON] + lesson * LESSON_WIDTH + ROOM]
    log_step(m, CHANGED_ROOM, lesson, before)
    fill_room(m, lesson, before, start, False)
    fill_room(m, lesson, room, start, True)


@compiled
def without_rooms(m: Memory, unit: int, start: int, enter: bool) -> None:
    """Count the unit's lessons as being without rooms, or no longer."""
    row = m[UNIT] + unit * UNIT_WIDTH
    for at in range(m[UNIT_LESSON] + m[row + LESSONS_AT], m[UNIT_LESSON] + m[row + LESSONS_END]):
        fill_room(m, m[at], NONE, start, enter)


@compiled
def enter_unit(m: Memory, unit: int, start: int) -> None:
    """Put a unit into its slots; its lessons have no rooms yet."""
    fill_time(m, unit, start, True)
    without_rooms(m, unit, start, True)
    log_step(m, PUT_TIME, unit, start)


@compiled
def take_unit(m: Memory, unit: int) -> None:
    """Take a unit out of its slots and its rooms."""
    row = m[UNIT] + unit * UNIT_WIDTH
    start = m[row + START]
    for at in range(m[UNIT_LESSON] + m[row + LESSONS_AT], m[UNIT_LESSON] + m[row + LESSONS_END]):
        if m[m[LESSON] + m[at] * LESSON_WIDTH + ROOM] >= 0:
            change_room(m, m[at], NONE, start)
    without_rooms(m, unit, start, False)
    fill_time(m, unit, start, False)
    log_step(m, TOOK_TIME, unit, start)


@compiled
def undo(m: Memory, mark: int) -> None:
    """Take back every step after the mark."""
    while m[STEPS] > mark:
        m[STEPS] -= 1
        at = m[TRAIL] + m[STEPS] * 3
        what, which, before = m[at], m[at + 1], m[at + 2]
        if what == CHANGED_ROOM:
            row = m[LESSON] + which * LESSON_WIDTH
            start = start_of(m, m[row + OWNER])
            fill_room(m, which, m[row + ROOM], start, False)
            fill_room(m, which, before, start, True)
        elif what == TOOK_TIME:
            fill_time(m, which, before, True)
            without_rooms(m, which, before, True)
        else:
            without_rooms(m, which, before, False)
            fill_time(m, which, before, False)
