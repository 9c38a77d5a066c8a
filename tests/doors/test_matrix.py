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


def test_every_operation_is_in_the_table():
    assert OPERATIONS.keys() ^ REST.keys() == set()


def test_every_page_is_in_the_table():
    assert PAGE_ROUTES.keys() ^ PAGES.keys() == set()


@pytest.mark.parametrize("name", [name for name in REST if name in OPERATIONS])
def test_operation_is_open_to_whom_the_policy_names(world, name):
    tried = try_everybody(world, OPERATIONS[name], REST[name])

    assert [*list_faults(tried), *list_faults_with_keys(tried)] == []


@pytest.mark.parametrize("name", [name for name in PAGES if name in PAGE_ROUTES])
def test_page_is_open_to_whom_the_policy_names(world, name):
    tried = try_everybody(world, PAGE_ROUTES[name], PAGES[name])

    assert list_faults(tried) == []


def list_faults(tried: Tried) -> list[str]:
    """Who passed that should not, or did not that should; what was told to whom it is kept from, or written."""
    named = {who for who in NEIGHBOURS if tried.door.admits(who)}
    return [
        *(f"let in, and should not: {who}" for who in tried.passed - named),
        *(f"kept out, and should not: {who}" for who in named - tried.passed),
        *list_faults_with_foreigners(tried),
        *(f"told {who} the name of the {whose}" for who, whose in list_told_names(tried)),
        *(f"reading it is to {write}" for write in list_writes_on_reading(tried)),
    ]


def list_faults_with_foreigners(tried: Tried) -> list[str]:
    """The admin of another school may do everything, but there: an id of ours is no id there."""
    got = tried.by[Who.FOREIGN_ADMIN]
    if names_in_path(tried.world, tried.route):
        expected = got.answer.status_code == 404 and (tried.route.is_page or got.outcome[1] == "not_found")
    elif not tried.route.is_page and names_rows(tried.world, tried.route, tried.door):
        expected = got.answer.status_code in (404, 409, 422)
    else:
        expected = got.passed == tried.door.admits(Who.FOREIGN_ADMIN)
    return [] if expected else [f"answers another school's admin {got.answer.status_code}"]


def list_faults_with_keys(tried: Tried) -> list[str]:
    """All scopes but one of those it needs are not enough, nor are all scopes where it needs a person."""
    world, route, door = tried.world, tried.route, tried.door
    needed = door.scopes or {""}
    enough = bool(door.scopes) and attempt(world, world.key(*door.scopes), route, door).passed
    too_few = {scope for scope in needed if attempt(world, world.key_without(scope), route, door).passed}
    return [
        *(["closed to a key with its scopes"] if door.scopes and not enough and not door.any_key else []),
        *(f"open to a key without “{scope}”" for scope in too_few if not door.any_key),
        *(f"closed to a key without “{scope}”" for scope in needed - too_few if door.any_key),
    ]


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
