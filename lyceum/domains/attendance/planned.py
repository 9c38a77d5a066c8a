"""Reading planned absences: each person those of the students they may ask for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.academics.days import school_days
from lyceum.domains.attendance.codes import code_named
from lyceum.domains.attendance.models import PlannedAbsence, PlannedStudent, SessionPattern
from lyceum.domains.attendance.policies import of_family
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import holds_on, visible_students
from lyceum.domains.tenancy.queries import today


def list_planned_students(actor: Actor, *, state: str = "", student: UUID | None = None) -> QuerySet[PlannedStudent]:
    """Planned absences, a row for each student the actor may ask for, the earliest first."""
    actor.require(Permission.ABSENCES_ASK)
    seen = Student.objects.filter(visible_students(actor, Permission.ABSENCES_ASK))
    rows = PlannedStudent.objects.filter(student__in=seen).annotate(read_at_home=of_family(actor))
    if state:
        rows = rows.filter(planned__state=state)
    if student:
        rows = rows.filter(student=student)
    return rows.select_related("planned__code", "student__person").order_by("planned__starts_on", "pk")


def list_planned(actor: Actor, *, state: str = "", student: UUID | None = None) -> QuerySet[PlannedAbsence]:
    """Planned absences with `seen`: those of their students whom the actor may ask for."""
    everybody = list_planned_students(actor).order_by("student__person__sort_name", "pk")
    mine = everybody.filter(student=student) if student else everybody
    rows = PlannedAbsence.objects.filter(pk__in=mine.order_by().values("planned"))
    if state:
        rows = rows.filter(state=state)
    seen = Prefetch("students", everybody.select_related("student__person"), to_attr="seen")
    return rows.select_related("code").prefetch_related(seen).order_by("starts_on", "pk")


@dataclass(frozen=True)
class PlannedCode:
    """What a planned absence is marked as, as somebody reads it."""

    symbol: str | None
    """None for families."""
    words: str | None
    """To be translated; for families once it is approved."""


def read_code(planned: PlannedAbsence, students: Sequence[PlannedStudent] | None = None) -> PlannedCode:
    """The code for those who work with a student of it, of those that `list_planned` saw; words for their family."""
    seen: Sequence[PlannedStudent] = students or planned.seen  # type: ignore[attr-defined]  # prefetched
    code = planned.code
    if code is None:
        return PlannedCode(None, None)
    if all(each.is_family for each in seen):
        return PlannedCode(None, code.family_words if planned.state == PlannedAbsence.State.APPROVED else None)
    return PlannedCode(code.symbol, code.label)


def get_planned(planned_id: UUID, *, actor: Actor, lock: bool = False) -> PlannedAbsence:
    """One planned absence, where the actor may ask for a student of it. Unknown and hidden are the same."""
    rows = list_planned(actor).filter(pk=planned_id)
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = next(iter(rows), None)
    if found is None:
        raise NotFoundError
    return found


def recent_planned(students: Sequence[UUID], *, actor: Actor, since: date) -> dict[UUID, list[PlannedStudent]]:
    """The planned absences of each student that reach beyond a day, in one statement."""
    rows = list_planned_students(actor).filter(student__in=students, planned__ends_on__gte=since)
    found: dict[UUID, list[PlannedStudent]] = {student: [] for student in students}
    for row in rows.order_by("planned__starts_on", "pk"):
        found[row.student_id].append(row)
    return found


def days_until_now(planned: PlannedAbsence) -> list[date]:
    """The school days of a planned absence that have come."""
    return school_days().between(planned.starts_on, min(planned.ends_on, today()))


def find_lock(student: UUID, *, on: date, half: int) -> PlannedStudent | None:
    """The planned absence that holds a student's mark in a half of a day."""
    rows = PlannedStudent.objects.filter(student=student, holds=True, starts_on__lte=on, ends_on__gte=on)
    holding = [row for row in rows.select_related("planned", "student__person").order_by("pk") if row.covers(on, half)]
    return holding[0] if holding else None


def prefilled_codes(students: Collection[UUID], *, on: date, half: int, session: str) -> dict[UUID, str]:
    """The symbols that planned absences, and sessions not expected here, put on a register: by student."""
    wanted = f"{on.isoweekday()}{session or ('AM', 'PM')[half]}"
    patterns = SessionPattern.objects.filter(holds_on(on), student__in=students, sessions__contains=[wanted])
    found: dict[UUID, str] = {}
    for student, case in patterns.order_by("starts_on", "-pk").values_list("student", "case"):
        code = code_named(case)
        if code:
            found[student] = code.symbol
    rows = PlannedStudent.objects.filter(student__in=students, holds=True, starts_on__lte=on, ends_on__gte=on)
    for row in rows.select_related("planned__code").order_by("-planned__starts_on", "-pk"):
        if row.covers(on, half) and row.planned.code:
            found[row.student_id] = row.planned.code.symbol
    return found
