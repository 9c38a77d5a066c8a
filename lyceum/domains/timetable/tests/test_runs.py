"""Runs of the engine: asked for, followed, stopped, gone on with; what they find is in the draft."""

import pytest

from lyceum.core import clock
from lyceum.domains.journal.models import Fact, Job
from lyceum.domains.timetable.models import PlannedLesson, Requirement, Rule, Run, Version
from lyceum.domains.timetable.planning import read_plan
from lyceum.domains.timetable.planning.clashes import list_clashes
from lyceum.domains.timetable.reasons import say_all
from lyceum.domains.timetable.rules.constraints import NewRule, create_rule
from lyceum.domains.timetable.rules.publishing import publish_version
from lyceum.domains.timetable.rules.running import claim_run, finish_run, note_progress
from lyceum.domains.timetable.rules.runs import NewRun, NothingToPlaceError, cancel_run, start_run
from lyceum.domains.timetable.tasks import run_engine
from lyceum.domains.timetable.tests.conftest import PERIODS
from lyceum.solver.solution import Placement, Progress, Result, State
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import NOW, in_school, make_admin

SECONDS = 2


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def start(small, **new):
    with in_school(small.school):
        asked = (
            NewRun(year=small.year.pk, seconds=SECONDS, workers=1)
            if not new
            else NewRun(seconds=SECONDS, workers=1, **new)
        )
        return start_run(asked, enqueue=lambda _run: None, actor=small.system)


def work(small, run):
    run_engine(small.school.pk, str(run.pk), None, "test")
    with in_school(small.school):
        return Run.objects.get(pk=run.pk)


def test_one_click_makes_a_whole_timetable_that_can_be_published(small):
    run = start(small)

    done = work(small, run)

    with in_school(small.school):
        version = Version.objects.get(pk=done.result_id)
        assert (done.state, done.progress["placed"]) == (Run.State.DONE, 30)
        assert not version.lessons.filter(day=None).exists()
        assert list_clashes(read_plan(version)) == []
        assert publish_version(version.pk, effective_from=NOW.date(), actor=small.system).begun == 30
        assert Job.objects.get(pk=done.job_id).state == Job.State.SUCCEEDED
        [fact] = Fact.objects.filter(type="timetable.run.finished")
        assert fact.payload == {"run_id": str(run.pk), "state": "done", "unplaced": 0}


def test_the_same_seed_gives_the_same_timetable(small):
    places = []
    for _time in range(2):
        done = work(small, start(small))
        with in_school(small.school):
            lessons = PlannedLesson.objects.filter(version=done.result_id).order_by("pk")
            places.append(list(lessons.values_list("day", "period", "room")))

    assert places[0] == places[1]


def test_locked_lessons_and_those_out_of_scope_stay(small):
    version = small.placed()
    with in_school(small.school):
        locked = version.lessons.get(day=1, classes__school_class=small.taught["7A/MA"])
        PlannedLesson.objects.filter(pk=locked.pk).update(day=5, period=8, time_locked=True)
        others = {row.pk: row.day for row in version.lessons.exclude(classes__school_class=small.taught["7A/MA"])}
        requirement = str(locked.requirement_id)

    work(small, start(small, version=version.pk, scope={"requirements": [requirement]}))

    with in_school(small.school):
        locked.refresh_from_db()
        assert (locked.day, locked.period) == (5, 8)
        rest = version.lessons.exclude(classes__school_class=small.taught["7A/MA"])
        assert {row.pk: row.day for row in rest} == others


def test_a_repair_moves_nothing_outside_its_scope(small):
    """Mathematics of both forms may not be where it is; the repair is asked for one form alone. Art has no place."""
    version = small.placed()
    with in_school(small.school):
        slots = [[1, PERIODS[0]], [1, PERIODS[3]]]
        rule = NewRule("not_available", [("teacher", small.lead("7A/MA"))], {"slots": slots})
        create_rule(small.year.pk, rule, actor=small.system)
        mine = version.lessons.get(day=1, classes__school_class=small.taught["7A/MA"])
        version.lessons.filter(day=1, classes__school_class=small.taught["7B/AR"]).update(day=None, period=None)
        others = list(version.lessons.exclude(pk=mine.pk).order_by("pk").values_list("pk", "day", "period"))

    scope = {"classes": [str(small.taught["7A/MA"].pk)]}
    done = work(small, start(small, version=version.pk, kind="repair", scope=scope))

    with in_school(small.school):
        assert list(version.lessons.exclude(pk=mine.pk).order_by("pk").values_list("pk", "day", "period")) == others
        mine.refresh_from_db()
        assert (mine.day, mine.period) not in [(1, PERIODS[0]), (1, PERIODS[3]), (None, None)]
        assert done.progress["lessons"] == 11


def test_when_a_teacher_loses_a_day_after_publishing_a_repair_moves_no_more_than_it_must(small):
    """By REST: two lessons were on that day, and no timetable moves fewer than two; the rest stays."""
    version = small.placed()
    client = software(make_admin(small.school), small.school)
    base = f"/api/v1/timetable/versions/{version.pk}"
    client.send(f"{base}/publish/", {"effective_from": str(NOW.date())})
    with in_school(small.school):
        away = {"slots": [[1, period] for period in PERIODS]}
        create_rule(
            small.year.pk, NewRule("not_available", [("teacher", small.lead("7A/MA"))], away), actor=small.system
        )

    asked = client.send("/api/v1/timetable/runs/", {"version": str(version.pk), "kind": "repair", "seconds": 5})
    run_engine(small.school.pk, asked.json()["id"], None, "test")
    run = client.get(asked["Location"]).json()
    affected = client.get(f"/api/v1/timetable/versions/{run['result']}/compare/?with={version.pk}").json()

    assert (run["state"], run["progress"]["moved"], run["progress"]["moved_at_least"]) == ("done", 2, 2)
    assert {each["name"] for each in affected} == {"7A/MA", "7B/MA", "Teacher of Mathematics"}
    with in_school(small.school):
        assert list_clashes(read_plan(Version.objects.get(pk=run["result"]))) == []


def test_two_rules_that_contradict_each_other_are_named_alone_and_relaxing_the_one_proposed_helps(small):
    version = small.draft()
    admin = make_admin(small.school)
    with in_school(small.school):
        who = [("teacher", small.lead("7A/MA"))]
        rules = {
            str(create_rule(small.year.pk, new, actor=small.system).pk)
            for new in (
                NewRule("max_days", who, {"days": 1}),
                NewRule("min_days", who, {"days": 3}),
                NewRule("max_per_day", who, {"hours": 6}),
            )
        }
        third = str(Rule.objects.get(kind="max_per_day").pk)

    first = work(small, start(small, version=version.pk))
    by_code = {each["code"]: [rule["ref"] for rule in each["rules"]] for each in first.reasons}
    [cheapest] = by_code["relax"]
    browser(admin, small.school).post(f"/timetable/rules/{cheapest.removeprefix('rule:')}/", {"act": "relax"})
    again = work(small, start(small, version=version.pk))

    assert {*by_code["conflict"]} == {f"rule:{each}" for each in rules - {third}}
    assert cheapest in by_code["conflict"]
    assert (again.state, again.progress["placed"]) == (Run.State.DONE, 12)


def test_a_teacher_with_more_lessons_than_free_periods_is_named_with_the_numbers(small):
    version = small.draft(lessons=5)
    with in_school(small.school):
        slots = [[day, period] for day in (1, 2, 3, 4) for period in PERIODS]
        rule = NewRule("not_available", [("teacher", small.lead("7A/MA"))], {"slots": slots})
        row = create_rule(small.year.pk, rule, actor=small.system)

    done = work(small, start(small, version=version.pk))

    said = say_all(done.reasons)
    with in_school(small.school):
        assert said[0]["words"] == "Teacher of Mathematics: 10 periods of lessons, but only 6 periods are free."
        assert said[0]["rules"][0]["ref"] == f"rule:{row.pk}"
        assert version.lessons.filter(day=None).count() >= 4 or done.state == Run.State.INFEASIBLE


def test_a_run_that_lost_its_worker_goes_on_from_its_best(small):
    run = start(small)
    with in_school(small.school):
        work_before = claim_run(run.pk)
        lesson = PlannedLesson.objects.filter(version=run.version_id).order_by("pk").first()
        Run.objects.filter(pk=run.pk).update(best={str(lesson.pk): [3, 4, None]})

        again = claim_run(run.pk)

        assert work_before is not None
        assert again.task.hints is not None
        assert [each.start for each in again.task.hints.values()] == [14]
    assert work(small, run).state == Run.State.DONE
    assert work(small, run).state == Run.State.DONE


def test_a_run_that_waits_is_stopped_at_once_and_is_not_begun(small):
    run = start(small)
    with in_school(small.school):
        cancel_run(run.pk, actor=small.system)

        assert claim_run(run.pk) is None
        assert Run.objects.get(pk=run.pk).state == Run.State.CANCELLED


def test_a_run_that_works_is_stopped_with_its_best(small):
    run = start(small)
    with in_school(small.school):
        Run.objects.filter(pk=run.pk).update(cancel_asked=True, seconds=600)

    assert work(small, run).state == Run.State.CANCELLED


def test_what_the_engine_finds_counts_only_where_it_is_better_than_what_there_was(small):
    version = small.placed()
    run = start(small, version=version.pk)
    with in_school(small.school):
        work_begun = claim_run(run.pk)
        places = list(version.lessons.order_by("pk").values_list("day", "period"))
        name = work_begun.built.activity_of(version.lessons.order_by("pk").first().pk)
        few = {name: Placement(29)}

        note_progress(work_begun, Progress(1.0, 1, 0.0, None, few), best=few, actor=small.system)
        ended = finish_run(work_begun, Result(State.PARTIAL, few, 0.0), None, actor=small.system)

        assert (ended.best, ended.progress["placed"]) == ({}, len(places))
        assert list(version.lessons.order_by("pk").values_list("day", "period")) == places


def test_with_nothing_to_place_a_run_is_refused(small):
    version = small.placed()
    with in_school(small.school):
        version.lessons.update(time_locked=True)

    with pytest.raises(NothingToPlaceError):
        start(small, version=version.pk)


def test_a_run_over_rest_is_asked_for_watched_and_stopped(small):
    client = software(make_admin(small.school), small.school)

    asked = client.send("/api/v1/timetable/runs/", {"max_per_week": 30, "seconds": 5})
    path = asked["Location"]
    stopped = client.send(f"{path}cancel/")
    again = client.send(f"{path}cancel/")
    reasons = client.get(f"{path}reasons/").json()

    assert (asked.status_code, asked.json()["state"], asked.json()["progress"]["lessons"]) == (202, "queued", 30)
    assert [answer.json()["state"] for answer in (stopped, again)] == ["cancelled", "cancelled"]
    assert reasons == {"state": "cancelled", "reasons": []}
    too_many = client.send("/api/v1/timetable/runs/", {"max_per_week": 9})
    assert (too_many.status_code, too_many.json()["code"], too_many.json()["needed"]) == (422, "impossible", 15)
    with in_school(small.school):
        assert Requirement.objects.count() == 6
