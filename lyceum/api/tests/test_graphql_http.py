"""GraphQL over HTTP as the specification asks for it: what its independent audit looks at, in Python."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.api.graphql import schema_view
from lyceum.core import clock
from lyceum.core.errors import UnauthorizedError
from lyceum.core.permissions import Role
from lyceum.domains.academics.models import Class
from lyceum.testing.clients import browser, key_holder, nobody, software
from lyceum.testing.factories import NOW, as_actor, in_school, make_admin, make_class, make_school, make_user

JSON, RESPONSE = "application/json", "application/graphql-response+json"
TYPENAME = "{ __typename }"
NAMED_TYPE = "query Type($name: String!) { __type(name: $name) { name } }"
COERCION = "query CoerceFailure($id: ID!) { __typename }"
INVALID = [{"obj": "ect"}, 0, False, ["array"]]


@pytest.fixture(params=["nobody", "staff"])
def caller(request, db):
    if request.param == "nobody":
        return nobody()
    school = make_school()
    return software(make_admin(school), school)


def post(caller, body, *, accept=JSON, content_type=JSON):
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"Accept": accept} if accept else {}
    return caller.generic("POST", "/graphql", text, content_type=content_type, headers=headers)


@pytest.mark.parametrize("accept", [JSON, RESPONSE])
def test_the_answer_has_the_type_that_was_asked_for(caller, accept):
    answer = post(caller, {"query": TYPENAME}, accept=accept)

    assert answer.status_code == 200
    assert answer["Content-Type"] == f"{accept}; charset=utf-8"
    assert answer.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (f"{RESPONSE}, {JSON};q=0.9", RESPONSE),
        (f"{RESPONSE};q=0.1, {JSON}", JSON),
        ("text/html, */*;q=0.8", JSON),
    ],
)
def test_the_type_that_is_liked_best(caller, accept, media):
    assert post(caller, {"query": TYPENAME}, accept=accept)["Content-Type"].startswith(media)


@pytest.mark.parametrize("accept", ["text/html", f"{JSON};q=0"])
def test_a_type_that_there_is_not(caller, accept):
    assert post(caller, {"query": TYPENAME}, accept=accept).status_code == 406


def test_questions_are_read_as_utf_8(caller):
    query = {"query": '{ __type(name: "Run🏃Swim🏊") { name } }'}

    answer = post(caller, json.dumps(query, ensure_ascii=False), content_type="application/json; charset=utf-8")

    assert answer.json()["data"] == {"__type": None}


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"]
)
def test_a_body_of_another_type_is_refused(caller, content_type):
    assert post(caller, {"query": TYPENAME}, content_type=content_type).status_code == 415


@pytest.mark.parametrize("accept", [JSON, RESPONSE])
@pytest.mark.parametrize(
    "body",
    [
        {"query": TYPENAME},
        {"query": "query Query { __typename }", "operationName": "Query"},
        {"query": TYPENAME, "variables": None},
        {"query": TYPENAME, "operationName": None},
        {"query": TYPENAME, "extensions": None},
        {"query": NAMED_TYPE, "variables": {"name": "sometype"}},
        {"query": TYPENAME, "extensions": {"some": "value"}},
    ],
)
def test_parameters_that_must_be_taken(caller, accept, body):
    answer = post(caller, body, accept=accept)

    assert answer.status_code == 200
    assert "errors" not in answer.json()


@pytest.mark.parametrize(
    "body",
    [
        " ",
        '{ "not a JSON',
        "null",
        '"text"',
        "[]",
        json.dumps([{"query": TYPENAME}] * 11),
        '{"query": "{ __typename }", "variables": {"a": "\\u0000"}}',
        '{"query": "{ __typename }", "variables": {"a": ["\\ud800"]}}',
        "[" * 100_000,
        b"\xff\xfe{}".decode("latin-1"),
        {"qeury": TYPENAME},
        *({"query": wrong} for wrong in INVALID),
        *({"query": TYPENAME, "operationName": wrong} for wrong in INVALID),
        *({"query": TYPENAME, "variables": wrong} for wrong in ["string", 0, False, ["array"]]),
        *({"query": TYPENAME, "extensions": wrong} for wrong in ["string", 0, False, ["array"]]),
    ],
)
@pytest.mark.parametrize("accept", [JSON, RESPONSE])
def test_what_is_no_question_is_400(caller, accept, body):
    answer = post(caller, body, accept=accept)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "malformed"
    assert "data" not in answer.json()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"query": "{"}, "malformed"),
        ({"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }"}, "malformed"),
        ({"query": '{ __type(name: "\\u0000") { name } }'}, "malformed"),
        ({"query": "{ __typename @nothing }"}, "invalid"),
        ({"query": COERCION, "variables": {"id": None}}, "invalid"),
        ({"query": "query A { __typename } query B { __typename }"}, "malformed"),
        ({"query": TYPENAME, "operationName": "Other"}, "malformed"),
    ],
)
def test_a_wrong_question_is_200_in_plain_json_and_400_in_the_other(caller, body, code):
    plain, other = post(caller, body), post(caller, body, accept=RESPONSE)

    assert (plain.status_code, other.status_code) == (200, 400)
    for answer in (plain, other):
        assert "data" not in answer.json()
        assert answer.json()["errors"][0]["extensions"]["code"] == code


def test_reading_by_get(caller):
    answer = caller.get(
        "/graphql", {"query": NAMED_TYPE, "variables": '{"name": "sometype"}'}, headers={"Accept": RESPONSE}
    )

    assert answer.status_code == 200
    assert answer.json()["data"] == {"__type": None}


@pytest.mark.parametrize("accept", [JSON, RESPONSE])
def test_nothing_is_written_by_get(db, accept):
    school = make_school()
    admin = make_admin(school)
    query = 'mutation { updateProfile(input: {fullName: "Changed"}) { errors { code } } }'

    answer = software(admin, school).get("/graphql", {"query": query}, headers={"Accept": accept})

    admin.refresh_from_db()
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert admin.full_name != "Changed"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_405(caller, method):
    answer = caller.generic(method, "/graphql", "{}", content_type=JSON)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, POST")


def test_a_batch_is_answered_in_order(db):
    school = make_school()

    answer = post(
        software(make_admin(school), school), [{"query": TYPENAME}, {"query": "{"}, {"query": "{ school { name } }"}]
    )

    first, second, third = answer.json()
    assert first["data"] == {"__typename": "Query"}
    assert second["errors"][0]["extensions"]["code"] == "malformed"
    assert third["data"] == {"school": {"name": "Hill School"}}


def test_subscriptions_are_for_sockets(db):
    school = make_school()

    answer = post(software(make_admin(school), school), {"query": "subscription { registersToday { kind } }"})

    assert answer.json()["errors"][0]["extensions"]["code"] == "use_socket"


# Who may ask


@pytest.mark.parametrize(
    "query",
    [
        "{ me { id } }",
        "{ nothing }",
        "mutation { logout(input: {}) { done } }",
        "query { ...Hidden } fragment Hidden on Query { ... { school { name } } }",
        'mutation { login(input: {password: "x"}) { errors { code } } logout(input: {}) { done } }',
    ],
)
def test_nobody_reaches_more_than_signing_in(db, query):
    plain, other = post(nobody(), {"query": query}), post(nobody(), {"query": query}, accept=RESPONSE)

    assert (plain.status_code, other.status_code) == (200, 401)
    assert plain.json() == {"errors": [{"message": "Sign in to go on.", "extensions": {"code": "not_signed_in"}}]}


def test_the_schema_is_shown_to_staff_and_keys(db):
    school = make_school()
    make_class(school)
    looks = [
        (nobody(), False),
        (software(make_user(school, Role.GUARDIAN), school), False),
        (software(make_admin(school), school), True),
        (key_holder(school, "classes:read"), True),
    ]

    for caller, may_look in looks:
        schema = post(caller, {"query": "{ __schema { types { name } } }"}).json()
        named = post(caller, {"query": NAMED_TYPE, "variables": {"name": "Student"}}).json()
        assert ("data" in schema) is may_look
        assert named["data"] == {"__type": {"name": "Student"} if may_look else None}


def test_whoever_may_not_look_gets_no_hints(db):
    school = make_school()
    guardian, admin = software(make_user(school, Role.GUARDIAN), school), software(make_admin(school), school)

    hints = [
        post(caller, {"query": "{ studnets { totalCount } }"}).json()["errors"][0]["message"]
        for caller in (guardian, admin)
    ]

    assert ["Did you mean" in hint for hint in hints] == [False, True]


def test_the_schema_as_text_is_shown_to_the_same(db, rf):
    school = make_school()
    for user, status in ((make_admin(school), None), (make_user(school, Role.GUARDIAN), 401)):
        request = rf.get("/graphql/schema.graphql")
        request.actor = as_actor(user, school)
        if status is None:
            assert "type Query" in schema_view(request).content.decode()
        else:
            with pytest.raises(UnauthorizedError):
                schema_view(request)


def test_a_page_with_a_cookie_proves_that_it_is_ours(db):
    school = make_school()
    admin = make_admin(school)
    body = {"query": 'mutation { updateProfile(input: {fullName: "Changed"}) { errors { code } } }'}

    answer = post(browser(admin, school, enforce_csrf_checks=True), body)

    admin.refresh_from_db()
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    assert admin.full_name != "Changed"


def test_the_same_key_has_one_effect(db):
    school = make_school()
    caller = software(make_admin(school), school)
    body = {"query": 'mutation { createStudent(input: {fullName: "Ann"}) { student { id } } }'}

    first = caller.send("/graphql", body, key="k1")
    second = caller.send("/graphql", body, key="k1")
    other = caller.send("/graphql", {"query": "mutation { logout(input: {}) { done } }"}, key="k1")

    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    assert other.status_code == 422
    assert post(caller, {"query": "{ students { totalCount } }"}).json()["data"]["students"]["totalCount"] == 1


def test_a_refused_act_is_tried_anew_with_the_same_key(db):
    school = make_school()
    taken = make_class(school, "7A")
    caller = software(make_admin(school), school)
    body = {"query": 'mutation { createClass(input: {name: "7A"}) { class { name } errors { code } } }'}

    with clock.frozen(NOW):
        refused = caller.send("/graphql", body, key="k1")
        with in_school(school):
            Class.objects.filter(pk=taken.pk).update(name="7B")
        done, again = (caller.send("/graphql", body, key="k1") for _ in range(2))

    assert [each["code"] for each in refused.json()["data"]["createClass"]["errors"]] == ["name_taken"]
    assert done.json()["data"]["createClass"] == {"class": {"name": "7A"}, "errors": []}
    assert (done.headers.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    with in_school(school):
        assert sorted(Class.objects.values_list("name", flat=True)) == ["7A", "7B"]


def test_of_two_acts_one_done_is_not_done_again_with_the_same_key(db):
    school = make_school()
    make_class(school, "7A")
    caller = software(make_admin(school), school)
    one = '%s: createClass(input: {name: "%s"}) { errors { code } }'
    body = {"query": f"mutation {{ {one % ('new', '7B')} {one % ('old', '7A')} }}"}

    with clock.frozen(NOW):
        first, second = (caller.send("/graphql", body, key="k1") for _ in range(2))

    assert first.json()["data"] == {"new": {"errors": []}, "old": {"errors": [{"code": "name_taken"}]}}
    assert second.json() == first.json()
    assert second["Idempotency-Replayed"] == "true"


def test_a_question_with_a_key_is_answered_anew(db):
    school = make_school()
    caller = software(make_admin(school), school)

    answers = [caller.send("/graphql", {"query": TYPENAME}, key="k1") for _ in range(2)]
    wrong = [caller.send("/graphql", {"query": "{ nothing }"}, key="k2") for _ in range(2)]

    assert [each.headers.get("Idempotency-Replayed") for each in answers + wrong] == [None] * 4


def test_a_mutation_that_fails_inside_is_tried_anew_with_the_same_key(db, monkeypatch):
    school = make_school()
    caller = software(make_admin(school), school)
    body = {"query": "mutation { logout(input: {}) { done } }"}

    with monkeypatch.context() as broken:
        broken.setattr("lyceum.domains.accounts.graphql.sign_out", lambda actor: 1 / 0)
        failed = caller.send("/graphql", body, key="k1")
    done = caller.send("/graphql", body, key="k1")

    assert (failed.status_code, failed.json()["data"]) == (200, None)
    assert done.json()["data"] == {"logout": {"done": True}}


def test_what_fails_inside_is_not_shown(db, monkeypatch, caplog):
    school = make_school()
    caller = software(make_admin(school), school)
    monkeypatch.setattr("lyceum.domains.tenancy.graphql.this_school", lambda: 1 / 0)

    answer = post(caller, {"query": "{ school { name } me { fullName } }"}).json()

    assert answer["data"]["school"] is None
    assert answer["data"]["me"]["fullName"]
    assert answer["errors"][0]["message"] == "Something went wrong here. It has been written down."
    assert answer["errors"][0]["extensions"] == {"code": "internal"}
    assert "division" not in json.dumps(answer)
    assert "division" in caplog.text


def test_a_mutation_that_fails_inside_undoes_all(db, monkeypatch):
    school = make_school()
    admin = make_admin(school)
    monkeypatch.setattr("lyceum.domains.accounts.graphql.sign_out", lambda actor: 1 / 0)
    query = 'mutation { updateProfile(input: {fullName: "Changed"}) { errors { code } } logout(input: {}) { done } }'

    answer = post(software(admin, school), {"query": query}, accept=RESPONSE)

    admin.refresh_from_db()
    assert (answer.status_code, answer.json()["data"]) == (500, None)
    assert admin.full_name != "Changed"


def test_known_documents_are_not_read_twice(db, monkeypatch):
    school = make_school()
    caller = software(make_admin(school), school)
    query = {"query": "{ school { name slug timeZone } }"}
    post(caller, query)
    monkeypatch.setattr("lyceum.api.graphql_limits.validate", lambda *_a, **_k: 1 / 0)
    monkeypatch.setattr("lyceum.api.graphql_limits.parse", lambda *_a, **_k: 1 / 0)

    with CaptureQueriesContext(connection) as queries:
        answer = post(caller, query).json()

    assert answer["data"]["school"]["timeZone"]
    assert sum("tenancy_school" in each["sql"] for each in queries) == 2
