"""Events of the demo school: past ones with who came, coming ones with answers, one that is full, a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from lyceum.core import clock
from lyceum.demo.build import Demo, Say
from lyceum.demo.roster import dice_for
from lyceum.domains.academics.models import Location
from lyceum.domains.academics.rules.locations import create_location
from lyceum.domains.calendars.models import Event, EventInvitation
from lyceum.domains.calendars.rules.answers import answer_event
from lyceum.domains.calendars.rules.attendance import Seen, record_event_attendance
from lyceum.domains.calendars.rules.events import cancel_event, create_event, publish_event
from lyceum.domains.calendars.rules.times import instant_at
from lyceum.domains.people.models import Student

SEEN = ("attended", "attended", "attended", "attended", "attended", "absent", "excused")


@dataclass(frozen=True)
class Planned:
    """One event: how many days from today, at which hours, and how many students answer."""

    title: str
    days: int
    hours: tuple[int, int] | None = None
    answers: int = 0
    values: Mapping[str, Any] = field(default_factory=dict)
    state: str = "published"


PLANNED = (
    Planned("Harvest concert", -24, (18, 20), 40, {"visibility": "public", "type": "other"}),
    Planned("Coding workshop", -10, (15, 17), 18, {"type": "workshop", "capacity": 20}),
    Planned("Study skills evening", -4, (17, 18), 25, {"type": "study_session"}),
    Planned(
        "Open day",
        9,
        (10, 13),
        0,
        {
            "visibility": "public",
            "description": "Come and see the school.\n\n- Tours every half hour\n- Talks by the heads of year",
        },
    ),
    Planned("Chess club tournament", 5, (15, 17), 15, {"capacity": 12, "type": "other"}),
    Planned("Winter fair", 16, (12, 16), 30, {"visibility": "public"}),
    Planned("University visit", 20, (9, 15), 0, {"type": "trip", "needs_consent": True, "capacity": 30}),
    Planned(
        "How to choose your subjects",
        7,
        (18, 19),
        8,
        {
            "type": "seminar",
            "visibility": "public",
            "is_virtual": True,
            "join_url": "https://meet.example.org/subjects",
            "speakers": ["Dr Amara Osei"],
        },
    ),
    Planned("Staff meeting", 3, (16, 17), 0, {"type": "meeting", "visibility": "shared", "groups": ["staff"]}),
    Planned("Sponsored walk", 12, None, 0, {"visibility": "shared", "groups": ["students", "guardians"]}),
    Planned("Summer concert", 40, (18, 20), 0, {"visibility": "public"}, "draft"),
    Planned("Bake sale", 6, (11, 13), 5, {}, "cancelled"),
)


def add_events(demo: Demo, say: Say) -> None:
    """Made by the rules in the weeks before they are; a fixed number of them, whatever the school's size."""
    if not demo.plan.has_lessons:
        return
    with demo.on(demo.today - timedelta(days=40)):
        hall = create_location(
            name="Main hall", address="Hillcrest Road", capacity=300, is_public=True, actor=demo.head
        )
    students = [demo.students[p.key] for p in demo.pupils if p.key in demo.students and p.is_on_roll(demo.today)]
    dice_for(demo.plan, "events").shuffle(students)
    for number, planned in enumerate(PLANNED):
        chosen = students[number * 7 : number * 7 + planned.answers]
        _make(demo, planned, hall, chosen)
    say(f"{Event.objects.count()} events, {EventInvitation.objects.count()} registrations")


def _make(demo: Demo, planned: Planned, hall: Location, students: Sequence[Student]) -> None:
    day = demo.today + timedelta(days=planned.days)
    made_on = min(day, demo.today) - timedelta(days=15)
    with demo.on(made_on, time(9)):
        values = {"title": planned.title, "visibility": "school", **_times(demo, planned, day), **planned.values}
        if not planned.values.get("is_virtual"):
            values["location_id"] = hall.pk
        event = create_event(values=values, actor=demo.head)
        if planned.state == "draft":
            return
        publish_event(event.pk, actor=demo.head)
    if planned.values.get("capacity"):
        _answer_one_by_one(demo, event.pk, students, made_on)
    else:
        _answer_together(demo, event, students, made_on)
    if planned.state == "cancelled":
        with demo.on(demo.today - timedelta(days=1), time(16)):
            cancel_event(event.pk, reason="The oven broke.", actor=demo.head)
    elif planned.days < 0:
        _say_who_came(demo, event.pk, students, day)


def _times(demo: Demo, planned: Planned, day: date) -> dict[str, Any]:
    if planned.hours is None:
        return {"date": day}
    starts, ends = (instant_at(day, time(hour), demo.plan.time_zone) for hour in planned.hours)
    return {"starts_at": starts, "ends_at": ends}


def _answer_one_by_one(demo: Demo, event_id: UUID, students: Sequence[Student], made_on: date) -> None:
    """Where places are counted, as they came: who is late waits."""
    for n, student in enumerate(students):
        with demo.on(made_on + timedelta(days=1), time(8 + n // 6, n % 6 * 10)):
            answer_event(event_id, student_id=student.pk, actor=demo.head)


def _answer_together(demo: Demo, event: Event, students: Sequence[Student], made_on: date) -> None:
    with demo.on(made_on + timedelta(days=2), time(17)):
        EventInvitation.objects.bulk_create(
            EventInvitation(
                event=event,
                person_id=student.person_id,
                name=student.person.full_name,
                state=EventInvitation.State.ACCEPTED,
                answered_at=clock.now(),
                answered_by_name=student.person.full_name,
            )
            for student in students
        )


def _say_who_came(demo: Demo, event_id: UUID, students: Sequence[Student], day: date) -> None:
    dice = dice_for(demo.plan, "came", day)
    with demo.on(day, time(20)):
        seen = [Seen(student.pk, dice.choice(SEEN)) for student in students]
        record_event_attendance(event_id, seen=seen, actor=demo.head)
