"""How often a pair of placed lessons breaks its rule."""

from lyceum.solver.search.compiled import compiled

# The numbers of PairKind; compiled code knows no classes.
MIN_DAYS, ADJACENT_IF_SAME_DAY, MIN_GAPS, NOT_OVERLAPPING, SAME_START, SAME_DAY, SAME_HOUR = range(7)
CONSECUTIVE, ORDERED, NOT_AFTER, MAX_DAYS, ORDERED_IF_SAME_DAY, ADJACENT = range(7, 13)


@compiled
def _follows(end: int, begin: int, breaks: int) -> bool:
    """Nothing but break hours lies between the hour one ends before and the hour the other begins in."""
    if begin < end:
        return False
    between = (1 << begin) - (1 << end)
    return (between & ~breaks) == 0


@compiled
def pair_units(
    kind: int, amount: int, day1: int, hour1: int, length1: int, day2: int, hour2: int, length2: int, breaks: int
) -> int:
    """Violations by `first` (day1 …) and `second` (day2 …); `breaks` are the break hours of day1."""
    same = day1 == day2
    apart = abs(day1 - day2)
    end1 = hour1 + length1
    end2 = hour2 + length2
    if kind == MIN_DAYS:
        return max(0, amount - apart)
    if kind == ADJACENT_IF_SAME_DAY:
        return 1 if same and end1 != hour2 and end2 != hour1 else 0
    if kind == NOT_AFTER:
        return 1 if same and hour2 > hour1 else 0
    if kind == SAME_DAY:
        return 0 if same else 1
    if kind == MIN_GAPS:
        between = hour2 - end1 if hour2 >= hour1 else hour1 - end2
        return max(0, amount - between) if same else 0
    if kind == NOT_OVERLAPPING:
        return max(0, min(end1, end2) - max(hour1, hour2)) if same else 0
    if kind == SAME_START:
        return 0 if same and hour1 == hour2 else 1
    if kind == SAME_HOUR:
        return 0 if hour1 == hour2 else 1
    if kind == CONSECUTIVE:
        return 0 if same and _follows(end1, hour2, breaks) else 1
    if kind == ORDERED:
        return 0 if day1 < day2 or (same and end1 <= hour2) else 1
    if kind == MAX_DAYS:
        return max(0, apart - amount)
    if kind == ORDERED_IF_SAME_DAY:
        return 1 if same and end1 > hour2 else 0
    return 0 if same and (_follows(end1, hour2, breaks) or _follows(end2, hour1, breaks)) else 1
