"""What is decided after a device without network has sent its marks."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.devices import Decision, ShownMark
from lyceum.core.errors import invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.attendance.batches import read_marks
from lyceum.domains.attendance.codes import CodeList, read_codes
from lyceum.domains.attendance.glyphs import tone
from lyceum.domains.attendance.models import Conflict, Mark
from lyceum.domains.attendance.queries import list_conflicts
from lyceum.domains.attendance.rules.conflicts import keep_mark, replace_mark
from lyceum.domains.tenancy.queries import time_zone


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
    day = date_format(row.register.on, _("j F"))
    return Decision(
        conflict=row,
        name=row.student.person.called,
        where=f"{row.register.class_name} · {day} {row.register.session or row.register.period}",
        register=f"/registers/{row.register_id}/",
        action=f"/attendance/conflicts/{row.pk}/",
        given=ShownMark(
            row.symbol,
            tone(given.meaning) if given else "none",
            given.label if given else "",
            row.marked_by_name,
            row.marked_at.astimezone(zone),
            row.minutes_late,
        ),
        on_server=ShownMark(
            on_server.symbol if on_server else "",
            tone(on_server.meaning) if on_server else "none",
            on_server.label if on_server else "",
            row.server_by_name if as_then else "",
            mark.marked_at.astimezone(zone) if mark else None,
        ),
        version=mark.version if mark else 0,
        may_decide=actor.may(needed),
    )


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
