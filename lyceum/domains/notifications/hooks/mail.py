"""What carriers of e-mail report: checked and read by django-anymail, which knows their formats."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from anymail.exceptions import AnymailError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from django.http import HttpRequest

from lyceum.domains.notifications.hooks import USER, Heard, NotProvenError, Outcome, Proof, Report
from lyceum.domains.notifications.hooks.sns import confirmation_in, read_notice

_OUTCOMES = {
    EventType.DELIVERED: Outcome.DELIVERED,
    EventType.OPENED: Outcome.READ,
    EventType.CLICKED: Outcome.READ,
    EventType.COMPLAINED: Outcome.COMPLAINT,
    EventType.UNSUBSCRIBED: Outcome.STOPPED,
    EventType.FAILED: Outcome.FAILED,
    EventType.BOUNCED: Outcome.HARD,
}
_REFUSED = {
    # Not even tried, because of what is known of the address already.
    RejectReason.INVALID: Outcome.HARD,
    RejectReason.BOUNCED: Outcome.HARD,
    RejectReason.SPAM: Outcome.COMPLAINT,
    RejectReason.UNSUBSCRIBED: Outcome.STOPPED,
}
Softness = Callable[[AnymailTrackingEvent], bool]


def _read(view: Any, request: HttpRequest, is_soft: Softness) -> Heard:
    """Have anymail check the call and say what happened."""
    try:
        view.run_validators(request)
        events = view.parse_events(request)
    except AnymailWebhookValidationFailure as error:
        raise NotProvenError(str(error)) from error
    except (AnymailError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotProvenError(f"not in the carrier's format: {type(error).__name__}") from error
    return Heard(tuple(_report(event, is_soft) for event in events if event.message_id))


def _report(event: AnymailTrackingEvent, is_soft: Softness) -> Report:
    if event.event_type == EventType.REJECTED:
        outcome = _REFUSED.get(event.reject_reason, Outcome.FAILED)
    else:
        outcome = _OUTCOMES.get(event.event_type, Outcome.OTHER)
    if outcome is Outcome.HARD and is_soft(event):
        outcome = Outcome.SOFT
    why = event.description or event.mta_response or event.reject_reason or event.event_type
    return Report(_name_of(event), str(event.message_id), outcome, str(why)[:300])


def _name_of(event: AnymailTrackingEvent) -> str:
    """The carrier's own name for the event and its recipient; for one without, what it says."""
    if event.event_id:
        return f"{event.event_id}:{event.recipient}"[-200:]
    return hashlib.sha256(json.dumps(event.esp_event, sort_keys=True, default=str).encode()).hexdigest()


def _basic(proof: Proof) -> list[str]:
    return [f"{USER}:{proof.password}"]


def read_mailjet(request: HttpRequest, proof: Proof) -> Heard:
    """Mailjet signs nothing: the secret address and a password in it are the proof."""
    view = MailjetTrackingWebhookView(webhook_secret=_basic(proof))
    return _read(view, request, lambda event: not event.esp_event.get("hard_bounce", False))


def read_sendgrid(request: HttpRequest, proof: Proof) -> Heard:
    """SendGrid signs with a key of its own (ECDSA); its public half is the carrier's setting."""
    key = proof.options.get("hook_key", "")
    if not key:
        raise NotProvenError("no key to check the signature by")
    try:
        view = SendGridTrackingWebhookView(tracking_webhook_verification_key=key)
    except ValueError as error:
        raise NotProvenError("the key to check the signature by is none") from error
    return _read(view, request, lambda event: event.esp_event.get("type") == "blocked")


def read_mailgun(request: HttpRequest, proof: Proof) -> Heard:
    """Mailgun signs with the key for webhooks (HMAC), which older accounts share with the API."""
    key = proof.options.get("hook_key") or proof.options.get("api_key", "")
    return _read(MailgunTrackingWebhookView(webhook_signing_key=key), request, lambda _event: False)


def read_ses(request: HttpRequest, proof: Proof) -> Heard:
    """SES reports through a topic of SNS: its signature, and the password in the address."""
    notice = read_notice(request)
    view = AmazonSESTrackingWebhookView(auto_confirm_sns_subscriptions=False, webhook_secret=_basic(proof))
    heard = _read(view, request, lambda event: (event.description or "").startswith("Transient"))
    return Heard(heard.reports, confirm=confirmation_in(notice))
