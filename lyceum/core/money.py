"""Money: a whole number of the smallest unit of a currency. Never a float, never without its currency."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

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
    """What somebody typed, by the separators of the language in use. Raises NotMoneyError."""
    point, group = str(get_format("DECIMAL_SEPARATOR")), str(get_format("THOUSAND_SEPARATOR"))
    plain = "".join(text.split()).replace(_SIGNS.get(currency, currency), "").replace(currency, "")
    whole, found, rest = plain.rpartition(point)
    if not found:
        whole, rest = plain, ""
        if point != "." and _is_pointed(plain, group):  # a point where the language writes a comma: as in 12.50
            whole, _, rest = plain.rpartition(".")
    whole = "".join(whole.replace(group, "").split())
    if len(rest) > exponent_of(currency):
        raise NotMoneyError(text)
    try:
        units = Decimal(f"{whole}.{rest or 0}")
    except InvalidOperation:
        raise NotMoneyError(text) from None
    if not units.is_finite() or not (whole + rest).lstrip("-").isdecimal():
        raise NotMoneyError(text)
    return Money(int(units.scaleb(exponent_of(currency))), currency)


def _is_pointed(text: str, group: str) -> bool:
    """Whether the only point of a text can but be meant as the decimal one."""
    whole, point, rest = text.rpartition(".")
    return bool(point) and "." not in whole and (group != "." or len(rest) != 3)


def in_parts(amount: int, parts: int) -> list[int]:
    """An amount in so many parts, each rounded down to the smallest unit; the last takes the rest."""
    each = amount // parts
    return [each] * (parts - 1) + [amount - each * (parts - 1)]
