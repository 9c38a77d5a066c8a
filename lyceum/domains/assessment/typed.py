"""What people type into a cell: `7.5`, `7,5`, `EX`, `M`, `AB`, `-`, a percent, or the name of a band."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from lyceum.core.text import fold
from lyceum.domains.assessment.calculation.values import BandValue, State

CENT = Decimal("0.01")
_NUMBER = re.compile(r"\d{1,7}([.,]\d{1,9})?")
_PERCENT = re.compile(r"(\d{1,4}(?:[.,]\d{1,9})?)\s*[%٪]")
_SIGNS = {"ex": State.EXCUSED, "m": State.MISSING, "ab": State.ABSENT, "-": State.EMPTY, "–": State.EMPTY}
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫", "01234567890123456789.")


class UnreadableCellError(ValueError):
    """What was typed is none of what a cell takes."""


@dataclass(frozen=True)
class TypedCell:
    """A state, and a score in points where it is scored."""

    state: State
    score: Decimal | None = None


def read_typed(text: str, *, points: Decimal, bands: Iterable[BandValue] = ()) -> TypedCell | None:
    """What a text means; None where it is blank, which changes nothing.

    A number is points. A percent and a band (its least percent) are of the column's points, to two places. Raises
    UnreadableCellError.
    """
    given = text.strip().translate(_DIGITS)
    if not given:
        return None
    if _NUMBER.fullmatch(given):
        return TypedCell(State.SCORED, Decimal(given.replace(",", ".")))
    percent = _PERCENT.fullmatch(given)
    if percent:
        return TypedCell(State.SCORED, _of(Decimal(percent[1].replace(",", ".")), points))
    band = next((each for each in bands if fold(each.label) == fold(given)), None)
    if band is not None:
        return TypedCell(State.SCORED, _of(band.min_percent, points))
    sign = _SIGNS.get(fold(given))
    if sign is None:
        raise UnreadableCellError(text)
    return TypedCell(sign)


def _of(percent: Decimal, points: Decimal) -> Decimal:
    return (percent * points / 100).quantize(CENT, ROUND_HALF_UP)
