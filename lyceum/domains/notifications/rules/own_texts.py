"""A school's own words for a kind of message. Every version is kept; without one, ours hold again."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.language import list_languages
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.notifications.models import Delivery, Template
from lyceum.domains.notifications.queries import get_own_text
from lyceum.domains.notifications.rules.providers import send_test
from lyceum.domains.notifications.texts import check_placeholders, text_of
from lyceum.domains.notifications.words import Channel

LONGEST = 2000


@transaction.atomic
def set_text(key: str, channel: str, language: str, *, subject: str, body: str, actor: Actor) -> Template:
    """Say it in the school's own words. A placeholder that this kind of message has not is refused here."""
    actor.require_all(Permission.PROVIDERS_EDIT)
    _check_place(key, channel, language)
    subject, body = (text.replace("\0", "").strip() for text in (subject, body))
    if not body:
        raise invalid_field("/body", "required", _("Say something, or take your words back to have ours."))
    if len(body) > LONGEST or len(subject) > 200:
        raise invalid_field("/body", "too_long", _("Use at most %(longest)s letters.") % {"longest": LONGEST})
    check_placeholders(key, subject=subject, body=body)
    rows = Template.objects.filter(key=key, channel=channel, language=language)
    last = rows.aggregate(last=Max("version"))["last"] or 0
    rows.filter(in_use=True).update(in_use=False)
    row = Template.objects.create(
        key=key, channel=channel, language=language, version=last + 1, subject=subject, body=body
    )
    record("notifications.text.set", target=Target.of(row), changes={"version": [last or None, last + 1]}, actor=actor)
    return row


@transaction.atomic
def change_text(text_id: UUID, *, subject: str | None = None, body: str | None = None, actor: Actor) -> Template:
    """Say one of the school's own texts otherwise. What is not given stays; the version before is kept."""
    row = get_own_text(text_id, actor=actor)
    return set_text(
        row.key,
        row.channel,
        row.language,
        subject=row.subject if subject is None else subject,
        body=row.body if body is None else body,
        actor=actor,
    )


@transaction.atomic
def drop_text(text_id: UUID, *, actor: Actor) -> None:
    """Go back to our words in the place of one of the school's."""
    row = get_own_text(text_id, actor=actor)
    reset_text(row.key, row.channel, row.language, actor=actor)


@transaction.atomic
def try_text(text_id: UUID, *, address: str, actor: Actor) -> Delivery:
    """Send one of the school's own texts to an address, with the names of its placeholders in their place."""
    row = get_own_text(text_id, actor=actor)
    return send_test(row.channel, address, key=row.key, language=row.language, actor=actor)


@transaction.atomic
def reset_text(key: str, channel: str, language: str, *, actor: Actor) -> None:
    """Go back to our words."""
    actor.require_all(Permission.PROVIDERS_EDIT)
    _check_place(key, channel, language)
    changed = Template.objects.filter(key=key, channel=channel, language=language, in_use=True).update(in_use=False)
    if changed:
        record("notifications.text.reset", target=Target("notifications.template", "", f"{key} {channel}"), actor=actor)


def _check_place(key: str, channel: str, language: str) -> None:
    text_of(key)
    if channel not in (Channel.IN_APP, Channel.EMAIL, Channel.SMS):
        raise invalid_field("/channel", "choice", _("Choose one of the list."))
    if language not in dict(list_languages()):
        raise invalid_field("/language", "choice", _("Choose one of the list."))
