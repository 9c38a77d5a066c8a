"""Pages for the people of a school: who is here, who is invited, and one person."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import InvalidError, RuleError
from lyceum.core.forms import shown_errors, submitted, typed_id
from lyceum.core.lists import is_about_list
from lyceum.core.permissions import Permission, Role
from lyceum.core.rest import actor_of
from lyceum.core.signed_in import signed_in
from lyceum.core.toasts import Done, Toast, Undo
from lyceum.domains.accounts.forms import by_line, people_in
from lyceum.domains.accounts.models import Invitation, Membership
from lyceum.domains.accounts.queries import (
    find_open_invitation,
    get_user,
    list_permission_sets,
    named_role,
)
from lyceum.domains.accounts.requests import invitation_link
from lyceum.domains.accounts.rules.invitations import (
    HIGH_ROLES,
    Invited,
    SentInvitation,
    invite_all,
    renew_invitation,
    revoke_invitation,
)
from lyceum.domains.accounts.rules.members import (
    add_role,
    edit_user,
    end_membership,
    readmit_user,
    suspend_user,
)
from lyceum.domains.accounts.views.user_list import answer_users, standing


@require_http_methods(["GET", "POST"])
@signed_in
def users_page(request: HttpRequest) -> HttpResponse:
    """Who may come in, and as what; and the invitation of more."""
    actor = actor_of(request)
    if is_about_list(request):
        return answer_users(request, _invitation_context(request, actor))
    try:
        sent = invite_all(_invited(request), actor=actor)
    except RuleError as error:
        shown = (
            by_line(error, request.POST["people"]) if _is_list(request) and isinstance(error, InvalidError) else error
        )
        context = _invitation_context(request, actor) | {"errors": shown_errors(shown)}
        return answer_users(request, context, status=error.status)
    return render(request, "accounts/invited.html", {"sent": [_shown(each) for each in sent]})


def _invitation_context(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    may_invite = actor.reaches_all(Permission.USERS_EDIT)
    return {
        "may_invite": may_invite,
        "grants": _grantable(actor),
        "sets": list_permission_sets(actor) if may_invite else [],
        "typed": request.POST,
    }


def _grantable(actor: Actor) -> list[str]:
    """The roles somebody may give, the usual ones first."""
    high = actor.reaches_all(Permission.ROLES_GRANT)
    order = (Role.TEACHER, Role.STUDENT, Role.GUARDIAN, Role.MANAGER, Role.SCHOOL_ADMIN, Role.APPLICANT)
    return [role.value for role in order if high or role not in HIGH_ROLES]


def _is_list(request: HttpRequest) -> bool:
    return request.POST.get("act") == "list"


def _invited(request: HttpRequest) -> list[Invited]:
    typed = request.POST
    role = named_role(typed.get("role", ""))
    if _is_list(request):
        return people_in(typed.get("people", ""), usual=role)
    sets = [UUID(each) for each in typed.getlist("permission_sets") if _is_id(each)]
    return [Invited(typed.get("full_name", ""), role, address=typed.get("email", ""), permission_sets=tuple(sets))]


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _shown(sent: SentInvitation) -> dict[str, Any]:
    invitation = sent.invitation
    return {
        "invitation": invitation,
        "link": invitation_link(sent.secret),
        "code": "" if invitation.address else sent.secret,
    }


@require_http_methods(["GET", "POST"])
@signed_in
def user_page(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """One person: their name, their roles here, whether they may come in."""
    actor = actor_of(request)

    def context() -> dict[str, Any]:
        user = get_user(user_id, actor=actor)
        roles, state = standing(user.memberships.all())
        edits = actor.reaches_all(Permission.USERS_EDIT) and user.pk != actor.user_id
        may_grant = actor.reaches_all(Permission.ROLES_GRANT) and user.pk != actor.user_id
        return {
            "user": user,
            "roles": roles,
            "state": state,
            "memberships": [m for m in user.memberships.all() if m.state != Membership.State.ENDED],
            "email": next((e.address for e in user.emails.all() if e.primary), ""),
            "login": next((login.username for login in user.logins.all()), ""),
            "invitation": find_open_invitation(user),
            "may_edit": edits and (may_grant or not HIGH_ROLES & {Role(r) for r in roles}),
            "may_grant": may_grant,
            "grants": [role for role in _grantable(actor) if role not in roles],
            "sets": list_permission_sets(actor) if may_grant else [],
        }

    if request.method == "POST" and request.POST.get("act") == "renew":
        sent = renew_invitation(_invitation_of(user_id, actor).pk, actor=actor)
        return render(request, "accounts/invited.html", {"sent": [_shown(sent)]})
    return submitted(request, "accounts/user.html", context, lambda: _act(request)(request, user_id, actor))


Act = Callable[[HttpRequest, UUID, Actor], str | Done]


def _act(request: HttpRequest) -> Act:
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    return act


def _address(user_id: UUID) -> str:
    return f"/settings/users/{user_id}/"


def _invitation_of(user_id: UUID, actor: Actor) -> Invitation:
    invitation = find_open_invitation(get_user(user_id, actor=actor))
    if invitation is None:
        raise Http404
    return invitation


def _rename(request: HttpRequest, user_id: UUID, actor: Actor) -> str:
    edit_user(user_id, values={"full_name": request.POST.get("full_name", "")}, actor=actor)
    return _address(user_id)


def _suspend(request: HttpRequest, user_id: UUID, actor: Actor) -> Done:
    user = suspend_user(user_id, reason=request.POST.get("reason", ""), actor=actor)
    words = _("%(name)s is kept out.") % {"name": user}
    return Done(_address(user_id), Toast(words, Undo(_address(user_id), [("act", "readmit")])))


def _readmit(_request: HttpRequest, user_id: UUID, actor: Actor) -> Done:
    user = readmit_user(user_id, actor=actor)
    return Done(_address(user_id), Toast(_("%(name)s may come in again.") % {"name": user}))


def _end_role(request: HttpRequest, user_id: UUID, actor: Actor) -> str:
    membership = typed_id(request, "membership") or UUID(int=0)
    end_membership(membership, reason=request.POST.get("reason", ""), actor=actor)
    return _address(user_id)


def _add_role(request: HttpRequest, user_id: UUID, actor: Actor) -> str:
    sets = [UUID(each) for each in request.POST.getlist("permission_sets") if _is_id(each)]
    add_role(user_id, named_role(request.POST.get("role", "")), sets=sets, actor=actor)
    return _address(user_id)


def _revoke(_request: HttpRequest, user_id: UUID, actor: Actor) -> str:
    revoke_invitation(_invitation_of(user_id, actor).pk, actor=actor)
    return "/settings/users/"


_ACTS: dict[str, Act] = {
    "rename": _rename,
    "suspend": _suspend,
    "readmit": _readmit,
    "end": _end_role,
    "add": _add_role,
    "revoke": _revoke,
}
