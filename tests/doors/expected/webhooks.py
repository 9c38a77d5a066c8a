"""Webhooks, and the facts that they tell."""

from lyceum.core.permissions import Permission
from tests.doors.expected.door import Door

_p = Permission
NEW = {"url": "https://93.184.216.34/hooks/", "types": ["attendance.*"]}

REST: dict[str, Door] = {
    "listFacts": Door(_p.FACTS_VIEW),
    "listFactTypes": Door(_p.FACTS_VIEW),
    "listWebhooks": Door(_p.WEBHOOKS_EDIT),
    "createWebhook": Door(_p.WEBHOOKS_EDIT, body=NEW),
    "getWebhook": Door(_p.WEBHOOKS_EDIT),
    "editWebhook": Door(_p.WEBHOOKS_EDIT, body={"description": "Catering"}),
    "deleteWebhook": Door(_p.WEBHOOKS_EDIT),
    "rotateWebhookSecret": Door(_p.WEBHOOKS_EDIT),
    "testWebhook": Door(_p.WEBHOOKS_EDIT),
    "listWebhookDeliveries": Door(_p.WEBHOOKS_EDIT),
    "replayWebhook": Door(_p.WEBHOOKS_EDIT, body={"since": "2026-11-20T00:00:00Z"}),
}
FORM = NEW | {"types": "attendance.*"}
PAGES: dict[str, Door] = {
    "GET settings/webhooks/": Door(_p.WEBHOOKS_EDIT),
    "GET settings/webhooks/new/": Door(_p.WEBHOOKS_EDIT),
    "POST settings/webhooks/new/": Door(_p.WEBHOOKS_EDIT, body=FORM),
    "GET settings/webhooks/<uuid:webhook_id>/": Door(_p.WEBHOOKS_EDIT),
    "POST settings/webhooks/<uuid:webhook_id>/": Door(_p.WEBHOOKS_EDIT, body={"act": "test"}),
    "GET settings/webhooks/<uuid:webhook_id>/edit/": Door(_p.WEBHOOKS_EDIT),
    "POST settings/webhooks/<uuid:webhook_id>/edit/": Door(_p.WEBHOOKS_EDIT, body=FORM),
}
