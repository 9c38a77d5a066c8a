"""Pages of guardians."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core.forms import submitted
from lyceum.core.permissions import Permission, Role
from lyceum.core.rest import actor_of
from lyceum.domains.people.forms import typed_person
from lyceum.domains.people.queries import get_student
from lyceum.domains.people.rules.adults import NewGuardian, add_guardians

RESTRICTIONS = (
    ("no_contact", _("must not contact the student")),
    ("no_information", _("must not be told anything")),
    ("no_collection", _("must not collect the student")),
    ("address_withheld", _("must not learn the address")),
)
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
        form = request.POST
        new = NewGuardian(
            student_id,
            form.get("relationship", ""),
            person=typed_person(request),
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
            "restrictions": RESTRICTIONS,
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
