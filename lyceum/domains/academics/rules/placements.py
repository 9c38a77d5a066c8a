"""Which grade a student is in, coming, and leaving: acts that span enrolment, classes and grade."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.academics.models import AcademicYear, Class, Grade, Placement
from lyceum.domains.academics.queries import find_year
from lyceum.domains.academics.rules.leaving import kept_leaving
from lyceum.domains.academics.rules.members import NewMember, add_class_members, trim_memberships
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.people.models import Enrolment, Student
from lyceum.domains.people.rules.enrolments import change_enrolment, get_enrolment_for_edit
from lyceum.domains.people.rules.students import NewStudent, create_student, get_student_for_edit

DAY = timedelta(days=1)


@dataclass(frozen=True)
class NewPlacement:
    """A student who is to be in a grade from a day on."""

    student_id: UUID
    year: AcademicYear
    grade: Grade
    starts_on: date
    ends_on: date | None = None
    house: str = ""


@transaction.atomic
def place_students(new: Sequence[NewPlacement], *, actor: Actor) -> list[Placement]:
    """Put students into grades. A placement that runs into the new one ends the day before.

    Later ones of the same school year are replaced; those of later years stay.
    """
    actor.require_all(Permission.STUDENTS_ENROL)
    students = {each.student_id for each in new}
    _check(new, students)
    present: dict[UUID, list[Placement]] = {}
    rows = Placement.objects.filter(student__in=students).select_related("year", "grade").order_by("starts_on")
    for row in rows:
        present.setdefault(row.student_id, []).append(row)
    plan = _Plan([], [], [])
    placed = {id(each): _place(each, present, plan) for each in sorted(new, key=lambda each: each.starts_on)}
    now = clock.now()
    for row in plan.ended:
        row.updated_at = now
    Placement.objects.filter(pk__in=[row.pk for row in plan.gone]).delete()
    Placement.objects.bulk_update(plan.ended, ["ends_on", "updated_at"], batch_size=500)
    Placement.objects.bulk_create(plan.made)
    if placed:
        record_all([placed[id(each)][1] for each in new], actor=actor)
    made = {row.pk for row in plan.made}
    return [placed[id(each)][0] for each in new if placed[id(each)][0].pk in made]


@dataclass
class _Plan:
    """What placing comes to."""

    made: list[Placement]
    ended: list[Placement]
    gone: list[Placement]


def _check(new: Sequence[NewPlacement], students: set[UUID]) -> None:
    locked = Student.objects.select_for_update(no_key=True).filter(pk__in=students).order_by("pk")
    if len(locked.values_list("pk", flat=True)) < len(students):
        raise NotFoundError(_("There is no such student here."))
    for each in new:
        if current_school() != each.year.school_id or current_school() != each.grade.school_id:
            raise NotFoundError(_("There is no such year or grade here."))
        if not each.year.holds(each.starts_on) or (each.ends_on and not each.starts_on <= each.ends_on):
            year = each.year
            raise invalid_field(
                "/starts_on",
                "range",
                _("The year %(year)s runs from %(starts)s to %(ends)s.")
                % {"year": year, "starts": year.starts, "ends": year.ends},
            )


def _place(new: NewPlacement, present: dict[UUID, list[Placement]], plan: _Plan) -> tuple[Placement, Entry]:
    """Fit one placement between those that are there."""
    mine = present.setdefault(new.student_id, [])
    before = ""
    for row in list(mine):
        if row.starts_on < new.starts_on:
            if row.ends_on is None or row.ends_on >= new.starts_on:
                before, row.ends_on = row.grade.code, new.starts_on - DAY
                if row not in plan.made and row not in plan.ended:
                    plan.ended.append(row)
        elif row.year_id == new.year.pk and (new.ends_on is None or row.starts_on <= new.ends_on):
            before = before or row.grade.code
            mine.remove(row)
            (plan.made.remove if row in plan.made else plan.gone.append)(row)
    following = min((row.starts_on for row in mine if row.starts_on > new.starts_on), default=None)
    last = min((day for day in (new.ends_on, following and following - DAY) if day), default=None)
    made = Placement(
        student_id=new.student_id,
        year=new.year,
        grade=new.grade,
        house=tidy(new.house)[:60],
        starts_on=new.starts_on,
        ends_on=last,
    )
    mine.append(made)
    plan.made.append(made)
    target = Target("people.student", new.student_id, new.grade.name)
    return made, Entry("academics.student.place", target, {"grade": [before or None, new.grade.code]})


@dataclass(frozen=True)
class Admission:
    """A student who is to be made, with their place in the school where it is known."""

    student: NewStudent
    grade: Grade | None = None
    form: Class | None = None


@transaction.atomic
def admit_student(new: Admission, *, actor: Actor) -> Student:
    """Make a student and, where they are given, enrol, place and seat them; all of it, or nothing."""
    student = create_student(new.student, actor=actor)
    first = new.student.first_day
    if new.grade or new.form:
        if first is None:
            raise invalid_field(
                "/admission_date", "required", _("Give the first day, to put the student into a class.")
            )
        place_and_seat(student.pk, grade=new.grade, form=new.form, on=first, actor=actor)
    return student


@transaction.atomic
def place_and_seat(
    student_id: UUID, *, grade: Grade | None = None, form: Class | None = None, on: date, actor: Actor
) -> None:
    """Put a student into a grade, a class or both from a day on. A form of one grade says which grade it is."""
    if form and grade is None and len(form.grades) == 1:
        grade = Grade.objects.filter(pk=form.grades[0]).first()
    if grade:
        year = form.year if form else find_year(on)
        if year is None:
            raise invalid_field(
                "/grade", "no_year", _("No school year holds %(on)s. Make the year first.") % {"on": on}
            )
        place_students([NewPlacement(student_id, year, grade, max(on, year.starts))], actor=actor)
    if form:
        add_class_members([NewMember(form, student_id, max(on, form.starts))], actor=actor)


@transaction.atomic
def leave_student(
    student_id: UUID,
    *,
    last_day: date,
    exit: str,
    reason: str = "",
    to_school: str = "",
    taken_back: bool = True,
    actor: Actor,
) -> Enrolment:
    """Record that a student leaves: enrolment, classes and grade end with the last day, in one act.

    One who never came (`no_show`) was never on roll: the last day only tells which enrolment is meant.
    What can be `taken_back` by itself is kept for that; an import is rolled back as a whole.
    """
    student = get_student_for_edit(student_id, actor=actor, permission=Permission.STUDENTS_ENROL)
    if exit not in Enrolment.Exit.values:
        raise invalid_field(
            "/exit", "choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(Enrolment.Exit.values)}
        )
    rows = Enrolment.objects.filter(Q(last_day__isnull=True) | Q(last_day__gte=last_day), student=student)
    values: dict[str, Any] = {"exit": exit, "exit_reason": reason, "to_school": to_school}
    if exit != Enrolment.Exit.NO_SHOW:
        values["last_day"], rows = last_day, rows.filter(first_day__lte=last_day)
    keeping = kept_leaving(student.pk, last_day=last_day, exit=exit, actor=actor) if taken_back else nullcontext()
    with keeping:
        ended = [
            change_enrolment_days(row.pk, values=values, actor=actor)
            for row in rows.exclude(exit="no_show").order_by("first_day", "pk")
        ]
        if not ended:
            raise NotFoundError(_("The student is not on roll on that day."))
    return ended[-1]


@transaction.atomic
def change_enrolment_days(enrolment_id: UUID, *, values: dict[str, Any], actor: Actor) -> Enrolment:
    """Change an enrolment. What then lies outside it, in classes and grades, ends with it."""
    before = get_enrolment_for_edit(enrolment_id, actor=actor)
    span = (before.first_day, before.last_day or date.max)
    enrolment = change_enrolment(enrolment_id, values=values, actor=actor)
    _fit(enrolment, span, actor)
    return enrolment


def _fit(enrolment: Enrolment, before: tuple[date, date], actor: Actor) -> None:
    """Bring what lay inside an enrolment's days before back inside its days now."""
    gone = enrolment.exit == Enrolment.Exit.NO_SHOW
    first = date.max if gone else enrolment.first_day
    last = enrolment.last_day or date.max
    if first <= before[0] and last >= before[1]:
        return
    trim_memberships(enrolment, before=before, first=first, last=last, actor=actor)
    now, inside = clock.now(), Placement.objects.filter(student=enrolment.student_id, starts_on__range=before)
    if gone:
        inside.delete()
        return
    inside.filter(Q(starts_on__gt=last) | Q(ends_on__lt=first)).delete()
    inside.filter(starts_on__lt=first).update(starts_on=first, updated_at=now)
    if enrolment.last_day:
        inside.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last)).update(ends_on=last, updated_at=now)
