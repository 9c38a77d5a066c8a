from lyceum.solver.encoding import PairKind, TermKind, encode
from lyceum.solver.problem import Activity, Grid, Lock, Problem, Room, StudentSet, Teacher
from lyceum.solver.rules import (
    HomeRooms,
    MaxGapsPerWeek,
    MaxHoursDaily,
    MinDaysBetween,
    NotAvailable,
    PreferredRooms,
    PreferredStarts,
    SameStart,
    Who,
)

GRID = Grid(("Mon", "Tue"), ("1", "2", "3"))
ANNA = Who("teacher", "Anna")


def problem(*activities, rules=(), students=(), rooms=(), locks=None):
    return Problem(
        "p",
        GRID,
        activities,
        teachers=(Teacher("Anna"), Teacher("Ben")),
        students=students or (StudentSet("7a"), StudentSet("7b")),
        rooms=rooms,
        rules=rules,
        locks=locks or {},
    )


def starts(encoded, at):
    return encoded.allowed[at].nonzero()[0].tolist()


def test_a_double_fits_into_the_day_and_meets_no_break():
    free = encode(problem(Activity("a", 2, ("Anna",), ("7a",))))
    broken = encode(problem(Activity("a", 2, ("Anna",)), rules=(NotAvailable(who=None, slots=frozenset({1})),)))

    assert starts(free, 0) == [0, 1, 3, 4]
    assert starts(broken, 0) == [3, 4]


def test_availability_preferred_starts_and_locks_leave_what_they_allow():
    rules = (
        NotAvailable(who=ANNA, slots=frozenset({0})),
        PreferredStarts(activities=("a",), slots=frozenset({0, 1, 4})),
    )

    assert starts(encode(problem(Activity("a", 1, ("Anna",)), rules=rules)), 0) == [1, 4]
    assert starts(encode(problem(Activity("a", 1, ("Anna",)), rules=rules, locks={"a": Lock(4)})), 0) == [4]


def test_a_lesson_that_can_start_nowhere_is_named():
    rules = (NotAvailable(who=ANNA, slots=frozenset(range(6))),)

    encoded = encode(problem(Activity("a", 1, ("Anna",)), Activity("b", 1, ("Ben",)), rules=rules))

    assert encoded.impossible == (0,)


def test_a_soft_wish_is_a_cost_of_each_hour_or_start():
    rules = (PreferredStarts(activities=("a",), slots=frozenset({0}), weight=50),)

    encoded = encode(problem(Activity("a", 1, ("Anna",)), rules=rules))

    assert encoded.start_cost[0].tolist() == [0, 0.5, 0.5, 0.5, 0.5, 0.5]


def test_students_with_the_same_lessons_share_a_line():
    sets = (StudentSet("7a", parts=("girls", "boys")), StudentSet("girls"), StudentSet("boys"))
    rules = (MaxGapsPerWeek(who=Who("students"), gaps=0),)

    encoded = encode(problem(Activity("a", students=("7a",)), rules=rules, students=sets))

    (line,) = [each for each in encoded.lines if each.kind == "students"]
    assert line.names == ("boys", "girls")
    assert [term.kind for term in line.terms] == [TermKind.MAX_GAPS_PER_WEEK]


def test_only_maximal_sets_exclude_each_other():
    lessons = [Activity(name, 1, ("Anna",), ("7a",)) for name in "ab"] + [Activity("c", 1, ("Ben",), ("7a",))]

    assert encode(problem(*lessons)).clashes == ((0, 1, 2),)


def test_a_rule_about_a_tag_counts_the_lessons_with_it_on_a_line_of_their_own():
    lessons = [Activity("a", 1, ("Anna",), tags=frozenset({"hard"})), Activity("b", 1, ("Anna",))]
    rules = (MaxHoursDaily(who=ANNA, hours=1, tag="hard"),)

    lines = encode(problem(*lessons, rules=rules)).lines

    assert [(line.activities, line.partial, len(line.terms)) for line in lines] == [((0, 1), False, 0), ((0,), True, 1)]


def test_lessons_of_a_hard_block_are_one_unit_that_starts_where_each_can():
    lessons = [Activity("a", 1, ("Anna",)), Activity("b", 1, ("Ben",))]
    rules = (SameStart(activities=("a", "b")), NotAvailable(who=ANNA, slots=frozenset({0, 1, 2, 3})))

    encoded = encode(problem(*lessons, rules=rules))

    assert encoded.units == ((0, 1),)
    assert starts(encoded, 1) == [4, 5]


def test_a_soft_spread_with_consecutive_lessons_is_two_pairs():
    rules = (MinDaysBetween(activities=("a", "b"), days=1, weight=95, consecutive_if_same_day=True),)

    pairs = encode(problem(Activity("a"), Activity("b"), rules=rules)).pairs

    assert [(pair.kind, pair.is_hard) for pair in pairs] == [
        (PairKind.MIN_DAYS, False),
        (PairKind.ADJACENT_IF_SAME_DAY, True),
    ]


def test_rooms_too_small_are_no_choice_and_preferred_rooms_go_before_the_home_room():
    rooms = (Room("small", 10), Room("large", 30), Room("home", 30))
    rules = (
        HomeRooms(who=Who("students", "7a"), rooms=("home",)),
        PreferredRooms(activities=("a",), rooms=("small", "large")),
    )
    students = (StudentSet("7a", 20),)

    encoded = encode(
        problem(
            Activity("a", students=("7a",)),
            Activity("b", students=("7a",)),
            rules=rules,
            students=students,
            rooms=rooms,
        )
    )

    assert [choice.rooms for choice in encoded.choices] == [(1,), (2,)]
    assert [choice.without for choice in encoded.choices] == [None, None]
