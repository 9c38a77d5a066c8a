"""Pages on which a school says what it is made of: years and closed days, subjects, rooms."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.forms import needed_date, submitted, typed_date, typed_id, typed_ids
from lyceum.core.lists import Column, Filter, Table, answer_list, answer_list_with_form
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast, Undo
from lyceum.domains.academics.models import Subject
from lyceum.domains.academics.queries import (
    list_closed_days,
    list_grades,
    list_subjects,
    list_terms,
    list_years,
)
from lyceum.domains.academics.rules.calendar import (
    LONGEST_YEAR_DAYS,
    NewSubject,
    close_days,
    create_subjects,
    create_term,
    create_year,
    edit_grade,
    reopen_days,
)
from lyceum.domains.journal.rules import note_export

WEEKDAYS = (
    ("1", _("Monday")),
    ("2", _("Tuesday")),
    ("3", _("Wednesday")),
    ("4", _("Thursday")),
    ("5", _("Friday")),
    ("6", _("Saturday")),
    ("7", _("Sunday")),
)
_YEARS = "/settings/years/"
SUBJECTS: Table[Subject] = Table(
    name="subjects",
    label=_("Subjects"),
    columns=(
        Column("name", _("Subject"), lambda row: row.name, sort=("name",)),
        Column("code", _("Code"), lambda row: row.code, sort=("code",)),
        Column("department", _("Department"), lambda row: row.department, sort=("department",)),
    ),
    order=("name", "pk"),
)
CLOSED_KINDS = (("holiday", _("Holiday")), ("training", _("Training day")), ("closure", _("Closure")))


@require_http_methods(["GET", "POST"])
def years_page(request: HttpRequest) -> HttpResponse:
    """School years, their terms, and days on which the school is closed."""
    actor = actor_of(request)
    actor.require_all(Permission.CLASSES_EDIT)
    acts: dict[str, Callable[[HttpRequest, Actor], Toast | None]] = {
        "year": _add_year,
        "term": _add_term,
        "closed": _close,
        "reopen": _reopen,
        "grades": _choose_final,
    }

    def act() -> str | Done:
        toast = acts.get(request.POST.get("act", ""), _close)(request, actor)
        return Done(_YEARS, toast) if toast else _YEARS

    def context() -> dict[str, Any]:
        years = list(list_years(actor))
        return {
            "years": years,
            "may_roll_over": actor.reaches_all(Permission.ROLLOVER_PREVIEW),
            "year_choices": [(str(year.pk), year.name) for year in years],
            "terms": list_terms(actor),
            "closed": list_closed_days(actor),
            "grades": list_grades(actor),
            "weekdays": WEEKDAYS,
            "ticked_weekdays": request.POST.getlist("weekdays") or ["1", "2", "3", "4", "5"],
            "kinds": CLOSED_KINDS,
            "asked": request.POST.get("act", ""),
        }

    return submitted(request, "academics/years.html", context, act)


def _add_year(request: HttpRequest, actor: Actor) -> Toast | None:
    weekdays = [day for day, _name in WEEKDAYS if day in request.POST.getlist("weekdays")]
    create_year(
        name=request.POST.get("name", ""),
        starts=needed_date(request, "starts"),
        ends=needed_date(request, "ends"),
        current=request.POST.get("current") == "1",
        weekdays=[int(day) for day in weekdays],
        actor=actor,
    )
    return None


def _add_term(request: HttpRequest, actor: Actor) -> Toast | None:
    year = typed_id(request, "year")
    if year is None:
        raise invalid_field("/year", "required", gettext("Choose the school year of the term."))
    starts, ends = needed_date(request, "starts"), needed_date(request, "ends")
    create_term(year, name=request.POST.get("name", ""), starts=starts, ends=ends, actor=actor)
    return None


def _close(request: HttpRequest, actor: Actor) -> Toast | None:
    starts = needed_date(request, "starts")
    ends = typed_date(request, "ends") or starts
    count = min((ends - starts).days, LONGEST_YEAR_DAYS) + 1
    days = [starts + timedelta(days=n) for n in range(count)]
    name, kind = request.POST.get("name", ""), request.POST.get("kind", "holiday")
    closed = close_days(days, name=name, kind=kind, actor=actor)
    if not closed:
        return None
    words = ngettext("%(n)d day is closed.", "%(n)d days are closed.", len(closed)) % {"n": len(closed)}
    return Toast(words, Undo(_YEARS, [("act", "reopen"), *(("day", str(row.pk)) for row in closed)]))


def _reopen(request: HttpRequest, actor: Actor) -> Toast:
    opened = reopen_days(typed_ids(request, "day"), actor=actor)
    return Toast(ngettext("%(n)d day is open again.", "%(n)d days are open again.", len(opened)) % {"n": len(opened)})


def _choose_final(request: HttpRequest, actor: Actor) -> Toast:
    final = set(typed_ids(request, "final"))
    for grade in list_grades(actor):
        if grade.final != (grade.pk in final):
            edit_grade(grade.pk, values={"final": not grade.final}, actor=actor)
    return Toast(gettext("Saved."))


@require_http_methods(["GET", "POST"])
def subjects_page(request: HttpRequest) -> HttpResponse:
    """What is taught."""
    actor = actor_of(request)
    actor.require_all(Permission.CLASSES_EDIT)

    def show(context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        return answer_list(
            request,
            SUBJECTS,
            list_subjects(actor, text=request.GET.get("q", "")),
            template="academics/subjects.html",
            filters=(Filter("q", _("Code, name or department")),),
            note_export=partial(note_export, SUBJECTS.name, request.GET.urlencode(), actor=actor),
            context=context,
            status=status,
        )

    def act() -> str:
        names = ("code", "name", "department")
        create_subjects([NewSubject(**{name: request.POST.get(name, "") for name in names})], actor=actor)
        return "/settings/subjects/"

    return answer_list_with_form(request, show, act)
