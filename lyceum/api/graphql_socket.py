"""GraphQL over sockets: `graphql-transport-ws` at /graphql, for subscriptions and for questions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from graphql import ExecutionResult, GraphQLError, OperationType
from graphql.execution import Executor, create_source_event_stream

from lyceum.api.graphql import Parameters, read_parameters
from lyceum.api.graphql_limits import Question, RefusedError, read_question, refused
from lyceum.api.graphql_run import Answer, asker_of, refusal_of, run, told
from lyceum.api.graphql_schema import schema
from lyceum.api.live import Event, Mailbox, hub
from lyceum.api.socket_callers import Ticket, do_as, in_thread, read_ticket, ticket_of_cookie
from lyceum.api.socket_wire import (
    BAD_FRAME,
    FORBIDDEN,
    INIT_TIMEOUT,
    RESTART,
    SAME_ID,
    SLOW,
    TWICE_INIT,
    UNAUTHORIZED,
    Ending,
    Wire,
    side_by_side,
)
from lyceum.core.actor import Actor
from lyceum.core.errors import NotAllowedError, RuleError, UnauthorizedError
from lyceum.core.graphql import Asking
from lyceum.core.live import Follows

T = TypeVar("T")
PROTOCOL = "graphql-transport-ws"
INIT_WITHIN = 10.0
RECHECK_EVERY = 45.0
"""Seconds: whoever lost the right hears nothing more within a minute."""
MOST_OPERATIONS = 50
_TOKEN_NAMES = ("authorization", "token", "accesstoken", "auth")


@dataclass(eq=False)
class Operation:
    """One thing that is asked over the socket, by the client's id."""

    id: str
    task: asyncio.Task[None] | None = None
    follows: Follows | None = None
    mailbox: Mailbox | None = None


class GraphQLSocket:
    """One client of `graphql-transport-ws`."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.circumstances = wire.circumstances
        self.operations: dict[str, Operation] = {}
        self.ticket: Ticket | None = None
        self.failed: asyncio.Future[None] | None = None

    async def serve(self) -> None:
        """From connection_init to the end."""
        await self.wire.accept(PROTOCOL)
        try:
            async with asyncio.timeout(INIT_WITHIN):
                first = await self.wire.frame()
        except TimeoutError:
            raise Ending(INIT_TIMEOUT, "Connection initialisation timeout") from None
        await self._init(first)
        self.failed = asyncio.get_running_loop().create_future()
        try:
            await side_by_side(self._read(), self._watch(), _of(self.failed))
        finally:
            for operation in list(self.operations.values()):
                self._stop(operation)

    async def _init(self, frame: dict[str, Any]) -> None:
        kind = frame.get("type")
        if kind == "ping":
            await self.wire.tell({"type": "pong"})
        if kind != "connection_init":
            raise Ending(UNAUTHORIZED if kind == "subscribe" else BAD_FRAME, "Unauthorized")
        payload = frame.get("payload") or {}
        if not isinstance(payload, dict):
            raise Ending(BAD_FRAME, "Invalid connection init payload")
        self.ticket = await self._admit(payload)
        await self._ask(lambda actor: actor.school, code=FORBIDDEN)
        await self.wire.tell({"type": "connection_ack"})

    async def _admit(self, payload: dict[str, Any]) -> Ticket:
        """The ticket: a token in the payload, else the cookie that our own page brought."""
        given = {name.lower(): value for name, value in payload.items() if isinstance(value, str)}
        token = next((given[name] for name in _TOKEN_NAMES if given.get(name)), "")
        if token:
            try:
                return await in_thread(partial(read_ticket, token.removeprefix("Bearer ").strip()))
            except UnauthorizedError:
                raise Ending(FORBIDDEN, "Forbidden") from None
        if not (self.wire.origin and self.wire.cookie):
            raise Ending(FORBIDDEN, "Forbidden")
        return ticket_of_cookie(self.wire.cookie)

    async def _ask(self, work: Callable[[Actor], T], *, code: int = UNAUTHORIZED) -> T:
        """Do something as the client. Ends the socket where the client is no longer welcome at all."""
        assert self.ticket is not None  # set before anything is asked
        try:
            return await in_thread(partial(do_as, self.ticket, self.circumstances, work))
        except UnauthorizedError as error:
            raise Ending(code, error.detail) from None
        except NotAllowedError as error:
            raise Ending(FORBIDDEN, error.detail) from None

    async def _read(self) -> None:
        while True:
            frame = await self.wire.frame()
            kind, given_id = frame.get("type"), frame.get("id")
            if kind == "ping":
                await self.wire.tell({"type": "pong"})
            elif kind == "connection_init":
                raise Ending(TWICE_INIT, "Too many initialisation requests")
            elif kind == "subscribe" and isinstance(given_id, str):
                self._begin(given_id, frame.get("payload"))
            elif kind == "complete" and isinstance(given_id, str):
                if given_id in self.operations:
                    self._stop(self.operations[given_id])
            elif kind != "pong":
                raise Ending(BAD_FRAME, "Unknown message")

    def _begin(self, given_id: str, payload: Any) -> None:
        if given_id in self.operations:
            raise Ending(SAME_ID, f"Subscriber for {given_id} already exists")
        if not isinstance(payload, dict):
            raise Ending(BAD_FRAME, "Give a payload")
        operation = self.operations[given_id] = Operation(given_id)
        operation.task = asyncio.create_task(self._run(operation, payload))

    def _stop(self, operation: Operation) -> None:
        self.operations.pop(operation.id, None)
        if operation.mailbox:
            hub.leave(operation.mailbox)
        if operation.task and operation.task is not asyncio.current_task():
            operation.task.cancel()

    async def _run(self, operation: Operation, payload: dict[str, Any]) -> None:
        try:
            await self._answer(operation, payload)
        except RefusedError as error:
            await self._fail(operation, [told(each) for each in error.errors])
        except Exception as error:  # the whole socket ends with it
            if self.failed and not self.failed.done():
                self.failed.set_exception(error)
        finally:
            self._stop(operation)

    async def _answer(self, operation: Operation, payload: dict[str, Any]) -> None:
        if len(self.operations) > MOST_OPERATIONS:
            raise refused(
                "too_many_operations",
                _("Ask at most %(most_operations)s things at a time.") % {"most_operations": MOST_OPERATIONS},
            )
        parameters = read_parameters(payload)
        found = await self._ask(partial(_first_answer, parameters))
        if isinstance(found, Answer):
            if "data" not in found.body:
                await self._fail(operation, found.body["errors"])
                return
            await self._next(operation, found)
        else:
            question, operation.follows = found
            await self._follow(operation, question, operation.follows)
        await self.wire.tell({"id": operation.id, "type": "complete"})

    async def _next(self, operation: Operation, answer: Answer) -> None:
        await self.wire.tell({"id": operation.id, "type": "next", "payload": answer.body})

    async def _fail(self, operation: Operation, errors: list[dict[str, Any]]) -> None:
        await self.wire.tell({"id": operation.id, "type": "error", "payload": errors})

    async def _follow(self, operation: Operation, question: Question, follows: Follows) -> None:
        """Tell what happens, asking anew with each fact whether it may be told."""
        school_id, topic = await self._ask(partial(_topic_of, follows))
        operation.mailbox = mailbox = hub.subscribe(school_id, topic)
        while True:
            try:
                letter = await mailbox.get()
            except OverflowError:
                raise Ending(SLOW, "Too slow") from None
            if not isinstance(letter, Event):
                raise Ending(RESTART, "Fetch again")
            answer = await self._ask(partial(_answer_with, question, follows, letter.fact))
            if answer is not None:
                await self._next(operation, answer)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_EVERY)
            await self._check_again()

    async def _check_again(self) -> None:
        """Look at the client's rights anew, and at topics that change with the day."""
        await self._ask(lambda actor: actor.school)
        for operation in list(self.operations.values()):
            mailbox = operation.mailbox
            if operation.follows is None or mailbox is None:
                continue
            try:
                school_id, topic = await self._ask(partial(_topic_of, operation.follows))
            except RefusedError as error:
                await self._fail(operation, [told(each) for each in error.errors])
                self._stop(operation)
                continue
            if school_id != mailbox.school_id:
                raise Ending(UNAUTHORIZED, "You went on in another school.")
            if topic not in mailbox.topics:
                hub.leave(mailbox)
                hub.follow(mailbox, topic)


async def _of(future: asyncio.Future[None]) -> None:
    await future


def _first_answer(parameters: Parameters, actor: Actor) -> Answer | tuple[Question, Follows]:
    """The answer to a question, or what a subscription follows."""
    asking = Asking(actor)
    try:
        question = read_question(*parameters, asker_of(actor))
        if question.operation.operation is OperationType.MUTATION:
            raise refused("use_http", _("Send a mutation over HTTP."))
        if question.operation.operation is OperationType.QUERY:
            return run(question, asking)
        return question, _followed(question, asking)
    except RefusedError as error:
        return refusal_of(error)


def _followed(question: Question, asking: Asking) -> Follows:
    """What a subscription follows, where it may be followed."""
    executor = Executor.build(
        schema,
        question.document,
        context_value=asking,
        raw_variable_values=question.variables,
        operation_name=question.name,
        hide_suggestions=True,
    )
    if isinstance(executor, list):
        raise RefusedError(executor, cost=question.cost)
    source: Any = create_source_event_stream(executor)
    if isinstance(source, ExecutionResult):
        raise RefusedError(source.errors or [], cost=question.cost)
    follows: Follows = source.follows  # every subscription of ours gives a Followed
    _topic_of(follows, asking.actor)
    return follows


def _topic_of(follows: Follows, actor: Actor) -> tuple[int, str]:
    """The topic, where it may be followed at this moment."""
    try:
        return actor.school, follows(actor)[0]
    except RuleError as error:
        raise _refusal(error) from None


def _answer_with(question: Question, follows: Follows, fact: Any, actor: Actor) -> Answer | None:
    """What a client is told about a fact; None where it is not for this client."""
    try:
        _topic, hears = follows(actor)
    except RuleError as error:
        raise _refusal(error) from None
    return run(question, Asking(actor), root=fact) if hears(fact) else None


def _refusal(error: RuleError) -> RefusedError:
    return RefusedError([GraphQLError(error.detail, original_error=error)])
