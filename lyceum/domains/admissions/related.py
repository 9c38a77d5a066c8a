"""Who an applicant may be already, and which siblings there are: shown to the office, decided by nobody but people."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.core.text import fold
from lyceum.domains.admissions.models import Application, ApplicationGuardian
from lyceum.domains.people.models import ContactPoint, Student

MOST = 10


@dataclass(frozen=True)
class Alike:
    """Somebody of the school, and why they are shown."""

    student: UUID
    name: str
    number: str
    why: str
    """`same` (name and birth date), `contact` (e-mail or phone) or `sibling` (a guardian's address)."""


def look_alikes(application: Application, *, actor: Actor) -> list[Alike]:
    """Possible doubles and siblings, in three statements however many there are."""
    student = application.student
    if student is None or not actor.reaches_all(Permission.APPLICATIONS_VIEW):
        return []
    found: dict[UUID, Alike] = {}
    person = student.person
    rows = Student.objects.exclude(pk=student.pk).filter(deleted_at=None).select_related("person")
    if person.birth_date is not None:
        for each in rows.filter(person__birth_date=person.birth_date)[:100]:
            if fold(each.person.full_name) == fold(person.full_name):
                found[each.pk] = _alike(each, "same")
    reached = ContactPoint.objects.filter(person=person).values("value")
    for each in rows.filter(person__contact_points__value__in=reached).distinct()[:MOST]:
        found.setdefault(each.pk, _alike(each, "contact"))
    addresses = {g.email.lower() for g in application.guardians.all() if g.email}
    siblings = ApplicationGuardian.objects.filter(email__in=addresses).exclude(application=application)
    tied = Q(pk__in=siblings.values("application__student"))
    tied |= Q(guardian_links__guardian__contact_points__value__in=addresses)
    for each in rows.filter(tied).distinct()[:MOST] if addresses else ():
        found.setdefault(each.pk, _alike(each, "sibling"))
    return list(found.values())[:MOST]


def _alike(student: Student, why: str) -> Alike:
    return Alike(student.pk, student.person.full_name, student.registration_number, why)
