"""From ASGI to WSGI: the body is gathered (to disk when large), the handler runs in a pool of threads."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import IO, Any

from lyceum.core.room import RoomyThreads

IN_MEMORY = 512 * 1024
LARGEST_BODY = 210 * 1024 * 1024
"""Bytes: a little over the largest import; what is larger is refused before it is read."""
LINGER_SECONDS = 2.0
"""How long what still arrives is thrown away after such a refusal, so that the sender gets to read it."""
TOO_LARGE = (
    b'{"type":"/api/v1/docs/problems/#file_too_large","title":"Too large","status":413,'
    b'"detail":"A file has at most 200 MB.","code":"file_too_large","errors":[]}'
)

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


class TooLargeError(Exception):
    """The body is larger than any door takes."""


class WsgiBridge:
    """Runs a WSGI application for ASGI's http scopes."""

    def __init__(self, application: Callable[..., Iterable[bytes]], *, threads: int) -> None:
        self.application = application
        self.threads = threads
        self.pool: RoomyThreads | None = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            try:
                length = await _gather(scope, receive, body)
            except TooLargeError:
                body.truncate(0)
                await _refuse(receive, send)
                return
            environ = _environ(scope, body, length)
            status, headers, content = await asyncio.get_running_loop().run_in_executor(
                self.pool, _run, self.application, environ
            )
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def open(self) -> None:
        """Be ready for requests."""
        self.pool = RoomyThreads(self.threads, thread_name_prefix="request")

    def close(self) -> None:
        """Wait for the requests that run."""
        if self.pool:
            self.pool.shutdown(wait=True)
            self.pool = None


async def _gather(scope: dict[str, Any], receive: Receive, body: IO[bytes]) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > LARGEST_BODY:
            raise TooLargeError
    length = 0
    while True:
        message = await receive()
        chunk = message.get("body", b"")
        length += len(chunk)
        if length > LARGEST_BODY:
            raise TooLargeError
        body.write(chunk)
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            body.seek(0)
            return length


async def _refuse(receive: Receive, send: Send) -> None:
    """Answer, and hang up: the rest of the body is nobody's to wait for.

    Whoever hangs up with bytes unread takes the answer away from a sender that has not read it yet.
    """
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(TOO_LARGE)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": TOO_LARGE, "more_body": True})
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            message = await receive()
            while message["type"] == "http.request" and message.get("more_body"):
                message = await receive()
    await send({"type": "http.response.body", "body": b""})


def _environ(scope: dict[str, Any], body: IO[bytes], length: int) -> dict[str, Any]:
    server = scope.get("server") or ("localhost", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": scope.get("root_path", ""),
        "PATH_INFO": scope["path"].encode("utf-8").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("", 0))[0],
        "CONTENT_LENGTH": str(length),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        key = name.decode("latin-1").upper().replace("-", "_")
        text = value.decode("latin-1")
        if key == "CONTENT_TYPE":
            environ["CONTENT_TYPE"] = text
        elif key != "CONTENT_LENGTH":
            key = f"HTTP_{key}"
            environ[key] = f"{environ[key]},{text}" if key in environ and key != "HTTP_COOKIE" else text
    return environ


def _run(
    application: Callable[..., Iterable[bytes]], environ: dict[str, Any]
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    started: list[tuple[int, list[tuple[bytes, bytes]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
        encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        started.append((int(status.split(" ", 1)[0]), encoded))

    result = application(environ, start_response)
    try:
        content = b"".join(result)
    finally:
        close = getattr(result, "close", None)
        if close:
            close()
    status, headers = started[-1]
    return status, headers, content
