"""Addresses found by their first word: Django tries one pattern after the other, and a school has a thousand."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from django.urls import ResolverMatch, URLPattern, URLResolver
from django.urls.resolvers import RoutePattern

Pattern = URLPattern | URLResolver


class IndexedResolver(URLResolver):
    """Tries those patterns alone, in their order, that can begin as the address does."""

    def resolve(self, path: str) -> ResolverMatch:
        matched = self.pattern.match(str(path))
        word = matched[0].partition("/")[0] if matched else ""
        return self._by_word.get(word, self._others).resolve(path)

    @cached_property
    def _by_word(self) -> dict[str, URLResolver]:
        found: dict[str, list[Pattern]] = defaultdict(list)
        known = {word for each in _spread(self.url_patterns) if (word := _first_word(each)) is not None}
        for each in _spread(self.url_patterns):
            word = _first_word(each)
            for own in known if word is None else (word,):
                found[own].append(each)
        return {word: self._over(patterns) for word, patterns in found.items()}

    @cached_property
    def _others(self) -> URLResolver:
        return self._over([each for each in _spread(self.url_patterns) if _first_word(each) is None])

    def _over(self, patterns: Sequence[Pattern]) -> URLResolver:
        return URLResolver(self.pattern, list(patterns), self.default_kwargs, self.app_name, self.namespace)


def indexed(route: str, patterns: Sequence[Pattern], app_name: str = "", namespace: str = "") -> IndexedResolver:
    """As Django's `path` with `include`: everything under a route."""
    return IndexedResolver(
        RoutePattern(route, is_endpoint=False), list(patterns), app_name=app_name or None, namespace=namespace or None
    )


def _spread(patterns: Sequence[Any]) -> Iterator[Pattern]:
    """The patterns, and instead of a list of a domain's own, which adds nothing to the address, what is in it."""
    for each in patterns:
        if type(each) is URLResolver and not (str(each.pattern) or each.default_kwargs or each.namespace):
            yield from _spread(each.url_patterns)
        else:
            yield each


def _first_word(pattern: Pattern) -> str | None:
    """What an address must begin with up to its first slash; None where that may be anything."""
    route = str(pattern.pattern)
    literal, _variable, rest = route.partition("<")
    word, slash, _more = literal.partition("/")
    return word if slash or not rest else None
