"""Sockets: what arrives as a WebSocket."""

from collections.abc import Awaitable, Callable
from typing import Any


async def sockets(
    _scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """One ASGI application for all sockets."""
    await receive()
    await send({"type": "websocket.close", "code": 4404})
