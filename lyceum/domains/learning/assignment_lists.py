"""Assignments with what whoever asks has to do with each: counts at work, one's own and one's children's work."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from lyceum.core.actor import Actor
from lyceum.domains.learning.assignment_policies import family_submissions, is_staff_here, staff_assignments
from lyceum.domains.learning.assignment_queries import Counts, count_work, list_submissions, whole_submissions
from lyceum.domains.learning.assignment_shown import Shown, shown
from lyceum.domains.learning.models import Assignment


@dataclass(frozen=True)
class Mine:
    """An assignment as it concerns somebody."""

    assignment: Assignment
    counts: Counts | None
    """For those who read the work of others."""
    own: Shown | None
    children: Sequence[Shown]


def read_mine(rows: Sequence[Assignment], *, actor: Actor) -> list[Mine]:
    """What some assignments are to the actor: a fixed number of statements."""
    ids = [row.pk for row in rows]
    at_work: set[UUID] = set()
    counts: dict[UUID, Counts] = {}
    if is_staff_here(actor) and ids:
        at_work = set(Assignment.objects.filter(staff_assignments(actor), pk__in=ids).values_list("pk", flat=True))
        counts = count_work(ids, actor=actor)
    own: dict[UUID, Shown] = {}
    children: dict[UUID, list[Shown]] = defaultdict(list)
    family = family_submissions(actor)
    if ids and family != Q(pk__in=()):
        found = whole_submissions(list_submissions(actor, assignments=ids).filter(family))
        for row in found.order_by("student__person__sort_name", "pk"):
            if actor.user_id is not None and row.student.person.user_id == actor.user_id:
                own[row.assignment_id] = shown(row, own=True)
            else:
                children[row.assignment_id].append(shown(row))
    return [
        Mine(
            row,
            counts.get(row.pk, Counts()) if row.pk in at_work else None,
            own.get(row.pk),
            children.get(row.pk, []),
        )
        for row in rows
    ]
