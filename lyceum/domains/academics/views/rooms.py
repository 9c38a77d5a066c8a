"""Rooms and other places: their list, and each of them."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.forms import submitted, typed_number
from lyceum.core.lists import Column, Filter, Table, answer_list, answer_list_with_form
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.models import Location
from lyceum.domains.academics.queries import get_place, list_locations
from lyceum.domains.academics.rules.locations import create_location, delete_location, edit_location
from lyceum.domains.journal.rules import note_export

ROOMS: Table[Location] = Table(
    name="rooms",
    label=_("Rooms"),
    columns=(
        Column("name", _("Room"), lambda row: row.name, sort=("name",)),
        Column("seats", _("Seats"), lambda row: row.capacity, is_number=True),
        Column("address", _("Address"), lambda row: row.address),
        Column("seen", _("Seen by"), lambda row: gettext("everybody") if row.is_public else gettext("the school")),
        Column("state", _("State"), lambda row: "" if row.active else gettext("retired")),
    ),
    href=lambda row: f"/settings/rooms/{row.pk}/",
    order=("name", "pk"),
)


@require_http_methods(["GET", "POST"])
def rooms_page(request: HttpRequest) -> HttpResponse:
    """Rooms and other places."""
    actor = actor_of(request)
    actor.require_all(Permission.LOCATIONS_EDIT)

    def show(context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        return answer_list(
            request,
            ROOMS,
            list_locations(actor, text=request.GET.get("q", "")),
            template="academics/rooms.html",
            filters=(Filter("q", _("Part of the name")),),
            note_export=partial(note_export, ROOMS.name, request.GET.urlencode(), actor=actor),
            context=context,
            status=status,
        )

    def act() -> str:
        create_location(**_typed(request), actor=actor)
        return "/settings/rooms/"

    return answer_list_with_form(request, show, act)


@require_http_methods(["GET", "POST"])
def room_page(request: HttpRequest, location_id: UUID) -> HttpResponse:
    """One room: change it, retire it, or delete it while nothing points at it."""
    actor = actor_of(request)
    actor.require_all(Permission.LOCATIONS_EDIT)
    row = get_place(location_id, actor=actor)

    def act() -> Done:
        if request.POST.get("act") == "delete":
            delete_location(location_id, actor=actor)
            return Done("/settings/rooms/", Toast(gettext("%(name)s is deleted.") % {"name": row.name}))
        values = _typed(request) | {"active": request.POST.get("active") == "1"}
        edit_location(location_id, values=values, actor=actor)
        return Done("/settings/rooms/", Toast(gettext("Saved.")))

    def context() -> dict[str, Any]:
        shown: dict[str, Any] = {"row": row}
        if request.POST.get("act") == "edit":
            return shown
        names = ("name", "capacity", "address", "map_link", "is_public", "active")
        return shown | {"typed": {name: getattr(row, name) for name in names}}

    return submitted(request, "academics/room.html", context, act)


def _typed(request: HttpRequest) -> dict[str, Any]:
    return {
        "name": request.POST.get("name", ""),
        "capacity": typed_number(request, "capacity", 0) or None,
        "address": request.POST.get("address", ""),
        "map_link": request.POST.get("map_link", ""),
        "is_public": request.POST.get("is_public") == "1",
    }
