"""What a new school has to do before its first register, and how far it is. Nothing is stored: the rows say it."""

from dataclasses import dataclass, replace
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import Class, ClassTeacher
from lyceum.domains.academics.queries import find_year
from lyceum.domains.attendance.models import Mark, SessionTimes
from lyceum.domains.people.models import Enrolment
from lyceum.domains.people.queries import on_roll


@dataclass(frozen=True)
class Step:
    """One step: what it is called, what it brings, what one must be allowed to, and whether it is done."""

    key: str
    title: Promise
    says: Promise
    needs: Permission
    is_done: bool = False
    is_next: bool = False


_p = Permission
_STEPS = (
    Step("year", _("The school year"), _("When school is kept: a year, and its terms if you like."), _p.CLASSES_EDIT),
    Step("times", _("Codes and times"), _("With which codes you mark, and when a register is due."), _p.CODES_EDIT),
    Step("forms", _("Forms"), _("The groups whose register is taken every day."), _p.CLASSES_EDIT),
    Step("students", _("Students"), _("From a file that you have, or from a list that you paste."), _p.STUDENTS_EDIT),
    Step("teachers", _("Teachers"), _("Who takes the registers. Each gets a link to come in."), _p.USERS_EDIT),
    Step("register", _("The first register"), _("Open it from Today, on a phone or here."), _p.REGISTERS_VIEW),
)


def needed_for(key: str) -> Permission:
    """What one must be allowed to for a step."""
    return next(step.needs for step in _STEPS if step.key == key)


def read_steps(day: date) -> list[Step]:
    """The steps as they stand, the first that is not done being next."""
    year = find_year(day)
    forms = Class.objects.filter(kind=Class.Kind.FORM, ends__gte=day)
    done = {
        "year": year is not None,
        "times": SessionTimes.objects.filter(starts_on__lte=day, is_exception=False).exists(),
        "forms": forms.exists(),
        "students": Enrolment.objects.filter(on_roll(day)).exists(),
        "teachers": ClassTeacher.objects.filter(school_class__in=forms).exists(),
        "register": Mark.objects.exists(),
    }
    first = next((step.key for step in _STEPS if not done[step.key]), "")
    return [replace(step, is_done=done[step.key], is_next=step.key == first) for step in _STEPS]
