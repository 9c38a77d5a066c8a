"""Partners of the school."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import NotFoundError, RuleError
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.website.models import Partner
from lyceum.domains.website.rules.fields import Check, a_line, checked, picture, place_in_order, web_link
from lyceum.domains.website.rules.pictures import drop_pictures
from lyceum.domains.website.rules.site import touch_site

LONGEST_NAME, LONGEST_KIND, LONGEST_DESCRIPTION = 120, 60, 1_000
CHECKS: Mapping[str, Check] = {
    "name": a_line(LONGEST_NAME, needed=True),
    "kind": a_line(LONGEST_KIND),
    "description": a_line(LONGEST_DESCRIPTION),
    "url": web_link,
    "order": place_in_order,
    "logo": picture,
}


class PartnerTakenError(RuleError):
    """Each partner is named once."""

    code = "name_taken"


@transaction.atomic
def add_partner(*, values: Mapping[str, Any], actor: Actor) -> Partner:
    """Name a partner."""
    actor.require_all(Permission.SITE_EDIT)
    partner = Partner(**checked({"name": "", **values}, CHECKS))
    _refuse_taken(partner)
    with refusing(partner_name_once=lambda: _taken(partner)):
        partner.save(force_insert=True)
    record("website.partner.add", target=Target.of(partner), actor=actor)
    touch_site()
    return partner


@transaction.atomic
def edit_partner(partner_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> Partner:
    """Change a partner, or show it no longer. A logo that was replaced is gone."""
    partner = get_partner_for_edit(partner_id, actor=actor)
    before = partner.logo
    changes = changed_fields(partner, checked(values, CHECKS))
    if not changes:
        return partner
    _refuse_taken(partner)
    with refusing(partner_name_once=lambda: _taken(partner)):
        partner.save(update_fields=[*changes, "updated_at"])
    record("website.partner.edit", target=Target.of(partner), changes=changes, actor=actor)
    if before is not None and "logo" in changes:
        drop_pictures([before], actor=actor)
    touch_site()
    return partner


@transaction.atomic
def remove_partner(partner_id: UUID, *, actor: Actor) -> None:
    """Take a partner from the site, with its logo."""
    partner = get_partner_for_edit(partner_id, actor=actor)
    record("website.partner.remove", target=Target.of(partner), actor=actor)
    logo = partner.logo
    partner.delete()
    if logo is not None:
        drop_pictures([logo], actor=actor)
    touch_site()


def get_partner_for_edit(partner_id: UUID, *, actor: Actor) -> Partner:
    """The partner, locked, for whoever may change it."""
    actor.require_all(Permission.SITE_EDIT)
    partner = Partner.objects.select_for_update().filter(pk=partner_id).first()
    if partner is None:
        raise NotFoundError(_("There is no such partner."))
    return partner


def _refuse_taken(partner: Partner) -> None:
    if Partner.objects.filter(name=partner.name).exclude(pk=partner.pk).exists():
        raise _taken(partner)


def _taken(partner: Partner) -> PartnerTakenError:
    return PartnerTakenError(_("There is a partner “%(name)s” already.") % {"name": partner.name})
