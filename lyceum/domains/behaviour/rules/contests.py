"""Contesting: a student or a guardian says that it was not so; somebody who did not report it answers."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.behaviour.models import Incident, Participant
from lyceum.domains.behaviour.policies import visible_incidents, visible_participations
from lyceum.domains.behaviour.rules.notices import tidy_lines
from lyceum.domains.behaviour.rules.refusals import (
    ContestedAlreadyError,
    ContestTooLateError,
    IncidentStateError,
    NothingToAnswerError,
)
from lyceum.domains.behaviour.rules.reviewing import refuse_own_report
from lyceum.domains.behaviour.settings import school_settings
from lyceum.domains.behaviour.windows import school_days_since
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.tenancy.queries import time_zone, today


def may_contest(part: Participant) -> bool:
    """Whether there is still time, and nobody has contested it yet."""
    incident = part.incident
    if part.contested_at is not None or not incident.counts or incident.approved_at is None:
        return False
    since = clock.local(incident.approved_at, time_zone()).date()
    return school_days_since(since, today()) <= school_settings().contest_within_days


@transaction.atomic
def contest_incident(incident_id: UUID, *, student_id: UUID | None = None, text: str, actor: Actor) -> Participant:
    """Contest one child's part, once and in time. The contest stays with the record."""
    rows = Participant.objects.filter(visible_participations(actor), incident=incident_id)
    if not rows.exists():
        raise NotFoundError
    actor.require(Permission.INCIDENTS_CONTEST)
    rows = rows.filter(student__in=Student.objects.filter(visible_students(actor, Permission.INCIDENTS_CONTEST)))
    if student_id:
        rows = rows.filter(student=student_id)
    rows = rows.select_related("incident", "student__person").order_by("pk")
    part = next(iter(rows.select_for_update(of=("self",))), None)
    if part is None:
        raise NotFoundError
    words = tidy_lines(text)
    if not words:
        needed = _("Say what was different.")
        raise InvalidError(needed, errors=[FieldError("/text", "required", needed)])
    if part.contested_at is not None:
        raise ContestedAlreadyError(_("This was contested already; the answer stands with it."))
    if not part.incident.counts:
        raise IncidentStateError(_("It does not count any more."), state=part.incident.state)
    if not may_contest(part):
        limit = school_settings().contest_within_days
        raise ContestTooLateError(_("It could be contested for %(limit)s school days.") % {"limit": limit})
    part.contested_at, part.contest = clock.now(), words
    part.contested_by, part.contested_by_name = actor.user_id, actor.name[:200]
    part.save()
    record("behaviour.contest", target=Target.of(part), changes={"contested": [False, True]}, actor=actor)
    return part


@transaction.atomic
def answer_contest(participant_id: UUID, *, text: str, actor: Actor) -> Participant:
    """Answer a contest. Who reported the incident does not."""
    actor.require(Permission.CONTESTS_ANSWER)
    seen = Incident.objects.filter(visible_incidents(actor))
    rows = Participant.objects.filter(pk=participant_id, incident__in=seen).select_related("incident")
    part = next(iter(rows.select_for_update(of=("self",))), None)
    if part is None:
        raise NotFoundError
    refuse_own_report(part.incident, actor)
    if part.contested_at is None or part.answered_at is not None:
        raise NothingToAnswerError(_("There is no contest here that waits for an answer."))
    words = tidy_lines(text)
    if not words:
        needed = _("Give an answer.")
        raise InvalidError(needed, errors=[FieldError("/text", "required", needed)])
    part.answered_at, part.answer = clock.now(), words
    part.answered_by, part.answered_by_name = actor.user_id, actor.name[:200]
    part.save()
    record("behaviour.contest.answer", target=Target.of(part), changes={"answered": [False, True]}, actor=actor)
    return part
