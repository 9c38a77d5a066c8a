"""Years, terms, closed days, grades, subjects and rooms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.models import AcademicYear, ClosedDay, Grade, Location, Subject, Term
from lyceum.domains.journal.rules import Entry, Target, record, record_all


class YearsOverlapError(RuleError):
    """Two school years, or two terms, would share days."""

    code = "dates_overlap"


class NameTakenError(RuleError):
    """Something of that name or code is there already."""

    code = "name_taken"


@transaction.atomic
def create_year(
    *, name: str, starts: date, ends: date, current: bool = False, weekdays: Sequence[int] = (1, 2, 3, 4, 5), actor: Actor
) -> AcademicYear:
    """Make a school year; a current one closes the one before it."""
    actor.require_all(Permission.CLASSES_EDIT)
    if not starts < ends:
        raise invalid_field("/ends", "order", "A year ends after it starts.")
    if not weekdays or not set(weekdays) <= set(range(1, 8)):
        raise invalid_field("/weekdays", "choice", "Give the school days as numbers, Monday = 1 to Sunday = 7.")
    clash = AcademicYear.objects.filter(starts__lte=ends, ends__gte=starts).first()
    if clash:
        raise YearsOverlapError(f"The year {clash} runs from {clash.starts} to {clash.ends}.")
    _refuse_taken(AcademicYear.objects.filter(name=tidy(name)).exists(), "year", name)
    if current:
        AcademicYear.objects.filter(state="current").update(state=AcademicYear.State.CLOSED)
    year = AcademicYear.objects.create(
        name=tidy(name),
        starts=starts,
        ends=ends,
        weekdays=sorted(set(weekdays)),
        state=AcademicYear.State.CURRENT if current else AcademicYear.State.PLANNED,
    )
    record("academics.year.create", target=Target.of(year), actor=actor)
    return year


def _refuse_taken(taken: bool, kind: str, name: str) -> None:
    if taken:
        raise NameTakenError(f"There is a {kind} “{tidy(name)}” already.")


@transaction.atomic
def create_term(year_id: UUID, *, name: str, starts: date, ends: date, actor: Actor) -> Term:
    """Make a term inside a year."""
    actor.require_all(Permission.CLASSES_EDIT)
    year = AcademicYear.objects.filter(pk=year_id).first()
    if year is None:
        raise NotFoundError("There is no such year here.")
    if not (starts <= ends and year.holds(starts) and year.holds(ends)):
        raise invalid_field("/starts", "range", f"A term lies inside its year, {year.starts} to {year.ends}.")
    clash = Term.objects.filter(year=year, starts__lte=ends, ends__gte=starts).first()
    if clash:
        raise YearsOverlapError(f"The term {clash} runs from {clash.starts} to {clash.ends}.")
    _refuse_taken(Term.objects.filter(year=year, name=tidy(name)).exists(), "term", name)
    term = Term.objects.create(year=year, name=tidy(name), starts=starts, ends=ends)
    record("academics.term.create", target=Target.of(term), actor=actor)
    return term


@transaction.atomic
def close_days(dates: Sequence[date], *, name: str, kind: str = "holiday", actor: Actor) -> int:
    """Mark days as closed; days closed already stay as they are. Returns how many are new."""
    actor.require_all(Permission.CLASSES_EDIT)
    known = set(ClosedDay.objects.filter(on__in=dates).values_list("on", flat=True))
    rows = [ClosedDay(on=day, name=tidy(name), kind=kind) for day in dates if day not in known]
    ClosedDay.objects.bulk_create(rows)
    if rows:
        target = Target("academics.closedday", rows[0].pk, f"{name}: {rows[0].on} to {rows[-1].on}")
        record("academics.days.close", target=target, actor=actor)
    return len(rows)


@dataclass(frozen=True)
class NewSubject:
    """A subject to be made."""

    code: str
    name: str
    department: str = ""


@transaction.atomic
def create_subjects(new: Sequence[NewSubject], *, actor: Actor) -> list[Subject]:
    """Make subjects."""
    actor.require_all(Permission.CLASSES_EDIT)
    codes = [tidy(each.code) for each in new]
    taken = Subject.objects.filter(code__in=codes).first()
    _refuse_taken(taken is not None or len(set(codes)) < len(codes), "subject", taken.code if taken else "twice")
    subjects = [
        Subject(code=tidy(each.code), name=tidy(each.name)[:120], department=tidy(each.department)[:120]) for each in new
    ]
    Subject.objects.bulk_create(subjects)
    record_all([Entry("academics.subject.create", Target.of(subject)) for subject in subjects], actor=actor)
    return subjects


@transaction.atomic
def create_grade(*, code: str, name: str, position: int, final: bool = False, actor: Actor) -> Grade:
    """Make a year group."""
    actor.require_all(Permission.CLASSES_EDIT)
    taken = Grade.objects.filter(code=tidy(code)).exists() or Grade.objects.filter(position=position).exists()
    _refuse_taken(taken, "grade", code)
    grade = Grade.objects.create(code=tidy(code), name=tidy(name), position=position, final=final)
    record("academics.grade.create", target=Target.of(grade), actor=actor)
    return grade


@transaction.atomic
def create_location(*, name: str, capacity: int | None = None, actor: Actor) -> Location:
    """Make a room."""
    actor.require_all(Permission.CLASSES_EDIT)
    _refuse_taken(Location.objects.filter(name=tidy(name)).exists(), "room", name)
    location = Location.objects.create(name=tidy(name), capacity=capacity)
    record("academics.location.create", target=Target.of(location), actor=actor)
    return location


def create_default_grades() -> None:
    """Grades 1 to 12, with which a school starts."""
    Grade.objects.bulk_create(
        Grade(code=str(n), name=f"Year {n}", position=n, final=n == 12) for n in range(1, 13)
    )
