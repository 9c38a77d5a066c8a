"""A WebSocket as both protocols use it: JSON frames in and out, and an end with a code."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.http.cookie import parse_cookie
from django.http.request import validate_host

from lyceum.core.actor import Via
from lyceum.core.ids import new_id
from lyceum.core.language import LANGUAGE_COOKIE, language_asked
from lyceum.domains.accounts.cookies import COOKIE
from lyceum.domains.accounts.queries import Circumstances

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

LARGEST_FRAME = 16 * 1024
PATIENCE = 15.0
"""Seconds that a frame may take to leave; whoever reads more slowly is let go."""
BAD_FRAME, UNAUTHORIZED, FORBIDDEN, SLOW = 4400, 4401, 4403, 4429
WRONG_PROTOCOL, INIT_TIMEOUT, SAME_ID, TWICE_INIT = 4406, 4408, 4409, 4429
TOO_BIG, RESTART, TRY_LATER = 1009, 1012, 1013


class Ending(Exception):  # noqa: N818  # not an error: how a socket comes to its end
    """The socket ends with a code."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Gone(Exception):  # noqa: N818  # not an error
    """The other side has gone."""


class Wire:
    """One WebSocket."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}

    @property
    def circumstances(self) -> Circumstances:
        """Where the call comes from."""
        return Circumstances(
            via=Via.SOCKET,
            ip=str((self.scope.get("client") or ("",))[0])[:45],
            user_agent=self.headers.get("user-agent", "")[:300],
            request_id=str(new_id()),
            language=language_asked(
                cookie=parse_cookie(self.headers.get("cookie", "")).get(LANGUAGE_COOKIE, "")[:20],
                accept=self.headers.get("accept-language", "")[:500],
            ),
        )

    @property
    def cookie(self) -> str:
        """The session cookie's secret."""
        return str(parse_cookie(self.headers.get("cookie", "")).get(COOKIE, ""))

    @property
    def origin(self) -> bool | None:
        """Whether a page of this very host opened the socket; None where no page did."""
        given, host = self.headers.get("origin"), self.headers.get("host", "")
        if given is None:
            return None
        parts = urlsplit(given)
        own = _with_port(host, parts.scheme)
        is_host = validate_host(host.rpartition(":")[0] or host, settings.ALLOWED_HOSTS or ["localhost"])
        return is_host and parts.scheme in ("http", "https") and _with_port(parts.netloc, parts.scheme) == own

    async def accept(self, subprotocol: str) -> None:
        """Open the socket, where the subprotocol is among those offered; otherwise open it and end it."""
        await self._receive()  # websocket.connect
        if subprotocol not in self.scope.get("subprotocols", ()):
            await self._send({"type": "websocket.accept"})
            raise Ending(WRONG_PROTOCOL, "Subprotocol not acceptable")
        await self._send({"type": "websocket.accept", "subprotocol": subprotocol})

    async def frame(self) -> dict[str, Any]:
        """The next frame."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            raise Gone
        text = message.get("text")
        if text is None:
            raise Ending(BAD_FRAME, "Frames are text")
        if len(text.encode()) > LARGEST_FRAME:
            raise Ending(TOO_BIG, "Frame too large")
        try:
            found = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            raise Ending(BAD_FRAME, "Frames are JSON") from None
        if not isinstance(found, dict):
            raise Ending(BAD_FRAME, "Frames are JSON objects")
        return found

    async def tell(self, frame: dict[str, Any]) -> None:
        """Send a frame."""
        text = msgspec.json.encode(frame, enc_hook=str).decode()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._send({"type": "websocket.send", "text": text})
        except TimeoutError:
            raise Ending(SLOW, "Too slow") from None
        except (OSError, RuntimeError):
            raise Gone from None

    async def end(self, code: int, reason: str = "") -> None:
        """Close the socket."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._send({"type": "websocket.close", "code": code, "reason": reason[:120]})
        except (OSError, RuntimeError, TimeoutError):
            return


def _with_port(netloc: str, scheme: str) -> str:
    name, _, port = netloc.lower().rpartition(":")
    if name and port.isdecimal():
        return f"{name}:{port}"
    return f"{netloc.lower()}:{443 if scheme == 'https' else 80}"


async def side_by_side(*works: Awaitable[None]) -> None:
    """Run works together until the first ends; the others end with it. Raises what the first one raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
