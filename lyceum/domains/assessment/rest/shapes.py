"""Numbers as REST shows them, each with what made it where that is asked for."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from ninja import Field, Schema


class AttemptTraceOut(Schema):
    """One attempt, with what lateness took away."""

    number: int
    score: Decimal
    percent: Decimal
    late_minutes: int
    intervals: int
    deduction: Decimal = Field(description="Percentage points.")
    result: Decimal
    is_chosen: bool


class CellTraceOut(Schema):
    """What a cell gave to its category."""

    column_id: UUID
    title: str
    state: str
    points: Decimal
    percent: Decimal | None
    earned: Decimal
    is_counted: bool
    why: str
    says: str
    attempts: list[AttemptTraceOut]


class CategoryTraceOut(Schema):
    """What a category came to."""

    category_id: UUID
    title: str
    weight: Decimal | None
    percent: Decimal | None
    earned: Decimal
    possible: Decimal
    why: str
    says: str
    dropped: str = Field(description="What was dropped, in words; empty where nothing was.")
    cells: list[CellTraceOut]


class ExplanationOut(Schema):
    """Everything that made a number. It comes out of the calculation itself."""

    rule: str
    policy_id: UUID
    policy_version: int
    is_pooled: bool
    weight_sum: Decimal
    exact: Decimal | None = Field(description="Before rounding, to four places.")
    rounding: str
    places: int
    categories: list[CategoryTraceOut]
    as_of: datetime


class MarkTotalOut(Schema):
    """One of the two totals, with its name."""

    kind: str
    label: str
    percent: Decimal | None = Field(description="Rounded once, as it is printed; null where nothing counts.")
    band: str | None
    explanation: ExplanationOut | None = Field(None, description="With `?explain=1`.")
