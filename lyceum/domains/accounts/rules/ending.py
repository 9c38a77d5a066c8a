"""The end of an account: what is left of it is an id, and a pseudonym where a name stood."""

from uuid import UUID

from django.db import transaction

from lyceum.core.actor import Actor
from lyceum.core.schools import current_school
from lyceum.domains.accounts.models import EmailAddress, Invitation, Membership, SchoolLogin, SignInSession, User
from lyceum.domains.accounts.rules.members import end_roles
from lyceum.domains.accounts.rules.sessions import revoke_sessions
from lyceum.domains.journal.rules import Target, record


def belongs_elsewhere(user_id: UUID) -> bool:
    """Whether somebody has a role outside the school in scope: then the account itself is not this school's to end."""
    elsewhere = Membership.objects.filter(user=user_id).exclude(school_id=current_school())
    return elsewhere.exclude(state=Membership.State.ENDED).exists()


@transaction.atomic
def end_account(user_id: UUID, *, pseudonym: str, reason: str, actor: Actor) -> None:
    """End somebody's roles and sessions here, and the account where it belongs nowhere else. The actor may do so."""
    user = User.objects.select_for_update().get(pk=user_id)
    rows = Membership.objects.select_for_update(of=("self",)).filter(user=user, school_id=current_school())
    end_roles(list(rows.exclude(state=Membership.State.ENDED).select_related("user")), reason=reason, actor=actor)
    revoke_sessions(user.pk, school_id=current_school(), why="erased")
    SchoolLogin.objects.filter(user=user, school_id=current_school()).delete()
    Invitation.objects.filter(user=user, school_id=current_school()).update(full_name="", address="")
    is_erased = not belongs_elsewhere(user.pk)
    if is_erased:
        _blank(user, pseudonym)
    changes = {"is_erased": [False, is_erased]}
    record("accounts.user.erase", target=Target("accounts.user", user.pk), changes=changes, reason=reason, actor=actor)


def _blank(user: User, pseudonym: str) -> None:
    revoke_sessions(user.pk, why="erased")
    SignInSession.objects.filter(user=user).update(ip="", device_label="")
    EmailAddress.objects.filter(user=user).delete()
    SchoolLogin.objects.filter(user=user).delete()
    user.full_name, user.state = pseudonym, User.State.ERASED
    user.first_name = user.last_name = user.preferred_name = user.pronouns = user.locale = user.time_zone = ""
    user.set_unusable_password()
    user.save()
