"""One act, one rule, every door: the same register by page, REST, GraphQL and command."""

import json
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command

from lyceum.domains.attendance.models import Mark, MarkChange, Register, SessionMark
from lyceum.domains.attendance.tests.conftest import Morning
from lyceum.domains.journal.models import AuditEntry, Fact
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import in_school

Door = Callable[[Morning, Register, str], str]
"""Takes the register: the second student gets the symbol, the rest are present. Answers with the codes of a refusal."""


def by_page(morning: Morning, register: Register, symbol: str) -> str:
    form = {f"mark-{morning.students[1].pk}": symbol, "rest": "present", "base_version": "0"}
    answer = browser(morning.teacher_user, morning.school).post(f"/registers/{register.pk}/", form)
    return "" if answer.status_code == 302 else " ".join(e.code for e in answer.context["errors"])


def by_rest(morning: Morning, register: Register, symbol: str) -> str:
    body = {"marks": [{"student": str(morning.students[1].pk), "code": symbol}], "rest": "present", "base_version": 0}
    client = software(morning.teacher_user, morning.school)
    answer = client.send(f"/api/v1/registers/{register.pk}/marks/", body, method="put")
    return "" if answer.status_code == 200 else " ".join(e["code"] for e in answer.json()["errors"])


def by_graphql(morning: Morning, register: Register, symbol: str) -> str:
    acted = "takeRegister(input: $i) { saved errors { code fields { code } } }"
    document = f"mutation ($i: TakeRegisterInput!) {{ {acted} }}"
    marks = [{"studentId": str(morning.students[1].pk), "code": symbol}]
    given = {"registerId": str(register.pk), "marks": marks, "rest": "present", "baseVersion": 0}
    client = software(morning.teacher_user, morning.school)
    answer = client.send("/graphql", {"query": document, "variables": {"i": given}}).json()
    return " ".join(e["code"] for refusal in answer["data"]["takeRegister"]["errors"] for e in refusal["fields"])


def by_command(morning: Morning, register: Register, symbol: str) -> str:
    with in_school(morning.school):
        number = morning.students[1].registration_number
        login = morning.teacher_user.logins.get().username
    words = ["register", "take", register.class_name, "--school", morning.school.slug, "--as", login, "--json",
             "--date", f"{register.on}", "--session", "AM", "--rest", "present",
             "--mark", f"{number}={symbol}"]  # fmt: skip
    said, complained = StringIO(), StringIO()
    try:
        call_command(*words, stdout=said, stderr=complained)
    except SystemExit:
        refusal = json.loads(complained.getvalue() or said.getvalue())
        return " ".join(e["code"] for e in refusal["errors"])
    return ""


DOORS = {"page": by_page, "rest": by_rest, "graphql": by_graphql, "command": by_command}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_writes_the_same_rows_and_the_same_history(morning: Morning, door: str):
    register = morning.register()

    refusal = DOORS[door](morning, register, "N")

    assert refusal == ""
    with in_school(morning.school):
        marks = Mark.objects.order_by("student__person__sort_name").values_list("code__symbol", "origin", "version")
        assert list(marks) == [("/", "teacher", 1), ("N", "teacher", 1), ("/", "teacher", 1)]
        history = MarkChange.objects.values_list("marked_by_name", "via", "version")
        assert list(history) == [("Tess Teacher", door, 1)] * 3
        assert sorted(SessionMark.objects.values_list("symbol", flat=True)) == ["/", "/", "N"]
        assert list(AuditEntry.objects.filter(action="attendance.mark").values_list("via", flat=True)) == [door]
        assert Fact.objects.filter(type="attendance.marked").count() == 1


@pytest.mark.parametrize("door", DOORS)
def test_every_door_refuses_the_same_with_nothing_written(morning: Morning, door: str):
    register = morning.register()

    refusal = DOORS[door](morning, register, "E")

    assert refusal == "code_not_allowed"
    with in_school(morning.school):
        assert Mark.objects.count() == 0


def test_a_hundred_replays_of_one_key_change_nothing(morning: Morning):
    register = morning.register()
    client = software(morning.teacher_user, morning.school)
    path = f"/api/v1/registers/{register.pk}/marks/"

    answers = [client.send(path, {"rest": "present"}, method="put", key="one key") for _ in range(101)]

    assert {answer.content for answer in answers} == {answers[0].content}
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [None] + ["true"] * 100
    with in_school(morning.school):
        assert MarkChange.objects.count() == 3
        assert Register.objects.get(pk=register.pk).version == 1
        assert Fact.objects.filter(type="attendance.marked").count() == 1
