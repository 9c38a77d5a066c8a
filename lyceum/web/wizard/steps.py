"""What a new school has to do before its first register, and how far it is. Nothing is stored: the rows say it."""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lyceum.domains.academics.models import Class, ClassTeacher
from lyceum.domains.academics.queries import find_year
from lyceum.domains.attendance.models import Mark, SessionTimes
from lyceum.domains.people.models import Enrolment
from lyceum.domains.people.queries import on_roll


@dataclass(frozen=True)
class Step:
    """One step: what it is called, what it brings, and whether it is done."""

    key: str
    title: Promise
    says: Promise
    is_done: bool = False
    is_next: bool = False


_STEPS = (
    ("year", _("The school year"), _("When school is kept: a year, and its terms if you like.")),
    ("times", _("Codes and times"), _("With which codes you mark, and when a register is due.")),
    ("forms", _("Forms"), _("The groups whose register is taken every day.")),
    ("students", _("Students"), _("From a file that you have, or from a list that you paste.")),
    ("teachers", _("Teachers"), _("Who takes the registers. Each gets a link to come in.")),
    ("register", _("The first register"), _("Open it from Today, on a phone or here.")),
)


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
    first = next((key for key, _title, _says in _STEPS if not done[key]), "")
    return [Step(key, title, says, done[key], key == first) for key, title, says in _STEPS]
