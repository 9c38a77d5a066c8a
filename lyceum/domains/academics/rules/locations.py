"""Rooms and other places: making, changing, retiring and deleting them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.references import count_references, counted
from lyceum.core.text import tidy
from lyceum.domains.academics.models import Location
from lyceum.domains.academics.rules.calendar import NameTakenError, named
from lyceum.domains.journal.rules import Target, changed_fields, record

LARGEST = 30_000
"""People in one place."""
LONGEST_NAME, LONGEST_ADDRESS, LONGEST_LINK = 80, 300, 500


class LocationInUseError(RuleError):
    """Lessons, classes or others point at the place; the refusal counts them."""

    code = "location_in_use"


@transaction.atomic
def create_location(
    *,
    name: str,
    capacity: int | None = None,
    address: str = "",
    map_link: str = "",
    is_public: bool = False,
    actor: Actor,
) -> Location:
    """Make a room or another place."""
    actor.require_all(Permission.LOCATIONS_EDIT)
    values = _checked({
        "name": name,
        "capacity": capacity,
        "address": address,
        "map_link": map_link,
        "is_public": is_public,
    })  # fmt: skip
    _refuse_taken(values["name"])
    with refusing(location_name_once=lambda: _taken(values["name"])):
        location = Location.objects.create(**values)
    record("academics.location.create", target=Target.of(location), actor=actor)
    return location


@transaction.atomic
def edit_location(location_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> Location:
    """Change some of a place, or retire it (`active`)."""
    location = get_location_for_edit(location_id, actor=actor)
    checked = _checked(values)
    if "name" in checked:
        _refuse_taken(checked["name"], but=location_id)
    changes = changed_fields(location, checked)
    if not changes:
        return location
    with refusing(location_name_once=lambda: _taken(location.name)):
        location.save(update_fields=[*changes, "updated_at"])
    record("academics.location.edit", target=Target.of(location), changes=changes, actor=actor)
    return location


@transaction.atomic
def delete_location(location_id: UUID, *, actor: Actor) -> None:
    """Delete a place that nothing points at."""
    location = get_location_for_edit(location_id, actor=actor)
    held = count_references(location, of_every_kind=True)
    if held:
        raise LocationInUseError(
            _("%(name)s is in use: %(counts)s. Retire it instead.") % {"name": location, "counts": counted(held)},
            counts=held,
        )
    record("academics.location.delete", target=Target.of(location), actor=actor)
    location.delete()


def get_location_for_edit(location_id: UUID, *, actor: Actor) -> Location:
    """The place, locked, for somebody who may change it."""
    actor.require_all(Permission.LOCATIONS_EDIT)
    location = Location.objects.select_for_update().filter(pk=location_id).first()
    if location is None:
        raise NotFoundError(_("There is no such place."))
    return location


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    checked = dict(values)
    if "name" in checked:
        checked["name"] = named("/name", checked["name"], LONGEST_NAME)
    capacity = checked.get("capacity")
    if capacity is not None and not 1 <= capacity <= LARGEST:
        message = _("A room holds 1 to 30,000 people.")
        raise InvalidError(message, errors=[FieldError("/capacity", "range", message)])
    if "address" in checked:
        checked["address"] = tidy(checked["address"])
        if len(checked["address"]) > LONGEST_ADDRESS:
            raise invalid_field("/address", "length", _("Give at most %(n)s letters.") % {"n": LONGEST_ADDRESS})
    if checked.get("map_link"):
        checked["map_link"] = _safe_link(checked["map_link"])
    return checked


def _safe_link(given: str) -> str:
    link = given.strip()
    try:
        parts = urlsplit(link)
    except ValueError:  # a host in brackets that is none
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or len(link) > LONGEST_LINK or any(c.isspace() for c in link):
        raise invalid_field("/map_link", "link", _("Give the address of a map, beginning with https://."))
    return link


def _refuse_taken(name: str, *, but: UUID | None = None) -> None:
    if Location.objects.filter(name=name).exclude(pk__in=[but] if but else []).exists():
        raise _taken(name)


def _taken(name: str) -> NameTakenError:
    return NameTakenError(_("There is a room “%(name)s” already.") % {"name": name})
