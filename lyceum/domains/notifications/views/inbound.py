"""Texts that came in: those that nothing took wait here for the office."""

from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods

from lyceum.core.forms import submitted
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.journal.rules import note_export
from lyceum.domains.notifications.models import Delivery, InboundSms
from lyceum.domains.notifications.queries import NEWEST_FIRST, get_inbound, list_inbound, list_sent_to
from lyceum.domains.notifications.rules.inbound import START, STOP, settle_text
from lyceum.domains.notifications.sources import page_of_source

HERE = "/outbox/texts/"
STATES = {"waiting": _("waits"), "handled": _("dealt with")}
SENT_SHOWN = 10
_TAKEN = {STOP: _("gets no more texts"), START: _("gets texts again")}


def taken_by(row: InboundSms) -> str:
    """What took a text, in words."""
    if row.handled_at is None:
        return say("waits")
    if page_of_source(row.handled_by):
        return say("taken as an answer")
    return str(_TAKEN.get(row.handled_by, row.handled_by))


def _state_html(row: InboundSms) -> SafeString:
    tone = "due" if row.handled_at is None else "present"
    return format_html('<span class="tag tag-{}">{}</span>', tone, taken_by(row))


TABLE: Table[InboundSms] = Table(
    name="texts-in",
    label=_("Texts that came in"),
    columns=(
        Column("text", _("Text"), lambda row: row.text),
        Column("from", pgettext_lazy("sender", "From"), lambda row: row.sender),
        Column("when", _("When"), lambda row: row.created_at, sort=("created_at",)),
        Column("state", _("State"), taken_by, html=_state_html),
    ),
    href=lambda row: f"{HERE}{row.pk}/",
    order=NEWEST_FIRST,
)


@require_http_methods(["GET", "POST"])
def texts_in_page(request: HttpRequest) -> HttpResponse:
    """Every text that came in, the newest first; those that wait are one filter away."""
    actor, asked = actor_of(request), request.GET
    handled = {"waiting": False, "handled": True}.get(asked.get("state", ""))
    return answer_list(
        request,
        TABLE,
        list_inbound(actor, handled=handled, text=asked.get("q", "")),
        template="notifications/texts_in.html",
        filters=(Filter("q", _("Number or words")), Filter("state", _("State"), list(STATES.items()), every=_("All"))),
        note_export=partial(note_export, TABLE.name, asked.urlencode(), actor=actor),
        count=False,
    )


@require_http_methods(["GET", "POST"])
def text_in_page(request: HttpRequest, sms_id: UUID) -> HttpResponse:
    """One text: what went to that number before, and that somebody has dealt with it."""
    actor = actor_of(request)
    row = get_inbound(sms_id, actor=actor)

    def act() -> Done:
        settle_text(sms_id, note=request.POST.get("note", ""), actor=actor)
        return Done(f"{HERE}?state=waiting", Toast(say("Dealt with.")))

    sent = list(list_sent_to(row.sender, actor=actor)[:SENT_SHOWN])
    context = {
        "sms": row,
        "waits": row.handled_at is None,
        "taken": taken_by(row),
        "taken_page": page_of_source(row.handled_by),
        "sent": [(each, page_of_source(each.notification.source)) for each in sent],
        "names": _names(sent),
    }
    return submitted(request, "notifications/text_in.html", lambda: context, act)


def _names(sent: list[Delivery]) -> list[str]:
    """Whose number it is, as far as messages to it say: one name, several, or none."""
    return list(dict.fromkeys(each.notification.name for each in sent if each.notification.name))
