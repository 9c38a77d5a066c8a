"""Host names of a school's own: claimed, proved by a record in the DNS, looked at every day."""

import re
import secrets
from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.notifications.rules.notify import News, notify
from lyceum.domains.notifications.words import Channel, Type, Urgency
from lyceum.domains.people.office import office_recipients
from lyceum.domains.tenancy.models import SchoolHost
from lyceum.domains.website import texts  # noqa: F401  # declares what is said
from lyceum.domains.website.facts import DomainChanged
from lyceum.domains.website.memory import forget_hosts
from lyceum.domains.website.models import SiteDomain
from lyceum.domains.website.rules.site import touch_site

Resolve = Callable[[str], Sequence[str]]
"""The texts (TXT) that stand in the DNS under a name; none where there are none."""
MOST_DOMAINS, MOST_MISSES = 5, 3
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
State = SiteDomain.State


class HostTakenError(RuleError):
    """The host name leads somewhere already; it is not said to whom."""

    code = "host_taken"


class DomainNotVerifiedError(RuleError):
    """The record was not found; the refusal says what is to stand where, and what stands there."""

    code = "domain_not_verified"


@transaction.atomic
def claim_domain(host: str, *, actor: Actor) -> SiteDomain:
    """Claim a host name. It leads nowhere before the record of this claim was found."""
    actor.require_all(Permission.SITE_EDIT)
    name = _host(host)
    if SiteDomain.objects.exclude(state=State.REMOVED).count() >= MOST_DOMAINS:
        raise invalid_field("/host", "length", _("A site has at most %(n)s names.") % {"n": MOST_DOMAINS})
    if SchoolHost.objects.filter(host=name, verified_at__isnull=False).exclude(school=current_school()).exists():
        raise _taken(name)
    with refusing(site_domain_host_once=lambda: _taken(name)):
        domain = SiteDomain.objects.create(host=name, token=secrets.token_urlsafe(24))
    record("website.domain.claim", target=Target.of(domain), actor=actor)
    return domain


@transaction.atomic
def check_domain(domain_id: UUID, *, resolve: Resolve, actor: Actor) -> SiteDomain:
    """Look for the record; where it stands, the host name leads to the site from now on."""
    domain = _get(domain_id, actor)
    found = _look(domain, resolve)
    if domain.record_value not in found:
        domain.checked_at = clock.now()
        if domain.state == State.PENDING:
            raise _unproved(domain, found)
        _miss(domain, actor)
        return domain
    _prove(domain, actor)
    return domain


@transaction.atomic
def make_primary(domain_id: UUID, *, actor: Actor) -> SiteDomain:
    """Make a host name the one that search engines know; every other leads there."""
    domain = _get(domain_id, actor)
    if domain.state != State.ACTIVE:
        raise DomainNotVerifiedError(
            _("%(host)s is not proved to be yours: check its record first.") % {"host": domain.host},
            record=domain.record_name,
            value=domain.record_value,
        )
    SiteDomain.objects.filter(is_primary=True).update(is_primary=False)
    domain.is_primary = True
    domain.save(update_fields=["is_primary", "updated_at"])
    record("website.domain.make_primary", target=Target.of(domain), actor=actor)
    _forget()
    return domain


@transaction.atomic
def remove_domain(domain_id: UUID, *, actor: Actor) -> None:
    """Give a host name up: from now on it leads to nobody."""
    domain = _get(domain_id, actor)
    before, domain.state, domain.is_primary = domain.state, State.REMOVED, False
    domain.save(update_fields=["state", "is_primary", "updated_at"])
    SchoolHost.objects.filter(host=domain.host, school=current_school()).delete()
    _note(domain, before, actor)


def check_domains(*, resolve: Resolve, actor: Actor) -> int:
    """Look at every host name that leads here; after three misses one of them fails. Returns how many were missed."""
    rows = SiteDomain.objects.select_for_update().filter(state__in=(State.ACTIVE, State.FAILING))
    missed = 0
    for domain in rows:
        if domain.record_value in _look(domain, resolve):
            _prove(domain, actor)
        else:
            missed += 1
            _miss(domain, actor)
    return missed


def _look(domain: SiteDomain, resolve: Resolve) -> list[str]:
    return [text.strip().strip('"') for text in resolve(domain.record_name)]


def _prove(domain: SiteDomain, actor: Actor) -> None:
    before, now = domain.state, clock.now()
    held = SchoolHost.objects.select_for_update().filter(host=domain.host).first()
    if held is not None and held.school_id != current_school() and held.verified_at is not None:
        raise _taken(domain.host)
    with refusing(tenancy_schoolhost_host_key=lambda: _taken(domain.host)):
        SchoolHost.objects.update_or_create(
            host=domain.host, defaults={"school_id": current_school(), "verified_at": now}
        )
    domain.state, domain.misses, domain.checked_at = State.ACTIVE, 0, now
    domain.verified_at = domain.verified_at or now
    domain.save(update_fields=["state", "misses", "checked_at", "verified_at", "updated_at"])
    if before != State.ACTIVE:
        _note(domain, before, actor)


def _miss(domain: SiteDomain, actor: Actor) -> None:
    domain.misses = min(domain.misses + 1, 1000)
    domain.checked_at = clock.now()
    before = domain.state
    if domain.misses >= MOST_MISSES and before == State.ACTIVE:
        domain.state, domain.is_primary = State.FAILING, False
    domain.save(update_fields=["misses", "checked_at", "state", "is_primary", "updated_at"])
    if domain.state != before:
        SchoolHost.objects.filter(host=domain.host, school=current_school()).update(verified_at=None)
        _note(domain, before, actor)
        _tell(domain, actor)


def _tell(domain: SiteDomain, actor: Actor) -> None:
    news = News(
        type=Type.SYSTEM,
        template="site_host_failing",
        values={"host": domain.host, "record": f"{domain.record_name} TXT {domain.record_value}"},
        dedupe_key=f"website.domain:{domain.pk}:{domain.checked_at:%Y-%m-%d}",
        urgency=Urgency.IMPORTANT,
        channels=(Channel.EMAIL.value,),
        link="/site/domains/",
        source=f"website.domain:{domain.pk}",
    )
    notify(news, office_recipients(Permission.SITE_EDIT), actor=actor)


def _note(domain: SiteDomain, before: str, actor: Actor) -> None:
    record(
        "website.domain.change",
        target=Target.of(domain),
        changes={"state": [before, domain.state]},
        facts=[DomainChanged(host=domain.host, state=domain.state)],
        actor=actor,
    )
    _forget()


def _forget() -> None:
    touch_site()
    forget_hosts()
    transaction.on_commit(partial(forget_hosts))


def _get(domain_id: UUID, actor: Actor) -> SiteDomain:
    actor.require_all(Permission.SITE_EDIT)
    domain = SiteDomain.objects.select_for_update().filter(pk=domain_id).exclude(state=State.REMOVED).first()
    if domain is None:
        raise NotFoundError(_("There is no such name."))
    return domain


def _host(given: str) -> str:
    name = given.strip().lower().removeprefix("https://").removeprefix("http://").strip("/").rstrip(".")
    try:
        name = name.encode("idna").decode() if not name.isascii() else name
    except UnicodeError:
        name = ""
    if not _HOST.fullmatch(name):
        raise invalid_field("/host", "host", _("Give a name such as www.school.example."))
    return name


def _taken(host: str) -> HostTakenError:
    return HostTakenError(_("%(host)s leads somewhere already.") % {"host": host})


def _unproved(domain: SiteDomain, found: Sequence[str]) -> DomainNotVerifiedError:
    said = {
        "name": domain.record_name,
        "value": domain.record_value,
        "found": ", ".join(each[:80] for each in found[:5]) or _("nothing"),
    }
    message = _("Add a TXT record: %(name)s with the text %(value)s. Found there: %(found)s.")
    return DomainNotVerifiedError(
        message % said, record=domain.record_name, value=domain.record_value, found=list(found[:5])
    )
