"""Sends a caller through a route, and watches what the database is told."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse

from lyceum.testing.beginnings import undone
from lyceum.testing.clients import Caller
from tests.doors.expected import Door
from tests.doors.routes import Route, document
from tests.doors.samples import Sampler
from tests.doors.world import PDF, STUDENTS_CSV, World

REFUSED = (401, 403, 404)
_WRITES = re.compile(r"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE|COPY)\s+\"?([a-z_]+)", re.IGNORECASE)
_BRACED = re.compile(r"\{(\w+)\}")
_LOCKS = re.compile(r"\bFOR\s+(NO\s+KEY\s+)?UPDATE\b[^;]*", re.IGNORECASE)


@dataclass
class Watch:
    """Notes which tables are written to."""

    writes: list[str] = field(default_factory=list)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        for act, table in _WRITES.findall(_LOCKS.sub("", sql)):
            self.writes.append(f"{act.split()[0].upper()} {table}")
        return execute(sql, params, many, context)


@dataclass(frozen=True)
class Attempt:
    """What a caller got, and what was written meanwhile."""

    answer: HttpResponse
    writes: list[str]

    @property
    def passed(self) -> bool:
        """Whether somebody got through, be it to hear that what they sent was wrong."""
        answer = self.answer
        assert answer.status_code < 500, answer.content[:500]
        to_sign_in = answer.status_code in (301, 302, 303) and answer["Location"].startswith("/sign-in/?next=")
        return answer.status_code not in REFUSED and not to_sign_in

    @property
    def outcome(self) -> tuple[int, str]:
        """The status and the code of a refusal."""
        return self.answer.status_code, json.loads(self.answer.content).get("code", "")

    @property
    def text(self) -> str:
        """Everything that can be read in the answer."""
        if self.answer.streaming:
            return b"".join(self.answer.streaming_content).decode(errors="replace")  # type: ignore[attr-defined]
        return self.answer.content.decode(errors="replace")


def attempt(world: World, caller: Caller, route: Route, door: Door) -> Attempt:
    """Try a route. Nothing that it did stays."""
    names = {**world.ids, **world.words}
    path = (door.path.format_map(names) or route.path_with(names)) + _query(door, world)
    watch = Watch()
    with undone(), connection.execute_wrapper(watch):
        answer = _send(caller, route, path, body_of(world, route, door))
    return Attempt(answer, watch.writes)


def _query(door: Door, world: World) -> str:
    """The query with the world's ids in place of their names."""
    return _named(door.query, world.ids)


def _send(caller: Caller, route: Route, path: str, body: Any) -> Any:
    if route.method == "GET":
        return caller.get(path)
    if route.is_page or route.content_type.startswith("multipart/"):
        return caller.post(path, {name: _uploaded(value) for name, value in (body or {}).items()})
    return caller.send(path, body, method=route.method.lower())


def _uploaded(value: str) -> Any:
    """A file where a table's body says one, as in `@students.csv`."""
    if value.startswith("@") and value.endswith(".pdf"):
        return SimpleUploadedFile(value[1:], PDF + b"% another", "application/pdf")
    return SimpleUploadedFile(value[1:], STUDENTS_CSV, "text/csv") if value.startswith("@") else value


def body_of(world: World, route: Route, door: Door) -> Any:
    """What is sent: as the table says, or the least that the schema takes."""
    if door.body is not None:
        return filled(door.body, {**world.ids, **world.words})
    return Sampler(document(), world.ids).body(route.body) if route.body else None


def filled(body: Mapping[str, Any], ids: Mapping[str, object]) -> Any:
    """A body with the world's ids in place of their names."""
    return json.loads(_named(json.dumps(body), ids))


def _named(text: str, ids: Mapping[str, object]) -> str:
    """The ids in place of their names in braces; other braces are JSON's."""
    return _BRACED.sub(lambda found: str(ids[found[1]]) if found[1] in ids else found[0], text)


def names_rows(world: World, route: Route, door: Door) -> bool:
    """Whether path or body name a row of the school."""
    body = json.dumps(body_of(world, route, door), default=str) + _query(door, world)
    return names_in_path(world, route) or any(str(given) in body for given in world.ids.values())


def names_in_path(world: World, route: Route) -> bool:
    """Whether the path names a row of the school."""
    return any(name in world.ids for name in route.names)
