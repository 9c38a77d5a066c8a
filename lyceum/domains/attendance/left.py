"""Who seems to have left without a word, for the office's screen."""

from dataclasses import dataclass
from datetime import date, datetime

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.academics.queries import Standing, standings
from lyceum.domains.attendance.concerns import list_concerns
from lyceum.domains.attendance.models import Concern
from lyceum.domains.tenancy.queries import time_zone

MOST_SHOWN = 30


@dataclass(frozen=True)
class Left:
    """A student who was in and is absent from a lesson: which, since when, and where they belong."""

    concern: Concern
    standing: Standing

    @property
    def lesson(self) -> str:
        """The class and period that they are absent from."""
        seen = self.concern.evidence
        return " · ".join(filter(None, (seen.get("class", ""), seen.get("period", ""), seen.get("room", ""))))

    @property
    def raised_at(self) -> datetime:
        """When it was noticed, in local time."""
        return clock.local(self.concern.raised_at, time_zone())


def list_left(actor: Actor, day: date) -> list[Left]:
    """Those of a day who are still looked for, the newest first, in two statements."""
    rows = list_concerns(actor, state="open", kind=Concern.Kind.LEFT_LESSON).filter(last_on=day)
    found = list(rows[:MOST_SHOWN])
    placed = standings([row.student_id for row in found], day) if found else {}
    return [Left(row, placed[row.student_id]) for row in found]
