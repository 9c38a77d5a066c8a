"""Which school a host means, and which of its hosts search engines are to know."""

from django.db import transaction
from django.http import HttpRequest

from lyceum.core.schools import school_scope
from lyceum.domains.tenancy.queries import find_school_at
from lyceum.domains.website.memory import SiteHost, host_of
from lyceum.domains.website.models import Site, SiteDomain


def host_name(request: HttpRequest) -> str:
    """The host that somebody came to, without its port."""
    return request.get_host().lower().partition(":")[0].rstrip(".")


def find_host(name: str) -> SiteHost | None:
    """What a host means; None where no school answers."""
    return host_of(name, _read)


def _read(name: str) -> SiteHost | None:
    with transaction.atomic():
        found = find_school_at(name)
    if found is None:
        return None
    if not found.is_open:
        return SiteHost(found.school_id, "", closed=found.name)
    with school_scope(found.school_id):
        primary = SiteDomain.objects.filter(is_primary=True, state=SiteDomain.State.ACTIVE).values_list(
            "host", flat=True
        )
        return SiteHost(found.school_id, primary.first() or "")


def read_version(school_id: int) -> int:
    """The version of a school's site as it is now."""
    with school_scope(school_id):
        return Site.objects.values_list("version", flat=True).first() or 0
