"""Asking other hosts whether something is there, and telling them: public ones alone, looked up once, no redirects."""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from urllib.parse import SplitResult, urlsplit

SECONDS = 5.0
PORT = 443
TELL_SECONDS = 15.0
TELL_PORTS = (443, 8443)
MOST_READ = 1024
"""Bytes of an answer that are kept."""
_NO_SUCH_HOST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
_NO_HEAD = {405, 501}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotPublicError(Exception):
    """An address inside somebody's network, or a port that nothing public answers on."""

    code = "not_public"


class NotHttpsError(NotPublicError):
    """An address that is no https address, or that holds a password."""

    code = "not_https"


class PortError(NotPublicError):
    """A port that is not asked."""

    code = "port"


class NoSuchHostError(Exception):
    """Nobody has that name."""


class TooSlowError(Exception):
    """There was no whole answer in time."""


class _Pinned(http.client.HTTPSConnection):
    """A connection to the address that was checked, whatever the name leads to a moment later."""

    def __init__(self, host: str, address: str, *, port: int = PORT, seconds: float = SECONDS) -> None:
        super().__init__(host, port, timeout=seconds)
        self._address = address
        self.held: socket.socket | None = None

    def connect(self) -> None:
        """To the checked address; the certificate is that of the name."""
        plain = socket.create_connection((self._address, self.port), self.timeout)
        sock = _context().wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock = self.held = sock  # held, so that it can be cut while hands are shaken, and while the answer is read
        sock.do_handshake()


@cache
def _context() -> ssl.SSLContext:
    """What certificates are checked by; reading it takes longer than shaking hands."""
    return ssl.create_default_context()


class _Plain(http.client.HTTPConnection):
    """A connection to this machine itself."""

    held: socket.socket | None = None

    def connect(self) -> None:
        """As usual; the socket is held until the end."""
        super().connect()
        self.held = self.sock


def ask_status(url: str) -> int:
    """The status with which an https address answers; of its content nothing is read.

    Raises NotPublicError and NoSuchHostError, and OSError where there is no answer now.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or (parts.port or PORT) != PORT:
        raise NotPublicError(url)
    address = public_address(host)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    status = _ask("HEAD", host, address, path)
    return _ask("GET", host, address, path) if status in _NO_HEAD else status


@dataclass(frozen=True)
class Answer:
    """What a host said when it was told something."""

    status: int
    beginning: bytes
    """The first KB of it."""
    retry_after: str = ""


def check_tellable(url: str, *, loopback: bool = False) -> str:
    """The address at which to tell a host something: https, port 443 or 8443, all its addresses public.

    With `loopback` this machine itself may be told over plain http, for development and tests. Raises NotPublicError
    and NoSuchHostError, and OSError where the name cannot be looked up now.
    """
    return _tellable(url, loopback)[1]


def tell(url: str, body: bytes, headers: Mapping[str, str], *, loopback: bool = False) -> Answer:
    """Post to a host, at an address that is looked up once and checked. A redirect is an answer like any other.

    Raises what `check_tellable` raises, TooSlowError after 15 seconds in all, and OSError where there is no answer.
    """
    ends = time.monotonic() + TELL_SECONDS
    parts, address = _tellable(url, loopback)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _connection(parts, address, ends - time.monotonic())
    given = {"User-Agent": "Lyceum", "Accept": "*/*", "Connection": "close", **headers}
    try:
        with _ended_at(connection, ends):
            connection.request("POST", path, body, given)
            response = connection.getresponse()
            return Answer(response.status, response.read(MOST_READ), response.headers.get("Retry-After", ""))
    except http.client.HTTPException as error:
        raise OSError(str(error)) from None
    finally:
        connection.close()


def _tellable(url: str, loopback: bool) -> tuple[SplitResult, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotHttpsError(url) from None
    if loopback and parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost"):
        return parts, "127.0.0.1"
    if parts.scheme != "https" or not parts.hostname or parts.username is not None or parts.password is not None:
        raise NotHttpsError(url)
    if (port or PORT) not in TELL_PORTS:
        raise PortError(url)
    return parts, public_address(parts.hostname)


def _connection(parts: SplitResult, address: str, seconds: float) -> _Plain | _Pinned:
    if seconds <= 0:
        raise TooSlowError
    if parts.scheme == "http":
        return _Plain(address, parts.port or 80, timeout=seconds)
    return _Pinned(parts.hostname or "", address, port=parts.port or PORT, seconds=seconds)


@contextmanager
def _ended_at(connection: _Plain | _Pinned, ends: float) -> Iterator[None]:
    """Cut the connection at an instant: who sends a byte now and then would otherwise be waited for for ever."""
    watch = threading.Timer(max(ends - time.monotonic(), 0), _cut, [connection])
    watch.daemon = True
    watch.start()
    try:
        yield
    except TimeoutError:
        raise TooSlowError from None
    except (OSError, http.client.HTTPException):
        if time.monotonic() >= ends:
            raise TooSlowError from None
        raise
    finally:
        watch.cancel()
    if time.monotonic() >= ends:
        raise TooSlowError


def _cut(connection: _Plain | _Pinned) -> None:
    if connection.held is not None:
        with contextlib.suppress(OSError):
            connection.held.shutdown(socket.SHUT_RDWR)


def public_address(host: str) -> str:
    """The address of a host, if all that it has are public."""
    try:
        found = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno in _NO_SUCH_HOST:
            raise NoSuchHostError(host) from None
        raise
    except UnicodeError:
        raise NoSuchHostError(host) from None
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not all(map(is_public, addresses)):
        raise NotPublicError(host)
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address belongs to the open net: none of a private network, this machine, or a cloud's own."""
    ip = ipaddress.ip_address(address)
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None) or _translated(ip)
    return ip.is_global and not ip.is_multicast and (inner is None or inner.is_global)


def _translated(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The address behind one that a network translates (NAT64)."""
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None


def _ask(method: str, host: str, address: str, path: str) -> int:
    connection = _Pinned(host, address)
    try:
        connection.request(method, path, headers={"User-Agent": "Lyceum", "Accept": "*/*"})
        return connection.getresponse().status
    except http.client.HTTPException as error:
        raise OSError(str(error)) from None
    finally:
        connection.close()
