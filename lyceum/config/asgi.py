"""The application: plain HTTP to Django's WSGI handler in a pool of threads, sockets to Channels.

Django's own ASGI path hops between threads for every piece of synchronous work and is 2 to 8 times slower.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lyceum.config.settings")

from django.core.wsgi import get_wsgi_application

wsgi = get_wsgi_application()  # loads the app registry, before anything that needs a model

from lyceum.api.live import hub  # noqa: E402
from lyceum.api.websocket import sockets  # noqa: E402
from lyceum.config.wsgi_bridge import WsgiBridge  # noqa: E402
from lyceum.domains.website.visits import write_visits  # noqa: E402

http = WsgiBridge(wsgi, threads=int(os.environ.get("LYCEUM_THREADS", "8")))

VISITS_SECONDS = 30

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """One ASGI application for all that arrives."""
    if scope["type"] == "http":
        await http(scope, receive, send)
    elif scope["type"] == "websocket":
        await sockets(scope, receive, send)
    else:
        await _lifespan(receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    """Listen for facts while the server runs, and write down from time to time what was counted."""
    await receive()
    http.open()
    await hub.start()
    counting = asyncio.create_task(_write_down_visits())
    await send({"type": "lifespan.startup.complete"})
    await receive()
    counting.cancel()
    with suppress(asyncio.CancelledError):
        await counting
    await _write_visits()
    await hub.stop()
    http.close()
    await send({"type": "lifespan.shutdown.complete"})


async def _write_down_visits() -> None:
    while True:
        await asyncio.sleep(VISITS_SECONDS)
        await _write_visits()


async def _write_visits() -> None:
    try:
        await asyncio.get_running_loop().run_in_executor(http.pool, write_visits)
    except Exception:  # a number that is lost hinders nobody
        logging.getLogger("lyceum").warning("Visits could not be written down.", exc_info=True)
