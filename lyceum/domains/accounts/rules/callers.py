"""From what a request shows to whoever sends it."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.errors import RuleError, UnauthorizedError
from lyceum.core.schools import find_current_school, leave_school, set_school
from lyceum.domains.accounts.queries import (
    Caller,
    Circumstances,
    find_caller_by_secret,
    find_caller_by_session,
)
from lyceum.domains.accounts.rules.keys import (
    PREFIX,
    find_caller_by_key,
    find_caller_by_named_key,
    find_caller_by_secret_of_key,
)
from lyceum.domains.accounts.rules.secrets import hash_secret
from lyceum.domains.accounts.rules.tokens import NamedKey, issue_key_token, read_access_token


class ClientRefusedError(RuleError):
    """The key is not known, or its secret is another one. Named as OAuth 2.0 does."""

    code = "invalid_client"
    status = 401
    title = gettext_noop("The key is not known")


def find_caller_by_token(token: str, circumstances: Circumstances) -> Caller:
    """Whoever a bearer token stands for: an API key, or an access token. Raises UnauthorizedError for any other."""
    if token.startswith(PREFIX):
        return find_caller_by_key(token, circumstances)
    named = read_access_token(token)
    if isinstance(named, NamedKey):
        return find_caller_by_named_key(named.public_id, circumstances)
    caller = find_caller_by_session(named, circumstances)
    if caller is None:
        raise UnauthorizedError(_("You are signed out, or went on in another school. Sign in again."))
    return caller


def find_caller_by_cookie(secret: str, circumstances: Circumstances) -> Caller | None:
    """Whoever is signed in on a browser with this cookie."""
    return find_caller_by_secret(hash_secret(secret), circumstances) if secret else None


def exchange_key(client_id: str, client_secret: str, *, circumstances: Circumstances) -> tuple[str, Caller]:
    """An access token for software that shows its API key, and the key. The secret may be the whole key."""
    public_id, secret = client_id.removeprefix(PREFIX), client_secret
    if secret.startswith(PREFIX):
        public_id, _, secret = secret.removeprefix(PREFIX).partition("_")
    try:
        key = find_caller_by_secret_of_key(public_id, secret, circumstances)
    except UnauthorizedError as error:
        raise ClientRefusedError(error.detail, error=ClientRefusedError.code) from None
    finally:  # finding the key set its school, and this request may run in another, or in none
        here = find_current_school()
        leave_school() if here is None else set_school(here)
    return issue_key_token(key, public_id=public_id), key
