"""Two records that turn out to be one student, who both were at events."""

from lyceum.core.actor import system_actor
from lyceum.domains.calendars.models import EventAttendance, EventAttendancePast, EventInvitation
from lyceum.domains.calendars.tests.conftest import EVENTS
from lyceum.domains.people.rules.merges import merge_people
from lyceum.testing.factories import in_school, make_student


def test_registrations_and_what_was_said_follow_the_record_that_stays(cast):
    twin = make_student(cast.school, name="Sam Low")
    event, both = cast.make(date="2026-11-20"), cast.make(date="2026-11-20")
    seen = {"student_id": str(twin.pk), "state": "attended"}
    cast.admin.send(f"{EVENTS}{event}/register/", {"student_id": str(twin.pk)})
    for state in ("absent", "attended"):
        cast.admin.send(f"{EVENTS}{event}/attendance/", {"attendance": [seen | {"state": state}]}, method="put")
    rows = [seen, seen | {"student_id": str(cast.sibling.pk)}]
    cast.admin.send(f"{EVENTS}{both}/attendance/", {"attendance": rows}, method="put")

    with in_school(cast.school):
        merge_people(cast.sibling.person_id, twin.person_id, actor=system_actor(cast.school.pk))

        kept = cast.sibling
        assert EventInvitation.objects.get().person_id == kept.person_id
        assert set(EventAttendance.objects.values_list("event", "student", "state")) == {
            (row.event_id, kept.pk, "attended") for row in EventAttendance.objects.all()
        }
        assert EventAttendance.objects.count() == 2
        assert EventAttendancePast.objects.get().attendance.student_id == kept.pk
