"""One act, one rule, every door: recording, reviewing and finding the same by page, REST, GraphQL, file."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from lyceum.domains.behaviour.models import EscalationCase, Incident, Notice, Participant, PointEntry
from lyceum.domains.behaviour.rules.recording import NewPart
from lyceum.domains.behaviour.tests.conftest import Friday, make_friday
from lyceum.domains.journal.models import AuditEntry
from lyceum.testing.clients import browser, key_holder, software, statements_for
from lyceum.testing.factories import in_school

Door = Callable[[Friday, str], str]
"""Records a disruption of a severity about the first student; answers with the codes of a refusal."""


def by_page(friday: Friday, severity: str) -> str:
    form = {"student": str(friday.students[0].pk), "type": str(friday.type("disruption").pk), "severity": severity}
    answer = browser(friday.users["teacher"], friday.school).post("/behaviour/record/", form)
    return "" if answer.status_code == 302 else " ".join(e.code for e in answer.context["errors"])


def by_rest(friday: Friday, severity: str) -> str:
    body = {
        "student": str(friday.students[0].pk),
        "incident_type": str(friday.type("disruption").pk),
        "severity": int(severity),
    }
    answer = software(friday.users["teacher"], friday.school).send("/api/v1/incidents/", body)
    return "" if answer.status_code == 201 else " ".join(e["code"] for e in answer.json()["errors"])


def by_graphql(friday: Friday, severity: str) -> str:
    document = """mutation ($i: RecordIncidentInput!) { recordIncident(input: $i)
        { incident { id } errors { code fields { code } } } }"""
    given = {
        "typeId": str(friday.type("disruption").pk),
        "students": [{"studentId": str(friday.students[0].pk)}],
        "severity": int(severity),
    }
    client = software(friday.users["teacher"], friday.school)
    answer = client.send("/graphql", {"query": document, "variables": {"i": given}}).json()
    return " ".join(f["code"] for e in answer["data"]["recordIncident"]["errors"] for f in e["fields"])


DOORS = {"page": by_page, "rest": by_rest, "graphql": by_graphql}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_records_the_same(friday: Friday, door: str):
    assert DOORS[door](friday, "2") == ""

    with in_school(friday.school):
        incident = Incident.objects.get()
        assert (incident.severity, incident.state, incident.reported_by_name) == (2, "approved", "Tess Teacher")
        assert list(Participant.objects.values_list("student", "points")) == [(friday.students[0].pk, -2)]
        assert PointEntry.objects.get().points == -2
        trail = AuditEntry.objects.filter(action="behaviour.incident.record").values_list("via", flat=True)
        assert list(trail) == [door]


@pytest.mark.parametrize("door", DOORS)
def test_every_door_refuses_the_same(friday: Friday, door: str):
    assert DOORS[door](friday, "5") == "severity_range"

    with in_school(friday.school):
        assert not Incident.objects.exists()


def test_software_with_a_key_hands_in_for_review_and_reads_nothing_confidential(friday: Friday):
    kind = str(friday.type("disruption").pk)
    friday.record("worry", confidential=True)
    client = key_holder(friday.school, "behaviour:write", "behaviour:read")

    answer = client.send("/api/v1/incidents/", {"student": str(friday.students[0].pk), "incident_type": kind})

    assert (answer.status_code, answer.json()["status"]) == (201, "submitted")
    listed = client.get("/api/v1/incidents/").json()["items"]
    assert [row["id"] for row in listed] == [answer.json()["id"]]


def test_a_severity_finds_the_same_rows_by_every_door(friday: Friday):
    grave = friday.record("assault", *friday.students[:2])
    friday.record("disruption")
    client, page = software(friday.users["head"], friday.school), browser(friday.users["head"], friday.school)

    rest = {(row["id"], row["student"]) for row in client.get("/api/v1/incidents/?severity=4").json()["items"]}
    asked = "{ incidents(severity: 4, first: 50) { edges { node { id studentId } } } }"
    edges = client.send("/graphql", {"query": asked}).json()["data"]["incidents"]["edges"]
    shown = page.get("/behaviour/incidents/?severity=4").content.decode()
    exported = page.post("/behaviour/incidents/?severity=4", {"export": "csv"}).content.decode("utf-8-sig")

    wanted = {(str(grave.pk), str(student.pk)) for student in friday.students[:2]}
    assert rest == wanted
    assert {(edge["node"]["id"], edge["node"]["studentId"]) for edge in edges} == wanted
    assert shown.count('<th scope="row">') == 2
    assert [row[0] for row in csv.reader(io.StringIO(exported))][1:] == ["Ada Lovelace", "Ben Carson"]


@pytest.mark.parametrize("name", ["other", "guardian", "student"])
def test_no_door_shows_a_narrative_to_those_it_is_not_for(friday: Friday, name: str):
    incident = friday.record("disruption", actor=friday.head, narrative="Only for staff")
    client, page = software(friday.users[name], friday.school), browser(friday.users[name], friday.school)
    one = f'incident(id: "{incident.pk}") {{ narrative students {{ description }} }}'
    query = f"{{ {one} incidents {{ edges {{ node {{ description }} }} }} }}"

    answers = [
        client.get(f"/api/v1/incidents/{incident.pk}/"),
        client.get("/api/v1/incidents/"),
        client.get(f"/api/v1/students/{friday.students[0].pk}/behaviour/"),
        client.send("/graphql", {"query": query}),
        page.get(f"/incidents/{incident.pk}/"),
        page.get("/behaviour/incidents/?columns=description"),
        page.post("/behaviour/incidents/", {"export": "csv"}),
        page.get(f"/students/{friday.students[0].pk}/behaviour/"),
    ]

    assert not any("Only for staff" in answer.content.decode() for answer in answers)


def test_points_are_shown_together_and_explained(friday: Friday):
    friday.record("fighting")
    friday.record("work")
    client, ada = software(friday.users["guardian"], friday.school), friday.students[0].pk

    found = client.get(f"/api/v1/behaviour/points/?student={ada}&explain=true").json()

    assert [(b["net"], b["positive"], b["negative"]) for b in found["balances"]] == [(-2, 1, 3)]
    assert sorted(entry["points"] for entry in found["entries"]) == [-3, 1]


def test_a_stage_is_decided_over_rest_and_graphql(friday: Friday):
    for student in friday.students[:2]:
        friday.record("disruption", parts=[NewPart(student.pk, points=-10)])
    client = software(friday.users["head"], friday.school)
    first, second = (row["id"] for row in client.get("/api/v1/behaviour/escalations/?status=reached").json()["items"])

    over_rest = client.send(f"/api/v1/behaviour/escalations/{first}/approve/", {"letter": ""})
    document = """mutation ($i: DecideEscalationInput!) { decideEscalation(input: $i)
        { escalation { status } errors { code } } }"""
    given = {"escalationId": second, "approve": False, "reason": "No"}
    over_graphql = client.send("/graphql", {"query": document, "variables": {"i": given}}).json()

    assert over_rest.json()["status"] == "approved"
    assert over_graphql["data"]["decideEscalation"]["escalation"]["status"] == "dismissed"
    with in_school(friday.school):
        assert not Notice.objects.filter(case__isnull=False).exists()


@pytest.mark.parametrize(
    "path", ["/api/v1/incidents/", "/api/v1/behaviour/escalations/", "/api/v1/behaviour/points/?explain=true"]
)
def test_a_list_takes_as_many_statements_for_many_rows_as_for_one(friday: Friday, path: str):
    friday.record("fighting", parts=[NewPart(friday.students[0].pk, points=-10)])
    client = software(friday.users["head"], friday.school)
    one = statements_for(client, path)

    friday.record("fighting", parts=[NewPart(each.pk, points=-10) for each in friday.students])

    assert statements_for(client, path) == one


HISTORY = """external_id,number,type,occurred_at,points,severity,narrative
a1,{ada},fighting,2025-10-01T10:00,,,Long ago
a1,{ben},fighting,2025-10-01T10:00,-1,,
b1,{ada},opening_balance,2026-09-01,-4,,
c1,999999,work,2026-09-02T10:00,,,
d1,{ada},nothing,2026-09-02T10:00,,,
,{ada},work,2026-09-02T10:00,,,
e1,{cleo},disruption,2026-11-19T10:00,-9,,
"""


def test_history_comes_once_tells_nobody_and_starts_no_stage(friday: Friday, tmp_path: Path):
    with in_school(friday.school):
        numbers = {s.person.called.split()[0].lower(): s.registration_number for s in friday.students}
        from lyceum.domains.people.models import Enrolment

        Enrolment.objects.update(first_day="2025-09-01")
    file = tmp_path / "history.csv"
    file.write_text(HISTORY.format(**numbers))

    def bring(*options: str) -> dict[str, object]:
        said = io.StringIO()
        call_command("behaviour", "import", str(file), "--school", friday.school.slug, "--json", *options, stdout=said)
        return json.loads(said.getvalue())

    dry, first, again = bring("--dry-run"), bring(), bring()

    assert (dry["incidents"], first["incidents"], again["incidents"], again["known"]) == (2, 2, 0, 3)
    assert first["balances"] == 1
    assert [row["code"] for row in first["wrong"]] == ["student_unknown", "type_unknown", "external_id_needed"]
    with in_school(friday.school):
        assert Incident.objects.filter(source="import").count() == 2
        assert sorted(PointEntry.objects.values_list("points", "reason")) == [
            (-9, "incident"), (-4, "opening_balance"), (-3, "incident"), (-1, "incident"),
        ]  # fmt: skip
        assert not Notice.objects.exists()
        assert not EscalationCase.objects.exists()


def test_a_policy_is_tried_by_command_and_nothing_comes_of_it(friday: Friday):
    friday.record("disruption", parts=[NewPart(friday.students[0].pk, points=-5)])
    with in_school(friday.school):
        EscalationCase.objects.all().delete()
        entries = AuditEntry.objects.count()
    said = io.StringIO()

    call_command("behaviour", "policy", "try", "--school", friday.school.slug, "--json", stdout=said)

    reached = json.loads(said.getvalue())["reached"]
    assert [(row["student"], row["stage"]) for row in reached] == [(str(friday.students[0].pk), 1)]
    with in_school(friday.school):
        assert not EscalationCase.objects.exists()
        assert AuditEntry.objects.count() == entries


def test_another_schools_rows_are_nowhere(friday: Friday):
    theirs = make_friday().record()
    client, page = software(friday.users["head"], friday.school), browser(friday.users["head"], friday.school)

    assert client.get(f"/api/v1/incidents/{theirs.pk}/").status_code == 404
    assert client.get("/api/v1/incidents/").json()["items"] == []
    assert page.get(f"/incidents/{theirs.pk}/").status_code == 404
