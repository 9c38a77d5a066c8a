"""What the school says of itself, and its team."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.people.models import Staff
from lyceum.domains.website.models import AboutUs, CoreValue, TeamMember
from lyceum.domains.website.rules.fields import (
    Check,
    a_line,
    checked,
    line,
    picture,
    place_in_order,
    some_lines,
    web_links,
)
from lyceum.domains.website.rules.pictures import drop_pictures
from lyceum.domains.website.rules.site import touch_site

LONGEST_NAME, LONGEST_BIO = 120, 4_000
LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_AIM = 160, 10_000, 5_000
LONGEST_VALUE, MOST_VALUES = 1_000, 20
CHECKS_OF_ABOUT: Mapping[str, Check] = {
    "title": a_line(LONGEST_TITLE),
    "description": some_lines(LONGEST_DESCRIPTION),
    "mission": some_lines(LONGEST_AIM),
    "vision": some_lines(LONGEST_AIM),
}
CHECKS: Mapping[str, Check] = {
    "name": a_line(LONGEST_NAME, needed=True),
    "role": a_line(LONGEST_NAME),
    "bio": some_lines(LONGEST_BIO),
    "links": web_links,
    "order": place_in_order,
    "photo": picture,
}
"""Of somebody in the team."""


@dataclass(frozen=True)
class NewValue:
    """A core value as it is given."""

    title: str
    description: str = ""


def own_about_us(*, lock: bool = False) -> AboutUs:
    """The school's own; made where there is none yet."""
    rows = AboutUs.objects.select_for_update() if lock else AboutUs.objects
    return rows.first() or AboutUs.objects.get_or_create(school_id=current_school())[0]


@transaction.atomic
def edit_about_us(*, values: Mapping[str, str], core_values: Sequence[NewValue] | None = None, actor: Actor) -> AboutUs:
    """Change what the school says of itself. Core values are replaced as a list, in their order."""
    actor.require_all(Permission.SITE_EDIT)
    about = own_about_us(lock=True)
    changes = changed_fields(about, checked(values, CHECKS_OF_ABOUT))
    if changes:
        about.save(update_fields=[*changes, "updated_at"])
    if core_values is not None:
        _replace_values(about, core_values)
        changes = {**changes, "core_values": [None, len(core_values)]}
    if changes:
        record("website.about_us.edit", target=Target.of(about), changes=changes, actor=actor)
        touch_site()
    return about


def _replace_values(about: AboutUs, given: Sequence[NewValue]) -> None:
    if len(given) > MOST_VALUES:
        raise invalid_field("/core_values", "length", _("Give at most %(n)s.") % {"n": MOST_VALUES})
    made = [
        CoreValue(
            about_us=about,
            title=line(f"core_values/{n}/title", each.title, LONGEST_NAME, needed=True),
            description=line(f"core_values/{n}/description", each.description, LONGEST_VALUE),
            order=n,
        )
        for n, each in enumerate(given)
    ]
    CoreValue.objects.filter(about_us=about).delete()
    CoreValue.objects.bulk_create(made)


@transaction.atomic
def add_team_member(*, values: Mapping[str, Any], actor: Actor) -> TeamMember:
    """Show somebody of the school."""
    actor.require_all(Permission.SITE_EDIT)
    kept = _checked_member({"name": "", **values})
    kept.setdefault("about_us", own_about_us())
    member = TeamMember.objects.create(**kept)
    record("website.team.add", target=Target.of(member), actor=actor)
    touch_site()
    return member


@transaction.atomic
def edit_team_member(member_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> TeamMember:
    """Change what is shown of somebody, or show it no longer. A picture that was replaced is gone."""
    member = get_member_for_edit(member_id, actor=actor)
    before = member.photo
    changes = changed_fields(member, _checked_member(values))
    if changes:
        member.save(update_fields=[*changes, "updated_at"])
        record("website.team.edit", target=Target.of(member), changes=changes, actor=actor)
        if before is not None and "photo" in changes:
            drop_pictures([before], actor=actor)
        touch_site()
    return member


@transaction.atomic
def remove_team_member(member_id: UUID, *, actor: Actor) -> None:
    """Take somebody from the site, with the picture."""
    member = get_member_for_edit(member_id, actor=actor)
    record("website.team.remove", target=Target.of(member), actor=actor)
    photo = member.photo
    member.delete()
    if photo is not None:
        drop_pictures([photo], actor=actor)
    touch_site()


def get_member_for_edit(member_id: UUID, *, actor: Actor) -> TeamMember:
    """Somebody of the team, locked, for whoever may change them."""
    actor.require_all(Permission.SITE_EDIT)
    member = TeamMember.objects.select_for_update().filter(pk=member_id).first()
    if member is None:
        raise NotFoundError(_("There is nobody of this id in the team."))
    return member


def _checked_member(values: Mapping[str, Any]) -> dict[str, Any]:
    kept = checked(values, CHECKS)
    about = kept.pop("about_us_id", None)
    if about is not None:
        kept["about_us"] = AboutUs.objects.filter(pk=about).first()
        if kept["about_us"] is None:
            raise invalid_field("/about_us_id", "unknown", _("There is no such page about the school."))
    if kept.get("staff") is not None:
        kept["staff"] = Staff.objects.filter(pk=kept["staff"]).first()
        if kept["staff"] is None:
            raise invalid_field("/staff", "unknown", _("There is no such member of staff."))
    return kept
