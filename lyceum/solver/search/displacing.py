"""What a unit displaces at a start: estimated for all starts, exact where it is put."""

from lyceum.solver.search.compiled import Memory, compiled
from lyceum.solver.search.layout import (
    BITS,
    CHOICE,
    CHOICES_AT,
    CHOICES_END,
    CLASH,
    DAYS,
    EJECTED,
    EJECTS,
    ENDLESS,
    FIXED,
    HAS_ROOMS,
    HOURS,
    IN_CHAIN,
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
    P_COST,
    P_OTHER,
    PAIR,
    PAIR_WIDTH,
    PAIRS_AT,
    PAIRS_END,
    ROOM,
    ROOM_OCCUPANT,
    ROOM_OPEN,
    SHAPED,
    SLOTS,
    SOFT_TERMS,
    STAMP,
    START_COST,
    TOKEN,
    UNIT,
    UNIT_LESSON,
    UNIT_LINE,
    UNIT_WIDTH,
    UNPLACED,
    WEIGHT,
    WITHOUT,
)
from lyceum.solver.search.places import (
    change_room,
    enter_unit,
    pair_violations,
    random_below,
    room_cost,
    start_of,
    take_unit,
)
from lyceum.solver.search.shapes import hard_lack, soft_cost

BLOCKED = ENDLESS
"""The score of a start that would displace what must stay."""


@compiled
def stays(m: Memory, unit: int) -> bool:
    row = m[UNIT] + unit * UNIT_WIDTH
    return m[row + FIXED] != 0 or m[row + IN_CHAIN] != 0


@compiled
def score_displaced(m: Memory, unit: int) -> int:
    """The weight of one more displaced unit; nought if it is already counted."""
    row = m[UNIT] + unit * UNIT_WIDTH
    if m[row + STAMP] == m[TOKEN]:
        return 0
    if m[row + FIXED] or m[row + IN_CHAIN]:
        return BLOCKED
    m[row + STAMP] = m[TOKEN]
    return m[row + WEIGHT]


@compiled
def score_pairs(m: Memory, unit: int, start: int) -> tuple[int, int]:
    """(weight of the units displaced by hard pairs, cost of soft ones)."""
    score = 0
    cost = m[m[START_COST] + unit * m[SLOTS] + start]
    row = m[UNIT] + unit * UNIT_WIDTH
    for pair in range(m[PAIR] + m[row + PAIRS_AT] * PAIR_WIDTH, m[PAIR] + m[row + PAIRS_END] * PAIR_WIDTH, PAIR_WIDTH):
        other_start = start_of(m, m[pair + P_OTHER])
        if other_start < 0:
            continue
        units = pair_violations(m, pair, start, other_start)
        if units == 0:
            continue
        if m[pair + P_COST] > 0:
            cost += m[pair + P_COST] * units
        else:
            score += score_displaced(m, m[pair + P_OTHER])
            if score >= BLOCKED:
                break
    return score, cost


@compiled
def clashes(m: Memory, unit: int, start: int) -> bool:
    """A teacher or student of the unit is busy then."""
    hours = m[HOURS]
    day, hour = start // hours, start % hours
    row = m[UNIT] + unit * UNIT_WIDTH
    for at in range(m[UNIT_LINE] + m[row + LINES_AT] * 2, m[UNIT_LINE] + m[row + LINES_END] * 2, 2):
        if m[m[BITS] + m[at] * m[DAYS] + day] & (((1 << m[at + 1]) - 1) << hour):
            return True
    return False


@compiled
def score_clashes(m: Memory, unit: int, start: int) -> int:
    """Weight of the units displaced because a teacher or student is with them then."""
    score = 0
    row = m[UNIT] + unit * UNIT_WIDTH
    for at in range(m[UNIT_LINE] + m[row + LINES_AT] * 2, m[UNIT_LINE] + m[row + LINES_END] * 2, 2):
        line, length = m[at], m[at + 1]
        if not m[m[LINE] + line * LINE_WIDTH + CLASH]:
            continue
        slots = m[OCCUPANT] + line * m[SLOTS] + start
        for slot in range(slots, slots + length):
            if m[slot] >= 0:
                score += score_displaced(m, m[slot])
        if score >= BLOCKED:
            break
    return score


@compiled
def room_free(m: Memory, lesson: int, room: int, start: int) -> bool:
    slots = room * m[SLOTS]
    for slot in range(slots + start, slots + start + m[m[LESSON] + lesson * LESSON_WIDTH + LENGTH]):
        if not m[m[ROOM_OPEN] + slot] or m[m[ROOM_OCCUPANT] + slot] >= 0:
            return False
    return True


@compiled
def room_score(m: Memory, lesson: int, room: int, start: int) -> int:
    """Weight of the units that leave when the lesson takes the room; those already displaced count nought."""
    score = 0
    last = NONE
    slots = room * m[SLOTS]
    for slot in range(slots + start, slots + start + m[m[LESSON] + lesson * LESSON_WIDTH + LENGTH]):
        if not m[m[ROOM_OPEN] + slot]:
            return BLOCKED
        other = m[m[ROOM_OCCUPANT] + slot]
        if other < 0 or other == last:
            continue
        last = other
        row = m[UNIT] + m[m[LESSON] + other * LESSON_WIDTH + OWNER] * UNIT_WIDTH
        if m[row + STAMP] != m[TOKEN]:
            if m[row + FIXED] or m[row + IN_CHAIN]:
                return BLOCKED
            score += m[row + WEIGHT]
    return score


@compiled
def other_room(m: Memory, lesson: int) -> int:
    """A free room the placed lesson could be in at no more cost, or -1."""
    row = m[LESSON] + lesson * LESSON_WIDTH
    start = start_of(m, m[row + OWNER])
    now = room_cost(m, lesson, m[row + ROOM], start)
    for at in range(m[CHOICE] + m[row + CHOICES_AT] * 2, m[CHOICE] + m[row + CHOICES_END] * 2, 2):
        if room_free(m, lesson, m[at], start) and room_cost(m, lesson, m[at], start) <= now:
            return m[at]
    return NONE


@compiled
def find_room(m: Memory, lesson: int, start: int) -> tuple[int, int, int]:
    """(room or -1, weight displaced, cost): the choice that displaces least, then costs least."""
    row = m[LESSON] + lesson * LESSON_WIDTH
    best, best_score, best_cost = NONE, BLOCKED, 0
    if m[row + WITHOUT] >= 0:
        best_score, best_cost = 0, m[row + WITHOUT]
    first, count = m[row + CHOICES_AT], m[row + CHOICES_END] - m[row + CHOICES_AT]
    turn = random_below(m, count) if count > 1 else 0
    for step in range(count):
        room = m[m[CHOICE] + (first + (step + turn) % count) * 2]
        score = room_score(m, lesson, room, start)
        if score > 0 and score < BLOCKED and count > 1 and m[row + LENGTH] == 1:
            other = m[m[ROOM_OCCUPANT] + room * m[SLOTS] + start]
            if other >= 0 and other_room(m, other) >= 0:
                score = 0
        if score > best_score:
            continue
        cost = room_cost(m, lesson, room, start)
        if score < best_score or (score == best_score and cost < best_cost):
            best, best_score, best_cost = room, score, cost
            if score == 0 and cost == 0:
                break
    return best, best_score, best_cost


@compiled
def score_rooms(m: Memory, unit: int, start: int) -> tuple[int, int]:
    score = 0
    cost = 0
    row = m[UNIT] + unit * UNIT_WIDTH
    for at in range(m[UNIT_LESSON] + m[row + LESSONS_AT], m[UNIT_LESSON] + m[row + LESSONS_END]):
        _, more, extra = find_room(m, m[at], start)
        score += more
        cost += extra
        if score >= BLOCKED:
            break
    return score, cost


@compiled
def score_shapes(m: Memory, unit: int, start: int) -> tuple[int, int]:
    """(about how much more must go so that days and weeks hold, the cost added to them)."""
    hours = m[HOURS]
    day, hour = start // hours, start % hours
    score = 0
    cost = 0
    row = m[UNIT] + unit * UNIT_WIDTH
    for at in range(m[UNIT_LINE] + m[row + LINES_AT] * 2, m[UNIT_LINE] + m[row + LINES_END] * 2, 2):
        line, length = m[at], m[at + 1]
        line_row = m[LINE] + line * LINE_WIDTH
        if not m[line_row + SHAPED] and not m[line_row + SOFT_TERMS]:
            continue
        where = m[BITS] + line * m[DAYS] + day
        before = m[where]
        bits = before
        freed = 0
        slots = m[OCCUPANT] + line * m[SLOTS] + day * hours
        for at_hour in range(hours):
            other = m[slots + at_hour]
            if other >= 0 and m[m[UNIT] + other * UNIT_WIDTH + STAMP] == m[TOKEN]:
                bits &= ~(1 << at_hour)
                freed += 1
        m[where] = bits | (((1 << length) - 1) << hour)
        if m[line_row + SHAPED]:
            score += hard_lack(m, line, m[line_row + UNPLACED] + freed - length)
        if m[line_row + SOFT_TERMS]:
            cost += soft_cost(m, line) - m[line_row + LINE_COST]
        m[where] = before
    return score, cost


@compiled
def score_start(m: Memory, unit: int, start: int, limit: int) -> tuple[int, int]:
    """(weight of what must go, cost added); a score above the limit is not worked out to its end."""
    m[TOKEN] += 1
    score, cost = score_pairs(m, unit, start)
    if score > limit:
        return score, cost
    score += score_clashes(m, unit, start)
    if score > limit:
        return score, cost
    if m[m[UNIT] + unit * UNIT_WIDTH + HAS_ROOMS]:
        more, extra = score_rooms(m, unit, start)
        score += more
        cost += extra
        if score > limit:
            return score, cost
    more, extra = score_shapes(m, unit, start)
    return score + more, cost + extra


@compiled
def displace(m: Memory, unit: int) -> None:
    take_unit(m, unit)
    m[m[EJECTED] + m[EJECTS]] = unit
    m[EJECTS] += 1


@compiled
def clear_time(m: Memory, unit: int, start: int) -> bool:
    """Displace what pairs and clashes forbid beside the unit; False where something must stay."""
    row = m[UNIT] + unit * UNIT_WIDTH
    for pair in range(m[PAIR] + m[row + PAIRS_AT] * PAIR_WIDTH, m[PAIR] + m[row + PAIRS_END] * PAIR_WIDTH, PAIR_WIDTH):
        other = m[pair + P_OTHER]
        other_start = start_of(m, other)
        if m[pair + P_COST] < 0 and other_start >= 0 and pair_violations(m, pair, start, other_start) > 0:
            if stays(m, other):
                return False
            displace(m, other)
    for at in range(m[UNIT_LINE] + m[row + LINES_AT] * 2, m[UNIT_LINE] + m[row + LINES_END] * 2, 2):
        slots = m[OCCUPANT] + m[at] * m[SLOTS] + start
        for slot in range(slots, slots + m[at + 1]):
            other = m[slot]
            if other >= 0:
                if stays(m, other):
                    return False
                displace(m, other)
    return True


@compiled
def take_room(m: Memory, lesson: int, start: int) -> bool:
    """Give one lesson a room, re-rooming or displacing who is there; False where there is none."""
    row = m[LESSON] + lesson * LESSON_WIDTH
    m[TOKEN] += 1
    room, score, _ = find_room(m, lesson, start)
    if score >= BLOCKED:
        return False
    if room < 0:
        return True
    slots = m[ROOM_OCCUPANT] + room * m[SLOTS]
    for slot in range(slots + start, slots + start + m[row + LENGTH]):
        other = m[slot]
        if other < 0:
            continue
        owner = m[m[LESSON] + other * LESSON_WIDTH + OWNER]
        elsewhere = other_room(m, other)
        if elsewhere >= 0:
            change_room(m, other, elsewhere, start_of(m, owner))
        elif stays(m, owner):
            return False
        else:
            displace(m, owner)
    change_room(m, lesson, room, start)
    return True


@compiled
def take_rooms(m: Memory, unit: int, start: int) -> bool:
    """Give each lesson of the unit its room."""
    row = m[UNIT] + unit * UNIT_WIDTH
    if m[row + HAS_ROOMS]:
        for at in range(m[UNIT_LESSON] + m[row + LESSONS_AT], m[UNIT_LESSON] + m[row + LESSONS_END]):
            if not take_room(m, m[at], start):
                return False
    return True


@compiled
def pick_from_line(m: Memory, line: int) -> int:
    """The unit on the line that, displaced, helps its days and weeks most; light ones first. -1: none can go."""
    hours = m[HOURS]
    best, best_lack, best_weight = NONE, ENDLESS, ENDLESS
    previous = NONE
    slots = m[OCCUPANT] + line * m[SLOTS]
    unplaced = m[m[LINE] + line * LINE_WIDTH + UNPLACED]
    for slot in range(m[SLOTS]):
        other = m[slots + slot]
        if other < 0 or other == previous:
            continue
        previous = other
        if stays(m, other):
            continue
        day, hour = slot // hours, slot % hours
        where = m[BITS] + line * m[DAYS] + day
        before = m[where]
        bits = before
        length = 0
        while hour + length < hours and m[slots + slot + length] == other:
            bits &= ~(1 << (hour + length))
            length += 1
        m[where] = bits
        lack = hard_lack(m, line, unplaced + length)
        m[where] = before
        weight = m[m[UNIT] + other * UNIT_WIDTH + WEIGHT] * 8 + random_below(m, 8)
        if lack < best_lack or (lack == best_lack and weight < best_weight):
            best, best_lack, best_weight = other, lack, weight
    return best


@compiled
def mend_shapes(m: Memory, unit: int) -> bool:
    """Displace from the unit's people what keeps their days and weeks from holding."""
    row = m[UNIT] + unit * UNIT_WIDTH
    for at in range(m[UNIT_LINE] + m[row + LINES_AT] * 2, m[UNIT_LINE] + m[row + LINES_END] * 2, 2):
        line = m[at]
        line_row = m[LINE] + line * LINE_WIDTH
        if not m[line_row + SHAPED]:
            continue
        while hard_lack(m, line, m[line_row + UNPLACED]) > 0:
            other = pick_from_line(m, line)
            if other < 0:
                return False
            displace(m, other)
    return True


@compiled
def put_unit(m: Memory, unit: int, start: int) -> bool:
    """Place the unit, displacing what it must onto `ejected`; False (half done: undo it) where it cannot be."""
    if not clear_time(m, unit, start):
        return False
    enter_unit(m, unit, start)
    row = m[UNIT] + unit * UNIT_WIDTH
    m[row + IN_CHAIN] += 1
    done = take_rooms(m, unit, start) and mend_shapes(m, unit)
    m[row + IN_CHAIN] -= 1
    return done
