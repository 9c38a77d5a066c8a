"""Registration numbers: drawn in the saving transaction, under a row lock, never given twice."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, RuleError
from lyceum.core.ids import new_id
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import NumberCounter, NumberScheme, RetiredNumber, Staff, Student
from lyceum.domains.tenancy.queries import this_school

DEFAULT_PATTERN = {"student": "{year}-{seq:05}", "staff": "S{seq:04}"}
LONGEST_NUMBER = 40
_SEQ = re.compile(r"\{seq(?::0?(\d{1,2}))?\}")
_TOKEN = re.compile(r"\{(year|yy|school|grade|check|seq(?::0?\d{1,2})?)\}")
_LOOK_AHEAD = 1000


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


def draw_numbers(kind: str, count: int, *, day: date, grade: str = "") -> list[str]:
    """So many fresh numbers of the school's pattern, in order. The counter's row stays locked until the end."""
    if count == 0:
        return []
    scheme = _scheme(kind)
    prefix = _prefix(scheme.pattern, day=day, grade=grade)
    last = _advance(scheme, prefix, count)
    begin, fresh = last - count + 1, list[str]()
    sequence = range(begin, last + 1)
    while len(fresh) < count:
        drawn = {_rendered(prefix, n): n for n in sequence if _fits(prefix, n)}
        if not drawn:
            raise NumbersExhaustedError(
                _("The pattern %(pattern)s has no more numbers. Change it in the settings.")
                % {"pattern": scheme.pattern}
            )
        taken = taken_numbers(kind, list(drawn))
        free = [number for number in drawn if number not in taken][: count - len(fresh)]
        fresh += free
        if free and drawn[free[-1]] > last:
            last = _advance(scheme, prefix, drawn[free[-1]] - last)
        sequence = range(sequence.stop, sequence.stop + _LOOK_AHEAD)
    return fresh


def _scheme(kind: str) -> NumberScheme:
    return NumberScheme.objects.get_or_create(kind=kind, defaults={"pattern": DEFAULT_PATTERN[kind]})[0]


def _prefix(pattern: str, *, day: date, grade: str) -> str:
    """The pattern with everything filled in but the sequence and the check digit."""
    filled = pattern.replace("{year}", f"{day:%Y}").replace("{yy}", f"{day:%y}").replace("{grade}", grade or "0")
    return filled.replace("{school}", this_school().slug) if "{school}" in filled else filled


def _fits(prefix: str, n: int) -> bool:
    """Whether the sequence has a place for this number."""
    width = _width(prefix)
    return width == 0 or n < 10**width


def _width(prefix: str) -> int:
    found = _SEQ.search(prefix)
    return int(found.group(1) or 0) if found else 0


def _rendered(prefix: str, n: int) -> str:
    number = _SEQ.sub(f"{n:0{_width(prefix)}d}", prefix)
    return number.replace("{check}", str(check_digit(number.replace("{check}", ""))))


def check_digit(number: str) -> int:
    """The Luhn digit over a number's digits, which betrays a wrong digit and most swapped ones (ISO/IEC 7812-1)."""
    digits = [int(c) for c in number if c.isascii() and c.isdigit()]
    doubled = [sum(divmod(2 * d, 10)) if place % 2 == 0 else d for place, d in enumerate(reversed(digits))]
    return -sum(doubled) % 10


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
    too_long = next((n for n in numbers if len(n) > LONGEST_NUMBER), "")
    if too_long:
        message = _("A number has at most %(longest_number)s signs.") % {"longest_number": LONGEST_NUMBER}
        field = "registration_number" if kind == "student" else "staff_code"
        raise InvalidError(message, errors=[FieldError(f"/{field}", "too_long", message)])
    doubled = {number for number, times in Counter(numbers).items() if times > 1}
    taken = sorted(taken_numbers(kind, numbers) | doubled)
    if taken:
        free = draw_numbers(kind, 1, day=day)[0]
        raise NumberTakenError(
            _("The number %(number)s is taken. The next free one is %(free)s.") % {"number": taken[0], "free": free},
            next_free=free,
        )


def retire_numbers(kind: str, numbers: Iterable[str]) -> None:
    """Keep numbers from ever being given again."""
    rows = [RetiredNumber(kind=kind, number=number) for number in dict.fromkeys(numbers)]
    RetiredNumber.objects.bulk_create(rows, ignore_conflicts=True)


def preview_numbers(kind: str, *, pattern: str = "", day: date, actor: Actor, count: int = 3) -> list[str]:
    """The numbers that would be drawn next with a pattern, or with the present one. Draws none."""
    actor.require_all(Permission.STUDENTS_ENROL)
    scheme = _scheme(kind)
    chosen = _checked(pattern) if pattern else scheme.pattern
    prefix = _prefix(chosen, day=day, grade="")
    last = NumberCounter.objects.filter(scheme=scheme, prefix=prefix).values_list("last", flat=True).first() or 0
    sequence = [_rendered(prefix, n) for n in range(last + 1, last + 1 + _LOOK_AHEAD) if _fits(prefix, n)]
    taken = taken_numbers(kind, sequence)
    return [number for number in sequence if number not in taken][:count]


@transaction.atomic
def change_number_scheme(kind: str, *, pattern: str, actor: Actor) -> NumberScheme:
    """Write numbers in another way from now on. Nobody gets another number."""
    actor.require_all(Permission.STUDENTS_ENROL)
    chosen = _checked(pattern)
    scheme = NumberScheme.objects.select_for_update().get(pk=_scheme(kind).pk)
    old, scheme.pattern = scheme.pattern, chosen
    if old != chosen:
        scheme.save(update_fields=["pattern", "updated_at"])
        target = Target("people.numberscheme", scheme.pk, kind)
        record("people.numbers.change", target=target, changes={"pattern": [old, chosen]}, actor=actor)
    return scheme


def _checked(pattern: str) -> str:
    """The pattern, tidied. It has one sequence, no unknown part, and makes numbers that are short enough."""
    chosen = tidy(pattern)
    message = ""
    if len(_SEQ.findall(chosen)) != 1:
        message = _("A pattern has one {seq}, as in {year}-{seq:05}: it makes the numbers differ.")
    elif set("{}") & set(_TOKEN.sub("", chosen)):
        message = _("Use the parts {year}, {yy}, {school}, {grade}, {seq:05} and {check}.")
    elif len(_rendered(_prefix(chosen, day=date(2026, 1, 1), grade="1234"), 999_999)) > LONGEST_NUMBER:
        message = _("Numbers of this pattern would be longer than %(longest_number)s signs.") % {
            "longest_number": LONGEST_NUMBER
        }
    if message:
        raise InvalidError(message, errors=[FieldError("/pattern", "pattern", message)])
    return chosen
