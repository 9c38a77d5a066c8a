"""Where a benchmark takes place: a database of its own with the demo schools, and a server that stops by itself."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lyceum.config.database import ReadyDatabase

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS, STOP_SECONDS = 90.0, 40.0
INHERITED = ("DATABASE_URL", "DATABASE_APP_URL", "DATABASE_DIRECT_URL", "REDIS_URL", "LYCEUM_DEMO")


@dataclass
class Place:
    """A prepared installation and its running server."""

    folder: Path
    port: int
    app_url: str
    owner_url: str
    superuser_url: str
    """Of the built-in database: passes every wall and every trigger."""
    server: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def prepared(*, students: int, days: int, keep: Path | None = None) -> Iterator[Place]:
    """An installation with demo schools of that size. A folder that is kept is filled only the first time."""
    folder = keep or Path(tempfile.mkdtemp(prefix="lyceum-bench-"))
    port = free_port()
    for name in INHERITED:
        os.environ.pop(name, None)
    os.environ.update(
        LYCEUM_DATA=str(folder),
        LYCEUM_PORT=str(port),
        LYCEUM_HOST="127.0.0.1",
        LYCEUM_URL=f"http://127.0.0.1:{port}",
        LYCEUM_READY_ENGINE="0",
    )
    # Imported here: they read the environment that was just made.
    from lyceum.config.database import ready_database
    from lyceum.config.environment import Environment

    try:
        with ready_database(Environment.read()) as database:
            if _fill(students, days):
                _settle(_superuser(database))
            server = _start(folder)
            try:
                _wait_until_ready(port, server)
                yield Place(folder, port, database.app_url, database.owner_url, _superuser(database), server)
            finally:
                stop_server(server)
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _superuser(database: ReadyDatabase) -> str:
    if database.embedded is None:
        raise SystemExit("Benchmarks make a database of their own: run them without DATABASE_URL.")
    return database.embedded.superuser_url


def _settle(superuser_url: str) -> None:
    """What PostgreSQL would otherwise do beside the first measurements."""
    import psycopg

    with psycopg.connect(superuser_url, autocommit=True) as database:
        database.execute("VACUUM (ANALYZE)")
        database.execute("CHECKPOINT")


def _fill(students: int, days: int) -> bool:
    """The tables and, unless they are there already, the demo schools; whether they were not."""
    from lyceum.config.loading import load_django

    load_django()
    from lyceum.config.migrate import apply_migrations
    from lyceum.core.schools import school_scope
    from lyceum.demo.load import load_demo
    from lyceum.demo.plan import HILLCREST, LITTLE_OAK, sized
    from lyceum.domains.attendance.rules.registers import open_day
    from lyceum.domains.tenancy.models import School
    from lyceum.domains.tenancy.queries import today

    apply_migrations()
    is_new = not School.objects.exists()
    if is_new:
        print(f"Filling a database with {students:,} students and registers of {days} days …", flush=True)
        plans = (
            sized(HILLCREST, students=students, days=days, past_years=1),
            sized(LITTLE_OAK, students=LITTLE_OAK.students, days=10, past_years=0),
        )
        loaded = load_demo(lambda _line: None, plans=plans)
        print(f"{loaded.marks:,} marks in {loaded.seconds:.0f} s", flush=True)
    with school_scope(School.objects.get(slug=HILLCREST.slug).pk):
        open_day(today())
    return is_new


def _start(folder: Path) -> subprocess.Popen[bytes]:
    log = (folder / "server-output.log").open("wb")
    return subprocess.Popen(
        [sys.executable, "-m", "lyceum.config.cli", "start"],
        cwd=ROOT,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _wait_until_ready(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit("The server ended before it was ready; see server-output.log in its data folder.")
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise SystemExit(f"The server was not ready within {START_SECONDS:.0f} s.")


def stop_server(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
