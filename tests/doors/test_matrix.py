"""Every route, tried by everybody: who passes is what the policy table says, and nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from tests.doors.expected import PAGES, REST, SIGNING_IN, Door
from tests.doors.routes import Route, list_operations, list_pages
from tests.doors.runner import Attempt, attempt, names_in_path, names_rows
from tests.doors.world import Who, World

OPERATIONS = {route.name: route for route in list_operations()}
PAGE_ROUTES = {route.name: route for route in list_pages()}
NEIGHBOURS = tuple(who for who in Who if who is not Who.FOREIGN_ADMIN)
KEPT_FROM = {
    # Who may not read whose name; everybody who teaches may know the names of the students.
    Who.PUBLIC: ("student", "guardian"),
    Who.APPLICANT: ("student", "guardian"),
    Who.OTHER_TEACHER: ("guardian",),
    Who.SUPER_ADMIN: ("student", "guardian"),
    Who.FOREIGN_ADMIN: ("student", "guardian"),
}
ON_READING = {
    "INSERT attendance_register", "INSERT journal_auditentry", "INSERT journal_fact", "INSERT journal_accessentry",
    "INSERT journal_accesssubject",
}  # fmt: skip
"""The day's registers, when they are first asked for; and the trail of who read, or was refused."""


@dataclass(frozen=True)
class Tried:
    """What everybody got from one route."""

    world: World
    route: Route
    door: Door
    by: Mapping[Who, Attempt]

    @property
    def passed(self) -> set[Who]:
        """Those of the school who got through, and those of none."""
        return {who for who in NEIGHBOURS if self.by[who].passed}


def try_everybody(world: World, route: Route, door: Door) -> Tried:
    callers = {who: world.browser(who) if route.is_page else world.software(who) for who in Who}
    return Tried(world, route, door, {who: attempt(world, each, route, door) for who, each in callers.items()})


@pytest.fixture(scope="module", params=[name for name in REST if name in OPERATIONS])
def operation(request, enter_world) -> Tried:
    """One operation after the other; each is tried once for all tests."""
    with enter_world() as world:
        return try_everybody(world, OPERATIONS[request.param], REST[request.param])


@pytest.fixture(scope="module", params=[name for name in PAGES if name in PAGE_ROUTES])
def page(request, enter_world) -> Tried:
    """One page after the other."""
    with enter_world() as world:
        return try_everybody(world, PAGE_ROUTES[request.param], PAGES[request.param])


def test_every_operation_is_in_the_table():
    assert OPERATIONS.keys() ^ REST.keys() == set()


def test_every_page_is_in_the_table():
    assert PAGE_ROUTES.keys() ^ PAGES.keys() == set()


def test_operation_lets_pass_whom_the_policy_names(operation):
    assert operation.passed == {who for who in NEIGHBOURS if operation.door.admits(who)}


def test_operation_knows_no_row_of_another_school(operation):
    """Its admin may do everything, but there: an id of ours is no id there."""
    world, route, door = operation.world, operation.route, operation.door
    tried = operation.by[Who.FOREIGN_ADMIN]

    if names_in_path(world, route):
        assert tried.outcome == (404, "not_found")
    elif names_rows(world, route, door):
        assert tried.outcome[0] in (404, 409, 422)
    else:
        assert tried.passed == door.admits(Who.FOREIGN_ADMIN)


def test_operation_tells_no_name_to_those_it_is_kept_from(operation):
    assert list_told_names(operation) == []


def test_operation_that_reads_writes_nothing(operation):
    assert list_writes_on_reading(operation) == set()


@pytest.mark.parametrize("name", [name for name in REST if name in OPERATIONS])
def test_operation_opens_for_a_key_with_its_scopes_and_for_no_other_key(world, name):
    """All scopes but one of those it needs are not enough, nor are all scopes where it needs a person."""
    route, door = OPERATIONS[name], REST[name]

    enough = attempt(world, world.key(*door.scopes), route, door).passed if door.scopes else False
    too_few = {scope for scope in door.scopes or {""} if attempt(world, world.key_without(scope), route, door).passed}

    if door.any_key:
        assert too_few == (door.scopes or {""})
    else:
        assert (enough, too_few) == (door.scopes != frozenset(), set())


def test_page_lets_pass_whom_the_policy_names(page):
    assert page.passed == {who for who in NEIGHBOURS if page.door.admits(who)}


def test_page_knows_no_row_of_another_school(page):
    tried = page.by[Who.FOREIGN_ADMIN]

    if names_in_path(page.world, page.route):
        assert tried.answer.status_code == 404
    else:
        assert tried.passed == page.door.admits(Who.FOREIGN_ADMIN)


def test_page_tells_no_name_to_those_it_is_kept_from(page):
    assert list_told_names(page) == []


def test_page_that_is_read_writes_nothing(page):
    assert list_writes_on_reading(page) == set()


def list_told_names(tried: Tried) -> list[tuple[Who, str]]:
    if tried.door.body == SIGNING_IN or "token" in tried.route.names:  # tells whose secret it was
        return []
    return [
        (who, whose)
        for who, kept in KEPT_FROM.items()
        for whose in kept
        if tried.world.names[whose] in tried.by[who].text
    ]


def list_writes_on_reading(tried: Tried) -> set[str]:
    if tried.route.method != "GET":
        return set()
    return {write for each in tried.by.values() for write in each.writes} - ON_READING
