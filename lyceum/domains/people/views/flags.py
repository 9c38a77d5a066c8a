"""Pages of flags: what must be known of a student, by whom, and what to do."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as say
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.forms import submitted, typed_date, typed_id
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.accounts.models import PermissionSet
from lyceum.domains.people.models import Flag
from lyceum.domains.people.policies import visible_flags
from lyceum.domains.people.queries import get_student, list_flags
from lyceum.domains.people.rules.flags import add_flag, change_flag, end_flag
from lyceum.domains.people.words import FLAG_WORDS, VISIBLE_TO_WORDS
from lyceum.domains.tenancy.queries import today


def _require(actor: Actor) -> None:
    if not actor.reaches_all(Permission.SAFEGUARDING):
        actor.require_all(Permission.STUDENTS_EDIT)


def _typed(request: HttpRequest) -> dict[str, Any]:
    form = request.POST
    return {
        "kind": form.get("kind", ""),
        "text": form.get("text", ""),
        "what_to_do": form.get("what_to_do", ""),
        "visible_to": form.get("visible_to", ""),
        "permission_set": typed_id(request, "permission_set"),
        "check_if_absent": form.get("check_if_absent") == "1",
        "starts_on": typed_date(request, "starts_on"),
        "ends_on": typed_date(request, "ends_on"),
    }


def _choices(actor: Actor) -> dict[str, Any]:
    """What the form offers: safeguarding only to those who may write of it."""
    may_edit = actor.reaches_all(Permission.STUDENTS_EDIT)
    is_lead = actor.reaches_all(Permission.SAFEGUARDING)
    kinds = [(k, w) for k, w in FLAG_WORDS.items() if (is_lead if k == "safeguarding" else may_edit)]
    sets = PermissionSet.objects.order_by("name").values_list("pk", "name")
    return {
        "kinds": kinds,
        "readers": list(VISIBLE_TO_WORDS.items()),
        "sets": [(str(pk), name) for pk, name in sets],
    }


@require_http_methods(["GET", "POST"])
def flags_page(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """A student's flags, and one more."""
    actor = actor_of(request)
    _require(actor)
    student = get_student(student_id, actor=actor)

    def act() -> Done:
        add_flag(student_id, **_typed(request), actor=actor)
        return Done(f"/students/{student_id}/flags/", Toast(say("Written down.")))

    def context() -> dict[str, Any]:
        flags = list_flags(student, actor=actor, day=today()) if actor.may(Permission.FLAGS_VIEW) else []
        shown = [(flag, FLAG_WORDS[flag.kind], _readers(flag)) for flag in flags]
        return {"student": student, "flags": shown, "today": today().isoformat(), **_choices(actor)}

    return submitted(request, "people/flags.html", context, act)


def _readers(flag: Flag) -> object:
    return flag.permission_set.name if flag.permission_set else VISIBLE_TO_WORDS[flag.visible_to]


@require_http_methods(["GET", "POST"])
def flag_page(request: HttpRequest, flag_id: UUID) -> HttpResponse:
    """Change a flag, or end it."""
    actor = actor_of(request)
    _require(actor)
    flag = Flag.objects.filter(visible_flags(actor), pk=flag_id).first()
    if flag is None:
        raise NotFoundError
    student = get_student(flag.student_id, actor=actor)
    page = f"/students/{student.pk}/flags/"

    def act() -> Done:
        if request.POST.get("act") == "end":
            end_flag(flag_id, actor=actor)
            return Done(page, Toast(say("It holds no longer.")))
        change_flag(flag_id, **_typed(request), actor=actor)
        return Done(page, Toast(say("Written down.")))

    def context() -> dict[str, Any]:
        names = ("kind", "text", "what_to_do", "visible_to", "check_if_absent")
        now = {name: getattr(flag, name) for name in names}
        now |= {name: day.isoformat() if (day := getattr(flag, name)) else "" for name in ("starts_on", "ends_on")}
        now["permission_set"] = str(flag.permission_set_id or "")
        typed = request.POST if request.POST.get("act") == "change" else now
        return {"student": student, "flag": flag, "typed": typed, **_choices(actor)}

    return submitted(request, "people/flag.html", context, act)
