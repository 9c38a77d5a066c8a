"""Detentions among what waits for a decision."""

from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.behaviour.detention_queries import list_waiting
from lyceum.domains.behaviour.queue import SECTIONS, SHOWN, Section


def waiting_detentions(actor: Actor) -> Section | None:
    """Proposals after missed detentions, requests of families, excused ones without a slot, families not told."""
    if not actor.reaches_all(Permission.INCIDENTS_REVIEW):
        return None
    rows = list_waiting(actor)
    found = list(rows[: SHOWN + 1])
    more = rows.count() - SHOWN if len(found) > SHOWN else 0
    return Section("detentions", _("Detentions"), "behaviour/_detention_waiting.html", found[:SHOWN], more)


SECTIONS.insert(2, waiting_detentions)  # after reports and stages
