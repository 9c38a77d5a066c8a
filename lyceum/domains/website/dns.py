"""The one place where the DNS is asked: for the texts that stand under a name."""

import dns.exception
import dns.resolver

TIMEOUT = 3.0
"""Seconds for the whole question."""


def resolve_txt(name: str, *, server: tuple[str, int] | None = None) -> list[str]:
    """The TXT records of a name; none where there are none or nobody answers. A server is an address and a port."""
    try:
        resolver = dns.resolver.Resolver(configure=server is None)
        if server:
            resolver.nameservers, resolver.port = [server[0]], server[1]
        resolver.lifetime = TIMEOUT
        found = resolver.resolve(name, "TXT", search=False)
    except (dns.exception.DNSException, OSError):
        return []
    return [b"".join(each.strings).decode("utf-8", errors="replace") for each in found]
