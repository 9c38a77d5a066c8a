"""Pages of whoever covers with a pass: the PIN, today's lessons, and their registers. Nothing else is shown."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import InvalidError, RuleError, UnauthorizedError
from lyceum.core.forms import shown_errors
from lyceum.core.permissions import Permission
from lyceum.domains.accounts.requests import circumstances_of
from lyceum.domains.attendance.codes import read_codes
from lyceum.domains.attendance.models import CoverPass
from lyceum.domains.attendance.queries import get_register, list_registers
from lyceum.domains.attendance.rules.arrivals import Arrival, mark_arrived
from lyceum.domains.attendance.rules.cover_passes import LASTS, holder_of, open_pass, read_link, read_shown
from lyceum.domains.attendance.rules.marks import take_register
from lyceum.domains.attendance.views.registers import given_marks, register_context, student_id, whole_number
from lyceum.domains.tenancy.closing import visiting
from lyceum.domains.tenancy.queries import find_school_name, time_zone, today
from lyceum.domains.timetable.models import Cover

COOKIE = "__Host-lyceum_cover"


@require_http_methods(["GET", "POST"])
def open_page(request: HttpRequest, pass_link: str) -> HttpResponse:
    """The link of the sheet asks for the PIN; then it is open in this browser for the day."""
    school_id, _secret = read_link(pass_link)
    with visiting(school_id):
        context = {"school_name": find_school_name()}
    if request.method == "GET":
        return render(request, "attendance/pass_open.html", context)
    try:
        shown = open_pass(pass_link, pin=request.POST.get("pin", "")[:20], circumstances=circumstances_of(request))
    except RuleError as error:
        shown_context = context | {"errors": shown_errors(error)}
        response = render(request, "attendance/pass_open.html", shown_context, status=error.status)
        if "retry_after" in error.extra:
            response["Retry-After"] = str(error.extra["retry_after"])
        return response
    response = redirect("/pass/")
    response.set_cookie(COOKIE, shown, max_age=LASTS, secure=True, httponly=True, samesite="Strict")
    return response


def _inside(request: HttpRequest, answer: Callable[[CoverPass, Actor], HttpResponse]) -> HttpResponse:
    """Answer in the pass's school, as its holder; whoever has no valid pass is told where to get one."""
    before = request.actor  # type: ignore[attr-defined]  # set by CallerMiddleware
    try:
        school_id, pass_id = read_shown(request.COOKIES.get(COOKIE, ""))
        with visiting(school_id):
            found, holder = holder_of(pass_id, circumstances=circumstances_of(request))
            request.actor = holder  # type: ignore[attr-defined]
            return answer(found, holder)
    except UnauthorizedError as error:
        response = render(request, "attendance/pass_ended.html", {"error": error}, status=404)
        response.delete_cookie(COOKIE)
        return response
    finally:
        request.actor = before  # type: ignore[attr-defined]


@require_GET
def lessons_page(request: HttpRequest) -> HttpResponse:
    """Today's lessons of the pass; each opens an hour before it begins."""

    def answer(found: CoverPass, holder: Actor) -> HttpResponse:
        zone, instant = clock.zone(time_zone()), clock.now()
        opened = list_registers(holder, day=today(), permission=Permission.REGISTERS_TAKE)
        registers = {row.lesson_id: row for row in opened}
        rows = found.lessons.filter(cover__state__in=Cover.STANDING).select_related(
            "cover__lesson__school_class", "cover__lesson__room"
        )
        lessons = [
            (row.cover.lesson, register, register.state_at(instant) if register else "")
            for row in rows.order_by("cover__lesson__starts_at", "pk")
            for register in [registers.get(row.cover.lesson_id)]
        ]
        context = {"cover_pass": found, "lessons": lessons, "school_name": find_school_name(), "zone": zone}
        return render(request, "attendance/pass_lessons.html", context)

    return _inside(request, answer)


@require_http_methods(["GET", "POST"])
def register_page(request: HttpRequest, register_id: UUID) -> HttpResponse:
    """A covered register: names, flags and marks of this lesson, and nothing of other days."""
    return _inside(request, lambda _found, holder: _register(request, register_id, holder))


def _register(request: HttpRequest, register_id: UUID, holder: Actor) -> HttpResponse:
    template, codes = "attendance/pass_register.html", read_codes(holder)
    if request.method == "GET":
        register, saved_before = get_register(register_id, actor=holder), request.GET.get("saved", "")
        said = {"saved": int(saved_before)} if saved_before.isdecimal() and len(saved_before) < 4 else {}
        return render(request, template, register_context(request, register, codes) | said)
    if "arrived" in request.POST:
        arrival = Arrival(student_id(request.POST["arrived"]))
        saved = mark_arrived(register_id, arrival, actor=holder)
        context = register_context(request, saved.register, codes, kept=request.POST)
        return render(request, template, context | {"saved": saved.saved})
    try:
        saved = take_register(
            register_id,
            marks=given_marks(request.POST),
            rest=request.POST.get("rest", ""),
            base_version=whole_number(request.POST.get("base_version", ""), "/base_version"),
            actor=holder,
        )
    except InvalidError as error:
        register = get_register(register_id, actor=holder)
        context = register_context(request, register, codes, kept=request.POST)
        return render(request, template, context | {"errors": error.errors}, status=error.status)
    if saved.conflicts:
        context = register_context(request, saved.register, codes, conflicts=saved.conflicts)
        return render(request, template, context | {"saved": saved.saved})
    return redirect(f"/pass/registers/{register_id}/?saved={saved.saved}")
