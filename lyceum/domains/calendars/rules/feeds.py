"""Secret addresses of calendars: made, shown once, taken back."""

import base64
import secrets
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.accounts.rules.secrets import hash_secret
from lyceum.domains.calendars.feeds import children_of, list_feeds
from lyceum.domains.calendars.models import CalendarFeed
from lyceum.domains.calendars.rules.refusals import TooManyFeedsError
from lyceum.domains.calendars.settings import MOST_FEEDS
from lyceum.domains.journal.rules import Target, record

TOKEN_BYTES = 20
"""160 bits."""


@dataclass(frozen=True)
class NewFeed:
    """An address, with its secret part, which is kept nowhere."""

    feed: CalendarFeed
    token: str

    @property
    def path(self) -> str:
        """What follows the address of the installation."""
        return f"/feeds/{self.token}.ics"


@transaction.atomic
def make_feed(*, student_id: UUID | None = None, actor: Actor) -> NewFeed:
    """An address of one's own calendar, or of one child's. Whoever has it reads it, for as long as oneself may."""
    actor.require(Permission.AGENDA_VIEW)
    if actor.user_id is None:
        raise invalid_field("/user", "required", _("Only a person has a calendar."))
    if student_id is not None and student_id not in children_of(actor):
        raise invalid_field("/student_id", "choice", _("There is no such child of yours."))
    if list_feeds(actor).count() >= MOST_FEEDS:
        raise TooManyFeedsError(_("You have %(n)s addresses. Take one back first.") % {"n": MOST_FEEDS})
    secret = base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().lower()
    token = f"{current_school()}-{secret}"
    feed = CalendarFeed.objects.create(user_id=actor.user_id, student_id=student_id, token_hash=hash_secret(token))
    record("calendars.feed.make", target=_target(feed), actor=actor)
    return NewFeed(feed, token)


@transaction.atomic
def revoke_feed(feed_id: UUID, *, actor: Actor) -> None:
    """Take an address of one's own back: from then on it answers nobody."""
    feed = list_feeds(actor).select_for_update(of=("self",)).filter(pk=feed_id).first()
    if feed is None:
        raise NotFoundError(_("There is no such address."))
    feed.revoked_at = clock.now()
    feed.save(update_fields=["revoked_at", "updated_at"])
    record("calendars.feed.revoke", target=_target(feed), actor=actor)


def _target(feed: CalendarFeed) -> Target:
    return Target(feed._meta.label_lower, feed.pk)
