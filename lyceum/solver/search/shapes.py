"""The days and weeks of a line: how far it is from holding to its rules, read from a bit for each hour."""

from lyceum.solver.search.compiled import Memory, compiled
from lyceum.solver.search.layout import (
    BITS,
    COPIES,
    DAYS,
    ENDLESS,
    EVERY_DAY,
    GAPS_DAY,
    GAPS_WEEK,
    HARD_TERMS,
    HOURS,
    LATE,
    LINE,
    LINE_WIDTH,
    MIN_DAYS,
    MIN_HOURS,
    OPEN,
    T_AMOUNT,
    T_COST,
    T_FIRST,
    T_FLAG,
    T_KIND,
    T_LAST,
    T_WINDOW,
    TERM,
    TERM_WIDTH,
    TERMS_AT,
    TERMS_END,
)

# The numbers of TermKind.
K_MAX_DAYS, K_MIN_DAYS, K_INTERVAL, K_GAPS_WEEK, K_GAPS_DAY, K_EARLY, K_MAX_HOURS, K_MIN_HOURS = range(8)
K_CONTINUOUSLY, K_FREE_HOUR, K_SPAN, K_REST = range(8, 12)


@compiled
def count_bits(bits: int) -> int:
    bits = bits - ((bits >> 1) & 0x5555555555555555)
    bits = (bits & 0x3333333333333333) + ((bits >> 2) & 0x3333333333333333)
    bits = (bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0F
    bits = bits + (bits >> 8)
    bits = bits + (bits >> 16)
    bits = bits + (bits >> 32)
    return bits & 0x7F


@compiled
def below(bits: int) -> int:
    """Bits of the hours before the first lesson."""
    return (bits & -bits) - 1


@compiled
def up_to(bits: int) -> int:
    """Bits of the hours up to the last lesson."""
    bits |= bits >> 1
    bits |= bits >> 2
    bits |= bits >> 4
    bits |= bits >> 8
    bits |= bits >> 16
    bits |= bits >> 32
    return bits


@compiled
def gap_count(bits: int, opened: int) -> int:
    return count_bits(up_to(bits) & ~below(bits) & ~bits & opened)


@compiled
def missing_hours(m: Memory, line: int) -> int:
    """Hours of lessons that must still come so that gaps, early starts, minima of hours and of days can hold.

    Nought for a line all of whose lessons are placed exactly where those rules hold.
    """
    row = m[LINE] + line * LINE_WIDTH
    bits_at = m[BITS] + line * m[DAYS]
    open_at = m[OPEN] + line * m[DAYS]
    gaps_week, gaps_day = m[row + GAPS_WEEK], m[row + GAPS_DAY]
    counts_gaps = gaps_week >= 0 or gaps_day >= 0
    if gaps_week < 0:
        gaps_week = ENDLESS
    if gaps_day < 0:
        gaps_day = ENDLESS
    late, least, every_day = m[row + LATE], m[row + MIN_HOURS], m[row + EVERY_DAY]
    need = 0
    by_gaps = 0
    by_late = 0
    used = 0
    for day in range(m[DAYS]):
        bits = m[bits_at + day]
        if bits == 0:
            if every_day:
                need += least
            continue
        used += 1
        opened = m[open_at + day]
        gaps = gap_count(bits, opened) if counts_gaps else 0
        lead = count_bits(below(bits) & opened) if late >= 0 else 0
        short = max(0, least - count_bits(bits)) if least > 0 else 0
        full = max(gaps + lead, short)
        need += full
        slack = full - short
        spared = min(gaps, gaps_day, slack)
        by_gaps += spared
        if lead > 0 and slack > spared:
            by_late += 1
    need -= min(gaps_week, by_gaps)
    if late > 0:
        need -= min(late, by_late)
    if m[row + MIN_DAYS] > used and not every_day:
        need += (m[row + MIN_DAYS] - used) * max(1, least)
    return need


@compiled
def longest_excess(bits: int, most: int, once: bool) -> int:
    """Hours by which runs of lessons are longer than `most`, summed; or how many runs are (`once`)."""
    excess = 0
    run = 0
    while bits:
        if bits & 1:
            run += 1
            if run == most + 1 or (run > most and not once):
                excess += 1
        else:
            run = 0
        bits >>= 1
    return excess


@compiled
def rest_between(earlier: int, later: int, hours: int) -> int:
    """Free hours from the last lesson of a day to the first of the next; many where one of them is empty."""
    if earlier == 0 or later == 0:
        return ENDLESS
    return hours - count_bits(up_to(earlier)) + count_bits(below(later))


@compiled
def day_units(m: Memory, at: int, bits: int, opened: int) -> int:
    """Violations of a term within one day."""
    term = m[TERM] + at * TERM_WIDTH
    kind, amount, window, flag = m[term + T_KIND], m[term + T_AMOUNT], m[term + T_WINDOW], m[term + T_FLAG]
    once = m[term + T_COST] >= 0  # a wish counts the day; what must hold counts the hours that must go
    if kind == K_MAX_HOURS:
        over = max(0, count_bits(bits & window) - amount)
        return min(1, over) if once else over
    if kind == K_MIN_HOURS:
        return max(0, amount - count_bits(bits)) if bits or not flag else 0
    if bits == 0:
        return 0
    if kind == K_GAPS_DAY:
        return max(0, gap_count(bits, opened) - amount)
    if kind == K_CONTINUOUSLY:
        return longest_excess(bits, amount, once)
    if kind == K_SPAN:
        return max(0, count_bits(up_to(bits) & ~below(bits)) - amount)
    before = (1 << m[term + T_FIRST]) - 1
    after = ~((1 << (m[term + T_LAST] + 1)) - 1)
    if (bits & before) and (bits & after):
        return max(0, amount - count_bits(window & ~bits))
    return 0


@compiled
def term_units(m: Memory, line: int, at: int) -> int:
    """Violations of one term on the line."""
    term = m[TERM] + at * TERM_WIDTH
    kind, amount, window = m[term + T_KIND], m[term + T_AMOUNT], m[term + T_WINDOW]
    days = m[DAYS]
    bits_at = m[BITS] + line * days
    open_at = m[OPEN] + line * days
    if kind == K_REST:
        hours = m[HOURS]
        units = 0
        for day in range(days if m[term + T_FLAG] else days - 1):
            units += max(0, amount - rest_between(m[bits_at + day], m[bits_at + (day + 1) % days], hours))
        return units
    total = 0
    late = 0
    for day in range(days):
        bits = m[bits_at + day]
        if kind in (K_MAX_DAYS, K_MIN_DAYS):
            total += bits != 0
        elif kind == K_INTERVAL:
            total += (bits & window) != 0
        elif kind == K_GAPS_WEEK:
            total += gap_count(bits, m[open_at + day]) if bits else 0
        elif kind == K_EARLY:
            lead = count_bits(below(bits) & m[open_at + day]) if bits else 0
            late += lead == 1
            total += lead > 1
        else:
            total += day_units(m, at, bits, m[open_at + day])
    if kind in (K_MAX_DAYS, K_INTERVAL, K_GAPS_WEEK):
        return max(0, total - amount)
    if kind == K_MIN_DAYS:
        return max(0, amount - total)
    if kind == K_EARLY:
        return total + max(0, late - amount)
    return total


@compiled
def hard_lack(m: Memory, line: int, unplaced: int) -> int:
    """How much is in the way of the line's hard rules; nought: they hold, or the hours unplaced can make them hold."""
    lack = max(0, missing_hours(m, line) - unplaced)
    row = m[LINE] + line * LINE_WIDTH
    if m[row + HARD_TERMS]:
        for at in range(m[row + TERMS_AT], m[row + TERMS_END]):
            if m[m[TERM] + at * TERM_WIDTH + T_COST] < 0:
                lack += term_units(m, line, at)
    return lack


@compiled
def soft_cost(m: Memory, line: int) -> int:
    cost = 0
    row = m[LINE] + line * LINE_WIDTH
    for at in range(m[row + TERMS_AT], m[row + TERMS_END]):
        if m[m[TERM] + at * TERM_WIDTH + T_COST] > 0:
            cost += m[m[TERM] + at * TERM_WIDTH + T_COST] * term_units(m, line, at)
    return cost * m[row + COPIES]
