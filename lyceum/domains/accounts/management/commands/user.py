"""`lyceum user`: who may come into a school."""

import sys
from typing import Any
from uuid import UUID

from lyceum.core.commands import Answer, table
from lyceum.core.errors import invalid_field
from lyceum.core.permissions import Role
from lyceum.domains.accounts.commands import SchoolCommand, find_user
from lyceum.domains.accounts.models import PermissionSet, User
from lyceum.domains.accounts.queries import list_users, named_role
from lyceum.domains.accounts.requests import invitation_link
from lyceum.domains.accounts.rules.first_admin import make_first_admin
from lyceum.domains.accounts.rules.invitations import Invited, invite
from lyceum.domains.accounts.rules.members import suspend_user
from lyceum.domains.tenancy.queries import this_school


class Command(SchoolCommand):
    """Parses, calls, prints."""

    help = "Invite, list and disable users of a school."

    def add_acts(self) -> None:
        create = self.add_act("create", "invite somebody; prints the link by which they choose a password")
        create.add_argument("--name", required=True, help="the person's name")
        create.add_argument("--role", required=True, help="as in school_admin, manager, teacher, guardian, student")
        create.add_argument("--username", default="", help="to sign in with at this school")
        create.add_argument("--email", default="", help="to sign in with anywhere")
        create.add_argument("--set", action="append", default=[], metavar="NAME", help="a manager's permission set")
        create.add_argument(
            "--password-stdin", action="store_true", help="read a password from standard input, for a first admin only"
        )
        users = self.add_act("list", "list the users")
        users.add_argument("--role", default="", help="only those with this role")
        disable = self.add_act("disable", "keep somebody out of this school from now on")
        disable.add_argument("user", help="user name or e-mail address")
        disable.add_argument("--reason", default="", help="for the trail")

    def act_create(self, options: dict[str, Any]) -> Answer:
        role = named_role(options["role"])
        if options["password_stdin"]:
            return self._first_admin(role, options)
        invited = Invited(
            full_name=options["name"],
            role=role,
            address=options["email"],
            username=options["username"],
            permission_sets=_sets_named(options["set"]),
        )
        sent = invite(invited, actor=self.actor)
        link, until = invitation_link(sent.secret), sent.invitation.expires_at
        lines = [f"{invited.full_name} is invited as {role.value}, until {until:%Y-%m-%d %H:%M} UTC:", link]
        return Answer(lines, {"invitation": sent.invitation.pk, "link": link, "expires_at": until})

    def _first_admin(self, role: Role, options: dict[str, Any]) -> Answer:
        if role is not Role.SCHOOL_ADMIN:
            raise invalid_field("/role", "choice", "A password is set here for a school admin only. Invite others.")
        user = make_first_admin(
            full_name=options["name"],
            username=options["username"],
            email=options["email"],
            password=sys.stdin.readline().rstrip("\r\n"),
            actor=self.actor,
        )
        return Answer([f"{user} is the first admin of {this_school()}."], {"user": user.pk})

    def act_list(self, options: dict[str, Any]) -> Answer:
        shown = [_values(user) for user in list_users(self.actor, role=options["role"])]
        rows = [(v["username"] or v["email"] or "-", v["state"], ", ".join(v["roles"]), v["name"]) for v in shown]
        return Answer(table(rows) if rows else ["There is nobody here yet."], shown)

    def act_disable(self, options: dict[str, Any]) -> Answer:
        user = suspend_user(find_user(options["user"], this_school()).pk, reason=options["reason"], actor=self.actor)
        return Answer([f"{user} is kept out of {this_school()} from now on."], {"user": user.pk})


def _sets_named(names: list[str]) -> tuple[UUID, ...]:
    known = dict(PermissionSet.objects.values_list("name", "pk"))
    unknown = [name for name in names if name not in known]
    if unknown:
        choices = ", ".join(sorted(known))
        raise invalid_field("/permission_sets", "choice", f"There is no set “{unknown[0]}”. Choose from: {choices}.")
    return tuple(known[name] for name in names)


def _values(user: User) -> dict[str, Any]:
    memberships = list(user.memberships.all())
    return {
        "id": user.pk,
        "name": user.full_name,
        "username": next((login.username for login in user.logins.all()), ""),
        "email": next((email.address for email in user.emails.all()), ""),
        "roles": [m.role for m in memberships],
        "state": ", ".join(dict.fromkeys(m.state for m in memberships)),
    }
