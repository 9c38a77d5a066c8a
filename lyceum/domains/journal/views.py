"""The pages of webhooks: who is told what, what became of each message, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import RuleError
from lyceum.core.forms import gone_on, shown_errors, submitted, typed_id
from lyceum.core.paging import page_of
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.signed_in import signed_in
from lyceum.core.toasts import Done, Toast
from lyceum.domains.journal.models import WebhookDelivery, WebhookEndpoint
from lyceum.domains.journal.published import EVERYTHING, FactType, choosable_types, sentence_of
from lyceum.domains.journal.queries import LATEST_FIRST, get_webhook, list_deliveries, list_webhooks
from lyceum.domains.journal.rules.endpoints import (
    Keyed,
    NewWebhook,
    change_webhook,
    create_webhook,
    delete_webhook,
    public_key_of,
    rotate_secret,
    send_again,
    switch_webhook,
    try_webhook,
)
from lyceum.domains.journal.words import AREAS, OFF_REASONS, OUTCOMES, STATES, Words, why_failed

HERE = "/settings/webhooks/"
LOOKS_FOR = timedelta(seconds=20)
"""How long a page waits by itself for the answer to a message."""
_TONES = {"on": "present", "failing": "late", "off": "due", "delivered": "present", "failed": "absent", "waiting": ""}


@require_GET
@signed_in
def webhooks_page(request: HttpRequest) -> HttpResponse:
    """Who is told, and whether it arrives."""
    rows = [(row, STATES[row.state], _TONES[row.state]) for row in list_webhooks(actor_of(request))]
    return render(request, "journal/webhooks.html", {"webhooks": rows})


@require_http_methods(["GET", "POST"])
@signed_in
def new_webhook_page(request: HttpRequest) -> HttpResponse:
    """Tell one more address; its secret is shown once."""
    actor = actor_of(request)
    actor.require_all(Permission.WEBHOOKS_EDIT)
    if request.method == "GET":
        return render(request, "journal/webhook_form.html", _form([]))
    new = NewWebhook(
        url=request.POST.get("url", ""),
        types=request.POST.getlist("types"),
        description=request.POST.get("description", ""),
        kind=request.POST.get("kind", "") or WebhookEndpoint.Kind.HMAC.value,
    )
    try:
        keyed = create_webhook(new, actor=actor)
    except RuleError as error:
        shown = {"typed": request.POST, "errors": shown_errors(error), **_form(new.types)}
        return render(request, "journal/webhook_form.html", shown, status=error.status)
    return _secret(request, keyed)


def _secret(request: HttpRequest, keyed: Keyed) -> HttpResponse:
    return render(request, "journal/webhook_secret.html", {"webhook": keyed.endpoint, "keyed": keyed})


@require_http_methods(["GET", "POST"])
@signed_in
def edit_webhook_page(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Where a webhook goes, and what it is told."""
    actor = actor_of(request)
    webhook = get_webhook(webhook_id, actor=actor)

    def act() -> Done:
        change_webhook(
            webhook_id,
            url=request.POST.get("url", ""),
            types=request.POST.getlist("types"),
            description=request.POST.get("description", ""),
            actor=actor,
        )
        return Done(f"{HERE}{webhook_id}/", Toast(_("The webhook is changed.")))

    def context() -> dict[str, Any]:
        chosen = request.POST.getlist("types") if request.method == "POST" else webhook.types
        typed = request.POST if request.method == "POST" else webhook
        return {"webhook": webhook, "typed": typed, **_form(chosen)}

    return submitted(request, "journal/webhook_form.html", context, act)


@dataclass(frozen=True)
class Area:
    """The types of one part of the school's life, as a form offers them."""

    name: Words
    every: str
    """What stands for all of them, also for those to come."""
    is_whole: bool
    types: list[tuple[FactType, bool]]

    @property
    def is_open(self) -> bool:
        """Whether something in it is chosen."""
        return self.is_whole or any(chosen for _type, chosen in self.types)


def _form(chosen: Iterable[str]) -> dict[str, Any]:
    wanted = set(chosen)
    areas = []
    for domain, types in groupby(choosable_types(), key=lambda each: each.domain):
        every = f"{domain}.*"
        offered = [(each, each.type in wanted) for each in types]
        areas.append(Area(AREAS.get(domain, domain), every, every in wanted, offered))
    return {"areas": areas, "everything": EVERYTHING, "is_everything": EVERYTHING in wanted}


@require_http_methods(["GET", "POST"])
@signed_in
def webhook_page(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """One webhook: what it is told, what became of each message, and what can be done."""
    actor = actor_of(request)
    problem: tuple[Any, ...] = ()
    status = 200
    if request.method == "POST":
        if request.POST.get("act") == "rotate":
            return _secret(request, rotate_secret(webhook_id, actor=actor))
        try:
            return gone_on(request, _act(request, webhook_id, actor))
        except RuleError as error:
            if error.status in (403, 404):
                raise
            problem, status = shown_errors(error), error.status
    webhook = get_webhook(webhook_id, actor=actor)
    rows = list_deliveries(webhook_id, actor=actor)
    page = page_of(rows, order=LATEST_FIRST, cursor=request.GET.get("cursor", ""))
    context = {
        "webhook": webhook,
        "errors": problem,
        "state": STATES[webhook.state],
        "tone": _TONES[webhook.state],
        "why_off": OFF_REASONS.get(webhook.off_reason, ""),
        "public_key": public_key_of(webhook),
        "told": [_told(each) for each in webhook.types],
        "deliveries": [_shown(row) for row in page.rows],
        "working": any(_is_about_to_go(row) for row in page.rows),
        "next_href": f"?{urlencode({'cursor': page.next})}" if page.next else "",
        "previous_href": f"?{urlencode({'cursor': page.previous})}" if page.previous else "",
    }
    return render(request, "journal/webhook.html", context, status=status)


def _is_about_to_go(row: WebhookDelivery) -> bool:
    """Whether its answer will be there in a moment."""
    return row.next_at is not None and abs(row.next_at - clock.now()) < LOOKS_FOR


def _told(pattern: str) -> Words:
    """A type or a pattern in words."""
    if pattern == EVERYTHING:
        return _("Everything that may go out")
    if pattern.endswith(".*"):
        return AREAS.get(pattern[:-2], pattern)
    return pattern


def _shown(row: WebhookDelivery) -> tuple[WebhookDelivery, str, Words, str, Words]:
    return row, sentence_of(row.fact.type), OUTCOMES[row.outcome], _TONES[row.outcome], why_failed(row)


def _act(request: HttpRequest, webhook_id: UUID, actor: Actor) -> Done | str:
    act, here = request.POST.get("act", ""), f"{HERE}{webhook_id}/"
    if act == "test":
        try_webhook(webhook_id, actor=actor)
        return Done(here, Toast(_("A test is on its way.")))
    if act in ("on", "off"):
        switch_webhook(webhook_id, on=act == "on", actor=actor)
        return Done(here, Toast(_("The webhook is on.") if act == "on" else _("The webhook is off.")))
    if act == "again":
        send_again(webhook_id, fact=typed_id(request, "fact"), actor=actor)
        return Done(here, Toast(_("It is sent again.")))
    if act == "delete":
        delete_webhook(webhook_id, actor=actor)
        return Done(HERE, Toast(_("The webhook is gone.")))
    raise Http404
