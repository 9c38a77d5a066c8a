"""Every route that the composed application has, found by asking it."""

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from lyceum.api.rest import api

JSON = "application/json"
Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Route:
    """One method on one path."""

    name: str
    """The operation's id, or method and path."""
    method: str
    path: str
    """With `{name}` or `<type:name>` where an id belongs."""
    body: Schema | None = None
    """The JSON schema of the body."""
    content_type: str = JSON
    query: tuple[Schema, ...] = ()
    """The parameters that must be given."""

    @property
    def is_page(self) -> bool:
        return not self.path.startswith("/api/")

    @property
    def names(self) -> list[str]:
        """The names of the ids in the path."""
        parts = [part for part in self.path.split("/") if part[:1] in ("{", "<")]
        return [part.strip("{}<>").split(":")[-1] for part in parts]

    def path_with(self, ids: Mapping[str, object]) -> str:
        """The path with ids in it."""
        path = self.path
        for part, name in zip([part for part in path.split("/") if part[:1] in ("{", "<")], self.names, strict=True):
            path = path.replace(part, str(ids[name]), 1)
        return path


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document of the composed application."""
    assert get_resolver().url_patterns  # composing happens there
    return json.loads(json.dumps(api.get_openapi_schema(), default=str))


def list_operations() -> list[Route]:
    """Every REST operation."""
    described = document()
    return [
        _operation(method.upper(), path, operation)
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    ]


def _operation(method: str, path: str, operation: dict[str, Any]) -> Route:
    contents = operation.get("requestBody", {}).get("content", {})
    content_type = JSON if JSON in contents else next(iter(contents), JSON)
    query = [p for p in operation.get("parameters", []) if p["in"] == "query" and p.get("required")]
    return Route(
        name=operation["operationId"],
        method=method,
        path=path,
        body=contents.get(content_type, {}).get("schema"),
        content_type=content_type,
        query=tuple(query),
    )


def list_pages() -> list[Route]:
    """Every page: whatever the resolver knows that is not REST or GraphQL, in each method that it takes."""
    return [
        Route(f"{method} {path}", method, f"/{path}")
        for path, view in _views(get_resolver().url_patterns)
        if not path.startswith(("api/", "graphql"))
        for method in methods_of(view)
        if method != "HEAD"
    ]


def _views(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns, path)
        else:
            yield path, pattern.callback


def methods_of(view: Callable[..., Any] | None) -> list[str]:
    """The methods that a view's decorator lets pass; ANY where it has none."""
    while view is not None:
        methods = inspect.getclosurevars(view).nonlocals.get("request_method_list")
        if methods:
            return list(methods)
        view = getattr(view, "__wrapped__", None)
    return ["ANY"]
