"""Sockets: `lyceum.v1` at /ws/, and the way to the sockets of GraphQL."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.db import DatabaseError
from django.utils.translation import gettext as _

from lyceum.api.graphql_socket import GraphQLSocket
from lyceum.api.live import Event, hub
from lyceum.api.socket_callers import Ticket, do_as, in_thread, read_ticket, ticket_of_cookie
from lyceum.api.socket_wire import (
    FORBIDDEN,
    SLOW,
    TRY_LATER,
    UNAUTHORIZED,
    Ending,
    Gone,
    Receive,
    Scope,
    Send,
    Wire,
    side_by_side,
)
from lyceum.api.topics import check_topic
from lyceum.core.actor import Actor
from lyceum.core.errors import RuleError, UnauthorizedError
from lyceum.core.live import Hears

logger = logging.getLogger("lyceum.live")
T = TypeVar("T")

PROTOCOL = "lyceum.v1"
MOST_TOPICS = 50
AUTH_WITHIN = 10.0
RECHECK_EVERY = 45.0
"""Seconds: whoever lost the right hears nothing more within a minute."""
PING_EVERY = 30.0


async def sockets(scope: Scope, receive: Receive, send: Send) -> None:
    """One ASGI application for all sockets."""
    kinds: dict[str, type[FactSocket | GraphQLSocket]] = {"/ws": FactSocket, "/graphql": GraphQLSocket}
    kind = kinds.get(scope["path"].rstrip("/"))
    if kind is None:
        await receive()
        await send({"type": "websocket.close", "code": 4404})
        return
    wire = Wire(scope, receive, send)
    try:
        await kind(wire).serve()
    except Gone:
        return
    except Ending as ending:
        await wire.end(ending.code, ending.reason)
    except DatabaseError:
        await wire.end(TRY_LATER, "Try again in a moment")
    except Exception:
        logger.exception("a socket failed")
        await wire.end(1011, "Something went wrong here")


class FactSocket:
    """One reader of `lyceum.v1`: says which topics to follow, and gets what happens on them.

    Frames in: `{"auth": token}` (first, where no cookie came), `sub {topic, since}`, `unsub {topic}`, `ping`,
    `pong`. Frames out: `event {topic, seq, id, fact, data}`, `reset {topic}`, `error {code, topic}`, `ping`, `pong`.
    The kind of a frame is its `type`.
    """

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.circumstances = wire.circumstances
        self.hears: dict[str, Hears] = {}

    async def serve(self) -> None:
        """From the first frame to the last."""
        await self.wire.accept(PROTOCOL)
        if self.wire.origin is False:
            raise Ending(FORBIDDEN, "Another site's page")
        self.ticket = await self._admit()
        self.mailbox = hub.subscribe(await self._ask(lambda actor: actor.school))
        try:
            await side_by_side(self._read(), self._write(), self._watch(), self._ping())
        finally:
            hub.leave(self.mailbox)

    async def _admit(self) -> Ticket:
        """The ticket: a cookie that our own page brought, else a token in the first frame."""
        if self.wire.origin and self.wire.cookie:
            return ticket_of_cookie(self.wire.cookie)
        try:
            async with asyncio.timeout(AUTH_WITHIN):
                frame = await self.wire.frame()
        except TimeoutError:
            raise Ending(UNAUTHORIZED, "Sign in") from None
        return await _ticket_in(frame)

    async def _ask(self, work: Callable[[Actor], T]) -> T:
        """Do something as the reader. Ends the socket where the reader is no longer welcome at all."""
        try:
            return await in_thread(partial(do_as, self.ticket, self.circumstances, work))
        except UnauthorizedError as error:
            raise Ending(UNAUTHORIZED, error.detail) from None
        except RuleError as error:
            raise Ending(FORBIDDEN, error.detail) from None

    async def _read(self) -> None:
        while True:
            frame = await self.wire.frame()
            kind = "auth" if "auth" in frame else frame.get("type")
            if kind == "sub":
                await self._follow(str(frame.get("topic", "")), again="since" in frame)
            elif kind == "unsub":
                self._leave(str(frame.get("topic", "")))
            elif kind == "auth":
                self.ticket = await _ticket_in(frame)
                await self._check_again()
            elif kind == "ping":
                await self.wire.tell({"type": "pong"})
            elif kind != "pong":
                await self._refuse("malformed")

    async def _follow(self, topic: str, *, again: bool) -> None:
        if topic not in self.hears and len(self.hears) >= MOST_TOPICS:
            await self._refuse("too_many_topics", topic)
            return
        checked = await self._ask(partial(_checked, topic))
        if isinstance(checked, RuleError):
            await self._refuse(checked.code, topic)
            return
        self.hears[topic] = checked
        hub.follow(self.mailbox, topic)
        if again:  # what was missed since is not kept: the reader fetches anew
            await self.wire.tell({"type": "reset", "topic": topic})

    def _leave(self, topic: str) -> None:
        self.hears.pop(topic, None)
        hub.leave(self.mailbox, [topic])

    async def _refuse(self, code: str, topic: str = "") -> None:
        frame = {"type": "error", "code": code}
        await self.wire.tell({**frame, "topic": topic[:100]} if topic else frame)

    async def _write(self) -> None:
        while True:
            try:
                letter = await self.mailbox.get()
            except OverflowError:
                raise Ending(SLOW, "Too slow") from None
            if not isinstance(letter, Event):
                await self.wire.tell({"type": "reset"})
            elif (hears := self.hears.get(letter.topic)) and hears(letter.fact):
                await self.wire.tell(_told(letter))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_EVERY)
            await self._check_again()

    async def _check_again(self) -> None:
        """Look at the reader's rights anew: in the school, and on each topic."""
        topics = list(self.hears)

        def work(actor: Actor) -> dict[str, Hears | RuleError]:
            if actor.school != self.mailbox.school_id:
                raise UnauthorizedError(_("You went on in another school."))
            return {topic: _checked(topic, actor) for topic in topics}

        for topic, checked in (await self._ask(work)).items():
            if isinstance(checked, RuleError):
                raise Ending(FORBIDDEN, checked.detail)
            if topic in self.hears:
                self.hears[topic] = checked

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY)
            await self.wire.tell({"type": "ping"})


async def _ticket_in(frame: dict[str, Any]) -> Ticket:
    token = frame.get("auth")
    if not isinstance(token, str):
        raise Ending(UNAUTHORIZED, "Sign in")
    try:
        return await in_thread(partial(read_ticket, token))
    except UnauthorizedError as error:
        raise Ending(UNAUTHORIZED, error.detail) from None


def _checked(topic: str, actor: Actor) -> Hears | RuleError:
    try:
        return check_topic(topic, actor=actor)
    except RuleError as error:
        return error


def _told(event: Event) -> dict[str, Any]:
    return {
        "type": "event",
        "topic": event.topic,
        "seq": event.seq,
        "id": event.fact_id,
        "fact": event.type,
        "data": event.data,
    }
