"""Settings of behaviour: kinds of incidents, words and numbers, policies and what they would have done."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.forms import needed_date, submitted, typed_id, typed_number
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.accounts.models import PermissionSet
from lyceum.domains.behaviour.forms import typed_whole
from lyceum.domains.behaviour.models import IncidentType, PointScale
from lyceum.domains.behaviour.queries import list_policies
from lyceum.domains.behaviour.rules.escalation import NewPolicy, NewStage, retire_policy, save_policy
from lyceum.domains.behaviour.rules.trying import ask_to_try, find_try, get_policy, names_of
from lyceum.domains.behaviour.rules.types import create_scale, create_type, edit_settings, edit_type, set_up_behaviour
from lyceum.domains.behaviour.settings import school_settings
from lyceum.domains.behaviour.tasks import try_policy
from lyceum.domains.behaviour.words import KINDS, POLARITIES, severity_names
from lyceum.domains.tenancy.queries import today

SETTINGS = "/settings/behaviour/"
TELLS = (
    ("after_review", "after somebody has looked at it"),
    ("always", "always"),
    ("never", "never"),
)


@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Kinds of incidents, scales, policies, and the settable words and numbers."""
    actor = actor_of(request)
    actor.require_all(Permission.BEHAVIOUR_EDIT)

    def act() -> str | Done:
        return _act(request, actor)

    def context() -> dict[str, Any]:
        return {
            "types": IncidentType.objects.select_related("scale").order_by("-active", "position", "name"),
            "scales": PointScale.objects.order_by("position", "pk"),
            "policies": list_policies(actor)[:50],
            "settings": school_settings(),
            "severities": severity_names(),
            "severity_choices": [(str(n), f"{n} · {name}") for n, name in severity_names()],
            "polarities": list(POLARITIES.items()),
            "tells": [(value, _(words)) for value, words in TELLS],
        }

    return submitted(request, "behaviour/settings.html", context, act)


def _act(request: HttpRequest, actor: Actor) -> Done:
    form, what = request.POST, request.POST.get("act", "")
    if what == "set-up":
        set_up_behaviour(actor=actor)
    elif what in ("retire", "use"):
        edit_type(typed_id(request, "type") or UUID(int=0), values={"active": what == "use"}, actor=actor)
    elif what == "scale":
        create_scale(name=form.get("name", ""), actor=actor)
    elif what == "settings":
        edit_settings(values=_settings(request), actor=actor)
    else:
        create_type(code=form.get("code", ""), values=_type(request), actor=actor)
    return Done(SETTINGS, Toast(_("Saved.")))


def _settings(request: HttpRequest) -> dict[str, Any]:
    usual = school_settings()
    return {
        "severity_names": [request.POST.get(f"severity-{n}", "") for n in (1, 2, 3, 4)],
        "families_see_reporter": request.POST.get("families_see_reporter") == "1",
        "contest_within_days": typed_number(request, "contest_within_days", usual.contest_within_days),
        "teacher_points_a_day": typed_number(request, "teacher_points_a_day", usual.teacher_points_a_day),
        "suspended_days_limit": typed_number(request, "suspended_days_limit", usual.suspended_days_limit),
    }


def _type(request: HttpRequest) -> dict[str, Any]:
    form = request.POST
    values: dict[str, Any] = {
        "name": form.get("name", ""),
        "family_name": form.get("family_name", ""),
        "polarity": form.get("polarity", "negative"),
        "severity": typed_number(request, "severity", 1),
        "needs_review": form.get("needs_review") == "1",
        "tell_guardians": form.get("tell_guardians", "after_review"),
    }
    points = typed_whole(request, "points")
    return values if points is None else values | {"points": points}


@require_http_methods(["GET", "POST"])
def policy_page(request: HttpRequest, policy_id: UUID) -> HttpResponse:
    """One policy: its stages, a new version of it, and whom it would have met last year."""
    actor = actor_of(request)
    policy = get_policy(policy_id, actor=actor)
    page = f"/settings/behaviour/policies/{policy_id}/"

    def act() -> str | Done:
        what = request.POST.get("act", "")
        if what == "try":
            job = ask_to_try(policy_id, actor=actor)
            try_policy.defer(school_id=actor.school, job_id=str(job.pk))
            return Done(page, Toast(_("Being counted; open this page again in a moment.")))
        if what == "retire":
            retire_policy(policy_id, actor=actor)
            return Done(SETTINGS, Toast(_("It counts nothing from now on.")))
        new = save_policy(_new_version(request, policy_id, actor), of=policy_id, actor=actor)
        return Done(f"/settings/behaviour/policies/{new.pk}/", Toast(_("Saved as a new version.")))

    def context() -> dict[str, Any]:
        job = find_try(policy_id, actor=actor)
        return {
            "policy": policy,
            "kinds": list(KINDS.items()),
            "sets": [("", _("all who decide stages")), *_sets()],
            "job": job,
            "reached": _reached(job.result) if job and job.result else [],
            "today": today().isoformat(),
        }

    return submitted(request, "behaviour/policy.html", context, act)


def _sets() -> list[tuple[str, str]]:
    return [(name, _(name)) for name in PermissionSet.objects.order_by("name").values_list("name", flat=True)]


def _new_version(request: HttpRequest, policy_id: UUID, actor: Actor) -> NewPolicy:
    old, form = get_policy(policy_id, actor=actor), request.POST
    stages = []
    for n in range(1, 13):
        threshold = typed_whole(request, f"threshold-{n}")
        if threshold:
            stages.append(
                NewStage(
                    threshold,
                    form.get(f"action-{n}", "talk"),
                    approvers=form.get(f"approvers-{n}", ""),
                    letter=form.get(f"letter-{n}", ""),
                )
            )
    return NewPolicy(
        old.name,
        stages,
        needed_date(request, "starts_on"),
        scale_id=old.scale_id,
        types=old.types,
        grades=old.grades,
        window=old.window,
        weeks=typed_number(request, "weeks", old.weeks),
    )


def _reached(result: dict[str, Any]) -> list[tuple[int, list[dict[str, Any]]]]:
    """Who would have come to which stage, the highest stage first."""
    rows = result.get("reached", [])
    names = names_of([UUID(row["student"]) for row in rows])
    stages: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        stages.setdefault(row["stage"], []).append({**row, "name": names.get(UUID(row["student"]), "")})
    return sorted(stages.items(), reverse=True)
