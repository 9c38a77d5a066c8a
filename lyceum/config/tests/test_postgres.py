"""The built-in PostgreSQL: first start, second start, and every way of dying."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import psycopg
import pytest

from lyceum.config.errors import SetupError
from lyceum.config.postgres import EmbeddedPostgres, provision_roles
from lyceum.config.postgres.binaries import find_binaries
from lyceum.config.postgres.cluster import ClusterFiles
from lyceum.config.postgres.postmaster import Postmaster
from lyceum.config.postgres.shared import shared_server
from lyceum.config.postgres.urls import with_login

FAST = {"fsync": "off", "shared_buffers": "16MB", "max_connections": "20"}


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory):
    """One cluster for all tests here: making one takes a second. Short, so that a socket fits."""
    return tmp_path_factory.mktemp("pg")


@pytest.fixture
def postgres(data_folder):
    server = EmbeddedPostgres(data_folder, FAST)
    server.start()
    yield server
    server.stop()


def ask(url, query="SELECT 1"):
    with psycopg.connect(url, autocommit=True, connect_timeout=2) as connection:
        return connection.execute(query).fetchone()


def wait_until(is_so, seconds=10):
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def answers(url):
    try:
        return ask(url) == (1,)
    except psycopg.OperationalError:
        return False


@contextmanager
def owning_process(data_folder):
    """Another process that starts the server and then does nothing."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from pathlib import Path\n"
            "from lyceum.config.postgres import EmbeddedPostgres\n"
            "EmbeddedPostgres(Path(sys.argv[1])).start(); print('ready', flush=True); time.sleep(60)",
            str(data_folder),
        ],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )
    try:
        assert process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_first_start_makes_role_database_and_extensions(postgres):
    assert ask(postgres.owner_url, "SELECT current_user, current_database()") == ("lyceum_owner", "lyceum")
    assert ask(
        postgres.owner_url,
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user",
    ) == (False, False, True, True)
    assert ask(
        postgres.owner_url,
        "SELECT array_agg(extname::text ORDER BY extname) FROM pg_extension WHERE extname <> 'plpgsql'",
    ) == (["btree_gist", "pg_trgm", "unaccent"],)
    assert ask(postgres.owner_url, "SHOW server_encoding") == ("UTF8",)


def test_nobody_gets_in_without_the_password(postgres):
    port = ask(postgres.superuser_url, "SHOW port")[0]

    for user in ("postgres", "lyceum_owner"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://{user}:wrong@127.0.0.1:{port}/lyceum")


def test_secrets_are_kept_from_other_accounts(postgres):
    assert postgres.files.folder.stat().st_mode & 0o077 == 0
    assert postgres.files.credentials_file.stat().st_mode & 0o077 == 0
    assert not (postgres.files.folder / "initdb.password").exists()


def test_second_start_finds_what_the_first_one_wrote(data_folder):
    first = EmbeddedPostgres(data_folder, FAST)
    first.start()
    with psycopg.connect(first.owner_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    first.stop()

    second = EmbeddedPostgres(data_folder, FAST)
    second.start()

    assert ask(second.owner_url, "SELECT answer FROM kept") == (42,)
    second.stop()
    assert Postmaster.find(second.files.cluster) is None


def test_second_process_attaches_and_leaves_the_server_running(postgres):
    other = EmbeddedPostgres(postgres.files.folder.parent, FAST)

    other.start()
    other.stop()

    assert not other.is_owner
    assert other.owner_url == postgres.owner_url
    assert answers(postgres.owner_url)


def test_fork_of_the_owner_does_not_stop_the_server(postgres):
    child = os.fork()
    if child == 0:
        postgres.stop()
        os._exit(0)
    os.waitpid(child, 0)

    assert answers(postgres.owner_url)


def test_killed_server_is_started_again(postgres):
    os.kill(Postmaster.find(postgres.files.cluster).pid, signal.SIGKILL)

    news = []

    def is_back():
        news.append(postgres.watch())
        return answers(postgres.owner_url)

    wait_until(lambda: not answers(postgres.owner_url))
    wait_until(is_back)

    assert [line for line in news if line] == ["PostgreSQL ended unexpectedly; starting it again."]


def test_server_ends_cleanly_when_its_owner_is_killed(data_folder):
    files = ClusterFiles(data_folder)
    with owning_process(data_folder) as owner:
        owner.kill()
        owner.wait()

        wait_until(lambda: Postmaster.find(files.cluster) is None)
        # Its last words come a moment after its note is gone.
        wait_until(lambda: "database system is shut down" in files.log.read_text().splitlines()[-1])


def test_start_right_after_the_owner_was_killed_waits_for_the_old_server(data_folder):
    with owning_process(data_folder) as owner:
        owner.kill()
        owner.wait()

        server = EmbeddedPostgres(data_folder, FAST)
        server.start()

    assert server.is_owner
    assert answers(server.owner_url)
    server.stop()


def test_start_recovers_after_owner_and_server_were_killed_together(data_folder):
    files = ClusterFiles(data_folder)
    with owning_process(data_folder) as owner:
        postmaster = Postmaster.find(files.cluster)
        os.kill(postmaster.pid, signal.SIGKILL)
        owner.kill()
    assert (files.cluster / "postmaster.pid").exists()

    server = EmbeddedPostgres(data_folder, FAST)
    server.start()

    assert answers(server.owner_url)
    server.stop()


def test_pid_file_with_the_number_of_another_process_does_not_stop_the_start(data_folder):
    """After a reboot the number in a file left behind may belong to anybody, even to us."""
    server = EmbeddedPostgres(data_folder, FAST)
    server.start()
    server.stop()
    (server.files.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{server.files.cluster}\n1\n5432\n")

    server.start()

    assert answers(server.owner_url)
    server.stop()


def test_attached_process_takes_over_when_the_owner_ends(data_folder):
    with owning_process(data_folder) as owner:
        server = EmbeddedPostgres(data_folder, FAST)
        server.start()
        assert not server.is_owner
        owner.kill()
        owner.wait()
        wait_until(lambda: Postmaster.find(server.files.cluster) is None)

        news = server.watch()

    assert news == "The command that ran PostgreSQL has ended; running it from here."
    assert server.is_owner
    assert answers(server.owner_url)
    server.stop()


def test_taken_port_is_changed(data_folder):
    server = EmbeddedPostgres(data_folder, FAST)
    server.start()
    port = ask(server.owner_url, "SHOW port")[0]
    server.stop()

    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", int(port)))
        squatter.listen()
        server.start()

    assert ask(server.owner_url, "SHOW port")[0] != port
    server.stop()


def test_start_that_was_cut_off_while_making_the_cluster_makes_it_anew(tmp_path):
    server = EmbeddedPostgres(tmp_path, FAST)
    half_made = server.files.folder / "cluster.new" / "base"
    half_made.mkdir(parents=True)

    server.start()

    assert answers(server.owner_url)
    server.stop()


def test_lost_credentials_are_a_clear_refusal(data_folder, postgres):
    postgres.stop()
    kept = postgres.files.credentials_file.rename(postgres.files.folder / "kept")

    with pytest.raises(SetupError, match=r"credentials\.json is missing"):
        EmbeddedPostgres(data_folder, FAST).start()

    kept.rename(postgres.files.credentials_file)


def test_data_of_a_version_that_is_not_installed_is_a_clear_refusal():
    with pytest.raises(SetupError, match="made by PostgreSQL 9, and this machine has"):
        find_binaries(9)


def test_server_that_cannot_start_says_why(data_folder):
    server = EmbeddedPostgres(data_folder, {"shared_buffers": "lots"})

    with pytest.raises(SetupError, match=r"PostgreSQL did not start: .*shared_buffers"):
        server.start()

    assert not server.is_owner


def test_place_that_cannot_name_a_socket_uses_tcp(tmp_path):
    """To libpq a comma separates hosts; and a socket's path is short."""
    assert ClusterFiles(tmp_path / "a,b").socket_folder is None
    assert ClusterFiles(tmp_path / ("x" * 100)).socket_folder is None


def test_shared_server_runs_until_its_last_user_leaves(tmp_path):
    files = ClusterFiles(tmp_path)
    with shared_server(tmp_path, FAST) as one:
        with shared_server(tmp_path, FAST) as other:
            assert not one.is_owner
            assert not other.is_owner
        time.sleep(0.5)
        assert answers(one.owner_url)

    wait_until(lambda: Postmaster.find(files.cluster) is None)
    with shared_server(tmp_path, FAST) as one:
        assert answers(one.owner_url)
    wait_until(lambda: Postmaster.find(files.cluster) is None)


class TestRoles:
    @pytest.fixture
    def app_url(self, postgres):
        return with_login(postgres.owner_url, user="lyceum_app", password="first")

    def test_app_role_reads_and_writes_rows_and_does_nothing_else(self, postgres, app_url):
        with psycopg.connect(postgres.owner_url, autocommit=True) as owner:
            owner.execute("CREATE TABLE older (id serial)")
        provision_roles(postgres.owner_url, app_url)
        with psycopg.connect(postgres.owner_url, autocommit=True) as owner:
            owner.execute("CREATE TABLE newer (id serial)")

        with psycopg.connect(app_url, autocommit=True) as app:
            for table in ("older", "newer"):
                app.execute(f"INSERT INTO {table} DEFAULT VALUES")
                app.execute(f"UPDATE {table} SET id = 2")
                app.execute(f"DELETE FROM {table}")
            for forbidden in (
                "TRUNCATE newer",
                "DROP TABLE newer",
                "CREATE TABLE mine (id int)",
                "CREATE ROLE friend",
                "SET ROLE lyceum_owner",
                "ALTER ROLE lyceum_app BYPASSRLS",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    app.execute(forbidden)

    def test_rights_that_a_migration_took_away_stay_away(self, postgres, app_url):
        provision_roles(postgres.owner_url, app_url)
        with psycopg.connect(postgres.owner_url, autocommit=True) as owner:
            owner.execute("CREATE TABLE append_only (id int)")
            owner.execute("REVOKE UPDATE, DELETE ON append_only FROM lyceum_app")

        provision_roles(postgres.owner_url, app_url)

        with psycopg.connect(app_url) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("DELETE FROM append_only")

    def test_changed_password_is_taken_over(self, postgres, app_url):
        provision_roles(postgres.owner_url, app_url)
        changed = with_login(app_url, user="lyceum_app", password="second")

        provision_roles(postgres.owner_url, changed)

        assert ask(changed, "SELECT current_user") == ("lyceum_app",)

    def test_role_that_passes_the_walls_is_refused(self, postgres, app_url):
        provision_roles(postgres.owner_url, app_url)
        with psycopg.connect(postgres.superuser_url, autocommit=True) as superuser:
            superuser.execute("ALTER ROLE lyceum_app BYPASSRLS")

        with pytest.raises(SetupError, match="must not have BYPASSRLS"):
            provision_roles(postgres.owner_url, app_url)

        with psycopg.connect(postgres.superuser_url, autocommit=True) as superuser:
            superuser.execute("ALTER ROLE lyceum_app NOBYPASSRLS")

    def test_owner_itself_is_refused(self, postgres):
        with pytest.raises(SetupError, match="must name another role"):
            provision_roles(postgres.owner_url, postgres.owner_url)

    def test_owner_without_the_right_to_make_roles_gets_the_statements(self, postgres):
        with psycopg.connect(postgres.superuser_url, autocommit=True) as superuser:
            superuser.execute("DROP ROLE IF EXISTS humble")
            superuser.execute("CREATE ROLE humble LOGIN PASSWORD 'humble'")
        owner_url = with_login(postgres.owner_url, user="humble", password="humble")

        with pytest.raises(SetupError) as refusal:
            provision_roles(owner_url, with_login(owner_url, user="new_app", password="x"))

        assert "CREATE ROLE new_app LOGIN NOSUPERUSER NOBYPASSRLS" in str(refusal.value)
        assert "GRANT USAGE ON SCHEMA public TO new_app;" in str(refusal.value)
