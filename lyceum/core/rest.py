"""What every REST operation shares: strict bodies, lists, problems, and who may call."""

from datetime import datetime, time
from typing import Annotated, Any, Generic, TypeVar

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Schema
from ninja.security.base import AuthBase
from pydantic import AfterValidator, ConfigDict, WithJsonSchema
from pydantic_core import PydanticCustomError

from lyceum.core.actor import Actor, ActorKind
from lyceum.core.errors import NotFoundError, UnauthorizedError
from lyceum.core.instants import NoInstantError, in_utc
from lyceum.core.paging import MOST, USUAL, Page

T = TypeVar("T")


class Strict(Schema):
    """A body or a set of parameters: what is not declared is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


def left_out() -> Any:
    """The default of a field that may be left out but not be null. Never read: the door takes only what was sent."""
    return None


def _in_utc(given: datetime) -> datetime:
    try:
        return in_utc(given)
    except NoInstantError as error:
        raise PydanticCustomError(error.code, error.message) from None


Instant = Annotated[datetime, AfterValidator(_in_utc)]
"""An instant that somebody gives: with its offset, and in UTC from here on."""


def _without_offset(given: time) -> time:
    if given.tzinfo is not None:
        raise PydanticCustomError("time", _("Give the school's local time without an offset, as in 08:45."))
    return given


_LOCAL_TIME = r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$"
TimeOfDay = Annotated[
    time,
    AfterValidator(_without_offset),
    WithJsonSchema({"type": "string", "pattern": _LOCAL_TIME, "examples": ["08:45"]}),
]
"""A time of day at the school. JSON Schema's own format for times asks for an offset, which this has not."""


class Walk(Strict):
    """How to walk a list."""

    limit: int = Field(USUAL, ge=1, le=MOST)
    cursor: str = Field("", max_length=2000)
    count: bool = False


class ListOf(Schema, Generic[T]):
    """One page of a list."""

    items: list[T]
    next: str | None = None
    previous: str | None = None
    total: int | None = None


def listed(page: Page[Any], items: list[Any]) -> dict[str, Any]:
    """The answer of a list operation."""
    return {"items": items, "next": page.next, "previous": page.previous, "total": page.total}


class ProblemError(Schema):
    """One wrong field."""

    pointer: str
    code: str
    message: str


class Problem(Schema):
    """A refusal, as RFC 9457 describes it. `code` is stable; more members may follow."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[ProblemError]
    request_id: str


class SignedIn(AuthBase):
    """Somebody is signed in, by access token, API key or cookie."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Actor:
        actor = actor_of(request)
        if actor.kind is ActorKind.PUBLIC:
            raise UnauthorizedError
        return actor


class Visiting(AuthBase):
    """Anybody: who is signed in, in their school; a stranger, in the school whose host they came to."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Actor:
        actor = actor_of(request)
        if actor.school_id is None:
            raise NotFoundError(_("No school answers at this address."))
        return actor


def actor_of(request: HttpRequest) -> Actor:
    """The actor whom the caller middleware found."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by CallerMiddleware
    return actor
