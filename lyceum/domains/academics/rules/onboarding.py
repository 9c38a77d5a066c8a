"""A new school's first hour: its forms, its students and its teachers, many at once. The same rules as one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, RuleError, invalid_field
from lyceum.core.permissions import Role
from lyceum.core.text import fold, tidy
from lyceum.domains.academics.models import AcademicYear, Class, Grade
from lyceum.domains.academics.rules.class_details import NewClass, create_classes
from lyceum.domains.academics.rules.placements import Admission, admit_student
from lyceum.domains.academics.rules.teachers import NewTeacher, assign_teachers
from lyceum.domains.accounts.rules.invitations import Invited, SentInvitation, invite_all
from lyceum.domains.people.rules.adults import NewStaff, create_staff
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.students import NewStudent

MOST_FORMS, MOST_PEOPLE = 200, 500


@dataclass(frozen=True)
class Listed:
    """One line of a pasted list: somebody, and what else the line says."""

    name: str
    form: str = ""
    address: str = ""
    birth_date: date | None = None


@transaction.atomic
def create_forms(year: AcademicYear, sections: Mapping[Grade, Sequence[str]], *, actor: Actor) -> list[Class]:
    """Make each grade's forms: grade 7 with A and B are 7A and 7B."""
    wanted = [
        NewClass(year, f"{grade.code}{tidy(section)}", grades=(grade.pk,), section=tidy(section))
        for grade, names in sections.items()
        for section in names
    ]
    if not wanted:
        raise invalid_field("/sections", "required", _("Name at least one form."))
    if len(wanted) > MOST_FORMS:
        raise invalid_field("/sections", "too_many", _("Make at most %(most)s forms at once.") % {"most": MOST_FORMS})
    return create_classes(wanted, actor=actor)


@transaction.atomic
def admit_list(listed: Sequence[Listed], *, first_day: date, actor: Actor) -> int:
    """Admit everybody of a list into their forms: all of them, or none. Returns how many."""
    forms, errors = _forms_on(first_day), []
    for number, line in enumerate(_checked(listed), 1):
        form = forms.get(fold(line.form)) if line.form else None
        if line.form and form is None:
            errors.append(_of_line(number, _("there is no form %(form)s.") % {"form": line.form[:40]}))
            continue
        student = NewStudent(NewPerson(full_name=line.name, birth_date=line.birth_date), first_day=first_day)
        try:
            with transaction.atomic():
                admit_student(Admission(student, form=form), actor=actor)
        except RuleError as error:
            errors.append(_of_line(number, error.errors[0].message if error.errors else error.detail))
    if errors:
        raise InvalidError(errors[0].message, errors=errors)
    return len(listed)


@transaction.atomic
def welcome_teachers(listed: Sequence[Listed], *, actor: Actor) -> list[SentInvitation]:
    """Make teachers, invite them, and give each the form that the list names: all of them, or none."""
    people = _checked(listed)
    forms, errors = _forms_on(None), []
    for number, line in enumerate(people, 1):
        if line.form and fold(line.form) not in forms:
            errors.append(_of_line(number, _("there is no form %(form)s.") % {"form": line.form[:40]}))
    if errors:
        raise InvalidError(errors[0].message, errors=errors)
    staff = create_staff([NewStaff(NewPerson(full_name=line.name), job="Teacher") for line in people], actor=actor)
    pairs = list(zip(people, staff, strict=True))
    leads = [NewTeacher(forms[fold(line.form)], row) for line, row in pairs if line.form]
    if leads:
        assign_teachers(leads, actor=actor)
    new = [Invited(line.name, Role.TEACHER, address=line.address, person_id=row.person_id) for line, row in pairs]
    return invite_all(new, actor=actor)


def _checked(listed: Sequence[Listed]) -> Sequence[Listed]:
    if not listed:
        raise invalid_field("/people", "required", _("Paste at least one line."))
    if len(listed) > MOST_PEOPLE:
        raise invalid_field(
            "/people",
            "too_many",
            _("Paste at most %(most)s lines at once; import more by file.") % {"most": MOST_PEOPLE},
        )
    return listed


def _forms_on(day: date | None) -> dict[str, Class]:
    rows = Class.objects.filter(kind=Class.Kind.FORM)
    rows = rows.filter(ends__gte=day) if day else rows.filter(year__state=AcademicYear.State.CURRENT)
    return {fold(row.name): row for row in rows.order_by("-starts")}


def _of_line(number: int, why: str) -> FieldError:
    return FieldError("/people", "line", _("Line %(line)s: %(why)s") % {"line": number, "why": why})
