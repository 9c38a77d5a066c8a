"""What every REST operation shares: strict bodies, lists, problems, and who may call."""

from typing import Any, Generic, TypeVar

from django.http import HttpRequest
from ninja import Field, Schema
from ninja.security.base import AuthBase
from pydantic import ConfigDict

from lyceum.core.actor import Actor, ActorKind
from lyceum.core.errors import UnauthorizedError
from lyceum.core.paging import MOST, USUAL, Page

T = TypeVar("T")


class Strict(Schema):
    """A body or a set of parameters: what is not declared is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


def left_out() -> Any:
    """The default of a field that may be left out but not be null. Never read: the door takes only what was sent."""
    return None


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


def actor_of(request: HttpRequest) -> Actor:
    """The actor whom the caller middleware found."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by CallerMiddleware
    return actor
