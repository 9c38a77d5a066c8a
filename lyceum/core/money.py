"""Money: a whole number of the smallest unit of a currency. Never a float, never without its currency."""

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import get_format, number_format
from django.utils.translation import get_language

MOST = 10**12
"""Smallest units: what is more than that was mistyped."""
_WITHOUT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_WITH_THREE = "BHD IQD JOD KWD LYD OMR TND"
_EXPONENTS = {**dict.fromkeys(_WITHOUT.split(), 0), **dict.fromkeys(_WITH_THREE.split(), 3), "CLF": 4}
"""Places after the point where they are not two (ISO 4217)."""
_CODES = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
    "HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD "
    "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN "
    "PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY "
    "TTD TWD TZS UAH UGX USD UYI UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG"
)
CURRENCIES = frozenset(_CODES.split())
"""Codes of ISO 4217 in which somebody may be billed."""
_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥", "INR": "₹"}
_NO_BREAK = "\u00a0"
_GROUP = re.compile(r"[.,'’]")
_WHOLE = re.compile(r"\d{1,15}|\d{1,3}([.,'’]\d{2,3}){0,4}[.,'’]\d{3}")


class NotMoneyError(ValueError):
    """A text that is no amount of a currency."""


@dataclass(frozen=True)
class Money:
    """An amount in the smallest unit of a currency, as in 12500 for 125.00 GBP."""

    amount: int
    currency: str

    def __str__(self) -> str:
        return format_money(self)


def exponent_of(currency: str) -> int:
    """How many digits after the point a currency has."""
    return _EXPONENTS.get(currency, 2)


def decimal_of(money: Money) -> Decimal:
    """The amount in whole units, as in 125.00."""
    return Decimal(money.amount).scaleb(-exponent_of(money.currency))


def format_money(money: Money) -> str:
    """The amount as the language in use writes it, as in £1,250.00 or 1.250,00 €."""
    number = number_format(
        abs(decimal_of(money)), decimal_pos=exponent_of(money.currency), use_l10n=True, force_grouping=True
    )
    minus = "\u2212" if money.amount < 0 else ""
    sign = _SIGNS.get(money.currency)
    if sign and (get_language() or "en").startswith("en"):
        return f"{minus}{sign}{number}"
    return f"{minus}{number}{_NO_BREAK}{sign or money.currency}"


def typed_money(money: Money) -> str:
    """The amount as it stands in a field in which it is typed: without sign and grouping."""
    return number_format(
        decimal_of(money), decimal_pos=exponent_of(money.currency), use_l10n=True, force_grouping=False
    )


def parse_money(text: str, currency: str) -> Money:
    """What somebody typed, by the separators of the language in use. Raises NotMoneyError.

    Who writes 12.50 where the language writes 12,50 is understood as well, for no group has two digits at its end.
    """
    point = str(get_format("DECIMAL_SEPARATOR"))
    other = "," if point == "." else "."
    plain = "".join(text.split()).replace(_SIGNS.get(currency, currency), "").replace(currency, "")
    negative, plain = plain.startswith(("-", "\u2212")), plain.lstrip("-\u2212")
    whole, rest = plain, ""
    if point in plain:
        whole, _, rest = plain.rpartition(point)
    elif plain.count(other) == 1 and len(plain.rpartition(other)[2]) != len("000"):
        whole, _, rest = plain.partition(other)
    found = _WHOLE.fullmatch(whole)
    if found is None or len(rest) > exponent_of(currency) or not (rest or "0").isdecimal():
        raise NotMoneyError(text)
    units = Decimal(f"{_GROUP.sub('', whole)}.{rest or 0}").scaleb(exponent_of(currency))
    return Money(-int(units) if negative else int(units), currency)


def in_parts(amount: int, parts: int) -> list[int]:
    """An amount in so many parts, each rounded down to the smallest unit; the last takes the rest."""
    each = amount // parts
    return [each] * (parts - 1) + [amount - each * (parts - 1)]
