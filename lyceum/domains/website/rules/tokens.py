"""The token of a form that strangers fill in: made with the page, good once, not before a person could have typed."""

import secrets
from datetime import timedelta

from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core import clock
from lyceum.core.constraints import refusing
from lyceum.core.errors import RuleError
from lyceum.core.schools import current_school
from lyceum.domains.website.models import UsedToken
from lyceum.domains.website.rules.spam import TooOftenError

SALT = "website.form"
SOONEST, LATEST = timedelta(seconds=3), timedelta(hours=24)


class FormTokenError(RuleError):
    """The form was sent already, or was open for too long."""

    code = "form_expired"
    status = 422
    title = gettext_noop("Send it again")


def new_token(form: str) -> str:
    """A token for a form of the school in scope."""
    issued = int(clock.now().timestamp())
    return signing.dumps([current_school(), form, secrets.token_urlsafe(12), issued], salt=SALT)


def spend_token(token: str, form: str) -> None:
    """Accept a token once. Where what follows is refused, it was not spent."""
    try:
        school_id, named, nonce, issued = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError):
        raise _expired() from None
    age = clock.now().timestamp() - issued
    if (school_id, named) != (current_school(), form) or age > LATEST.total_seconds():
        raise _expired()
    if age < SOONEST.total_seconds():
        raise TooOftenError(_("That was quick. Wait three seconds, then send it again."), retry_after=3)
    with refusing(form_token_once=_expired):
        UsedToken.objects.create(nonce=nonce, used_at=clock.now())


def forget_tokens() -> int:
    """Delete tokens that could not be used any more anyway. Returns how many."""
    return UsedToken.objects.filter(used_at__lt=clock.now() - 2 * LATEST).delete()[0]


def _expired() -> FormTokenError:
    return FormTokenError(_("This form was sent already, or was open for too long. Look it over and send it again."))
