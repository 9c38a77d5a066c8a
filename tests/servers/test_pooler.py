"""Two schools, many clients, and a pooler that gives each transaction whichever connection is free."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection, connections, transaction

from lyceum.config.testing.databases import point_django_to
from lyceum.core.schools import school_scope
from tests.walls.pgbouncer import transaction_pooler
from tests.walls.rows import OURS, THEIRS, make_rows

CLIENTS_OF_EACH, TRANSACTIONS = 16, 25
ADD_FAMILY = """
INSERT INTO people_family (id, school_id, name, created_at, updated_at)
VALUES (gen_random_uuid(), %s, 'Family', now(), now())
"""


@pytest.fixture
def pooled(fresh_database, tmp_path, monkeypatch) -> Iterator[None]:
    """Django's connections go through PgBouncer, where 32 of them share 2."""
    make_rows(fresh_database.owner_url, fresh_database.app_url, (OURS, THEIRS))
    settings = connection.settings_dict
    with transaction_pooler(fresh_database.app_url, tmp_path, server_connections=2) as port:
        monkeypatch.setitem(settings, "HOST", "127.0.0.1")
        monkeypatch.setitem(settings, "PORT", str(port))
        monkeypatch.setitem(settings["OPTIONS"], "pool", {"min_size": 1, "max_size": 2 * CLIENTS_OF_EACH})
        # As LYCEUM_PREPARE=0 sets it, which is the default wherever DATABASE_URL is given.
        monkeypatch.setitem(settings["OPTIONS"], "server_side_binding", False)
        monkeypatch.setitem(settings["OPTIONS"], "prepare_threshold", None)
        point_django_to(fresh_database)
        yield
        connection.close()
        connection.close_pool()


def schools_of_families() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT school_id FROM people_family")
        return [school for (school,) in cursor.fetchall()]


def work_in_scope(school: int) -> tuple[list[int], list[int]]:
    """One small transaction as every request makes it; and one in no school right after."""
    with school_scope(school):
        with connection.cursor() as cursor:
            cursor.execute(ADD_FAMILY, [school])
        inside = schools_of_families()
    return inside, schools_of_families()


def work_with_a_session_setting(school: int) -> tuple[list[int], list[int]]:
    """The mistake: the school is set for the connection, which is somebody else's a moment later."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.school_id', %s, false)", [str(school)])
    with transaction.atomic():
        inside = schools_of_families()
    return inside, []


def run_side_by_side(work: Callable[[int], tuple[list[int], list[int]]]) -> list[tuple[int, list[int], list[int]]]:
    """All clients of both schools at once; what each transaction saw."""

    def be_client(number: int) -> list[tuple[int, list[int], list[int]]]:
        school = (OURS, THEIRS)[number % 2]
        try:
            return [(school, *work(school)) for _ in range(TRANSACTIONS)]
        finally:
            connections.close_all()

    clients = 2 * CLIENTS_OF_EACH
    with ThreadPoolExecutor(clients) as threads:
        return [seen for client in threads.map(be_client, range(clients)) for seen in client]


def test_clients_behind_a_pooler_see_and_write_their_own_school_only(pooled, fresh_database):
    seen = run_side_by_side(work_in_scope)

    assert len(seen) == 2 * CLIENTS_OF_EACH * TRANSACTIONS
    assert [found for found in seen if found[1] != [found[0]]] == []
    assert [found for found in seen if found[2] != []] == []
    with psycopg.connect(fresh_database.app_url) as app:
        assert {school: count_families(app, school) for school in (OURS, THEIRS)} == dict.fromkeys(
            (OURS, THEIRS), 1 + CLIENTS_OF_EACH * TRANSACTIONS
        )


def count_families(app: psycopg.Connection, school: int) -> int:
    app.execute("SELECT set_config('app.school_id', %s, true)", [str(school)])
    return app.execute("SELECT count(*) FROM people_family").fetchone()[0]


def test_a_setting_for_the_session_would_show_one_school_to_the_other(pooled):
    """Shows that the test above can fail."""
    seen = run_side_by_side(work_with_a_session_setting)

    assert {school for asked_as, inside, _ in seen for school in inside if school != asked_as} == {OURS, THEIRS}
