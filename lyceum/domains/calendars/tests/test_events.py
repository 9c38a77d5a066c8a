"""Events: who may know of them, who makes them, and what a change does."""

import pytest

from lyceum.core.permissions import Role
from lyceum.domains.calendars.models import Event, EventInvitation
from lyceum.domains.calendars.tests.conftest import EVENTS
from lyceum.domains.journal.models import Fact
from lyceum.domains.notifications.models import Notification
from lyceum.testing.clients import key_holder, software, statements_for, stranger
from lyceum.testing.factories import in_school, make_admin, make_manager, make_school, make_student, make_user

CONTRACT = {"title": "Open day", "date": "2026-11-27", "location_id": None, "is_virtual": False}


def titles(caller, query=""):
    answer = caller.get(f"{EVENTS}{query}")
    assert answer.status_code == 200, answer.content
    return [each["title"] for each in answer.json()["items"]]


def test_an_admin_makes_a_draft_from_what_the_contract_names(cast):
    answer = cast.admin.send(EVENTS, CONTRACT)

    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert {name: made[name] for name in CONTRACT} == CONTRACT
    assert (made["state"], made["all_day"], made["last_day"], made["slug"]) == ("draft", True, "2026-11-27", "open-day")
    assert answer["Location"] == f"{EVENTS}{made['id']}/"


def test_only_who_keeps_events_writes_them(cast):
    event = cast.make()
    website = software(make_manager(cast.school, "Website"), cast.school)

    assert website.send(EVENTS, CONTRACT).status_code == 201
    for caller in (cast.teacher, cast.office, cast.pupil, cast.guardian):
        assert caller.send(EVENTS, CONTRACT).status_code == 403
        assert caller.send(f"{EVENTS}{event}/", {"title": "Mine"}, method="patch").status_code == 403
        assert caller.send(f"{EVENTS}{event}/", method="delete").status_code == 403
    assert stranger(cast.school).send(EVENTS, CONTRACT).status_code == 401


def test_everybody_sees_what_is_for_them_and_strangers_the_public_ones(cast):
    cast.make(title="Public", visibility="public", join_url="https://meet.example/x", is_virtual=True)
    cast.make(title="School")
    cast.make(title="For 7A", visibility="shared", class_ids=[str(cast.form.pk)])
    cast.make(title="For staff", visibility="shared", groups=["staff"])
    cast.make(title="Private", visibility="private")
    cast.make(title="Draft", visibility="public", publish=False)
    applicant = software(make_user(cast.school, Role.APPLICANT), cast.school)

    assert titles(stranger(cast.school)) == titles(applicant) == ["Public"]
    assert titles(cast.pupil) == titles(cast.guardian) == ["Public", "School", "For 7A"]
    assert titles(cast.teacher) == ["Public", "School", "For 7A", "For staff"]
    assert titles(cast.admin) == ["Public", "School", "For 7A", "For staff", "Private", "Draft"]
    assert titles(key_holder(cast.school, "calendar:read")) == ["Public", "School", "For 7A", "For staff", "Private"]
    assert titles(key_holder(cast.school, "classes:read")) == ["Public"]


def test_another_school_sees_nothing_of_it(cast):
    event = cast.make(visibility="public")
    other = make_school("Dale School")
    admin = software(make_admin(other), other)

    assert titles(admin) == titles(stranger(other)) == []
    for method, path in (("get", ""), ("patch", ""), ("delete", ""), ("post", "register/"), ("get", "invitations/")):
        answer = getattr(admin, method)(f"{EVENTS}{event}/{path}", {}, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    student = make_student(other)
    refused = cast.admin.send(f"{EVENTS}{event}/invitations/", {"students": [str(student.pk)]})
    assert refused.status_code == 422


def test_the_way_to_join_is_for_who_takes_part(cast):
    event = cast.make(visibility="public", is_virtual=True, join_url="https://meet.example/x")

    assert stranger(cast.school).get(f"{EVENTS}{event}/").json()["join_url"] is None
    assert cast.pupil.get(f"{EVENTS}{event}/").json()["join_url"] is None
    assert cast.pupil.send(f"{EVENTS}{event}/register/").status_code == 200
    assert cast.pupil.get(f"{EVENTS}{event}/").json()["join_url"] == "https://meet.example/x"
    assert "meet.example" not in stranger(cast.school).get(EVENTS).content.decode()
    assert cast.pupil.get(f"{EVENTS}{event}/invitations/").status_code == 403
    assert [each["name"] for each in cast.admin.get(f"{EVENTS}{event}/invitations/").json()["items"]] == ["Sam Lowe"]


def test_a_new_time_raises_the_sequence_and_tells_who_did_not_decline(cast):
    event = cast.make(starts_at="2026-11-27T10:00:00Z", ends_at="2026-11-27T12:00:00Z", date=None)
    cast.pupil.send(f"{EVENTS}{event}/register/")
    cast.guardian.send(f"{EVENTS}{event}/answer/", {"answer": "declined", "student_id": str(cast.sibling.pk)})

    same = cast.admin.send(f"{EVENTS}{event}/", {"title": "Great fair"}, method="patch").json()
    moved = cast.admin.send(f"{EVENTS}{event}/", {"date": "2026-11-28"}, method="patch").json()

    assert (same["sequence"], moved["sequence"]) == (0, 1)
    assert (moved["starts_at"], moved["ends_at"]) == ("2026-11-28T10:00:00Z", "2026-11-28T12:00:00Z")
    with in_school(cast.school):
        assert EventInvitation.objects.get(person=cast.student.person).please_confirm
        told = Notification.objects.filter(template="calendars.changed")
        assert sorted(told.values_list("name", flat=True)) == ["Grace Guardian", "Sam Lowe"]
        fact = Fact.objects.filter(type="calendars.event.changed").latest("id")
        assert fact.payload["sequence"] == 1
    near = cast.admin.send(f"{EVENTS}{event}/", {"starts_at": "2026-11-28T10:30:00Z"}, method="patch").json()
    assert (near["sequence"], near["ends_at"]) == (2, "2026-11-28T12:30:00Z")


def test_a_published_event_is_cancelled_and_a_draft_deleted(cast):
    event, draft = cast.make(), cast.make(publish=False)
    cast.pupil.send(f"{EVENTS}{event}/register/")

    assert cast.admin.send(f"{EVENTS}{draft}/", method="delete").status_code == 204
    assert cast.admin.send(f"{EVENTS}{event}/", {"reason": "Storm"}, method="delete").status_code == 204

    assert cast.admin.get(f"{EVENTS}{draft}/").status_code == 404
    seen = cast.pupil.get(f"{EVENTS}{event}/").json()
    assert (seen["state"], seen["reason"], seen["is_open"]) == ("cancelled", "Storm", False)
    again = cast.admin.send(f"{EVENTS}{event}/", {"title": "X"}, method="patch")
    assert (again.status_code, again.json()["code"]) == (409, "event_cancelled")
    with in_school(cast.school):
        told = Notification.objects.filter(template="calendars.cancelled", name="Sam Lowe")
        assert "Storm" in told.get().message


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"title": " "}, "/title"),
        ({"date": None}, "/date"),
        ({"last_day": "2026-11-26"}, "/last_day"),
        ({"starts_at": "2026-11-27T10:00:00Z"}, "/ends_at"),
        ({"starts_at": "2026-11-27T10:00:00Z", "ends_at": "2026-11-27T10:00:00Z"}, "/ends_at"),
        ({"is_virtual": True}, "/join_url"),  # when it is published
        ({"join_url": "javascript:alert(1)"}, "/join_url"),
        ({"capacity": 0}, "/capacity"),
        ({"type": "party"}, "/type"),
        ({"visibility": "nobody"}, "/visibility"),
        ({"location_id": "01a00000-0000-7000-8000-000000000000"}, "/location_id"),
        ({"class_ids": ["01a00000-0000-7000-8000-000000000000"]}, "/class_ids"),
        ({"date": "0001-01-01"}, "/date"),
        ({"date": "9999-12-31"}, "/date"),
        ({"opens_at": "2026-11-25T10:00:00Z", "closes_at": "2026-11-24T10:00:00Z"}, "/closes_at"),
    ],
)
def test_what_makes_no_sense_is_refused_beside_its_field(cast, values, pointer):
    answer = cast.admin.send(EVENTS, {**CONTRACT, "publish": True, **values})

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    with in_school(cast.school):
        assert not Event.objects.exists()


def test_a_change_on_an_old_version_is_refused(cast):
    event = cast.make()
    tag = cast.admin.get(f"{EVENTS}{event}/")["ETag"]
    cast.admin.send(f"{EVENTS}{event}/", {"title": "Fete"}, method="patch")

    stale = cast.admin.send(f"{EVENTS}{event}/", {"title": "Bazaar"}, method="patch", **{"If-Match": tag})

    assert (stale.status_code, stale.json()["code"], stale.json()["present"]["title"]) == (
        412,
        "version_conflict",
        "Fete",
    )


def test_two_events_of_one_name_have_two_addresses_and_what_is_written_is_cleaned(cast):
    one, two = cast.make(title="Jour de fête"), cast.make(title="Jour de fête", description="**Oh** <script>x</script>")

    shown = cast.admin.get(f"{EVENTS}{two}/").json()
    assert (cast.admin.get(f"{EVENTS}{one}/").json()["slug"], shown["slug"]) == ("jour-de-fête", "jour-de-fête-2")
    assert shown["description_html"] == "<p><strong>Oh</strong> &lt;script&gt;x&lt;/script&gt;</p>"


def test_a_list_takes_as_many_statements_for_three_as_for_one(cast):
    def make():
        event = cast.make(visibility="public", class_ids=[str(cast.form.pk)])
        cast.guardian.send(f"{EVENTS}{event}/register/", {"student_id": str(cast.student.pk)})

    make()
    once = statements_for(cast.guardian, EVENTS), statements_for(stranger(cast.school), EVENTS)
    for _n in range(2):
        make()

    thrice = statements_for(cast.guardian, EVENTS), statements_for(stranger(cast.school), EVENTS)

    assert thrice == once


def ask(caller, query, **variables):
    answer = caller.send("/graphql", {"query": query, "variables": variables}).json()
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


def test_graphql_does_and_shows_the_same(cast):
    make = "mutation ($input: CreateEventInput!) { createEvent(input: $input) { event { id state } errors { code } } }"
    publish = "mutation ($input: PublishEventInput!) { publishEvent(input: $input) { event { state } } }"
    change = "mutation ($input: UpdateEventInput!) { updateEvent(input: $input) { event { sequence place } } }"
    cancel = "mutation ($input: CancelEventInput!) { cancelEvent(input: $input) { event { state } errors { code } } }"
    hours = {"startsAt": "2026-11-27T10:00:00Z", "endsAt": "2026-11-27T11:00:00Z"}

    refused = ask(cast.pupil, make, input={"title": "Mine", "date": "2026-11-27"})["createEvent"]
    made = ask(cast.admin, make, input={"title": "Talk", "visibility": "public", **hours})["createEvent"]
    event = made["event"]["id"]

    assert refused == {"event": None, "errors": [{"code": "not_allowed"}]}
    assert made["event"]["state"] == "draft"
    assert ask(cast.admin, publish, input={"id": event})["publishEvent"] == {"event": {"state": "published"}}
    moved = ask(cast.admin, change, input={"id": event, "date": "2026-11-26"})["updateEvent"]
    assert moved == {"event": {"sequence": 1, "place": ""}}
    cast.pupil.send(f"{EVENTS}{event}/register/")
    shown = "slug joinUrl seatsLeft isOpen classes answers { name state studentId }"
    found = ask(cast.pupil, f'{{ event(slug: "talk") {{ {shown} }} events {{ edges {{ node {{ title }} }} }} }}')
    assert found["event"]["answers"] == [{"name": "Sam Lowe", "state": "accepted", "studentId": str(cast.student.pk)}]
    assert [each["node"]["title"] for each in found["events"]["edges"]] == ["Talk"]
    agenda = 'agenda(from: "2026-11-23", to: "2026-11-29") { type title startsAt state }'
    assert ask(cast.pupil, f"{{ {agenda} }}")["agenda"] == [
        {"type": "event", "title": "Talk", "startsAt": "2026-11-26T10:00:00+00:00", "state": "accepted"}
    ]
    unsaid = ask(cast.admin, cancel, input={"id": event, "reason": " "})["cancelEvent"]
    assert unsaid == {"event": None, "errors": [{"code": "invalid"}]}
    assert (
        ask(cast.admin, cancel, input={"id": event, "reason": "Storm"})["cancelEvent"]["event"]["state"] == "cancelled"
    )
