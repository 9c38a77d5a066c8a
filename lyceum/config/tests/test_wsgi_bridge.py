"""What is larger than any door takes: refused at once, by a real server over a real connection."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
import uvicorn

from lyceum.config import wsgi_bridge
from lyceum.config.wsgi_bridge import WsgiBridge

GIGABYTE, SMALL = 1024**3, 64 * 1024


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a server whose application says how much it was given."""
    monkeypatch.setattr(wsgi_bridge, "LARGEST_BODY", SMALL)
    monkeypatch.setattr(wsgi_bridge, "LINGER_SECONDS", 0.3)

    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [str(len(environ["wsgi.input"].read())).encode()]

    bridge = WsgiBridge(application, threads=1)
    bridge.open()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        serving = uvicorn.Server(uvicorn.Config(bridge, lifespan="off", log_level="critical"))
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening]})
        thread.start()
        yield listening.getsockname()[1]
        serving.should_exit = True
        thread.join()
    bridge.close()


def pour(port: int, framing: str, piece: bytes) -> tuple[str, int]:
    """What is answered to a body that never ends, and how many bytes went out before the server hung up."""
    said, sent = b"", 0
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(f"POST /documents/ HTTP/1.1\r\nHost: x\r\n{framing}\r\n\r\n".encode())

        def go_on() -> None:
            nonlocal sent
            with suppress(OSError):
                while True:
                    line.sendall(piece)
                    sent += len(piece)

        pouring = threading.Thread(target=go_on)
        pouring.start()
        with suppress(ConnectionError):
            while more := line.recv(4096):
                said += more
    pouring.join()
    return said.decode(), sent


@pytest.mark.parametrize(
    ("framing", "piece"),
    [
        (f"Content-Length: {10 * GIGABYTE}", b"x" * SMALL),  # says at once that it is too large
        ("Transfer-Encoding: chunked", b"%x\r\n%s\r\n" % (SMALL, b"x" * SMALL)),  # never says how much there is
    ],
)
def test_ten_gigabytes_are_refused_at_once_and_the_server_hangs_up(server: int, framing: str, piece: bytes):
    answer, sent = pour(server, framing, piece)

    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 413 ")
    assert "connection: close" in head.lower()
    assert '"code":"file_too_large"' in body
    assert sent < 2 * GIGABYTE
