"""The merged agenda."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Schema

from lyceum.core.rest import Strict, actor_of
from lyceum.domains.calendars.agenda import Entry, read_agenda
from lyceum.domains.calendars.rest.router import router
from lyceum.domains.tenancy.queries import today


class AgendaFilter(Strict):
    """Which days: by default the coming week. `types` names kinds of entries, with commas between them."""

    first: dt.date | None = Field(None, alias="from")
    last: dt.date | None = Field(None, alias="to")
    types: str = Field("", max_length=200)
    student: UUID | None = Field(None, description="One of one's children.")


class AgendaEntryOut(Schema):
    """One line of an agenda. `starts_at` is null where it takes whole days."""

    type: str
    id: UUID | None
    title: str
    date: dt.date
    last_day: dt.date
    all_day: bool
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    place: str
    note: str
    link: str = Field(description="The page of it.")
    student_id: UUID | None = Field(description="Whose it is, where it is a child's.")
    is_off: bool = Field(description="It was planned and does not take place.")
    state: str


class AgendaOut(Schema):
    """What somebody has from one day to another, by time."""

    first: dt.date = Field(alias="from", serialization_alias="from")
    last: dt.date = Field(alias="to", serialization_alias="to")
    items: list[AgendaEntryOut]


@router.get("calendar/", response=AgendaOut, by_alias=True, operation_id="getAgenda")
def agenda(request: HttpRequest, chosen: Query[AgendaFilter]) -> dict[str, Any]:
    """Events, holidays, lessons, due work and duties from one day to another, at most 92 days; one's own and one's
    children's.
    """
    first = chosen.first or (chosen.last or today())
    last = chosen.last or min(first, dt.date.max - dt.timedelta(days=9)) + dt.timedelta(days=6)
    kinds = {each.strip() for each in chosen.types.split(",") if each.strip()}
    found = read_agenda(actor_of(request), first=first, last=last, kinds=kinds, student=chosen.student)
    return {"from": first, "to": last, "items": [_shape(entry) for entry in found]}


def _shape(entry: Entry) -> dict[str, Any]:
    return {
        "type": entry.kind,
        "id": entry.id,
        "title": entry.title,
        "date": entry.first,
        "last_day": entry.last,
        "all_day": entry.all_day,
        "starts_at": entry.starts_at,
        "ends_at": entry.ends_at,
        "place": entry.place,
        "note": entry.note,
        "link": entry.link,
        "student_id": entry.student,
        "is_off": entry.is_off,
        "state": entry.state,
    }
