"""Who of a family may be told about behaviour, and how they hear of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.domains.behaviour.models import Notice
from lyceum.domains.people.models import ContactRestriction, GuardianLink
from lyceum.domains.people.policies import holds_on
from lyceum.domains.tenancy.queries import today


@dataclass(frozen=True)
class Recipient:
    """An adult of the family: told, or not and why."""

    person: str
    name: str
    user: str
    told: bool
    reason: str


def recipients_for(students: Sequence[UUID], *, actor: Actor) -> dict[UUID, list[Recipient]]:
    """The adults of each student's family, each with why they are told or not. Restrictions win."""
    del actor
    day = today()
    kept = set(
        ContactRestriction.objects.filter(
            holds_on(day), student__in=students, ended_reason="", kinds__overlap=["no_contact", "no_information"]
        ).values_list("student_id", "person_id")
    )
    links = GuardianLink.objects.filter(holds_on(day), student__in=students).select_related("guardian")
    found: dict[UUID, list[Recipient]] = {student: [] for student in students}
    for link in links.order_by("contact_order", "pk"):
        told, reason = link.told_behaviour, link.relationship
        if (link.student_id, link.guardian_id) in kept:
            told, reason = False, _("a restriction says no")
        elif not told:
            reason = _("asked not to be told of behaviour")
        user = str(link.guardian.user_id or "")
        found[link.student_id].append(Recipient(str(link.guardian_id), link.guardian.full_name, user, told, reason))
    return found


def hand_over(notice: Notice, *, actor: Actor) -> None:
    """Give a notice to those who deliver it."""
    del notice, actor
