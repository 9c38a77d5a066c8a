"""A pytest plugin: the tests get a real PostgreSQL, the app's powerless role, and clean databases.

Loaded with `-p lyceum.config.testing`, because the database's address must be known before Django's
settings are read. `db` (of pytest-django) gives a test a transaction that is rolled back at its end;
`fresh_database` gives it a database of its own, for rows that other processes or threads must see.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import importlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from lyceum.config.environment import app_role_password, direct_url
from lyceum.config.errors import SetupError
from lyceum.config.postgres import provision_roles
from lyceum.config.postgres.shared import shared_server
from lyceum.config.postgres.urls import with_login
from lyceum.core.room import roomy

SECRET_KEY = "for-tests-only-not-a-secret-0123456789"  # noqa: S105 - known to everybody, guards nothing
ADMIN_URL = "LYCEUM_TEST_ADMIN_URL"
# Lost with the machine's power, and so much the faster.
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "autovacuum": "off",
    "max_wal_size": "256MB",
}
ENOUGH_MEMORY_BYTES = 2_000_000_000
NEEDS_TRUNCATE = {"transactional_db", "live_server", "django_db_reset_sequences"}
_resources = contextlib.ExitStack()
_ran_in_browser: list[str] = []


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Before pytest-django reads the settings. Workers of xdist inherit what their controller set."""
    gc.disable()  # until everything is imported, nearly all of which stays
    if ADMIN_URL not in os.environ:
        early_config.add_cleanup(_forget_server)
        _compile_hastily()
        if not early_config.known_args_namespace.file_or_dir:  # everything
            # Compiling takes as long as all else until the first test; workers that come to it wait for what is left.
            _resources.enter_context(subprocess.Popen([sys.executable, "-c", "import lyceum.solver.search.worker"]))
        try:
            _find_server()
        except SetupError as error:
            raise pytest.UsageError(f"No database for the tests: {error}") from error
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    # Imported now that the settings can be read, and after pytest-django, whose fixtures these replace.
    config.pluginmanager.register(importlib.import_module("lyceum.config.testing.fixtures"))
    # Passwords of tests are worth no 46 MiB each; everything else of the hash is as it is.
    importlib.import_module("lyceum.config.hashers").Argon2id.memory_cost = 512


def pytest_sessionstart(session: pytest.Session) -> None:
    """Pages name their style sheets by what was collected, and speak what was compiled; meanwhile tables are made."""
    if not hasattr(session.config, "workerinput"):
        server = importlib.import_module("lyceum.config.testing.databases").TestServer.of_environment()
        threading.Thread(target=server.ensure_template, daemon=True).start()
        importlib.import_module("lyceum.config.catalogues").compile_catalogues()
        importlib.import_module("lyceum.config.static").collect_static_files()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and not report.skipped and report.nodeid.startswith("tests/browser/"):
        _ran_in_browser.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """After everything else has been said, so that it is the last line."""
    if _ran_in_browser and not hasattr(config, "workerinput"):
        print(f"{len(_ran_in_browser)} tests ran in a browser.")


def pytest_collection_finish() -> None:
    """What is imported by now stays: the collector need not walk through it again and again, a quarter of the time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)
    gc.enable()


@pytest.hookimpl(tryfirst=True)
@roomy
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """As pytest does it, with room for what a test calls: Django's calls are deep.

    A worker of xdist tells its controller of a test once, and more only where there is more to say: five messages that
    all is well cost as much as a small test.
    """
    is_brief = hasattr(item.config, "workerinput") and not item.config.option.durations
    if not is_brief:
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=not is_brief, nextitem=nextitem)
    if is_brief:
        has_passed = all(report.passed for report in reports)
        for report in reports:
            if report.when == "call" or not has_passed:
                item.ihook.pytest_runtest_logreport(report=report)
    else:
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests run as a role that cannot TRUNCATE, which is how Django empties a database."""
    marker = item.get_closest_marker("django_db")
    is_transactional = marker is not None and (marker.kwargs.get("transaction") or (marker.args or [False])[0])
    fixtures: list[str] = getattr(item, "fixturenames", [])
    if is_transactional or NEEDS_TRUNCATE & set(fixtures):
        pytest.fail("The app's role cannot TRUNCATE: use the fixture fresh_database instead.", pytrace=False)
    if "fresh_database" in fixtures and (marker or "db" in fixtures):
        pytest.fail("Use either db or fresh_database: a test begins in one way.", pytrace=False)


def _compile_hastily() -> None:
    """The timetabling engine, for a moment's searches: two thirds of the time, and apart from what a school runs."""
    os.environ.update({"NUMBA_OPT": "1", "NUMBA_CACHE_DIR": str(_cluster_folder() / "compiled")})


def _find_server() -> None:
    """Start or find the server and put its addresses into the environment."""
    folder = _cluster_folder()
    owner_url, app_url = os.environ.get("DATABASE_URL", ""), os.environ.get("DATABASE_APP_URL", "")
    admin_url = owner_url
    if not owner_url:
        server = _resources.enter_context(shared_server(folder, CARELESS))
        owner_url, admin_url, app_url = server.owner_url, server.superuser_url, ""
    # A role of the tests' own: on a server that somebody else uses, theirs keeps its password.
    app_url = app_url or with_login(owner_url, user="lyceum_test_app", password=app_role_password(SECRET_KEY))
    provision_roles(owner_url, app_url)
    os.environ.update(
        {
            ADMIN_URL: admin_url,
            "DATABASE_URL": owner_url,
            "DATABASE_APP_URL": app_url,
            "DATABASE_DIRECT_URL": direct_url(owner_url, app_url),
            "LYCEUM_STATIC_FROM_SOURCE": "1",
            "LYCEUM_PSEUDO_LANGUAGE": "1",
            "LYCEUM_PREPARE": os.environ.get("LYCEUM_PREPARE", "1"),
            "LYCEUM_SECRET_KEY": SECRET_KEY,
            "LYCEUM_DATA": str(folder / "data"),
        }
    )


def _cluster_folder() -> Path:
    """One for each checkout, kept from run to run: in memory where there is plenty, else in the cache.

    Making and dropping a database means hundreds of files, which some disks take half a second for.
    """
    root = Path(__file__).resolve().parents[3]
    mark = hashlib.sha256(str(root).encode()).hexdigest()[:12]
    memory = Path("/dev/shm")  # noqa: S108 - the folder in it belongs to this account alone
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ENOUGH_MEMORY_BYTES:
        folder = memory / f"lyceum-tests-{os.getuid()}-{mark}"
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid == os.getuid():
            return folder
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / f"lyceum-tests-{mark}"


def _forget_server() -> None:
    os.environ.pop(ADMIN_URL, None)
    _resources.close()
