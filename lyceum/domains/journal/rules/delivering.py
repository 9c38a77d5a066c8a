"""Telling an endpoint of a fact: signed, tried again at growing gaps, given up in the end."""

import random
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.core.outgoing import Answer, NoSuchHostError, NotPublicError, TooSlowError, tell
from lyceum.core.schools import current_school, give_back_connection, school_scope
from lyceum.domains.journal.facts import WebhookSwitchedOff
from lyceum.domains.journal.models import WebhookDelivery, WebhookEndpoint
from lyceum.domains.journal.queries import KEPT
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.journal.rules.relaying import SWEPT_EVERY, deliver_at, deliver_soon
from lyceum.domains.journal.signing import body_of, headers_of

GAPS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
"""Between an attempt that failed and the next."""
JITTER = 0.1
"""By how much of itself a gap is longer or shorter."""
LONGEST_REST = timedelta(minutes=10)
"""For how long an endpoint that does not answer is left alone, a tenth of the time for which it has not."""
LONGEST_WISH = timedelta(hours=24)
"""For how long an endpoint may ask to be left alone."""
GIVEN_UP_AFTER = timedelta(days=5)
"""Without any success."""
MOST_AT_ONCE, LONGEST_TURN = 100, 20.0
"""Deliveries and seconds of one turn; then others have theirs."""
GONE = 410
WISHES = (429, 503)
"""Statuses with which an endpoint may say when to come again."""


@dataclass(frozen=True)
class Parcel:
    """One attempt that is about to be made."""

    delivery: UUID
    endpoint: UUID
    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt: an answer, or why there was none."""

    answer: Answer | None
    error: str
    milliseconds: int

    @property
    def is_success(self) -> bool:
        """Whether the endpoint took it."""
        return self.answer is not None and 200 <= self.answer.status < 300


def deliver_due(school_id: int, endpoint_id: UUID) -> None:
    """Send what is due to one endpoint, in turn; after a failure without an answer others have their turn first.

    Each attempt is written down before the next is made. Who is killed between sending and writing sends it again.
    """
    ends = time.monotonic() + LONGEST_TURN
    for _ in range(MOST_AT_ONCE):
        with school_scope(school_id):
            parcel = _next_parcel(endpoint_id)
        if parcel is None:
            break
        give_back_connection()  # nobody else waits for it while we wait for the endpoint
        outcome = _send(parcel)
        with school_scope(school_id):
            _write_down(parcel, outcome)
        if outcome.answer is None or time.monotonic() > ends:
            break
    with school_scope(school_id):
        _come_again(endpoint_id)


def _next_parcel(endpoint_id: UUID) -> Parcel | None:
    endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id).first()
    now = clock.now()
    if endpoint is None or endpoint.is_off or (endpoint.quiet_until and endpoint.quiet_until > now):
        return None
    due = WebhookDelivery.objects.filter(endpoint=endpoint, next_at__lte=now, fact__seq__isnull=False)
    row = due.select_related("fact").order_by("next_at", "pk").first()  # made in the order of the facts
    if row is None:
        return None
    body = body_of(row.fact)
    return Parcel(row.pk, endpoint.pk, endpoint.url, body, headers_of(endpoint, row.fact, body, at=now))


def _send(parcel: Parcel) -> Outcome:
    began = time.monotonic()
    answer, error = None, ""
    try:
        answer = tell(parcel.url, parcel.body, parcel.headers, loopback=settings.WEBHOOKS_TO_LOOPBACK)
    except NotPublicError as refused:
        error = refused.code
    except NoSuchHostError:
        error = "no_host"
    except (TooSlowError, TimeoutError):
        error = "too_slow"
    except ssl.SSLError:
        error = "certificate"
    except socket.gaierror:
        error = "no_name"
    except (OSError, ValueError):
        error = "no_answer"
    return Outcome(answer, error, int((time.monotonic() - began) * 1000))


@transaction.atomic
def _write_down(parcel: Parcel, outcome: Outcome) -> None:
    """Keep what came of an attempt, and what follows from it."""
    endpoint = WebhookEndpoint.objects.select_for_update().filter(pk=parcel.endpoint).first()
    row = WebhookDelivery.objects.filter(pk=parcel.delivery).first()
    if endpoint is None or row is None:  # taken away, or switched off, while it was on its way
        return
    now = clock.now()
    row.at, row.next_at, row.milliseconds, row.error = now, None, outcome.milliseconds, outcome.error
    if outcome.answer:
        row.status = outcome.answer.status
        row.answer = outcome.answer.beginning.decode("utf-8", "replace").replace("\0", "\ufffd")
    row.save(update_fields=["at", "next_at", "milliseconds", "error", "status", "answer"])
    if outcome.is_success:
        endpoint.state, endpoint.failing_since = WebhookEndpoint.State.ON, None
        endpoint.last_success_at, endpoint.quiet_until = now, None
    else:
        _note_failure(endpoint, row, outcome, now)
    endpoint.save(update_fields=["state", "failing_since", "last_success_at", "quiet_until"])
    reason = "" if outcome.is_success else _reason_to_stop(endpoint, row, now)
    if reason:
        switch_off(endpoint, reason=reason, actor=system_actor(current_school()))


def _note_failure(endpoint: WebhookEndpoint, row: WebhookDelivery, outcome: Outcome, now: datetime) -> None:
    endpoint.state = WebhookEndpoint.State.FAILING
    endpoint.failing_since = endpoint.failing_since or now
    wish = _wish(outcome.answer, now)
    if wish:
        endpoint.quiet_until = now + wish
    elif outcome.answer is None:
        endpoint.quiet_until = now + min(max(GAPS[0], (now - endpoint.failing_since) / 10), LONGEST_REST)
    if row.failures < len(GAPS):
        gap = GAPS[row.failures] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
        WebhookDelivery.objects.create(
            endpoint=endpoint,
            fact_id=row.fact_id,
            attempt=row.attempt + 1,
            failures=row.failures + 1,
            next_at=now + max(gap, wish),
        )


def _wish(answer: Answer | None, now: datetime) -> timedelta:
    """For how long an endpoint asks to be left alone: seconds or a date."""
    if answer is None or answer.status not in WISHES or not answer.retry_after:
        return timedelta(0)
    given = answer.retry_after.strip()
    if given.isascii() and given.isdecimal():
        return min(timedelta(seconds=int(given[:9])), LONGEST_WISH)
    try:
        until = parsedate_to_datetime(given)
    except ValueError:
        return timedelta(0)
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), LONGEST_WISH)


def _reason_to_stop(endpoint: WebhookEndpoint, row: WebhookDelivery, now: datetime) -> str:
    if row.status == GONE:
        return "gone"
    if row.failures >= len(GAPS):
        return "last_failure"
    is_over = endpoint.failing_since is not None and endpoint.failing_since <= now - GIVEN_UP_AFTER
    return "no_success" if is_over else ""


def switch_off(endpoint: WebhookEndpoint, *, reason: str, actor: Actor) -> None:
    """Send nothing more to a locked endpoint, and say why. What was due is not sent; it can be sent again later."""
    before = endpoint.state
    endpoint.state, endpoint.off_reason = WebhookEndpoint.State.OFF, reason
    endpoint.save(update_fields=["state", "off_reason", "updated_at"])
    WebhookDelivery.objects.filter(endpoint=endpoint, next_at__isnull=False).delete()
    record(
        "journal.webhook.switch_off",
        target=Target.of(endpoint),
        changes={"state": [before, endpoint.state]},
        reason=reason,
        facts=[WebhookSwitchedOff(endpoint=endpoint.pk, reason=reason)],
        actor=actor,
    )


def _come_again(endpoint_id: UUID) -> None:
    """Enqueue the next turn where something is due within the minute; the sweep finds what is due later."""
    endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id).first()
    if endpoint is None or endpoint.is_off:
        return
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, next_at__isnull=False).order_by("next_at")
    first = waiting.values_list("next_at", flat=True).first()
    if first is None:
        return
    now, due = clock.now(), max(first, endpoint.quiet_until or first)
    if due <= now:
        deliver_soon(endpoint)
    elif due <= now + SWEPT_EVERY:
        deliver_at(endpoint, due)


def forget_old_deliveries() -> int:
    """Delete attempts that were made more than 30 days ago. Returns how many."""
    old = WebhookDelivery.objects.filter(at__lt=clock.now() - KEPT)
    return old._raw_delete(old.db)
