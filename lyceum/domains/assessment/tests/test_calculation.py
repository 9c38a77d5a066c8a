"""Categories, drops, weights, lateness, rounding: on plain values, with the trace."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lyceum.domains.assessment.calculation.drops import Fixed, Group, Item, drop_highest, drop_lowest, ratio_left
from lyceum.domains.assessment.calculation.rounding import find_band, round_once
from lyceum.domains.assessment.calculation.totals import count_total
from lyceum.domains.assessment.calculation.trace import Total, TotalTrace, Why
from lyceum.domains.assessment.calculation.values import (
    AttemptValue,
    BandValue,
    BookValues,
    CategoryValue,
    CellValue,
    ColumnValue,
    PolicyValues,
    State,
)
from lyceum.domains.assessment.words import say_category, say_dropped, say_total


def column(points: Any = 100, title: str = "Test", **more: Any) -> ColumnValue:
    return ColumnValue(uuid4(), title, Decimal(str(points)), **more)


def category(*columns: ColumnValue, title: str = "Tests", **more: Any) -> CategoryValue:
    return CategoryValue(uuid4(), title, columns, **more)


def scored(score: Any, late: int = 0, number: int = 1) -> CellValue:
    return CellValue(State.SCORED, (AttemptValue(Decimal(str(score)), late, number),))


def attempts(*given: tuple[Any, int]) -> CellValue:
    found = [AttemptValue(Decimal(str(score)), late, n) for n, (score, late) in enumerate(given, 1)]
    return CellValue(State.SCORED, tuple(found))


def total(
    categories: tuple[CategoryValue, ...],
    cells: dict[UUID, CellValue],
    kind: Total = Total.CURRENT,
    **policy: Any,
) -> TotalTrace:
    return count_total(BookValues(categories, PolicyValues(**policy)), cells, kind)


def alone(cell: CellValue, kind: Total = Total.CURRENT, **policy: Any) -> Decimal | None:
    """The total of one column of 100 points."""
    only = column()
    return total((category(only),), {only.key: cell}, kind, **policy).rounded


def test_the_lowest_that_is_dropped_is_the_one_that_leaves_the_most():
    columns = [column(50, "Quiz"), column(100, "Essay"), column(24, "Oral")]
    cells = {each.key: scored(score) for each, score in zip(columns, (50, 65, 12), strict=True)}

    found = total((category(*columns, drop_lowest=1),), cells)

    (tests,) = found.categories
    assert (round_once(found.exact, "half_up", 2), say_dropped(tests.dropped)) == (Decimal("83.78"), "Essay (65/100)")
    assert say_category(tests, "points") == "62 of 74 points: 83.78 %"


def test_a_category_with_nothing_in_it_gives_its_weight_away_now_and_is_0_in_the_end():
    test, homework = column(title="Test"), column(title="Homework")
    both = (category(test, weight=Decimal(60)), category(homework, title="Homework", weight=Decimal(40)))
    cells = {test.key: scored(80)}

    assert (total(both, cells).rounded, total(both, cells, Total.FINAL).rounded) == (80, 48)


@pytest.mark.parametrize(
    ("score", "late_hours", "policy", "percent"),
    [
        (90, 49, {}, 60),  # three days begun
        (30, 49, {"late_floor": Decimal(40)}, 30),  # the floor raises nothing
        (90, 1, {}, 80),
        (90, 49, {"late_floor": Decimal(75)}, 75),  # and takes nothing below it
        (90, 1, {"late_grace_minutes": 60}, 90),  # within grace
        (90, 2, {"late_grace_minutes": 60}, 80),  # beyond it the whole time counts
        (90, 2, {"late_interval": "hour"}, 70),
        (5, 240, {}, 0),  # never below nothing
    ],
)
def test_lateness_takes_points_away_by_intervals_begun(score, late_hours, policy, percent):
    assert alone(scored(score, late_hours * 60), **{"late_rate": Decimal(10)} | policy) == percent


@pytest.mark.parametrize(
    ("which", "percent"),
    [
        ("best", 85),  # 95 a day late
        ("latest", 70),
        ("first", 60),
        ("average", 72),  # 71.67
    ],
)
def test_lateness_is_taken_off_each_attempt_before_one_is_chosen(which, percent):
    cell = attempts((60, 0), (95, 60), (90, 24 * 60 + 1))

    assert alone(cell, late_rate=Decimal(10), attempts=which) == percent


STATES = [
    # state, policy, with 80 beside it: current, final
    (State.EMPTY, {}, 80, 40),
    (State.SUBMITTED, {}, 80, 40),
    (State.MISSING, {}, 80, 40),
    (State.MISSING, {"missing_percent": Decimal(20)}, 50, 50),
    (State.EXCUSED, {"absent": "zero"}, 80, 80),
    (State.EXEMPT, {}, 80, 80),
    (State.ABSENT, {}, 80, 80),
    (State.ABSENT, {"absent": "zero"}, 40, 40),
]


@pytest.mark.parametrize(("state", "policy", "current", "final"), STATES)
def test_what_a_state_counts_now_and_in_the_end(state, policy, current, final):
    one, other = column(), column()
    cells = {one.key: scored(80), other.key: CellValue(state)}
    both = (category(one, other),)

    assert (total(both, cells, **policy).rounded, total(both, cells, Total.FINAL, **policy).rounded) == (current, final)


def test_extra_credit_adds_and_is_never_in_what_was_possible():
    test, bonus, project = column(), column(10, is_extra_credit=True), column(20)
    extra = category(project, title="Project", weight=Decimal(10), is_extra_credit=True)
    cells = {test.key: scored(80), bonus.key: scored(5)}
    weighted = (category(test, bonus, weight=Decimal(100)), extra)

    assert total((category(test, bonus),), cells).rounded == 85
    assert total(weighted, cells).rounded == 85  # no scored column in it: 0, and no division by zero
    assert total(weighted, cells | {project.key: scored(10)}).rounded == 90
    assert total((category(bonus),), {bonus.key: scored(5)}).rounded is None


def test_points_are_pooled_without_weights_and_percents_are_averaged_where_the_policy_says_so():
    small, large = column(10), column(90)
    cells = {small.key: scored(10), large.key: scored(45)}
    two = (category(small), category(large, title="Exam"))

    assert total(two, cells).rounded == 55
    assert total(two, cells, total_method="mean_of_percents").rounded == 75


def test_where_points_are_pooled_the_drops_of_all_categories_are_chosen_together():
    columns = [column(points) for points in (10, 100, 100)]
    cells = {each.key: scored(score) for each, score in zip(columns, (2, 30, 90), strict=True)}
    two = (category(*columns[:2], drop_lowest=1), category(columns[2], title="Exam"))

    # By itself the category would keep 30/100 of 2/10 and 30/100; with the exam beside it 2/10 leaves more.
    assert total(two, cells).rounded == 84
    assert total((two[0],), cells).rounded == 30


def test_weights_that_are_not_100_are_said_and_not_refused():
    one, other = column(), column()
    two = (category(one, weight=Decimal(30)), category(other, title="Oral", weight=Decimal(30)))

    found = total(two, {one.key: scored(50), other.key: scored(100)})

    assert (found.rounded, found.weight_sum) == (75, 60)
    assert "The weights make 60, not 100." in say_total(found)


def test_what_is_never_dropped_stays_and_so_does_the_last():
    kept, free = column(never_drop=True), column()
    cells = {kept.key: scored(10), free.key: scored(90)}

    assert total((category(kept, free, drop_lowest=2),), cells).rounded == 10
    assert total((category(free, drop_lowest=1),), cells).rounded == 90
    uncounted = column(counts=False)
    trace = total((category(free, uncounted),), cells | {uncounted.key: scored(1)}).categories[0].cells[1]
    assert (trace.why, trace.is_counted) == (Why.DOES_NOT_COUNT, False)


def test_the_highest_is_dropped_of_what_the_lowest_left():
    columns = [column() for _ in range(4)]
    cells = {each.key: scored(score) for each, score in zip(columns, (10, 50, 60, 100), strict=True)}

    found = total((category(*columns, drop_lowest=1, drop_highest=1),), cells)

    whys = [cell.why for cell in found.categories[0].cells]
    assert (found.rounded, whys) == (55, [Why.DROPPED_LOWEST, Why.SCORED, Why.SCORED, Why.DROPPED_HIGHEST])


def test_of_ties_the_greater_points_are_dropped_and_then_the_later_due_date():
    def item(points: int, day: int) -> Item:
        return Item(Fraction(points, 2), Fraction(points), Fraction(points), datetime(2026, 11, day, tzinfo=UTC))

    for items in ((item(10, 1), item(30, 1), item(20, 1)), (item(10, 2), item(10, 3), item(10, 1))):
        assert drop_lowest([Group(items, 1)], Fixed()) == ({1},)


@pytest.mark.parametrize(
    ("exact", "mode", "places", "rounded"),
    [
        ("89.46", "half_up", 0, "89"),  # never 90 by way of 89.5
        ("89.5", "half_up", 0, "90"),
        ("88.5", "half_even", 0, "88"),
        ("89.5", "half_even", 0, "90"),
        ("89.01", "up", 0, "90"),
        ("89.99", "down", 0, "89"),
        ("89.455", "half_up", 2, "89.46"),
        ("100", "up", 1, "100.0"),
    ],
)
def test_it_is_rounded_once_from_the_exact_value(exact, mode, places, rounded):
    assert str(round_once(Fraction(exact), mode, places)) == rounded


def test_a_letter_is_of_the_rounded_percent_or_of_the_exact_one():
    bands = (BandValue("A", Decimal(90)), BandValue("B", Decimal(80)), BandValue("C", Decimal(0)))
    cell = scored("89.5")
    only = category(column())
    cells = {only.columns[0].key: cell}

    by_rounded = total((only,), cells, bands=bands)
    by_exact = total((only,), cells, bands=bands, letter_from="exact")

    assert (by_rounded.band.label, by_exact.band.label, by_exact.rounded) == ("A", "B", 90)
    assert find_band(Decimal(5), bands[:2]) is None


ITEMS = st.lists(
    st.tuples(st.integers(0, 100), st.integers(1, 50)).map(
        lambda pair: Item(Fraction(pair[0] * pair[1], 100), Fraction(pair[1]), Fraction(pair[1]))
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(ITEMS, st.integers(0, 4), st.sampled_from([Fixed(), Fixed(Fraction(3), Fraction(7))]))
def test_drops_are_the_best_and_the_worst_of_all_ways(items, count, fixed):
    count = min(count, len(items) - 1)
    groups = [Group(tuple(items), count)]

    ways = [ratio_left(groups, [frozenset(way)], fixed) for way in combinations(range(len(items)), count)]

    assert ratio_left(groups, drop_lowest(groups, fixed), fixed) == max(ways)
    assert ratio_left(groups, drop_highest(groups, fixed), fixed) == min(ways)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.integers(0, 2**32))
def test_raising_a_score_never_lowers_the_total_where_the_lowest_are_dropped(seed):
    dice = Random(seed)
    columns = [column(dice.randint(1, 40)) for _ in range(dice.randint(1, 10))]
    given_ = {each: (dice.randint(0, int(each.points)), dice.randint(0, 90) * 60) for each in columns}
    cells = {each.key: scored(score, late) for each, (score, late) in given_.items()}
    cut, weight = dice.randint(0, len(columns)), dice.choice([None, Decimal(30)])
    book = (
        category(*columns[:cut], weight=weight, drop_lowest=dice.randint(0, 3)),
        category(*columns[cut:], title="Homework", weight=weight, drop_lowest=dice.randint(0, 3)),
    )
    method = dice.choice(["points", "mean_of_percents"])
    policy = {"late_rate": Decimal(10), "late_floor": Decimal(40), "total_method": method}
    raised = dice.choice(columns)
    score, late = given_[raised]

    before = total(book, cells, **policy)
    after = total(book, cells | {raised.key: scored(score + dice.randint(0, 40), late)}, **policy)

    assert after.exact >= before.exact
