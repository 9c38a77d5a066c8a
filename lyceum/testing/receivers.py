"""Software that is told by webhooks: a real server on this machine, which answers as it is told to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Got:
    """One request as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        """The body, read."""
        read: dict[str, Any] = json.loads(self.body)
        return read


@dataclass
class Receiver:
    """What arrived, and what is answered: each answer once, then the last of them for ever."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)

    def answer(self, *statuses: int, body: bytes = b"", **headers: str) -> None:
        """What to answer from now on."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[:] = [(status, named, body) for status in statuses]

    def next_answer(self) -> tuple[int, dict[str, str], bytes]:
        """The answer to one more request."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @property
    def types(self) -> list[str]:
        """The types of what arrived, in order."""
        return [each.said["type"] for each in self.got]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A server on a port of its own, which takes everything at first."""
    receiver = Receiver()
    receiver.answer(200)

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append(Got({name.lower(): value for name, value in self.headers.items()}, body))
            status, headers, said = receiver.next_answer()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hooks/"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
