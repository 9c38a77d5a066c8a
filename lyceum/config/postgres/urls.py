"""Addresses of a PostgreSQL database as URLs that libpq, psycopg and urllib all understand."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from psycopg.conninfo import conninfo_to_dict


def socket_url(folder: Path, port: int, *, user: str, password: str, database: str) -> str:
    """A database reached through the unix socket in `folder`."""
    place = urlencode({"host": str(folder), "port": port}, quote_via=quote, safe="")
    return f"postgresql://{_login(user, password)}@/{quote(database, safe='')}?{place}"


def tcp_url(port: int, *, user: str, password: str, database: str) -> str:
    """A database reached over the loopback interface."""
    return f"postgresql://{_login(user, password)}@127.0.0.1:{port}/{quote(database, safe='')}"


def with_login(url: str, *, user: str, password: str) -> str:
    """The same database, as another role."""
    parts = urlsplit(url)
    hosts = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{_login(user, password)}@{hosts}"))


def with_database(url: str, database: str) -> str:
    """Another database of the same server, as the same role."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{quote(database, safe='')}"))


def role_of(url: str) -> str:
    return str(conninfo_to_dict(url).get("user") or "")


def password_of(url: str) -> str:
    return str(conninfo_to_dict(url).get("password") or "")


def database_of(url: str) -> str:
    """The database's name; as in libpq, that of the role where none is given."""
    return str(conninfo_to_dict(url).get("dbname") or "") or role_of(url)


def _login(user: str, password: str) -> str:
    return f"{quote(user, safe='')}:{quote(password, safe='')}"
