"""`lyceum site`: whether a host name leads here by right; every public page asked for once, so that it is kept."""

import argparse
import re
import urllib.request
from html import unescape
from time import monotonic
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from django.conf import settings

from lyceum.core.commands import Answer
from lyceum.core.errors import NotFoundError, RuleError
from lyceum.core.permissions import Permission
from lyceum.domains.accounts.commands import SchoolCommand
from lyceum.domains.tenancy.queries import this_school
from lyceum.domains.website.dns import resolve_txt
from lyceum.domains.website.models import SiteDomain
from lyceum.domains.website.queries import list_domains
from lyceum.domains.website.rules.domains import check_domain

SECONDS = 20
_PLACE = re.compile(r"<loc>(.*?)</loc>")


class NotWarmError(RuleError):
    """Some pages did not answer."""

    code = "not_warm"


class Command(SchoolCommand):
    """Parses, calls, prints."""

    help = "Look after the public site."

    def add_acts(self) -> None:
        check = self.add_act("check", "look whether a host name still leads to the school by right")
        check.add_argument("host", help="as in www.school.example")
        warm: argparse.ArgumentParser = self.add_act("warm", "ask for every public page once, so that it is kept")
        warm.add_argument("--url", default="", help="where the server answers; by default its own address")

    def act_check(self, options: dict[str, Any]) -> Answer:
        wanted = options["host"].strip().lower().rstrip(".")
        domain = list_domains(self.actor).filter(host=wanted).first()
        if domain is None:
            raise NotFoundError(f"The school claims no host {wanted}.")
        domain = check_domain(domain.pk, resolve=resolve_txt, actor=self.actor)
        is_right = domain.state == SiteDomain.State.ACTIVE and domain.misses == 0
        said = "leads to the school" if is_right else f"was missed {domain.misses} times and is {domain.state}"
        lines = [f"{domain.host} {said}.", f"Record: {domain.record_name} TXT {domain.record_value}"]
        return Answer(lines, {"host": domain.host, "state": domain.state, "misses": domain.misses})

    def act_warm(self, options: dict[str, Any]) -> Answer:
        self.actor.require_all(Permission.SITE_EDIT)
        server = options["url"] or settings.PUBLIC_URL
        domain = list_domains(self.actor).filter(is_primary=True).first()
        host = domain.host if domain else f"{this_school().slug}.{urlsplit(settings.PUBLIC_URL).netloc}"
        began = monotonic()
        _status, plan = _ask(server, host, "/sitemap.xml")
        paths = [urlsplit(unescape(each)).path for each in _PLACE.findall(plan)]
        if not paths:
            raise NotFoundError(f"There is no public site at {host}.")
        missed = [path for path in paths if _ask(server, host, path)[0] != 200]
        if missed:
            raise NotWarmError(
                f"{len(missed)} of {len(paths)} pages did not answer, as {missed[0]}.", missed=missed[:50]
            )
        seconds = monotonic() - began
        return Answer([f"{len(paths)} pages in {seconds:.1f} s."], {"pages": len(paths), "seconds": round(seconds, 1)})


def _ask(server: str, host: str, path: str) -> tuple[int, str]:
    request = urllib.request.Request(f"{server}{path}", headers={"Host": host})  # noqa: S310  # the operator's own
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310  # the same
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        return refused.code, ""
    except (URLError, OSError) as away:
        raise NotFoundError(f"No server answers at {server}: {away}") from None
