"""A wire between Django and PostgreSQL that can be cut after COMMIT and before the answer."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
"""What the server says once a transaction is committed."""


class Relay:
    """Passes everything on both ways, until a statement was sent and its transaction is committed."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.port = 0
        self._awaited = b""
        self._cut: Callable[[], None] = lambda: None
        self._is_armed = False
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def cut_after_commit_of(self, statement: bytes, cut: Callable[[], None]) -> None:
        """Once the transaction with that statement is committed: call `cut`, and never pass the answer on."""
        self._awaited, self._cut = statement, cut

    def serve(self, listener: socket.socket) -> None:
        """Take connections until the listener is closed."""
        while True:
            try:
                near, _address = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self.target, timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            self._sockets += [near, far]
            for one, other, heard in ((near, far, self._hears_client), (far, near, self._hears_server)):
                thread = threading.Thread(target=self._pump, args=(one, other, heard), daemon=True)
                thread.start()
                self._threads.append(thread)

    def _pump(self, one: socket.socket, other: socket.socket, heard: Callable[[bytes], bool]) -> None:
        with suppress(OSError):
            while (sent := one.recv(65536)) and heard(sent):
                other.sendall(sent)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _hears_client(self, sent: bytes) -> bool:
        if self._awaited and self._awaited in sent:
            self._is_armed = True
        return True

    def _hears_server(self, sent: bytes) -> bool:
        if self._is_armed and COMMITTED in sent:
            self._is_armed, self._awaited = False, b""
            self._cut()
            return False
        return True

    def close(self) -> None:
        """End every connection."""
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=5)
        for each in self._sockets:
            each.close()


@contextmanager
def relayed(target: tuple[str, int]) -> Iterator[Relay]:
    """A relay to an address for as long as the block runs."""
    relay = Relay(target)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay.port = listener.getsockname()[1]
        thread = threading.Thread(target=relay.serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield relay
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            relay.close()
    thread.join(timeout=5)
