"""What carriers report: each event once, forward only; and an address that takes nothing is left alone."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import F, QuerySet

from lyceum.core import clock
from lyceum.core.errors import NotFoundError, UnauthorizedError
from lyceum.core.ids import new_id
from lyceum.core.schools import current_school, school_scope
from lyceum.domains.accounts.rules.secrets import hash_secret
from lyceum.domains.notifications.hooks import USER, Outcome, Proof, Report
from lyceum.domains.notifications.hooks.passwords import password_for
from lyceum.domains.notifications.models import Address, Delivery, Hook, Provider, ProviderEvent
from lyceum.domains.notifications.rules.carriers import SILENT, hook_address, options_of
from lyceum.domains.notifications.rules.outcomes import note_soft_bounce, report, suppress

_log = logging.getLogger("lyceum.notifications")
BY_PASSWORD = frozenset({"mailjet", "ses", "sns"})
"""Carriers that sign in with a password in the address."""


WAITS_FOR = timedelta(hours=1)
"""How long a report is tried again whose message nobody knows. It is kept all the same."""
MOST_LEFT_OVER = 500


class ForgedHookError(UnauthorizedError):
    """The call does not prove that the carrier sent it."""

    code = "bad_signature"


@dataclass(frozen=True)
class Place:
    """Where a secret address leads."""

    school_id: int
    provider_id: UUID


def find_place(token: str) -> Place:
    """The school and carrier of a secret address. Asked before any school is known."""
    row = Hook.objects.filter(token_hash=hash_secret(token)).first()
    if row is None:
        raise NotFoundError
    return Place(row.school_id, row.provider)


def open_hook(row: Provider) -> None:
    """Let a carrier be found by the secret in its address."""
    Hook.objects.create(token_hash=hash_secret(row.hook_token), school_id=current_school(), provider=row.pk)


def close_hook(provider_id: UUID) -> None:
    """From now on nothing is heard at that address."""
    Hook.objects.filter(provider=provider_id, school=current_school()).delete()


def get_reporting(place: Place, *, kind: str) -> Provider:
    """The carrier that reports there, inside its school."""
    row = Provider.objects.filter(pk=place.provider_id, kind=kind).first()
    if row is None or kind in SILENT:
        raise NotFoundError
    return row


def proof_of(row: Provider) -> Proof:
    """What a call of that carrier must show."""
    return Proof(hook_address(row), password_for(row.hook_token), options_of(row))


def signed_in_address(row: Provider) -> str:
    """The address to give to the carrier, with the password where it signs nothing itself."""
    address = hook_address(row)
    if row.kind not in BY_PASSWORD:
        return address
    scheme, _slashes, rest = address.partition("://")
    return f"{scheme}://{USER}:{password_for(row.hook_token)}@{rest}"


def count_forged(place: Place) -> None:
    """Keep the number of calls that proved nothing, and nothing else of them."""
    with school_scope(place.school_id):
        Provider.objects.filter(pk=place.provider_id).update(forged=F("forged") + 1)
    _log.warning("a report without its carrier's signature", extra={"provider": str(place.provider_id)})


@dataclass(frozen=True)
class Reporter:
    """A carrier that reports: a school's own, or the installation's, which goes by its kind."""

    kind: str
    row: Provider | None = None

    @property
    def name(self) -> str:
        """As it stands on messages that it took."""
        return str(self.row.pk) if self.row else self.kind


def take_reports(reporter: Reporter, reports: Sequence[Report]) -> int:
    """Keep what a carrier reports, and apply what is new of it. Returns how many events were new.

    A message that is not known by that name is no fault: it may be on its way into the database, or be none of ours.
    """
    now = clock.now()
    rows = [
        ProviderEvent(
            id=new_id(),
            provider=reporter.row,
            carrier="" if reporter.row else reporter.kind,
            event=each.event,
            message=each.message[:200],
            received_at=now,
            payload=asdict(each),
        )
        for each in reports
    ]
    ProviderEvent.objects.bulk_create(rows, ignore_conflicts=True)
    kept = set(ProviderEvent.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    new = [row for row in rows if row.pk in kept]
    _apply(new)
    return len(new)


def apply_waiting(sender: str, message: str) -> None:
    """Apply what was reported of a message before we knew its name."""
    provider = _find_id(sender)
    if message and provider is not None:
        _apply(list(ProviderEvent.objects.filter(provider=provider, message=message, applied_at__isnull=True)))


def apply_left_over() -> None:
    """Apply what crossed with the writing down of its message's name, so that neither saw the other."""
    by_provider: dict[str, list[ProviderEvent]] = {}
    for event in _left_over().order_by("received_at", "pk")[:MOST_LEFT_OVER]:
        by_provider.setdefault(_name_of(event), []).append(event)
    for events in by_provider.values():
        _apply(events)


def has_left_over() -> bool:
    """Whether a report waits for a message that may be known by now."""
    return _left_over().exists()


def _left_over() -> QuerySet[ProviderEvent]:
    return ProviderEvent.objects.filter(applied_at__isnull=True, received_at__gte=clock.now() - WAITS_FOR)


def _find_id(sender: str) -> UUID | None:
    """A school's own carrier. What the installation's reports is heard once its message is known, and never waits."""
    try:
        return UUID(sender)
    except ValueError:
        return None


def _name_of(event: ProviderEvent) -> str:
    return str(event.provider_id) if event.provider_id else event.carrier


def _apply(events: Sequence[ProviderEvent]) -> None:
    """Events of one carrier."""
    if not events:
        return
    rows = Delivery.objects.select_for_update().filter(
        provider=_name_of(events[0]), provider_message__in={event.message for event in events}
    )
    deliveries = {row.provider_message: row for row in rows.order_by("pk")}
    applied = []
    for event in events:
        delivery = deliveries.get(event.message)
        if delivery is not None:
            _apply_one(delivery, Report(**event.payload))
            applied.append(event.pk)
    ProviderEvent.objects.filter(pk__in=applied).update(applied_at=clock.now())


def _apply_one(delivery: Delivery, said: Report) -> None:
    channel, address, why = delivery.channel, delivery.address, said.why
    match Outcome(said.outcome):
        case Outcome.DELIVERED | Outcome.READ as reached:
            report(delivery, reached.value)
        case Outcome.HARD:
            report(delivery, Delivery.State.BOUNCED, why=why)
            suppress(channel, address, why=why)
        case Outcome.COMPLAINT:
            report(delivery, Delivery.State.BOUNCED, why="complaint")
            suppress(channel, address, why="complaint")
        case Outcome.STOPPED:
            suppress(channel, address, why=why, state=Address.State.OPTED_OUT)
        case Outcome.SOFT:
            report(delivery, Delivery.State.FAILED, why=why)
            note_soft_bounce(channel, address, at=clock.now(), why=why)
        case Outcome.FAILED:
            report(delivery, Delivery.State.FAILED, why=why)
        case Outcome.OTHER:
            pass
