"""Category and total: ratios, drops, weights, extra credit, and the one rounding."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from lyceum.domains.assessment.calculation.cells import judge_cell
from lyceum.domains.assessment.calculation.drops import Fixed, Group, Item, drop_highest, drop_lowest
from lyceum.domains.assessment.calculation.rounding import find_band, round_once
from lyceum.domains.assessment.calculation.trace import CategoryTrace, CellTrace, Total, TotalTrace, Why, WhyCategory
from lyceum.domains.assessment.calculation.values import BandValue, BookValues, CategoryValue, CellValue, PolicyValues

Cells = Mapping[UUID, CellValue]
"""One learner's cells by column; a column without one is empty."""


def count_total(book: BookValues, cells: Cells, kind: Total) -> TotalTrace:
    """One learner's current or final total, with everything that made it."""
    is_pooled = all(each.weight is None for each in book.categories)
    judged = _drop_all(_judge(book, cells, kind), book, is_pooled=is_pooled)
    pairs = zip(book.categories, judged, strict=True)
    categories = tuple(_sum_up(category, found, book.policy, is_pooled=is_pooled) for category, found in pairs)
    weighted = [each for each in categories if not each.category.is_extra_credit]
    ratio = _pooled(categories) if is_pooled else _weighted(categories)
    exact = None if ratio is None else 100 * ratio
    rounded = None if exact is None else round_once(exact, book.policy.rounding, book.policy.places)
    return TotalTrace(
        kind=kind,
        policy=book.policy,
        is_pooled=is_pooled,
        weight_sum=sum((each.category.weight or Decimal(0) for each in weighted), Decimal(0)),
        categories=categories,
        exact=exact,
        rounded=rounded,
        band=_band(exact, rounded, book.policy),
    )


def _judge(book: BookValues, cells: Cells, kind: Total) -> list[list[CellTrace]]:
    return [
        [judge_cell(each, cells.get(each.key, CellValue()), book.policy, kind) for each in category.columns]
        for category in book.categories
    ]


def _sum_up(
    category: CategoryValue, cells: Sequence[CellTrace], policy: PolicyValues, *, is_pooled: bool
) -> CategoryTrace:
    """What one category comes to."""
    counted = [cell for cell in cells if cell.is_counted]
    earned = sum((_earned(cell, policy) for cell in counted), Fraction(0))
    possible = sum((_possible(cell, policy) for cell in counted), Fraction(0))
    return CategoryTrace(
        category=category,
        why=_why(category, possible, is_pooled=is_pooled),
        cells=tuple(cells),
        earned=earned,
        possible=possible,
        percent=100 * earned / possible if possible else None,
    )


def _why(category: CategoryValue, possible: Fraction, *, is_pooled: bool) -> WhyCategory:
    if category.is_extra_credit:
        return WhyCategory.EXTRA_CREDIT
    if not possible:
        return WhyCategory.NOTHING_POSSIBLE
    return WhyCategory.COUNTS if is_pooled or category.weight else WhyCategory.NO_WEIGHT


def _earned(cell: CellTrace, policy: PolicyValues) -> Fraction:
    if policy.total_method == "points":
        return cell.earned
    return (cell.percent or Fraction(0)) / 100


def _possible(cell: CellTrace, policy: PolicyValues) -> Fraction:
    if policy.total_method == "points":
        return cell.possible
    return Fraction(0 if cell.column.is_extra_credit else 1)


def _drop_all(judged: list[list[CellTrace]], book: BookValues, *, is_pooled: bool) -> list[list[CellTrace]]:
    """The same, those that are dropped marked so: the lowest first, the highest of what is left.

    What is counted together decides together: each category by itself where weights stand between them, all at once
    where points are pooled. Otherwise a better mark in one could lower the total.
    """
    found, places = [list(cells) for cells in judged], range(len(judged))
    for together in [tuple(places)] if is_pooled else [(n,) for n in places]:
        for drop, why in ((drop_lowest, Why.DROPPED_LOWEST), (drop_highest, Why.DROPPED_HIGHEST)):
            free = {n: _free(found[n], book.categories[n], why) for n in together}
            if not any(free.values()):
                continue
            groups = [_group(found[n], free[n], book.categories[n], why, book.policy) for n in together]
            for n, dropped in zip(together, drop(groups, _fixed(found, free, book)), strict=True):
                for place in dropped:
                    at = free[n][place]
                    found[n][at] = replace(found[n][at], why=why)
    return found


def _count_of(category: CategoryValue, why: Why) -> int:
    return category.drop_lowest if why is Why.DROPPED_LOWEST else category.drop_highest


def _free(cells: Sequence[CellTrace], category: CategoryValue, why: Why) -> list[int]:
    """The places of cells that may be dropped, where the category drops any."""
    if category.is_extra_credit or not _count_of(category, why):
        return []
    kept = (cell.column.never_drop or cell.column.is_extra_credit for cell in cells)
    return [n for n, (cell, stays) in enumerate(zip(cells, kept, strict=True)) if cell.is_counted and not stays]


def _group(
    cells: Sequence[CellTrace], free: Sequence[int], category: CategoryValue, why: Why, policy: PolicyValues
) -> Group:
    """At least one cell of a category stays."""
    others = any(
        cell.is_counted and not cell.column.is_extra_credit for n, cell in enumerate(cells) if n not in set(free)
    )
    count = max(0, min(_count_of(category, why), len(free) - (0 if others else 1)))
    return Group(tuple(_item(cells[n], policy) for n in free), count)


def _fixed(found: Sequence[Sequence[CellTrace]], free: Mapping[int, Sequence[int]], book: BookValues) -> Fixed:
    """What is counted together with the groups and stays."""
    earned = possible = Fraction(0)
    for n, places in free.items():
        for at, cell in enumerate(found[n]):
            if cell.is_counted and at not in places:
                earned += _earned(cell, book.policy)
                possible += Fraction(0) if book.categories[n].is_extra_credit else _possible(cell, book.policy)
    return Fixed(earned, possible)


def _item(cell: CellTrace, policy: PolicyValues) -> Item:
    points = Fraction(cell.column.points)
    return Item(_earned(cell, policy), _possible(cell, policy), points, cell.column.due_at)


def _pooled(categories: Sequence[CategoryTrace]) -> Fraction | None:
    """All that was earned of all that was possible; what is extra adds to the first alone."""
    possible = sum((each.possible for each in categories if not each.category.is_extra_credit), Fraction(0))
    return sum((each.earned for each in categories), Fraction(0)) / possible if possible else None


def _weighted(categories: Sequence[CategoryTrace]) -> Fraction | None:
    """Weights of what was possible are rescaled: a category in which nothing was possible is not 0."""
    counting = [each for each in categories if each.why is WhyCategory.COUNTS]
    whole = sum((Fraction(each.category.weight or 0) for each in counting), Fraction(0))
    if not whole:
        return None
    extra = [each for each in categories if each.why is WhyCategory.EXTRA_CREDIT]
    earned = (Fraction(each.category.weight or 0) * (each.percent or Fraction(0)) / 100 for each in (*counting, *extra))
    return sum(earned, Fraction(0)) / whole


def _band(exact: Fraction | None, rounded: Decimal | None, policy: PolicyValues) -> BandValue | None:
    if exact is None or rounded is None:
        return None
    return find_band(exact if policy.letter_from == "exact" else rounded, policy.bands)
