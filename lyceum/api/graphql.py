"""GraphQL over HTTP at /graphql: what the specification asks of a server, and nothing that decides."""

from typing import Any

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from graphql import OperationType

from lyceum.api.graphql_limits import MOST_COST, Question, RefusedError, is_bad_text, read_question, refused
from lyceum.api.graphql_run import Answer, asker_of, refusal_of, run
from lyceum.api.graphql_schema import sdl
from lyceum.api.idempotency import note_no_effect
from lyceum.api.problems import note_refusal
from lyceum.core.errors import UnauthorizedError
from lyceum.core.graphql import Asking
from lyceum.core.rest import actor_of

JSON, RESPONSE = "application/json", "application/graphql-response+json"
MOST_IN_BATCH = 10
Parameters = tuple[str, dict[str, Any] | None, str | None]
_RANGES = {JSON: JSON, RESPONSE: RESPONSE, "*/*": JSON, "application/*": JSON}


def graphql_view(request: HttpRequest) -> HttpResponse:
    """Answer one question, or up to ten in a batch."""
    media = _wanted_media(request.headers.get("Accept", ""))
    try:
        if media is None:
            raise refused(
                "not_acceptable",
                _("Accept %(json)s or %(response)s.") % {"json": JSON, "response": RESPONSE},
                status=406,
            )
        if request.method not in ("GET", "POST"):
            raise refused("method_not_allowed", _("Ask by POST, or by GET."), status=405)
        given = _from_address(request) if request.method == "GET" else _from_body(request)
        many = isinstance(given, list)
        asking = Asking(actor_of(request), request)
        answers = _answers(given if isinstance(given, list) else [given], asking)
    except RefusedError as error:
        note_no_effect(request)
        response = _respond(refusal_of(error).body, error.status, media or JSON)
        if error.status == 405:
            response["Allow"] = "POST" if request.method == "GET" else "GET, POST"
        return response
    for refusal in asking.refused:
        note_refusal(request, refusal)
    if not asking.acts_done:
        note_no_effect(request)
    if many:
        return _respond([answer.body for answer in answers], 200, media)
    # A client that takes plain JSON reads no statuses: to it every well-formed question is a 200.
    return _respond(answers[0].body, answers[0].status if media == RESPONSE else 200, media)


def schema_view(request: HttpRequest) -> HttpResponse:
    """The schema as text, to those who may look around it."""
    if not asker_of(actor_of(request)).may_look:
        raise UnauthorizedError(_("The schema is shown to staff who are signed in."))
    return HttpResponse(sdl(), content_type="text/plain; charset=utf-8")


def _answers(given: list[Any], asking: Asking) -> list[Answer]:
    """Judge all, then run each that may be run."""
    questions = [_question(each, asking) for each in given]
    costs = sum(q.cost for q in questions if isinstance(q, Question))
    if len(given) > 1 and costs > MOST_COST:
        raise refused(
            "query_too_costly",
            _("A batch may cost %(most_cost)s, this %(costs)s.") % {"most_cost": MOST_COST, "costs": costs},
            cost=costs,
        )
    return [run(q, asking) if isinstance(q, Question) else q for q in questions]


def _question(given: Any, asking: Asking) -> Question | Answer:
    query, variables, operation_name = read_parameters(given)
    try:
        question = read_question(query, variables, operation_name, asker_of(asking.actor))
        _refuse_wrong_way(question, asking)
    except _WrongMethodError:
        raise
    except RefusedError as error:
        return refusal_of(error)
    return question


class _WrongMethodError(RefusedError):
    """A GET asked for more than reading."""


def _refuse_wrong_way(question: Question, asking: Asking) -> None:
    kind = question.operation.operation
    if kind is OperationType.SUBSCRIPTION:
        raise refused("use_socket", _("Subscribe over a socket, with graphql-transport-ws."))
    if kind is OperationType.MUTATION and asking.request is not None and asking.request.method == "GET":
        wrong = refused("method_not_allowed", _("Send a mutation by POST."), status=405)
        raise _WrongMethodError(wrong.errors, status=405)


def read_parameters(given: Any) -> Parameters:
    """Query, variables and operation name, where they are of the right kind."""
    if not isinstance(given, dict):
        raise refused("malformed", _("A question is a JSON object."))
    query, name = given.get("query"), given.get("operationName")
    variables, extensions = given.get("variables"), given.get("extensions")
    if query is None and isinstance(extensions, dict) and "persistedQuery" in extensions:
        raise refused("PERSISTED_QUERY_NOT_SUPPORTED", _("Send the query's text."))
    if not isinstance(query, str):
        raise refused("malformed", _("Give the `query` as a text."))
    if not isinstance(name, str | None):
        raise refused("malformed", _("The `operationName` is a text."))
    for label, value in (("variables", variables), ("extensions", extensions)):
        if not isinstance(value, dict | None):
            raise refused("malformed", _("The `%(label)s` are a JSON object.") % {"label": label})
    if _holds_bad_text(variables):
        raise refused("malformed", _("A text holds a character that cannot be kept."))
    return query, variables, name or None


def _holds_bad_text(value: Any) -> bool:
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting += [*each.keys(), *each.values()]
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, str) and is_bad_text(each):
            return True
    return False


def _from_address(request: HttpRequest) -> dict[str, Any]:
    given: dict[str, Any] = {name: value for name, value in request.GET.items() if value}
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = _decoded(given[name].encode())
    return given


def _from_body(request: HttpRequest) -> Any:
    charset = request.content_params.get("charset", "utf-8") if request.content_params else "utf-8"
    if request.content_type != JSON or charset.lower().replace("-", "") != "utf8":
        raise refused("media_type", _("Send %(json)s in UTF-8.") % {"json": JSON}, status=415)
    try:
        given = _decoded(request.body)
    except RequestDataTooBig:
        raise refused("too_large", _("A body has at most 1 MB."), status=413) from None
    if isinstance(given, list) and not 1 <= len(given) <= MOST_IN_BATCH:
        raise refused(
            "malformed", _("A batch holds 1 to %(most_in_batch)s questions.") % {"most_in_batch": MOST_IN_BATCH}
        )
    return given


def _decoded(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise refused("malformed", _("This is no JSON: %(error)s.") % {"error": error}) from None


def _wanted_media(accept: str) -> str | None:
    """The media type that a client likes best of those there are; None where it likes none."""
    if not accept.strip():
        return JSON
    best: tuple[float, str | None] = (0.0, None)
    for part in accept.split(","):
        name, *params = (piece.strip() for piece in part.split(";"))
        weights = [p[2:] for p in params if p.startswith("q=")]
        try:
            weight = float(weights[0]) if weights else 1.0
        except ValueError:
            weight = 0.0
        media = _RANGES.get(name.lower())
        if media and weight > best[0]:
            best = (weight, media)
    return best[1]


def _respond(body: Any, status: int, media: str) -> HttpResponse:
    response = HttpResponse(
        msgspec.json.encode(body, enc_hook=str), status=status, content_type=f"{media}; charset=utf-8"
    )
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response
