"""Every row of the contract, tried by every role with the rows, ids and bodies of the doors' world."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.test import override_settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from lyceum.domains.people.models import Staff
from lyceum.testing.factories import in_school
from tests.contracts.serving import Answered, send, serving
from tests.contracts.tables import API, BY_MATRIX, As, Call, Cell, Row, read_endpoints
from tests.doors.expected import REST, Door
from tests.doors.routes import JSON, Route, list_operations
from tests.doors.runner import _query, _uploaded, body_of, filled
from tests.doors.world import Who, World

REFUSED = (401, 403)
WITHOUT_RECORD = frozenset({"not_a_learner", "application_not_approved"})
"""What is said of the caller's own record, not of their role."""
CAST: Mapping[As, Who] = {
    As.PUBLIC: Who.PUBLIC,
    As.STUDENT: Who.STUDENT,
    As.INSTRUCTOR: Who.TEACHER,
    As.ADMIN: Who.ADMIN,
}
AS_APPLICANT = frozenset({Call("POST", f"{API}students/"), Call("GET", f"{API}students/me/application-status/")})
"""Where the contract's student is somebody who applies."""
BODIES: Mapping[Call, Mapping[str, Any]] = {
    # The row is about applying: what the office sends to the same address is another body.
    Call("POST", f"{API}students/"): {"full_name": "Nell New", "birth_date": "2012-05-05", "answers": {}},
    # An instructor replaces their own run and stays its instructor: naming another is refused by a rule of its own.
    Call("PUT", f"{API}schedules/{{id}}/"): {
        "course_id": "{course_id}",
        "start_date": "2026-11-20",
        "end_date": "2027-01-29",
        "location_id": None,
        "instructor_id": "{instructor}",
    },
}
SETTINGS: Mapping[Call, Mapping[str, Any]] = {
    Call("POST", f"{API}setup/admin/"): {"SIGNUP": "open"},  # after the first school it is open where SIGNUP says so
}


@dataclass(frozen=True)
class Tried:
    """What each role got from one row; nothing where no route is there."""

    row: Row
    by: Mapping[As, Answered]

    @property
    def is_missing(self) -> bool:
        """Whether nothing serves it."""
        return not self.by

    @property
    def may(self) -> frozenset[As]:
        """Those who were not refused. Where any signed-in person may ask, to hear of one's own record is no refusal."""
        is_own = self.row.access == "Auth" and self.row.call not in BY_MATRIX
        return frozenset(
            role
            for role, answer in self.by.items()
            if answer.status not in REFUSED or (is_own and answer.code in WITHOUT_RECORD)
        )

    @property
    def differences(self) -> list[str]:
        """Each role whose outcome is not the table's."""
        return [] if self.is_missing else [_difference(self, role) for role in As if _differs(self, role)]


def _differs(tried: Tried, role: As) -> bool:
    return (role in tried.may) != (role in tried.row.may) or tried.by[role].status >= 500


def _difference(tried: Tried, role: As) -> str:
    wanted = "yes" if role in tried.row.may else "no"
    answer = tried.by[role]
    return f"{tried.row.call} as {role}: the table says {wanted}, the answer is {answer.status} {answer.code}".rstrip()


def try_everything(world: World, rows: Sequence[Row] | None = None) -> list[Tried]:
    """All rows by all roles."""
    routes = {_open(route.method, route.path): route for route in list_operations()}
    with serving() as address:
        return [_try_row(world, address, row, routes) for row in rows or read_endpoints()]


def _try_row(world: World, address: str, row: Row, routes: Mapping[Call, Route]) -> Tried:
    if not row.call.path.startswith(API):  # beside the API, and without an id
        return Tried(row, {role: _send(world, address, row.call, row.call.path, role, None, JSON) for role in As})
    route = routes.get(_open(row.call.method, row.call.path))
    if route is None:
        return Tried(row, {})
    door = REST[route.name]
    path = door.path.format_map({**world.ids, **world.words}) or route.path_with({**world.ids, **world.words})
    path += _query(door, world)
    body = _body(world, row.call, route, door)
    with override_settings(**SETTINGS.get(row.call, {})):
        return Tried(row, {role: _send(world, address, row.call, path, role, body, route.content_type) for role in As})


def _body(world: World, call: Call, route: Route, door: Door) -> Any:
    if call not in BODIES:
        return body_of(world, route, door)
    with in_school(world.school):
        instructor = Staff.objects.get(person__user=world.users[CAST[As.INSTRUCTOR]]).pk
    return filled(BODIES[call], {**world.ids, **world.words, "instructor": instructor})


def _send(world: World, address: str, call: Call, path: str, role: As, body: Any, kind: str) -> Answered:
    who = Who.APPLICANT if role is As.STUDENT and call in AS_APPLICANT else CAST[role]
    defaults = world.software(who).defaults
    headers = {"Host": str(defaults.get("SERVER_NAME", "testserver")), "Accept": JSON}
    if "HTTP_AUTHORIZATION" in defaults:
        headers["Authorization"] = str(defaults["HTTP_AUTHORIZATION"])
    content = None
    if call.method != "GET":
        content, headers["Content-Type"] = _encoded(body, kind)
    return send(f"{address}{path}", call.method, headers=headers, content=content)


def _encoded(body: Any, kind: str) -> tuple[bytes, str]:
    if kind == JSON:
        return json.dumps({} if body is None else body).encode(), JSON
    fields = {name: _uploaded(value) if isinstance(value, str) else value for name, value in (body or {}).items()}
    return encode_multipart(BOUNDARY, fields), MULTIPART_CONTENT


_ID = re.compile(r"\{[^}]*\}")


def _open(method: str, path: str) -> Call:
    """A call without the names of its ids: the contract's are not ours."""
    return Call(method, _ID.sub("{}", path))


def outcome_of(cell: Cell, tried: Iterable[Tried]) -> dict[As, str]:
    """Yes, no, mixed or missing for each role of one line of the matrix, over all its operations."""
    by_call = {each.row.call: each for each in tried}
    found = [by_call[call] for call in cell.calls if call in by_call]
    if len(found) != len(cell.calls) or any(each.is_missing for each in found):
        return dict.fromkeys(As, "missing")
    return {role: _said([role in each.may for each in found]) for role in As}


def _said(passed: Sequence[bool]) -> str:
    return "yes" if all(passed) else "mixed" if any(passed) else "no"
