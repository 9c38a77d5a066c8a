"""What a total is counted from."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID


class State(StrEnum):
    """What is known of one learner in one column."""

    EMPTY = "empty"
    SUBMITTED = "submitted"
    SCORED = "scored"
    MISSING = "missing"
    EXCUSED = "excused"
    EXEMPT = "exempt"
    ABSENT = "absent"


@dataclass(frozen=True)
class BandValue:
    """A name for a percent and more."""

    label: str
    min_percent: Decimal
    is_pass: bool = True


@dataclass(frozen=True)
class PolicyValues:
    """How it is counted. The words are those of the grading policy."""

    total_method: str = "points"
    rounding: str = "half_up"
    places: int = 0
    letter_from: str = "rounded"
    late_rate: Decimal = Decimal(0)
    """Percentage points for each interval begun."""
    late_interval: str = "day"
    late_floor: Decimal = Decimal(0)
    late_grace_minutes: int = 0
    missing_percent: Decimal | None = None
    attempts: str = "best"
    absent: str = "exclude"
    exempts_late_joiners: bool = True
    bands: tuple[BandValue, ...] = ()


@dataclass(frozen=True)
class AttemptValue:
    """One mark, in points, before anything is taken away."""

    score: Decimal
    late_minutes: int = 0
    """After it was due to this learner; only minutes that count for the policy's interval."""
    number: int = 1


@dataclass(frozen=True)
class CellValue:
    """What is known of one learner in one column. Attempts say something only where it is scored."""

    state: State = State.EMPTY
    attempts: tuple[AttemptValue, ...] = ()


@dataclass(frozen=True)
class ColumnValue:
    """One thing that is marked."""

    key: UUID
    title: str
    points: Decimal
    due_at: datetime | None = None
    counts: bool = True
    is_extra_credit: bool = False
    never_drop: bool = False


@dataclass(frozen=True)
class CategoryValue:
    """Columns that are counted together."""

    key: UUID
    title: str
    columns: tuple[ColumnValue, ...] = ()
    weight: Decimal | None = None
    drop_lowest: int = 0
    drop_highest: int = 0
    is_extra_credit: bool = False


@dataclass(frozen=True)
class BookValues:
    """A gradebook as it is counted."""

    categories: tuple[CategoryValue, ...]
    policy: PolicyValues = field(default_factory=PolicyValues)
