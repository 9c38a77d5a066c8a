"""Registration numbers: drawn in the saving transaction, under a row lock, never given twice."""

import re
from collections.abc import Sequence
from datetime import date

from django.db import connection

from lyceum.core import clock
from lyceum.core.errors import RuleError
from lyceum.core.ids import new_id
from lyceum.core.schools import current_school
from lyceum.domains.people.models import NumberScheme, RetiredNumber, Staff, Student

DEFAULT_PATTERN = {"student": "{year}-{seq:05}", "staff": "S{seq:04}"}
_SEQ = re.compile(r"\{seq(?::0?(\d+))?\}")


class NumberTakenError(RuleError):
    """Somebody has that number."""

    code = "registration_number_taken"


class NumbersExhaustedError(RuleError):
    """The pattern has no more numbers for this prefix."""

    code = "number_scheme_exhausted"


_DRAW = """
INSERT INTO people_numbercounter (id, school_id, scheme_id, prefix, last, created_at, updated_at)
VALUES (%(id)s, %(school)s, %(scheme)s, %(prefix)s, %(count)s, %(now)s, %(now)s)
ON CONFLICT (school_id, scheme_id, prefix)
DO UPDATE SET last = people_numbercounter.last + %(count)s, updated_at = %(now)s
RETURNING last
"""


def draw_numbers(kind: str, count: int, *, day: date) -> list[str]:
    """So many fresh numbers of the school's pattern, in order."""
    if count == 0:
        return []
    scheme, _ = NumberScheme.objects.get_or_create(kind=kind, defaults={"pattern": DEFAULT_PATTERN[kind]})
    rendered = scheme.pattern.replace("{year}", f"{day:%Y}").replace("{yy}", f"{day:%y}")
    width = _width(rendered)
    fresh: list[str] = []
    while len(fresh) < count:
        missing = count - len(fresh)
        last = _advance(scheme, rendered, missing)
        if last >= 10 ** max(width, 1) and width:
            raise NumbersExhaustedError(f"The pattern {scheme.pattern} has no more numbers. Change it in the settings.")
        drawn = [_SEQ.sub(f"{n:0{width}d}", rendered) for n in range(last - missing + 1, last + 1)]
        taken = taken_numbers(kind, drawn)
        fresh += [number for number in drawn if number not in taken]
    return fresh


def _width(rendered: str) -> int:
    found = _SEQ.search(rendered)
    return int(found.group(1) or 0) if found else 0


def _advance(scheme: NumberScheme, prefix: str, count: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            _DRAW,
            {
                "id": new_id(),
                "school": current_school(),
                "scheme": scheme.pk,
                "prefix": prefix,
                "count": count,
                "now": clock.now(),
            },
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def taken_numbers(kind: str, numbers: Sequence[str]) -> set[str]:
    """Which of these numbers somebody has or had."""
    retired = RetiredNumber.objects.filter(kind=kind, number__in=numbers).values_list("number", flat=True)
    if kind == "staff":
        return set(Staff.objects.filter(staff_code__in=numbers).values_list("staff_code", flat=True)) | set(retired)
    present = Student.objects.filter(registration_number__in=numbers).values_list("registration_number", flat=True)
    return set(present) | set(retired)


def check_free(kind: str, numbers: Sequence[str], *, day: date) -> None:
    """Refuse typed numbers that somebody has or had, naming the next free one."""
    doubled = {n for n in numbers if numbers.count(n) > 1} if len(numbers) < 1000 else set()
    taken = sorted(taken_numbers(kind, numbers) | doubled)
    if taken:
        free = draw_numbers(kind, 1, day=day)[0]
        raise NumberTakenError(f"The number {taken[0]} is taken. The next free one is {free}.", next_free=free)
