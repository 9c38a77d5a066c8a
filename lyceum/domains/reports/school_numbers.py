"""The school in numbers: each with the instant it was counted at, and the list in which exactly so many rows stand.

A domain adds its numbers by `@part`; this file has those of the domains that are always there.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet, Value
from django.db.models.functions import TruncDate
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.academics.days import school_days
from lyceum.domains.admissions.queries import ApplicationFilter, list_applications
from lyceum.domains.attendance.meanings import Meaning
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.overview import list_absences, rates_of
from lyceum.domains.attendance.queries import in_state, list_registers
from lyceum.domains.attendance.rules.refusals import AttendanceNotSetUpError
from lyceum.domains.calendars.models import Event
from lyceum.domains.calendars.queries import list_events
from lyceum.domains.learning.models import Completion, Course, CourseEnrolment
from lyceum.domains.notifications.queries import list_inbound
from lyceum.domains.people.queries import list_students
from lyceum.domains.tenancy.queries import day_bounds, time_zone, today
from lyceum.domains.timetable.cover_queries import list_staff_absences
from lyceum.domains.website.queries import list_messages, list_reviews, visits_by_day

DAYS_SHOWN = 30
Words = str | Promise
Rows = QuerySet[Any]  # Any: of whatever model


@dataclass(frozen=True)
class Counted:
    """What is counted for one number: the very rows that its list shows."""

    key: str
    label: Words
    rows: Rows
    """Of no annotations: they are counted as they are."""
    link: str
    """The page of that list."""


@dataclass(frozen=True)
class Number:
    """One number of the school."""

    key: str
    label: Words
    value: int
    link: str
    """The page whose list has as many rows."""


@dataclass(frozen=True)
class Line:
    """How a number went over the last days; None where there is none."""

    key: str
    label: Words
    unit: str
    points: Sequence[tuple[date, float | None]]


@dataclass(frozen=True)
class Part:
    """The numbers of one area, as they were counted at an instant."""

    key: str
    title: Words
    as_of: datetime
    numbers: Sequence[Number]


@dataclass(frozen=True)
class SchoolNumbers:
    """The whole dashboard."""

    parts: Sequence[Part]
    lines: Sequence[Line]


_APPLICATIONS: dict[str, Words] = {
    "submitted": _("applications that came in"),
    "under_review": _("applications under review"),
    "offered": _("offers waiting for an answer"),
    "waitlisted": _("applicants on the waiting list"),
    "approved": _("approved and not enrolled yet"),
}
Source = Callable[[Actor], Iterable[Counted]]
PARTS: dict[str, tuple[Words, Source]] = {}


def part(key: str, title: Words) -> Callable[[Source], Source]:
    """Add the numbers of an area."""

    def add(name: Source) -> Source:
        PARTS[key] = (title, name)
        return name

    return add


def read_school_numbers(actor: Actor) -> SchoolNumbers:
    """Every number of the school, for who leads it. All are counted in one statement, however many there are."""
    actor.require_all(Permission.SCHOOL_DASHBOARD)
    as_of = clock.now()
    named = {key: (title, list(name(actor))) for key, (title, name) in PARTS.items()}
    values = _count(each for _title, counted in named.values() for each in counted)
    parts = [
        Part(key, title, as_of, [Number(each.key, each.label, values[each.key], each.link) for each in counted])
        for key, (title, counted) in named.items()
        if counted
    ]
    return SchoolNumbers(parts, [_attendance_line(actor), _enrolment_line(), _visits_line(actor)])


def _count(counted: Iterable[Counted]) -> dict[str, int]:
    rows = [
        each.rows.order_by().annotate(number=Value(each.key)).values("number").annotate(n=Count("*"))
        for each in counted
    ]
    found: dict[str, int] = dict(rows[0].union(*rows[1:], all=True).values_list("number", "n")) if rows else {}
    return defaultdict(int, found)


@part("people", _("People"))
def people(actor: Actor) -> Iterable[Counted]:
    """Who is here, and who of the staff is away."""
    day = today()
    yield Counted(
        "students_on_roll",
        _("students on roll"),
        list_students(actor, status="on_roll", day=day),
        "/students/?status=on_roll",
    )
    yield Counted(
        "staff_away",
        _("colleagues away today"),
        list_staff_absences(actor, first=day, last=day, state="confirmed"),
        f"/staff-absences/?from={day}&to={day}&state=confirmed",
    )


@part("attendance", _("Attendance"))
def attendance(actor: Actor) -> Iterable[Counted]:
    """The registers and absences of today."""
    day = today()
    try:
        registers = list_registers(actor, day=day)
    except AttendanceNotSetUpError:
        return
    missed = Register.objects.filter(in_state(["missed"], clock.now()), pk__in=registers.values("pk"))
    yield Counted("registers_outstanding", _("registers not taken today"), missed, "/attendance/?state=missed")
    yield Counted("absences_today", _("absences today"), list_absences(actor, day=day), "/attendance/absences/")
    reason = Meaning.UNEXPLAINED.value
    yield Counted(
        "unexplained_today",
        _("of them without a reason"),
        list_absences(actor, day=day, meaning=reason),
        f"/attendance/absences/?meaning={reason}",
    )


@part("messages", _("Messages"))
def messages(actor: Actor) -> Iterable[Counted]:
    """What came in and waits."""
    waiting = list_inbound(actor, handled=False)
    yield Counted("texts_waiting", _("texts that came in and wait"), waiting, "/outbox/texts/?state=waiting")


@part("learning", _("Courses"))
def learning(actor: Actor) -> Iterable[Counted]:
    """Courses, who learns in them, and what was completed."""
    del actor  # who leads the school sees all of them
    courses = Course.objects.filter(status=Course.Status.PUBLISHED)
    yield Counted("courses", _("published courses"), courses, "/dashboard/lists/courses/")
    active = CourseEnrolment.objects.filter(status=CourseEnrolment.Status.ACTIVE)
    yield Counted("course_enrolments", _("learners in courses"), active, "/dashboard/lists/course-enrolments/")
    completed = Completion.objects.filter(reversed_at=None)
    yield Counted("completions", _("courses completed"), completed, "/dashboard/lists/completions/")


@part("admissions", _("Admissions"))
def admissions(actor: Actor) -> Iterable[Counted]:
    """Applications by what has become of them, and offers that wait for an answer."""
    for status, words in _APPLICATIONS.items():
        rows = list_applications(actor, chosen=ApplicationFilter(status=status))
        yield Counted(f"applications_{status}", words, rows, f"/applications/?status={status}")


@part("site", _("Website"))
def site(actor: Actor) -> Iterable[Counted]:
    """What strangers wrote and nobody has looked at yet."""
    yield Counted("reviews_waiting", _("reviews that wait"), list_reviews(actor, status="pending"), "/site/reviews/")
    messages_ = list_messages(actor, status="new")
    yield Counted("contact_messages_new", _("new messages"), messages_, "/site/messages/?state=new")


@part("events", _("Events"))
def events(actor: Actor) -> Iterable[Counted]:
    """What is published and not over."""
    ahead = Event.objects.filter(pk__in=list_events(actor, state="published", first=today()).values("pk"))
    yield Counted("events_ahead", _("events ahead"), ahead, "/calendar/events/?when=coming&state=published")


def _attendance_line(actor: Actor) -> Line:
    day = today()
    days = school_days().between(day - timedelta(days=70), day - timedelta(days=1))[-DAYS_SHOWN:]
    points = [(rate.on, rate.percent) for rate in rates_of(actor, days)]
    return Line("attendance", _("Attendance"), "%", points)


def _visits_line(actor: Actor) -> Line:
    """How often pages of the public site were read on each of the last days, by whomever."""
    found = visits_by_day(actor, days=DAYS_SHOWN)
    days = [today() - timedelta(days=n) for n in reversed(range(DAYS_SHOWN))]
    return Line("site_visits", _("Visits of the website"), "", [(on, found.get(on, 0)) for on in days])


def _enrolment_line() -> Line:
    """New learners in courses on each of the last days."""
    day = today()
    first = day - timedelta(days=DAYS_SHOWN - 1)
    rows = CourseEnrolment.objects.filter(enrolled_at__gte=day_bounds(first)[0])
    counted = (
        rows.annotate(on=TruncDate("enrolled_at", tzinfo=clock.zone(time_zone()))).values("on").annotate(n=Count("pk"))
    )
    found = {row["on"]: row["n"] for row in counted.order_by()}
    days = [first + timedelta(days=n) for n in range(DAYS_SHOWN)]
    return Line("course_enrolments", _("New learners in courses"), "", [(on, found.get(on, 0)) for on in days])
