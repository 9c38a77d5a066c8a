"""The cover desk: who is away on a day, the lessons they leave, and who takes them: a tap each, or one for all."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.documents import PAPERS
from lyceum.core.errors import RuleError, invalid_field
from lyceum.core.forms import asked_date, gone_on, shown_errors, submitted, typed_id, typed_number
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast, Undo
from lyceum.domains.attendance.cover import list_passes
from lyceum.domains.attendance.cover_words import Line, lines_of
from lyceum.domains.attendance.documents.cover_sheet import print_cover_sheet
from lyceum.domains.attendance.rules.cover_passes import revoke_pass
from lyceum.domains.tenancy.queries import find_school_name, today
from lyceum.domains.timetable.cover_queries import list_staff_absences, list_tallies, read_desk
from lyceum.domains.timetable.models import StaffAbsence
from lyceum.domains.timetable.rules.covers import (
    NewCover,
    assign_covers,
    assign_proposed,
    cancel_cover,
    set_cover_limit,
)

MOST_PASSES, MOST_ASKED = 50, 20


@require_http_methods(["GET", "POST"])
def desk_page(request: HttpRequest) -> HttpResponse:
    """A day at the desk: each absence with its lessons; the day's passes below."""
    actor = actor_of(request)
    actor.require_all(Permission.COVER_ASSIGN)
    day = asked_date(request, "date", today())
    if request.method == "GET":
        return render(request, "attendance/cover_desk.html", _desk(actor, day))
    try:
        return gone_on(request, _act(request, day, actor))
    except RuleError as error:
        context = _desk(actor, day) | {"errors": shown_errors(error)}
        return render(request, "attendance/cover_desk.html", context, status=error.status)


def _desk(actor: Actor, day: date) -> dict[str, Any]:
    desk = read_desk(actor, day)
    asked = list_staff_absences(actor, first=today(), state=StaffAbsence.State.ASKED)
    return {
        "desk": desk,
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "is_over": day < today(),
        "away": [(each.absence, lines_of(each.needs, desk.days, desk.planned)) for each in desk.away],
        "asked": asked[:MOST_ASKED] if actor.may(Permission.STAFF_ABSENCES_ASK) else [],
        "passes": list_passes(actor, day=day)[:MOST_PASSES],
    }


def _act(request: HttpRequest, day: date, actor: Actor) -> Done:
    act, back = request.POST.get("act", ""), f"/cover/?date={day}"
    if act == "revoke":
        return _revoke(request, back, actor)
    if act == "cancel":
        cover = typed_id(request, "cover")
        if cover is None:
            raise invalid_field("/cover", "required", _("Choose one of the list."))
        cancel_cover(cover, actor=actor)
        return Done(back, Toast(_("The lesson is its teacher's again.")))
    if act == "all":
        made = assign_proposed(day, absence_id=typed_id(request, "absence"), actor=actor)
        words = ngettext("%(n)s lesson is covered.", "%(n)s lessons are covered.", len(made)) % {"n": len(made)}
        return Done(back, Toast(words))
    return _assign(request, day, back, actor)


def _assign(request: HttpRequest, day: date, back: str, actor: Actor) -> Done:
    lesson, staff = typed_id(request, "lesson"), typed_id(request, "staff")
    if lesson is None or staff is None:
        raise invalid_field("/staff", "required", _("Choose who covers."))
    new = NewCover(lesson, day, staff, part=typed_number(request, "part", 0))
    cover = assign_covers([new], actor=actor)[0]
    words = _("%(name)s covers %(class_name)s.") % {"name": cover.teacher, "class_name": cover.lesson.school_class}
    return Done(back, Toast(words, Undo(back, [("act", "cancel"), ("cover", str(cover.pk))])))


def _revoke(request: HttpRequest, back: str, actor: Actor) -> Done:
    pass_id = typed_id(request, "pass")
    if pass_id is None:
        raise invalid_field("/pass", "required", _("Choose one of the list."))
    ended = revoke_pass(pass_id, actor=actor)
    return Done(back, Toast(_("The pass of %(name)s opens nothing any more.") % {"name": ended}))


@require_GET
def sheet_pdf(request: HttpRequest) -> HttpResponse:
    """The covers of a day on paper."""
    actor, day = actor_of(request), asked_date(request, "date", today())
    desk = read_desk(actor, day)
    lines: list[Line] = lines_of(desk.needs, desk.days, desk.planned)
    paper = request.GET.get("paper", "")
    made = print_cover_sheet(school=find_school_name(), on=day, lines=lines, paper=paper if paper in PAPERS else "")
    return HttpResponse(
        made, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="cover-{day}.pdf"'}
    )


@require_http_methods(["GET", "POST"])
def tallies_page(request: HttpRequest) -> HttpResponse:
    """How often everybody stood in this year, and how often they may be asked."""
    actor = actor_of(request)
    actor.require_all(Permission.COVER_ASSIGN)

    def act() -> Done:
        staff = typed_id(request, "staff")
        if staff is None:
            raise invalid_field("/staff", "required", _("Choose one of the list."))
        asked = request.POST.get("limit", "").strip()
        row = set_cover_limit(staff, limit=typed_number(request, "limit", 0) if asked else None, actor=actor)
        return Done("/cover/tallies/", Toast(_("The limit of %(name)s is set.") % {"name": row.staff}))

    def context() -> dict[str, Any]:
        return {"rows": list_tallies(actor, today())}

    return submitted(request, "attendance/cover_tallies.html", context, act)
