"""Pages on which a school says who carries its messages, and in which words."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.forms import submitted, typed_id, typed_number
from lyceum.core.language import list_languages
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.notifications.queries import list_own_texts, list_providers
from lyceum.domains.notifications.rules.budget import count_used, read_budget, set_budget
from lyceum.domains.notifications.rules.carriers import has_carrier
from lyceum.domains.notifications.rules.hooks import signed_in_address
from lyceum.domains.notifications.rules.own_texts import reset_text, set_text
from lyceum.domains.notifications.rules.providers import (
    KINDS,
    add_provider,
    remove_provider,
    send_test,
    switch_provider,
    try_provider,
)
from lyceum.domains.notifications.texts import TEXTS, default_words
from lyceum.domains.notifications.words import Channel

HERE, TEXTS_HERE = "/settings/messages/", "/settings/messages/texts/"
FIELDS = {
    "host": _("Server"),
    "port": _("Port, usually 587"),
    "username": _("User name"),
    "password": _("Password"),
    "api_key": _("API key"),
    "secret_key": _("Secret key"),
    "sender_domain": _("Domain of the sender"),
    "region": _("Region, as in eu-west-2"),
    "key_id": _("Access key"),
    "secret": _("Secret"),
    "account": _("Account SID"),
    "token": _("Auth token"),
    "key": _("API key"),
}
HOOK_KEYS = {
    "sendgrid": _("Verification key of its event webhook; without it its reports are not believed"),
    "mailgun": _("Key that signs its webhooks, where it is not the API key"),
    "vonage": _("Signature secret; without it its reports are not believed"),
}
"""What each calls the key by which its reports are checked."""


@require_http_methods(["GET", "POST"])
def carriers_page(request: HttpRequest) -> HttpResponse:
    """Who carries e-mail and texts: those of the school in their order, and a test."""
    actor = actor_of(request)
    actor.require_all(Permission.PROVIDERS_EDIT)

    def context() -> dict[str, Any]:
        kind = request.POST.get("kind") or request.GET.get("kind", "")
        chosen = KINDS.get(kind)
        return {
            "providers": [
                (row, KINDS[row.kind].name, _said(row.state), signed_in_address(row)) for row in list_providers(actor)
            ],
            "kinds": [(name, each.name, each.channel) for name, each in KINDS.items()],
            "kind": kind if chosen else "",
            "kind_name": chosen.name if chosen else "",
            "settings": [(name, _label(kind, name), request.POST.get(name, "")) for name in chosen.settings]
            if chosen
            else [],
            "secrets": [(name, _label(kind, name)) for name in chosen.secrets] if chosen else [],
            "carried": {channel: has_carrier(channel) for channel in ("email", "sms")},
            "budget": read_budget(),
            "used": count_used(),
        }

    return submitted(request, "notifications/carriers.html", context, lambda: _change(request, actor))


def _label(kind: str, name: str) -> str:
    return str(HOOK_KEYS[kind] if name == "hook_key" else FIELDS[name])


def _said(state: str) -> str:
    return {"on": say("works"), "paused": say("paused"), "broken": say("does not work")}[state]


def _change(request: HttpRequest, actor: Actor) -> Done:
    typed = request.POST
    act, provider = typed.get("act", ""), typed_id(request, "provider") or UUID(int=0)
    if act == "test":
        address = typed.get("address", "")
        one = typed_id(request, "channel") if typed.get("channel", "") not in ("email", "sms") else None
        sent = (
            try_provider(one, address=address, actor=actor)
            if one
            else send_test(typed.get("channel", ""), address, actor=actor)
        )
        return Done(f"/outbox/{sent.pk}/", Toast(say("On its way.")))
    if act == "budget":
        cap = typed_number(request, "monthly_cap", 0) if typed.get("monthly_cap", "").strip() else None
        set_budget(cap, typed.get("price", ""), actor=actor)
    elif act == "switch":
        switch_provider(provider, state=typed.get("state", ""), actor=actor)
    elif act == "remove":
        remove_provider(provider, actor=actor)
    else:
        values = {name: typed.get(name, "") for name in (*FIELDS, "hook_key")}
        add_provider(typed.get("kind", ""), sender=typed.get("sender", ""), values=values, actor=actor)
    return Done(HERE, Toast(say("Kept.")))


@require_http_methods(["GET", "POST"])
def texts_page(request: HttpRequest) -> HttpResponse:
    """The words of every kind of message, in one language: ours, or the school's own."""
    actor = actor_of(request)
    actor.require_all(Permission.PROVIDERS_EDIT)
    asked = request.POST if request.method == "POST" else request.GET
    language = asked.get("language", "")
    language = language if language in dict(list_languages()) else (get_language() or "en")

    def act() -> Done:
        key, channel = request.POST.get("key", ""), request.POST.get("channel", "")
        if request.POST.get("act") == "reset":
            reset_text(key, channel, language, actor=actor)
        else:
            subject, body = request.POST.get("subject", ""), request.POST.get("body", "")
            set_text(key, channel, language, subject=subject, body=body, actor=actor)
        return Done(f"{TEXTS_HERE}?language={language}#{key}-{channel}", Toast(say("Kept.")))

    def context() -> dict[str, Any]:
        own = {(row.key, row.channel): row for row in list_own_texts(actor) if row.language == language}
        return {"texts": _texts(own, language), "language": language, "all_languages": list_languages()}

    return submitted(request, "notifications/texts.html", context, act)


def _texts(own: dict[tuple[str, str], Any], language: str) -> list[dict[str, Any]]:
    """Each kind of message by each channel, as it would be said."""
    found = []
    for key, text in sorted(TEXTS.items()):
        names = {name: f"{{{name}}}" for name in text.placeholders}
        for channel in (Channel.EMAIL, Channel.SMS):
            row = own.get((key, channel))
            ours = default_words(key, channel, names, languages=(language,))
            found.append(
                {
                    "key": key,
                    "channel": channel.value,
                    "by": channel.label,
                    "subject": row.subject if row else ours.subject,
                    "body": row.body if row else ours.message,
                    "is_own": row is not None,
                    "placeholders": list(names.values()),
                }
            )
    return found
