"""Reading incidents, parts, points, stages and notices, as far as somebody's rights reach."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import Grade
from lyceum.domains.academics.queries import in_class, in_grade, in_house
from lyceum.domains.behaviour.models import (
    Action,
    EscalationCase,
    EscalationPolicy,
    Incident,
    IncidentType,
    Notice,
    Participant,
    PointScale,
)
from lyceum.domains.behaviour.policies import visible_incidents, visible_participations
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import kept_from_work, own_family, own_record, visible_students
from lyceum.domains.tenancy.queries import time_zone, today

INCIDENT_ORDER = ("-occurred_at", "pk")
PARTICIPATION_ORDER = ("-incident__occurred_at", "pk")


def list_types(actor: Actor, *, active: bool = True) -> QuerySet[IncidentType]:
    """The kinds of incidents to choose from, praise first."""
    actor.require(Permission.INCIDENTS_RECORD if active else Permission.INCIDENTS_VIEW)
    rows = IncidentType.objects.select_related("scale").order_by("position", "name", "pk")
    return rows.filter(active=True) if active else rows


def list_scales(actor: Actor) -> QuerySet[PointScale]:
    """The school's scales, the usual one first."""
    actor.require(Permission.BEHAVIOUR_VIEW)
    return PointScale.objects.order_by("position", "pk")


@dataclass(frozen=True)
class IncidentFilter:
    """Which incidents; nothing narrows nothing."""

    student: UUID | None = None
    type: UUID | None = None
    severity: int | None = None
    polarity: str = ""
    first: date | None = None
    last: date | None = None
    status: str = ""
    school_class: UUID | None = None
    grade: UUID | None = None
    house: str = ""
    place: str = ""
    mine: bool = False
    weekday: int | None = None
    period: str = ""

    def on_incident(self, actor: Actor) -> Q:
        """As a filter on Incident."""
        return self._narrow(actor, "")

    def on_part(self, actor: Actor) -> Q:
        """As a filter on Participant."""
        return self._narrow(actor, "incident__")

    def _narrow(self, actor: Actor, to: str) -> Q:
        wanted = Q()
        for value, condition in (
            (self.type, {"type": self.type}),
            (self.severity, {"severity": self.severity}),
            (self.polarity, {"type__polarity": self.polarity}),
            (self.first, {"on__gte": self.first}),
            (self.last, {"on__lte": self.last}),
            (self.status, {"state": self.status}),
            (self.weekday, {"on__iso_week_day": self.weekday}),
            (self.period, {"period": self.period}),
            (self.mine, {"reported_by": actor.user_id}),
        ):
            if value:
                wanted &= Q(**{f"{to}{name}": each for name, each in condition.items()})
        if self.place:
            wanted &= Q(**{f"{to}location__name": self.place}) | Q(**{f"{to}place": self.place})
        return wanted

    def on_student(self) -> Q | None:
        """As a filter on Student, or None where any student will do."""
        day = today()
        wanted: Q | None = None
        for condition in (
            self.student and Q(pk=self.student),
            self.grade and in_grade(self.grade, day),
            self.house and in_house(self.house, day),
            self.school_class and in_class(self.school_class, day),
        ):
            if condition:
                wanted = condition if wanted is None else wanted & condition
        return wanted


def list_incidents(actor: Actor, chosen: IncidentFilter | None = None) -> QuerySet[Incident]:
    """The incidents that the actor may read with their narrative, newest first."""
    actor.require(Permission.INCIDENTS_VIEW)
    chosen = chosen or IncidentFilter()
    rows = Incident.objects.filter(visible_incidents(actor), chosen.on_incident(actor))
    students = chosen.on_student()
    if students is not None:
        parts = Participant.objects.filter(incident=OuterRef("pk"), student__in=Student.objects.filter(students))
        rows = rows.filter(Exists(parts))
    return whole(rows).order_by(*INCIDENT_ORDER)


def whole(rows: QuerySet[Incident]) -> QuerySet[Incident]:
    """Incidents with what is shown of them, in two statements whatever their number."""
    parts = Participant.objects.select_related("student__person").order_by("student__person__sort_name", "pk")
    rows = rows.select_related("type__scale", "location", "school_class", "lesson")
    return rows.prefetch_related(Prefetch("participants", parts, to_attr="parts"))


def get_incident(incident_id: UUID, *, actor: Actor, lock: bool = False) -> Incident:
    """The incident with its students. Unknown and hidden are the same."""
    actor.require(Permission.INCIDENTS_VIEW)
    rows = whole(Incident.objects.filter(visible_incidents(actor), pk=incident_id))
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = next(iter(rows), None)
    if found is None:
        raise NotFoundError
    return found


def parts_of(incident: Incident) -> list[Participant]:
    """The students' parts, as `whole` has read them."""
    parts: list[Participant] = incident.parts  # type: ignore[attr-defined]  # prefetched by whole()
    return parts


def list_participations(actor: Actor, chosen: IncidentFilter | None = None) -> QuerySet[Participant]:
    """Students' parts as families read them: never the narrative, never anybody else."""
    actor.require(Permission.BEHAVIOUR_VIEW)
    chosen = chosen or IncidentFilter()
    incidents = Incident.objects.filter(chosen.on_incident(actor))
    rows = Participant.objects.filter(visible_participations(actor), incident__in=incidents)
    students = chosen.on_student()
    if students is not None:
        rows = rows.filter(student__in=Student.objects.filter(students))
    rows = rows.select_related("incident__type__scale", "incident__location", "student__person")
    return rows.order_by(*PARTICIPATION_ORDER)


def get_participation(incident_id: UUID, student_id: UUID, *, actor: Actor, lock: bool = False) -> Participant:
    """One student's part, where the actor may read it."""
    rows = list_participations(actor).filter(incident=incident_id, student=student_id)
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = next(iter(rows), None)
    if found is None:
        raise NotFoundError
    return found


def list_contests(actor: Actor) -> QuerySet[Participant]:
    """What was contested and not answered yet, oldest first."""
    actor.require(Permission.CONTESTS_ANSWER)
    seen = Incident.objects.filter(visible_incidents(actor))
    rows = Participant.objects.filter(contested_at__isnull=False, answered_at__isnull=True, incident__in=seen)
    rows = rows.select_related("incident__type", "student__person")
    return rows.order_by("contested_at", "pk")


def list_cases(actor: Actor, *, states: Iterable[str] = (), student: UUID | None = None) -> QuerySet[EscalationCase]:
    """Stages of the students whose behaviour the actor may see: newest first."""
    actor.require(Permission.BEHAVIOUR_VIEW)
    students = Student.objects.filter(visible_students(actor, Permission.BEHAVIOUR_VIEW))
    rows = EscalationCase.objects.filter(student__in=students)
    decided, own = Q(state__in=("approved", "done")), Student.objects.filter(own_record(actor))
    told = decided | Q(state="warned", student__in=own)  # no family hears of a stage before somebody has decided
    if actor.may(Permission.INCIDENTS_VIEW):
        family = Student.objects.filter(own_family(actor))
        rows = rows.exclude(student__in=kept_from_work(actor)).filter(told | ~Q(student__in=family))
    else:
        rows = rows.filter(told) if actor.may(Permission.INCIDENTS_CONTEST) else rows.none()
    if states:
        rows = rows.filter(state__in=list(states))
    if student:
        rows = rows.filter(student=student)
    return rows.select_related("policy", "student__person").order_by("-created_at", "pk")


@dataclass(frozen=True)
class StageFilter:
    """What narrows a list of stages; nothing given narrows nothing."""

    student: UUID | None = None
    grade: UUID | None = None
    state: str = ""
    stage: int | None = None
    first: date | None = None
    last: date | None = None
    """The days between which the stage came near or was reached."""


def narrow_cases(actor: Actor, chosen: StageFilter) -> QuerySet[EscalationCase]:
    """The stages that a filter leaves, newest first."""
    rows = list_cases(actor, states=[chosen.state] if chosen.state else (), student=chosen.student)
    if chosen.grade:
        rows = rows.filter(student__in=Student.objects.filter(in_grade(chosen.grade, today())))
    if chosen.stage is not None:
        rows = rows.filter(stage=chosen.stage)
    zone = clock.zone(time_zone())
    if chosen.first:
        rows = rows.filter(created_at__gte=datetime.combine(chosen.first, time.min, tzinfo=zone))
    if chosen.last:
        rows = rows.filter(created_at__lt=datetime.combine(chosen.last + timedelta(days=1), time.min, tzinfo=zone))
    return rows


def letters_of(cases: Iterable[EscalationCase], *, actor: Actor) -> dict[UUID, Notice]:
    """The newest letter about each stage, for those who may send letters: one statement."""
    if not actor.may(Permission.NOTICES_SEND):
        return {}
    rows = list_notices(actor).filter(case__in=[case.pk for case in cases]).exclude(state=Notice.State.WITHDRAWN)
    return {row.case_id: row for row in reversed(rows) if row.case_id}


def get_case(case_id: UUID, *, actor: Actor, lock: bool = False) -> EscalationCase:
    """The stage that a student came to, where the actor may see it."""
    rows = list_cases(actor).filter(pk=case_id)
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = next(iter(rows), None)
    if found is None:
        raise NotFoundError
    return found


def list_policies(actor: Actor) -> QuerySet[EscalationPolicy]:
    """Every version of every policy, newest first."""
    actor.require(Permission.BEHAVIOUR_EDIT)
    return EscalationPolicy.objects.select_related("scale").order_by("series", "-version")


def list_actions(actor: Actor, *, student: UUID | None = None, state: str = "") -> QuerySet[Action]:
    """What follows for the students whose behaviour the actor may see at work; newest first."""
    actor.require(Permission.INCIDENTS_VIEW)
    students = Student.objects.filter(visible_students(actor, Permission.INCIDENTS_VIEW))
    rows = Action.objects.filter(student__in=students)
    if student:
        rows = rows.filter(student=student)
    if state:
        rows = rows.filter(state=state)
    if not actor.may(Permission.CONFIDENTIAL_VIEW):
        rows = rows.filter(Q(participant__isnull=True) | Q(participant__incident__confidential=False))
    return rows.select_related("student__person", "owner__person").order_by("-starts_on", "pk")


def list_notices(
    actor: Actor, *, incident: UUID | None = None, case: UUID | None = None, states: Iterable[str] = ()
) -> QuerySet[Notice]:
    """Notices that the actor may send, newest first."""
    actor.require(Permission.NOTICES_SEND)
    rows = Notice.objects.all()
    if not actor.reaches_all(Permission.NOTICES_SEND):
        rows = rows.filter(participant__incident__reported_by=actor.user_id)
    if not actor.may(Permission.CONFIDENTIAL_VIEW):
        rows = rows.filter(Q(participant__isnull=True) | Q(participant__incident__confidential=False))
    if incident:
        rows = rows.filter(participant__incident=incident)
    if case:
        rows = rows.filter(case=case)
    if states:
        rows = rows.filter(state__in=list(states))
    rows = rows.exclude(student__in=kept_from_work(actor))
    return rows.select_related("student__person", "participant__incident__type").order_by("-created_at", "pk")


def list_family_notices(actor: Actor, *, student: UUID | None = None) -> QuerySet[Notice]:
    """What was sent to the actor's family about their children, newest first."""
    actor.require(Permission.NOTICES_ACKNOWLEDGE)
    mine = Student.objects.filter(visible_students(actor, Permission.NOTICES_ACKNOWLEDGE))
    rows = Notice.objects.filter(student__in=mine, state=Notice.State.SENT)
    if student:
        rows = rows.filter(student=student)
    return rows.select_related("student__person", "participant__incident__type").order_by("-sent_at", "pk")


def get_letter(notice_id: UUID, *, actor: Actor) -> Notice:
    """A notice whose text was approved, for who may send it and for the families who were sent it."""
    approved = (Notice.State.APPROVED, Notice.State.RECALLABLE, Notice.State.SENT)
    if actor.may(Permission.NOTICES_SEND):
        found = list_notices(actor, states=approved).filter(pk=notice_id).first()
        if found is not None:
            return found
    if actor.may(Permission.NOTICES_ACKNOWLEDGE):
        found = list_family_notices(actor).filter(pk=notice_id).first()
        if found is not None:
            return found
    raise NotFoundError


def count_unread(actor: Actor) -> dict[UUID, int]:
    """How many notices about each of the actor's children ask for an answer and have none."""
    if not actor.may(Permission.NOTICES_ACKNOWLEDGE):
        return {}
    rows = list_family_notices(actor).filter(asks_acknowledgement=True, acknowledged_at__isnull=True)
    return dict(rows.order_by().values_list("student").annotate(n=Count("pk")))


def grade_of(wanted: UUID) -> Grade:
    """The grade of that id."""
    found = Grade.objects.filter(pk=wanted).first()
    if found is None:
        raise NotFoundError
    return found
