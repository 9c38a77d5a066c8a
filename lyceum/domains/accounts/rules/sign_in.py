"""Signing in. Every failure has the same words, the same status and the same cost."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.actor import public_actor
from lyceum.core.aftermath import afterwards
from lyceum.core.errors import RuleError
from lyceum.core.schools import crossing_to
from lyceum.core.text import fold, tidy
from lyceum.domains.accounts.models import EmailAddress, Membership, SchoolLogin, SignInSession, User
from lyceum.domains.accounts.queries import Circumstances, current_memberships
from lyceum.domains.accounts.rules.attempts import (
    Counters,
    count_failure,
    counters_of,
    forget_failures,
    refuse_while_waiting,
)
from lyceum.domains.accounts.rules.devices import find_device
from lyceum.domains.accounts.rules.passwords import hash_password, password_matches
from lyceum.domains.accounts.rules.sessions import Opened, Way, start_session
from lyceum.domains.journal.rules import Target, record, record_for_operator


class SignInFailedError(RuleError):
    """Wrong name, wrong password, disabled, unknown: one answer."""

    code = "sign_in_failed"
    status = 401
    title = gettext_noop("Check your name and password")


@dataclass(frozen=True)
class Credentials:
    """What somebody typed: an e-mail address, or a user name with its school; `identifier` is either."""

    password: str
    email: str = ""
    school: str = ""
    """The slug; needed only where two schools know the same user name."""
    username: str = ""
    identifier: str = ""


_NOBODY, _NOWHERE = UUID(int=0), 0
"""No user and no school have these ids."""


def sign_in(
    given: Credentials,
    *,
    way: Way | None = None,
    known_device: str = "",
    circumstances: Circumstances,
) -> Opened:
    """Sign somebody in by e-mail address, or by school and user name.

    `known_device` is the mark of a browser on which the account signed in before: a stranger's failures
    do not keep its owner out.
    """
    user, school_id = _find_user(given)
    device = find_device(known_device, user.pk if user else None)
    name = given.email or given.username or given.identifier
    counters = counters_of(name, school=given.school, device=device, ip=circumstances.ip)
    refuse_while_waiting(counters)
    stored = user.password if user and user.is_active else None
    matches = password_matches(given.password, stored)
    memberships = _memberships_for(user, fold(given.school), school_id) if user and matches else []
    if user is None or not memberships:
        afterwards(partial(_note_failure, counters, user, school_id, circumstances))
        raise SignInFailedError(_("Check your name and password."))
    forget_failures(counters)
    if not user.password.startswith("argon2"):
        User.objects.filter(pk=user.pk).update(password=hash_password(given.password))
    return start_session(user, memberships, way=way or Way(), circumstances=circumstances)


def _find_user(given: Credentials) -> tuple[User | None, int | None]:
    """The account, and the school whose user name it was. One query, whatever it finds."""
    email = given.email or (given.identifier if "@" in given.identifier else "")
    if email:
        address = EmailAddress.objects.filter(address=tidy(email).lower(), verified_at__isnull=False)
        found = address.select_related("user").first()
        return (found.user, None) if found else (None, None)
    logins = SchoolLogin.objects.filter(username_folded=fold(given.username or given.identifier))
    if given.school:
        logins = logins.filter(school__slug=fold(given.school))
    candidates = list(logins.select_related("user")[:2])
    if len(candidates) != 1:  # unknown, or the same name in two schools: then the school must be said
        return None, None
    return candidates[0].user, candidates[0].school_id


def _memberships_for(user: User, school: str, school_id: int | None) -> list[Membership]:
    """What the user is today in the school to go on in: the one that was named, else the last one."""
    current = current_memberships(user.pk)
    platform = [m for m in current if m.school is None]
    here = [
        m
        for m in current
        if m.school is not None and school_id in (None, m.school_id) and school in ("", m.school.slug)
    ]
    if not here:
        return [] if school or school_id else platform
    chosen = _last_school(user, {m.school_id for m in here}) or here[0].school_id
    return [m for m in here if m.school_id == chosen] + platform


def _last_school(user: User, schools: set[int | None]) -> int | None:
    if len(schools) == 1:
        return None
    past = SignInSession.objects.filter(user=user, school__in=schools).order_by("-last_used_at")
    return past.values_list("school_id", flat=True).first()


def _note_failure(counters: Counters, user: User | None, school_id: int | None, circumstances: Circumstances) -> None:
    """Count it, and write it into the trail of the account's school, or the operator's. Never what was typed.

    An unknown account takes the same steps as a known one, so that it takes the same time.
    """
    count_failure(counters)
    known = Membership.objects.filter(user=user.pk if user else _NOBODY, school__isnull=False).exclude(state="ended")
    first = known.order_by("created_at").values_list("school_id", flat=True).first()
    school = school_id or first
    target = Target.of(user) if user else Target("accounts.user", "", "unknown")
    actor = circumstances.around(public_actor(circumstances.via, school_id=school))
    with crossing_to(school or _NOWHERE):
        write = record if school else record_for_operator
        write("accounts.sign_in", target=target, outcome="refused", actor=actor)
