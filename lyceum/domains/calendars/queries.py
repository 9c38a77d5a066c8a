"""What everybody may know of the school's events."""

from typing import Any

from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission


class _NoEvents(list[Any]):
    """The school has none yet."""

    def filter(self, **_asked: object) -> "_NoEvents":
        """Still none."""
        return self


def list_public_events(actor: Actor) -> Any:
    """What anybody may know of: published, public, in the order of time."""
    actor.require(Permission.EVENTS_VIEW)
    return _NoEvents()


def get_public_event(slug: str, *, actor: Actor) -> Any:
    """One event of which anybody may know."""
    actor.require(Permission.EVENTS_VIEW)
    raise NotFoundError(_("There is no event “%(slug)s”.") % {"slug": slug})
