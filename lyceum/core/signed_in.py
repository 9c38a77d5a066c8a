"""What pages for signed-in people have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from lyceum.core.actor import ActorKind
from lyceum.core.errors import UnauthorizedError
from lyceum.core.rest import actor_of

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponse]


def signed_in(page: Page[P]) -> Page[P]:
    """A page for people who have signed in; others are led to the form."""

    @wraps(page)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if actor_of(request).kind is ActorKind.PUBLIC:
            raise UnauthorizedError
        return page(request, *args, **kwargs)

    return guarded
