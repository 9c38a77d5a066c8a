"""Every row of the contract, tried by every role over HTTP: who may is what the tables say, and nobody else."""

import sys

import pytest

from tests.contracts.not_built import NOT_AS_SAID, NOT_BUILT
from tests.contracts.showing import lines_of
from tests.contracts.tables import ACCESS, As, Call, read_endpoints, read_permissions
from tests.contracts.trying import Tried, outcome_of, try_everything

ROWS, CELLS = read_endpoints(), read_permissions()
EXCEPTED = NOT_BUILT | NOT_AS_SAID.keys()


@pytest.fixture(scope="module")
def tried(built_world, at_world) -> dict[Call, Tried]:
    """All rows by all roles, once for all tests."""
    found = try_everything(built_world)
    print("\n".join(lines_of(found, CELLS)), file=sys.stdout)
    return {each.row.call: each for each in found}


def test_the_tables_are_whole():
    assert len(ROWS) == len({row.call for row in ROWS}) == 120
    assert len(CELLS) == len({str(cell) for cell in CELLS}) == 20
    assert {row.access for row in ROWS} == ACCESS.keys()
    calls = {row.call for row in ROWS}
    assert [call for cell in CELLS for call in cell.calls if call not in calls] == []
    assert EXCEPTED - calls == set()


def test_every_row_is_served_but_those_not_built(tried):
    missing = {call for call, each in tried.items() if each.is_missing}

    assert sorted(map(str, missing - NOT_BUILT)) == []
    assert sorted(map(str, NOT_BUILT - missing)) == [], "These are served by now: take them off the list."


def test_a_row_that_does_what_the_table_says_is_no_exception_any_more(tried):
    assert [str(call) for call in NOT_AS_SAID if tried[call].by and not tried[call].differences] == []


@pytest.mark.parametrize("row", [row for row in ROWS if row.call not in EXCEPTED], ids=lambda row: str(row.call))
def test_who_may_is_what_the_table_says(tried, row):
    assert tried[row.call].by, f"missing: {row.call}"
    assert tried[row.call].differences == []


@pytest.mark.parametrize("cell", [cell for cell in CELLS if not EXCEPTED & set(cell.calls)], ids=str)
def test_the_matrix_holds_for_all_operations_of_each_line(tried, cell):
    assert outcome_of(cell, tried.values()) == {role: "yes" if role in cell.may else "no" for role in As}
