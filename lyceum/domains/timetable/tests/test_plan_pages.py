"""Pages on which a timetable is planned: requirements, rules, runs, versions, bells."""

import re

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import BellSchedule, Cycle, DayPlan
from lyceum.domains.timetable.kinds import KINDS
from lyceum.domains.timetable.models import Requirement, Rule, Run, Version
from lyceum.domains.timetable.rules.constraints import NewRule, create_rule
from lyceum.domains.timetable.rules.versions import create_version
from lyceum.domains.timetable.tests.boards import make_draft
from lyceum.testing.clients import browser, statements_for
from lyceum.testing.factories import (
    NOW,
    find_or_make_year,
    in_school,
    make_manager,
    make_school,
    make_teacher,
    make_teaching_class,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def school():
    return make_school()


@pytest.fixture
def planner(school):
    return browser(make_manager(school, "Timetable"), school)


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def test_a_requirement_is_added_changed_and_taken_away(school, planner):
    draft = make_draft(school)
    path = "/timetable/requirements/"

    planner.post(path, {"name": "Choir", "classes": str(draft.form), "lengths": "2+1"})
    with in_school(school):
        choir = Requirement.objects.get(name="Choir")
    wrong = planner.post(f"{path}{choir.pk}/", {"name": "Choir", "classes": str(draft.form), "lengths": "many"})
    planner.post(f"{path}{choir.pk}/", {"name": "Choir", "classes": str(draft.form), "lengths": "3"})
    with in_school(school):
        changed = Requirement.objects.get(name="Choir").lengths
    planner.post(f"{path}{choir.pk}/", {"act": "delete"})

    assert (choir.lengths, wrong.status_code, changed) == ([2, 1], 422, [1, 1, 1])
    assert "Write how many lessons" in text(wrong)
    with in_school(school):
        assert not Requirement.objects.filter(name="Choir").exists()


def test_pasted_lines_are_looked_at_and_the_right_ones_brought_in(school, planner):
    make_draft(school)
    path = "/timetable/requirements/paste/"
    pasted = "Class\tSubject\tTeacher\tLessons\n7A\tma\tAda\t2+1\n9Z\tma\tAda\t4\n7B\tMathematics\tNobody\tfew"

    seen = text(planner.post(path, {"act": "look", "text": pasted}))
    with in_school(school):
        before = Requirement.objects.count()
    planner.post(path, {"act": "save", "text": pasted})

    assert "2 lines are wrong and are left out." in seen
    assert "There is no class “9Z”." in seen
    assert "There is no teacher “Nobody”. “few” is no number of lessons: write 4, or 2+1+1." in seen
    with in_school(school):
        assert Requirement.objects.count() == before + 1
        assert Requirement.objects.latest("created_at").lengths == [2, 1]


def test_a_rule_is_written_as_a_sentence_and_relaxed(school, planner):
    draft = make_draft(school)
    path = "/timetable/rules/new/?kind=not_available"
    every = [f"5-{period}" for period in (1, 2, 4, 5, 7, 8)]
    answers = {"about-teacher": str(draft.ada.pk), "weight": "100", "active": "1"}

    empty = planner.post(path, answers)
    planner.post(path, answers | {"slot": every})
    page = text(planner.get("/timetable/rules/"))
    with in_school(school):
        rule = Rule.objects.get()
    planner.post(f"/timetable/rules/{rule.pk}/", {"act": "relax"})

    assert (empty.status_code, "Tick at least one place." in text(empty)) == (422, True)
    assert "Ada: not available on Friday." in page
    with in_school(school):
        assert Rule.objects.get().weight == 50


def test_every_kind_of_rule_has_its_form(school, planner):
    make_draft(school)

    assert {planner.get(f"/timetable/rules/new/?kind={kind}").status_code for kind in KINDS} == {200}
    assert planner.get("/timetable/rules/new/?kind=nonsense").status_code == 404


def test_a_run_is_started_watched_and_stopped(school, planner):
    draft = make_draft(school)

    started = planner.post(
        "/timetable/plan/", {"act": "start", "version": str(draft.version.pk), "seconds": "5", "max_per_day": "4"}
    )
    page = planner.get(started["Location"])
    planner.post(started["Location"], {"act": "cancel"})
    after = text(planner.get(f"{started['Location']}?part=state"))

    with in_school(school):
        run = Run.objects.get()
    assert started["Location"] == f"/timetable/runs/{run.pk}/"
    assert (run.seconds, run.options["max_per_day"], run.state) == (5, 4, "cancelled")
    assert f'data-topic="timetable-run:{run.pk}"' in page.content.decode()
    assert '<meta http-equiv="refresh"' in page.content.decode()
    assert "Stopped; the best is kept" in after


def test_one_press_makes_requirements_and_a_draft_from_the_classes(school, planner):
    make_teacher(school, make_teaching_class(school, year=find_or_make_year(school)), name="Ada")

    started = planner.post("/timetable/plan/", {"act": "start"})

    assert started.status_code == 302
    with in_school(school):
        assert Requirement.objects.get().lengths == [1] * 5
        assert Version.objects.get().lessons.count() == 5


def test_a_refused_run_keeps_what_was_typed(school, planner):
    draft = make_draft(school)

    refused = planner.post("/timetable/plan/", {"act": "start", "version": str(draft.version.pk), "seconds": "0"})

    assert refused.status_code == 422
    assert 'href="#seconds"' in refused.content.decode()


def test_two_versions_are_compared_person_by_person(school, planner):
    draft = make_draft(school)
    with in_school(school):
        other = create_version(draft.version.year_id, parent=draft.version.pk, actor=system_actor(school.pk))
    planner.post(draft.path, {"act": "move", "lesson": str(draft.lessons[0].pk), "to": "3-4"})

    page = text(planner.get(f"{draft.path}compare/?with={other.pk}"))

    assert "1 has lessons elsewhere." in page
    assert re.search(r"Ada .*Mathematics, 7A .*Monday, 1 .*Wednesday, 3", page)


def test_bells_and_weeks_a_and_b_are_set(school, planner):
    year = find_or_make_year(school)
    path = "/settings/bells/"
    bells = {"act": "bells", "name": "Usual", "name-1": "1", "starts-1": "09:00", "ends-1": "10:00"}

    planner.post(path, bells)
    wrong = planner.post(path, bells | {"name": "Other", "ends-1": "08:00"})
    with in_school(school):
        schedule = BellSchedule.objects.get()
    names = "\n".join(f"{day} {week}" for week in "AB" for day in ("Mon", "Tue", "Wed", "Thu", "Fri"))
    planner.post(
        path,
        {"act": "cycle", "names": names, "anchor": f"{year.starts}", "usual": f"{schedule.pk}", "counts": "weekdays"},
    )
    planner.post(path, {"act": "date", "on": "2026-12-11", "note": "Sports day"})

    assert (wrong.status_code, "A period ends after it starts." in text(wrong)) == (422, True)
    with in_school(school):
        assert len(Cycle.objects.get().names) == 10
        assert DayPlan.objects.filter(day__isnull=False, schedule=schedule).count() == 10
        assert DayPlan.objects.get(on="2026-12-11").note == "Sports day"
    assert "Sports day" in text(planner.get(path))


def test_the_lists_take_the_same_statements_for_one_and_for_three(school, planner):
    draft = make_draft(school)
    with in_school(school):
        year, rule = draft.version.year_id, NewRule("max_per_day", [("class", draft.form)], {"hours": 6})
        create_rule(year, rule, actor=system_actor(school.pk))
    paths = ("/timetable/plan/", "/timetable/rules/", "/timetable/requirements/", f"{draft.path}score/")
    before = [statements_for(planner, path) for path in paths]
    with in_school(school):
        for _n in range(2):
            create_rule(year, rule, actor=system_actor(school.pk))
            create_version(year, actor=system_actor(school.pk))
    for name in ("Choir", "Band"):
        planner.post("/timetable/requirements/", {"name": name, "classes": str(draft.form)})

    assert [statements_for(planner, path) for path in paths] == before


def test_another_school_finds_nothing(school, planner):
    draft = make_draft(school)
    elsewhere = make_school("Oak")
    stranger = browser(make_manager(elsewhere, "Timetable"), elsewhere)
    find_or_make_year(elsewhere)
    requirement = draft.lessons[0].requirement_id

    paths = (f"{draft.path}compare/", f"{draft.path}score/", f"/timetable/requirements/{requirement}/")
    paths += (f"/timetable/plan/?year={draft.version.year_id}",)

    assert [stranger.get(path).status_code for path in paths] == [404] * 4
    assert "Autumn" not in text(stranger.get("/timetable/plan/"))
