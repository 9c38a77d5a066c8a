"""Rounding once, at the end, from the exact value."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from lyceum.domains.assessment.calculation.values import BandValue


def round_once(exact: Fraction, mode: str, places: int) -> Decimal:
    """A value that is not negative, rounded: `half_up`, `half_even`, `up` or `down`.

    >>> round_once(Fraction("89.46"), "half_up", 0)
    Decimal('89')
    """
    scaled = exact * 10**places
    whole, rest = scaled.numerator // scaled.denominator, scaled % 1
    half = Fraction(1, 2)
    goes_up = {
        "half_up": rest >= half,
        "half_even": rest > half or (rest == half and whole % 2 == 1),
        "up": rest > 0,
        "down": False,
    }[mode]
    return Decimal(whole + goes_up).scaleb(-places)


def find_band(percent: Fraction | Decimal, bands: Iterable[BandValue]) -> BandValue | None:
    """The highest band that a percent earns."""
    earned = [band for band in bands if band.min_percent <= percent]
    return max(earned, key=lambda band: band.min_percent, default=None)
