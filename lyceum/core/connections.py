"""Relay connections: lists by cursor, of one row or of many at once in one statement."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from django.core import signing
from django.db.models import Count, F, Model, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _
from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions import FieldExtension
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from lyceum.core.errors import invalid_field
from lyceum.core.graphql import Group
from lyceum.core.paging import CursorInvalidError

MOST, USUAL = 100, 20
_SALT = "graphql cursor"
T = TypeVar("T")
R = TypeVar("R")
M = TypeVar("M", bound=Model)


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(description="One row of a list, and its place.")
class Edge(Generic[T]):
    node: T | None
    cursor: str


@strawberry.type(description="One page of a list. The total is counted only when it is asked for.")
class Connection(Generic[T]):
    edges: list[Edge[T]]
    page_info: PageInfo
    total_count: int


@dataclass(frozen=True)
class Span:
    """Which page of a list: the first or the last so many, after or before a cursor."""

    first: int | None = None
    last: int | None = None
    after: str | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None:
            raise invalid_field("/last", "range", _("Ask for the first or for the last rows, not for both."))
        if not 0 <= self.size <= MOST:
            raise invalid_field("/first", "range", _("Ask for 0 to %(most)s rows at a time.") % {"most": MOST})

    @property
    def size(self) -> int:
        """How many rows at most."""
        asked = self.last if self.first is None else self.first
        return USUAL if asked is None else asked

    @property
    def backwards(self) -> bool:
        """Whether the page is counted from the end."""
        return self.last is not None


@dataclass(frozen=True)
class FoundEdge:
    """A row in its place."""

    node: Any
    place: Callable[[], str]

    @property
    def cursor(self) -> str:
        """The place as an opaque text."""
        return self.place()


@dataclass
class Found:
    """One page as it was found; what is not asked for is not made."""

    edges: list[FoundEdge]
    has_next_page: bool
    has_previous_page: bool
    count: Callable[[], int]

    @property
    def page_info(self) -> "Found":
        """The page itself knows where it lies."""
        return self

    @property
    def start_cursor(self) -> str | None:
        """The place of the first row."""
        return self.edges[0].cursor if self.edges else None

    @property
    def end_cursor(self) -> str | None:
        """The place of the last row."""
        return self.edges[-1].cursor if self.edges else None

    @cached_property
    def total_count(self) -> int:
        """How many rows the whole list has."""
        return self.count()


class Paged(FieldExtension):
    """Gives a field the four arguments of a connection and its resolver the page they mean, as `span`."""

    def apply(self, field: StrawberryField) -> None:
        """Replace the argument `span` by the four."""
        own = [argument for argument in field.arguments if argument.python_name != "span"]
        kinds = (("first", int), ("after", str), ("last", int), ("before", str))
        field.arguments = own + [_argument(name, kind) for name, kind in kinds]

    def resolve(self, next_: Callable[..., Any], source: Any, info: Any, **kwargs: Any) -> Any:
        """Read the page that was asked for."""
        four = {name: kwargs.pop(name, None) for name in ("first", "after", "last", "before")}
        return next_(source, info, span=Span(**four), **kwargs)


def _argument(name: str, kind: type) -> StrawberryArgument:
    return StrawberryArgument(name, None, StrawberryAnnotation(kind | None), default=None)


def connection(of: Any) -> Callable[[Callable[..., Any]], Any]:
    """A field that is a list by cursor. Its resolver takes `span` and returns what was found."""
    return lambda resolver: strawberry.field(resolver, graphql_type=Connection[of] | None, extensions=[Paged()])


def elsewhere(name: str, module: str) -> Any:
    """A type that another domain declares in its graphql.py."""
    return Annotated[name, strawberry.lazy(f"lyceum.domains.{module}.graphql")]


def find_page(
    rows: QuerySet[M], *, order: Sequence[str], span: Span, node: Callable[[M], Any] = lambda row: row
) -> Found:
    """A page of a queryset in a total order of fields (ascending, or `-descending`; the id last)."""
    ordered = rows.order_by(*(_turned(order) if span.backwards else order))
    found = list(ordered.filter(_inside(order, span))[: span.size + 1])
    page = _page(found, order, span, node, rows.count)
    Group(edge.node for edge in page.edges)
    return page


def find_pages(
    rows: QuerySet[M],
    *,
    parent: str,
    order: Sequence[str],
    span: Span,
    node: Callable[[M], Any] = lambda row: row,
) -> Mapping[Any, Found]:
    """The same page of each parent's rows, all in one statement; an empty page for every other parent."""
    turned = _turned(order) if span.backwards else list(order)
    place = Window(RowNumber(), partition_by=[F(parent)], order_by=[_expression(name) for name in turned])
    near = rows.filter(_inside(order, span)).annotate(place_in_page=place)
    found: dict[Any, list[M]] = {}
    for row in near.filter(place_in_page__lte=span.size + 1).order_by(*turned):
        found.setdefault(getattr(row, parent), []).append(row)
    counts = _counts(rows, parent)
    pages = _Pages(lambda key: Found([], False, False, partial(_count_of, counts, key)))
    for key, few in found.items():
        pages[key] = _page(few, order, span, node, partial(_count_of, counts, key))
    Group(edge.node for page in pages.values() for edge in page.edges)
    return pages


class _Pages(dict[Any, Found]):
    def __init__(self, empty: Callable[[Any], Found]) -> None:
        super().__init__()
        self.empty = empty

    def __missing__(self, key: Any) -> Found:
        return self.empty(key)


def _counts(rows: QuerySet[Any], parent: str) -> Callable[[], Mapping[Any, int]]:
    """How many rows each parent has, counted at the first question."""
    known: dict[Any, int] = {}

    def counted() -> Mapping[Any, int]:
        if not known:
            grouped = rows.order_by().values_list(parent).annotate(how_many=Count("*"))
            known.update(dict(grouped) or {None: 0})
        return known

    return counted


def _count_of(counts: Callable[[], Mapping[Any, int]], key: Any) -> int:
    return counts().get(key, 0)


def _page(
    found: list[M], order: Sequence[str], span: Span, node: Callable[[M], Any], count: Callable[[], int]
) -> Found:
    more, found = len(found) > span.size, found[: span.size]
    if span.backwards:
        found.reverse()
    return Found(
        edges=[FoundEdge(node(row), partial(_write, row, order)) for row in found],
        has_next_page=span.before is not None if span.backwards else more,
        has_previous_page=more if span.backwards else span.after is not None,
        count=count,
    )


def page_of_list(items: Sequence[R], *, key: Callable[[R], Hashable], span: Span) -> Found:
    """A page of what is in memory already. The keys are unique."""
    places = {str(key(item)): n for n, item in enumerate(items)}
    start = _place_in(places, span.after) + 1 if span.after else 0
    end = _place_in(places, span.before) if span.before else len(items)
    if span.backwards:
        start, had = max(start, end - span.size), start
        more_before, more_after = start > had, end < len(items)
    else:
        end, had = min(end, start + span.size), end
        more_before, more_after = start > 0, end < had
    edges = [FoundEdge(item, partial(_sign, ["key"], [str(key(item))])) for item in items[start:end]]
    return Found(edges, more_after, more_before, lambda: len(items))


def _place_in(places: Mapping[str, int], cursor: str) -> int:
    (key,) = _read(cursor, ["key"])
    if key not in places:
        raise CursorInvalidError(_("This cursor is not of this list. Start the list again."))
    return places[key]


def _turned(order: Sequence[str]) -> list[str]:
    return [name[1:] if name.startswith("-") else f"-{name}" for name in order]


def _expression(name: str) -> Any:
    return F(name[1:]).desc() if name.startswith("-") else F(name).asc()


def _inside(order: Sequence[str], span: Span) -> Q:
    condition = Q()
    if span.after:
        condition &= _beyond(order, _read(span.after, order))
    if span.before:
        condition &= _beyond(_turned(order), _read(span.before, order))
    return condition


def _beyond(order: Sequence[str], key: Sequence[str]) -> Q:
    """Rows that come after a key in an order of fields."""
    condition, same = Q(pk__in=()), Q()
    for name, value in zip(order, key, strict=True):
        bare = name.lstrip("-")
        condition |= same & Q(**{f"{bare}__{'lt' if name.startswith('-') else 'gt'}": value})
        same &= Q(**{bare: value})
    return condition


def _write(row: Any, order: Sequence[str]) -> str:
    key = []
    for name in order:
        value = row
        for step in name.lstrip("-").split("__"):
            value = getattr(value, step)
        key.append(str(value))
    return _sign(order, key)


def _sign(order: Sequence[str], key: list[str]) -> str:
    return signing.dumps([list(order), key], salt=_SALT, compress=True)


def _read(cursor: str, order: Sequence[str]) -> list[str]:
    try:
        made_for, key = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError):
        raise CursorInvalidError(_("This cursor is not one of ours. Start the list again.")) from None
    if made_for != list(order):
        raise CursorInvalidError(_("This cursor belongs to another list. Start the list again."))
    return [str(part) for part in key]
