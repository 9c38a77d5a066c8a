"""Webhooks, with what became of their messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lyceum.domains.journal.models import WebhookEndpoint

if TYPE_CHECKING:
    from tests.browser.samples import Samples

NO_PAGES: dict[str, str] = {}


def add(samples: Samples) -> None:
    """Called in the demo school."""
    webhook = WebhookEndpoint.objects.order_by("created_at")[0]
    samples.add("settings-webhooks", "head", "/settings/webhooks/")
    samples.add("settings-webhook-new", "head", "/settings/webhooks/new/")
    samples.add("settings-webhook", "head", f"/settings/webhooks/{webhook.pk}/")
    samples.add("settings-webhook-edit", "head", f"/settings/webhooks/{webhook.pk}/edit/")
