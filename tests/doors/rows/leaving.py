"""A school that somebody asks to close, a student who asks to be erased, a record that the law keeps."""

from datetime import timedelta
from uuid import UUID

from lyceum.core import clock
from lyceum.domains.accounts.models import Membership
from lyceum.domains.people.models import LegalHold, SubjectRequest
from lyceum.domains.tenancy.models import SchoolClosure
from lyceum.domains.tenancy.queries import today
from lyceum.testing.factories import make_admin
from tests.doors.rows.cast import Cast


def add(cast: Cast) -> dict[str, UUID]:
    """What doors are tried on."""
    asking = make_admin(cast.school)
    Membership.objects.filter(school=cast.school, role="school_admin").update(
        created_at=clock.now() - timedelta(days=400)
    )
    SchoolClosure.objects.create(
        asked_by=asking.pk, asked_by_name=asking.full_name, confirm_by=clock.now() + timedelta(days=1)
    )
    person = cast.student.person
    names = {"subject_user": person.user_id, "subject_person": person.pk, "name": "Somebody"}
    return {
        "subject_request_id": SubjectRequest.objects.create(**names, due_on=today() + timedelta(days=30)).pk,
        "legal_hold_id": LegalHold.objects.create(**names, reason="The court asks for it.", made_by_name="Ada").pk,
    }
