"""Gaps in the records that a school will stumble over, each with the list that closes it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lyceum.core.actor import Actor
from lyceum.core.memory import SchoolMemory
from lyceum.core.permissions import Permission
from lyceum.domains.academics.queries import without_form
from lyceum.domains.people.models import ContactPoint, GuardianLink, Student
from lyceum.domains.people.policies import holds_on
from lyceum.domains.people.queries import with_status
from lyceum.domains.tenancy.queries import today


@dataclass(frozen=True)
class Gap:
    """Something that is missing for so many students on roll."""

    key: str
    """The value of `missing` in the address of the list of students."""
    says: str | Promise
    count: int


GAPS = {
    "form": _("in no form: on no register"),
    "guardian": _("without a guardian"),
    "phone": _("whose guardians have no phone number"),
    "birth": _("without a date of birth"),
}


def lacking(what: str, day: date) -> Q:
    """Students who lack something on a day, as a filter on Student."""
    links = GuardianLink.objects.filter(holds_on(day), student=OuterRef("pk"))
    phones = ContactPoint.objects.filter(kind__in=("mobile", "phone"), person=OuterRef("guardian"))
    if what == "form":
        return without_form(day)
    if what == "guardian":
        return ~Q(Exists(links))
    if what == "phone":
        return Q(Exists(links)) & ~Q(Exists(links.filter(Exists(phones))))
    return Q(person__birth_date__isnull=True)


def _count_gaps() -> dict[str, int]:
    day = today()
    rows = Student.objects.filter(with_status("on_roll", day))
    return rows.aggregate(**{key: Count("pk", filter=lacking(key, day)) for key in GAPS})


_counts = SchoolMemory(_count_gaps, seconds=10)  # of a whole school, on a page that many keep open


def find_gaps(actor: Actor) -> list[Gap]:
    """How many students on roll lack what a school needs, a few seconds old at most."""
    actor.require_all(Permission.STUDENTS_LIST)
    counts = _counts.get()
    return [Gap(key, says, counts[key]) for key, says in GAPS.items()]
