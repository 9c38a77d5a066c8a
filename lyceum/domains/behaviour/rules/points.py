"""Points: written when an incident is approved, by hand, or brought over; taken back by an entry of their own."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Abs
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.queries import find_year
from lyceum.domains.behaviour.facts import PointsChanged
from lyceum.domains.behaviour.models import Incident, Participant, PointEntry, PointScale
from lyceum.domains.behaviour.rules.refusals import IncidentStateError, PointsLimitError
from lyceum.domains.behaviour.rules.stages import check_stages
from lyceum.domains.behaviour.settings import school_settings
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.queries import get_student
from lyceum.domains.tenancy.queries import today

MOST = 100


@dataclass(frozen=True)
class _Part:
    """What somebody's part in an incident counts, and where."""

    student_id: UUID
    scale_id: UUID
    points: int
    on: date
    participant_id: UUID | None = None


def write_incident_points(incident: Incident, participants: Iterable[Participant], actor: Actor) -> list[PointsChanged]:
    """Points for those who did it, on the day it happened."""
    parts = [
        _Part(each.student_id, incident.type.scale_id, each.points, incident.on, each.pk)
        for each in participants
        if each.did_it and each.points
    ]
    return _write(parts, PointEntry.Reason.INCIDENT, actor)


def write_nothing_left(entries: Iterable[PointEntry], actor: Actor, *, note: str = "") -> None:
    """After entries were reversed and nothing counts instead: an entry of none for each, so that this is said too."""
    parts = [_Part(e.student_id, e.scale_id, 0, e.on, e.participant_id) for e in entries if e.participant_id]
    _write(parts, PointEntry.Reason.INCIDENT, actor, note=note[:300])


def _write(parts: Sequence[_Part], reason: str, actor: Actor, **more: Any) -> list[PointsChanged]:
    if not parts:
        return []
    year = find_year(parts[0].on)
    PointEntry.objects.bulk_create(
        PointEntry(
            student_id=part.student_id,
            scale_id=part.scale_id,
            points=part.points,
            reason=reason,
            participant_id=part.participant_id,
            year=year,
            on=part.on,
            by=actor.id,
            by_name=actor.name[:200],
            at=clock.now(),
            **more,
        )
        for part in parts
    )
    return [PointsChanged(student=p.student_id, scale=p.scale_id, delta=p.points) for p in parts]


def reverse_entries(entries: Iterable[PointEntry], actor: Actor, *, note: str = "") -> list[PointsChanged]:
    """Take entries back: each by one of its own on the same day, so that every window holds both or neither."""
    taken = [entry for entry in entries if entry.reason != PointEntry.Reason.REVERSAL]
    PointEntry.objects.bulk_create(
        PointEntry(
            student_id=entry.student_id,
            scale_id=entry.scale_id,
            points=-entry.points,
            reason=PointEntry.Reason.REVERSAL,
            participant_id=entry.participant_id,
            reverses=entry,
            year_id=entry.year_id,
            on=entry.on,
            note=note[:300],
            by=actor.id,
            by_name=actor.name[:200],
            at=clock.now(),
        )
        for entry in taken
    )
    return [PointsChanged(student=e.student_id, scale=e.scale_id, delta=-e.points) for e in taken]


def standing_entries(incident: Incident) -> list[PointEntry]:
    """The entries of an incident that nobody took back."""
    rows = PointEntry.objects.filter(participant__incident=incident, reversals__isnull=True)
    return list(rows.exclude(reason=PointEntry.Reason.REVERSAL).order_by("pk"))


def usual_scale() -> PointScale:
    """The school's first scale."""
    scale = PointScale.objects.order_by("position", "pk").first()
    if scale is None:
        raise NotFoundError(_("The school has no scale of points yet."))
    return scale


@transaction.atomic
def award_points(
    student_id: UUID, *, points: int, note: str = "", scale_id: UUID | None = None, actor: Actor
) -> PointEntry:
    """Give or take points by hand. A teacher gives a student a few a day, up or down."""
    actor.require(Permission.POINTS_AWARD)
    student = get_student(student_id, actor=actor, permission=Permission.POINTS_AWARD)
    if not 0 < abs(points) <= MOST:
        raise invalid_field("/points", "points_range", _("Give 1 to 100 points, or take as many."))
    scale = PointScale.objects.filter(pk=scale_id).first() if scale_id else usual_scale()
    if scale is None:
        raise invalid_field("/scale", "choice", _("Choose one of the school's scales."))
    day = today()
    if not actor.reaches_all(Permission.POINTS_AWARD):
        _refuse_above_limit(student_id, points, day, actor)
    part = _Part(student.pk, scale.pk, points, day)
    facts = _write([part], PointEntry.Reason.MANUAL, actor, note=tidy(note)[:300])
    entry = PointEntry.objects.filter(student=student, reason=PointEntry.Reason.MANUAL).latest("at", "pk")
    record(
        "behaviour.points.award",
        target=Target.of(student),
        changes={"points": [None, points], "scale": [None, str(scale.pk)]},
        reason=note,
        facts=facts,
        actor=actor,
    )
    check_stages([student.pk], actor=actor)
    return entry


def _refuse_above_limit(student_id: UUID, points: int, day: date, actor: Actor) -> None:
    limit = school_settings().teacher_points_a_day
    rows = PointEntry.objects.filter(student=student_id, reason=PointEntry.Reason.MANUAL, on=day, by=actor.id)
    given = rows.aggregate(sum=Sum(Abs("points")))["sum"] or 0
    if given + abs(points) > limit:
        raise PointsLimitError(
            _("You may give or take %(limit)s points a day for each student; %(given)s are given already.")
            % {"limit": limit, "given": given}
        )


@transaction.atomic
def take_back_points(entry_id: UUID, *, reason: str, actor: Actor) -> None:
    """Take back points that were given by hand. Those of an incident go with the incident."""
    actor.require(Permission.POINTS_AWARD)
    entry = PointEntry.objects.filter(pk=entry_id).select_related("student__person").first()
    if entry is None:
        raise NotFoundError
    get_student(entry.student_id, actor=actor, permission=Permission.POINTS_AWARD)
    own = actor.reaches_all(Permission.POINTS_AWARD) or entry.by == actor.id
    if not own:
        raise NotFoundError
    if entry.reason not in (PointEntry.Reason.MANUAL, PointEntry.Reason.OPENING_BALANCE):
        raise IncidentStateError(_("These points belong to an incident: withdraw or change that."))
    taken = IncidentStateError(_("These points were taken back already."))
    with refusing(reversed_once=lambda: taken):
        facts = reverse_entries([entry], actor, note=tidy(reason))
    record(
        "behaviour.points.take_back",
        target=Target.of(entry.student),
        changes={"points": [entry.points, 0]},
        reason=reason,
        facts=facts,
        actor=actor,
    )
    check_stages([entry.student_id], actor=actor)


def bring_balances(balances: Sequence[tuple[UUID, UUID, int, str]], *, on: date, actor: Actor) -> int:
    """Balances of another system, each once: student, scale, points, and the id it had there."""
    actor.require_all(Permission.BEHAVIOUR_EDIT)
    known = set(
        PointEntry.objects.filter(external_id__in=[row[3] for row in balances]).values_list("external_id", flat=True)
    )
    new = [row for row in balances if row[3] not in known]
    year = find_year(on)
    PointEntry.objects.bulk_create(
        PointEntry(
            student_id=student,
            scale_id=scale,
            points=points,
            reason=PointEntry.Reason.OPENING_BALANCE,
            external_id=external_id,
            year=year,
            on=on,
            by=actor.id,
            by_name=actor.name[:200],
            at=clock.now(),
        )
        for student, scale, points, external_id in new
    )
    return len(new)
