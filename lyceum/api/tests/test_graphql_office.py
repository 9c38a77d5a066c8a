"""What the office keeps, over GraphQL: flags, the access log, the gate, who is on site, and the next year."""

from datetime import timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.academics.rules.rollover.beginning import NewYear, begin_rollover
from lyceum.domains.attendance.models import Mark
from lyceum.domains.attendance.tests.conftest import make_morning
from lyceum.domains.journal.models import AccessEntry, AccessSubject
from lyceum.testing.clients import software
from lyceum.testing.factories import NOW, guardian_of, in_school, make_admin, make_school

pytestmark = pytest.mark.django_db
FLAGS = "{ students(first: 5) { edges { node { fullName flags { kind text writtenByName } } } } }"
ONE = "query($id: ID!) { student(id: $id) { flags { kind text writtenByName } } }"
LOG = "query($own: Boolean!) { accessLog(first: 5, own: $own) { edges { node { viewerName fields subject } } } }"
PLANS = """{ rollovers(first: 5) { edges { node { state fromYear { name } problems { code students }
  decisions(first: 2) { totalCount edges { node { fullName decision formNow } } } } } } }"""


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def morning():
    return make_morning(2)


def ask(client, query, **variables):
    answer = client.send("/graphql", {"query": query, "variables": variables}).json()
    assert "errors" not in answer, answer
    return answer["data"]


def nodes(found):
    return [edge["node"] for edge in found["edges"]]


def test_flags_are_written_read_and_ended(morning):
    admin, teacher = (
        software(make_admin(morning.school, name="Hedda Head"), morning.school),
        software(morning.teacher_user, morning.school),
    )
    student = morning.students[0]
    add = "mutation($i: AddFlagInput!) { addFlag(input: $i) { flag { id text } errors { code } } }"

    made = ask(admin, add, i={"studentId": str(student.pk), "kind": "allergy", "text": "Nuts"})["addFlag"]
    refused = ask(teacher, add, i={"studentId": str(student.pk), "kind": "allergy", "text": "Milk"})["addFlag"]
    read = [ask(teacher, ONE, id=str(each.pk))["student"] for each in morning.students]
    end = "mutation($i: EndFlagInput!) { endFlag(input: $i) { errors { code } } }"
    ended = ask(admin, end, i={"flagId": made["flag"]["id"]})["endFlag"]

    assert (made["errors"], made["flag"]["text"]) == ([], "Nuts")
    assert refused["errors"][0]["code"] == "not_allowed"
    assert [each["flags"] for each in read] == [
        [{"kind": "allergy", "text": "Nuts", "writtenByName": "Hedda Head"}],
        [],
    ]
    assert ended["errors"] == []


def test_flags_of_three_students_take_as_many_statements_as_of_one(morning, django_assert_max_num_queries):
    client = software(morning.office_user, morning.school)
    ask(client, FLAGS)

    with django_assert_max_num_queries(12):
        ask(client, FLAGS)


def test_the_access_log_is_the_callers_own_where_it_is_asked_for(morning):
    child, other = morning.students
    parent = guardian_of(child)
    with in_school(morning.school):
        for student in (child, other):
            entry = AccessEntry.objects.create(
                at=NOW, viewer_kind="user", viewer_name="Tess Teacher", via="page", surface="profile",
                relation="class", fields="behaviour.narrative",
            )  # fmt: skip
            AccessSubject.objects.create(entry=entry, subject=student.pk, at=NOW)
    admin, family = software(make_admin(morning.school), morning.school), software(parent, morning.school)

    assert len(nodes(ask(admin, LOG, own=False)["accessLog"])) == 2
    assert nodes(ask(admin, LOG, own=True)["accessLog"]) == []
    of_child = [{"viewerName": "Tess Teacher", "fields": "behaviour.narrative", "subject": str(child.pk)}]
    assert nodes(ask(family, LOG, own=False)["accessLog"]) == of_child
    assert nodes(ask(family, LOG, own=True)["accessLog"]) == of_child
    rest = [client.get("/api/v1/profile/access-log/").json()["items"] for client in (admin, family)]
    assert [[row["subject"] for row in rows] for rows in rest] == [[], [str(child.pk)]]


def test_the_gate_signs_in_and_the_list_says_who_is_on_site(morning):
    office, student = software(morning.office_user, morning.school), morning.students[0]
    morning.register()
    act = "mutation($i: PassGateInput!) { passGate(input: $i) { event { name direction } code errors { code } } }"

    passed = ask(office, act, i={"direction": "in", "card": student.registration_number})["passGate"]
    refused = ask(office, act, i={"direction": "in"})["passGate"]
    events = nodes(ask(office, "{ gateEvents(first: 5) { edges { node { name direction } } } }")["gateEvents"])
    present = ask(office, "{ onSite { students people { name kind source } } }")["onSite"]

    assert (passed["event"], passed["errors"]) == ({"name": "Student 00", "direction": "in"}, [])
    assert passed["code"] in ("L", "/")
    assert refused["errors"][0]["code"] == "invalid"
    assert events == [{"name": "Student 00", "direction": "in"}]
    assert (present["students"], present["people"][0]["name"]) == (1, "Student 00")
    with in_school(morning.school):
        assert Mark.objects.get().student_id == student.pk


def test_a_rollover_is_read_and_decided_and_the_other_school_sees_none(morning):
    admin = software(make_admin(morning.school), morning.school)
    with in_school(morning.school):
        year = AcademicYear.objects.get()
        following = NewYear("Next", year.ends + timedelta(days=30), year.ends + timedelta(days=300))
        plan = begin_rollover(year.pk, following, actor=system_actor(morning.school.pk))
    decide = "mutation($i: DecideRolloverInput!) { decideRollover(input: $i) { errors { code } rollover { state } } }"
    given = {"rolloverId": str(plan.pk), "studentIds": [str(morning.students[0].pk)], "decision": "leave"}

    decided = ask(admin, decide, i=given)["decideRollover"]
    [found] = nodes(ask(admin, PLANS)["rollovers"])
    elsewhere = make_school("Other School")
    other = software(make_admin(elsewhere), elsewhere)

    assert decided["errors"] == []
    assert (found["state"], found["decisions"]["totalCount"]) == ("draft", 2)
    assert {row["fullName"]: row["decision"] for row in nodes(found["decisions"])}["Student 00"] == "leave"
    assert nodes(ask(other, PLANS)["rollovers"]) == []
