"""One act, one rule, every door: a rollover applied, and refused, by page, REST, GraphQL and command; and the board."""

import json
from collections.abc import Callable
from contextlib import suppress
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.core import clock
from lyceum.domains.academics.models import AcademicYear, RolloverDecision, RolloverPlan
from lyceum.domains.academics.tests.rolling import NEXT_FIRST, Summer, make_summer, work
from lyceum.domains.accounts.models import User
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.rules.marks import take_register
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.journal.models import AuditEntry, Job
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import NOW, in_school, make_admin, make_manager, make_student, set_times
from lyceum.testing.pages import text_of

pytestmark = pytest.mark.django_db
ROLLOVERS = "/api/v1/rollovers/"


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


Door = Callable[[Summer, User, RolloverPlan], str]
"""Applies the plan. Answers with the code of a refusal."""


def by_page(summer: Summer, admin: User, plan: RolloverPlan) -> str:
    answer = browser(admin, summer.school).post(f"/rollovers/{plan.pk}/", {"act": "apply"})
    return "" if answer.status_code == 302 else " ".join(e.code for e in answer.context["errors"])


def by_rest(summer: Summer, admin: User, plan: RolloverPlan) -> str:
    answer = software(admin, summer.school).send(f"{ROLLOVERS}{plan.pk}/apply/")
    return "" if answer.status_code == 202 else answer.json()["code"]


def by_graphql(summer: Summer, admin: User, plan: RolloverPlan) -> str:
    document = "mutation ($id: ID!) { applyRollover(input: {rolloverId: $id}) { rollover { state } errors { code } } }"
    body = {"query": document, "variables": {"id": str(plan.pk)}}
    answer = software(admin, summer.school).send("/graphql", body).json()["data"]["applyRollover"]
    return " ".join(e["code"] for e in answer["errors"])


def by_command(summer: Summer, admin: User, plan: RolloverPlan) -> str:
    return run(summer, admin, "apply").get("code", "")


def run(summer: Summer, admin: User, act: str, *more: str) -> dict:
    said = StringIO()
    words = [act, "2026/27", "--school", summer.school.slug, "--as", admin.logins.get().username, "--json", *more]
    with suppress(SystemExit):
        call_command("rollover", *words, stdout=said)
    return json.loads(said.getvalue())


DOORS = {"page": by_page, "rest": by_rest, "graphql": by_graphql, "command": by_command}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_applies_the_same(door: str):
    summer = make_summer("7A", "8A")
    student, admin = summer.student("7A"), make_admin(summer.school)
    plan = summer.preview(summer.plan())

    refusal = DOORS[door](summer, admin, plan)
    jobs = work()

    assert refusal == ""
    assert jobs == ([] if door == "command" else ["academics.rollover.apply"])
    assert summer.standing(student)[0][-1] == ("8", NEXT_FIRST, None)
    with in_school(summer.school):
        plan.refresh_from_db()
        assert plan.state == "applied"
        vias = AuditEntry.objects.filter(action="academics.rollover.apply").values_list("via", "actor_id")
        assert list(vias) == [("command" if door == "command" else "job", admin.pk)]
        assert list(Job.objects.values_list("state", "progress")) == ([] if door == "command" else [("succeeded", 100)])


@pytest.mark.parametrize("door", DOORS)
def test_every_door_refuses_what_stands_in_the_way_with_nothing_written(door: str):
    summer = make_summer("7A", "8A")
    make_student(summer.school, name="In no grade")
    plan = summer.preview(summer.plan())
    admin, before = make_admin(summer.school), summer.dump()

    refusal = DOORS[door](summer, admin, plan)

    assert refusal == "rollover_blocked"
    assert work() == []
    assert {name: rows for name, rows in summer.dump().items() if name in before} == before


def undo_by_page(summer: Summer, admin: User, plan: RolloverPlan) -> str:
    answer = browser(admin, summer.school).post(f"/rollovers/{plan.pk}/", {"act": "undo"})
    return "" if answer.status_code == 302 else " ".join(e.code for e in answer.context["errors"])


def undo_by_rest(summer: Summer, admin: User, plan: RolloverPlan) -> str:
    answer = software(admin, summer.school).send(f"{ROLLOVERS}{plan.pk}/undo/")
    return "" if answer.status_code == 202 else answer.json()["code"]


UNDO_DOORS = {
    "page": undo_by_page,
    "rest": undo_by_rest,
    "command": lambda summer, admin, plan: run(summer, admin, "undo").get("code", ""),
}


@pytest.mark.parametrize("door", UNDO_DOORS)
def test_every_door_undoes_the_same_until_the_first_register(door: str):
    summer = make_summer("7A", "8A")
    summer.student("7A")
    set_times(summer.school)
    admin, before = make_admin(summer.school), summer.dump()
    plan = summer.roll()

    undone = UNDO_DOORS[door](summer, admin, plan)
    work()
    assert (undone, summer.dump()) == ("", before)
    plan = summer.roll()
    with in_school(summer.school), clock.frozen(NOW.replace(year=2027, month=9, day=1)):
        open_day(NEXT_FIRST)
        register = Register.objects.get(on=NEXT_FIRST, school_class__name="8A", session="AM")
        take_register(register.pk, marks=[], rest="present", actor=summer.actor)

    assert UNDO_DOORS[door](summer, admin, plan) == "rollover_in_use"


def test_over_rest_from_the_plan_to_the_way_back():
    summer = make_summer("7A", "8A")
    student, odd = summer.student("7A", name="Ada"), make_student(summer.school, name="Odd")
    admin = software(make_admin(summer.school), summer.school)
    body = {"from_year": str(summer.year.pk), "to_year": str(summer.next_year.pk), "options": {"sets": False}}

    made = admin.send(ROLLOVERS, body)
    here = f"{ROLLOVERS}{made.json()['id']}/"
    blocked = admin.send(here + "preview/").json()
    refused = admin.send(here + "apply/").json()
    decided = admin.send(here + "decide/", {"students": [str(odd.pk)], "decision": "leave"}).json()
    rows = admin.get(here + "decisions/?count=true").json()
    ready = admin.send(here + "preview/").json()
    applying = admin.send(here + "apply/")
    jobs, applied = work(), admin.get(here).json()
    undoing = admin.send(here + "undo/")
    work()
    undone = admin.get(here).json()

    assert made.status_code == 201
    assert (made.json()["copies"]["classes"], made.json()["options"]["sets"]) == (["7A", "8A"], False)
    assert (blocked["state"], [(e["name"], e["code"]) for e in blocked["exceptions"]]) == (
        "draft",
        [("Odd", "undecided")],
    )
    assert (refused["code"], refused["count"], refused["exceptions"]) == ("rollover_blocked", 1, blocked["exceptions"])
    assert decided["problems"] == {}
    assert [(row["full_name"], row["decision"], row["form"]) for row in rows["items"]] == [
        ("Ada", "promote", "8A"),
        ("Odd", "leave", ""),
    ]
    assert ready["state"] == "previewed"
    assert (applying.status_code, applying.json()["job_state"], jobs) == (202, "queued", ["academics.rollover.apply"])
    assert (applied["state"], applied["job_state"], applied["results"]) == ("applied", "succeeded", {"created": 2})
    assert (undoing.status_code, undone["state"], undone["kept"]) == (202, "undone", [])
    assert summer.standing(student)[0] == [("7", summer.year.starts, None)]


def test_a_second_job_for_the_same_plan_is_refused_and_a_late_refusal_is_told():
    summer = make_summer("7A", "8A")
    summer.student("7A")
    plan = summer.preview(summer.plan())
    admin = software(make_admin(summer.school), summer.school)
    path = f"{ROLLOVERS}{plan.pk}/"

    admin.send(path + "apply/")
    again = admin.send(path + "apply/").json()["code"]
    make_student(summer.school, name="At the last moment")
    work()
    told = admin.get(path).json()

    assert again == "rollover_running"
    assert (told["state"], told["job_state"]) == ("previewed", "failed")
    assert told["trouble"] == told["message"] == "1 student stands in the way. Decide, then preview."


def test_the_command_names_what_stands_in_the_way_and_makes_the_next_year():
    summer = make_summer("7A", "8A")
    make_student(summer.school, name="In no grade")
    admin = make_admin(summer.school)
    with in_school(summer.school):
        AcademicYear.objects.filter(pk=summer.next_year.pk).delete()

    blocked = run(summer, admin, "preview", "--to", "2027/28", "--starts", "2027-09-01", "--ends", "2028-07-20")
    with in_school(summer.school):
        RolloverDecision.objects.update(decision="leave", by_hand=True)
    ready, applied, undone = (run(summer, admin, act) for act in ("preview", "apply", "undo"))

    assert [(e["name"], e["code"]) for e in blocked["exceptions"]] == [("In no grade", "undecided")]
    assert [each["state"] for each in (blocked, ready, applied, undone)] == ["draft", "previewed", "applied", "undone"]
    assert run(summer, admin, "apply")["code"] == "not_found"


def test_the_board_shows_what_stands_in_the_way_first_and_decides_in_bulk_after_a_preview():
    summer = make_summer("7A", "8A")
    summer.student("7A", name="Ada")
    odd = make_student(summer.school, name="Zoe")
    office = browser(make_manager(summer.school, "Office"), summer.school)
    begun = office.post("/rollovers/", {"from_year": str(summer.year.pk), "to_year": str(summer.next_year.pk)})
    path = begun["Location"]

    board = office.get(path)
    choice = {"bulk": "decide", "row": str(odd.pk), "planned": "1", "decision": "promote",
              "grade": str(summer.grade("8").pk)}  # fmt: skip
    preview = office.post(path, choice)
    done = office.post(path, choice | {"confirmed": "1"})
    again = office.get(path)

    assert "1 of 2 students stands in the way" in text_of(board)
    assert text_of(board).index("Zoe") < text_of(board).index("Ada")
    assert "Not decided" in text_of(preview)
    assert "Goes up: Year 8 · 8A" in text_of(preview)
    assert done.status_code == 302
    assert "2 students, and nothing stands in the way" in text_of(again)
    assert office.post(path, {"act": "preview"}).status_code == 302
    assert "A school admin applies it." in text_of(office.get(path))
    assert office.post(path, {"act": "apply"}).status_code == 403


def test_a_new_year_is_proposed_and_made_on_the_page():
    summer = make_summer("7A")
    admin = browser(make_admin(summer.school), summer.school)
    with in_school(summer.school):
        AcademicYear.objects.filter(pk=summer.next_year.pk).delete()
    page = admin.get("/rollovers/").content.decode()

    made = admin.post("/rollovers/", {"from_year": str(summer.year.pk), "name": "2027/28", "starts": "2027-09-01",
                                      "ends": "2028-07-20"})  # fmt: skip
    wrong = admin.post("/rollovers/", {"from_year": str(summer.year.pk), "name": "", "starts": "", "ends": ""})

    assert 'value="2027/28"' in page
    assert 'value="2027-09-01"' in page
    assert made.status_code == 302
    assert "There is a problem" in text_of(wrong)


def test_statements_do_not_grow_with_the_students():
    counts = []
    for size in (1, 3):
        summer = make_summer("7A", "8A", name=f"School of {size}")
        for n in range(size):
            summer.student("7A", name=f"Student {n}")
        plan, admin = summer.preview(summer.plan()), make_admin(summer.school)
        page, api = browser(admin, summer.school), software(admin, summer.school)
        counts.append(
            (
                statements_for(page, f"/rollovers/{plan.pk}/"),
                statements_for(page, "/rollovers/"),
                statements_for(api, f"{ROLLOVERS}{plan.pk}/"),
                statements_for(api, f"{ROLLOVERS}{plan.pk}/decisions/"),
                _statements(lambda plan=plan, summer=summer: summer.apply(plan)),
                _statements(lambda plan=plan, summer=summer: summer.apply(plan)),
                _statements(lambda plan=plan, summer=summer: summer.undo(plan)),
            )
        )

    assert counts[0] == counts[1]


def _statements(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)
