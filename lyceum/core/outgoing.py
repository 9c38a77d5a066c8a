"""Asking other hosts whether something is there: public ones alone, resolved once, and following nothing."""

import http.client
import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

SECONDS = 5.0
PORT = 443
_NO_SUCH_HOST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
_NO_HEAD = {405, 501}


class NotPublicError(Exception):
    """An address inside somebody's network, or a port that nothing public answers on."""


class NoSuchHostError(Exception):
    """Nobody has that name."""


class _Pinned(http.client.HTTPSConnection):
    """A connection to the address that was checked, whatever the name leads to a moment later."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(host, PORT, timeout=SECONDS)
        self._address = address

    def connect(self) -> None:
        """To the checked address; the certificate is that of the name."""
        plain = socket.create_connection((self._address, PORT), self.timeout)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)


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
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return ip.is_global and not ip.is_multicast and (inner is None or inner.is_global)


def _ask(method: str, host: str, address: str, path: str) -> int:
    connection = _Pinned(host, address)
    try:
        connection.request(method, path, headers={"User-Agent": "Lyceum", "Accept": "*/*"})
        return connection.getresponse().status
    except http.client.HTTPException as error:
        raise OSError(str(error)) from None
    finally:
        connection.close()
