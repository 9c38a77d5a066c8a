"""What the machine tells Lyceum through environment variables, read once and checked."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from lyceum.config.errors import SetupError
from lyceum.config.postgres.urls import password_of, role_of, with_login

APP_ROLE = "lyceum_app"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
SHORTEST_SECRET = 32


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings of one installation. Nothing else in Lyceum reads `LYCEUM_*` variables."""

    data_folder: Path
    """Holds the built-in database, uploaded files and keys; absolute."""
    host: str
    port: int
    url: str
    """The address people type, without a slash at its end."""
    database_url: str | None
    """The role that owns the tables; None means the built-in PostgreSQL."""
    database_app_url: str | None
    """The role that pages and jobs use; None means: derive it from `database_url`."""
    redis_url: str | None
    secret_key: str
    """Empty until `ensure_secret_key` has made one."""
    prepares: bool
    """Whether PostgreSQL may keep plans between transactions; not behind a pooler that shares connections."""
    web_processes: int
    threads: int
    is_debug: bool
    loads_demo: bool
    readies_engine: bool
    """Whether a worker compiles the timetabling engine as soon as it starts, so that nobody waits for it."""
    log_level: str
    closing_days: int
    """For how long a closed school can be restored."""

    @classmethod
    def read(cls, variables: Mapping[str, str] | None = None) -> Self:
        """Read and check every variable. Raises SetupError naming the first one that is wrong."""
        given = os.environ if variables is None else variables
        data_folder = Path(given.get("LYCEUM_DATA") or "lyceum-data").expanduser().resolve()
        port = _read_number(given, "LYCEUM_PORT", default=4000, least=1, most=65535)
        return cls(
            data_folder=data_folder,
            host=given.get("LYCEUM_HOST") or "127.0.0.1",
            port=port,
            url=_read_url(given, "LYCEUM_URL", schemes=("http", "https"), default=f"http://localhost:{port}").rstrip(
                "/"
            ),
            database_url=_read_url(given, "DATABASE_URL", schemes=("postgresql", "postgres")) or None,
            database_app_url=_read_url(given, "DATABASE_APP_URL", schemes=("postgresql", "postgres")) or None,
            redis_url=_read_url(given, "REDIS_URL", schemes=("redis", "rediss", "unix")) or None,
            secret_key=_read_secret_key(given, data_folder),
            prepares=_read_flag(given, "LYCEUM_PREPARE", default=not given.get("DATABASE_URL", "").strip()),
            web_processes=_read_number(given, "LYCEUM_WEB_PROCESSES", default=usual_processes(), least=1, most=256),
            threads=_read_number(given, "LYCEUM_THREADS", default=8, least=1, most=256),
            is_debug=_read_flag(given, "LYCEUM_DEBUG"),
            loads_demo=_read_flag(given, "LYCEUM_DEMO"),
            readies_engine=_read_flag(given, "LYCEUM_READY_ENGINE", default=True),
            log_level=_read_choice(given, "LYCEUM_LOG_LEVEL", LOG_LEVELS, default="INFO"),
            closing_days=_read_number(given, "LYCEUM_CLOSING_DAYS", default=30, least=7, most=90),
        )

    @property
    def is_embedded(self) -> bool:
        """Whether Lyceum runs its own PostgreSQL under the data folder."""
        return self.database_url is None

    def app_url(self, owner_url: str) -> str:
        """The address of the role that pages and jobs use, on the database of `owner_url`.

        Its password follows from the secret key, so every machine of an installation finds the same one.
        """
        return self.database_app_url or with_login(
            owner_url, user=APP_ROLE, password=app_role_password(self.secret_key)
        )


def usual_processes() -> int:
    """As many web processes as there are cores, up to four: each works one core and shares most of its memory."""
    return max(1, min(4, os.cpu_count() or 1))


def direct_url(owner_url: str, app_url: str) -> str:
    """The app's role without the pooler that may stand in front of it: migrations always go directly."""
    return with_login(owner_url, user=role_of(app_url), password=password_of(app_url))


def app_role_password(secret_key: str) -> str:
    return hmac.new(secret_key.encode(), f"database:{APP_ROLE}".encode(), hashlib.sha256).hexdigest()


def ensure_secret_key(environment: Environment) -> Environment:
    """Give an installation without a secret key one that it keeps, readable by its owner only."""
    if environment.secret_key:
        return environment
    path = environment.data_folder / "secret.key"
    draft = path.with_name(f"secret.key.{os.getpid()}")
    try:
        environment.data_folder.mkdir(parents=True, exist_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48) + "\n")
        try:
            # A hard link appears whole or not at all, and never replaces the key of another process.
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    except OSError as error:
        raise SetupError(f"LYCEUM_DATA: cannot write to {environment.data_folder}: {error.strerror}.") from error
    return replace(environment, secret_key=path.read_text().strip())


def _read_secret_key(given: Mapping[str, str], data_folder: Path) -> str:
    key = given.get("LYCEUM_SECRET_KEY", "").strip()
    if key and len(key) < SHORTEST_SECRET:
        raise SetupError(f"LYCEUM_SECRET_KEY must have at least {SHORTEST_SECRET} characters.")
    if key:
        return key
    path = data_folder / "secret.key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"LYCEUM_DATA: cannot read the secret key in {path}: {error}.") from error


def _read_number(given: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    text = given.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not least <= int(text) <= most:
        raise SetupError(f"{name} must be a whole number from {least} to {most}, not {text!r}.")
    return int(text)


def _read_flag(given: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    text = given.get(name, "").strip().lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise SetupError(f"{name} must be 1 or 0, not {text!r}.")


def _read_choice(given: Mapping[str, str], name: str, choices: tuple[str, ...], *, default: str) -> str:
    text = given.get(name, "").strip().upper() or default
    if text not in choices:
        raise SetupError(f"{name} must be one of {', '.join(choices)}, not {text!r}.")
    return text


def _read_url(given: Mapping[str, str], name: str, *, schemes: tuple[str, ...], default: str = "") -> str:
    """The value never appears in the message: an address may carry a password."""
    text = given.get(name, "").strip() or default
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        is_complete = parts.scheme in schemes and bool(parts.netloc or parts.path.strip("/"))
        _ = parts.port
    except ValueError:
        is_complete = False
    if not is_complete:
        raise SetupError(f"{name} must be an address that starts with {schemes[0]}://.")
    return text
