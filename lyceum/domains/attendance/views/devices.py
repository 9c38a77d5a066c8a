"""Pages of devices without network: what they keep, and what is decided afterwards."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind
from lyceum.core.errors import UnauthorizedError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.attendance.batches import read_marks
from lyceum.domains.attendance.codes import CodeList, read_codes
from lyceum.domains.attendance.glyphs import tone
from lyceum.domains.attendance.models import Conflict, Mark
from lyceum.domains.attendance.phone import read_phone_day
from lyceum.domains.attendance.queries import list_conflicts
from lyceum.domains.attendance.rules.conflicts import keep_mark, replace_mark
from lyceum.domains.tenancy.queries import time_zone


@require_GET
def own_day(request: HttpRequest) -> HttpResponse:
    """Today's own registers for a phone to keep, and what it needs to send marks."""
    actor = actor_of(request)
    if actor.kind is ActorKind.PUBLIC:
        raise UnauthorizedError
    actor.require(Permission.REGISTERS_TAKE)
    caller = getattr(request, "caller", None)
    more = {"now": clock.now(), "csrf": get_token(request), "theme": getattr(caller, "theme", "system")}
    return JsonResponse(asdict(read_phone_day(actor)) | more)


@dataclass(frozen=True)
class Decision:
    """Two values for one mark as a page shows them."""

    conflict: Conflict
    tone: str
    label: str
    server_tone: str
    server_label: str
    server_symbol: str
    server_by: str
    server_at: datetime | None
    version: int
    may_decide: bool
    marked_at: datetime


def list_decisions(actor: Actor, *, register: UUID | None = None) -> list[Decision]:
    """What is to be decided, on the registers the actor may see."""
    rows = list(list_conflicts(actor, register=register)[:200])
    if not rows:
        return []
    marks = read_marks({row.register_id for row in rows}, {row.student_id for row in rows})
    codes, zone = read_codes(actor), clock.zone(time_zone())
    return [_decision(row, marks.get((row.register_id, row.student_id)), codes, zone, actor) for row in rows]


def _decision(row: Conflict, mark: Mark | None, codes: CodeList, zone: ZoneInfo, actor: Actor) -> Decision:
    given, on_server = codes.by_symbol(row.symbol), mark.code if mark else None
    as_then = mark is not None and mark.version == row.server_version
    needed = Permission.REGISTERS_AMEND if row.kind == Conflict.Kind.LATE else Permission.REGISTERS_TAKE
    return Decision(
        conflict=row,
        tone=tone(given.meaning) if given else "none",
        label=given.label if given else "",
        server_tone=tone(on_server.meaning) if on_server else "none",
        server_label=on_server.label if on_server else "",
        server_symbol=on_server.symbol if on_server else "",
        server_by=row.server_by_name if as_then else "",
        server_at=mark.marked_at.astimezone(zone) if mark else None,
        version=mark.version if mark else 0,
        may_decide=actor.may(needed),
        marked_at=row.marked_at.astimezone(zone),
    )


@require_GET
def conflicts_page(request: HttpRequest) -> HttpResponse:
    """What is to be decided, oldest first."""
    return render(request, "attendance/conflicts.html", {"decisions": list_decisions(actor_of(request))})


@require_POST
def decide(request: HttpRequest, conflict_id: UUID) -> HttpResponse:
    """Keep the server's mark, or use the device's."""
    actor, act, version = actor_of(request), request.POST.get("act"), request.POST.get("version", "")
    if act == "replace":
        seen = int(version) if version.isdecimal() and len(version) < 10 else None
        conflict = replace_mark(conflict_id, version=seen, actor=actor)
    elif act == "keep":
        conflict = keep_mark(conflict_id, actor=actor)
    else:
        raise invalid_field("/act", "choice", _("Choose one of: %(choices)s.") % {"choices": "keep, replace"})
    on_register = request.POST.get("from") == "register"
    return redirect(f"/registers/{conflict.register_id}/" if on_register else "/attendance/conflicts/")
