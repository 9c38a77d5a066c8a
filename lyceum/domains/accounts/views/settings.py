"""The school's settings: what there is to set, what the school says about itself, who may do what."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.forms import submitted, typed_number
from lyceum.core.permissions import POLICY, REACHES, Permission, Role
from lyceum.core.rest import actor_of
from lyceum.core.signed_in import signed_in
from lyceum.domains.tenancy.queries import get_this_school
from lyceum.domains.tenancy.rules import edit_school


@dataclass(frozen=True)
class Place:
    """One thing to set, and who may."""

    title: object
    says: object
    href: str
    needs: Permission


PLACES = (
    Place(_("Set up the school"), _("From nothing to the first register"), "/set-up-school/", Permission.CLASSES_EDIT),
    Place(_("School"), _("Name, address, time zone, languages"), "/settings/school/", Permission.SCHOOL_EDIT),
    Place(_("Years and terms"), _("When school is kept"), "/settings/years/", Permission.CLASSES_EDIT),
    Place(_("Into the next year"), _("Everybody a grade up, at a time"), "/rollovers/", Permission.ROLLOVER_PREVIEW),
    Place(_("Classes"), _("Forms and teaching classes"), "/classes/", Permission.CLASSES_EDIT),
    Place(_("Bells and cycle"), _("Periods of the day, weeks A and B"), "/settings/bells/", Permission.TIMETABLE_PLAN),
    Place(_("Timetable"), _("Made, checked and published"), "/timetable/plan/", Permission.TIMETABLE_PLAN),
    Place(_("Attendance"), _("Codes and session times"), "/settings/attendance/", Permission.CODES_EDIT),
    Place(_("Records of people"), _("Consents, requests, access at 18"), "/settings/people/", Permission.SCHOOL_EDIT),
    Place(_("Detentions"), _("Kinds, length and notice"), "/settings/detentions/", Permission.BEHAVIOUR_EDIT),
    Place(_("Behaviour"), _("Praise, incidents, points, stages"), "/settings/behaviour/", Permission.BEHAVIOUR_EDIT),
    Place(_("Grading"), _("Scales, and how totals are counted"), "/settings/grading/", Permission.GRADING_EDIT),
    Place(_("Fees"), _("What is billed, bank details, numbers"), "/settings/fees/", Permission.FEES_SETUP),
    Place(_("Learning"), _("Who may learn, enrolment, categories"), "/settings/learning/", Permission.COURSES_EDIT),
    Place(_("Admissions"), _("Ages, offers, the waiting list"), "/settings/admissions/", Permission.INTAKES_EDIT),
    Place(_("Intakes"), _("What one can apply for, and the steps"), "/settings/intakes/", Permission.INTAKES_EDIT),
    Place(_("People and accounts"), _("Who may come in, and as what"), "/settings/users/", Permission.USERS_LIST),
    Place(_("Website"), _("What strangers read of the school"), "/site/", Permission.SITE_EDIT),
    Place(_("Messages"), _("Who carries them, and their words"), "/settings/messages/", Permission.PROVIDERS_EDIT),
    Place(_("Outbox"), _("Every message, and what became of it"), "/outbox/", Permission.DELIVERIES_VIEW),
    Place(_("Keys"), _("Other software's way in"), "/settings/keys/", Permission.KEYS_EDIT),
    Place(_("Webhooks"), _("Other software is told what happens"), "/settings/webhooks/", Permission.WEBHOOKS_EDIT),
    Place(_("Import"), _("Bring lists in from files"), "/imports/", Permission.IMPORTS_RUN),
    Place(_("Trail"), _("Who did what, and when"), "/settings/trail/", Permission.TRAIL_VIEW),
    Place(_("Who read what"), _("Whose records were opened, and by whom"), "/access-log/", Permission.ACCESS_VIEW),
    Place(_("Data protection"), _("Who asks to be erased, by when"), "/subject-requests/", Permission.SUBJECTS_DECIDE),
    Place(
        _("Close the school"), _("Closed at once, erased after weeks"), "/settings/closing/", Permission.SCHOOL_CLOSE
    ),
    Place(_("Who may do what"), _("The one table that every door asks"), "/settings/policy/", Permission.POLICY_VIEW),
)


def places_for(actor: Actor) -> list[Place]:
    """What somebody may open."""
    return [place for place in PLACES if actor.reaches_all(place.needs)]


@require_GET
@signed_in
def settings_page(request: HttpRequest) -> HttpResponse:
    """What there is to set."""
    return render(request, "accounts/settings.html", {"places": places_for(actor_of(request))})


_LINES = ("name", "legal_name", "head_name", "address", "phone", "email", "website", "time_zone", "currency")


@require_http_methods(["GET", "POST"])
@signed_in
def school_page(request: HttpRequest) -> HttpResponse:
    """What the school says about itself."""
    actor = actor_of(request)
    actor.require_all(Permission.SCHOOL_EDIT)

    def act() -> str:
        edit_school(values=_school_values(request), actor=actor)
        return "/settings/school/?saved=1"

    def context() -> dict[str, Any]:
        school = get_this_school(actor)
        shown = {name: getattr(school, name) for name in _LINES} | {
            "locales": ", ".join(school.locales),
            "first_weekday": str(school.first_weekday),
            "official_ids": "\n".join(f"{who}: {code}" for who, code in school.official_ids.items()),
        }
        return {
            "school": school,
            "shown": request.POST if request.method == "POST" else shown,
            "saved": "saved" in request.GET,
            "weekdays": _WEEKDAYS,
        }

    return submitted(request, "accounts/school.html", context, act)


_WEEKDAYS = (
    ("1", _("Monday")),
    ("2", _("Tuesday")),
    ("3", _("Wednesday")),
    ("4", _("Thursday")),
    ("5", _("Friday")),
    ("6", _("Saturday")),
    ("7", _("Sunday")),
)


def _school_values(request: HttpRequest) -> dict[str, Any]:
    values: dict[str, Any] = {name: request.POST[name] for name in _LINES if name in request.POST}
    if "locales" in request.POST:
        values["locales"] = [part.strip() for part in request.POST["locales"].split(",") if part.strip()]
    if "first_weekday" in request.POST:
        values["first_weekday"] = typed_number(request, "first_weekday", 1)
    if "official_ids" in request.POST:
        lines = [line for line in request.POST["official_ids"].splitlines() if line.strip()]
        values["official_ids"] = dict(line.partition(":")[::2] for line in lines)
    return values


@require_GET
def policy_page(request: HttpRequest) -> HttpResponse:
    """Who may do what: the table that every door asks."""
    names = [*(role.value for role in Role), "public"]
    rows = [(row, [getattr(row, name).value for name in names]) for row in POLICY.values()]
    letters = {reach.value: words for reach, words in REACHES.items()}
    return render(request, "accounts/policy.html", {"columns": names, "rows": rows, "letters": letters})
