"""Reading a school's trail, its facts, and its webhooks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.journal.models import AuditEntry, Fact, WebhookDelivery, WebhookEndpoint

NEWEST_FIRST = ("-at", "-id")
IN_ORDER = ("seq",)
OLDEST_FIRST = ("created_at", "id")
LATEST_FIRST = ("-id",)
KEPT = timedelta(days=30)
"""How long facts can be read, and how long it is kept what became of deliveries."""


@dataclass(frozen=True)
class TrailFilter:
    """Which entries of the trail to show; what is empty does not filter."""

    action: str = ""
    """A whole action, or its beginning up to a dot, as in `accounts.`."""
    actor_id: UUID | None = None
    target_type: str = ""
    target_id: str = ""
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None


def list_trail(actor: Actor, wanted: TrailFilter | None = None) -> QuerySet[AuditEntry]:
    """The trail of the school in scope, newest first."""
    actor.require_all(Permission.TRAIL_VIEW)
    chosen = wanted or TrailFilter()
    entries = _told(AuditEntry.objects.order_by(*NEWEST_FIRST), actor)
    if chosen.action:
        name = "action__startswith" if chosen.action.endswith(".") else "action"
        entries = entries.filter(**{name: chosen.action})
    if chosen.actor_id:
        entries = entries.filter(actor_id=chosen.actor_id)
    if chosen.target_type:
        entries = entries.filter(target_type=chosen.target_type)
    if chosen.target_id:
        entries = entries.filter(target_id=chosen.target_id)
    if chosen.outcome:
        entries = entries.filter(outcome=chosen.outcome)
    if chosen.since:
        entries = entries.filter(at__gte=chosen.since)
    if chosen.until:
        entries = entries.filter(at__lt=chosen.until)
    return entries


def list_about(targets: Iterable[tuple[str, object]], *, actor: Actor) -> QuerySet[AuditEntry]:
    """What was done to a few rows, by type and id, newest first. Ask only after the rows may be seen."""
    about = Q(pk__in=())
    for kind, row_id in targets:
        about |= Q(target_type=kind, target_id=str(row_id))
    return _told(AuditEntry.objects.filter(about).order_by(*NEWEST_FIRST), actor)


def _told(entries: QuerySet[AuditEntry], actor: Actor) -> QuerySet[AuditEntry]:
    """Without what only those who keep children safe may know: that it was written, and by whom."""
    if actor.reaches_all(Permission.SAFEGUARDING):
        return entries
    return entries.exclude(action__startswith="people.safeguarding.")


def list_facts(actor: Actor, *, after: int = 0, types: Sequence[str] = ()) -> QuerySet[Fact]:
    """What happened in the last 30 days and may be told outside, in the order of its numbers."""
    actor.require_all(Permission.FACTS_VIEW)
    facts = Fact.objects.filter(seq__gt=after, leaves=True, at__gte=clock.now() - KEPT)
    return facts.filter(type__in=types) if types else facts


def list_webhooks(actor: Actor) -> QuerySet[WebhookEndpoint]:
    """The school's webhooks, the oldest first."""
    actor.require_all(Permission.WEBHOOKS_EDIT)
    return WebhookEndpoint.objects.order_by(*OLDEST_FIRST)


def get_webhook(webhook_id: UUID, *, actor: Actor) -> WebhookEndpoint:
    """One webhook."""
    found = list_webhooks(actor).filter(pk=webhook_id).first()
    if found is None:
        raise NotFoundError
    return found


def list_deliveries(webhook_id: UUID, *, actor: Actor) -> QuerySet[WebhookDelivery]:
    """Every attempt to tell a webhook something, and what is due, the latest first."""
    endpoint = get_webhook(webhook_id, actor=actor)
    return WebhookDelivery.objects.filter(endpoint=endpoint).select_related("fact").order_by(*LATEST_FIRST)


@dataclass(frozen=True)
class Waiting:
    """What of a school has not left the house yet."""

    facts: int
    """Without a number."""
    oldest: datetime | None
    """When the first of them was recorded."""
    due: int
    """Deliveries whose time has come."""
    later: int
    """Deliveries that are tried again later."""
    webhooks: dict[str, int]
    """How many are on, fail or are off."""


def what_waits() -> Waiting:
    """What of the school in scope waits: for who keeps the installation."""
    unnumbered = Fact.objects.filter(leaves=True, seq=None).aggregate(n=Count("pk"), oldest=Min("at"))
    is_due = Q(next_at__lte=clock.now())
    deliveries = WebhookDelivery.objects.filter(next_at__isnull=False).aggregate(
        due=Count("pk", filter=is_due), later=Count("pk", filter=~is_due)
    )
    states = WebhookEndpoint.objects.order_by("state").values_list("state").annotate(n=Count("pk"))
    return Waiting(unnumbered["n"], unnumbered["oldest"], deliveries["due"], deliveries["later"], dict(states))
