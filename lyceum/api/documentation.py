"""The page to which every problem document points: each refusal, by its code."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lyceum.core.errors import RuleError


@dataclass(frozen=True)
class ProblemType:
    """A refusal as it is documented."""

    code: str
    status: int
    title: str
    meaning: str


def _refusals(kind: type[RuleError]) -> Iterator[type[RuleError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _refusals(narrower)


def list_problem_types() -> list[ProblemType]:
    """Every refusal that a rule can raise, by code; the first sentence of each class says what it means."""
    kinds = {kind.code: kind for kind in _refusals(RuleError)}
    return [
        ProblemType(code, kind.status, kind.title, inspect.getdoc(kind) or "") for code, kind in sorted(kinds.items())
    ]


@require_GET
def problem_types(request: HttpRequest) -> HttpResponse:
    """The documented refusals."""
    return render(request, "web/problems.html", {"problems": list_problem_types()})
