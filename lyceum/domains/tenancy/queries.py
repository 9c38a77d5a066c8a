"""Finding schools."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.documents import Letterhead
from lyceum.core.errors import NotFoundError
from lyceum.core.memory import SchoolMemory
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school, find_current_school
from lyceum.domains.tenancy.models import School, SchoolHost

OPEN = (School.Status.ACTIVE, School.Status.RESTRICTED)
"""Where everybody who belongs there enters."""
LAST_DAY = date.max - timedelta(days=2)
"""The last day that ends in every time zone."""


def get_school(slug: str) -> School:
    """The school of that slug."""
    try:
        return School.objects.exclude(status=School.Status.DELETED).get(slug=slug)
    except School.DoesNotExist:
        raise NotFoundError(_("There is no school “%(slug)s” here.") % {"slug": slug}) from None


def _read_time_zone() -> str:
    return School.objects.values_list("time_zone", flat=True).get(pk=current_school())


_time_zones = SchoolMemory(_read_time_zone, seconds=60)


def time_zone() -> str:
    """The IANA time zone of the school in scope."""
    return _time_zones.get()


def today() -> date:
    """The date it is now at the school in scope."""
    return clock.today(time_zone())


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The instants at which a day begins and ends at the school in scope."""
    zone, begins = clock.zone(time_zone()), min(day, LAST_DAY)
    ends = begins + timedelta(days=1)
    return datetime.combine(begins, time(0), tzinfo=zone), datetime.combine(ends, time(0), tzinfo=zone)


def forget_time_zone() -> None:
    """Read the time zone anew at the next question."""
    _time_zones.forget()


@dataclass(frozen=True)
class SchoolAtHost:
    """The school that a stranger means who comes to a host."""

    school_id: int
    name: str
    is_open: bool


def find_school_at(host: str) -> SchoolAtHost | None:
    """The school that a stranger means who comes to a host: by a name of its own that was verified, by its slug before
    the installation's name, or because no other school is open. None where no school is meant.

    A closed school keeps its host: nobody who comes there is shown another.
    """
    name = host.lower().partition(":")[0].rstrip(".")
    known = School.objects.exclude(status__in=(School.Status.PROVISIONING, School.Status.DELETED))
    by_name = known.filter(hosts__host=name, hosts__verified_at__isnull=False)
    by_slug = known.filter(slug=name.partition(".")[0])
    for found in (by_name, by_slug, known.filter(status__in=OPEN), known):  # none but the last two finds two
        schools = found.values_list("pk", "name", "status")[:2]
        if schools:
            (school_id, school, status), is_one = schools[0], len(schools) == 1
            return SchoolAtHost(school_id, school, status in OPEN) if is_one else None
    return None


MOST_DOORS = 50
"""Where more schools are here, a list of all of them helps nobody."""


@dataclass(frozen=True)
class Door:
    """A school's name, and where it answers strangers; no address where the installation has no name of its own."""

    name: str
    url: str


def list_doors() -> list[Door]:
    """The schools that are open, by name, for somebody who came to a host that means none of them."""
    verified = SchoolHost.objects.filter(school=OuterRef("pk"), verified_at__isnull=False).order_by("host")
    rows = School.objects.filter(status=School.Status.ACTIVE).annotate(host=Subquery(verified.values("host")[:1]))
    found = list(rows.order_by("name", "pk")[: MOST_DOORS + 1])
    return [Door(each.name, _door_of(each.slug, each.host)) for each in found] if len(found) <= MOST_DOORS else []


def _door_of(slug: str, host: str | None) -> str:
    if host:
        return f"https://{host}"
    here = urlsplit(settings.PUBLIC_URL)
    try:
        ip_address(here.hostname or "")
    except ValueError:
        return f"{here.scheme}://{slug}.{here.netloc}"
    return ""


def own_door() -> str:
    """Where the installation answers those who mean this school; empty where that is its own address, or nowhere."""
    meant = find_school_at(urlsplit(settings.PUBLIC_URL).netloc)
    return "" if meant and meant.school_id == current_school() else _door_of(this_school().slug, None)


def has_schools() -> bool:
    """Whether the installation has any school yet."""
    return School.objects.exists()


def list_open_schools() -> list[int]:
    """The schools whose work goes on: jobs of the others pause."""
    return list(School.objects.filter(status__in=OPEN).values_list("pk", flat=True))


def list_schools(actor: Actor) -> QuerySet[School]:
    """The schools of the installation, for whoever runs it: their names and states, and nothing inside them."""
    actor.require_all(Permission.SCHOOL_CREATE)
    return School.objects.exclude(status=School.Status.DELETED).order_by("name", "pk")


def get_this_school(actor: Actor) -> School:
    """The school in scope, for somebody who may know what it says about itself."""
    actor.require(Permission.SCHOOL_VIEW)
    return School.objects.get(pk=actor.school)


def this_school() -> School:
    """The school in scope."""
    return School.objects.get(pk=current_school())


def find_school_name() -> str:
    """The name of the school in scope; nothing where there is none."""
    school_id = find_current_school()
    return "" if school_id is None else School.objects.values_list("name", flat=True).get(pk=school_id)


def school_letterhead() -> Letterhead:
    """What stands at the head of the paper of the school in scope, and the paper of its country."""
    if find_current_school() is None:
        return Letterhead()
    school = this_school()
    on_letter = school.country in ("US", "CA", "MX", "PH", "CL", "CO")
    return Letterhead(school.name, "letter" if on_letter else "a4")
