"""Addresses lead where Django's own way of trying one pattern after the other leads them."""

import re
from uuid import UUID

import pytest
from django.urls import Resolver404, URLResolver, get_resolver, path
from django.urls.resolvers import RoutePattern

from lyceum.core.resolving import indexed
from tests.doors.routes import list_operations, list_pages

SAMPLES = {"uuid": str(UUID(int=7)), "int": "7", "slug": "some-words", "str": "word", "path": "a/b", "": "word"}
_PARTS = re.compile(r"<(?:(\w+):)?\w+>|\{\w+\}")


def some_paths() -> list[str]:
    routes = {route.path for route in (*list_operations(), *list_pages())}
    as_uuid = [_PARTS.sub(lambda found: SAMPLES.get(found[1] or "uuid", SAMPLES["uuid"]), each) for each in routes]
    as_word = [_PARTS.sub(lambda found: SAMPLES.get(found[1] or "", "word"), each) for each in routes]
    return sorted({*as_uuid, *as_word, "/", "//", "/students", "/nothing/", "/api/v1/nothing/", "/settings/x/y/", "/<"})


def found(resolver: URLResolver, address: str) -> tuple[object, ...] | None:
    try:
        match = resolver.resolve(address)
    except Resolver404:
        return None
    return match.func, match.args, match.kwargs, match.url_name, match.namespaces, match.app_names, match.route


def test_every_address_leads_where_trying_all_patterns_leads():
    [ours] = get_resolver().url_patterns
    paths = [each.removeprefix("/") for each in some_paths()]
    plain = URLResolver(ours.pattern, as_django_has_it(ours.url_patterns))

    differing = [each for each in paths if found(ours, each) != found(plain, each)]

    assert differing == []
    assert sum(found(ours, each) is not None for each in paths) > 700


def as_django_has_it(patterns: list) -> list:
    """The same patterns without the index."""
    return [
        URLResolver(each.pattern, each.url_patterns, each.default_kwargs, each.app_name, each.namespace)
        if isinstance(each, URLResolver)
        else each
        for each in patterns
    ]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("rooms", "rooms"),
        ("rooms/", "rooms-all"),
        ("rooms/7/", "room"),
        ("rooms/new/", "new"),
        ("elsewhere/7/", "anywhere"),
        ("r2d2/", "robot"),
        ("", "home"),
        ("rooms/7/x/", None),
    ],
)
def test_the_first_pattern_that_fits_is_taken(address: str, name: str | None):
    patterns = [
        path("", str, name="home"),
        path("rooms", str, name="rooms"),
        path("", ([path("rooms/", str, name="rooms-all"), path("rooms/new/", str, name="new")], "", "")),
        path("<slug:word>/7/", str, name="anywhere"),
        path("rooms/<int:n>/", str, name="room"),
        path("r<int:n>d2/", str, name="robot"),
    ]
    resolver = indexed("", patterns)
    plain = URLResolver(RoutePattern("", is_endpoint=False), patterns)

    assert found(resolver, address) == found(plain, address)
    assert (found(resolver, address) or [None] * 7)[3] == {"room": "anywhere"}.get(name or "", name)
