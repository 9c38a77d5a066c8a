"""What behaviour's forms share: times of the school and whole numbers that may be left out."""

from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.http import HttpRequest
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.errors import invalid_field
from lyceum.domains.tenancy.queries import time_zone

LARGEST = 10_000


def typed_instant(request: HttpRequest, name: str) -> datetime | None:
    """A date and time by the school's clocks, or None where it was left empty."""
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        local = datetime.fromisoformat(text).replace(tzinfo=clock.zone(time_zone()))
        return local.astimezone(clock.zone("UTC"))
    except (ValueError, OverflowError):
        raise invalid_field(f"/{name}", "date", _("Give day and time, as in 2026-11-20 08:50.")) from None


def typed_whole(request: HttpRequest, name: str) -> int | None:
    """A whole number, or None where it was left empty."""
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        number = int(text)
    except ValueError:
        number = LARGEST + 1
    if abs(number) > LARGEST:
        raise invalid_field(f"/{name}", "number", _("Give a whole number."))
    return number


def typed_days(request: HttpRequest, name: str) -> Decimal | None:
    """Whole or half days, or None where it was left empty."""
    text = request.POST.get(name, "").strip().replace(",", ".")
    if not text:
        return None
    try:
        days = Decimal(text)
    except InvalidOperation:
        days = Decimal(-1)
    if not days.is_finite() or not 0 <= days <= 366:
        raise invalid_field(f"/{name}", "number", _("Give a number of days."))
    return days
