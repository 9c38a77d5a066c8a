"""A web process: one event loop that serves pages, the API and sockets from the shared listening socket."""

from __future__ import annotations

import importlib
import os
import signal
import socket
import sys
from types import FrameType
from typing import Any

import uvicorn
from django.urls import get_resolver

from lyceum.config.errors import SetupError
from lyceum.config.loading import nothing_collected

GRACE_SECONDS = 18
LARGEST_SOCKET_MESSAGE = 1024 * 1024


def bind_port(host: str, port: int, *, processes: int = 1) -> list[socket.socket]:
    """Take the port before anything else starts: a socket for each process. Raises SetupError if it is taken.

    On Linux each socket gets its share of the connections; a single one that all of them accept from would let
    whoever wakes first take every connection that waits.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise SetupError(f"LYCEUM_HOST names no address of this machine: {host!r}.") from error
    shares = processes > 1 and sys.platform == "linux"
    try:
        listener = _listen(family, address, shared=False)
        if not shares:
            return [listener] * processes
        listener.close()  # nobody else has the port: now it may be shared among our own
        return [_listen(family, address, shared=True) for _ in range(processes)]
    except PermissionError as error:
        raise SetupError(f"Port {port} is reserved for the administrator: set LYCEUM_PORT.") from error
    except OSError as error:
        another = port + 1 if port < 65535 else 4000
        raise SetupError(
            f"Port {port} on {host} cannot be used ({(error.strerror or str(error)).lower()}): stop the "
            f"program that uses it, or choose another port, as in LYCEUM_PORT={another}."
        ) from error


def _listen(family: int, address: Any, *, shared: bool) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
        # Two sockets that are only bound may share a port; from here on nobody else gets it.
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


def load_application() -> Any:  # an ASGI application: a callable without a narrower type here
    """Import everything that a web process needs; done once, before forking, so that memory is shared."""
    with nothing_collected():
        application = importlib.import_module("lyceum.config.asgi").application
        # Django would import every page and endpoint at the first request, in each process anew.
        _ = get_resolver().url_patterns
    return application


class _Server(uvicorn.Server):
    """Says when it serves, so that the address is printed once it works."""

    def __init__(self, config: uvicorn.Config, ready: int) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        os.write(self._ready, b".")


def serve_web(listener: socket.socket, *, ready: int) -> None:
    """Serve until SIGTERM; requests in flight then get `GRACE_SECONDS` to finish.

    `ready` is a pipe that gets one byte when requests are served.
    """
    # Uvicorn raises the signal again once it has stopped; by then this is the end.
    signal.signal(signal.SIGTERM, _end)
    config = uvicorn.Config(
        load_application(),
        lifespan="on",
        ws_max_size=LARGEST_SOCKET_MESSAGE,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    _Server(config, ready).run(sockets=[listener])


def _end(number: int, frame: FrameType | None) -> None:
    del number, frame
    os._exit(0)
