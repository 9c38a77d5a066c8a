"""Finding schools."""

from datetime import date
from time import monotonic

from lyceum.core import clock
from lyceum.core.errors import NotFoundError
from lyceum.core.schools import current_school
from lyceum.domains.tenancy.models import School


def get_school(slug: str) -> School:
    """The school of that slug."""
    try:
        return School.objects.get(slug=slug)
    except School.DoesNotExist:
        raise NotFoundError(f"There is no school “{slug}” here.") from None


_TRUST_FOR = 60.0  # seconds: a school hardly ever changes its time zone
_zones: dict[int, tuple[float, str]] = {}


def time_zone() -> str:
    """The IANA time zone of the school in scope."""
    school_id, instant = current_school(), monotonic()
    known = _zones.get(school_id)
    if known is None or instant - known[0] > _TRUST_FOR:
        name = School.objects.values_list("time_zone", flat=True).get(pk=school_id)
        known = _zones[school_id] = (instant, name)
    return known[1]


def today() -> date:
    """The date it is now at the school in scope."""
    return clock.today(time_zone())


def forget_time_zone(school_id: int) -> None:
    """Read the time zone anew at the next question."""
    _zones.pop(school_id, None)


def this_school() -> School:
    """The school in scope."""
    return School.objects.get(pk=current_school())
