"""Lists by cursor: the order is total, so that a walk shows no row twice and misses none that stood still."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Generic, TypeVar

import msgspec
from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from lyceum.core.errors import MalformedError

MOST, USUAL = 200, 50
_SALT = "cursor"
M = TypeVar("M", bound=Model)


class CursorInvalidError(MalformedError):
    """The cursor was not made here, or for another list."""

    code = "cursor_invalid"


@dataclass(frozen=True)
class Page(Generic[M]):
    """One page of a list and the cursors of its neighbours."""

    rows: list[M]
    next: str | None
    previous: str | None
    total: int | None


def page_of(
    rows: QuerySet[M] | Sequence[QuerySet[M]],
    *,
    order: Sequence[str],
    limit: int = USUAL,
    most: int = MOST,
    cursor: str = "",
    count: bool = False,
    whole: Callable[[QuerySet[M]], QuerySet[M]] | None = None,
) -> Page[M]:
    """A page of a queryset in a total order of fields (ascending, or `-descending`; the id last).

    Give `whole` where much is read of each row: the page is found first, and only its rows are joined to what they
    show. Otherwise the planner may join everything in order to throw all but a page away. Two statements: in one, a
    planner that knows nothing of the tables yet may find the page anew for each row.

    Several querysets of the same columns are one list: rows of one model, and of another that is kept beside it.
    """
    parts = [rows] if isinstance(rows, QuerySet) else list(rows)
    limit = max(1, min(limit, most))
    backwards, key = _read(cursor, order) if cursor else (False, None)
    way = [_turned(f) for f in order] if backwards else list(order)
    near = parts if key is None else [part.filter(_after(way, key)) for part in parts]
    ordered = joined(near).order_by(*way)
    page = ordered[: limit + 1]
    if whole is not None:
        ids = list(page.values_list("pk", flat=True))
        page = whole(parts[0].model._default_manager.filter(pk__in=ids)).order_by(*ordered.query.order_by)
    found = list(page)
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    after = (more or backwards) and bool(found)
    before = (more if backwards else key is not None) and bool(found)
    return Page(
        rows=found,
        next=_write(found[-1], order, backwards=False) if after else None,
        previous=_write(found[0], order, backwards=True) if before else None,
        total=sum(part.count() for part in parts) if count else None,
    )


def joined(rows: QuerySet[M] | Sequence[QuerySet[M]]) -> QuerySet[M]:
    """Querysets of the same columns as one."""
    if isinstance(rows, QuerySet):
        return rows
    return rows[0].union(*rows[1:], all=True) if rows[1:] else rows[0]


def _turned(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def _after(order: Sequence[str], key: Sequence[Any]) -> Q:
    """Rows that come after a key in a lexicographic order."""
    steps, same = [], Q()
    for field, value in zip(order, key, strict=True):
        name = field.lstrip("-")
        steps.append(same & Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value}))
        same &= Q(**{name: value})
    return reduce(or_, steps)


def _write(row: Model, order: Sequence[str], *, backwards: bool) -> str:
    key = [str(_value(row, field.lstrip("-"))) for field in order]
    packed = msgspec.json.encode([backwards, list(order), key]).decode()
    return signing.dumps(packed, salt=_SALT, compress=True)


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def _read(cursor: str, order: Sequence[str]) -> tuple[bool, list[str]]:
    try:
        backwards, made_for, key = msgspec.json.decode(signing.loads(cursor, salt=_SALT))
    except (signing.BadSignature, msgspec.DecodeError, ValueError):
        raise CursorInvalidError(_("This cursor is not one of ours. Start the list again.")) from None
    if made_for != list(order):
        raise CursorInvalidError(_("This cursor belongs to another list. Start the list again."))
    return bool(backwards), key
