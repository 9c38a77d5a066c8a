"""What somebody types into the forms of admissions."""

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.errors import invalid_field
from lyceum.domains.tenancy.queries import time_zone


def typed_instant(request: HttpRequest, name: str) -> datetime | None:
    """A date and a time by the school's clocks, or None where it was left empty."""
    text = request.POST.get(name, "").strip()
    try:
        return datetime.fromisoformat(text).replace(tzinfo=clock.zone(time_zone())) if text else None
    except ValueError:
        raise invalid_field(f"/{name}", "date", _("Give the date and the time, as in 2026-11-20T09:00.")) from None
