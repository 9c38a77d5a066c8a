"""Years, terms, closed days, grades and subjects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import FieldError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.days import forget_school_days
from lyceum.domains.academics.facts import SchoolDaysChanged
from lyceum.domains.academics.models import AcademicYear, ClosedDay, Grade, Subject, Term
from lyceum.domains.journal.rules import Entry, Target, changed_fields, record, record_all
from lyceum.domains.tenancy.queries import today

LONGEST_YEAR_DAYS = 800


class YearsOverlapError(RuleError):
    """Two school years, or two terms, would share days."""

    code = "dates_overlap"


class NameTakenError(RuleError):
    """Something of that name or code is there already."""

    code = "name_taken"


class DatesHoldDataError(RuleError):
    """New dates would cut off what lies outside them; the refusal counts it."""

    code = "dates_hold_data"


@transaction.atomic
def create_year(
    *,
    name: str,
    starts: date,
    ends: date,
    current: bool = False,
    weekdays: Sequence[int] = (1, 2, 3, 4, 5),
    actor: Actor,
) -> AcademicYear:
    """Make a school year; a current one closes the one before it."""
    actor.require_all(Permission.CLASSES_EDIT)
    called = named("/name", name, 40)
    if not starts < ends or (ends - starts).days > LONGEST_YEAR_DAYS:
        raise invalid_field("/ends", "order", _("A year ends after it starts, and lasts no longer than two."))
    if not weekdays or not set(weekdays) <= set(range(1, 8)):
        raise invalid_field("/weekdays", "choice", _("Give the school days as numbers, Monday = 1 to Sunday = 7."))
    clash = AcademicYear.objects.filter(starts__lte=ends, ends__gte=starts).first()
    if clash:
        raise YearsOverlapError(
            _("The year %(clash)s runs from %(starts)s to %(ends)s.")
            % {"clash": clash, "starts": clash.starts, "ends": clash.ends}
        )
    _refuse_taken(AcademicYear.objects.filter(name=called).exists(), "year", called)
    meanwhile = YearsOverlapError(_("Somebody made a year with these days or this name at this moment."))
    with refusing(
        year_name_once=lambda: meanwhile, years_do_not_overlap=lambda: meanwhile, one_current_year=lambda: meanwhile
    ):
        if current:
            AcademicYear.objects.filter(state="current").update(state=AcademicYear.State.CLOSED)
        year = AcademicYear.objects.create(
            name=called,
            starts=starts,
            ends=ends,
            weekdays=sorted(set(weekdays)),
            state=AcademicYear.State.CURRENT if current else AcademicYear.State.PLANNED,
        )
    forget_school_days()
    record("academics.year.create", target=Target.of(year), actor=actor)
    return year


@transaction.atomic
def begin_due_year(*, actor: Actor) -> AcademicYear | None:
    """The planned year that holds today becomes the current one, and the one before it is closed."""
    day = today()
    due = AcademicYear.objects.select_for_update().filter(state="planned", starts__lte=day, ends__gte=day).first()
    if due is None:
        return None
    for past in AcademicYear.objects.select_for_update().filter(state="current"):
        _become(past, AcademicYear.State.CLOSED, actor)
    _become(due, AcademicYear.State.CURRENT, actor)
    return due


def _become(year: AcademicYear, state: AcademicYear.State, actor: Actor) -> None:
    changes = changed_fields(year, {"state": state})
    year.save(update_fields=["state", "updated_at"])
    record(f"academics.year.{state}", target=Target.of(year), changes=changes, actor=actor)


def named(pointer: str, name: str, longest: int) -> str:
    """The name, tidied; refused where there is none or where it is too long."""
    called = tidy(name)
    if not 0 < len(called) <= longest:
        raise invalid_field(pointer, "length", _("Give 1 to %(longest)s letters.") % {"longest": longest})
    return called


_TAKEN = {
    "year": gettext_noop("There is a year “%(name)s” already."),
    "term": gettext_noop("There is a term “%(name)s” already."),
    "subject": gettext_noop("There is a subject “%(name)s” already."),
    "grade": gettext_noop("There is a grade “%(name)s” already."),
}


def _refuse_taken(taken: bool, kind: str, name: str) -> None:
    if taken:
        raise _taken(kind, name)


def _taken(kind: str, name: str) -> NameTakenError:
    return NameTakenError(_(_TAKEN[kind]) % {"name": tidy(name)})


@transaction.atomic
def create_term(year_id: UUID, *, name: str, starts: date, ends: date, actor: Actor) -> Term:
    """Make a term inside a year."""
    actor.require_all(Permission.CLASSES_EDIT)
    year = AcademicYear.objects.select_for_update().filter(pk=year_id).first()
    if year is None:
        raise NotFoundError(_("There is no such year here."))
    called = named("/name", name, 80)
    if not (starts <= ends and year.holds(starts) and year.holds(ends)):
        raise invalid_field(
            "/starts",
            "range",
            _("A term lies inside its year, %(starts)s to %(ends)s.") % {"starts": year.starts, "ends": year.ends},
        )
    clash = Term.objects.filter(year=year, starts__lte=ends, ends__gte=starts).first()
    if clash:
        raise YearsOverlapError(
            _("The term %(clash)s runs from %(starts)s to %(ends)s.")
            % {"clash": clash, "starts": clash.starts, "ends": clash.ends}
        )
    _refuse_taken(Term.objects.filter(year=year, name=called).exists(), "term", called)
    term = Term.objects.create(year=year, name=called, starts=starts, ends=ends)
    forget_school_days()
    record("academics.term.create", target=Target.of(term), actor=actor)
    return term


@transaction.atomic
def close_days(dates: Sequence[date], *, name: str, kind: str = "holiday", actor: Actor) -> list[ClosedDay]:
    """Mark days as closed; days closed already stay as they are. Returns those that are new."""
    actor.require_all(Permission.CLASSES_EDIT)
    called = named("/name", name, 120)
    if kind not in ClosedDay.KINDS:
        raise invalid_field(
            "/kind", "choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(ClosedDay.KINDS)}
        )
    wanted = sorted(set(dates))
    if len(wanted) > LONGEST_YEAR_DAYS:
        raise invalid_field("/ends", "range", _("Close the days of one year at a time."))
    known = set(ClosedDay.objects.filter(on__in=wanted).values_list("on", flat=True))
    rows = [ClosedDay(on=day, name=called, kind=kind) for day in wanted if day not in known]
    ClosedDay.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        target = Target("academics.closedday", rows[0].pk, f"{called}: {rows[0].on} to {rows[-1].on}")
        forget_school_days()
        facts = [SchoolDaysChanged(first=rows[0].on, last=rows[-1].on)]
        record("academics.days.close", target=target, facts=facts, actor=actor)
    return rows


@transaction.atomic
def reopen_day(closed_day_id: UUID, *, actor: Actor) -> None:
    """Keep school on a day that was closed."""
    reopen_days([closed_day_id], actor=actor)


@transaction.atomic
def reopen_days(closed_days: Sequence[UUID], *, actor: Actor) -> list[ClosedDay]:
    """Keep school on days that were closed; those that others opened meanwhile are open already."""
    actor.require_all(Permission.CLASSES_EDIT)
    rows = list(ClosedDay.objects.filter(pk__in=closed_days).order_by("on"))
    if not rows:
        raise NotFoundError
    ClosedDay.objects.filter(pk__in=[row.pk for row in rows]).delete()
    forget_school_days()
    days = f"{rows[0].on}" if len(rows) == 1 else f"{rows[0].on} to {rows[-1].on}"
    target = Target("academics.closedday", rows[0].pk, f"{rows[0].name}: {days}")
    facts = [SchoolDaysChanged(first=rows[0].on, last=rows[-1].on)]
    record("academics.days.reopen", target=target, facts=facts, actor=actor)
    return rows


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
    subjects = [
        Subject(
            code=named("/code", each.code, 40),
            name=named("/name", each.name, 120),
            department=tidy(each.department)[:120],
        )
        for each in new
    ]
    codes = [subject.code for subject in subjects]
    taken = Subject.objects.filter(code__in=codes).values_list("code", flat=True).first()
    twice = next((code for code in codes if codes.count(code) > 1), None) if len(set(codes)) < len(codes) else None
    _refuse_taken((taken or twice) is not None, "subject", taken or twice or "")
    with refusing(subject_code_once=lambda: _taken("subject", codes[0])):
        Subject.objects.bulk_create(subjects)
    record_all([Entry("academics.subject.create", Target.of(subject)) for subject in subjects], actor=actor)
    return subjects


@transaction.atomic
def create_grade(*, code: str, name: str, position: int, final: bool = False, actor: Actor) -> Grade:
    """Make a year group."""
    actor.require_all(Permission.CLASSES_EDIT)
    short, called = named("/code", code, 20), named("/name", name, 80)
    if not 0 <= position <= 1000:
        raise invalid_field("/position", "range", _("A grade has a place from 0 to 1000."))
    taken = Grade.objects.filter(code=short).exists()
    _refuse_taken(taken, "grade", short)
    if Grade.objects.filter(position=position).exists():
        message = _("Another grade is in place %(position)s.") % {"position": position}
        raise NameTakenError(message, errors=[FieldError("/position", "name_taken", message)])
    with refusing(grade_code_once=lambda: _taken("grade", short), grade_position_once=lambda: _taken("grade", short)):
        grade = Grade.objects.create(code=short, name=called, position=position, final=final)
    record("academics.grade.create", target=Target.of(grade), actor=actor)
    return grade


GRADE_CHANGEABLE = frozenset({"name", "final", "next_id"})


@transaction.atomic
def edit_grade(grade_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> Grade:
    """Change a grade: its name, whether school ends with it, into which one goes up from it."""
    actor.require_all(Permission.CLASSES_EDIT)
    grade = Grade.objects.select_for_update().filter(pk=grade_id).first()
    if grade is None:
        raise NotFoundError(_("There is no such grade here."))
    unknown = sorted(values.keys() - GRADE_CHANGEABLE)
    if unknown:
        raise invalid_field(
            f"/{unknown[0]}", "read_only", _("%(field)s cannot be changed here.") % {"field": unknown[0]}
        )
    given = dict(values)
    if "name" in given:
        given["name"] = named("/name", given["name"], 80)
    following = given.get("next_id")
    if following and (following == grade.pk or not Grade.objects.filter(pk=following).exists()):
        raise invalid_field("/next_id", "grade_unknown", _("There is no such grade here."))
    changes = changed_fields(grade, given)
    if changes:
        grade.save()
        record("academics.grade.edit", target=Target.of(grade), changes=changes, actor=actor)
    return grade


def create_default_grades() -> None:
    """Grades 1 to 12, with which a school starts."""
    Grade.objects.bulk_create(Grade(code=str(n), name=f"Year {n}", position=n, final=n == 12) for n in range(1, 13))
