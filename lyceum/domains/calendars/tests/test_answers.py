"""Registering and answering: seats, the waiting list, guardians, consent, and when it is too late."""

from datetime import timedelta

import pytest

from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.domains.calendars.models import EventInvitation
from lyceum.domains.calendars.tasks import move_on_seats
from lyceum.domains.calendars.tests.conftest import EVENTS
from lyceum.domains.notifications.models import Notification
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import NOW, in_school, make_admin, make_user


def said(answer):
    body = answer.json()
    return (answer.status_code, body.get("state") or body.get("code"))


def through_rest(caller, event, act, **given):
    return said(caller.send(f"{EVENTS}{event}/{act}/", given))


@pytest.fixture
def applicant(cast):
    return software(make_user(cast.school, Role.APPLICANT), cast.school)


def test_the_last_seat_is_taken_once_and_a_freed_one_goes_to_the_first_who_waits(cast, applicant):
    event = cast.make(visibility="public", capacity=1)

    assert through_rest(cast.pupil, event, "register") == (200, "accepted")
    assert through_rest(cast.teacher, event, "register") == (200, "waitlisted")
    waiting = applicant.send(f"{EVENTS}{event}/register/").json()
    assert (waiting["state"], waiting["waiting"]) == ("waitlisted", 2)
    assert through_rest(cast.pupil, event, "withdraw") == (200, "withdrawn")

    shown = cast.admin.get(f"{EVENTS}{event}/invitations/").json()["items"]
    assert {each["name"]: (each["state"], each["waiting"]) for each in shown if each["state"] != "withdrawn"} == {
        "Tom Stone": ("accepted", None),
        waiting["name"]: ("waitlisted", 1),
    }
    with in_school(cast.school):
        seat = EventInvitation.objects.get(name="Tom Stone")
        assert seat.confirm_by == NOW + timedelta(hours=24)
        assert Notification.objects.filter(template="calendars.seat").get().name == "Tom Stone"


def test_a_freed_seat_that_nobody_confirms_moves_on(cast, applicant):
    event = cast.make(visibility="public", capacity=1, date="2026-12-11")
    for caller in (cast.pupil, cast.teacher, applicant):
        caller.send(f"{EVENTS}{event}/register/")
    cast.pupil.send(f"{EVENTS}{event}/withdraw/")

    with clock.frozen(NOW + timedelta(hours=25)):
        move_on_seats(0)
        move_on_seats(0)
    with in_school(cast.school):
        states = dict(EventInvitation.objects.values_list("name", "state"))
    assert states["Tom Stone"] == "declined"
    assert sorted(states.values()) == ["accepted", "declined", "withdrawn"]


def test_without_a_waiting_list_it_is_full(cast):
    event = cast.make(visibility="public", capacity=1, waiting_list=False)
    cast.pupil.send(f"{EVENTS}{event}/register/")

    assert through_rest(cast.teacher, event, "register") == (409, "event_full")
    assert through_rest(cast.pupil, event, "register", seats=2) == (409, "event_full")
    assert cast.pupil.get(f"{EVENTS}{event}/").json()["answers"][0]["seats"] == 1


def test_more_places_promote_in_order_and_fewer_remove_nobody(cast, applicant):
    event = cast.make(visibility="public", capacity=1)
    for caller in (cast.pupil, cast.teacher, applicant):
        caller.send(f"{EVENTS}{event}/register/")

    cast.admin.send(f"{EVENTS}{event}/", {"capacity": 2}, method="patch")
    cast.admin.send(f"{EVENTS}{event}/", {"capacity": 1}, method="patch")

    shown = cast.admin.get(f"{EVENTS}{event}/invitations/").json()["items"]
    assert sorted(each["state"] for each in shown) == ["accepted", "accepted", "waitlisted"]
    assert cast.admin.get(f"{EVENTS}{event}/").json()["seats_left"] == 0


def test_a_guardian_answers_for_each_child_apart_and_for_no_other(cast):
    event = cast.make()
    both = [str(cast.student.pk), str(cast.sibling.pk)]

    unsaid = cast.guardian.send(f"{EVENTS}{event}/register/")
    assert (unsaid.status_code, unsaid.json()["errors"][0]["pointer"]) == (422, "/student_id")
    assert through_rest(cast.guardian, event, "register", student_id=both[0]) == (200, "accepted")
    assert through_rest(cast.guardian, event, "answer", student_id=both[1], answer="declined") == (200, "declined")
    assert through_rest(cast.pupil, event, "register", student_id=both[1]) == (404, "not_found")
    assert through_rest(cast.teacher, event, "register", student_id=both[1]) == (404, "not_found")
    mine = cast.guardian.get("/api/v1/students/me/events/").json()["items"]
    assert {each["answer"]["student_id"]: each["answer"]["state"] for each in mine} == {
        both[0]: "accepted",
        both[1]: "declined",
    }


def test_an_event_for_one_class_is_not_for_a_child_in_another(cast):
    event = cast.make(visibility="shared", class_ids=[str(cast.form.pk)])

    other = through_rest(cast.guardian, event, "register", student_id=str(cast.sibling.pk))

    assert other == (403, "not_invited")
    assert through_rest(cast.guardian, event, "register", student_id=str(cast.student.pk)) == (200, "accepted")


def test_only_who_is_invited_answers_where_it_says_so(cast):
    event = cast.make(who_may_register="invited")

    assert through_rest(cast.pupil, event, "register") == (403, "not_invited")
    asked = cast.admin.send(f"{EVENTS}{event}/invitations/", {"classes": [str(cast.form.pk)]})
    assert [(each["name"], each["reason_invited"]) for each in asked.json()] == [("Sam Lowe", "7A")]
    assert cast.admin.send(f"{EVENTS}{event}/invitations/", {"classes": [str(cast.form.pk)]}).json() == []
    assert through_rest(cast.pupil, event, "register") == (200, "accepted")
    with in_school(cast.school):
        told = Notification.objects.filter(template="calendars.invited").values_list("name", flat=True)
        assert sorted(told) == ["Grace Guardian", "Sam Lowe"]
    taken = cast.admin.send(f"{EVENTS}{event}/invitations/{asked.json()[0]['id']}/", method="delete")
    assert said(taken) == (200, "withdrawn")
    assert through_rest(cast.pupil, event, "register") == (403, "not_invited")


def test_a_child_takes_part_once_a_guardian_has_said_yes(cast):
    event = cast.make(needs_consent=True)

    assert through_rest(cast.pupil, event, "register") == (409, "consent_needed")
    with in_school(cast.school):
        assert Notification.objects.get(template="calendars.consent").name == "Grace Guardian"
        assert not EventInvitation.objects.exists()
    assert through_rest(cast.guardian, event, "register", student_id=str(cast.student.pk)) == (200, "accepted")
    assert through_rest(cast.pupil, event, "answer", answer="declined") == (200, "declined")
    assert through_rest(cast.pupil, event, "register") == (200, "accepted")  # the yes holds


def test_answering_closes_a_day_before_and_the_office_may_answer_later(cast):
    event = cast.make(starts_at="2026-11-27T10:00:00Z", ends_at="2026-11-27T12:00:00Z", date=None)
    late = make_admin(cast.school)

    with clock.frozen(NOW.replace(day=26, hour=10)):
        pupil = software(cast.guardian_user, cast.school)
        closed = pupil.send(f"{EVENTS}{event}/register/", {"student_id": str(cast.student.pk)})
        assert (closed.status_code, closed.json()["code"]) == (409, "registration_closed")
        assert "Ada Head" in closed.json()["detail"]
        office = software(late, cast.school)
        assert through_rest(office, event, "register", student_id=str(cast.student.pk)) == (200, "accepted")


@pytest.mark.parametrize(
    ("values", "when"),
    [
        ({"opens_at": "2026-11-21T08:00:00Z"}, NOW),  # not yet
        ({"closes_at": "2026-11-20T08:00:00Z"}, NOW),  # no more
        ({"date": "2026-11-19"}, NOW),  # over
        ({"date": "2026-11-21"}, NOW.replace(day=21, hour=10)),  # it has begun
    ],
)
def test_it_cannot_be_answered_out_of_time(cast, values, when):
    event = cast.make(**values)
    user = make_user(cast.school, Role.STUDENT)

    with clock.frozen(when):
        assert through_rest(software(user, cast.school), event, "register") == (409, "registration_closed")


def test_a_draft_a_cancelled_one_and_a_foreign_one_cannot_be_answered(cast):
    draft, off = cast.make(publish=False), cast.make()
    cast.admin.send(f"{EVENTS}{off}/cancel/", {"reason": "Storm"})

    assert through_rest(cast.pupil, draft, "register") == (404, "not_found")
    assert through_rest(cast.pupil, off, "register") == (409, "registration_closed")
    assert through_rest(cast.pupil, off, "withdraw") == (409, "not_registered")


def test_the_same_answer_and_the_same_refusal_through_every_door(cast):
    event = cast.make(capacity=1, waiting_list=False)
    pupil = browser(cast.student.person.user, cast.school)
    page = f"/calendar/events/{event}/"
    shown = "answer { state } errors { code }"
    ask = f"mutation ($input: RegisterForEventInput!) {{ registerForEvent(input: $input) {{ {shown} }} }}"

    assert pupil.post(page, {"act": "accepted"}).status_code == 302
    refused = cast.guardian.send(
        "/graphql", {"query": ask, "variables": {"input": {"id": event, "studentId": str(cast.sibling.pk)}}}
    ).json()
    assert refused["data"]["registerForEvent"] == {"answer": None, "errors": [{"code": "event_full"}]}
    shown = browser(cast.guardian_user, cast.school).post(page, {"act": "accepted", "student": str(cast.sibling.pk)})
    assert (shown.status_code, "Every place is taken." in shown.content.decode()) == (409, True)
    assert pupil.post(page, {"act": "withdraw"}).status_code == 302
    taken = cast.guardian.send(
        "/graphql", {"query": ask, "variables": {"input": {"id": event, "studentId": str(cast.sibling.pk)}}}
    ).json()
    assert taken["data"]["registerForEvent"] == {"answer": {"state": "accepted"}, "errors": []}
