"""Detention slots that nobody supervises, for the landing page of those who plan them."""

from dataclasses import dataclass
from datetime import date, timedelta

from lyceum.core.actor import Actor
from lyceum.domains.behaviour.detention_queries import list_unsupervised

AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Unsupervised:
    """How many coming slots need somebody, and the day of the first."""

    count: int
    first: date


def read_unsupervised(actor: Actor, day: date) -> Unsupervised | None:
    """What the office has to find somebody for in the coming two weeks; None where there is nothing."""
    days = list(list_unsupervised(actor, first=day, last=day + AHEAD).values_list("on", flat=True))
    return Unsupervised(len(days), days[0]) if days else None
