"""Money as people write it."""

import pytest
from django.utils.translation import override

from lyceum.core.money import Money, NotMoneyError, format_money, in_parts, parse_money, typed_money


@pytest.mark.parametrize(
    ("language", "typed", "currency", "amount"),
    [
        ("en", "12.50", "GBP", 1_250),
        ("en", "£1,250", "GBP", 125_000),
        ("en", " 1 250.5 ", "GBP", 125_050),
        ("es", "12,50", "EUR", 1_250),
        ("es", "1.250,00 €", "EUR", 125_000),
        ("es", "12.50", "EUR", 1_250),  # a point where the language writes a comma
        ("en", "1500", "JPY", 1_500),  # no smaller unit
        ("en", "1.234", "KWD", 1_234),  # a thousand of them
        ("en", "-3", "GBP", -300),
        ("en", "12,50", "GBP", 1_250),  # and the other way round
        ("en", "1,25,000", "INR", 12_500_000),
    ],
)
def test_what_is_typed_is_understood(language, typed, currency, amount):
    with override(language):
        assert parse_money(typed, currency) == Money(amount, currency)


@pytest.mark.parametrize("typed", ["", "twelve", "1.234", "1.2.3", "NaN", "1e5", "١٢٫٥x"])
def test_what_is_no_amount_is_refused(typed):
    with override("en"), pytest.raises(NotMoneyError):
        parse_money(typed, "GBP")


@pytest.mark.parametrize("language", ["en", "es", "fr", "ar"])
def test_what_is_shown_in_a_field_is_read_back(language):
    with override(language):
        assert parse_money(typed_money(Money(1_234_567, "GBP")), "GBP") == Money(1_234_567, "GBP")


def test_it_is_written_as_the_language_does():
    with override("en"):
        assert [format_money(Money(n, "GBP")) for n in (125_000, -50)] == ["£1,250.00", "\u2212£0.50"]
    with override("es"):
        assert format_money(Money(125_000, "EUR")) == "1\u00a0250,00\u00a0€"


def test_the_last_part_takes_the_rest():
    assert in_parts(10_000, 3) == [3_333, 3_333, 3_334]
