"""Who came: said at every door, kept with what was said before."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.domains.calendars.models import EventAttendance, EventAttendancePast
from lyceum.domains.calendars.rules.attendance import Seen, record_event_attendance
from lyceum.domains.calendars.tests.conftest import EVENTS
from lyceum.testing.clients import browser, statements_for
from lyceum.testing.factories import as_actor, in_school, make_school, make_student


def listed(answer):
    assert answer.status_code == 200, answer.content
    return {each["name"]: (each["attended"], each["state"]) for each in answer.json()}


def test_the_list_holds_who_takes_part_and_keeps_what_was_said_before(cast):
    event = cast.make(date="2026-11-20", opens_at=None)
    path = f"{EVENTS}{event}/attendance/"
    cast.admin.send(f"{EVENTS}{event}/register/", {"student_id": str(cast.student.pk)})

    assert listed(cast.admin.get(path)) == {"Sam Lowe": (None, None)}
    contract = {"event_id": event, "student_id": str(cast.student.pk), "attended": True}
    assert listed(cast.admin.send(path, {"attendance": [contract]}, method="put")) == {"Sam Lowe": (True, "attended")}
    walk_in = {"student_id": str(cast.sibling.pk), "state": "excused"}
    both = cast.admin.send(path, {"attendance": [contract | {"attended": False}, walk_in]}, method="put")

    assert listed(both) == {"Sam Lowe": (False, "absent"), "Tess Lowe": (None, "excused")}
    with in_school(cast.school):
        assert [row.state for row in EventAttendancePast.objects.all()] == ["attended"]
    mine = cast.pupil.get("/api/v1/students/me/events/").json()["items"]
    assert [(each["id"], each["attended"], each["attendance"]) for each in mine] == [(event, False, "absent")]
    seen = cast.guardian.get(f"/api/v1/students/{cast.sibling.pk}/participation/").json()["items"]
    assert [(each["event_id"], each["state"]) for each in seen] == [(event, "excused")]
    assert cast.pupil.get(f"/api/v1/students/{cast.sibling.pk}/participation/").status_code == 404


def test_who_may_not_say_it_and_what_cannot_be_said(cast):
    event, ahead = cast.make(date="2026-11-20"), cast.make()
    stranger = make_student(make_school("Dale School"))
    good = {"attendance": [{"student_id": str(cast.student.pk), "attended": True}]}

    for caller in (cast.pupil, cast.guardian, cast.teacher, cast.office):
        assert caller.send(f"{EVENTS}{event}/attendance/", good, method="put").status_code == 403
        assert caller.get(f"{EVENTS}{event}/attendance/").status_code == 403
    early = cast.admin.send(f"{EVENTS}{ahead}/attendance/", good, method="put")
    assert (early.status_code, early.json()["code"]) == (409, "event_not_begun")
    for rows in (
        [{"student_id": str(stranger.pk), "attended": True}],
        [{"student_id": str(cast.student.pk), "state": "asleep"}],
        [{"student_id": str(cast.student.pk)}],
        [*good["attendance"], *good["attendance"]],
        [{**good["attendance"][0], "event_id": ahead}],
    ):
        answer = cast.admin.send(f"{EVENTS}{event}/attendance/", {"attendance": rows}, method="put")
        assert answer.status_code == 422, rows
    with in_school(cast.school):
        assert not EventAttendance.objects.exists()


def test_a_list_of_any_length_is_saved_in_as_many_statements(cast):
    event = cast.make(date="2026-11-20")
    students = [cast.student, cast.sibling, *(make_student(cast.school) for _n in range(4))]
    actor = as_actor(cast.admin_user, cast.school)

    def statements(count: int) -> int:
        with in_school(cast.school), CaptureQueriesContext(connection) as queries:
            record_event_attendance(event, seen=[Seen(s.pk, "attended") for s in students[:count]], actor=actor)
        return len(queries)

    assert statements(1) == statements(6)


def test_everybody_here_in_one_go_on_the_page(cast):
    event = cast.make(date="2026-11-20")
    for student in (cast.student, cast.sibling):
        cast.admin.send(f"{EVENTS}{event}/register/", {"student_id": str(student.pk)})
    page, office = f"/calendar/events/{event}/attendance/", browser(cast.admin_user, cast.school)

    assert office.post(page, {f"s-{cast.sibling.pk}": "absent", "rest": "attended"}).status_code == 302

    with in_school(cast.school):
        states = dict(EventAttendance.objects.values_list("student", "state"))
    assert states == {cast.student.pk: "attended", cast.sibling.pk: "absent"}
    assert statements_for(office, page) <= 14
