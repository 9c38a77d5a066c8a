"""The built-in PostgreSQL: started under the data folder, watched, stopped, found again."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from lyceum.config.errors import SetupError
from lyceum.config.postgres import isolation
from lyceum.config.postgres.binaries import Binaries, find_binaries
from lyceum.config.postgres.cluster import (
    DATABASE,
    OWNER,
    SUPERUSER,
    ClusterFiles,
    Credentials,
    last_complaint,
    with_free_port,
)
from lyceum.config.postgres.postmaster import Postmaster
from lyceum.config.postgres.preparation import prepare_cluster

PAUSE_SECONDS = 0.2
SLOW_PAUSE_SECONDS = 2.0
QUICK_RESTARTS = 25
START_SECONDS = 120.0
STOP_SECONDS = 20.0
# What a killed server leaves behind for a moment: its backends, which end by themselves.
STILL_IN_USE = ("pre-existing shared memory block", "is another postmaster", "lock file")

DEFAULT_OPTIONS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_logical_replication_workers": "0",
    "log_checkpoints": "off",
    # A failing statement carries people's names and marks: they do not belong in a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class EmbeddedPostgres:
    """The PostgreSQL of one data folder.

    The process that starts it owns it: the server is its direct child, is restarted when it crashes, and
    shuts down cleanly when the owner ends, even by kill -9 (the kernel tells it). Every other process
    that calls `start` attaches to the running server and leaves it running.
    """

    def __init__(self, data_folder: Path, options: Mapping[str, str] | None = None) -> None:
        self.files = ClusterFiles(data_folder)
        self._options = {**DEFAULT_OPTIONS, **(options or {})}
        self._credentials: Credentials | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._owner_pid: int | None = None
        self._owner_lock: int | None = None
        self._crashes = 0
        self._started_at = 0.0

    @property
    def is_owner(self) -> bool:
        """Whether this very process started the server; a fork of it does not own it."""
        return self._process is not None and self._owner_pid == os.getpid()

    @property
    def owner_url(self) -> str:
        """The role that owns the tables, on Lyceum's database."""
        return self.files.url(self._known_credentials(), user=OWNER, database=DATABASE)

    @property
    def superuser_url(self) -> str:
        return self.files.url(self._known_credentials(), user=SUPERUSER, database=DATABASE)

    def start(self) -> None:
        """Start the server, or attach to it where it runs. Raises SetupError saying why it cannot."""
        if self.is_owner:
            return
        self.files.make_folder()
        with _locked(self.files.start_lock):
            self._credentials = self.files.read_credentials()
            if not self._attach():
                self._launch()
            self._prepare()

    def stop(self) -> None:
        """Shut the server down if this process started it: clients are let go, nothing is lost."""
        if not self.is_owner or self._process is None:
            return
        for death_signal, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5.0)):
            if self._process.poll() is None:
                self._process.send_signal(death_signal)
            try:
                self._process.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                continue
        else:
            self._process.kill()
            self._process.wait()
        self._process = None
        self._release_ownership()

    def watch(self) -> str | None:
        """Bring a server that has crashed back. To be called every `PAUSE_SECONDS`; does not wait.

        Returns a line for the operator when the server was found dead, otherwise None.
        """
        if self._process is None:
            return self._watch_attached()
        if self._process.poll() is None:
            if time.monotonic() - self._started_at > START_SECONDS:
                self._crashes = 0
            return None
        pause = PAUSE_SECONDS if self._crashes < QUICK_RESTARTS else SLOW_PAUSE_SECONDS
        if time.monotonic() - self._started_at < pause:
            return None
        self._crashes += 1
        self._spawn(self._binaries())
        return "PostgreSQL ended unexpectedly; starting it again." if self._crashes == 1 else None

    def _watch_attached(self) -> str | None:
        """The process that owned the server may have ended and taken it along: then own it instead."""
        if Postmaster.find(self.files.cluster) is not None:
            return None
        port = self._known_credentials().port
        self.start()
        if port != self._known_credentials().port:
            raise SetupError("PostgreSQL came back on another port: start Lyceum again.")
        return "The command that ran PostgreSQL has ended; running it from here."

    def _attach(self) -> bool:
        """Use the server that runs, once it is ready. False when there is none to use."""
        deadline = time.monotonic() + START_SECONDS
        while (postmaster := Postmaster.find(self.files.cluster)) is not None:
            if self._take_ownership():
                # It has no owner left: without one it would never be stopped.
                os.kill(postmaster.pid, signal.SIGINT)
                _wait_until_gone(self.files.cluster, deadline)
                return False
            if postmaster.is_ready:
                return True
            if time.monotonic() > deadline:
                raise SetupError(
                    f"PostgreSQL (process {postmaster.pid}) has been {postmaster.status or 'starting'} for "
                    f"{START_SECONDS:.0f} s; see {self.files.log}."
                )
            time.sleep(PAUSE_SECONDS / 4)
        return False

    def _launch(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._take_ownership():
            if time.monotonic() > deadline:
                raise SetupError(f"Another process holds {self.files.owner_lock}.")
            time.sleep(PAUSE_SECONDS / 4)
        try:
            binaries = self._binaries()
            credentials = with_free_port(self._known_credentials())
            self._credentials = self.files.write_credentials(credentials)
            if self.files.major is None:
                self.files.create_cluster(binaries, credentials)
            self.files.keep_log_short()
            self._start_until_ready(binaries, deadline)
        except BaseException:
            self.stop()
            self._release_ownership()
            raise

    def _start_until_ready(self, binaries: Binaries, deadline: float) -> None:
        log_position = self._spawn(binaries)
        while not ((postmaster := Postmaster.find(self.files.cluster)) and postmaster.is_ready):
            if self._process is not None and self._process.poll() is not None:
                said = self.files.log_since(log_position)
                if not any(reason in said for reason in STILL_IN_USE) or time.monotonic() > deadline:
                    raise SetupError(
                        f"PostgreSQL did not start: {last_complaint(said.splitlines())} "
                        f"(all it said is in {self.files.log})"
                    )
                time.sleep(PAUSE_SECONDS)
                log_position = self._spawn(binaries)
            if time.monotonic() > deadline:
                raise SetupError(f"PostgreSQL was not ready within {START_SECONDS:.0f} s; see {self.files.log}.")
            time.sleep(0.01)

    def _prepare(self) -> None:
        credentials = self._known_credentials()
        if not credentials.is_prepared:
            prepare_cluster(self.files, credentials)
            self._credentials = self.files.write_credentials(replace(credentials, is_prepared=True))

    def _spawn(self, binaries: Binaries) -> int:
        """Start the server process; returns where its part of the log begins."""
        if Postmaster.find(self.files.cluster) is None:
            # PostgreSQL refuses to start when another process got the number in a file left behind.
            (self.files.cluster / "postmaster.pid").unlink(missing_ok=True)
        options = {**self._options, "port": str(self._known_credentials().port), **self._socket_option()}
        command = [*isolation.unprivileged_prefix(), str(binaries.folder / "postgres")]
        command += ["-D", str(self.files.cluster)]
        command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with self.files.log.open("ab") as log:
            log_position = log.tell()
            self._process = subprocess.Popen(  # noqa: S603 - paths and fixed words, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
                # Its own group: Ctrl-C must reach it after the requests in flight, not at once.
                process_group=0,
                preexec_fn=isolation.shut_down_with_parent,
            )
        self._owner_pid = os.getpid()
        self._started_at = time.monotonic()
        return log_position

    def _socket_option(self) -> dict[str, str]:
        folder = self.files.socket_folder
        # Quoted: a comma or a blank in the path would otherwise end the name.
        escaped = str(folder).replace('"', '""')
        return {"unix_socket_directories": f'"{escaped}"' if folder else ""}

    def _binaries(self) -> Binaries:
        return find_binaries(self.files.major)

    def _known_credentials(self) -> Credentials:
        if self._credentials is None:
            raise SetupError("The built-in PostgreSQL has not been started.")
        return self._credentials

    def _take_ownership(self) -> bool:
        """Hold the lock that says that this server has a living owner. False when another has it."""
        if self._owner_lock is not None:
            return True
        lock = os.open(self.files.owner_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self._owner_lock = lock
        # A fork would share the lock, and hold it for as long as it outlives this process.
        os.register_at_fork(after_in_child=self._release_ownership)
        return True

    def _release_ownership(self) -> None:
        if self._owner_lock is not None:
            os.close(self._owner_lock)
            self._owner_lock = None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One starter at a time: two would both find no server and both make one."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _wait_until_gone(cluster: Path, deadline: float) -> None:
    while Postmaster.find(cluster) is not None:
        if time.monotonic() > deadline:
            raise SetupError("A PostgreSQL left behind by an earlier start does not stop.")
        time.sleep(PAUSE_SECONDS / 4)
