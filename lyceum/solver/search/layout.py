"""Where everything of a search lies in its one array of whole numbers.

Compiled functions that pass forty arrays to each other spend their time passing them (and their compiler spends a
minute); they pass one instead. Its head holds the sizes, the registers and where each table begins: a table's cell
is `m[m[TABLE] + row * WIDTH + column]`.
"""

from enum import IntEnum

SCALE = 10_000
"""Costs are counted in ten-thousandths."""
HARD = -1
NONE = -1
ENDLESS = 1 << 40
DEPTH = 24
"""Longest chain that fits the buffers."""

# Sizes.
UNITS, SLOTS, LINES, ROOMS, LESSONS, DAYS, HOURS = range(7)
# Registers: what changes all the time and is one number.
COST, EJECTS, STEPS, TOKEN, BUDGET, RANDOM, PLACED, TICK, MARKS, BEST_COST, BEST_PLACED, STOP = range(8, 20)


class Table(IntEnum):
    """Where the beginning of each table is noted."""

    UNIT = 24
    START_OK = 25
    """Units × slots: may it start there."""
    START_COST = 26
    TABU = 27
    """Units × slots: the tick until which a unit does not return there."""
    UNIT_LINE = 28
    """(line, hours of the unit on it)."""
    UNIT_LESSON = 29
    LESSON = 30
    PAIR = 31
    LINE = 32
    OPEN = 33
    """Lines × days: a bit for each hour that is neither a break nor not available."""
    BITS = 34
    """Lines × days: a bit for each hour with a lesson."""
    OCCUPANT = 35
    """Lines × slots: the unit there, or -1."""
    TERM = 36
    CHOICE = 37
    """(room, cost)."""
    ROOM_OPEN = 38
    ROOM_COST = 39
    ROOM_OCCUPANT = 40
    """Rooms × slots: the lesson there, or -1."""
    BREAKS = 41
    """By day: a bit for each hour of a break."""
    SCORE = 42
    """Depth × slots: what each start displaces."""
    FRAME = 43
    EJECTED = 44
    """Units displaced and not placed again."""
    TRAIL = 45
    """(what, which, value before): enough to take every step back."""
    MARKED = 46
    """Units the present chain has placed."""


HEAD = 64

# Compiled code reads plain numbers.
UNIT, START_OK, START_COST, TABU, UNIT_LINE, UNIT_LESSON, LESSON, PAIR, LINE = (int(each) for each in list(Table)[:9])
OPEN, BITS, OCCUPANT, TERM, CHOICE, ROOM_OPEN, ROOM_COST, ROOM_OCCUPANT, BREAKS = (
    int(each) for each in list(Table)[9:18]
)
SCORE, FRAME, EJECTED, TRAIL, MARKED = (int(each) for each in list(Table)[18:])

# Columns of a unit. `*_AT` is where its rows begin in another table, `*_END` where they end.
UNIT_WIDTH = 16
START, WEIGHT, FIXED, IN_CHAIN, STAMP, BEST_START, LINES_AT, LINES_END = range(8)
PAIRS_AT, PAIRS_END, LESSONS_AT, LESSONS_END, RANK, HAS_ROOMS, FREED = range(8, 15)

# Columns of a line.
LINE_WIDTH = 16
CLASH, SHAPED, GAPS_WEEK, GAPS_DAY, LATE, MIN_HOURS, EVERY_DAY, MIN_DAYS, COPIES, UNPLACED = range(10)
HARD_TERMS, SOFT_TERMS, TERMS_AT, TERMS_END, LINE_COST = range(10, 15)

# Columns of a term.
TERM_WIDTH = 8
T_KIND, T_AMOUNT, T_COST, T_WINDOW, T_FLAG, T_FIRST, T_LAST = range(7)

# Columns of a pair, seen from one of its two units.
PAIR_WIDTH = 8
P_OTHER, P_KIND, P_AMOUNT, P_COST, P_OWN_LENGTH, P_OTHER_LENGTH, P_IS_FIRST = range(7)

# Columns of a lesson. WITHOUT: cost of having no room, or -1: it must have one.
LESSON_WIDTH = 8
LENGTH, OWNER, WITHOUT, ROOM, BEST_ROOM, CHOICES_AT, CHOICES_END = range(7)

# Columns of a frame.
FRAME_WIDTH = 8
F_UNIT, F_TRAIL, F_EJECTED, F_MARKS, F_TRIED, F_NEXT, F_LAST = range(7)
