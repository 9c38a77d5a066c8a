"""Detentions and what the calendar holds: students, supervisors and rooms that an event has taken."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from lyceum.domains.academics.rules.locations import create_location
from lyceum.domains.behaviour.models import Detention
from lyceum.domains.behaviour.rules.detentions.refusals import RoomBusyError, SupervisorBusyError
from lyceum.domains.behaviour.rules.detentions.setting import propose_slots
from lyceum.domains.behaviour.tests.detentions.conftest import MONDAY, TUESDAY, Year, make_detention_year
from lyceum.domains.behaviour.tests.detentions.test_supervisors import needs
from lyceum.domains.calendars.models import Event
from lyceum.domains.calendars.rules.answers import answer_event
from lyceum.domains.calendars.rules.events import create_event, edit_event, publish_event
from lyceum.domains.calendars.rules.invitations import invite_people
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import in_school


def event(year: Year, title: str = "Trip to the sea", *, published: bool = True, **values: Any) -> Event:
    """On Monday, all day, unless told otherwise."""
    given = {"title": title, "type": "trip", "date": MONDAY, **values}
    with in_school(year.school):
        made = create_event(values=given, actor=year.system)
        return publish_event(made.pk, actor=year.system) if published else made


def invite(year: Year, to: Event, part: str = "required", **whom: Any) -> None:
    with in_school(year.school):
        invite_people(to.pk, part=part, actor=year.system, **whom)


def proposed(year: Year) -> tuple[date | None, list[tuple[str, str]]]:
    with in_school(year.school):
        (found,) = propose_slots(year.kind.pk, students=[year.students[0].pk], actor=year.teacher)
    return found.slot.on if found.slot else None, [(each.code, each.why) for each in found.passed]


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 23, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "part", "why"),
    [
        ({}, "required", "The student is at an event then: Trip to the sea."),
        ({"visibility": "private"}, "required", "The student is at an event then."),  # only who is invited knows
        ({"starts_at": at(15), "ends_at": at(15, 45)}, "required", "The student is at an event then: Trip to the sea."),
        ({"starts_at": at(14), "ends_at": at(15, 30)}, "required", ""),  # over when the slot begins
        ({}, "optional", ""),  # asked, and has not said yes
        ({"published": False}, "required", ""),  # nobody knows of it yet
    ],
)
def test_a_slot_is_passed_over_for_an_event_and_the_answer_names_it(
    year: Year, given: dict[str, Any], part: str, why: str
):
    year.slot(MONDAY), year.slot(TUESDAY)
    other = make_detention_year(1, name="Vale School")
    invite(other, event(other, "Theirs"), students=[other.students[0].pk])
    invite(year, event(year, **given), part, students=[year.students[0].pk])

    on, passed = proposed(year)

    assert (on, passed) == ((TUESDAY, [("event", why)]) if why else (MONDAY, []))


def test_saying_yes_to_an_event_moves_the_detention_that_is_in_its_way_and_it_does_not_count(year: Year):
    year.slot(MONDAY), year.slot(TUESDAY)
    row = year.set().detention
    trip = event(year, visibility="school")

    with in_school(year.school):
        assert year.now(row).state == "scheduled"
        answer_event(trip.pk, student_id=year.students[0].pk, actor=year.system)
        new = Detention.objects.get(moved_from=row)
        assert (year.now(row).state, new.on, new.moves) == ("rescheduled", TUESDAY, 0)


def test_an_event_that_comes_to_its_day_takes_students_and_supervisors(year: Year):
    slot = year.slot(MONDAY)
    year.slot(TUESDAY)
    row = year.set().detention
    fair = event(year, "Fair", date=TUESDAY)
    invite(year, fair, students=[year.students[0].pk], staff=[year.supervisor.pk])

    with in_school(year.school):
        edit_event(fair.pk, values={"date": MONDAY}, actor=year.system)
        assert Detention.objects.get(moved_from=row).on == TUESDAY
    assert needs(year, slot)


def test_whoever_is_at_an_event_supervises_nothing_and_its_room_is_taken(year: Year):
    with in_school(year.school):
        hall = create_location(name="Hall", actor=year.system)
    play = event(year, "School play", location_id=hall.pk, starts_at=at(15), ends_at=at(17))
    invite(year, play, "host", staff=[year.supervisor.pk])

    with pytest.raises(SupervisorBusyError, match=r"Sam Supervisor cannot supervise .* takes part in School play"):
        year.slot(MONDAY)
    with pytest.raises(RoomBusyError, match=r"Hall is taken .*: School play"):
        year.slot(MONDAY, supervisors=[year.lead.pk], room_id=hall.pk)
    assert year.slot(MONDAY, at=time(17), supervisors=[year.lead.pk], room_id=hall.pk).room_id == hall.pk


def test_every_door_says_which_event_is_in_the_way(year: Year):
    year.slot(MONDAY), year.slot(TUESDAY)
    invite(year, event(year), students=[year.students[0].pk])
    student = str(year.students[0].pk)

    asked = {"type": str(year.kind.pk), "students": [student]}
    rest = software(year.teacher_user, year.school).send("/api/v1/detention-slots/propose/", asked)
    page = browser(year.teacher_user, year.school).get(f"/behaviour/detentions/new/?student={student}")

    assert "Trip to the sea" in rest.content.decode()
    assert "Trip to the sea" in page.content.decode()


def test_events_add_no_statement_for_each_student_or_slot(year: Year, django_assert_num_queries: Any):
    year.slot(MONDAY), year.slot(TUESDAY)
    invite(year, event(year), students=[each.pk for each in year.students])
    with in_school(year.school):
        actor = year.office
        propose_slots(year.kind.pk, students=[year.students[0].pk], actor=actor)  # what is remembered is read once
        for size in (1, 3):
            with django_assert_num_queries(6 + 1):  # and the savepoint of the rule
                propose_slots(year.kind.pk, students=[each.pk for each in year.students[:size]], actor=actor)
