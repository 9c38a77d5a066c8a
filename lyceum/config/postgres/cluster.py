"""The built-in database's files: where they lie, how they are made, what keeps them shut."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from lyceum.config.errors import SetupError
from lyceum.config.postgres.binaries import Binaries
from lyceum.config.postgres.isolation import die_with_parent, unprivileged_prefix
from lyceum.config.postgres.urls import socket_url, tcp_url

LONGEST_SOCKET_PATH = 103  # macOS allows 104 bytes, Linux 108, both with a closing zero
SUPERUSER = "postgres"
OWNER = "lyceum_owner"
DATABASE = "lyceum"


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to reach a cluster; kept beside it, readable by its owner only."""

    port: int
    superuser_password: str
    owner_password: str
    is_prepared: bool = False
    """Whether the role, the database and the extensions have been made."""

    @classmethod
    def generate(cls) -> Self:
        return cls(
            port=find_free_port(),
            superuser_password=secrets.token_urlsafe(32),
            owner_password=secrets.token_urlsafe(32),
        )


class ClusterFiles:
    """The folder `postgres` inside the data folder."""

    def __init__(self, data_folder: Path) -> None:
        self.folder = data_folder.resolve() / "postgres"
        self.cluster = self.folder / "cluster"
        self.credentials_file = self.folder / "credentials.json"
        self.log = self.folder / "server.log"
        self.start_lock = self.folder / "start.lock"
        self.owner_lock = self.folder / "owner.lock"

    @property
    def major(self) -> int | None:
        """The major version that made the cluster; None before there is one."""
        try:
            return int((self.cluster / "PG_VERSION").read_text())
        except FileNotFoundError:
            return None

    @property
    def socket_folder(self) -> Path | None:
        """Where the unix socket lies; None where the path cannot name one."""
        length = len(os.fsencode(self.folder / ".s.PGSQL.65535"))
        # To libpq, a comma separates two hosts.
        is_usable = length <= LONGEST_SOCKET_PATH and "," not in str(self.folder)
        return self.folder if is_usable else None

    def make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.folder.chmod(0o700)
        except OSError as error:
            raise SetupError(f"LYCEUM_DATA: cannot write to {self.folder}: {error.strerror}.") from error

    def read_credentials(self) -> Credentials:
        """The credentials, made at the first start."""
        try:
            return Credentials(**json.loads(self.credentials_file.read_text()))
        except FileNotFoundError:
            if self.major is not None:
                raise SetupError(
                    f"{self.credentials_file} is missing: put it back from the backup of the data folder."
                ) from None
            return self.write_credentials(Credentials.generate())
        except (OSError, TypeError, ValueError) as error:
            raise SetupError(f"{self.credentials_file} cannot be read: {error}.") from error

    def write_credentials(self, credentials: Credentials) -> Credentials:
        draft = self.credentials_file.with_suffix(".new")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(credentials)))
        draft.replace(self.credentials_file)
        return credentials

    def url(self, credentials: Credentials, *, user: str, database: str) -> str:
        password = credentials.superuser_password if user == SUPERUSER else credentials.owner_password
        if self.socket_folder is None:
            return tcp_url(credentials.port, user=user, password=password, database=database)
        return socket_url(self.socket_folder, credentials.port, user=user, password=password, database=database)

    def create_cluster(self, binaries: Binaries, credentials: Credentials) -> None:
        """Make the cluster whole or not at all: a start that was cut off leaves nothing half made."""
        draft = self.folder / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        password_file = self.folder / "initdb.password"
        password_file.unlink(missing_ok=True)
        password_file.touch(mode=0o600)
        password_file.write_text(credentials.superuser_password)
        try:
            run_program(
                binaries,
                "initdb",
                f"--pgdata={draft}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                *binaries.locale_options,
            )
        finally:
            password_file.unlink()
        draft.rename(self.cluster)

    def keep_log_short(self, most: int = 5_000_000) -> None:
        if self.log.exists() and self.log.stat().st_size > most:
            self.log.replace(self.log.with_suffix(".log.1"))

    def log_since(self, position: int) -> str:
        """What the server has written from that byte on."""
        with self.log.open("rb") as log:
            log.seek(position)
            return log.read().decode(errors="replace")


def run_program(binaries: Binaries, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs to its end. Raises SetupError with its last line."""
    result = subprocess.run(  # noqa: S603 - paths and fixed words, no shell
        [*unprivileged_prefix(), binaries.folder / program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
        preexec_fn=die_with_parent,
    )
    if result.returncode:
        raise SetupError(f"{program} failed: {last_complaint(result.stderr.splitlines())}")


def last_complaint(lines: Iterable[str]) -> str:
    """The line that says why PostgreSQL gave up."""
    said = [line.strip() for line in lines if line.strip()]
    complaints = [line for line in said if "FATAL:" in line or "PANIC:" in line or "error:" in line]
    return (complaints or said or ["it said nothing"])[-1]


def with_free_port(credentials: Credentials) -> Credentials:
    """The same credentials, on another port if somebody else listens on the remembered one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", credentials.port))
        except OSError:
            return replace(credentials, port=find_free_port())
    return credentials


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
