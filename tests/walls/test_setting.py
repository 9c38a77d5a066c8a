"""The school is set for the transaction only, so that no pooled connection carries it to somebody else."""

from pathlib import Path

import pytest

import lyceum
from tests.walls.setting import find_faults, list_setting_faults, list_sources

PACKAGE = Path(lyceum.__file__).parent


def test_the_school_is_set_for_the_transaction_only():
    assert list_setting_faults(PACKAGE) == []


def test_the_places_that_set_the_school_are_known():
    """A new place is a new way into a school: it is named here on purpose."""
    places = {
        str(path.relative_to(PACKAGE))
        for path in list_sources(PACKAGE)
        if "set_config('app.school_id'" in path.read_text()
    }

    assert places == {
        "core/schools.py",
        "domains/accounts/queries.py",  # together with finding out who asks, in one statement
        "domains/people/migrations/0007_records.py",  # as the owner, school by school
        "domains/behaviour/migrations/0005_day_sums.py",  # the same
        "domains/notifications/migrations/0002_hooks.py",  # the same
        "domains/fees/migrations/0002_kept.py",  # a check at COMMIT, of the row's own school, and back
        "domains/tenancy/erasing.py",  # as the owner, outside Django's own connection
    }


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT set_config('app.school_id', %s, false)",
        "SELECT set_config('app.school_id', %s, %s)",
        "SELECT set_config('app.school_id', COALESCE(a, ''), b = 'true')",
        "SELECT set_config(%s, %s, true)",
        "SELECT set_config({}, '1', true)",
        "SET app.school_id = 7",
        'SET "app.school_id" = 7',
        "SET SESSION app.school_id = 7",
        "set session timezone = 'UTC'",
        "ALTER ROLE lyceum_app SET app.school_id = 7",
        "RESET ALL",
    ],
)
def test_a_setting_that_outlives_the_transaction_is_found(statement):
    assert len(list(find_faults(statement))) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT set_config('app.school_id', %s, true)",
        "SELECT a, set_config('app.school_id', COALESCE(sc.id::text, ''), true) FROM b",
        "SELECT NULLIF(current_setting('app.school_id', true), '')::int",
        "UPDATE people_person SET sort_name = 'x'",
    ],
)
def test_what_is_allowed_is_not_reported(statement):
    assert list(find_faults(statement)) == []
