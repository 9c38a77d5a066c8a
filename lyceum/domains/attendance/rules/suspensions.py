"""Absences that follow from what was decided elsewhere: a suspension is planned, cut short and called off."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.domains.attendance.codes import code_named
from lyceum.domains.attendance.facts import PlannedDecided
from lyceum.domains.attendance.models import PlannedAbsence, PlannedStudent
from lyceum.domains.attendance.planned import days_until_now
from lyceum.domains.attendance.rules.planned import NewAbsence, afternoons, decide, derive_days, make_planned
from lyceum.domains.attendance.rules.refusals import AttendanceNotSetUpError
from lyceum.domains.attendance.rules.sessions import lock_days
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Student

ONE_DAY = timedelta(days=1)


@transaction.atomic
def plan_from_action(new: NewAbsence, *, source: str, actor: Actor) -> PlannedAbsence:
    """An absence that follows from what was decided elsewhere, as a suspension: approved at once, once per source."""
    known = PlannedAbsence.objects.filter(source=source).first()
    if known:
        return known
    students = list(Student.objects.filter(pk__in=new.students).order_by("pk"))
    code = code_named("suspension")
    if code is None or not students:
        raise NotFoundError
    planned = make_planned(
        new, students, origin=PlannedAbsence.Origin.SUSPENSION, code=code, source=source, actor=actor
    )
    lock_days(days_until_now(planned))
    PlannedStudent.objects.filter(planned=planned).update(holds=True)
    return decide(planned, PlannedAbsence.State.APPROVED, "", actor)


def plan_suspension(action_id: UUID, *, student_id: UUID, first: date, last: date, actor: Actor) -> None:
    """Plan the absence of a suspended student. A school that takes no registers yet has none to plan."""
    new = NewAbsence([student_id], first, last, reason=_("Suspended"))
    try:
        plan_from_action(new, source=_source(action_id), actor=actor)
    except (AttendanceNotSetUpError, NotFoundError):
        return


@transaction.atomic
def end_suspension(action_id: UUID, *, last: date | None, actor: Actor) -> None:
    """The student is back after a last day, or never was away: what is left of the planned absence holds no more."""
    planned = PlannedAbsence.objects.filter(source=_source(action_id), state=PlannedAbsence.State.APPROVED).first()
    if planned is None or (last is not None and last >= planned.ends_on):
        return
    lock_days(days_until_now(planned))
    planned = PlannedAbsence.objects.select_for_update(of=("self",)).select_related("code").get(pk=planned.pk)
    if last is None or last < planned.starts_on:
        PlannedStudent.objects.filter(planned=planned).update(holds=False)
        decide(planned, PlannedAbsence.State.CANCELLED, "", actor)
        return
    until, days = planned.ends_on, days_until_now(planned)
    students = list(PlannedStudent.objects.filter(planned=planned).values_list("student", flat=True))
    PlannedStudent.objects.filter(planned=planned, ends_on__gt=last).update(ends_on=last, ends_half=1)
    planned.ends_on, planned.ends_half = last, 1
    planned.save(update_fields=["ends_on", "ends_half", "updated_at"])
    begins, ends = afternoons(last + ONE_DAY, until, 1)
    told = PlannedDecided(
        planned=planned.pk, state="arrived", students=students, asked_by=planned.asked_by, first=begins, last=ends
    )
    facts = [told, *(each.fact for each in derive_days(days, students))]
    changes = {"ends_on": [f"{until}", f"{last}"]}
    record("attendance.absence.shorten", target=Target.of(planned), changes=changes, facts=facts, actor=actor)


def _source(action_id: UUID) -> str:
    return f"behaviour.action:{action_id}"
