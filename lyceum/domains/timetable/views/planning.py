"""Where a timetable is made: what is there, the engine, and the versions."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.forms import asked_id, submitted, typed_id, typed_ids, typed_number
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.cycles import cycle_days
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.academics.queries import list_classes, list_grades, list_years
from lyceum.domains.people.queries import list_staff
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable import tasks
from lyceum.domains.timetable.board import SORTS
from lyceum.domains.timetable.burdens import CLASS, TEACHER
from lyceum.domains.timetable.comparing import compare_versions, score_version
from lyceum.domains.timetable.exports import export_version
from lyceum.domains.timetable.plans import get_version, list_runs, list_versions
from lyceum.domains.timetable.rules.fet import import_fet
from lyceum.domains.timetable.rules.from_classes import generate_requirements
from lyceum.domains.timetable.rules.runs import USUAL_SECONDS, NewRun, start_run
from lyceum.domains.timetable.rules.versions import create_version, delete_version
from lyceum.domains.timetable.sheets import read_sheets
from lyceum.domains.timetable.standing import Standing, read_standing

MOST_VERSIONS, MOST_RUNS = 50, 10
PEOPLE = (TEACHER, CLASS)


def find_year(request: HttpRequest, actor: Actor) -> AcademicYear:
    """The year that an address or a form names; else the current one, else the newest."""
    wanted = asked_id(request, "year") or (typed_id(request, "year") if request.method == "POST" else None)
    years = list(list_years(actor))
    found = next((row for row in years if row.pk == wanted), None)
    if wanted and found is None:
        raise NotFoundError
    found = found or next((row for row in years if row.state == "current"), None) or next(iter(years), None)
    if found is None:
        raise NotFoundError(_("There is no school year yet. Make one first."))
    return found


@require_http_methods(["GET", "POST"])
def plan_page(request: HttpRequest) -> HttpResponse:
    """How far the timetable of a year is, and the acts that bring it on."""
    actor = actor_of(request)
    actor.require_all(Permission.TIMETABLE_PLAN)
    if not list_years(actor):
        return render(request, "timetable/no_year.html")
    year = find_year(request, actor)
    acts: dict[str, Callable[[HttpRequest, AcademicYear, Actor], str | Done]] = {
        "start": _start,
        "generate": _generate,
        "draft": _draft,
        "delete": _delete,
        "file": _take_file,
    }

    def act() -> str | Done:
        return acts.get(request.POST.get("act", ""), _start)(request, year, actor)

    def context() -> dict[str, Any]:
        versions = list(list_versions(actor, year=year.pk)[:MOST_VERSIONS])
        standing: Standing = read_standing(year)
        drafts = [row for row in versions if row.is_draft]
        return {
            "year": year,
            "years": [(str(row.pk), row.name) for row in list_years(actor)],
            "standing": standing,
            "cycle": cycle_days().cycles.get(year.pk),
            "versions": versions,
            "drafts": [(str(row.pk), row.name) for row in drafts],
            "runs": list(list_runs(actor).filter(year=year)[:MOST_RUNS]),
            "seconds": request.POST.get("seconds") or str(USUAL_SECONDS),
            "grades": [(str(row.pk), row.name) for row in list_grades(actor)],
            "classes": [(str(row.pk), row.name) for row in list_classes(actor, day=max(today(), year.starts))],
            "staff": [(str(row.pk), str(row)) for row in list_staff(actor)],
        }

    return submitted(request, "timetable/plan.html", context, act)


def _start(request: HttpRequest, year: AcademicYear, actor: Actor) -> str:
    """Begin a run; with nothing chosen it makes a whole timetable."""
    scope = {name: [str(row) for row in typed_ids(request, name)] for name in ("grades", "classes", "teachers")}
    new = NewRun(
        year=year.pk,
        version=typed_id(request, "version"),
        kind=request.POST.get("kind") or "solve",
        scope={name: rows for name, rows in scope.items() if rows},
        seed=typed_number(request, "seed", 0),
        seconds=typed_number(request, "seconds", USUAL_SECONDS),
        max_per_day=typed_number(request, "max_per_day", 0) or None,
        max_per_week=typed_number(request, "max_per_week", 0) or None,
    )
    return f"/timetable/runs/{start_run(new, enqueue=tasks.enqueue(actor), actor=actor).pk}/"


def _generate(request: HttpRequest, year: AcademicYear, actor: Actor) -> Done:
    lessons = typed_number(request, "lessons", 0) or None
    made = len(generate_requirements(year.pk, lessons=lessons, actor=actor))
    words = ngettext("%(n)d requirement is made.", "%(n)d requirements are made.", made) % {"n": made}
    return Done(f"/timetable/requirements/?year={year.pk}", Toast(words))


def _draft(request: HttpRequest, year: AcademicYear, actor: Actor) -> str:
    parent, name = typed_id(request, "parent"), request.POST.get("name", "")
    return f"/timetable/versions/{create_version(year.pk, name=name, parent=parent, actor=actor).pk}/"


def _take_file(request: HttpRequest, year: AcademicYear, actor: Actor) -> Done:
    """A draft from a FET file; what has no effect here is named."""
    upload = request.FILES.get("file")
    if upload is None:
        raise invalid_field("/file", "required", _("Choose a file."))
    taken = import_fet(year.pk, upload.read(), file_name=upload.name or "timetable.fet", actor=actor)
    words = ngettext("%(n)d lesson is brought in.", "%(n)d lessons are brought in.", taken.lessons)
    said = [words % {"n": taken.lessons}]
    if taken.unknown:
        named = ", ".join(f"{each['kind']} ({each['count']})" for each in taken.unknown)
        said.append(_("Without effect here, kept for export: %(kinds)s.") % {"kinds": named})
    return Done(f"/timetable/versions/{taken.version.pk}/", Toast(" ".join(said)))


def _delete(request: HttpRequest, year: AcademicYear, actor: Actor) -> Done:
    version = typed_id(request, "version")
    if version is None:
        raise invalid_field("/version", "required", _("Choose a draft."))
    delete_version(version, actor=actor)
    return Done(f"/timetable/plan/?year={year.pk}", Toast(_("The draft is thrown away.")))


@require_GET
def compare_page(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """What is elsewhere in one version than in another, person by person."""
    actor = actor_of(request)
    version, other_id = get_version(version_id, actor=actor), asked_id(request, "with")
    others = [row for row in list_versions(actor, year=version.year_id)[:MOST_VERSIONS] if row.pk != version.pk]
    if other_id is None:
        if not others:
            return redirect(f"/timetable/versions/{version_id}/")
        other_id = others[0].pk
    other = get_version(other_id, actor=actor)
    sort = request.GET.get("sort", "teacher")
    people = compare_versions(version_id, other_id, actor=actor)
    context = {
        "version": version,
        "other": other,
        "others": [(str(row.pk), row.name) for row in others],
        "people": [each for each in people if each["sort"] == sort],
        "counts": [(each, sum(person["sort"] == each for person in people)) for each in SORTS],
        "sort": sort,
    }
    return render(request, "timetable/compare.html", context)


@require_GET
def print_page(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Sheets for the wall: a page for each class, teacher or room, or for one of them."""
    actor = actor_of(request)
    asked = request.GET.get("by", "")
    by = asked if asked in SORTS else SORTS[0]
    version, sheets = read_sheets(version_id, by=by, of=asked_id(request, "of"), actor=actor)
    context = {"version": version, "sheets": sheets, "by": by, "sorts": SORTS, "query": request.GET.urlencode()}
    return render(request, "timetable/print.html", context)


@require_GET
def fet_page(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """A version for FET: the rules that the file cannot say, before it is saved."""
    actor = actor_of(request)
    version = get_version(version_id, actor=actor)
    left_out = export_version(version_id, "fet", actor=actor).left_out
    return render(request, "timetable/fet.html", {"version": version, "left_out": left_out})


@require_GET
def score_page(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """What a version's broken preferences cost, rule by rule and person by person, each with its lessons."""
    actor = actor_of(request)
    version = get_version(version_id, actor=actor)
    score = score_version(version_id, actor=actor)
    asked = request.GET.get("by", "")
    by = asked if asked in PEOPLE else PEOPLE[0]
    people = [each for each in score["people"] if each["sort"] == by]
    context = {"version": version, "score": score, "people": people, "by": by, "sorts": PEOPLE}
    return render(request, "timetable/score.html", context)
