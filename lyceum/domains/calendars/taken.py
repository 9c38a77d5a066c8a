"""Whom and what events take at which time: for rules that look for a time for something else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Q, QuerySet, Value, When

from lyceum.domains.calendars.models import Event, EventInvitation

_State, _Part = EventInvitation.State, EventInvitation.Part
TAKES_PART = Q(state=_State.ACCEPTED) | Q(
    state__in=(_State.PENDING, _State.TENTATIVE), part__in=(_Part.REQUIRED, _Part.SPEAKER, _Part.HOST)
)
"""Who said yes; and who has to be there and has not said no."""
_A_DAY = timedelta(days=1)
"""The days of an event are those of its own zone: they may begin a day apart from the school's."""


@dataclass(frozen=True)
class Taken:
    """A time that an event takes: whole days, or from an instant to another."""

    first: date
    last: date
    starts_at: datetime | None
    ends_at: datetime | None
    title: str
    """Empty where only who is invited may know of it."""

    def meets(self, on: date, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether it takes some of a time."""
        if self.starts_at is None or self.ends_at is None:
            return self.first <= on <= self.last
        return self.starts_at < ends_at and starts_at < self.ends_at


# Any: rows of columns, of which a caller makes `Taken`.
def list_invited(who: str, people: Collection[UUID], *, first: date, last: date) -> QuerySet[EventInvitation, Any]:
    """Who of some people takes part in which published events of some days: `who`, and the columns of `Taken`.

    `who` leads from a person to the id by which they are given: `students`, `staff`.
    """
    known = {f"person__{who}__in": people}
    rows = EventInvitation.objects.filter(TAKES_PART, _of_days("event__", first, last), **known)
    return rows.values_list(f"person__{who}", *_columns("event__"))


def list_in_room(room: UUID, *, first: date, last: date) -> list[Taken]:
    """The published events of some days that are in a room."""
    rows = Event.objects.filter(_of_days("", first, last), location=room).order_by("date", "starts_at", "pk")
    return [Taken(*row) for row in rows.values_list(*_columns(""))]


def _of_days(prefix: str, first: date, last: date) -> Q:
    return Q(
        **{
            f"{prefix}state": Event.State.PUBLISHED,
            f"{prefix}date__lte": last + _A_DAY,
            f"{prefix}last_day__gte": first - _A_DAY,
        }
    )


def _columns(prefix: str) -> tuple[Any, ...]:
    private = When(**{f"{prefix}visibility": Event.Visibility.PRIVATE, "then": Value("")})
    fields = (f"{prefix}{name}" for name in ("date", "last_day", "starts_at", "ends_at"))
    return (*fields, Case(private, default=F(f"{prefix}title")))
