"""What a GraphQL document may ask for: judged before anything of it is executed.

A field costs 1, times the size of every page on the way to it. What only frames a page (`edges`, `node`,
`cursor`, `pageInfo`) is free.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from django.utils.translation import gettext as _
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSyntaxError,
    InlineFragmentNode,
    IntValueNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    Visitor,
    get_named_type,
    parse,
    validate,
    value_from_ast_untyped,
    visit,
)

from lyceum.api.graphql_schema import schema
from lyceum.core.connections import USUAL

MOST_BYTES = 16 * 1024
MOST_TOKENS = 2000
MOST_ALIASES = 30
DEEPEST = 12
MOST_COST = 5000
MOST_ERRORS = 20
FOR_ANYBODY = frozenset({"login", "refreshToken", "register", "verifyCertificate", "__typename", "__type"})
_FRAME = re.compile(r"(Connection|Edge|PageInfo)$")
_LOOKS = frozenset({"__schema", "__type", "__typename"})


class RefusedError(Exception):
    """The document is not executed."""

    def __init__(self, errors: list[GraphQLError], *, status: int = 400, cost: int | None = None) -> None:
        super().__init__(errors[0].message)
        self.errors = errors
        self.status = status
        self.cost = cost


def refused(code: str, message: str, *, status: int = 400, cost: int | None = None) -> RefusedError:
    """A refusal with one error."""
    return RefusedError([GraphQLError(message, extensions={"code": code})], status=status, cost=cost)


@dataclass(frozen=True)
class Question:
    """A document that may be executed."""

    document: DocumentNode
    operation: OperationDefinitionNode
    variables: dict[str, Any]
    cost: int

    @property
    def name(self) -> str | None:
        """The name of the operation that is asked for."""
        return self.operation.name.value if self.operation.name else None


@dataclass(frozen=True)
class Asker:
    """What the limits need to know of who asks."""

    is_known: bool
    """Somebody is signed in."""
    may_look: bool
    """May look around the schema."""


def read_question(
    query: str, variables: Mapping[str, Any] | None, operation_name: str | None, asker: Asker
) -> Question:
    """Judge a document. Raises RefusedError for one that may not be executed."""
    document = _parsed(query)
    operation = _chosen(document, operation_name)
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    asked_for = set(_root_names(operation.selection_set, fragments))
    if not asker.is_known and asked_for - FOR_ANYBODY:
        raise refused("not_signed_in", _("Sign in to go on."), status=401)
    if not asker.may_look and "__schema" in asked_for:
        raise refused("introspection_off", _("The schema is shown to staff who are signed in."), status=403)
    errors = _faults(query, asker.may_look)
    if errors:
        raise RefusedError(list(errors))
    measure = _Measure(fragments, {**_defaults(operation), **(variables or {})})
    size = measure.of(operation.selection_set, _root_type(operation))
    if size.depth > DEEPEST:
        raise refused(
            "query_too_deep", _("Ask at most %(deepest)s levels deep.") % {"deepest": DEEPEST}, cost=size.cost
        )
    if size.cost > MOST_COST:
        raise refused(
            "query_too_costly",
            _("This would cost %(cost)s; a query may cost %(most_cost)s.")
            % {"cost": size.cost, "most_cost": MOST_COST},
            cost=size.cost,
        )
    if not asker.may_look and "__type" in asked_for:
        document = visit(document, _HideTypes())
        operation = _chosen(document, operation_name)
    return Question(document, operation, dict(variables or {}), size.cost)


@lru_cache(maxsize=256)
def _parsed(query: str) -> DocumentNode:
    if len(query.encode(errors="replace")) > MOST_BYTES:
        raise refused("query_too_costly", _("A query has at most %(most_bytes)s bytes.") % {"most_bytes": MOST_BYTES})
    try:
        document = parse(query, max_tokens=MOST_TOKENS)
    except GraphQLSyntaxError as error:
        code = "query_too_costly" if "tokens. Parsing aborted" in error.message else "malformed"
        error.extensions = {"code": code}
        raise RefusedError([error]) from None
    seen = _Texts()
    visit(document, seen)
    if seen.aliases > MOST_ALIASES:
        raise refused(
            "query_too_costly", _("A query has at most %(most_aliases)s aliases.") % {"most_aliases": MOST_ALIASES}
        )
    if seen.has_bad_text:
        raise refused("malformed", _("A text holds a character that cannot be kept."))
    return document


@lru_cache(maxsize=256)
def _faults(query: str, may_look: bool) -> tuple[GraphQLError, ...]:
    return tuple(validate(schema, _parsed(query), max_errors=MOST_ERRORS, hide_suggestions=not may_look))


class _Texts(Visitor):
    """Counts aliases and finds texts that no database keeps."""

    def __init__(self) -> None:
        super().__init__()
        self.aliases = 0
        self.has_bad_text = False

    def enter_field(self, node: FieldNode, *_rest: Any) -> None:
        self.aliases += node.alias is not None

    def enter_string_value(self, node: StringValueNode, *_rest: Any) -> None:
        self.has_bad_text |= is_bad_text(node.value)


_BAD_TEXT = re.compile("[\x00\ud800-\udfff]")


def is_bad_text(text: str) -> bool:
    """Whether a text holds a zero byte or half a character."""
    return _BAD_TEXT.search(text) is not None


class _HideTypes(Visitor):
    """Whoever may not look around the schema finds no type by name."""

    def enter_field(self, node: FieldNode, *_rest: Any) -> FieldNode | None:
        if node.name.value != "__type":
            return None
        nothing = tuple(
            argument.__class__(name=argument.name, value=StringValueNode(value="")) for argument in node.arguments or ()
        )
        return FieldNode(
            alias=node.alias,
            name=NameNode(value="__type"),
            arguments=nothing,
            directives=node.directives,
            selection_set=node.selection_set,
        )


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    wanted = [each for each in operations if name is None or (each.name and each.name.value == name)]
    if len(wanted) != 1:
        message = (
            _("There is no operation “%(name)s” here.") % {"name": name}
            if name
            else _("Say which operation, by its name.")
        )
        raise refused("malformed", message)
    return wanted[0]


def _root_names(selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[str]:
    """The names of an operation's own fields, those in fragments included."""
    waiting, seen = [selections], set[str]()
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FieldNode):
                yield selection.name.value
            elif isinstance(selection, InlineFragmentNode):
                waiting.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
                seen.add(selection.name.value)
                if selection.name.value in fragments:
                    waiting.append(fragments[selection.name.value].selection_set)


def _root_type(operation: OperationDefinitionNode) -> GraphQLObjectType:
    roots = {
        OperationType.QUERY: schema.query_type,
        OperationType.MUTATION: schema.mutation_type,
        OperationType.SUBSCRIPTION: schema.subscription_type,
    }
    found = roots[operation.operation]
    if found is None:
        raise refused("invalid", _("There is no %(operation)s here.") % {"operation": operation.operation.value})
    return found


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    given = operation.variable_definitions or ()
    return {
        each.variable.name.value: int(each.default_value.value)
        for each in given
        if isinstance(each.default_value, IntValueNode)
    }


@dataclass(frozen=True)
class _Size:
    depth: int = 0
    cost: int = 0

    def beside(self, other: _Size) -> _Size:
        return _Size(max(self.depth, other.depth), self.cost + other.cost)


@dataclass
class _Measure:
    """Measures a selection. A fragment is measured once, however often it is used."""

    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    known: dict[str, _Size] = field(default_factory=dict)

    def of(self, selections: SelectionSetNode, parent: GraphQLCompositeType) -> _Size:
        size = _Size()
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                size = size.beside(self._field(selection, parent))
            elif isinstance(selection, FragmentSpreadNode):
                size = size.beside(self._fragment(selection.name.value))
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = _type_named(condition.name.value) if condition else parent
                size = size.beside(self.of(selection.selection_set, inner))
        return size

    def _fragment(self, name: str) -> _Size:
        if name not in self.known:
            fragment = self.fragments[name]
            self.known[name] = self.of(fragment.selection_set, _type_named(fragment.type_condition.name.value))
        return self.known[name]

    def _field(self, node: FieldNode, parent: GraphQLCompositeType) -> _Size:
        name = node.name.value
        own = 0 if _FRAME.search(parent.name) and name != "totalCount" else 1
        declared = _field_of(parent, name)
        if name in _LOOKS or declared is None:
            return _Size(0, own)
        if node.selection_set is None:
            return _Size(1, own)
        inner_type = get_named_type(declared.type)
        inner = self.of(node.selection_set, inner_type)  # type: ignore[arg-type]  # validated: it has fields
        times = self._times(node, declared)
        return _Size(1 + inner.depth, own + times * inner.cost)

    def _times(self, node: FieldNode, declared: GraphQLField) -> int:
        """How many rows a field may bring."""
        values = dict(self.variables)
        given = {a.name.value: value_from_ast_untyped(a.value, values) for a in node.arguments or ()}
        if isinstance(ids := given.get("ids"), list):
            return len(ids)
        if "first" not in declared.args:
            return 1
        sizes = [given[name] for name in ("first", "last") if isinstance(given.get(name), int)]
        return max(map(abs, sizes), default=USUAL)


def _field_of(parent: GraphQLCompositeType, name: str) -> GraphQLField | None:
    if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
        found: GraphQLField | None = parent.fields.get(name)
        return found
    return None


def _type_named(name: str) -> GraphQLCompositeType:
    return cast(GraphQLCompositeType, schema.type_map[name])  # validated: it is there and has fields
