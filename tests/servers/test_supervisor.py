"""`lyceum start` as a person or a machine meets it: a process, a port, signals."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from lyceum.config.children import fork_child, has_ended, wait_for
from lyceum.config.environment import usual_processes
from lyceum.config.errors import SetupError
from lyceum.config.postgres.cluster import find_free_port
from lyceum.config.supervisor import Part

PATIENCE_SECONDS = 240
"""For what a machine that does much else may take long to do; how fast things are is measured in `bench/`."""


class Lyceum:
    """A running `lyceum start`."""

    def __init__(self, process, port):
        self.process = process
        self.port = port

    @property
    def is_listening(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def get(self, path="/health", timeout=5):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def is_well(self):
        """Whether it answers, and has its database."""
        with suppress(OSError):
            return self.get(timeout=10) == 200
        return False

    def members(self):
        """Every process of its session, whoever the parent is by now: {pid: command line}."""
        found = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdecimal():
                continue
            try:
                state, _, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
                if int(session) == self.process.pid and state != "Z":
                    found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
        return found

    def children(self):
        """Its own parts: not PostgreSQL, not the supervisor, and nothing that is about to end, which has no line."""
        lines = {pid: line for pid, line in self.members().items() if line and pid != self.process.pid}
        return [pid for pid, line in lines.items() if "postgres" not in line]

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


def wait_until(is_so, seconds=10):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def command(*arguments):
    return [sys.executable, "-m", "lyceum.config.cli", *arguments]


def surroundings(data_folder, port, **more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LYCEUM_", "DATABASE_"))}
    root = Path(__file__).resolve().parents[2]
    return (
        kept
        | {
            "LYCEUM_DATA": str(data_folder),
            "LYCEUM_PORT": str(port),
            "PYTHONPATH": str(root),
            "LYCEUM_READY_ENGINE": "0",
        }
        | more
    )


@contextmanager
def running(data_folder, **more):
    port = find_free_port()
    process = subprocess.Popen(
        command("start"),
        env=surroundings(data_folder, port, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    lyceum = Lyceum(process, port)
    try:
        wait_until(lambda: lyceum.is_listening or process.poll() is not None)
        # The port takes connections from the start, and answers them once the application is there.
        assert process.poll() is None, process.communicate()
        assert lyceum.get(timeout=120) == 200
        yield lyceum
    finally:
        for pid in lyceum.members():
            os.kill(pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def external(fresh_database):
    """Addresses of a database that is there already."""
    return {"DATABASE_URL": fresh_database.owner_url, "DATABASE_APP_URL": fresh_database.app_url}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_starts_serves_and_leaves_nothing_behind(tmp_path, external, number):
    with running(tmp_path, **external) as lyceum:
        wait_until(lambda: len(lyceum.children()) == usual_processes() + 1)

        code, out, err = lyceum.stop(number)

        assert code == 0
        assert f"Lyceum runs at http://localhost:{lyceum.port}" in out
        assert "Press Ctrl-C to stop." in out
        assert err == ""
        assert lyceum.members() == {}


def test_whole_installation_survives_kill_9_of_everything_in_turn(tmp_path):
    with running(tmp_path) as lyceum:
        for pid in lyceum.children():
            os.kill(pid, signal.SIGKILL)
        assert lyceum.get() == 200

        postmaster = int((tmp_path / "postgres/cluster/postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        wait_until(lyceum.is_well, PATIENCE_SECONDS)  # PostgreSQL first reads what it had not yet put in its place

        lyceum.process.kill()
        wait_until(lambda: lyceum.members() == {})

    made_at = (tmp_path / "postgres/cluster/PG_VERSION").stat().st_mtime_ns
    with running(tmp_path) as lyceum:
        assert (tmp_path / "postgres/cluster/PG_VERSION").stat().st_mtime_ns == made_at
        code, _, _ = lyceum.stop()
        assert code == 0
        assert lyceum.members() == {}


def test_request_in_flight_is_finished_before_the_end(tmp_path, external):
    with running(tmp_path, **external) as lyceum:
        request = http.client.HTTPConnection("127.0.0.1", lyceum.port, timeout=10)
        request.putrequest("GET", "/health")
        request.putheader("Content-Length", "4")
        request.endheaders()
        request.send(b"ab")
        time.sleep(0.3)

        lyceum.process.terminate()
        time.sleep(0.5)
        request.send(b"cd")

        assert request.getresponse().status == 200
        assert lyceum.stop()[0] == 0


def test_taken_port_is_named_with_the_way_out(tmp_path):
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]

        result = subprocess.run(
            command("start"), env=surroundings(tmp_path, port), capture_output=True, text=True, check=False
        )

    assert result.returncode == 2
    assert f"Port {port} on 127.0.0.1" in result.stderr
    assert "LYCEUM_PORT=" in result.stderr
    assert result.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_unreachable_database_is_named_in_one_line(tmp_path):
    result = subprocess.run(
        command("start"),
        env=surroundings(
            tmp_path, find_free_port(), DATABASE_URL=f"postgresql://o:x@127.0.0.1:{find_free_port()}/school"
        ),
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 2
    assert result.stderr.startswith("lyceum: The database cannot be reached as 'o'")
    assert result.stderr.count("\n") == 1


SLOW_WORKER = """
import time
from lyceum.config.loading import load_django
load_django()
from procrastinate.contrib.django import app
from lyceum.config import worker

@app.task(name="slow")
def slow():
    print("working", flush=True)
    time.sleep(60)

worker.GRACE_SECONDS = 0.3
slow.defer()
worker.serve_jobs()
"""


def test_job_that_cannot_be_finished_goes_back_to_the_queue(fresh_database, tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_WORKER],
        stdout=subprocess.PIPE,
        env=surroundings(
            tmp_path,
            find_free_port(),
            DATABASE_URL=fresh_database.owner_url,
            DATABASE_APP_URL=fresh_database.app_url,
            DATABASE_DIRECT_URL=fresh_database.app_url,
            LYCEUM_SECRET_KEY="k" * 40,
            DJANGO_SETTINGS_MODULE="lyceum.config.settings",
        ),
    )
    assert process.stdout.readline() == b"working\n"

    process.terminate()
    process.communicate(timeout=20)

    assert process.returncode == 0
    with psycopg.connect(fresh_database.owner_url) as connection:
        jobs = connection.execute("SELECT task_name, status::text FROM procrastinate_jobs").fetchall()
    assert ("slow", "todo") in jobs


class TestChildren:
    @pytest.mark.parametrize(
        ("run", "code"),
        [
            (lambda: None, 0),
            (lambda: sys.exit(3), 3),
            (lambda: os.kill(os.getpid(), signal.SIGTERM), 128 + signal.SIGTERM),
        ],
    )
    def test_exit_code_tells_how_a_child_ended(self, run, code):
        assert wait_for(fork_child(run)) == code

    def test_wrong_set_up_is_told_in_one_line(self, capfd):
        def refuse():
            raise SetupError("Set LYCEUM_PORT.")

        assert wait_for(fork_child(refuse)) == 2
        assert capfd.readouterr().err == "lyceum: Set LYCEUM_PORT.\n"

    def test_running_child_has_not_ended(self):
        child = fork_child(lambda: time.sleep(60))

        assert has_ended(child) is None

        os.kill(child, signal.SIGKILL)
        assert wait_for(child) == 128 + signal.SIGKILL

    def test_part_that_keeps_failing_is_started_ever_more_rarely(self):
        part = Part("web", lambda: None)
        part.started_at = time.monotonic() - 1

        part.failures = 1
        assert part.is_due
        part.failures = 5
        assert not part.is_due
