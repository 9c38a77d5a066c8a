"""A page that is a list with a form below it: rooms and a way to add one."""

from collections.abc import Callable
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse

from lyceum.core.errors import RuleError
from lyceum.core.forms import gone_on, shown_errors
from lyceum.core.toasts import Done


class Show(Protocol):
    """Answers with the list, and with whatever else the page says."""

    def __call__(self, context: dict[str, Any], *, status: int = 200) -> HttpResponse: ...


def is_about_list(request: HttpRequest) -> bool:
    """Whether a request asks for the list itself, a file of it or an act on its rows; else the form was sent."""
    return request.method != "POST" or bool({"export", "bulk"} & set(request.POST))


def answer_list_with_form(request: HttpRequest, show: Show, act: Callable[[], str | Done]) -> HttpResponse:
    """Show the list and the form; do the form's act, which says where to go on. A refusal keeps what was typed."""
    if is_about_list(request):
        return show({"typed": request.GET})
    try:
        return gone_on(request, act())
    except RuleError as error:
        return show({"typed": request.POST, "errors": shown_errors(error)}, status=error.status)
