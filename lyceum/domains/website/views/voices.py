"""What strangers wrote: the queue of reviews, by one key each, and the messages to the school."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.errors import invalid_field
from lyceum.core.forms import submitted, typed_id
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast, Undo
from lyceum.domains.journal.rules import note_export
from lyceum.domains.website.models import ContactMessage, Review
from lyceum.domains.website.queries import (
    NEWEST_FIRST,
    get_message,
    list_all_reviews,
    list_messages,
    list_reviews,
    read_rejections,
)
from lyceum.domains.website.rules.messages import assign_message, move_message, reply_to_message
from lyceum.domains.website.rules.reviews import (
    change_review,
    hide_review,
    publish_review,
    reject_review,
)

QUEUE, INBOX = "/site/reviews/", "/site/messages/"
REASONS = {
    Review.Reason.SPAM: _("spam"),
    Review.Reason.ABUSE: _("abuse"),
    Review.Reason.PERSONAL: _("personal data"),
    Review.Reason.OFF_TOPIC: _("off topic"),
    Review.Reason.CONFLICT: _("conflict of interest"),
    Review.Reason.DUPLICATE: _("duplicate"),
}
STATES = {
    ContactMessage.State.NEW: _("new"),
    ContactMessage.State.OPEN: _("open"),
    ContactMessage.State.ANSWERED: _("answered"),
    ContactMessage.State.CLOSED: _("closed"),
    ContactMessage.State.SPAM: _("spam"),
}
REVIEW_STATES = {
    Review.State.PENDING: _("waits"),
    Review.State.PUBLISHED: _("published"),
    Review.State.REJECTED: _("rejected"),
    Review.State.HIDDEN: _("hidden"),
    Review.State.WITHDRAWN: _("withdrawn"),
}
MESSAGES: Table[ContactMessage] = Table(
    name="messages",
    label=_("Messages to the school"),
    columns=(
        Column("subject", _("About"), lambda row: row.subject),
        Column("name", pgettext_lazy("sender", "From"), lambda row: row.name, sort=("name",)),
        Column("when", _("When"), lambda row: row.created_at, sort=("created_at",)),
        Column("state", _("State"), lambda row: str(STATES[ContactMessage.State(row.state)]), sort=("state",)),
        Column("whose", _("Whose"), lambda row: row.assigned_name),
    ),
    href=lambda row: f"{INBOX}{row.pk}/",
    order=NEWEST_FIRST,
)
REVIEWS: Table[Review] = Table(
    name="reviews",
    label=_("Reviews"),
    columns=(
        Column("author", pgettext_lazy("sender", "From"), lambda row: row.author_name, sort=("author_name",)),
        Column("rating", _("Stars"), lambda row: row.rating, sort=("rating",), is_number=True),
        Column("course", _("Course"), lambda row: row.course.name if row.course else ""),
        Column("body", _("What it says"), lambda row: row.body),
        Column("when", _("When"), lambda row: row.created_at, sort=("created_at",)),
        Column("state", _("State"), lambda row: str(REVIEW_STATES[Review.State(row.state)]), sort=("state",)),
        Column("reason", _("Rejected because of"), lambda row: _reason(row), is_extra=True),
        Column("reply", _("Answer"), lambda row: row.reply, is_extra=True),
    ),
    href=lambda _row: QUEUE,
    order=NEWEST_FIRST,
)
_AT_ONCE, _SHOWN = 50, 30


def _reason(row: Review) -> str:
    return str(REASONS[Review.Reason(row.reason_code)]) if row.reason_code else ""


@require_http_methods(["GET", "POST"])
def reviews_page(request: HttpRequest) -> HttpResponse:
    """Reviews that wait, the likely spam last; and those that are shown."""
    actor = actor_of(request)
    actor.require_all(Permission.REVIEWS_MODERATE)

    def act() -> Done:
        row = typed_id(request, "row")
        if row is None:
            raise invalid_field("/row", "choice", gettext("Choose a review."))
        chosen = request.POST.get("act", "")
        if chosen == "reject":
            reject_review(row, reason_code=request.POST.get("reason", ""), actor=actor)
            again = Undo(QUEUE, [("row", str(row)), ("act", "publish")])
            return Done(QUEUE, Toast(gettext("Rejected. Publish it instead?"), again))
        if chosen == "change":
            given = {name: request.POST[name] for name in ("body", "reply") if name in request.POST}
            change_review(row, values=given, actor=actor)
            return Done(QUEUE, Toast(gettext("Saved.")))
        if chosen == "hide":
            hide_review(row, actor=actor)
            again = Undo(QUEUE, [("row", str(row)), ("act", "publish")])
            return Done(QUEUE, Toast(gettext("Hidden."), again))
        publish_review(row, actor=actor)
        return Done(QUEUE, Toast(gettext("Published."), Undo(QUEUE, [("row", str(row)), ("act", "hide")])))

    def context() -> dict[str, Any]:
        waiting = list_reviews(actor, status=Review.State.PENDING).order_by("spam_score", "created_at", "pk")
        shown = list_reviews(actor, status=Review.State.PUBLISHED).order_by("-published_at", "-pk")
        return {
            "waiting": waiting[:_AT_ONCE],
            "shown": shown[:_SHOWN],
            "reasons": list(REASONS.items()),
            "rejections": read_rejections(actor),
        }

    return submitted(request, "website/reviews_queue.html", context, act)


@require_http_methods(["GET", "POST"])
def all_reviews_page(request: HttpRequest) -> HttpResponse:
    """Every review as a list, for a file too."""
    actor, asked = actor_of(request), request.GET
    known = [(str(key), words) for key, words in REVIEW_STATES.items() if key != Review.State.WITHDRAWN]
    return answer_list(
        request,
        REVIEWS,
        list_all_reviews(actor, status=asked.get("state", "")[:9], text=asked.get("q", "")[:100]),
        template="website/reviews_list.html",
        filters=(Filter("q", _("Name or words")), Filter("state", _("State"), known, every=_("All"))),
        note_export=partial(note_export, REVIEWS.name, asked.urlencode(), actor=actor),
    )


@require_http_methods(["GET", "POST"])
def messages_page(request: HttpRequest) -> HttpResponse:
    """Messages to the school, the newest first; spam is one filter away."""
    actor, asked = actor_of(request), request.GET
    return answer_list(
        request,
        MESSAGES,
        list_messages(actor, status=asked.get("state", ""), text=asked.get("q", "")),
        template="website/messages.html",
        filters=(
            Filter("q", _("Name, address or subject")),
            Filter("state", _("State"), [(str(key), words) for key, words in STATES.items()], every=_("All but spam")),
        ),
        note_export=partial(note_export, MESSAGES.name, asked.urlencode(), actor=actor),
    )


@require_http_methods(["GET", "POST"])
def message_page(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One message: answer it, take it, close it, or say that it is spam."""
    actor = actor_of(request)
    row = get_message(message_id, actor=actor)
    here = f"{INBOX}{row.pk}/"

    def act() -> Done:
        chosen = request.POST.get("act", "")
        if chosen == "reply":
            reply_to_message(row.pk, body=request.POST.get("body", ""), actor=actor)
            return Done(here, Toast(gettext("On its way.")))
        if chosen == "mine":
            assign_message(row.pk, user_id=actor.user_id, actor=actor)
            return Done(here, Toast(gettext("It is yours.")))
        states = {"spam": "spam", "not_spam": "open", "close": "closed"}
        move_message(row.pk, state=states.get(chosen, "open"), actor=actor)
        return Done(INBOX, Toast(gettext("Done."), Undo(here, [("act", "not_spam")])))

    def context() -> dict[str, Any]:
        return {
            "row": row,
            "state": STATES[ContactMessage.State(row.state)],
            "replies": sorted(row.replies.all(), key=lambda each: each.written_at),
            "is_spam": row.state == ContactMessage.State.SPAM,
        }

    return submitted(request, "website/message.html", context, act)
