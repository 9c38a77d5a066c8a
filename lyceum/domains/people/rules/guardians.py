"""What an adult is to a student, changed and ended."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.people.models import ContactRestriction, GuardianLink
from lyceum.domains.people.policies import holds_on, visible_students
from lyceum.domains.people.rules.adults import TOLD, NewGuardian, check_guardian
from lyceum.domains.tenancy.queries import today

_PLAIN = ("relationship", "parental_responsibility", "lives_with", "emergency", "may_collect", "portal")
CHANGEABLE = frozenset({*_PLAIN, "channels", "told", "portal_reason", "ends_on"})


@transaction.atomic
def change_guardian(link_id: UUID, *, values: dict[str, Any], actor: Actor) -> GuardianLink:
    """Change what an adult is to a student, what they are told and what they see; or say on which day it ends.

    The whole portal needs parental responsibility, or a school admin's reason, whichever of the two changes.
    """
    actor.require_all(Permission.PEOPLE_EDIT)
    link = _get(link_id, actor)
    unknown = sorted(values.keys() - CHANGEABLE)
    if unknown:
        raise invalid_field(
            f"/{unknown[0]}", "read_only", _("%(field)s cannot be changed here.") % {"field": unknown[0]}
        )
    new = _as_new(link, values)
    opens = new.portal == "full" and {"portal", "parental_responsibility"} & values.keys()
    was_excused = link.portal == "full" and link.parental_responsibility == new.parental_responsibility != "yes"
    check_guardian(new, actor, portal=bool(opens) and not was_excused)
    _refuse_restricted(link, new.portal)
    changes = changed_fields(link, _columns(new, values, link))
    if changes:
        link.save()
        target = Target("people.student", link.student_id, link.guardian.full_name)
        record("people.guardian.change", target=target, changes=changes, reason=new.portal_reason, actor=actor)
    return link


def _get(link_id: UUID, actor: Actor) -> GuardianLink:
    rows = GuardianLink.objects.filter(pk=link_id).select_related("guardian", "student")
    link = rows.select_for_update(of=("self",)).first()
    if link is None or not type(link.student).objects.filter(visible_students(actor), pk=link.student_id).exists():
        raise NotFoundError
    return link


def _as_new(link: GuardianLink, values: dict[str, Any]) -> NewGuardian:
    now: dict[str, Any] = {name: getattr(link, name) for name in _PLAIN}
    now |= {name: value for name, value in values.items() if name in (*_PLAIN, "portal_reason")}
    told = {purpose for purpose in TOLD if getattr(link, f"told_{purpose}")}
    return NewGuardian(
        link.student_id,
        now.pop("relationship"),
        person_id=link.guardian_id,
        channels=tuple(values.get("channels", link.channels)),
        told=frozenset(values.get("told", told)),
        **now,
    )


def _columns(new: NewGuardian, values: dict[str, Any], link: GuardianLink) -> dict[str, Any]:
    columns: dict[str, Any] = {name: getattr(new, name) for name in _PLAIN}
    columns["relationship"] = tidy(new.relationship) or "guardian"
    columns["channels"] = list(dict.fromkeys(new.channels))
    columns |= {f"told_{purpose}": purpose in new.told for purpose in TOLD}
    if "ends_on" in values:
        ends: date | None = values["ends_on"]
        if ends and ends < link.starts_on:
            raise invalid_field("/ends_on", "order", _("The last day lies before the first day."))
        columns["ends_on"] = ends
    return columns


def _refuse_restricted(link: GuardianLink, portal: str) -> None:
    kept = ContactRestriction.objects.filter(
        holds_on(today()), student=link.student_id, person=link.guardian_id, ended_reason=""
    )
    if portal != "none" and kept.exists():
        raise invalid_field("/portal", "restricted", _("Somebody who is kept from the student has no portal."))
