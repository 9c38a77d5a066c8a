"""Pages that span domains: the start, today, a student; and the pages for what went wrong."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from lyceum.api.circumstances import is_api
from lyceum.api.problems import problem
from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind
from lyceum.core.errors import NotFoundError, UnauthorizedError
from lyceum.core.permissions import Permission, Reach, Role
from lyceum.core.rest import actor_of
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.record import Span, read_record
from lyceum.domains.accounts.queries import Caller
from lyceum.domains.attendance.cases import list_cases, sessions_in_words
from lyceum.domains.attendance.glyphs import strip_html, words_of
from lyceum.domains.attendance.meanings import Meaning
from lyceum.domains.attendance.models import SESSION_WORDS, AbsenceCase
from lyceum.domains.attendance.numbers import numbers_of
from lyceum.domains.attendance.readings import Reading, reading_for
from lyceum.domains.attendance.strips import SessionGlyph, read_sessions
from lyceum.domains.attendance.views.planned import absences_of
from lyceum.domains.behaviour.views.student import glance_of
from lyceum.domains.learning.queries import go_on_learning
from lyceum.domains.people.contacts import read_contacts
from lyceum.domains.people.models import Enrolment, Student
from lyceum.domains.people.policies import own_family
from lyceum.domains.people.queries import (
    find_deleted_student,
    get_student,
    list_flags,
    may_about,
    read_relatives,
    status_on,
)
from lyceum.domains.reports.journey import read_journey
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import time_zone, today
from lyceum.domains.timetable.days import instead_on
from lyceum.domains.timetable.weeks import Entry, Whose, next_entry, own_timetables
from lyceum.domains.website.public.answers import home_for_strangers
from lyceum.web.children import children_at_other_schools, children_of
from lyceum.web.keys import sections_for
from lyceum.web.landing import head_landing, office_landing, operator_page, registers_waiting, teacher_landing
from lyceum.web.landing.work import work_landing
from lyceum.web.navigation import items_for
from lyceum.web.palette import look_up


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """The first page: today's, or the school's site, or signing in, or making the first school."""
    if actor_of(request).kind is not ActorKind.PUBLIC:
        return redirect("/today/")
    site = home_for_strangers(request)
    if site is not None:
        patch_vary_headers(site, ("Cookie",))
        return site
    return redirect("/sign-in/" if School.objects.exists() else "/set-up/")


@require_GET
def today_page(request: HttpRequest) -> HttpResponse:
    """What is to be done now."""
    actor = actor_of(request)
    if actor.kind is ActorKind.PUBLIC:
        raise UnauthorizedError
    if actor.school_id is None:
        return _outside_schools(request, actor)
    day = today()
    context: dict[str, object] = {"day": day, "greeting": _part_of_day(), "why_closed": ""}
    if actor.may(Permission.LESSONS_VIEW):
        context["instead"] = instead_on(day)
    template = "web/today.html"
    if actor.roles & {Role.MANAGER, Role.SCHOOL_ADMIN}:
        if request.GET.get("part") == "registers":
            return render(request, "web/_registers_due.html", registers_waiting(actor, day))
        context |= office_landing(actor, day)
        template = "web/office.html"
        if Role.SCHOOL_ADMIN in actor.roles:
            context |= head_landing(actor, day)
            template = "web/head.html"
    elif actor.may(Permission.REGISTERS_TAKE):
        context |= teacher_landing(actor, day)
    if actor.roles & {Role.TEACHER, Role.STUDENT} and not actor.roles & {Role.MANAGER, Role.SCHOOL_ADMIN}:
        context["next_lesson"] = _next_lesson(actor)
    if Role.APPLICANT in actor.roles and actor.roles <= {Role.APPLICANT, Role.STUDENT}:
        journey = read_journey(actor)
        if Role.STUDENT not in actor.roles or journey.current == "enrolment":  # approved, and in no course yet
            context["journey"] = journey
    if actor.roles & {Role.GUARDIAN, Role.STUDENT}:
        context |= {"children": children_of(actor, day), "to_answer": _to_answer(actor)}
        says_so = template != "web/today.html" or "registers" in context
        context["no_school"] = "" if says_so else _why_closed(day)
    if Role.STUDENT in actor.roles or Role.APPLICANT in actor.roles:
        context["own_courses"] = go_on_learning(actor)
    context |= work_landing(actor)
    if caller_of(request).has_other_schools:
        context |= {"elsewhere": children_at_other_schools(actor)}
    return render(request, template, context)


def _outside_schools(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What whoever is in no school finds: the installation, the schools of their group, or the way to one."""
    if Role.SUPER_ADMIN in actor.roles:
        return operator_page(request)
    return redirect("groups") if Role.GROUP_ADMIN in actor.roles else render(request, "web/no_school.html")


def _next_lesson(actor: Actor) -> Entry | None:
    """Where somebody has to be next."""
    mine: Whose | None = next(iter(own_timetables(actor)), None) if actor.may(Permission.LESSONS_VIEW) else None
    return next_entry(mine, actor=actor) if mine else None


def _why_closed(day: date) -> str:
    known = school_days()
    return "" if known.is_school_day(day) else known.why_closed(day)


def _to_answer(actor: Actor) -> list[tuple[AbsenceCase, str]]:
    """Absences of one's own children that nobody has explained, with their sessions."""
    if not actor.may(Permission.CASES_VIEW):
        return []
    cases = list_cases(actor, states=(AbsenceCase.State.OPEN, AbsenceCase.State.ASKED))
    own = cases.filter(student__in=Student.objects.filter(own_family(actor)))[:20]
    return [(case, sessions_in_words(list(case.sessions.all()))) for case in own]


def caller_of(request: HttpRequest) -> Caller:
    """Who asks, with what the shell says of them."""
    caller: Caller = request.caller  # type: ignore[attr-defined]  # set by CallerMiddleware
    return caller


def _part_of_day() -> str:
    hour = clock.now().astimezone(clock.zone(time_zone())).hour
    return "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"


@require_GET
def student_page(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """A student: who they are, where they belong, whom to reach, and their attendance."""
    actor, day = actor_of(request), today()
    try:
        student = get_student(student_id, actor=actor)
    except NotFoundError:
        if find_deleted_student(student_id, actor=actor):  # there it is brought back
            return redirect("student-edit", student_id=student_id)
        raise
    year = school_days().year_of(day)
    record = read_record(student.pk, day)
    enrolments = record.all("enrolment")
    numbers, reading = None, reading_for(actor)
    if actor.may(Permission.NUMBERS_VIEW):
        numbers = numbers_of(student.pk, first=year.starts if year else day, last=day, reading=reading)
    status = status_on([_as_enrolment(span) for span in enrolments], day)
    is_family = reading.is_family(student.pk)
    context = {
        "student": student,
        "grade": record.one("grade"),
        "form": record.one("form"),
        "status": status,
        "enrolments": enrolments,
        "classes": record.all("form", "class"),
        "contacts": read_contacts(student, actor=actor, day=day),
        "flags": list_flags(student, actor=actor, day=day) if actor.may(Permission.FLAGS_VIEW) else [],
        "weeks": _weeks(student, day, reading),
        "numbers": numbers,
        "year": year,
        "may_edit": actor.reaches_all(Permission.STUDENTS_EDIT),
        "sees_sessions": not is_family and bool(actor.reaches(Permission.REGISTERS_VIEW) - {Reach.OWN, Reach.CHILD}),
        "may_ask": status == "on_roll" and may_about(student.pk, Permission.ABSENCES_ASK, actor=actor),
        "absences": absences_of(student.pk, actor=actor, day=day),
        "family": read_relatives(student, actor=actor),
        "places": _places_of(student, actor),
        "behaviour": glance_of(student, actor=actor),
    }
    return render(request, "web/student.html", context)


def _places_of(student: Student, actor: Actor) -> list[tuple[object, str]]:
    """What else there is about a student, for those who may open it."""
    offers = (
        (pgettext("grades", "Marks"), f"/marks/students/{student.pk}/", actor.may(Permission.MARKS_VIEW)),
        (
            _("Flags"),
            "flags/",
            actor.reaches_all(Permission.STUDENTS_EDIT) or actor.reaches_all(Permission.SAFEGUARDING),
        ),
        (_("Guardians"), "guardians/", actor.reaches_all(Permission.PEOPLE_EDIT)),
        (_("Who is kept away"), "restrictions/", actor.reaches_all(Permission.RESTRICTIONS_EDIT)),
        (_("Consents"), "consents/", actor.may(Permission.CONSENTS_VIEW)),
        (_("Documents"), "documents/", bool(actor.reaches(Permission.APPLICATIONS_VIEW) - {Reach.OWN})),
        (_("Family"), "family/", actor.reaches_all(Permission.PEOPLE_EDIT)),
        (_("What happened"), "timeline/", actor.reaches_all(Permission.STUDENTS_LIST)),
        (_("Merge with another record"), "merge/", actor.reaches_all(Permission.PEOPLE_MERGE)),
        (_("Ask for a change"), "ask/", may_about(student.pk, Permission.CHANGES_ASK, actor=actor)),
    )
    here = f"/students/{student.pk}/"
    return [(label, path if path.startswith("/") else f"{here}{path}") for label, path, may in offers if may]


def _as_enrolment(span: Span) -> Enrolment:
    return Enrolment(first_day=span.first_day, last_day=span.last_day, exit=span.name)


@dataclass(frozen=True)
class Week:
    """A week of sessions."""

    starts: date
    strip: SafeString
    said: tuple[str, ...] = ()
    """For the student's family: the sessions that were not simply attended, in words."""


def _weeks(student: Student, day: date, reading: Reading) -> list[Week]:
    """The last six weeks of a student's sessions, newest first."""
    first = day - timedelta(days=day.weekday() + 35)
    marks = read_sessions([student.pk], first=first, last=day, reading=reading)[student.pk]
    weeks = groupby(marks, key=lambda m: m.on - timedelta(days=m.on.weekday()))
    return [_week(monday, list(each), reading.is_family(student.pk)) for monday, each in weeks][::-1]


def _week(monday: date, sessions: list[SessionGlyph], is_family: bool) -> Week:
    strip = strip_html(tuple(each.glyph for each in sessions))
    return Week(monday, strip, tuple(_said(e) for e in sessions if is_family and e.glyph.meaning != Meaning.PRESENT))


def _said(each: SessionGlyph) -> str:
    return f"{date_format(each.on, _('D j M'))}, {SESSION_WORDS[each.session]}: {words_of(each.glyph)}"


@require_GET
def palette_part(request: HttpRequest) -> HttpResponse:
    """What the palette finds, as the options of its list."""
    # Without what every page needs: a part has no shell.
    return HttpResponse(render_to_string("web/_palette_hits.html", _found(request)))


@require_GET
def search_page(request: HttpRequest) -> HttpResponse:
    """The same without scripts: a page with a field and what was found."""
    return render(request, "web/search.html", _found(request))


def _caller(request: HttpRequest) -> Caller:
    """Who is signed in."""
    if actor_of(request).kind is ActorKind.PUBLIC:
        raise UnauthorizedError
    caller: Caller = request.caller  # type: ignore[attr-defined]  # our own attribute
    return caller


def _found(request: HttpRequest) -> dict[str, object]:
    caller, text = _caller(request), request.GET.get("q", "")
    groups = look_up(caller.actor, text, has_other_schools=caller.has_other_schools)
    return {"groups": groups, "text": text, "count": sum(len(group.hits) for group in groups)}


@require_GET
def more_page(request: HttpRequest) -> HttpResponse:
    """Everywhere that the caller may go."""
    return render(request, "web/more.html", {"places": items_for(_caller(request).actor)})


@require_GET
def keys_page(request: HttpRequest) -> HttpResponse:
    """The keys of our pages; as a part, those of the page that asks."""
    caller = _caller(request)
    is_part = request.GET.get("part") == "dialog"
    sections = sections_for(
        items_for(caller.actor),
        at=request.GET.get("at", "") if is_part else "",
        single_keys=caller.single_keys,
    )
    context = {"sections": sections, "single_keys": caller.single_keys}
    return render(request, "web/_keys.html" if is_part else "web/keys.html", context)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing here, or nothing this person may see."""
    del exception
    if is_api(request.path):
        return problem(request, status=404, code="not_found", title=_("Not found"))
    return render(request, "web/not_found.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Something of ours broke, perhaps the transaction: this page asks the database nothing, not even who is here."""
    if is_api(request.path):
        return problem(request, status=500, code="failed", title=_("Something of ours broke"))
    request.caller = None  # type: ignore[attr-defined]  # our own attribute
    return render(request, "web/failed.html", {"request_id": getattr(request, "lyceum_request_id", "")}, status=500)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form was sent from elsewhere, or from a page opened before signing in."""
    del reason
    return render(request, "web/csrf.html", status=403)
