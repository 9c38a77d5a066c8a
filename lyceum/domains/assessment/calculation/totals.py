"""Category and total: ratios, drops, weights, extra credit, and the one rounding."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from lyceum.domains.assessment.calculation.cells import judge_cell
from lyceum.domains.assessment.calculation.drops import Fixed, Item, drop_highest, drop_lowest
from lyceum.domains.assessment.calculation.rounding import find_band, round_once
from lyceum.domains.assessment.calculation.trace import CategoryTrace, CellTrace, Total, TotalTrace, Why, WhyCategory
from lyceum.domains.assessment.calculation.values import BandValue, BookValues, CategoryValue, CellValue, PolicyValues

Cells = Mapping[UUID, CellValue]
"""One learner's cells by column; a column without one is empty."""


def count_total(book: BookValues, cells: Cells, kind: Total) -> TotalTrace:
    """One learner's current or final total, with everything that made it."""
    categories = tuple(count_category(each, cells, book, kind) for each in book.categories)
    weighted = [each for each in categories if not each.category.is_extra_credit]
    is_pooled = all(each.weight is None for each in book.categories)
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


def count_category(category: CategoryValue, cells: Cells, book: BookValues, kind: Total) -> CategoryTrace:
    """What one category comes to."""
    policy = book.policy
    judged = [judge_cell(each, cells.get(each.key, CellValue()), policy, kind) for each in category.columns]
    if not category.is_extra_credit:
        judged = _dropped(judged, category, policy)
    counted = [cell for cell in judged if cell.is_counted]
    earned = sum((_earned(cell, policy) for cell in counted), Fraction(0))
    possible = sum((_possible(cell, policy) for cell in counted), Fraction(0))
    return CategoryTrace(
        category=category,
        why=_why(category, possible, is_pooled=all(each.weight is None for each in book.categories)),
        cells=tuple(judged),
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


def _dropped(cells: Sequence[CellTrace], category: CategoryValue, policy: PolicyValues) -> list[CellTrace]:
    """The same, those that are dropped marked so: the lowest first, the highest of what is left."""
    found = list(cells)
    for count, drop, why in (
        (category.drop_lowest, drop_lowest, Why.DROPPED_LOWEST),
        (category.drop_highest, drop_highest, Why.DROPPED_HIGHEST),
    ):
        if not count:
            continue
        counted = [n for n, cell in enumerate(found) if cell.is_counted]
        free = [n for n in counted if not (found[n].column.never_drop or found[n].column.is_extra_credit)]
        stay = [found[n] for n in counted if n not in free]
        fixed = Fixed(
            sum((_earned(cell, policy) for cell in stay), Fraction(0)),
            sum((_possible(cell, policy) for cell in stay), Fraction(0)),
        )
        items = [_item(found[n], policy) for n in free]
        for place in drop(items, count, fixed):
            found[free[place]] = replace(found[free[place]], why=why)
    return found


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
