"""Accepting an invitation: the one who holds the link becomes somebody in the school."""

from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind
from lyceum.core.aftermath import afterwards
from lyceum.core.errors import RuleError, invalid_field
from lyceum.core.schools import current_school
from lyceum.domains.accounts.facts import InvitationAccepted, UserCreated
from lyceum.domains.accounts.models import EmailAddress, Invitation, Membership, PermissionSet, User
from lyceum.domains.accounts.queries import Circumstances, current_memberships
from lyceum.domains.accounts.rules.attempts import count_failure, counters_of, refuse_while_waiting
from lyceum.domains.accounts.rules.invitations import drop_waiting_account
from lyceum.domains.accounts.rules.passwords import check_new_password, hash_password, password_matches
from lyceum.domains.accounts.rules.secrets import hash_secret
from lyceum.domains.accounts.rules.sessions import Opened, Way, start_session
from lyceum.domains.accounts.rules.users import add_login, all_granted, record_start
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.tenancy.closing import visiting
from lyceum.domains.tenancy.queries import today


class LinkExpiredError(RuleError):
    """The link was used, has ended, or never was."""

    code = "link_expired"
    status = 410
    title = gettext_noop("This link no longer works")


def get_invitation(secret: str, *, lock: bool = False) -> Invitation:
    """The open invitation of that link, or of a code as somebody typed it."""
    rows = Invitation.objects.select_for_update(of=("self",)) if lock else Invitation.objects.all()
    invitation = rows.select_related("school", "user").filter(hash_filter(secret)).first()
    if invitation is None or invitation.state != Invitation.State.SENT or invitation.expires_at <= clock.now():
        raise LinkExpiredError(_("Ask the school for a new link."))
    return invitation


def hash_filter(secret: str) -> Q:
    """Finds an invitation by its link, or by its code as somebody typed it."""
    return Q(secret_hash__in=[hash_secret(secret), hash_secret(secret.strip().upper())])


def find_known(invitation: Invitation) -> User | None:
    """Somebody who has an account with that address already, and takes the role with it."""
    if not invitation.address:
        return None
    address = EmailAddress.objects.filter(address=invitation.address, verified_at__isnull=False)
    found = address.select_related("user").first()
    return found.user if found else None


def needs_username(invitation: Invitation) -> bool:
    """Whether the invited person has no other name to sign in with."""
    return not invitation.address and not (invitation.user and invitation.user.logins.exists())


@transaction.atomic
def accept_and_enter(
    secret: str, *, username: str = "", password: str, way: Way, circumstances: Circumstances
) -> Opened:
    """Accept an invitation and go on in its school, signed in."""
    user = accept_invitation(secret, username=username, password=password, circumstances=circumstances)
    school_id = Invitation.objects.values_list("school_id", flat=True).get(hash_filter(secret))
    memberships = [m for m in current_memberships(user.pk) if m.school_id == school_id]
    return start_session(user, memberships, way=way, circumstances=circumstances)


@transaction.atomic
def accept_invitation(secret: str, *, username: str = "", password: str, circumstances: Circumstances) -> User:
    """Take up the role. Somebody who has an account already adds the role to it, with their own password."""
    invitation = get_invitation(secret, lock=True)
    known = find_known(invitation)
    with visiting(invitation.school_id):
        actor = _actor(invitation, known, circumstances)
        user = _own_account(invitation, known, password, actor) if known else _new_account(
            invitation, username, password, actor
        )  # fmt: skip
        _take_up(invitation, user, actor)
        invitation.state, invitation.user = Invitation.State.ACCEPTED, user
        invitation.save(update_fields=["state", "user", "updated_at"])
        fact = InvitationAccepted(invitation=invitation.pk, user=user.pk, person=invitation.person_id)
        record("accounts.invitation.accept", target=Target.of(invitation), facts=[fact], actor=actor)
    return user


def _actor(invitation: Invitation, known: User | None, circumstances: Circumstances) -> Actor:
    """The invited person, on behalf of whoever invited them, were they gone by now."""
    user = known or invitation.user
    actor = Actor(
        kind=ActorKind.USER,
        id=user.pk if user else None,
        name=invitation.full_name,
        via=circumstances.via,
        school_id=invitation.school_id,
        on_behalf_of=invitation.invited_by_id,
    )
    return circumstances.around(actor)


def _own_account(invitation: Invitation, known: User, password: str, actor: Actor) -> User:
    counters = counters_of(invitation.address, school="", device="", ip=actor.ip)
    refuse_while_waiting(counters)
    if not password_matches(password, known.password if known.is_active else None):
        afterwards(partial(count_failure, counters))
        raise invalid_field("/password", "sign_in_failed", _("You have an account already: give its password."))
    return known


def _new_account(invitation: Invitation, username: str, password: str, actor: Actor) -> User:
    words = (username, invitation.address.split("@", 1)[0], invitation.school.name)
    check_new_password(password, own_words=words)
    if needs_username(invitation) and not username:
        raise invalid_field("/username", "required", _("Choose a user name to sign in with."))
    user = invitation.user or User.objects.create(full_name=invitation.full_name)
    if username and not user.logins.filter(school_id=current_school()).exists():
        add_login(user, username)
    user.password, user.password_changed_at = hash_password(password), clock.now()
    user.save(update_fields=["password", "password_changed_at", "updated_at"])
    if invitation.address:  # whoever holds the link reads the mail at that address
        EmailAddress.objects.update_or_create(
            user=user, address=invitation.address, defaults={"verified_at": clock.now()}
        )
    record("accounts.user.create", target=Target.of(user), facts=[UserCreated(user=user.pk)], actor=actor)
    return user


def _take_up(invitation: Invitation, user: User, actor: Actor) -> None:
    """The role that waited begins today; somebody who has it already keeps the one they have."""
    waiting = invitation.user
    if waiting is not None and waiting.pk != user.pk:
        drop_waiting_account(waiting)
    rows = Membership.objects.select_for_update().filter(
        user=user, school_id=current_school(), role=invitation.role
    ).exclude(state="ended")  # fmt: skip
    membership = rows.first()
    if membership is not None and membership.state == Membership.State.ACTIVE:
        return
    if membership is None:
        membership = Membership(user=user, school_id=current_school(), role=invitation.role)
    sets = list(PermissionSet.objects.filter(pk__in=invitation.permission_sets))
    membership.permission_sets, membership.granted = [s.pk for s in sets], all_granted(sets)
    membership.state, membership.starts = Membership.State.ACTIVE, today()
    membership.save()
    record_start(membership, actor=actor)
