"""FET files in and out."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lyceum.core import clock
from lyceum.core.errors import InvalidError
from lyceum.domains.academics.models import Class
from lyceum.domains.timetable.exports import export_version
from lyceum.domains.timetable.models import ImportedProblem, Rule, Run, Version
from lyceum.domains.timetable.planning import read_plan
from lyceum.domains.timetable.planning.clashes import list_clashes
from lyceum.domains.timetable.planning.problem import build_problem
from lyceum.domains.timetable.rules.fet import TimetableInUseError, import_fet, periods_of
from lyceum.domains.timetable.rules.publishing import publish_version
from lyceum.domains.timetable.rules.runs import NewRun, start_run
from lyceum.domains.timetable.tasks import run_engine
from lyceum.solver.fet.reader import read
from lyceum.solver.fet.writer import write
from lyceum.solver.problem import Activity, Grid, Problem, Room, StudentSet, Teacher
from lyceum.solver.rules import MinDaysBetween, NotAvailable, PreferredRooms, Who
from lyceum.testing.clients import software
from lyceum.testing.factories import NOW, in_school, make_admin

BOMB = (
    b"""<?xml version="1.0"?><!DOCTYPE fet [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><fet version="6.0.0">&b;</fet>"""
)


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def made_up() -> bytes:
    """A school of two groups in one year: three lessons of each, one of the whole year."""
    lessons = [
        Activity(str(number), 1, (f"Teacher {group}",), (group,), "Sums", series="1" if group == "1a" else "4")
        for number, group in enumerate(("1a", "1a", "1a", "1b", "1b", "1b"), start=1)
    ]
    whole = Activity("7", 2, ("Teacher 1a",), ("1",), "Choir", series="7")
    problem = Problem(
        name="Made up",
        grid=Grid(("Mo", "Tu", "We"), ("08:00-08:45", "08:50-09:35", "09:50-10:35")),
        activities=(*lessons, whole),
        teachers=(Teacher("Teacher 1a"), Teacher("Teacher 1b")),
        students=(StudentSet("1", 40, ("1a", "1b")), StudentSet("1a", 20), StudentSet("1b", 20)),
        rooms=(Room("Hall", 100),),
        rules=(
            MinDaysBetween(activities=("1", "2", "3"), days=1, weight=95.0, ref="sums apart"),
            NotAvailable(who=Who("teacher", "Teacher 1b"), slots=frozenset({0}), ref="1b comes late"),
            PreferredRooms(activities=("7",), rooms=("Hall",), ref="choir in the hall"),
        ),
    )
    return write(problem).source


def test_a_file_is_taken_in_generated_published_and_written_again(small):
    with in_school(small.school):
        taken = import_fet(small.year.pk, made_up(), file_name="made-up.fet", actor=small.system)
        assert (taken.lessons, taken.version.name) == (7, "made-up")
        assert set(Class.objects.filter(name__in=["1", "1a", "1b"]).values_list("name", flat=True)) == {"1", "1a", "1b"}
        run = start_run(
            NewRun(version=taken.version.pk, seconds=2, workers=1), enqueue=lambda _run: None, actor=small.system
        )
    run_engine(small.school.pk, str(run.pk), None, "test")
    with in_school(small.school):
        assert Run.objects.get(pk=run.pk).state == Run.State.DONE
        version = Version.objects.get(pk=taken.version.pk)
        assert list_clashes(read_plan(version)) == []
        assert version.lessons.get(reference="7").room.name == "Hall"
        source = export_version(version.pk, "fet", actor=small.system).source
        publish_version(version.pk, effective_from=NOW.date(), actor=small.system)

    again = read(source)
    assert {each.name for each in again.activities} == {str(number) for number in range(1, 8)}
    assert len([each for each in again.locks.values() if each.start is not None]) == 7


def test_a_whole_year_and_its_group_are_not_taught_at_the_same_time(small):
    with in_school(small.school):
        version = import_fet(small.year.pk, made_up(), file_name="x.fet", actor=small.system).version
        version.lessons.filter(reference="7").update(day=1, period=1)
        version.lessons.filter(reference="4").update(day=1, period=2)

        assert [each.kind for each in list_clashes(read_plan(version))] == ["students"]


def test_a_rule_of_the_file_may_be_left_out(small):
    with in_school(small.school):
        version = import_fet(small.year.pk, made_up(), file_name="x.fet", actor=small.system).version
        kinds = {type(rule).__name__ for rule in build_problem(read_plan(version)).problem.rules}
        Rule.objects.filter(parameters__engine="NotAvailable").update(active=False)

        left = {type(rule).__name__ for rule in build_problem(read_plan(version)).problem.rules}

        assert kinds - left == {"NotAvailable"}


@pytest.mark.parametrize(
    ("source", "code"),
    [(BOMB, "unsafe_xml"), (b"<fet", "broken_xml"), (b"<oh/>", "not_fet"), (b"x" * 20_000_001, "too_large")],
)
def test_a_file_that_cannot_be_read_is_refused_with_nothing_saved(small, source, code):
    with in_school(small.school), pytest.raises(InvalidError) as refused:
        import_fet(small.year.pk, source, file_name="x.fet", actor=small.system)

    assert refused.value.errors[0].code == code
    with in_school(small.school):
        assert not ImportedProblem.objects.exists()


def test_a_file_does_not_change_the_bells_of_a_published_timetable(small):
    version = small.placed()
    with in_school(small.school):
        publish_version(version.pk, effective_from=NOW.date(), actor=small.system)

        with pytest.raises(TimetableInUseError):
            import_fet(small.year.pk, made_up(), file_name="x.fet", actor=small.system)


def test_over_rest_a_version_of_ours_goes_out_by_names_that_people_know(small):
    version = small.placed()
    client = software(make_admin(small.school), small.school)
    base = f"/api/v1/timetable/versions/{version.pk}/export/"

    problem = read(client.get(base).content)
    table = client.get(f"{base}?format=csv").content.decode()
    sent = client.post(
        "/api/v1/timetable/imports/", {"file": SimpleUploadedFile("a.fet", made_up()), "year": str(small.year.pk)}
    )

    assert {each.name for each in problem.teachers} == {
        "Teacher of Mathematics",
        "Teacher of English",
        "Teacher of Art",
    }
    assert {"7A/MA", "7B/AR"} <= {each.name for each in problem.students}
    assert "Monday,1,Mathematics,7A/MA,Teacher of Mathematics,,1" in table
    assert (sent.status_code, sent.json()["lessons"], sent.json()["unknown"]) == (201, 7, [])


def test_hours_without_times_in_their_names_follow_each_other_from_eight():
    assert [f"{each.starts_at:%H:%M}" for each in periods_of(["1", "2"])] == ["08:00", "08:50"]
