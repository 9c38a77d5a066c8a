"""From `lyceum start` to the first page: in an empty folder, the next time, and after everything was killed.

Beside it what a start cannot do without: the bare PostgreSQL of the same folder, and Python loading the same code.
"""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.place import INHERITED, ROOT, START_SECONDS, Place, free_port, stop_server
from bench.processes import backends, find_parts
from bench.results import Result

ROUNDS = 3
MOST_SECONDS = 5.0
"""Of every start but the first."""
_LOAD = "from lyceum.config.loading import load_django; load_django(); import lyceum.config.urls"


def run(place: Place) -> Result:
    """Median seconds of each kind of start, and how many times the bare parts it is."""
    result, folder = Result("start"), Path(tempfile.mkdtemp(prefix="lyceum-bench-start-"))
    try:
        first = _start_once(folder, stop_server)
        again = statistics.median(_start_once(folder, stop_server) for _ in range(ROUNDS))
        _start_once(folder, lambda server: _kill_everything(server, folder))
        killed = _start_once(folder, stop_server)
        bare = _postgres_alone(folder) + _code_alone(place)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for name, seconds, most in (
        ("first", first, ""),
        ("next", again, f" (at most {MOST_SECONDS:.0f})"),
        ("after kill -9", killed, f" (at most {MOST_SECONDS:.0f})"),
    ):
        result.keep(name, {"seconds": round(seconds, 2), "to_bare": round(seconds / bare, 1)})
        result.say(f"{name:14} {seconds:5.1f} s{most}: {seconds / bare:.1f} times PostgreSQL and the code alone")
    result.keep("bare", round(bare, 2))
    return result


def _start_once(folder: Path, end: Callable[[subprocess.Popen[bytes]], None]) -> float:
    """The seconds until a page is answered; then it ends in that way."""
    port, began = free_port(), time.monotonic()
    with _server(folder, port) as server:
        while True:
            if server.poll() is not None or time.monotonic() - began > START_SECONDS:
                raise SystemExit(f"The server did not start; see {folder}/server-output.log.")
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=60) as page:
                if page.status == 200:
                    seconds = time.monotonic() - began
                    break
            time.sleep(0.02)
        end(server)
    return seconds


@contextmanager
def _server(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    kept = {name: value for name, value in os.environ.items() if name not in INHERITED}
    its_own = {"LYCEUM_DATA": str(folder), "LYCEUM_PORT": str(port), "LYCEUM_URL": f"http://127.0.0.1:{port}"}
    with (folder / "server-output.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "lyceum.config.cli", "start"],
            cwd=ROOT, env=kept | its_own, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            yield server
        finally:
            stop_server(server)


def _kill_everything(server: subprocess.Popen[bytes], folder: Path) -> None:
    parts = find_parts(server, folder)
    for pid in (server.pid, *parts.web, *parts.worker, *backends(parts)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    server.wait()


def _postgres_alone(folder: Path) -> float:
    from lyceum.config.postgres.server import EmbeddedPostgres

    postgres, began = EmbeddedPostgres(folder), time.monotonic()
    postgres.start()
    seconds = time.monotonic() - began
    postgres.stop()
    return seconds


def _code_alone(place: Place) -> float:
    began = time.monotonic()
    named = {"DATABASE_URL": place.owner_url, "DATABASE_APP_URL": place.app_url}
    subprocess.run([sys.executable, "-c", _LOAD], cwd=ROOT, env=os.environ | named, check=True)
    return time.monotonic() - began
