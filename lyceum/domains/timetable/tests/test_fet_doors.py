"""A school's file comes in over REST, is generated and published, and FET accepts what goes out again."""

from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from lyceum.core import clock
from lyceum.domains.timetable.models import Lesson, PlannedLesson
from lyceum.domains.timetable.rules.constraints import NewRule, create_rule
from lyceum.domains.timetable.tasks import run_engine
from lyceum.domains.timetable.tests.test_fet import made_up
from lyceum.solver.fet.placed import placed_in
from lyceum.solver.fet.reader import read
from lyceum.solver.fet.referee import find_fet, run_fet
from lyceum.solver.fet.writer import numbers_of
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import NOW, in_school, make_admin
from lyceum.testing.pages import text_of


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def from_a_file(client, small):
    """A draft of a FET file."""
    upload = {"file": SimpleUploadedFile("made-up.fet", made_up()), "year": str(small.year.pk)}
    taken = client.post("/api/v1/timetable/imports/", upload)
    assert (taken.status_code, taken.json()["lessons"]) == (201, 7)
    return {"version": taken.json()["version"]}


def from_the_classes(client, small):
    """Nothing but the classes there are."""
    del client
    return {"year": str(small.year.pk)}


def test_every_door_says_which_rules_fet_has_no_words_for(small, tmp_path):
    version, admin = small.placed(), make_admin(small.school)
    client = software(admin, small.school)
    with in_school(small.school):
        art = [("teacher", small.lead("7A/AR"))]
        row = create_rule(small.year.pk, NewRule("lunch", art, {"first": 4, "last": 5}), actor=small.system)
        create_rule(small.year.pk, NewRule("max_days", art, {"days": 5}), actor=small.system)
    base = f"/api/v1/timetable/versions/{version.pk}/export/"
    words = "Teacher of Art: a free period for lunch between periods 4 and 5."

    file, table = client.get(base), client.get(f"{base}?format=csv")
    told = client.get(f"{base}left-out/").json()
    page = text_of(browser(admin, small.school).get(f"/timetable/versions/{version.pk}/fet/"))
    said = StringIO()
    words_of_command = ("export", f"--version-name={version.name}", f"--out={tmp_path / 'a.fet'}")
    call_command("timetable", *words_of_command, f"--school={small.school.slug}", stdout=said)

    assert (file["Rules-Left-Out"], table["Rules-Left-Out"]) == ("1", "0")
    assert told == {"count": 1, "rules": [{"rule": f"rule:{row.pk}", "words": words, "count": 1}]}
    assert "1 rule is not in the file: FET has no words for it. " + words in page
    assert f"not written, for FET has no words for it: {words} (1)" in said.getvalue()
    assert (tmp_path / "a.fet").read_bytes() == file.content


@pytest.mark.skipif(find_fet() is None, reason="fet-cl is not installed")
@pytest.mark.parametrize(("begin", "lessons"), [(from_a_file, 7), (from_the_classes, 30)])
def test_over_rest_fet_accepts_every_lesson_of_what_was_generated_and_published(small, begin, lessons):
    client = software(make_admin(small.school), small.school)
    asked = client.send("/api/v1/timetable/runs/", {"seconds": 2, "workers": 1, **begin(client, small)})
    run_engine(small.school.pk, asked.json()["id"], None, "test")
    run = client.get(asked["Location"]).json()
    version = f"/api/v1/timetable/versions/{run['result']}"

    published = client.send(f"{version}/publish/", {"effective_from": str(NOW.date())})
    clashes = client.get(f"{version}/clashes/").json()
    source = client.get(f"{version}/export/").content

    problem = read(source)
    judged = run_fet(source, problem, numbers=numbers_of(problem), seconds=20)
    assert (run["state"], run["progress"]["placed"], published.status_code) == ("done", lessons, 200)
    assert clashes == {"count": 0, "clashes": []}
    assert len(problem.locks) == lessons
    assert judged.complete, judged.said
    assert {name: each.start for name, each in judged.timetable.items()} == {
        name: each.start for name, each in placed_in(problem).items()
    }
    with in_school(small.school):
        assert not PlannedLesson.objects.filter(version=run["result"], day=None).exists()
        assert Lesson.objects.filter(version=run["result"]).count() >= lessons
