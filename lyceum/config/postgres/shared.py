"""One built-in server for several processes that come and go, such as test runs side by side.

A small guardian process owns the server for as long as anybody holds the users' lock. The lock ends with
its process, however that ends, so nothing has to be cleaned up.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lyceum.config.errors import SetupError
from lyceum.config.postgres.server import PAUSE_SECONDS, EmbeddedPostgres


@contextmanager
def shared_server(data_folder: Path, options: Mapping[str, str]) -> Iterator[EmbeddedPostgres]:
    """Use the folder's server, starting it for everybody if it does not run yet."""
    data_folder.mkdir(parents=True, exist_ok=True)
    users = _open_lock(data_folder)
    try:
        fcntl.flock(users, fcntl.LOCK_SH)
        _start_guardian(data_folder, options)
        server = EmbeddedPostgres(data_folder, options)
        server.start()
        yield server
    finally:
        os.close(users)


def _start_guardian(data_folder: Path, options: Mapping[str, str]) -> None:
    """Returns once the server is ready; a second guardian finds the first one's server and ends."""
    root = Path(__file__).resolve().parents[3]
    guardian = subprocess.Popen(  # noqa: S603 - this very Python and this very module
        [sys.executable, "-m", __name__, str(data_folder), json.dumps(dict(options))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        start_new_session=True,
    )
    with guardian.stdout or open(os.devnull) as output:  # noqa: PTH123
        said = output.readline().strip()
    # It outlives this process on purpose.
    guardian.returncode = 0
    if said != "ready":
        raise SetupError(said or "The test database's guardian ended without a word.")


def _guard(data_folder: Path, options: Mapping[str, str]) -> None:
    server = EmbeddedPostgres(data_folder, options)
    try:
        server.start()
    except SetupError as error:
        print(error, flush=True)
        return
    print("ready", flush=True)
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    users = _open_lock(data_folder)
    while server.is_owner and not _has_no_users(users):
        server.watch()
        time.sleep(PAUSE_SECONDS)
    # Still under the exclusive lock: who comes now waits, and starts a server of its own.
    server.stop()


def _has_no_users(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open_lock(data_folder: Path) -> int:
    return os.open(data_folder / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


if __name__ == "__main__":
    _guard(Path(sys.argv[1]), json.loads(sys.argv[2]))
