"""The list of people with an account: by name, role and state; exported; several kept out or let in at once."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from lyceum.core.lists import BulkAct, Column, Filter, Planned, Table, answer_list
from lyceum.core.permissions import Permission, Role
from lyceum.core.rest import actor_of
from lyceum.core.roles import role_name
from lyceum.domains.accounts.models import Membership, User
from lyceum.domains.accounts.queries import BY_NAME, list_users
from lyceum.domains.accounts.rules.invitations import SCHOOL_ROLES
from lyceum.domains.accounts.rules.members import readmit_user, suspend_user
from lyceum.domains.journal.rules import note_export

STATES = (
    ("active", _("May come in")),
    ("invited", _("Invited")),
    ("suspended", _("Kept out")),
    ("ended", _("Left")),
)


def standing(memberships: Iterable[Membership]) -> tuple[list[str], str]:
    """What somebody is here now, and whether they may come in."""
    present = [m for m in memberships if m.state != Membership.State.ENDED]
    states = {m.state for m in present}
    state = next((s for s in ("active", "suspended", "invited") if s in states), "ended")
    return list(dict.fromkeys(m.role for m in present)), state


def _roles(user: User) -> str:
    return ", ".join(str(role_name(role)) for role in standing(user.memberships.all())[0])


def _state(user: User) -> str:
    return str(dict(STATES)[standing(user.memberships.all())[1]])


def _state_html(user: User) -> SafeString:
    return render_to_string("accounts/_state.html", {"state": standing(user.memberships.all())[1]})


def _address(user: User) -> str:
    return next((email.address for email in user.emails.all() if email.primary), "")


def _login(user: User) -> str:
    return next((login.username for login in user.logins.all()), "")


Change = Callable[..., User]


def _chosen(request: HttpRequest, ids: list[UUID]) -> list[User]:
    return list(list_users(actor_of(request)).filter(pk__in=ids))


def _plan(request: HttpRequest, ids: list[UUID], *, wrong: str, after: str) -> list[Planned]:
    own = actor_of(request).user_id
    planned = []
    for user in _chosen(request, ids):
        state = standing(user.memberships.all())[1]
        problem = say("that is you") if user.pk == own else say("already so") if state == wrong else ""
        planned.append(Planned(user.full_name, str(dict(STATES)[state]), str(dict(STATES)[after]), problem))
    return planned


def _do(request: HttpRequest, ids: list[UUID], *, change: Change) -> None:
    for user in _chosen(request, ids):
        change(user.pk, actor=actor_of(request))


def _may_edit(request: HttpRequest) -> bool:
    return actor_of(request).reaches_all(Permission.USERS_EDIT)


BULK = (
    BulkAct(
        "suspend",
        _("Keep out"),
        plan=partial(_plan, wrong="suspended", after="suspended"),
        apply=partial(_do, change=suspend_user),
        is_allowed=_may_edit,
    ),
    BulkAct(
        "readmit",
        _("Let in again"),
        plan=partial(_plan, wrong="active", after="active"),
        apply=partial(_do, change=readmit_user),
        is_allowed=_may_edit,
    ),
)
TABLE: Table[User] = Table(
    name="people-and-accounts",
    label=_("People and accounts"),
    columns=(
        Column("name", _("Name"), lambda user: user.full_name, sort=("full_name",)),
        Column("roles", _("Roles"), _roles),
        Column("login", _("User name"), _login, is_extra=True),
        Column("email", _("E-mail address"), _address, is_extra=True),
        Column("state", _("State"), _state, html=_state_html),
    ),
    href=lambda user: f"/settings/users/{user.pk}/",
    key=lambda user: str(user.pk),
    bulk=BULK,
    order=BY_NAME,
)


def answer_users(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The list that the address asks for, with whatever else the page shows."""
    actor, asked = actor_of(request), request.GET
    role = asked.get("role", "") if asked.get("role") in [r.value for r in Role] else ""
    state = asked.get("state", "") if asked.get("state") in Membership.State.values else ""
    every = _("All")
    filters = (
        Filter("q", _("Name, user name or e-mail address")),
        Filter("role", _("Role"), [(r.value, str(role_name(r))) for r in Role if r in SCHOOL_ROLES], every=every),
        Filter("state", _("State"), STATES, every=every),
    )
    return answer_list(
        request,
        TABLE,
        list_users(actor, role=role, text=asked.get("q", ""), state=state),
        template="accounts/users.html",
        filters=filters,
        note_export=partial(note_export, TABLE.name, asked.urlencode(), actor=actor),
        context=context,
        status=status,
    )
