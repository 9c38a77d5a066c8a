"""Who gains and loses access to students' records when the year goes over: teachers, through their classes."""

from collections.abc import Iterable
from uuid import UUID

from lyceum.domains.academics.models import ClassTeacher, RolloverDecision
from lyceum.domains.academics.rules.rollover.following import Following
from lyceum.domains.academics.rules.rollover.proposing import STAYING
from lyceum.domains.academics.rules.rollover.situation import Situation

Rolls = dict[UUID, set[UUID]]


def count_access(
    rows: Iterable[RolloverDecision], following: Following, situation: Situation
) -> dict[str, tuple[int, int]]:
    """How many students' records teachers come to see and cease to when the year goes over, by the id of the staff."""
    old, new = situation.plan.from_year, situation.plan.to_year
    rolls = _rolls(rows, following, situation)
    before: Rolls = {}
    after: Rolls = {}
    present = ClassTeacher.objects.filter(school_class__year__in=(old, new)).exclude(ends_on__lt=old.ends)
    for staff, class_id, year in (
        *present.values_list("staff_id", "school_class_id", "school_class__year_id"),
        *((row.staff_id, row.school_class_id, new.pk) for row in situation.copies.teachers),
    ):
        side = before if year == old.pk else after
        side.setdefault(staff, set()).update(rolls.get(class_id, ()))
    found = {}
    for staff in before.keys() | after.keys():
        was, will = before.get(staff, set()), after.get(staff, set())
        if was != will:
            found[str(staff)] = (len(will - was), len(was - will))
    return found


def _rolls(rows: Iterable[RolloverDecision], following: Following, situation: Situation) -> Rolls:
    """Who is in each class: at the end of the year, and as the decisions would have it in the next."""
    rolls: Rolls = {}
    for pupil in situation.pupils.values():
        classes = (*pupil.sets, *([pupil.form] if pupil.form else ()), *pupil.seated_in)
        _add(rolls, ((each.pk, pupil.id) for each in classes))
    coming = [row for row in rows if row.decision in STAYING and row.form in situation.forms]
    _add(rolls, ((situation.forms[row.form].school_class.pk, row.student_id) for row in coming))
    _add(rolls, ((row.pk, pupil.id) for pupil, row in following.pairs))
    return rolls


def _add(rolls: Rolls, pairs: Iterable[tuple[UUID, UUID]]) -> None:
    for class_id, student in pairs:
        rolls.setdefault(class_id, set()).add(student)
