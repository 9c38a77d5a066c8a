"""Who teaches a class, from when to when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import Class, ClassTeacher
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.people.models import Staff
from lyceum.domains.tenancy.queries import today


class LeadTakenError(RuleError):
    """A class has one lead teacher at a time."""

    code = "lead_taken"


class AlreadyTeachingError(RuleError):
    """The teacher is with this class already on some of those days."""

    code = "already_teaching"


@dataclass(frozen=True)
class NewTeacher:
    """Somebody who is to teach a class."""

    school_class: Class
    staff: Staff
    role: str = "lead"
    starts_on: date | None = None
    ends_on: date | None = None


@transaction.atomic
def assign_teachers(new: Sequence[NewTeacher], *, actor: Actor) -> list[ClassTeacher]:
    """Give classes their teachers."""
    actor.require_all(Permission.CLASSES_ASSIGN)
    classes = {each.school_class.pk for each in new}
    locked = Class.objects.select_for_update().filter(pk__in=classes).order_by("pk")
    if len(locked.values_list("pk", flat=True)) < len(classes):
        raise NotFoundError(_("There is no such class here."))
    staff = {each.staff.pk for each in new}
    if Staff.objects.filter(pk__in=staff).count() < len(staff):
        raise NotFoundError(_("There is no such member of staff here."))
    rows = [_row(each) for each in new]
    _refuse_doubles(rows)
    lead_taken = LeadTakenError(_("A class has one lead teacher at a time. End the present one's time first."))
    with refusing(one_lead_at_a_time=lambda: lead_taken):
        ClassTeacher.objects.bulk_create(rows)
    record_all(
        [
            Entry("academics.teacher.assign", Target.of(row.school_class), {"teacher": [None, str(row.staff_id)]})
            for row in rows
        ],
        actor=actor,
    )
    return rows


def _row(new: NewTeacher) -> ClassTeacher:
    first, last = new.starts_on or new.school_class.starts, new.ends_on
    if new.role not in ClassTeacher.Role.values:
        raise invalid_field(
            "/role", "choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(ClassTeacher.Role.values)}
        )
    if last and last < first:
        raise invalid_field("/ends_on", "order", _("The last day lies before the first day."))
    return ClassTeacher(school_class=new.school_class, staff=new.staff, role=new.role, starts_on=first, ends_on=last)


def _refuse_doubles(rows: Sequence[ClassTeacher]) -> None:
    present: dict[tuple[UUID, UUID], list[ClassTeacher]] = {}
    for row in ClassTeacher.objects.filter(school_class__in={row.school_class_id for row in rows}):
        present.setdefault((row.school_class_id, row.staff_id), []).append(row)
    for row in rows:
        others = present.setdefault((row.school_class_id, row.staff_id), [])
        for other in others:
            if row.starts_on <= (other.ends_on or date.max) and other.starts_on <= (row.ends_on or date.max):
                raise AlreadyTeachingError(
                    _("%(staff)s is with %(school_class)s on some of those days already.")
                    % {"staff": row.staff, "school_class": row.school_class}
                )
        others.append(row)


@transaction.atomic
def replace_lead(
    school_class: Class, *, staff: Staff | None, starts_on: date | None = None, actor: Actor
) -> ClassTeacher | None:
    """Give a class another lead teacher from a day on; the one before ends the day before. None: nobody leads it."""
    actor.require_all(Permission.CLASSES_ASSIGN)
    first = max(starts_on or today(), school_class.starts)
    running = list(ClassTeacher.objects.filter(school_class=school_class).exclude(ends_on__lt=first))
    leads = [row for row in running if row.role == ClassTeacher.Role.LEAD]
    mine = [row for row in running if staff is not None and row.staff_id == staff.pk]
    same = next((row for row in leads if row in mine and row.starts_on <= first), None)
    if same:
        return same
    end_class_teachers({row.pk: first - timedelta(days=1) for row in (*leads, *mine)}, actor=actor)
    if staff is None:
        return None
    return assign_teachers([NewTeacher(school_class, staff, starts_on=first)], actor=actor)[0]


@transaction.atomic
def end_class_teachers(last_days: Mapping[UUID, date], *, actor: Actor) -> int:
    """End teachers' times with classes, each with its last day; a time that has not begun is taken away."""
    actor.require_all(Permission.CLASSES_ASSIGN)
    rows = list(
        ClassTeacher.objects.select_for_update(of=("self",)).select_related("school_class").filter(pk__in=last_days)
    )
    entries = []
    for row in rows:
        changes = {"teacher": [str(row.staff_id), None]}
        entries.append(Entry("academics.teacher.end", Target.of(row.school_class), changes))
        row.ends_on, row.updated_at = last_days[row.pk], clock.now()
    gone = [row.pk for row in rows if row.starts_on > last_days[row.pk]]
    kept = [row for row in rows if row.pk not in set(gone)]
    ClassTeacher.objects.bulk_update(kept, ["ends_on", "updated_at"])
    ClassTeacher.objects.filter(pk__in=gone).delete()
    if entries:
        record_all(entries, actor=actor)
    return len(rows)
