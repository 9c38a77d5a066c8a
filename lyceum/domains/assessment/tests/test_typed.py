"""What people type into a cell."""

from decimal import Decimal

import pytest

from lyceum.domains.assessment.calculation.values import BandValue, State
from lyceum.domains.assessment.typed import TypedCell, UnreadableCellError, read_typed

BANDS = (BandValue("A", Decimal(90)), BandValue("Merit", Decimal("62.5")), BandValue("7", Decimal(70)))


@pytest.mark.parametrize(
    ("text", "state", "score"),
    [
        ("7.5", State.SCORED, "7.5"),
        (" 7,5 ", State.SCORED, "7.5"),
        ("٧٫٥", State.SCORED, "7.5"),  # Arabic digits
        ("0", State.SCORED, "0"),
        ("7", State.SCORED, "7"),  # points, though a band is called so
        ("85%", State.SCORED, "25.5"),
        ("33,33 %", State.SCORED, "10"),
        ("a", State.SCORED, "27"),
        ("merit", State.SCORED, "18.75"),  # the band's least percent
        ("EX", State.EXCUSED, None),
        ("m", State.MISSING, None),
        ("AB", State.ABSENT, None),
        ("-", State.EMPTY, None),
    ],
)
def test_what_is_typed_is_points_a_percent_a_band_or_a_sign(text, state, score):
    expected = TypedCell(state, None if score is None else Decimal(score))

    assert read_typed(text, points=Decimal(30), bands=BANDS) == expected


def test_a_blank_says_nothing_and_anything_else_is_refused():
    assert read_typed("  ", points=Decimal(30)) is None
    for text in ("abc", "7.5.1", "-3", "1e9", "NaN", "99999999", "%"):
        with pytest.raises(UnreadableCellError):
            read_typed(text, points=Decimal(30))
