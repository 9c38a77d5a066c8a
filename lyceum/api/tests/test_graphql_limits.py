"""Bombs: what asks for too much is told so, and nothing of it is executed."""

import pytest

from lyceum.api import graphql_run
from lyceum.testing.clients import key_holder, software
from lyceum.testing.factories import make_admin, make_school


@pytest.fixture
def caller(db):
    school = make_school()
    return software(make_admin(school), school)


@pytest.fixture
def executed(monkeypatch):
    """The documents that were executed."""
    seen = []
    execute = graphql_run.execute_sync

    def watched(schema, document, **options):
        seen.append(document)
        return execute(schema, document, **options)

    monkeypatch.setattr(graphql_run, "execute_sync", watched)
    return seen


def ask(caller, query, **variables):
    return caller.send("/graphql", {"query": query, "variables": variables}).json()


def nested(levels):
    """A question so many levels deep, connections and their frames included."""
    names = ["classes", "edges", "node", "students", "edges", "node"]
    chain = [names[n % 6] for n in range(levels - 1)]
    inner = {"edges": "cursor", "node": "id"}.get(chain[-1], "totalCount")
    for name in reversed(chain):
        inner = f"{name}{'(first: 1)' if name in ('classes', 'students') else ''} {{ {inner} }}"
    return f"{{ {inner} }}"


LAUGHS = "query { ...A } " + "".join(
    f"fragment {a} on Query {{ ...{b} x{n}: school {{ name }} ...{b} }} "
    for n, (a, b) in enumerate(zip("ABCDEFGHIJKLMNO", "BCDEFGHIJKLMNOP", strict=True))
) + "fragment P on Query { school { name } }"  # fmt: skip


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (nested(13), "query_too_deep"),
        ("{ " + " ".join(f"a{n}: school {{ name }}" for n in range(31)) + " }", "query_too_costly"),
        ("{ students(first: 100) { edges { node { classes(first: 100) { edges { node { id } } } } } } }",
         "query_too_costly"),
        ("{ students(last: 100) { edges { node { classes { edges { node { a: id b: name c: size } } } } } } }",
         "query_too_costly"),
        ("{ classes { edges { node { students { edges { node { guardians { edges { node { id } } } } } } } } } }",
         "query_too_costly"),
        ("{ classes(first: 5000) { edges { node { id } } } }", "query_too_costly"),
        ("{ classes(first: -5000) { edges { node { id } } } }", "query_too_costly"),
        ("{ " + "school { name } " * 501 + "}", "query_too_costly"),
        ("{ school { name } } #" + "x" * 16 * 1024, "query_too_costly"),
        (LAUGHS, "query_too_costly"),
        ("query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "invalid"),
        ("query { ...A } fragment A on Query { ...A school { name } }", "invalid"),
        ("{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
         "invalid"),
        ("{ " * 500 + "}" * 500, "malformed"),
    ],
)  # fmt: skip
def test_what_asks_for_too_much_is_not_executed(caller, executed, query, code):
    answer = ask(caller, query)

    assert answer["errors"][0]["extensions"]["code"] == code
    assert "data" not in answer
    assert executed == []


def test_twelve_levels_are_deep_enough(caller, executed):
    assert "data" in ask(caller, nested(12))
    assert len(executed) == 1


def test_thirty_aliases_are_enough(caller, executed):
    query = "{ " + " ".join(f"a{n}: school {{ name }}" for n in range(30)) + " }"

    assert len(ask(caller, query)["data"]) == 30


@pytest.mark.parametrize(
    ("query", "variables", "cost"),
    [
        ("{ __typename }", {}, 1),
        ("{ school { name slug } }", {}, 3),
        # one list, then the fields of twenty rows; what only frames a page is free
        ("{ classes { pageInfo { hasNextPage } edges { cursor node { id name } } } }", {}, 41),
        ("{ classes { totalCount } }", {}, 1 + 20),
        ("{ classes(first: 10) { edges { node { id students(last: 5) { edges { node { id } } } } } } }", {},
         1 + 20 + 50),
        ("query ($n: Int) { classes(first: $n) { edges { node { id } } } }", {"n": 7}, 8),
        ("query ($n: Int = 9) { classes(first: $n) { edges { node { id } } } }", {}, 10),
        ("query ($n: Int) { classes(first: $n) { edges { node { id } } } }", {}, 21),
        ("query { ...A ...A } fragment A on Query { classes(first: 3) { edges { node { ...B } } } } "
         "fragment B on Class { id ... on Node { id } }", {}, 2 * (1 + 3 * 2)),
        ("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["a", "b"]}, 3),
    ],
)  # fmt: skip
def test_the_cost_is_told(caller, query, variables, cost):
    assert ask(caller, query, **variables)["extensions"]["cost"] == cost


def test_a_refusal_tells_the_cost_too(caller):
    query = "{ students(first: 100) { edges { node { classes(first: 100) { edges { node { id } } } } } } }"

    assert ask(caller, query)["extensions"]["cost"] == 1 + 100 + 100 * 100


def test_a_batch_costs_as_much_as_its_questions(caller, executed):
    query = {"query": "{ students(first: 100) { edges { node { id fullName form grade } } } }"}

    answer = caller.send("/graphql", [query] * 10).json()
    refused = caller.send("/graphql", [{"query": query["query"].replace("form", "form a: form b: form")}] * 10).json()

    assert [each["extensions"]["cost"] for each in answer] == [401] * 10
    assert refused["errors"][0]["extensions"]["code"] == "query_too_costly"
    assert len(executed) == 10


@pytest.mark.parametrize("page", ["first: 101", "last: 101", "first: -1", "first: 2, last: 2"])
def test_a_page_has_at_most_a_hundred_rows(caller, page):
    answer = ask(caller, f"{{ classes({page}) {{ edges {{ cursor }} }} school {{ name }} }}")

    assert answer["data"] == {"classes": None, "school": {"name": "Hill School"}}
    assert answer["errors"][0]["extensions"]["code"] == "invalid"


def test_the_limits_hold_for_keys_as_well(db, executed):
    caller = key_holder(make_school(), "students:read", "classes:read")

    assert ask(caller, nested(13))["errors"][0]["extensions"]["code"] == "query_too_deep"
    assert executed == []
