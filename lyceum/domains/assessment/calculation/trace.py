"""What comes out of the calculation: each number with everything that made it. There is no second formula.

Numbers are exact fractions until the one rounding at the end; percents are of 100.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from lyceum.domains.assessment.calculation.values import (
    BandValue,
    CategoryValue,
    ColumnValue,
    PolicyValues,
    State,
)


class Total(StrEnum):
    """The two totals, which are never shown without their names."""

    CURRENT = "current"
    FINAL = "final"


class Why(StrEnum):
    """Why something counts or does not."""

    SCORED = "scored"
    MISSING_AS_PERCENT = "missing_as_percent"
    ABSENT_AS_ZERO = "absent_as_zero"
    NOTHING_YET_AS_ZERO = "nothing_yet_as_zero"
    NOTHING_YET = "nothing_yet"
    ABSENT_LEFT_OUT = "absent_left_out"
    EXCUSED = "excused"
    EXEMPT = "exempt"
    DOES_NOT_COUNT = "does_not_count"
    DROPPED_LOWEST = "dropped_lowest"
    DROPPED_HIGHEST = "dropped_highest"


class WhyCategory(StrEnum):
    """Why a category counts or does not."""

    COUNTS = "counts"
    EXTRA_CREDIT = "extra_credit"
    NOTHING_POSSIBLE = "nothing_possible"
    NO_WEIGHT = "no_weight"


@dataclass(frozen=True)
class AttemptTrace:
    """One attempt, with what lateness took away."""

    number: int
    score: Decimal
    percent: Fraction
    """Before."""
    late_minutes: int
    intervals: int
    """Begun, once grace is over."""
    deduction: Fraction
    """Percentage points."""
    result: Fraction
    """Percent after the deduction."""
    is_chosen: bool


@dataclass(frozen=True)
class CellTrace:
    """What a cell gave to its category."""

    column: ColumnValue
    state: State
    why: Why
    attempts: tuple[AttemptTrace, ...] = ()
    percent: Fraction | None = None
    """None where nothing is counted."""

    @property
    def is_counted(self) -> bool:
        """Whether it is in numerator and denominator."""
        return self.percent is not None and self.why not in (Why.DROPPED_LOWEST, Why.DROPPED_HIGHEST)

    @property
    def earned(self) -> Fraction:
        """Points after all deductions."""
        return (self.percent or Fraction(0)) * Fraction(self.column.points) / 100

    @property
    def possible(self) -> Fraction:
        """Points in the denominator."""
        return Fraction(0) if self.column.is_extra_credit else Fraction(self.column.points)


@dataclass(frozen=True)
class CategoryTrace:
    """What a category came to."""

    category: CategoryValue
    why: WhyCategory
    cells: tuple[CellTrace, ...]
    earned: Fraction
    possible: Fraction
    """Points, or the number of percents where their mean is taken."""
    percent: Fraction | None
    """None where nothing was possible."""

    @property
    def dropped(self) -> tuple[CellTrace, ...]:
        """The cells that were dropped."""
        return tuple(cell for cell in self.cells if cell.why in (Why.DROPPED_LOWEST, Why.DROPPED_HIGHEST))


@dataclass(frozen=True)
class TotalTrace:
    """One of the two totals."""

    kind: Total
    policy: PolicyValues
    is_pooled: bool
    """No category has a weight: all points are counted together."""
    weight_sum: Decimal
    """Of all categories but those for extra credit; shown where it is not 100."""
    categories: tuple[CategoryTrace, ...]
    exact: Fraction | None
    """Percent; None where nothing counts."""
    rounded: Decimal | None
    band: BandValue | None
