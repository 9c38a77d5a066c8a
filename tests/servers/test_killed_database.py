"""PostgreSQL is killed after COMMIT and before the answer: who asks again finds one set of marks."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from lyceum.config.environment import Environment
from lyceum.config.postgres import EmbeddedPostgres, provision_roles
from lyceum.config.postgres.binaries import find_binaries
from lyceum.config.postgres.postmaster import Postmaster
from lyceum.config.postgres.urls import with_database
from lyceum.config.testing.databases import TestDatabase, point_django_to
from lyceum.core import clock
from lyceum.domains.attendance.models import Mark, MarkChange, SessionMark
from lyceum.domains.attendance.tests.conftest import make_morning
from lyceum.domains.journal.models import AuditEntry, Fact
from lyceum.testing.clients import software
from lyceum.testing.factories import NOW, in_school
from tests.walls.relay import Relay, relayed


@dataclass
class Own:
    """A PostgreSQL of the test's own, behind a wire that can be cut."""

    postgres: EmbeddedPostgres
    relay: Relay

    def kill(self) -> None:
        """As the kernel does it when memory runs out."""
        found = Postmaster.find(self.postgres.files.cluster)
        assert found is not None
        os.kill(found.pid, signal.SIGKILL)


def copy_schema(source: str, target: str) -> None:
    """Every table as the migrations leave it: a copy costs a tenth of making them anew."""
    programs = find_binaries(None).folder
    dump = subprocess.run([programs / "pg_dump", source], check=True, capture_output=True).stdout
    loaded = subprocess.run(
        [programs / "psql", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", target],
        input=dump,
        check=False,
        capture_output=True,
    )
    assert loaded.returncode == 0, loaded.stderr.decode()[-2000:]


@pytest.fixture
def own(tmp_path, monkeypatch, test_server, template_database, django_db_setup, django_db_blocker) -> Iterator[Own]:
    """Django works on a database of a cluster of its own."""
    postgres = EmbeddedPostgres(tmp_path / "pg", {"shared_buffers": "16MB", "max_connections": "30"})
    postgres.start()
    app_url = Environment.read().app_url(postgres.owner_url)
    provision_roles(postgres.owner_url, app_url)
    target = conninfo_to_dict(app_url)
    database = TestDatabase(str(target["dbname"]), postgres.owner_url, app_url)
    copy_schema(with_database(test_server.admin_url, template_database), postgres.superuser_url)
    settings = connection.settings_dict
    try:
        with relayed(("127.0.0.1", int(target["port"]))) as relay, django_db_blocker.unblock():
            for name, value in {
                "HOST": "127.0.0.1",
                "PORT": str(relay.port),
                "USER": target["user"],
                "PASSWORD": target["password"],
            }.items():
                monkeypatch.setitem(settings, name, value)
            point_django_to(database)
            yield Own(postgres, relay)
            connection.close()
            connection.close_pool()
    finally:
        monkeypatch.undo()
        with django_db_blocker.unblock():
            point_django_to(django_db_setup)
        postgres.stop()


def wait_until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def test_a_register_whose_answer_was_lost_with_the_database_is_saved_once(own: Own):
    with clock.frozen(NOW):
        morning = make_morning(3)
        register = morning.register()
        client = software(morning.teacher_user, morning.school, raise_request_exception=False)
        own.relay.cut_after_commit_of(b"INSERT INTO attendance_mark ", own.kill)

        def save() -> int:
            path = f"/api/v1/registers/{register.pk}/marks/"
            return client.send(path, {"marks": [], "rest": "present"}, method="put", key="morning-7A").status_code

        lost = save()

        assert lost >= 500
        wait_until(lambda: own.postgres.watch() is None and Postmaster.find(own.postgres.files.cluster) is not None)
        wait_until(lambda: save() == 200)
        with in_school(morning.school):
            assert Mark.objects.filter(register=register).count() == 3
            assert list(MarkChange.objects.values_list("version", flat=True)) == [1, 1, 1]
            assert SessionMark.objects.count() == 3
            assert AuditEntry.objects.filter(action="attendance.mark").count() == 1
            assert Fact.objects.filter(type="attendance.marked").count() == 1
