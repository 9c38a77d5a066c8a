"""Where every student of a school year stands when it ends, and which seats the next year has."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from uuid import UUID

from django.db.models import Q

from lyceum.domains.academics.models import Class, ClassMembership, Grade, Placement, RolloverPlan
from lyceum.domains.academics.rules.rollover.copying import Copies, plan_copies
from lyceum.domains.people.models import Enrolment

DAY = timedelta(days=1)


@dataclass
class Pupil:
    """One student of the year that ends."""

    id: UUID
    enrolments: list[Enrolment] = field(default_factory=list)
    grade: UUID | None = None
    house: str = ""
    form: Class | None = None
    placed: UUID | None = None
    """The grade that the student is placed in in the next year already."""
    later: date | None = None
    """The first day of a placement after the next year."""
    seat: str = ""
    """The form that the student is in in the next year already."""
    sets: list[Class] = field(default_factory=list)
    """The classes in which the student was taught to their end."""
    seated_in: list[Class] = field(default_factory=list)
    """The classes of the next year that the student is in already."""

    def runs_on(self, day: date) -> Enrolment | None:
        """The enrolment that holds a day."""
        return next((each for each in self.enrolments if each.is_on_roll(day)), None)


@dataclass
class Seats:
    """A class of the next year, there or yet to be copied, and who is in it from when to when."""

    school_class: Class
    there: list[tuple[date, date]] = field(default_factory=list)


@dataclass
class Situation:
    """Everything that decisions, problems and writes go by."""

    plan: RolloverPlan
    first: date
    """The first day of the next year."""
    grades: list[Grade]
    pupils: dict[UUID, Pupil]
    seats: dict[str, Seats]
    """By the name of the class."""
    copies: Copies

    @cached_property
    def forms(self) -> dict[str, Seats]:
        """The forms of the next year by name."""
        return {name: each for name, each in self.seats.items() if each.school_class.kind == Class.Kind.FORM}

    @property
    def last(self) -> date:
        """The day before the next year begins."""
        return self.first - DAY

    def grade(self, grade_id: UUID | None) -> Grade | None:
        """The grade of that id."""
        return next((grade for grade in self.grades if grade.pk == grade_id), None)

    def next_grade(self, grade: Grade) -> UUID | None:
        """The id of the grade into which one goes up: the one named, else the one in the next place."""
        if grade.final or grade.next_id:
            return None if grade.final else grade.next_id
        return next((each.pk for each in self.grades if each.position > grade.position), None)


def read_situation(plan: RolloverPlan) -> Situation:
    """Read how things stand. What was applied once copies nothing again."""
    copies = Copies() if plan.state == RolloverPlan.State.APPLIED else plan_copies(plan)
    pupils = _read_pupils(plan)
    _read_placements(plan, pupils)
    _read_classes(plan, pupils)
    return Situation(
        plan=plan,
        first=plan.to_year.starts,
        grades=list(Grade.objects.order_by("position")),
        pupils=pupils,
        seats=_read_seats(plan, pupils, copies.classes),
        copies=copies,
    )


def _read_pupils(plan: RolloverPlan) -> dict[UUID, Pupil]:
    """Everybody who is on roll on some day of the year."""
    old, first = plan.from_year, plan.to_year.starts
    rows = Enrolment.objects.filter(Q(last_day__isnull=True) | Q(last_day__gte=old.starts), first_day__lte=first)
    pupils: dict[UUID, Pupil] = {}
    for row in rows.exclude(exit=Enrolment.Exit.NO_SHOW).order_by("first_day", "pk"):
        pupils.setdefault(row.student_id, Pupil(row.student_id)).enrolments.append(row)
    return {pk: pupil for pk, pupil in pupils.items() if any(e.first_day <= old.ends for e in pupil.enrolments)}


def _read_placements(plan: RolloverPlan, pupils: dict[UUID, Pupil]) -> None:
    rows = Placement.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=plan.from_year.starts))
    values = rows.order_by("starts_on").values_list("student_id", "year_id", "grade_id", "house", "starts_on")
    for student, year, grade, house, starts_on in values:
        pupil = pupils.get(student)
        if pupil is None:
            continue
        if year == plan.to_year_id:
            pupil.placed = pupil.placed or grade
        elif starts_on < plan.to_year.starts:
            pupil.grade, pupil.house = grade, house
        else:
            pupil.later = pupil.later or starts_on


def _read_classes(plan: RolloverPlan, pupils: dict[UUID, Pupil]) -> None:
    """The last form of the year, and the sets; a student in no grade is in that of the form, where it has one alone."""
    classes = {row.pk: row for row in Class.objects.filter(year=plan.from_year_id)}
    rows = ClassMembership.objects.filter(school_class__year=plan.from_year_id).order_by("starts_on")
    for student, class_id, ends_on in rows.values_list("student_id", "school_class_id", "ends_on"):
        pupil, row = pupils.get(student), classes[class_id]
        if pupil and row.kind == Class.Kind.FORM:
            pupil.form = row
        elif pupil and (ends_on is None or ends_on >= row.ends):
            pupil.sets.append(row)
    for pupil in pupils.values():
        if pupil.grade is None and pupil.form and len(pupil.form.grades) == 1:
            pupil.grade = pupil.form.grades[0]


def _read_seats(plan: RolloverPlan, pupils: dict[UUID, Pupil], copied: Iterable[Class]) -> dict[str, Seats]:
    present = {row.pk: row for row in Class.objects.filter(year=plan.to_year_id)}
    seats = {row.name: Seats(row) for row in (*present.values(), *copied)}
    rows = ClassMembership.objects.filter(school_class__year=plan.to_year_id).order_by("starts_on")
    for student, class_id, first, last in rows.values_list("student_id", "school_class_id", "starts_on", "ends_on"):
        row = present[class_id]
        seats[row.name].there.append((first, last or row.ends))
        if pupil := pupils.get(student):
            pupil.seated_in.append(row)
            if row.kind == Class.Kind.FORM:
                pupil.seat = pupil.seat or row.name
    return seats
