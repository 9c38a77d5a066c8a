"""The application behind a socket of this machine. What a request wrote is undone once it is answered."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.core.signals import request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connections, transaction

from lyceum.core import clock
from lyceum.testing.factories import NOW

Environ = dict[str, Any]


@dataclass(frozen=True)
class Answered:
    """What came back over the wire."""

    status: int
    content: bytes

    @property
    def code(self) -> str:
        """The stable code of a refusal."""
        try:
            found = json.loads(self.content)
        except ValueError:
            return ""
        return str(found.get("code", "")) if isinstance(found, dict) else ""


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[str]:
    """Serve on a free port until the block ends; gives the address."""
    application = get_wsgi_application()

    def undone(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.url_scheme"] = "https"  # as the proxy in front of an installation says it
        with clock.frozen(NOW), transaction.atomic():
            content = list(application(environ, start_response))
            transaction.set_rollback(True)
        return content

    request_started.disconnect(close_old_connections)  # it would drop the transaction that is undone afterwards
    with make_server("127.0.0.1", 0, undone, handler_class=_Quiet) as server:
        thread = threading.Thread(target=_serve, args=(server,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(10)
            request_started.connect(close_old_connections)


def _serve(server: Any) -> None:
    try:
        server.serve_forever(poll_interval=0.05)
    finally:
        connections.close_all()


def send(address: str, method: str, *, headers: dict[str, str], content: bytes | None) -> Answered:
    """One request over HTTP."""
    request = urllib.request.Request(address, data=content, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Answered(answer.status, answer.read())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return Answered(refusal.code, refusal.read())
