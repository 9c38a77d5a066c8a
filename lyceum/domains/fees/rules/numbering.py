"""Numbers of documents: without a gap, for whoever takes one holds the counter's row until the end."""

from datetime import date

from django.db import connection

from lyceum.core.ids import new_id
from lyceum.core.schools import current_school
from lyceum.domains.fees.settings import school_settings

INVOICES, CREDIT_NOTES, RECEIPTS, ACCOUNTS = "INV", "CRN", "REC", "ACC"

_TAKE = """
INSERT INTO fees_documentcounter (id, school_id, series, fiscal_year, last)
VALUES (%(id)s, %(school)s, %(series)s, %(year)s, %(count)s)
ON CONFLICT (school_id, series, fiscal_year) DO UPDATE SET last = fees_documentcounter.last + %(count)s
RETURNING last
"""


def take_numbers(series: str, count: int, *, year: int) -> range:
    """So many numbers that follow each other. A transaction that is undone gives them back."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            {"id": new_id(), "school": current_school(), "series": series, "year": year, "count": count},
        )
        (last,) = cursor.fetchone() or (0,)
    return range(last - count + 1, last + 1)


def fiscal_year_of(day: date) -> int:
    """The year in which the fiscal year of a day began."""
    return day.year if day.month >= school_settings().fiscal_year_starts else day.year - 1


def printed(series: str, year: int, number: int) -> str:
    """A number as it is printed, in the school's format."""
    return school_settings().number_format.format(series=series, year=year, seq=number)


def with_check_digit(number: int) -> str:
    """A number and the digit (Luhn) by which a slip of the pen is found."""
    digits = f"{number:06}"
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"{digits}{-total % 10}"
