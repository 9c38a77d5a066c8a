"""What holds for somebody who chose nothing."""

from lyceum.core.actor import Actor
from lyceum.core.permissions import STAFF_ROLES
from lyceum.domains.notifications.choice import FAMILY_WISHES, STAFF_WISHES, Wishes


def usual_of(actor: Actor) -> Wishes:
    """Of staff or of families."""
    return STAFF_WISHES if actor.roles & STAFF_ROLES else FAMILY_WISHES
