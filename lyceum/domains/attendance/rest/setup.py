"""Codes and session times over REST."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Schema, Status

from lyceum.core.permissions import Permission
from lyceum.core.rest import Strict, TimeOfDay, actor_of
from lyceum.domains.attendance.codes import read_codes
from lyceum.domains.attendance.meanings import COUNTS, Meaning
from lyceum.domains.attendance.models import SessionTimes
from lyceum.domains.attendance.queries import list_session_times
from lyceum.domains.attendance.rest.router import router
from lyceum.domains.attendance.rules.setup import choose_codes, delete_day_times, set_session_times

Day = date  # several schemas have a field called date


class CodeOut(Schema):
    """A code in use."""

    symbol: str
    label: str
    family_label: str
    meaning: str
    status: str | None
    session: str
    future_allowed: bool
    may_give: bool


@router.get("attendance/codes/", response=list[CodeOut], operation_id="listCodes")
def codes(request: HttpRequest) -> list[dict[str, Any]]:
    """The codes in use, in the order in which they are offered, and whether the caller may give them."""
    actor = actor_of(request)
    actor.require(Permission.REGISTERS_VIEW)
    found = read_codes(actor)
    return [
        {
            "symbol": code.symbol,
            "label": code.label,
            "family_label": code.family_label,
            "meaning": code.meaning,
            "status": COUNTS[Meaning(code.meaning)].status,
            "session": code.session,
            "future_allowed": code.future_allowed,
            "may_give": found.may_give(code),
        }
        for code in found.codes
        if code.active
    ]


class PresetIn(Strict):
    """A published set of codes."""

    preset: str = Field(max_length=20)


class PresetOut(Schema):
    """The set in use."""

    preset: str
    version: str
    source: str


@router.post("attendance/codes/", response={201: PresetOut}, operation_id="chooseCodes")
def choose(request: HttpRequest, body: PresetIn) -> Status[dict[str, Any]]:
    """Mark with a published set of codes from now on."""
    code_set = choose_codes(body.preset, actor=actor_of(request))
    return Status(201, {"preset": code_set.preset, "version": code_set.version, "source": code_set.source})


class TimesIn(Strict):
    """When a session starts and its register closes, from a day on."""

    session: str = Field(pattern="^(AM|PM|DAY)$")
    starts_at: TimeOfDay
    closes_at: TimeOfDay
    starts_on: Day | None = None
    only_on: Day | None = Field(None, description="Instead of from a day on: on this day alone, before all others.")


class TimesOut(Schema):
    """Session times."""

    id: UUID
    session: str
    starts_at: TimeOfDay
    closes_at: TimeOfDay
    starts_on: Day
    is_exception: bool = Field(description="They hold on that day alone.")
    grades: list[UUID] = Field(description="Empty: all that have no times of their own.")


def _times(row: SessionTimes) -> dict[str, Any]:
    return {"id": row.pk, **{name: getattr(row, name) for name in TimesOut.model_fields if name != "id"}}


@router.get("attendance/session-times/", response=list[TimesOut], operation_id="listSessionTimes")
def times(request: HttpRequest) -> list[dict[str, Any]]:
    """The times of every session, the newest first."""
    return [_times(row) for row in list_session_times(actor_of(request))]


@router.put("attendance/session-times/", response=TimesOut, operation_id="setSessionTimes")
def put_times(request: HttpRequest, body: TimesIn) -> dict[str, Any]:
    """Set the times of a session from a day on, or on one day alone. Registers that have no mark yet follow."""
    made = set_session_times(
        session=body.session,
        starts_at=body.starts_at,
        closes_at=body.closes_at,
        starts_on=body.starts_on,
        only_on=body.only_on,
        actor=actor_of(request),
    )
    return _times(made)


@router.delete("attendance/session-times/{uuid:times_id}/", response={204: None}, operation_id="deleteSessionTimes")
def delete_times(request: HttpRequest, times_id: UUID) -> Status[None]:
    """Take back the times of one day alone: the usual ones hold again. Days that are over keep theirs."""
    delete_day_times(times_id, actor=actor_of(request))
    return Status(204, None)
