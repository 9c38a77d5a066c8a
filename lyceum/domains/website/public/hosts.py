"""Which school a host means, and which of its hosts search engines are to know."""

from django.db import transaction
from django.http import HttpRequest

from lyceum.core.schools import school_scope
from lyceum.domains.tenancy.queries import find_school_at, own_door
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
        return SiteHost(found.school_id, _primary_host())


def _primary_host() -> str:
    rows = SiteDomain.objects.filter(is_primary=True, state=SiteDomain.State.ACTIVE)
    return rows.values_list("host", flat=True).first() or ""


def site_origin() -> str:
    """Where strangers read this school's site, as links from inside begin; empty where that is here, or nowhere."""
    primary = _primary_host()
    return f"https://{primary}" if primary else own_door()


def read_version(school_id: int) -> int:
    """The version of a school's site as it is now."""
    with school_scope(school_id):
        return Site.objects.values_list("version", flat=True).first() or 0
