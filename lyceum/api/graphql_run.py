"""Running a GraphQL document that may be run, and saying what came of it."""

import logging
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from graphql import ExecutionResult, GraphQLError, OperationType, execute_sync

from lyceum.api.graphql_limits import Asker, Question, RefusedError, refused
from lyceum.api.graphql_schema import schema
from lyceum.api.graphql_time import limited_time
from lyceum.core.actor import Actor, ActorKind
from lyceum.core.errors import NotAllowedError, RuleError
from lyceum.core.graphql import Asking
from lyceum.core.permissions import STAFF_ROLES

logger = logging.getLogger("lyceum.graphql")


@dataclass(frozen=True)
class Answer:
    """What a client is told, and the HTTP status for those who read statuses."""

    body: dict[str, Any]
    status: int = 200


def asker_of(actor: Actor) -> Asker:
    """What the limits need to know of an actor."""
    staff = actor.kind is ActorKind.KEY or bool(STAFF_ROLES & actor.roles)
    return Asker(is_known=actor.kind is not ActorKind.PUBLIC, may_look=settings.DEBUG or staff)


def run(question: Question, asking: Asking, *, root: Any = None) -> Answer:
    """Execute. The fact that a subscription tells is its `root`.

    Raises RefusedError where it takes too long: whatever else the transaction did is undone with it.
    """
    with limited_time() as watch:
        result = execute_sync(
            schema,
            question.document,
            root_value=root,
            context_value=asking,
            variable_values=question.variables,
            operation_name=question.name,
            hide_suggestions=True,
        )
    if watch.is_over:
        transaction.set_rollback(True)
        raise refused("query_too_slow", _("This took too long and was stopped."), status=503, cost=question.cost)
    if result.data is None and question.operation.operation is OperationType.MUTATION:
        transaction.set_rollback(True)
    return answer_of(result, asking, cost=question.cost)


def answer_of(result: ExecutionResult, asking: Asking, *, cost: int) -> Answer:
    """What a client is told about a result."""
    extensions = {"cost": cost}
    errors = result.errors or []
    if result.data is None and errors and not any(error.path for error in errors):
        return refusal_of(RefusedError(errors, cost=cost))
    body: dict[str, Any] = {"data": result.data}
    if errors:
        asking.refused += [e.original_error for e in errors if isinstance(e.original_error, RuleError)]
        body["errors"] = [told(error) for error in errors]
    return Answer({**body, "extensions": extensions}, 500 if result.data is None else 200)


def refusal_of(refused: RefusedError) -> Answer:
    """What a client is told about a document that was not executed."""
    body: dict[str, Any] = {"errors": [told(error) for error in refused.errors]}
    if refused.cost is not None:
        body["extensions"] = {"cost": refused.cost}
    return Answer(body, refused.status)


def told(error: GraphQLError) -> dict[str, Any]:
    """An error in words for a person, with a stable code; what went wrong inside stays in the log."""
    cause = error.original_error
    told: dict[str, Any] = dict(error.formatted)
    if isinstance(cause, RuleError):
        told["message"] = cause.detail
        told["extensions"] = extensions_of(cause)
    elif cause is not None and not isinstance(cause, GraphQLError):
        logger.error("a GraphQL field failed", exc_info=cause, extra={"path": error.path})
        told["message"] = _("Something went wrong here. It has been written down.")
        told["extensions"] = {"code": "internal"}
    else:
        told["extensions"] = {"code": "invalid", **(error.extensions or {})}
    return told


def extensions_of(error: RuleError) -> dict[str, Any]:
    """The code of a refusal outside a payload, and its wrong fields."""
    code = "forbidden" if isinstance(error, NotAllowedError) and error.code == NotAllowedError.code else error.code
    found: dict[str, Any] = {"code": code, "status": error.status}
    if error.errors:
        found["errors"] = [{"pointer": e.pointer, "code": e.code, "message": e.message} for e in error.errors]
    return found | error.extra
