"""From the pages: a timetable repaired after a teacher loses a day, and a rule relaxed that stood in the way."""

import re

import pytest

from lyceum.core import clock
from lyceum.domains.timetable.models import PlannedLesson, Run, Version
from lyceum.domains.timetable.planning import read_plan
from lyceum.domains.timetable.planning.clashes import list_clashes
from lyceum.domains.timetable.rules.publishing import publish_version
from lyceum.domains.timetable.tasks import run_engine
from lyceum.domains.timetable.tests.conftest import PERIODS
from lyceum.testing.clients import browser
from lyceum.testing.factories import NOW, in_school, make_manager


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def planner(small):
    return browser(make_manager(small.school, "Timetable"), small.school)


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def forbid(planner, small, slots, name="7A/MA", weight="100"):
    """On the page of rules: a teacher is not available then."""
    with in_school(small.school):
        teacher = str(small.lead(name))
    answers = {"about-teacher": teacher, "slot": slots, "weight": weight, "active": "1"}
    assert planner.post("/timetable/rules/new/?kind=not_available", answers).status_code == 302


def started(planner, small, **answers):
    """A run that was begun on the page for it, and is over."""
    there = planner.post("/timetable/plan/", {"act": "start", "seconds": "3", **answers})["Location"]
    run_engine(small.school.pk, there.split("/")[-2], None, "test")
    with in_school(small.school):
        return there, Run.objects.get(pk=there.split("/")[-2])


def test_after_a_teacher_loses_a_day_the_fewest_lessons_move_and_the_page_says_whose(small, planner):
    version = small.placed()
    with in_school(small.school):
        publish_version(version.pk, effective_from=NOW.date(), actor=small.system)
        before = {row.reference or n: (row.day, row.period) for n, row in enumerate(version.lessons.order_by("pk"))}
    forbid(planner, small, [f"1-{period}" for period in PERIODS])
    offered = planner.get("/timetable/plan/").content.decode()

    there, run = started(planner, small, kind="repair", version=str(version.pk))
    page = text(planner.get(there))
    compared = text(planner.get(f"/timetable/versions/{run.result_id}/compare/?with={version.pk}"))
    board = planner.post(f"/timetable/versions/{run.result_id}/", {"act": "publish", "effective_from": "2026-11-30"})

    # Mathematics has one lesson of each form on Monday: those two have to go, and nobody else.
    with in_school(small.school):
        repaired = Version.objects.get(pk=run.result_id)
        after = {n: (row.day, row.period) for n, row in enumerate(repaired.lessons.order_by("pk"))}
        moved = [n for n in before if before[n] != after[n]]
        monday = PlannedLesson.objects.filter(version=repaired, day=1, teachers__staff=small.lead("7A/MA"))
        assert (len(moved), monday.count(), list_clashes(read_plan(repaired))) == (2, 0, [])
        assert (run.progress["moved"], run.progress["moved_at_least"]) == (2, 2)
        assert repaired.state == Version.State.PUBLISHED
    assert "Repair with few moves" in offered
    assert "Moved 2 proven: no timetable moves fewer" in page
    assert "Teacher of Mathematics" in compared
    assert "Teacher of Art" not in compared
    assert board.status_code == 302


def test_relaxing_the_rule_that_the_page_proposes_lets_everything_be_placed(small, planner):
    version = small.draft(lessons=5)
    forbid(planner, small, [f"{day}-{period}" for day in (1, 2, 3, 4) for period in PERIODS])
    there, run = started(planner, small, version=str(version.pk))
    page = planner.get(there).content.decode()
    [relax] = set(re.findall(r'action="(/timetable/rules/[^"]+)"', page))

    back = planner.post(relax, {"act": "relax", "next": there})
    planner.post(there, {"act": "again"})
    with in_school(small.school):
        again = Run.objects.exclude(pk=run.pk).get()
    run_engine(small.school.pk, str(again.pk), None, "test")

    with in_school(small.school):
        again.refresh_from_db()
        assert run.state != Run.State.DONE or run.progress["placed"] < 30
        assert (again.state, again.progress["placed"]) == (Run.State.DONE, 30)
    assert back["Location"] == there
    assert "Every lesson has its place" in text(planner.get(f"/timetable/runs/{again.pk}/"))
