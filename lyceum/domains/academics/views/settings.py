"""Pages on which a school says what it is made of: years and closed days, subjects, rooms."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.forms import needed_date, submitted, typed_date, typed_id, typed_number
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.academics.queries import (
    list_closed_days,
    list_locations,
    list_subjects,
    list_terms,
    list_years,
)
from lyceum.domains.academics.rules.calendar import (
    LONGEST_YEAR_DAYS,
    NewSubject,
    close_days,
    create_location,
    create_subjects,
    create_term,
    create_year,
    reopen_day,
)

WEEKDAYS = (
    ("1", _("Monday")),
    ("2", _("Tuesday")),
    ("3", _("Wednesday")),
    ("4", _("Thursday")),
    ("5", _("Friday")),
    ("6", _("Saturday")),
    ("7", _("Sunday")),
)
CLOSED_KINDS = (("holiday", _("Holiday")), ("training", _("Training day")), ("closure", _("Closure")))


@require_http_methods(["GET", "POST"])
def years_page(request: HttpRequest) -> HttpResponse:
    """School years, their terms, and days on which the school is closed."""
    actor = actor_of(request)
    actor.require_all(Permission.CLASSES_EDIT)
    acts = {"year": _add_year, "term": _add_term, "closed": _close, "reopen": _reopen}

    def act() -> str:
        acts.get(request.POST.get("act", ""), _close)(request, actor)
        return "/settings/years/"

    def context() -> dict[str, Any]:
        years = list(list_years(actor))
        return {
            "years": years,
            "year_choices": [(str(year.pk), year.name) for year in years],
            "terms": list_terms(actor),
            "closed": list_closed_days(actor),
            "weekdays": WEEKDAYS,
            "ticked_weekdays": request.POST.getlist("weekdays") or ["1", "2", "3", "4", "5"],
            "kinds": CLOSED_KINDS,
            "asked": request.POST.get("act", ""),
        }

    return submitted(request, "academics/years.html", context, act)


def _add_year(request: HttpRequest, actor: Actor) -> None:
    weekdays = [day for day, _name in WEEKDAYS if day in request.POST.getlist("weekdays")]
    create_year(
        name=request.POST.get("name", ""),
        starts=needed_date(request, "starts"),
        ends=needed_date(request, "ends"),
        current=request.POST.get("current") == "1",
        weekdays=[int(day) for day in weekdays],
        actor=actor,
    )


def _add_term(request: HttpRequest, actor: Actor) -> None:
    year = typed_id(request, "year")
    if year is None:
        raise invalid_field("/year", "required", gettext("Choose the school year of the term."))
    starts, ends = needed_date(request, "starts"), needed_date(request, "ends")
    create_term(year, name=request.POST.get("name", ""), starts=starts, ends=ends, actor=actor)


def _close(request: HttpRequest, actor: Actor) -> None:
    starts = needed_date(request, "starts")
    ends = typed_date(request, "ends") or starts
    count = min((ends - starts).days, LONGEST_YEAR_DAYS) + 1
    days = [starts + timedelta(days=n) for n in range(count)]
    close_days(days, name=request.POST.get("name", ""), kind=request.POST.get("kind", "holiday"), actor=actor)


def _reopen(request: HttpRequest, actor: Actor) -> None:
    closed = typed_id(request, "day")
    if closed is None:
        raise NotFoundError
    reopen_day(closed, actor=actor)


@require_http_methods(["GET", "POST"])
def subjects_page(request: HttpRequest) -> HttpResponse:
    """What is taught."""
    actor = actor_of(request)
    actor.require_all(Permission.CLASSES_EDIT)

    def act() -> str:
        names = ("code", "name", "department")
        create_subjects([NewSubject(**{name: request.POST.get(name, "") for name in names})], actor=actor)
        return "/settings/subjects/"

    return submitted(request, "academics/subjects.html", lambda: {"subjects": list_subjects(actor)}, act)


@require_http_methods(["GET", "POST"])
def rooms_page(request: HttpRequest) -> HttpResponse:
    """Rooms and other places."""
    actor = actor_of(request)
    actor.require_all(Permission.CLASSES_EDIT)

    def act() -> str:
        seats = typed_number(request, "capacity", 0)
        create_location(name=request.POST.get("name", ""), capacity=seats or None, actor=actor)
        return "/settings/rooms/"

    return submitted(request, "academics/rooms.html", lambda: {"rooms": list_locations(actor)}, act)
