"""What would become of somebody's records, before anything is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.references import count_references, counted
from lyceum.domains.accounts.queries import own_id
from lyceum.domains.accounts.rules.ending import belongs_elsewhere
from lyceum.domains.people.models import (
    ContactRestriction,
    Enrolment,
    GuardianLink,
    LegalHold,
    Person,
    Staff,
    Student,
    SubjectRequest,
)
from lyceum.domains.people.policies import holds_on
from lyceum.domains.people.queries import find_person_of_user, on_roll
from lyceum.domains.people.rules.erasures.holds import find_holds
from lyceum.domains.tenancy.queries import today


@dataclass(frozen=True)
class ErasurePlan:
    """What is known of the subject of a request, and what stands in the way."""

    person: Person | None
    student: Student | None
    kept: dict[str, int]
    """Records that must stay, by kind: they stay under a pseudonym."""
    belongs_elsewhere: bool
    obstacles: Sequence[str]
    """What must end first, in words."""
    holds: Sequence[LegalHold]

    def in_words(self) -> list[str]:
        """What will happen, a sentence for each."""
        lines = [
            _("The roles and devices here end. The account stays for the other schools that it belongs to.")
            if self.belongs_elsewhere
            else _("The account ends: name, addresses, user names and devices are erased, and nobody signs in with it.")
        ]
        if self.student and not self.kept:
            lines.append(_("The record of the student is deleted, and erased for good 30 days later."))
        elif self.kept:
            held = {"held": counted(self.kept)}
            lines.append(_("These stay, because they must be kept, under a pseudonym: %(held)s.") % held)
            lines.append(_("Name, date of birth, contacts, official numbers, medical flags and consents are erased."))
        elif self.person:
            lines.append(_("The record of the person is erased."))
        lines.append(_("The trail of who did what, and messages that were sent, stay for as long as the law says."))
        return lines


def plan_erasure(request: SubjectRequest) -> ErasurePlan:
    """What would happen if the request was carried out now."""
    return plan_for(request.subject_user, request.subject_person)


def plan_own_erasure(actor: Actor) -> ErasurePlan:
    """What would happen to the actor's own records."""
    user = own_id(actor)
    person = find_person_of_user(user)
    return plan_for(user, person.pk if person else None)


def plan_for(user_id: UUID, person_id: UUID | None) -> ErasurePlan:
    """What would happen to the records of somebody, by the ids of their user and person."""
    person = Person.objects.filter(pk=person_id).first() if person_id else None
    student = Student.objects.filter(person=person).first() if person else None
    kept = count_references(person) if person else {}
    if student:  # that the person is a student holds them no more than what holds the student does
        kept.pop(str(Student._meta.verbose_name_plural))
        kept |= count_references(student)
    return ErasurePlan(
        person=person,
        student=student,
        kept=kept,
        belongs_elsewhere=belongs_elsewhere(user_id),
        obstacles=_obstacles(person, student) if person else (),
        holds=find_holds(user=user_id, person=person_id),
    )


def _obstacles(person: Person, student: Student | None) -> list[str]:
    """What they still are here: only who ends that first may be erased."""
    day, found = today(), []
    expected = Q(first_day__gt=day) & ~Q(exit="no_show")
    if student and Enrolment.objects.filter(on_roll(day) | expected, student=student).exists():
        found.append(_("They are on roll, or will be. Record them as left first."))
    staff = Staff.objects.filter(Q(leaves_on__isnull=True) | Q(leaves_on__gte=day), person=person).first()
    if staff:
        last = date_format(staff.leaves_on) if staff.leaves_on else _("no last day")
        found.append(_("They work here (%(last)s). Their last day must have passed.") % {"last": last})
    children = Enrolment.objects.filter(on_roll(day) | expected).values("student")
    if GuardianLink.objects.filter(holds_on(day), guardian=person, student__in=children).exists():
        found.append(_("They are a contact of a child who is on roll. End that tie first."))
    if ContactRestriction.objects.filter(person=person, ended_reason="").filter(holds_on(day)).exists():
        found.append(_("They are kept from a child: the restriction needs to know whom."))
    return found
