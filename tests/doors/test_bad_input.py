"""Nothing that is sent breaks a door: what is wrong is refused, in words."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from lyceum.domains.accounts.cookies import COOKIE
from lyceum.testing.beginnings import undone
from tests.doors.expected import PAGES, REST
from tests.doors.routes import Route, document, list_operations, list_pages
from tests.doors.runner import body_of
from tests.doors.world import PDF, Who, World

OPERATIONS = {route.name: route for route in list_operations()}
PAGE_ROUTES = {route.name: route for route in list_pages()}
WITH_BODY = [name for name, route in OPERATIONS.items() if name in REST and route.body]
SENT_BY_OTHERS = {
    "POST stop/<str:link>/",
    "POST hooks/<slug:carrier>/<str:hook>/",
    "POST verify/<str:certificate_code>/",
    "POST contact/",
    "POST reviews/write/",
    "POST reviews/withdraw/<str:withdraw>/",
}
"""Forms that mail programs and carriers send themselves: the link, or a signature, is the proof; a question that who
asks it makes no difference to; and those of the public site, which sets no cookie: they carry a signed token."""
WITHOUT_COOKIE = {"checkCertificateName"}
"""Operations that never look at who asks: a cookie opens nothing there."""
FORMS = [name for name, route in PAGE_ROUTES.items() if name in PAGES and route.method == "POST"]
JSON = "application/json"
FORM_BODIES = {
    "handInDocument",
    "addSitePicture",
    "setCoursePicture",
    "createToken",
    "createImport",
    "addIncidentFile",
    "importTimetable",
    "addDocument",
    "attachFiles",
    "addDraftFiles",
}
"""Operations that take a form or a file instead of JSON."""
SOME = ("createStudent", "takeRegister", "login")
"""Operations for what the reader of bodies refuses, which is one for all."""


@pytest.mark.parametrize("name", [name for name in WITH_BODY if name not in FORM_BODIES])
def test_text_that_no_database_holds_is_refused(world, name):
    """NUL, and half a character."""
    route = OPERATIONS[name]
    body = body_of(world, route, REST[name])
    bodies = [*with_text(body, "\x00"), *with_text(body, "\ud800")]

    statuses = {send(world, route, json.dumps(each).encode()) for each in bodies}

    assert statuses <= {400}


def with_text(body: Any, bad: str) -> Iterator[Any]:
    """The body once for each of its texts, with something bad put into it."""
    if isinstance(body, str):
        yield f"{body}{bad}"
    elif isinstance(body, dict):
        for key, value in body.items():
            yield from ({**body, key: worse} for worse in with_text(value, bad))
    elif isinstance(body, list) and body:
        yield from ([worse, *body[1:]] for worse in with_text(body[0], bad))


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"null", 422),
        (b"[]", 422),
        (b'"text"', 422),
        (b"\xff\xfe{}", 400),  # no UTF-8
        (b'{"a": NaN}', 400),
        (b'{"a": ' + b"9" * 5000 + b"}", 400),
        (b"[" * 100_000, 413),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 413),
        (b"[" * 900 + b"]" * 900, 422),
        (b'{"a": "a", "a": "b"}', 400),  # which of the two would count?
        (b'{"a": "' + b"x" * 2_000_000 + b'"}', 413),
    ],
    ids=lambda value: value[:24].decode(errors="replace") if isinstance(value, bytes) else "",
)
def test_a_body_that_cannot_be_read_is_refused(world, name, content, status):
    assert send(world, OPERATIONS[name], content) == status


@pytest.mark.parametrize("name", [name for name in WITH_BODY if name not in FORM_BODIES])
def test_a_body_of_another_kind_is_refused(world, name):
    """A page elsewhere may send these without asking the browser's leave."""
    route = OPERATIONS[name]
    body = json.dumps(body_of(world, route, REST[name])).encode()
    kinds = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")

    statuses = {send(world, route, body, kind) for kind in kinds}

    assert statuses == {415}


@pytest.mark.parametrize("name", [name for name in WITH_BODY if name not in FORM_BODIES])
def test_a_field_that_is_not_declared_is_refused(world, name):
    route = OPERATIONS[name]
    body = body_of(world, route, REST[name]) or {}

    assert send(world, route, json.dumps({**body, "school_id": 1}).encode()) == 422


def test_a_parameter_that_is_not_declared_is_refused(world):
    caller = world.software(Who.ADMIN)

    codes = {
        name: code_of(caller.generic(route.method, f"{path_of(world, route)}?school_id=1"))
        for name, route in OPERATIONS.items()
    }

    assert not_as(codes, (400, "unknown_parameter")) == {}


TEXTS, NUMBERS, DATES = ("%00", "%ff%fe", "%ed%a0%80"), ("9" * 400, "-1", "1e999"), ("0001-01-01", "9999-12-31", "%00")


def worst_of(schema: Any) -> tuple[str, ...]:
    """What does most harm to a parameter of this kind."""
    kinds = [schema, *schema.get("anyOf", ())]
    if any(kind.get("type") in ("integer", "number") for kind in kinds):
        return NUMBERS
    if any("date" in kind.get("format", "") for kind in kinds):
        return DATES
    if any(kind.get("type") == "boolean" or kind.get("format") == "uuid" for kind in kinds):
        return TEXTS[:1]
    return (*TEXTS, NUMBERS[0])


READS = [name for name, route in OPERATIONS.items() if name in REST and route.method == "GET"]


@pytest.mark.parametrize("name", READS)
def test_a_parameter_that_makes_no_sense_breaks_nothing(world, name):
    route = OPERATIONS[name]
    operation = document()["paths"][route.path]["get"]
    parameters = [p for p in operation.get("parameters", []) if p["in"] == "query"]
    caller = world.software(Who.ADMIN)

    queries = [f"{each['name']}={value}" for each in parameters for value in worst_of(each["schema"])]
    answers = {query: caller.get(f"{path_of(world, route)}?{query}").status_code for query in queries}

    assert {query: status for query, status in answers.items() if status >= 500} == {}


@pytest.mark.parametrize("name", [name for name, route in OPERATIONS.items() if name in REST and route.names])
def test_an_id_that_is_none_finds_nothing(world, name):
    route = OPERATIONS[name]
    body = json.dumps(body_of(world, route, REST[name])).encode() if route.body else b""
    caller = world.software(Who.ADMIN)

    answers = {}
    for bad in ("0", "%00", "%ff", "00000000-0000-0000-0000-000000000000", "'", "%2e%2e", "💩"):
        path = route.path_with(dict.fromkeys(route.names, bad))
        if name in FORM_BODIES:  # a file is read before its id is looked for
            given = {field: SimpleUploadedFile("a.pdf", PDF) for field in ("file", "files")}
            answers[bad] = caller.post(path, given).status_code
        else:
            answers[bad] = caller.generic(route.method, path, body, content_type=JSON).status_code

    assert {bad: status for bad, status in answers.items() if status not in (400, 404)} == {}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_makes_no_sense_breaks_nothing(world, name):
    route = PAGE_ROUTES[name]
    body = body_of(world, route, PAGES[name]) or {"act": "x", "name": "x", "full_name": "x", "date": "x", "file": "x"}

    forms = [{**body, field: bad} for field in body for bad in ("\x00", "\U000e0001" * 5000, "-1")]

    statuses = [world.browser(Who.ADMIN).post(path_of(world, route), form).status_code for form in forms]

    assert [status for status in statuses if status >= 500] == []


def test_a_write_with_a_cookie_needs_proof_that_our_page_sent_it(world):
    caller = world.browser(Who.ADMIN)
    caller.demand_proof()

    codes = {
        name: code_of(caller.generic(route.method, path_of(world, route), b"{}", content_type=JSON))
        for name, route in OPERATIONS.items()
        if route.method != "GET" and name not in WITHOUT_COOKIE
    }

    assert not_as(codes, (403, "csrf_failed")) == {}


@pytest.mark.parametrize("who", [Who.ADMIN, Who.PUBLIC])
def test_a_form_needs_proof_that_our_page_sent_it(world, who):
    """Signing in too: else somebody could be signed in as somebody else without noticing."""
    caller = world.browser(who)
    caller.demand_proof()

    statuses = {
        name: caller.post(path_of(world, PAGE_ROUTES[name]), {}).status_code
        for name in FORMS
        if name not in SENT_BY_OTHERS
    }

    assert not_as(statuses, 403) == {}


def test_a_write_with_a_cookie_and_proof_is_done(world):
    caller = world.browser(Who.ADMIN)
    caller.demand_proof()
    page = caller.get("/settings/attendance/").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]

    answer = caller.patch(
        "/api/v1/profile/",
        {"theme": "dark"},
        content_type=JSON,
        headers={"X-CSRFToken": token, "Referer": "https://testserver/"},
    )

    assert answer.status_code == 200


def test_graphql_with_a_cookie_needs_proof_too(world):
    caller = world.browser(Who.ADMIN)
    caller.demand_proof()

    answer = caller.post("/graphql", {"query": "{ __typename }"}, content_type=JSON)

    assert answer.status_code == 403


def test_a_cookie_that_is_none_is_nobody(world):
    caller = world.software(Who.PUBLIC)
    caller.cookies[COOKIE] = "x" * 4000

    assert caller.get("/api/v1/profile/").status_code == 401


def code_of(answer: HttpResponse) -> tuple[int, str]:
    return answer.status_code, json.loads(answer.content)["code"]


def not_as(found: Mapping[str, Any], expected: Any) -> dict[str, Any]:
    """What some got who did not get what all should."""
    return {name: got for name, got in found.items() if got != expected}


def path_of(world: World, route: Route) -> str:
    return route.path_with({**world.ids, **world.words})


def send(world: World, route: Route, content: bytes, content_type: str = JSON) -> int:
    """The status of what an admin is answered; nothing of it stays."""
    with undone():
        answer = world.software(Who.ADMIN).generic(
            route.method, path_of(world, route), content, content_type=content_type
        )
    return int(answer.status_code)
