"""Who gains and loses access to students' records when the year goes over: teachers, through their classes."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import ClassMembership, ClassTeacher, RolloverDecision, RolloverPlan
from lyceum.domains.academics.rules.rollover.following import plan_following
from lyceum.domains.academics.rules.rollover.proposing import STAYING
from lyceum.domains.academics.rules.rollover.situation import Situation, read_situation

Rolls = dict[UUID, set[UUID]]


@dataclass(frozen=True)
class Access:
    """How many students a teacher comes to see, and ceases to."""

    name: str
    gains: int
    loses: int


def list_access(plan: RolloverPlan, *, actor: Actor) -> list[Access]:
    """Teachers whose students change, by name: from the end of one year to the beginning of the next."""
    actor.require_all(Permission.ROLLOVER_PREVIEW)
    situation = read_situation(plan)
    old, names = plan.from_year, {}
    before: Rolls = {}
    after: Rolls = {}
    rolls = _rolls(plan, situation)
    present = ClassTeacher.objects.filter(school_class__year__in=(old, plan.to_year)).exclude(ends_on__lt=old.ends)
    for row in (*present.select_related("staff__person", "school_class"), *situation.copies.teachers):
        names[row.staff_id] = row.staff.person.full_name
        side = before if row.school_class.year_id == old.pk else after
        side.setdefault(row.staff_id, set()).update(rolls.get(row.school_class_id, ()))
    found = [_access(name, before.get(staff, set()), after.get(staff, set())) for staff, name in names.items()]
    return sorted((each for each in found if each.gains or each.loses), key=lambda each: each.name)


def _access(name: str, before: set[UUID], after: set[UUID]) -> Access:
    return Access(name, gains=len(after - before), loses=len(before - after))


def _rolls(plan: RolloverPlan, situation: Situation) -> Rolls:
    """Who is in each class: at the end of the year, and as the decisions would have it in the next."""
    rolls: Rolls = {}
    members = ClassMembership.objects.filter(school_class__year__in=(plan.from_year, plan.to_year))
    _add(rolls, members.exclude(ends_on__lt=plan.from_year.ends).values_list("school_class_id", "student_id"))
    if plan.state in (RolloverPlan.State.DRAFT, RolloverPlan.State.PREVIEWED):
        rows = list(RolloverDecision.objects.filter(plan=plan))
        coming = [row for row in rows if row.decision in STAYING and row.form in situation.forms]
        _add(rolls, ((situation.forms[row.form].school_class.pk, row.student_id) for row in coming))
        _add(rolls, ((row.pk, pupil.id) for pupil, row in plan_following(rows, situation).pairs))
    return rolls


def _add(rolls: Rolls, pairs: Iterable[tuple[UUID, UUID]]) -> None:
    for class_id, student in pairs:
        rolls.setdefault(class_id, set()).add(student)
