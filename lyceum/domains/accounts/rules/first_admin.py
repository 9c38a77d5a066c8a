"""The first admin of a school that was made without one."""

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import RuleError
from lyceum.core.permissions import Permission, Role
from lyceum.domains.accounts.models import Membership, User
from lyceum.domains.accounts.rules.passwords import check_new_password, hash_password
from lyceum.domains.accounts.rules.users import create_user, start_membership
from lyceum.domains.tenancy.queries import this_school


class AdminExistsError(RuleError):
    """Nobody chooses a password for somebody else, but for a school's very first admin."""

    code = "admin_exists"


@transaction.atomic
def make_first_admin(*, full_name: str, username: str = "", email: str = "", password: str, actor: Actor) -> User:
    """Make the first school admin of the school in scope, with a password. Refused once there is one."""
    actor.require_all(Permission.ROLES_GRANT)
    school = this_school()
    admins = Membership.objects.filter(school=school, role=Role.SCHOOL_ADMIN.value).exclude(state="ended")
    if admins.exists():
        raise AdminExistsError(
            _("%(school)s has an admin already. Invite others: they choose their own passwords.") % {"school": school}
        )
    check_new_password(password, own_words=(username, email.split("@", 1)[0], school.name))
    user = create_user(
        full_name=full_name,
        username=username,
        email=email,
        password_hash=hash_password(password),
        verified=False,
        actor=actor,
    )
    start_membership(user, role=Role.SCHOOL_ADMIN, actor=actor)
    return user
