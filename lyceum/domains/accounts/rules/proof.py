"""Proving that one is still oneself, before an act that nobody else may do at a screen that was left open."""

from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.actor import Actor
from lyceum.core.aftermath import afterwards
from lyceum.core.errors import FieldError, RuleError
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import own_id
from lyceum.domains.accounts.rules.attempts import count_failure, counters_of, refuse_while_waiting
from lyceum.domains.accounts.rules.passwords import password_matches


class WrongPasswordError(RuleError):
    """The present password is another one."""

    code = "wrong_password"
    status = 422
    title = gettext_noop("Check your present password")


def prove_oneself(password: str, *, pointer: str = "/password", actor: Actor) -> User:
    """The actor's own user, locked, where the password is theirs. Wrong ones slow down, as at the entrance.

    This is the one place for it: a second factor is asked for here, of those who have one.
    """
    user = User.objects.select_for_update().get(pk=own_id(actor))
    counters = counters_of(str(user.pk), school="", device="", ip=actor.ip)
    refuse_while_waiting(counters)
    if not password_matches(password, user.password):
        afterwards(partial(count_failure, counters))
        words = _("This is not your present password.")
        raise WrongPasswordError(words, errors=[FieldError(pointer, WrongPasswordError.code, words)])
    return user
