"""Taking names and everything that need not be kept out of a person's record."""

from uuid import UUID

from lyceum.domains.notifications.models import DigestSetting, Preference, PushDevice, QuietHours
from lyceum.domains.people.models import (
    ChangeRequest,
    Consent,
    ContactPoint,
    Flag,
    GuardianLink,
    OfficialId,
    Person,
    Student,
)
from lyceum.domains.tenancy.queries import today


def forget_wishes(user_id: UUID) -> None:
    """How and where somebody wanted to be told."""
    for model in (Preference, QuietHours, DigestSetting, PushDevice):
        model.objects.filter(user=user_id).delete()


def blank_person(person: Person, student: Student | None, pseudonym: str, *, keeps: bool) -> None:
    """Erase a person; where records must be kept, they are a pseudonym's from now on."""
    if not keeps:
        person.delete()
        return
    ContactPoint.objects.filter(person=person).delete()
    ChangeRequest.objects.filter(person=person).delete()
    ties = GuardianLink.objects.filter(ends_on__isnull=True)
    ties.filter(guardian=person).update(ends_on=today(), portal="none")
    if student:
        ties.filter(student=student).update(ends_on=today(), portal="none")
        for model in (OfficialId, Consent):
            model.objects.filter(student=student).delete()
        Flag.objects.filter(student=student).exclude(kind=Flag.Kind.SAFEGUARDING).delete()
    person.full_name = pseudonym
    person.first_name = person.last_name = person.preferred_name = ""
    person.pronouns = person.gender = person.legal_sex = ""
    person.former_names, person.languages, person.birth_date, person.user = [], [], None, None
    for column, value in person.name_columns().items():
        setattr(person, column, value)
    person.save()
