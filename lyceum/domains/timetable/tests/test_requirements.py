"""What must be taught and the rules, by REST and by GraphQL."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.domains.timetable.models import Requirement, Rule
from lyceum.domains.timetable.planning import read_plan
from lyceum.domains.timetable.planning.problem import build_problem
from lyceum.domains.timetable.rules.publishing import publish_version
from lyceum.domains.timetable.rules.versions import create_version, fill_version
from lyceum.domains.timetable.tests.conftest import make_small
from lyceum.testing.clients import software, statements_for
from lyceum.testing.factories import NOW, account_for, in_school, make_admin, make_manager

REQUIREMENTS, RULES = "/api/v1/timetable/requirements/", "/api/v1/timetable/rules/"


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def wanted(small, **more):
    sits = [{"class": str(small.taught["7A/MA"].pk)}]
    return {"year": str(small.year.pk), "name": "Extra", "classes": sits, "lengths": [2, 1, 1]} | more


def test_a_requirement_is_made_changed_and_taken_away_and_its_lessons_follow(small):
    client = software(make_manager(small.school, "Timetable"), small.school)
    version = small.draft()

    made = client.send(REQUIREMENTS, wanted(small))
    path = made["Location"]
    with in_school(small.school):
        fill_version(version)
        before = sorted(version.lessons.filter(name="Extra").values_list("length", flat=True))
    body = {name: value for name, value in wanted(small, lengths=[1]).items() if name != "year"}
    changed = client.send(path, body, method="put")
    with in_school(small.school):
        fill_version(version)
        after = list(version.lessons.filter(name="Extra").values_list("length", flat=True))
    gone = client.send(path, method="delete")

    assert (made.status_code, before) == (201, [1, 1, 2])
    assert (changed.json()["periods"], after) == (1, [1])
    assert gone.status_code == 204
    with in_school(small.school):
        assert not version.lessons.filter(name="Extra").exists()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"lengths": [1] * 31}, "impossible"),  # 31 periods of 30
        ({"lengths": [3]}, "impossible"),  # no three periods follow each other without a break
        ({"lengths": [9]}, "invalid"),
        ({"name": ""}, "invalid"),
        ({"teachers": [str(uuid4())]}, "invalid"),
        ({"rooms": [str(uuid4())]}, "invalid"),
    ],
)
def test_a_requirement_that_cannot_be_is_refused(small, more, code):
    small.draft()
    client = software(make_admin(small.school), small.school)

    answer = client.send(REQUIREMENTS, wanted(small, **more))

    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_any_of_several_teachers_is_whoever_has_least_to_do(small):
    small.draft(lessons=3)
    client = software(make_admin(small.school), small.school)
    with in_school(small.school):
        busy, free = small.lead("7A/MA"), small.lead("7A/AR")
        Requirement.objects.filter(classes__school_class=small.taught["7B/AR"]).delete()

    client.send(REQUIREMENTS, wanted(small, teachers=[str(busy), str(free)], any_teacher=True))

    with in_school(small.school):
        version = create_version(small.year.pk, actor=small.system)
        taken = version.lessons.filter(name="Extra").values_list("teachers__staff", flat=True)
        assert set(taken) == {free}


def test_a_rule_is_set_in_a_sentence_and_reaches_the_engine(small):
    version = small.draft()
    client = software(make_admin(small.school), small.school)
    with in_school(small.school):
        teacher = small.lead("7A/MA")
    rule = {
        "year": str(small.year.pk),
        "kind": "not_available",
        "subjects": [{"sort": "teacher", "id": str(teacher)}],
        "parameters": {"slots": [[5, 1], [5, 2], [4, 1], [4, 2], [4, 4], [4, 5], [4, 7], [4, 8]]},
    }

    made = client.send(RULES, rule)

    assert made.json()["sentence"] == "Teacher of Mathematics: not available on Thursday, Friday, 1, Friday, 2."
    with in_school(small.school):
        [built] = [each for each in build_problem(read_plan(version)).problem.rules if each.ref.startswith("rule:")]
        assert (type(built).__name__, built.who.name, sorted(built.slots)) == (
            "NotAvailable",
            str(teacher),
            [18, 19, 20, 21, 22, 23, 24, 25],
        )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "no_such"}, "choice"),
        ({"subjects": []}, "count"),
        ({"subjects": [{"sort": "subject", "id": str(uuid4())}]}, "choice"),
        ({"subjects": [{"sort": "teacher", "id": str(uuid4())}]}, "teacher_unknown"),
        ({"parameters": {}}, "choice"),
        ({"parameters": {"slots": [[1]]}}, "choice"),
        ({"parameters": {"slots": [[1, 1]], "hours": 3}}, "unknown"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(small, change, code):
    client = software(make_admin(small.school), small.school)
    with in_school(small.school):
        subject = {"sort": "teacher", "id": str(small.lead("7A/MA"))}
    rule = {
        "year": str(small.year.pk),
        "kind": "not_available",
        "subjects": [subject],
        "parameters": {"slots": [[1, 1]]},
    }

    answer = client.send(RULES, rule | change)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    with in_school(small.school):
        assert not Rule.objects.exists()


def test_another_schools_requirements_are_not_there(small):
    other = make_small("Dale School")
    small.draft()
    client = software(make_admin(other.school), other.school)
    with in_school(small.school):
        requirement = Requirement.objects.first()

    assert client.get(REQUIREMENTS).json()["items"] == []
    assert client.get(f"{REQUIREMENTS}{requirement.pk}/").status_code == 404


@pytest.mark.parametrize("path", [REQUIREMENTS, "/api/v1/timetable/versions/", "/api/v1/bell-schedules/"])
def test_a_list_takes_as_many_statements_for_one_row_as_for_six(small, path):
    client = software(make_admin(small.school), small.school)
    small.draft()
    many = statements_for(client, path)
    with in_school(small.school):
        keep = Requirement.objects.first()
        Requirement.objects.exclude(pk=keep.pk).delete()

    assert statements_for(client, path) == many


def test_graphql_tells_a_student_of_their_own_lessons_alone(small):
    version = small.placed()
    with in_school(small.school):
        publish_version(version.pk, effective_from=NOW.date(), actor=small.system)
    client = software(account_for(small.students[0].person, Role.STUDENT), small.school)
    query = """query ($other: ID!) {
      timetable(from: "2026-11-23", to: "2026-11-24") { on period name teachers schoolClass { name } }
      nextLesson { on name } theirs: timetable(person: $other, from: "2026-11-23") { name } }"""

    answer = client.send("/graphql", {"query": query, "variables": {"other": str(small.students[2].pk)}}).json()

    found = answer["data"]
    assert [(each["on"], each["schoolClass"]["name"]) for each in found["timetable"]] == [
        (day, f"7A/{code}") for day in ("2026-11-23", "2026-11-24") for code in ("MA", "EN", "AR")
    ]
    assert found["nextLesson"] == {"on": "2026-11-23", "name": "Mathematics"}
    assert found["theirs"] == []


def test_graphql_starts_a_run_for_those_who_make_the_timetable_alone(small):
    act = "mutation { generateTimetable(input: {seconds: 5}) { run { state lessons } errors { code } } }"

    answers = [
        software(user, small.school).send("/graphql", {"query": act}).json()["data"]["generateTimetable"]
        for user in (make_manager(small.school, "Cover"), make_manager(small.school, "Timetable"))
    ]

    assert answers[0] == {"run": None, "errors": [{"code": "not_allowed"}]}
    assert answers[1] == {"run": {"state": "queued", "lessons": 30}, "errors": []}


def test_a_table_of_requirements_is_taken_whole_or_its_wrong_cells_are_named(small):
    client = software(make_admin(small.school), small.school)
    year = str(small.year.pk)

    def send(text):
        table = SimpleUploadedFile("what.csv", text.encode(), "text/csv")
        return client.post("/api/v1/timetable/imports/", {"file": table, "year": year})

    wrong = send("Class;Subject;Teacher;Lessons\n7A/MA;Alchemy;Teacher of Art;x\n")
    taken = send("Class;Subject;Teacher;Lengths\n7a/ma;mathematics;Teacher of Art;2+1\n7B/MA;MA;;1\n")

    assert [each["code"] for each in wrong.json()["errors"]] == ["subject_unknown", "number"]
    assert (taken.status_code, taken.json()["requirements"], taken.json()["lessons"]) == (201, 2, 3)
    with in_school(small.school):
        assert sorted(Requirement.objects.values_list("lengths", flat=True)) == [[1], [2, 1]]
