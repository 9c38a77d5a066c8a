"""Lists are walked by cursor: at the root, inside rows, and in memory."""

import pytest

from lyceum.api.tests.asking import admin_of, ask, codes, data, nodes
from lyceum.core import clock
from lyceum.testing.factories import NOW, make_class, make_school, make_student


@pytest.fixture(autouse=True)
def _this_morning(db):
    with clock.frozen(NOW):
        yield


def test_a_list_is_walked_forwards_and_backwards():
    school = make_school()
    names = [f"Student {letter}" for letter in "ABCDE"]
    for name in names:
        make_student(school, name=name)
    caller = admin_of(school)
    page = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { fullName } }"
    forwards = f"query ($after: String) {{ students(first: 2, after: $after) {{ {page} }} }}"
    backwards = f"query ($before: String) {{ students(last: 2, before: $before) {{ {page} }} }}"

    walked, cursor = [], None
    while True:
        found = data(caller, forwards, after=cursor)["students"]
        walked += [node["fullName"] for node in nodes(found)]
        cursor = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    back, cursor = [], None
    while True:
        found = data(caller, backwards, before=cursor)["students"]
        back = [node["fullName"] for node in nodes(found)] + back
        cursor = found["pageInfo"]["startCursor"]
        if not found["pageInfo"]["hasPreviousPage"]:
            break

    assert walked == names
    assert back == names
    assert found["pageInfo"]["hasNextPage"] is True


def test_lists_inside_rows_are_walked_too():
    school = make_school()
    classes = [make_class(school, name) for name in ("7A", "7B")]
    for school_class in classes:
        for letter in "ABC":
            make_student(school, school_class, name=f"{school_class.name} {letter}")
    caller = admin_of(school)
    query = """query ($after: String, $before: String, $first: Int, $last: Int) { classes { edges { node { name
      students(first: $first, after: $after, last: $last, before: $before) {
        totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { cursor node { fullName } } } } } } }"""

    first = nodes(data(caller, query, first=2)["classes"])
    second = nodes(data(caller, query, first=2, after=first[0]["students"]["pageInfo"]["endCursor"])["classes"])
    last = nodes(data(caller, query, last=1)["classes"])

    assert [[n["fullName"] for n in nodes(c["students"])] for c in first] == [["7A A", "7A B"], ["7B A", "7B B"]]
    assert [c["students"]["totalCount"] for c in first] == [3, 3]
    assert [c["students"]["pageInfo"]["hasNextPage"] for c in first] == [True, True]
    assert [n["fullName"] for n in nodes(second[0]["students"])] == ["7A C"]
    assert second[0]["students"]["pageInfo"]["hasNextPage"] is False
    assert [[n["fullName"] for n in nodes(c["students"])] for c in last] == [["7A C"], ["7B C"]]


def test_lists_in_memory_are_walked_too():
    caller = admin_of(make_school())
    query = """query ($first: Int, $after: String, $last: Int, $before: String) {
      policy(first: $first, after: $after, last: $last, before: $before) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { node { permission } } } }"""
    first = data(caller, query, first=100)["policy"]
    rest = data(caller, query, first=100, after=first["pageInfo"]["endCursor"])["policy"]
    whole = [node["permission"] for node in nodes(first) + nodes(rest)]

    head = data(caller, query, first=3)["policy"]
    next_ = data(caller, query, first=3, after=head["pageInfo"]["endCursor"])["policy"]
    tail = data(caller, query, last=2)["policy"]
    before = data(caller, query, last=2, before=tail["pageInfo"]["startCursor"])["policy"]

    assert [node["permission"] for node in nodes(head) + nodes(next_)] == whole[:6]
    assert [node["permission"] for node in nodes(before) + nodes(tail)] == whole[-4:]
    assert head["pageInfo"]["hasNextPage"] is True
    assert tail["pageInfo"]["hasNextPage"] is False
    assert tail["pageInfo"]["hasPreviousPage"] is True


@pytest.mark.parametrize("cursor", ["nonsense", "WyJrZXkiXQ:1:x"])
def test_cursors_are_ours_and_of_the_same_list(cursor):
    school = make_school()
    make_class(school)
    caller = admin_of(school)
    query = "query ($c: String) { classes(after: $c) { totalCount } policy(after: $c) { totalCount } }"
    foreign = data(caller, "{ classes { pageInfo { endCursor } } }")["classes"]["pageInfo"]["endCursor"]

    assert codes(ask(caller, query, c=cursor)) == ["cursor_invalid"] * 2
    assert codes(ask(caller, query, c=foreign)) == ["cursor_invalid"]
