"""Deciding between the marks of a phone and those of a slot's register."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lyceum.core.errors import invalid_field
from lyceum.core.rest import actor_of
from lyceum.domains.behaviour.rules.detentions.conflicts import keep_detention_mark, replace_detention_mark


@require_POST
def decide(request: HttpRequest, detention_conflict_id: UUID) -> HttpResponse:
    """Keep the server's mark, or use the device's."""
    actor, act, version = actor_of(request), request.POST.get("act"), request.POST.get("version", "")
    if act == "replace":
        seen = int(version) if version.isdecimal() and len(version) < 10 else None
        reason = request.POST.get("reason", "")
        conflict = replace_detention_mark(detention_conflict_id, version=seen, reason=reason, actor=actor)
    elif act == "keep":
        conflict = keep_detention_mark(detention_conflict_id, actor=actor)
    else:
        raise invalid_field("/act", "choice", _("Choose one of: %(choices)s.") % {"choices": "keep, replace"})
    on_register = request.POST.get("from") == "register"
    return redirect(f"/behaviour/slots/{conflict.detention.slot_id}/" if on_register else "/attendance/conflicts/")
