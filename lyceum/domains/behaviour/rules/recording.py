"""Recording what happened: one event, each student's own part, good and bad through the same door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind
from lyceum.core.errors import FieldError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.models import Class, Location
from lyceum.domains.academics.queries import standings
from lyceum.domains.behaviour.facts import IncidentSubmitted, StudentPoints
from lyceum.domains.behaviour.models import Incident, IncidentType, Participant
from lyceum.domains.behaviour.models.incidents import GRAVEST, Polarity
from lyceum.domains.behaviour.policies import DID_IT
from lyceum.domains.behaviour.queries import get_incident, whole
from lyceum.domains.behaviour.rules.effects import take_effect
from lyceum.domains.behaviour.rules.files import forget_files_of
from lyceum.domains.behaviour.rules.notices import refuse_other_names, tidy_lines
from lyceum.domains.behaviour.rules.refusals import (
    IncidentStateError,
    NotOnRollError,
    NotSetUpError,
    OccurredAtRangeError,
    PointsSignError,
    SameEventError,
    SeverityRangeError,
)
from lyceum.domains.behaviour.rules.telling import alert_reviewers
from lyceum.domains.behaviour.words import USUAL_POINTS
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Enrolment, Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.tenancy.queries import time_zone
from lyceum.domains.timetable.models import Lesson

BACK, AHEAD, SAME = timedelta(days=366), timedelta(minutes=5), timedelta(minutes=10)
MOST_STUDENTS = 200
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class NewPart:
    """One student's part, as somebody gives it. Without points the type's count, for those who did it."""

    student_id: UUID
    role: str = Participant.Role.INVOLVED
    points: int | None = None
    severity: int | None = None
    outcome: str = ""
    statement: str = ""


@dataclass(frozen=True)
class NewIncident:
    """What somebody reports."""

    type_id: UUID
    parts: Sequence[NewPart]
    occurred_at: datetime | None = None
    """None: now."""
    severity: int | None = None
    location_id: UUID | None = None
    place: str = ""
    lesson_id: UUID | None = None
    class_id: UUID | None = None
    narrative: str = ""
    summary: str = ""
    confidential: bool = False
    draft: bool = False
    is_another: bool = False
    """Said after the question whether it is the same event."""
    source: str = Incident.Source.STAFF
    external_id: str = ""


@dataclass
class Recorded:
    """What was recorded, and whether somebody reviews it first."""

    incident: Incident
    participants: list[Participant] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        """Whether it counts only once somebody has reviewed it."""
        return self.incident.state == Incident.State.SUBMITTED


@transaction.atomic
def record_incident(new: NewIncident, *, actor: Actor) -> Recorded:
    """Record an incident or praise. It counts at once unless its kind or weight asks for a review."""
    actor.require(Permission.INCIDENTS_RECORD)
    kind = _kind(new.type_id)
    occurred_at = check_instant(new.occurred_at, is_import=new.source == Incident.Source.IMPORT)
    on = clock.local(occurred_at, time_zone()).date()
    severity = new.severity if new.severity is not None else kind.severity
    check_severity(severity)
    students = _students(new.parts, on, actor)
    incident = _incident(new, kind, occurred_at, on, severity, actor)
    parts = [_participant(incident, part, students[part.student_id]) for part in new.parts]
    check_summary(incident.summary, parts)
    if not new.is_another and new.source != Incident.Source.IMPORT:
        _refuse_same_event(incident, list(students))
    incident.state = Incident.State.DRAFT
    incident.save(force_insert=True)
    Participant.objects.bulk_create(parts)
    record(
        "behaviour.incident.record",
        target=Target.of(incident),
        changes={"type": [None, kind.code], "severity": [None, severity], "students": [0, len(parts)]},
        actor=actor,
    )
    if not new.draft:
        _submit(incident, parts, actor)
    return Recorded(incident, parts)


def _kind(type_id: UUID) -> IncidentType:
    kind = IncidentType.objects.filter(pk=type_id, active=True).select_related("scale").first()
    if kind is None:
        if not IncidentType.objects.exists():
            raise NotSetUpError(_("There are no kinds of incidents yet: make some under Settings, Behaviour."))
        raise invalid_field("/incident_type", "choice", _("Choose one of the school's kinds of incidents."))
    return kind


def check_instant(given: datetime | None, *, is_import: bool) -> datetime:
    instant = clock.now()
    occurred_at = given or instant
    if occurred_at > instant + AHEAD or (occurred_at < instant - BACK and not is_import):
        words = _("Give a time that is not in the future and at most a year back.")
        raise OccurredAtRangeError(words, errors=[FieldError("/occurred_at", "occurred_at_range", words)])
    return occurred_at


def check_severity(severity: int, pointer: str = "/severity") -> None:
    """Refuse what is none of the four severities."""
    if not 1 <= severity <= GRAVEST:
        words = _("Give a severity from 1 to 4.")
        raise SeverityRangeError(words, errors=[FieldError(pointer, "severity_range", words)])


def check_points(points: int, polarity: str, pointer: str = "/points") -> None:
    """Refuse points of the wrong sign, or too many."""
    if not -100 <= points <= 100:
        raise invalid_field(pointer, "points_range", _("Points lie between -100 and 100."))
    wrong = {Polarity.NEGATIVE: points > 0, Polarity.POSITIVE: points < 0, Polarity.NEUTRAL: points != 0}
    if wrong[Polarity(polarity)]:
        words = {
            Polarity.NEGATIVE: _("A concern costs points: give 0 or less."),
            Polarity.POSITIVE: _("Praise gives points: give 0 or more."),
            Polarity.NEUTRAL: _("A note counts nothing: give 0."),
        }[Polarity(polarity)]
        raise PointsSignError(words, errors=[FieldError(pointer, "points_sign", words)])


def _students(parts: Sequence[NewPart], on: date, actor: Actor) -> dict[UUID, Student]:
    """The students by id. Refuses who is twice, unknown, or was not on roll that day."""
    wanted = [part.student_id for part in parts]
    if not 1 <= len(wanted) <= MOST_STUDENTS:
        raise invalid_field("/students", "required", _("Choose at least one student, and at most 200."))
    if len(set(wanted)) < len(wanted):
        raise invalid_field("/students", "twice", _("A student is there twice."))
    visible = visible_students(actor, Permission.INCIDENTS_RECORD)
    rows = Student.objects.filter(visible, pk__in=wanted).select_related("person")
    found = {student.pk: student for student in rows}
    if len(found) < len(wanted):
        raise invalid_field("/students", "choice", _("Choose students of this school."))
    _refuse_not_on_roll(found, on)
    return found


def _refuse_not_on_roll(students: Mapping[UUID, Student], on: date) -> None:
    spans: dict[UUID, list[Enrolment]] = {}
    for enrolment in Enrolment.objects.filter(student__in=students).order_by("first_day"):
        spans.setdefault(enrolment.student_id, []).append(enrolment)
    faults = []
    for pk, student in students.items():
        if any(span.is_on_roll(on) for span in spans.get(pk, ())):
            continue
        dates = ", ".join(_span_words(span) for span in spans.get(pk, ())) or _("never")
        words = _("%(name)s was not on roll on %(day)s (on roll: %(dates)s).") % {
            "name": student.person.full_name, "day": date_format(on, "DATE_FORMAT"), "dates": dates,
        }  # fmt: skip
        faults.append(FieldError("/students", "not_on_roll", words))
    if faults:
        raise NotOnRollError(faults[0].message, errors=faults)


def _span_words(span: Enrolment) -> str:
    last = date_format(span.last_day, "DATE_FORMAT") if span.last_day else ""
    return f"{date_format(span.first_day, 'DATE_FORMAT')} – {last}".strip()


def _incident(
    new: NewIncident, kind: IncidentType, occurred_at: datetime, on: date, severity: int, actor: Actor
) -> Incident:
    lesson = _found(Lesson, new.lesson_id, "/lesson")
    location = _found(Location, new.location_id, "/location")
    if lesson is not None and location is None and not new.place:
        location = lesson.room
    class_id = new.class_id or (lesson.school_class_id if lesson else None)
    source = Incident.Source.KEY if actor.kind is ActorKind.KEY and new.source == "staff" else new.source
    return Incident(
        type=kind,
        severity=severity,
        occurred_at=occurred_at,
        on=on,
        location=location,
        place=tidy(new.place)[:80],
        lesson=lesson,
        period=lesson.period if lesson else "",
        school_class=_found(Class, class_id, "/class"),
        narrative=new.narrative.strip()[:10_000],
        summary=tidy_lines(new.summary)[:1_000],
        reported_by=actor.id,
        reported_by_name=actor.name[:200],
        confidential=new.confidential,
        source=source,
        external_id=tidy(new.external_id)[:80],
    )


def _found(model: type[Row], row_id: UUID | None, pointer: str) -> Row | None:
    if row_id is None:
        return None
    found = model._default_manager.filter(pk=row_id).first()
    if found is None:
        raise invalid_field(pointer, "choice", _("Choose one of the list."))
    return found


def _participant(incident: Incident, part: NewPart, student: Student) -> Participant:
    if part.role not in Participant.Role.values:
        raise invalid_field("/students", "choice", _("Choose a role of the list."))
    if part.severity is not None:
        check_severity(part.severity, "/students")
    return Participant(
        incident=incident,
        student=student,
        role=part.role,
        points=points_for(incident, part),
        severity=part.severity,
        outcome=tidy_lines(part.outcome)[:500],
        statement=part.statement.strip()[:4_000],
    )


def points_for(incident: Incident, part: NewPart) -> int:
    """What a part counts: nothing for target and witness; else as given, as the type says, or as its weight does."""
    kind = incident.type
    if part.role not in DID_IT:
        if part.points:
            words = _("To whom it was done, or who saw it, gets no points.")
            raise PointsSignError(words, errors=[FieldError("/points", "points_sign", words)])
        return 0
    if part.points is not None:
        check_points(part.points, kind.polarity)
        return part.points
    severity = part.severity or incident.severity
    return kind.points if severity == kind.severity else USUAL_POINTS[kind.polarity][severity - 1]


def check_summary(summary: str, parts: Sequence[Participant]) -> None:
    """Refuse a summary that names one of several students: every family reads it."""
    if summary and len(parts) > 1:
        for part in parts:
            others = [each.student.person for each in parts if each is not part]
            refuse_other_names(summary, part.student.person, others, pointer="/summary")
    for part in parts:
        others = [each.student.person for each in parts if each is not part]
        refuse_other_names(part.outcome, part.student.person, others, pointer="/outcome")


def _refuse_same_event(incident: Incident, students: Sequence[UUID]) -> None:
    near = (incident.occurred_at - SAME, incident.occurred_at + SAME)
    rows = Incident.objects.filter(
        type=incident.type,
        reported_by=incident.reported_by,
        occurred_at__range=near,
        participants__student__in=students,
    ).exclude(state__in=(Incident.State.REJECTED, Incident.State.WITHDRAWN))
    known = rows.order_by("-occurred_at").first()
    if known is not None:
        raise SameEventError(
            _("You recorded this for the same student minutes ago. Is it the same event, or another one?"),
            incident=str(known.pk),
            link=f"/incidents/{known.pk}/",
        )


def needs_review(incident: Incident) -> bool:
    """Whether somebody else looks at it before it counts."""
    return incident.type.needs_review or incident.is_guarded or incident.source == Incident.Source.KEY


def _submit(incident: Incident, parts: Sequence[Participant], actor: Actor) -> None:
    instant = clock.now()
    is_import = incident.source == Incident.Source.IMPORT
    waits = needs_review(incident) and not is_import
    incident.submitted_at = instant
    incident.state = Incident.State.SUBMITTED if waits else Incident.State.APPROVED
    incident.approved_at = None if waits else instant
    incident.save(update_fields=["state", "submitted_at", "approved_at", "updated_at"])
    facts = []
    if not is_import:
        placed = standings([part.student_id for part in parts], incident.on)
        grades = sorted({row.grade_id for row in placed.values() if row.grade_id})
        facts.append(
            IncidentSubmitted(
                incident=incident.pk,
                incident_type=incident.type_id,
                severity=incident.severity,
                students=[StudentPoints(student=part.student_id, points=part.points) for part in parts],
                grades=grades,
                confidential=incident.confidential,
                guarded=incident.is_guarded,
                protected=incident.is_guarded,
            )
        )
    changes = {"state": ["draft", incident.state]}
    if not is_import:
        alert_reviewers(incident, actor=actor)
    record("behaviour.incident.submit", target=Target.of(incident), changes=changes, facts=facts, actor=actor)
    if not waits:
        take_effect(incident, parts, reviewed=False, quiet=is_import, actor=actor)


@transaction.atomic
def submit_incident(incident_id: UUID, *, actor: Actor) -> Incident:
    """Hand in a draft of one's own."""
    actor.require(Permission.INCIDENTS_RECORD)
    incident = _own_draft(incident_id, actor)
    _submit(incident, list(incident.participants.select_related("student__person")), actor)
    return incident


@transaction.atomic
def delete_draft(incident_id: UUID, *, actor: Actor) -> None:
    """Delete a draft of one's own. Nothing else is ever deleted."""
    actor.require(Permission.INCIDENTS_RECORD)
    incident = _own_draft(incident_id, actor)
    record("behaviour.incident.delete", target=Target.of(incident), actor=actor)
    forget_files_of(incident.pk)
    incident.delete()


def _own_draft(incident_id: UUID, actor: Actor) -> Incident:
    rows = whole(Incident.objects.filter(pk=incident_id, reported_by=actor.id))
    incident = next(iter(rows.select_for_update(of=("self",))), None)
    if incident is None:
        raise NotFoundError
    if incident.state != Incident.State.DRAFT:
        raise IncidentStateError(_("It is no draft any more."), state=incident.state)
    return incident


@transaction.atomic
def add_students(incident_id: UUID, *, parts: Sequence[NewPart], actor: Actor) -> Incident:
    """Add students to the same event. What counts already counts for them at once."""
    actor.require(Permission.INCIDENTS_RECORD)
    incident = get_incident(incident_id, actor=actor, lock=True)
    is_own = incident.reported_by == actor.id
    if not is_own:
        actor.require(Permission.INCIDENTS_REVIEW)
    if incident.state in (Incident.State.REJECTED, Incident.State.WITHDRAWN):
        raise IncidentStateError(_("It does not count: record it anew."), state=incident.state)
    there = list(incident.participants.select_related("student__person"))
    students = _students(parts, incident.on, actor)
    if {part.student_id for part in there} & set(students):
        raise invalid_field("/students", "twice", _("A student is there already."))
    if incident.counts and is_own and needs_review(incident) and not actor.may(Permission.INCIDENTS_REVIEW):
        raise IncidentStateError(_("It was reviewed: ask a reviewer to add students."), state=incident.state)
    added = [_participant(incident, part, students[part.student_id]) for part in parts]
    check_summary(incident.summary, [*there, *added])
    Participant.objects.bulk_create(added)
    changes = {"students": [len(there), len(there) + len(added)]}
    record("behaviour.incident.add_students", target=Target.of(incident), changes=changes, actor=actor)
    if incident.counts:
        take_effect(incident, added, reviewed=False, quiet=False, actor=actor)
    return incident


def as_another(new: NewIncident) -> NewIncident:
    """The same report, said to be of another event."""
    return replace(new, is_another=True)
