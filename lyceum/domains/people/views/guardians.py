"""Pages of guardians."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.forms import submitted, typed_date, typed_id
from lyceum.core.permissions import Permission, Role
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.people.forms import typed_person
from lyceum.domains.people.queries import get_guardian_link, get_student, list_guardians
from lyceum.domains.people.rules.adults import NewGuardian, add_guardians
from lyceum.domains.people.rules.guardians import change_guardian
from lyceum.domains.people.words import RESTRICTION_WORDS
from lyceum.domains.tenancy.queries import today

TOLD = (
    ("absence", _("absence")),
    ("behaviour", _("behaviour")),
    ("reports", _("reports")),
    ("fees", _("fees")),
    ("general", _("everything else")),
)
USUALLY_TOLD = ("absence", "behaviour", "reports", "general")
CHANNELS = (("email", _("e-mail")), ("sms", _("text message")), ("push", _("the app")), ("call", _("a call")))
HOMES = (("no", _("no")), ("part", _("part of the time")), ("full", _("all the time")))
PORTALS = (("none", _("no")), ("view", _("looks only")), ("full", _("all of it")))


@require_http_methods(["GET", "POST"])
def guardian_new(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Add a guardian: responsibility and restrictions first."""
    actor = actor_of(request)
    actor.require_all(Permission.PEOPLE_EDIT)
    student = get_student(student_id, actor=actor)

    def act() -> str:
        form, known = request.POST, typed_id(request, "person_id")
        new = NewGuardian(
            student_id,
            form.get("relationship", ""),
            person=None if known else typed_person(request),
            person_id=known,
            confirm_new=form.get("confirm_new") == "1",
            parental_responsibility=form.get("parental_responsibility", "unknown"),
            lives_with=form.get("lives_with", "no"),
            emergency=form.get("emergency") == "1",
            may_collect=form.get("may_collect") == "1",
            portal=form.get("portal", "none"),
            portal_reason=form.get("portal_reason", ""),
            channels=tuple(form.getlist("channels")),
            told=frozenset(form.getlist("told")),
            restrictions=tuple(form.getlist("restrictions")),
            order_reference=form.get("order_reference", ""),
        )
        add_guardians([new], actor=actor)
        return f"/students/{student_id}/"

    def context() -> dict[str, Any]:
        posted = request.method == "POST"
        return {
            "student": student,
            "may_restrict": actor.reaches_all(Permission.RESTRICTIONS_EDIT),
            "may_give_reason": Role.SCHOOL_ADMIN in actor.roles,
            "restrictions": list(RESTRICTION_WORDS.items()),
            "told_choices": TOLD,
            "channel_choices": CHANNELS,
            "homes": HOMES,
            "portals": PORTALS,
            "ticked": {
                "restrictions": request.POST.getlist("restrictions"),
                "told": request.POST.getlist("told") if posted else USUALLY_TOLD,
                "channels": request.POST.getlist("channels"),
            },
        }

    return submitted(request, "people/guardian_new.html", context, act)


@require_GET
def guardians_page(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """A student's guardians in contact order, each with what they are and see."""
    actor = actor_of(request)
    actor.require_all(Permission.PEOPLE_EDIT)
    student = get_student(student_id, actor=actor)
    portals = dict(PORTALS)
    links = list_guardians(student, actor=actor, day=today())
    shown = [(link, portals[link.portal]) for link in links]
    return render(request, "people/guardians.html", {"student": student, "links": shown})


@require_http_methods(["GET", "POST"])
def guardian_edit(request: HttpRequest, link_id: UUID) -> HttpResponse:
    """Change what an adult is to a student, or end it."""
    actor = actor_of(request)
    actor.require_all(Permission.PEOPLE_EDIT)
    link = get_guardian_link(link_id, actor=actor)
    page = f"/students/{link.student_id}/guardians/"

    def act() -> Done:
        form = request.POST
        values: dict[str, Any] = {
            name: form.get(name, "") for name in ("relationship", "parental_responsibility", "lives_with", "portal")
        }
        values |= {name: form.get(name) == "1" for name in ("emergency", "may_collect")}
        values |= {"told": form.getlist("told"), "channels": form.getlist("channels")}
        values |= {"portal_reason": form.get("portal_reason", ""), "ends_on": typed_date(request, "ends_on")}
        change_guardian(link_id, values=values, actor=actor)
        return Done(page, Toast(_("Saved.")))

    def context() -> dict[str, Any]:
        names = ("relationship", "parental_responsibility", "lives_with", "portal", "emergency", "may_collect")
        now = {name: getattr(link, name) for name in names}
        now["ends_on"] = link.ends_on.isoformat() if link.ends_on else ""
        posted = request.method == "POST"
        told = [purpose for purpose, _words in TOLD if getattr(link, f"told_{purpose}")]
        return {
            "link": link,
            "student": link.student,
            "typed": request.POST if posted else now,
            "may_give_reason": Role.SCHOOL_ADMIN in actor.roles,
            "told_choices": TOLD,
            "channel_choices": CHANNELS,
            "homes": HOMES,
            "portals": PORTALS,
            "ticked": {
                "told": request.POST.getlist("told") if posted else told,
                "channels": request.POST.getlist("channels") if posted else link.channels,
            },
        }

    return submitted(request, "people/guardian_edit.html", context, act)
