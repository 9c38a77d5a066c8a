"""Appointments of applicants: who has one when, as the asker may know it, and as a calendar for other programs."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.admissions.models import Application, ApplicationStep
from lyceum.domains.admissions.policies import named_applications, named_steps, own_applications
from lyceum.domains.tenancy.queries import find_school_name

LASTS = timedelta(minutes=30)
"""No end is written down: a calendar shows half an hour."""
MOST = 500
_RUNNING = ("submitted", "under_review", "waitlisted", "offered", "approved")


def appointments(actor: Actor) -> QuerySet[ApplicationStep]:
    """Of running applications: all for the office, those named to them for reviewers, their own for families."""
    actor.require(Permission.APPLICATIONS_VIEW)
    rows = ApplicationStep.objects.filter(appointment__isnull=False, application__status__in=_RUNNING)
    if not actor.reaches_all(Permission.APPLICATIONS_VIEW):
        own = Application.objects.filter(own_applications(actor)).values("pk")
        named = Application.objects.filter(named_applications(actor)).values("pk")
        rows = rows.filter(
            Q(application__in=own, shown_to_applicant=True) | Q(named_steps(actor), application__in=named)
        )
    rows = rows.exclude(status__in=("completed", "waived", "failed"))
    return rows.select_related("application__student__person", "application__intake").order_by("appointment", "pk")


def list_interviews(actor: Actor) -> list[ApplicationStep]:
    """Those from today on."""
    return list(appointments(actor).filter(appointment__gte=clock.now() - LASTS)[:MOST])


def name_of(step: ApplicationStep, actor: Actor) -> str:
    """What an appointment is called: with the applicant, or the number where it is not to be known whose it is."""
    application = step.application
    hidden = application.intake.blind_review and not actor.reaches_all(Permission.APPLICATIONS_VIEW)
    student = application.student
    named = student.registration_number if hidden and student else str(application)
    return f"{step.step_name}: {named}"


def write_calendar(rows: Iterable[ApplicationStep], *, actor: Actor) -> bytes:
    """The file (RFC 5545). Times are in UTC, so that no program takes them for those of another zone."""
    calendar = Calendar()
    calendar.add("prodid", "-//Lyceum//Interviews//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{_('Interviews')} – {find_school_name()}")
    for step in rows:
        begins = clock.local(step.appointment, "UTC") if step.appointment else clock.now()
        event = Event()
        event.add("uid", f"{step.pk}@lyceum")
        event.add("dtstamp", clock.now())
        event.add("dtstart", begins)
        event.add("dtend", begins + LASTS)
        event.add("summary", name_of(step, actor))
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written
