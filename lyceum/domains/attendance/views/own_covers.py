"""What somebody covers themselves, and the answer where they are asked."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lyceum.core.errors import invalid_field
from lyceum.core.forms import submitted, typed_id
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.attendance.own_covers import read_own_covers
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.rules.covers import accept_cover, decline_cover


@require_http_methods(["GET", "POST"])
def mine_page(request: HttpRequest) -> HttpResponse:
    """The lessons that somebody covers in the coming days; those they are asked for, with their answer."""
    actor = actor_of(request)
    actor.require(Permission.COVER_ANSWER)

    def act() -> Done:
        cover: UUID | None = typed_id(request, "cover")
        if cover is None:
            raise invalid_field("/cover", "required", _("Choose one of the list."))
        if request.POST.get("act") == "decline":
            decline_cover(cover, reason=request.POST.get("reason", ""), actor=actor)
            return Done("/cover/mine/", Toast(_("The office is told that you cannot.")))
        accept_cover(cover, actor=actor)
        return Done("/cover/mine/", Toast(_("Thank you. The lesson is yours.")))

    def context() -> dict[str, Any]:
        return {"covers": read_own_covers(actor, today()), "day": today()}

    return submitted(request, "attendance/own_covers.html", context, act)
