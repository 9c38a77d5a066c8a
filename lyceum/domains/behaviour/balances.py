"""Points in numbers: net, gained and lost, per student and scale, with the entries they are made of."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.academics.queries import in_class
from lyceum.domains.behaviour.models import Incident, Participant, PointEntry
from lyceum.domains.behaviour.policies import visible_incidents, visible_participations
from lyceum.domains.behaviour.queries import IncidentFilter
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.people.queries import is_on_roll
from lyceum.domains.tenancy.queries import today


@dataclass(frozen=True)
class Balance:
    """A student's points on one scale."""

    student_id: UUID
    scale_id: UUID
    scale: str
    positive: int = 0
    negative: int = 0
    """Points lost, as a positive number."""

    @property
    def net(self) -> int:
        """What remains."""
        return self.positive - self.negative


# An entry that takes another back lowers the sum to which that one belongs: what was withdrawn is neither praise nor
# loss.
_BALANCES = """
SELECT e.student_id, s.id, s.name,
  coalesce(sum(e.points) FILTER (WHERE (e.reason <> 'reversal') = (e.points > 0)), 0),
  coalesce(-sum(e.points) FILTER (WHERE (e.reason <> 'reversal') = (e.points < 0)), 0)
FROM behaviour_pointentry e JOIN behaviour_pointscale s ON s.school_id = %(school)s AND s.id = e.scale_id
WHERE e.school_id = %(school)s AND e.student_id = ANY(%(students)s)
  AND (e.year_id IS NOT DISTINCT FROM %(year)s OR NOT s.year_reset AND %(current)s)
  AND (%(scale)s::uuid IS NULL OR s.id = %(scale)s)
GROUP BY e.student_id, s.id, s.name, s.position ORDER BY e.student_id, s.position, s.id
"""


def read_balances(
    students: Collection[UUID], *, scale: UUID | None = None, year: AcademicYear | None = None
) -> dict[UUID, list[Balance]]:
    """The balances of students in one statement, for this year or another. Ask only about those the actor may see."""
    asked = year or school_days().year_of(today())
    values: dict[str, Any] = {
        "school": current_school(), "students": list(students), "scale": scale,
        "year": asked.pk if asked else None, "current": year is None,
    }  # fmt: skip
    found: dict[UUID, list[Balance]] = {student: [] for student in students}
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES, values)
        for row in cursor.fetchall():
            found[row[0]].append(Balance(row[0], row[1], row[2], int(row[3]), int(row[4])))
    return found


def list_balances(actor: Actor, chosen: IncidentFilter, *, scale: UUID | None = None) -> dict[UUID, list[Balance]]:
    """The balances of the students asked about, as far as the actor may see them."""
    actor.require(Permission.BEHAVIOUR_VIEW)
    rows = Student.objects.filter(visible_students(actor, Permission.BEHAVIOUR_VIEW))
    wanted = chosen.on_student()
    rows = rows.filter(wanted) if wanted is not None else rows.filter(is_on_roll(today()))
    return read_balances(
        list(rows.order_by("person__sort_name", "pk").values_list("pk", flat=True)[:2000]), scale=scale
    )


def list_entries(
    actor: Actor, *, student: UUID | None = None, scale: UUID | None = None, school_class: UUID | None = None
) -> QuerySet[PointEntry]:
    """The entries behind the numbers, newest first: those of incidents that the actor may know of, and all others."""
    actor.require(Permission.BEHAVIOUR_VIEW)
    students = Student.objects.filter(visible_students(actor, Permission.BEHAVIOUR_VIEW))
    rows = PointEntry.objects.filter(student__in=students)
    read = Q(participant__incident__in=Incident.objects.filter(visible_incidents(actor)))
    known = Q(participant__in=Participant.objects.filter(visible_participations(actor)))
    rows = rows.filter(Q(participant__isnull=True) | read | known)
    if student:
        rows = rows.filter(student=student)
    if scale:
        rows = rows.filter(scale=scale)
    if school_class:
        rows = rows.filter(student__in=Student.objects.filter(in_class(school_class, today())))
    rows = rows.select_related("student__person", "scale", "year", "participant__incident__type")
    return rows.order_by("-on", "-at", "pk")
