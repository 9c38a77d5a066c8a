"""What every GraphQL type shares: who asks, rows read together, refusals, types that grow upwards."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, NewType, TypeVar
from uuid import UUID

import strawberry
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext
from strawberry.extensions import FieldExtension
from strawberry.scalars import JSON
from strawberry.types.base import WithStrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, RuleError


@dataclass
class Asking:
    """Who asks, what was done on the way, and what was refused."""

    actor: Actor
    request: HttpRequest | None = None
    """None where the question came over a socket."""
    refused: list[RuleError] = field(default_factory=list)
    acts_done: int = 0


Info = strawberry.Info[Asking, None]
MinorUnits = NewType("MinorUnits", int)


def _whole(given: object) -> int:
    if isinstance(given, bool) or not isinstance(given, int):
        raise ValueError("MinorUnits is a whole number.")
    return given


def _read_whole(node: Any, _variables: object = None) -> int:
    return _whole(int(getattr(node, "value", "")))


SCALARS: dict[object, Any] = {
    MinorUnits: strawberry.scalar(
        name="MinorUnits",
        description="A whole number of a currency’s smallest unit; it may be larger than an Int.",
        serialize=int,
        parse_value=_whole,
        parse_literal=_read_whole,
    )
}
"""Scalars of our own, by the type for which they stand."""


def row_id(given: strawberry.ID | str) -> UUID:
    """The id as a UUID. What is no id names nothing."""
    try:
        return UUID(str(given))
    except ValueError:
        raise NotFoundError from None


def row_ids(given: Iterable[strawberry.ID]) -> list[UUID]:
    """Ids as UUIDs."""
    return [row_id(each) for each in given]


@strawberry.interface(description="Something with an id of its own: the same id as over REST and in facts.")
class Node:
    id: strawberry.ID


def shown_as(graphql_type: Any, *, name: str | None = None) -> Callable[[Callable[..., Any]], Any]:
    """A field whose resolver returns a row, which is shown as a type."""
    return lambda resolver: strawberry.field(resolver, graphql_type=graphql_type, name=name)


def followed_as(graphql_type: Any) -> Callable[[Callable[..., Any]], Any]:
    """A subscription: its resolver says what is followed, each fact is shown as a type."""
    return lambda resolver: strawberry.subscription(resolver, graphql_type=graphql_type)


def through(path: str) -> Any:
    """A field that is found by walking from the row, as in `person.full_name`."""
    steps = path.split(".")

    def walk(root: Any) -> Any:
        for step in steps:
            root = getattr(root, step)
        return root

    return strawberry.field(resolver=walk)


R = TypeVar("R")
V = TypeVar("V")
_GROUP = "_read_with"


class Group(Generic[R]):
    """Rows that were read together: what one of them needs next is read for all of them in one statement.

    So the number of statements depends on the depth of a question, never on the number of rows.
    """

    def __init__(self, rows: Iterable[R]) -> None:
        self.rows = list(rows)
        self._known: dict[Hashable, Any] = {}
        for row in self.rows:
            setattr(row, _GROUP, self)

    def once(self, key: Hashable, read: Callable[[list[R]], Any]) -> Any:
        """What `read` says about all rows, read at the first question under this key."""
        if key not in self._known:
            self._known[key] = read(self.rows)
        return self._known[key]


def together(row: R, key: Hashable, read: Callable[[list[R]], Mapping[Any, V]]) -> Mapping[Any, V]:
    """What `read` says about a row and about all that were read with it."""
    group: Group[R] = getattr(row, _GROUP, None) or Group([row])
    known: Mapping[Any, V] = group.once(key, read)
    return known


def related(row: R, key: Hashable, read: Callable[[list[R]], Mapping[Any, V]]) -> Mapping[Any, V]:
    """Other rows that belong to a row and to all that were read with it; they too were read together."""

    def read_together(rows: list[R]) -> Mapping[Any, V]:
        found = read(rows)
        Group(found.values())
        return found

    return together(row, key, read_together)


@strawberry.type
class FieldProblem:
    """One wrong field of an input: where (JSON pointer), a stable code, and words for a person."""

    pointer: str
    code: str
    message: str


@strawberry.type
class Problem:
    """A refusal with the same code, status and words as over REST."""

    code: str
    status: int
    title: str
    detail: str
    fields: list[FieldProblem]
    extra: JSON


def problem_of(error: RuleError) -> Problem:
    """A refusal as a payload shows it."""
    fields = [FieldProblem(pointer=_camel(e.pointer), code=e.code, message=e.message) for e in error.errors]
    return Problem(
        code=error.code,
        status=error.status,
        title=gettext(error.title),
        detail=error.detail,
        fields=fields,
        extra=JSON(error.extra),
    )


def _camel(pointer: str) -> str:
    """A pointer into a REST body, as it points into an input."""
    first, *more = pointer.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in more)


@strawberry.type
class Payload:
    """What every mutation returns: the object where it was done, the refusals where it was not."""

    errors: list[Problem] = strawberry.field(default_factory=list)


class Act(FieldExtension):
    """Runs a mutation in a savepoint of its own: a refusal undoes it and becomes the payload's `errors`."""

    def apply(self, field: StrawberryField) -> None:
        """Remember the field whose payload is returned."""
        self.field = field

    @cached_property
    def payload(self) -> type[Payload]:
        """The type that the mutation returns."""
        found: type[Payload] = self.field.type  # type: ignore[assignment]  # mutations return a class of ours
        return found

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info, **kwargs: Any) -> Any:
        """Do it, or return why not."""
        try:
            with transaction.atomic():
                payload = next_(source, info, **kwargs)
        except RuleError as error:
            info.context.refused.append(error)
            return self.payload(errors=[problem_of(error)])
        info.context.acts_done += 1
        return payload


def act(resolver: Callable[..., Any]) -> Any:
    """A mutation: takes one `input`, returns a payload."""
    return strawberry.mutation(resolver, extensions=[Act()])


def changes_in(given: object, **renamed: str) -> dict[str, Any]:
    """The fields of an input that were given. Text that is null is emptied."""
    values = {name: value for name, value in vars(given).items() if value is not strawberry.UNSET}
    return {renamed.get(name, name): value for name, value in values.items() if renamed.get(name, name)}


_growth: dict[str, list[StrawberryField]] = {}


def grows(type_name: str) -> Callable[[type], type]:
    """Add the fields of a class to a type of a domain below, which does not know of them."""

    def add(cls: type[WithStrawberryObjectDefinition]) -> type[WithStrawberryObjectDefinition]:
        _growth.setdefault(type_name, []).extend(cls.__strawberry_definition__.fields)
        return cls

    return add


def grow(*types: type) -> None:
    """Give types what domains above have added to them; done once, before the schema is made."""
    for each in types:
        definition = each.__strawberry_definition__  # type: ignore[attr-defined]  # Strawberry types
        definition.fields.extend(_growth.pop(definition.name, ()))
    if _growth:
        raise LookupError(f"No such types to add fields to: {', '.join(_growth)}")
