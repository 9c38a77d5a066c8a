"""Closing the school, and being erased."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lyceum.domains.accounts.models import SchoolLogin
from lyceum.domains.people.models import SubjectRequest
from lyceum.domains.people.queries import find_person_of_user
from lyceum.domains.tenancy.queries import today

if TYPE_CHECKING:
    from tests.browser.samples import Samples

NO_PAGES: dict[str, str] = {}


def add(samples: Samples) -> None:
    """Called in the demo school."""
    teacher = SchoolLogin.objects.filter(user__memberships__role="teacher").order_by("username")[0].user
    person = find_person_of_user(teacher.pk)
    asked = SubjectRequest.objects.create(
        subject_user=teacher.pk,
        subject_person=person.pk if person else None,
        name=teacher.full_name,
        due_on=today() + timedelta(days=30),
    )
    samples.add("settings-closing", "head", "/settings/closing/")
    samples.add("own-erasure", "guardian", "/account/erasure/")
    samples.add("subject-requests", "head", "/subject-requests/")
    samples.add("subject-request", "head", f"/subject-requests/{asked.pk}/")
