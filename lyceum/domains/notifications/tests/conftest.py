"""A mail server and a carrier that really listen, and people to write to."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID, uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from lyceum.core import clock
from lyceum.core.actor import Actor, system_actor
from lyceum.domains.notifications.rules.notify import News, Recipient
from lyceum.domains.tenancy.models import School


@dataclass
class MailServer:
    """Keeps what it got. Refuses whom it is told to refuse."""

    port: int = 0
    got: list[Message] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """What it says to a recipient instead of "250 OK"."""
    lines: int = 0
    """How often somebody called."""
    hangs_up_after: int | None = None
    """After how many messages by one line it hangs up."""

    async def handle_EHLO(  # noqa: N802  # as the server calls it
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.lines += 1
        session.taken = 0  # type: ignore[attr-defined]  # ours
        return responses

    async def handle_MAIL(  # noqa: N802  # as the server calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        session.taken += 1  # type: ignore[attr-defined]  # ours
        if self.hangs_up_after is not None and session.taken > self.hangs_up_after:  # type: ignore[attr-defined]  # ours
            server.transport.close()
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  # as the server calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.got.append(message_from_bytes(envelope.content or b""))
        return "250 OK"

    @property
    def recipients(self) -> list[str]:
        return [str(mail["To"]) for mail in self.got]


@dataclass
class Service:
    """Keeps what it was asked, and answers as it is told."""

    url: str = ""
    status: int = 200
    answer: Any = None
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.bodies[-1].decode()).items()}

    @property
    def basic(self) -> str:
        return base64.b64decode(self.headers[-1]["authorization"].removeprefix("Basic ")).decode()


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # as the server calls it
            found.paths.append(self.path)
            found.headers.append({name.lower(): value for name, value in self.headers.items()})
            found.bodies.append(self.rfile.read(int(self.headers.get("content-length", 0))))
            body = found.answer if isinstance(found.answer, bytes) else json.dumps(found.answer).encode()
            self.send_response(found.status)
            self.send_header("content-length", str(len(body)))
            self.send_header("content-type", "text/xml" if body.startswith(b"<") else "application/json")
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *args: object) -> None:
            """Nothing is said."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()


NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """A Friday at noon: nobody's quiet hours."""
    with clock.frozen(NOON):
        yield


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    server = MailServer()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        server.port = probe.getsockname()[1]
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    settings.CARRIERS = {
        "email": {"kind": "smtp", "sender": "office@hill.example", "host": "127.0.0.1", "port": server.port}
    }
    yield server
    controller.stop()


def somebody(name: str = "Grace", **given: object) -> Recipient:
    """A guardian with an e-mail address."""
    key = name.lower()
    values: dict[str, object] = {"addresses": {"email": [f"{key}@example.org"]}, "reason": "mother, 1"}
    return Recipient(person=uuid4(), name=name, **{**values, **given})  # type: ignore[arg-type]


def news(key: str = "a", **given: object) -> News:
    """Something to tell."""
    values: dict[str, object] = {"type": "attendance", "template": "test", "values": {}, "urgency": "important"}
    return News(dedupe_key=key, **{**values, **given})  # type: ignore[arg-type]


def system(school: School) -> Actor:
    return system_actor(school.pk)


def some_id() -> UUID:
    return uuid4()
