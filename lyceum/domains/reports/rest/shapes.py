"""What the journey and the learner's parts answer with."""

import datetime as dt
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from lyceum.domains.reports.journey import Act, Journey, Shown
from lyceum.domains.reports.learner import Learner


class ActOut(Schema):
    """What can be done next, and where."""

    title: str
    link: str


class JourneyStepOut(Schema):
    """One of the ten steps."""

    key: str
    title: str
    state: str = Field(description="done, current, upcoming or skipped.")
    done_at: dt.datetime | None
    next_act: ActOut | None


class JourneyOut(Schema):
    """The way from visitor to alumnus."""

    sentence: str = Field(description="The state in one line.")
    current: str = Field(description="The key of the current step; empty where there is none.")
    outcome: str = Field(description="How it ended, where it did: rejected, expired, declined, withdrawn, rescinded.")
    next_act: ActOut | None
    steps: list[JourneyStepOut]


class OwnApplicationOut(Schema):
    """The newest application, as it can be seen now."""

    status: str
    submitted_at: dt.datetime | None
    decided_at: dt.datetime | None
    link: str


class OwnCourseLineOut(Schema):
    """A place in a run."""

    id: UUID
    schedule_id: UUID
    course_id: UUID
    course: str
    schedule: str
    status: str
    start_date: dt.date
    end_date: dt.date
    enrolled_at: dt.datetime


class NextMeetingOut(Schema):
    """When a run meets next."""

    id: UUID
    schedule_id: UUID
    course: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str


class DueOut(Schema):
    """Work that is due."""

    id: UUID | None
    title: str
    subject: str
    due_at: dt.datetime | None
    status: str


class ComingEventOut(Schema):
    """An event that one is registered for or invited to."""

    id: UUID
    title: str
    date: dt.date
    starts_at: dt.datetime | None
    answer: str


class OwnCertificateOut(Schema):
    """A certificate that holds."""

    id: UUID
    code: str
    course: str
    issued_at: dt.datetime


def act_shape(act: Act | None) -> dict[str, Any] | None:
    """What can be done next."""
    return None if act is None else {"title": str(act.title), "link": act.link}


def step_shape(step: Shown) -> dict[str, Any]:
    """One step."""
    return {
        "key": step.key,
        "title": str(step.title),
        "state": step.state,
        "done_at": step.done_at,
        "next_act": act_shape(step.act),
    }


def journey_shape(journey: Journey) -> dict[str, Any]:
    """The whole way."""
    return {
        "sentence": str(journey.sentence),
        "current": journey.current,
        "outcome": journey.outcome,
        "next_act": act_shape(journey.next_act),
        "steps": [step_shape(step) for step in journey.steps],
    }


def application_shape(journey: Journey) -> dict[str, Any] | None:
    """The newest application, or nothing."""
    seen = journey.application
    if seen is None:
        return None
    return {
        "status": seen.status,
        "submitted_at": seen.submitted_at,
        "decided_at": seen.decided_at,
        "link": seen.link,
    }


def learner_shape(learner: Learner) -> dict[str, Any]:
    """Courses, the next meeting, what is due, events, certificates."""
    meeting = learner.next_meeting
    return {
        "course_enrolments": [
            {
                "id": row.pk,
                "schedule_id": row.schedule_id,
                "course_id": row.schedule.course_id,
                "course": row.schedule.course.name,
                "schedule": row.schedule.name,
                "status": row.status,
                "start_date": row.schedule.start_on,
                "end_date": row.schedule.end_on,
                "enrolled_at": row.enrolled_at,
            }
            for row in learner.enrolments
        ],
        "next_meeting": meeting
        and {
            "id": meeting.pk,
            "schedule_id": meeting.schedule_id,
            "course": meeting.schedule.course.name,
            "starts_at": meeting.starts_at,
            "ends_at": meeting.ends_at,
            "place": meeting.location.name if meeting.location else "",
        },
        "due": [
            {"id": each.id, "title": each.title, "subject": each.note, "due_at": each.starts_at, "status": each.state}
            for each in learner.due
        ],
        "events": [
            {
                "id": row.event_id,
                "title": row.event.title,
                "date": row.event.date,
                "starts_at": row.event.starts_at,
                "answer": row.state,
            }
            for row in learner.events
        ],
        "certificates": [
            {"id": row.pk, "code": row.code, "course": row.course_name, "issued_at": row.issued_at}
            for row in learner.certificates
        ],
    }


NOTHING_LEARNT: dict[str, Any] = {
    "course_enrolments": [],
    "next_meeting": None,
    "due": [],
    "events": [],
    "certificates": [],
}
