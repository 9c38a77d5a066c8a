"""One's own account: names, language, looks, password."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.language import known_language, list_languages
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import own_id
from lyceum.domains.accounts.rules.passwords import check_new_password, hash_password
from lyceum.domains.accounts.rules.proof import prove_oneself
from lyceum.domains.accounts.rules.sessions import revoke_sessions
from lyceum.domains.journal.rules import Target, changed_fields, record_wherever
from lyceum.domains.tenancy.queries import find_school_name

NAME_FIELDS = frozenset({"full_name", "first_name", "last_name", "preferred_name"})
TEXT_FIELDS = NAME_FIELDS | {"pronouns", "locale", "theme"}
SWITCHES = frozenset({"single_keys"})
PROFILE_FIELDS = TEXT_FIELDS | SWITCHES
_THEMES = ("system", "light", "dark", "contrast")
_LONGEST: dict[str, int] = {f.name: f.max_length or 0 for f in User._meta.fields if f.name in TEXT_FIELDS}


def checked_names(user: User, values: dict[str, Any]) -> dict[str, str]:
    """Text fields of a user as they are kept; the full name is built where only its parts are given."""
    tidied = {name: tidy(value) for name, value in values.items()}
    if "full_name" not in tidied and {"first_name", "last_name"} & tidied.keys():
        first, last = tidied.get("first_name", user.first_name), tidied.get("last_name", user.last_name)
        tidied["full_name"] = f"{first} {last}".strip()
    if tidied.get("full_name") == "":
        raise invalid_field("/full_name", "required", _("Give a name."))
    for name, value in tidied.items():
        longest = _LONGEST[name]
        if len(value) > longest:
            raise invalid_field(f"/{name}", "too_long", _("Use at most %(longest)s letters.") % {"longest": longest})
    return tidied


@transaction.atomic
def edit_profile(*, values: dict[str, Any], actor: Actor) -> User:
    """Change one's own names, language, looks and keys."""
    actor.require(Permission.PROFILE_EDIT)
    user = User.objects.select_for_update().get(pk=own_id(actor))
    wrong = sorted(values.keys() - PROFILE_FIELDS)
    if wrong:
        raise invalid_field(f"/{wrong[0]}", "read_only", _("%(field)s cannot be changed here.") % {"field": wrong[0]})
    if values.get("locale") and not known_language(values["locale"]):
        codes = ", ".join(code for code, _name in list_languages())
        raise invalid_field("/locale", "choice", _("Choose one of: %(choices)s.") % {"choices": codes})
    if values.get("theme", "system") not in _THEMES:
        raise invalid_field("/theme", "choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(_THEMES)})
    switches = _checked_switches({name: values[name] for name in values.keys() & SWITCHES})
    texts = {name: value for name, value in values.items() if name not in SWITCHES}
    changes = changed_fields(user, checked_names(user, texts) | switches)
    if changes:
        user.save()
        record_wherever("accounts.profile.edit", target=Target.of(user), changes=changes, actor=actor)
    return user


def _checked_switches(values: dict[str, Any]) -> dict[str, bool]:
    for name, value in values.items():
        if not isinstance(value, bool):
            raise invalid_field(f"/{name}", "choice", _("Say yes or no."))
    return values


@transaction.atomic
def change_password(*, current: str, new: str, actor: Actor) -> int:
    """Change one's own password, knowing the present one. Ends all other sessions; returns how many."""
    user = prove_oneself(current, pointer="/current_password", actor=actor)
    check_new_password(new, own_words=own_words(user), pointer="/new_password")
    user.password, user.password_changed_at, user.must_change = hash_password(new), clock.now(), False
    user.save(update_fields=["password", "password_changed_at", "must_change", "updated_at"])
    ended = revoke_sessions(user.pk, besides=actor.session_id, why="password_changed")
    changes: dict[str, list[Any]] = {"password": ["", "changed"], "other_sessions": [ended, 0]}
    record_wherever("accounts.password.change", target=Target.of(user), changes=changes, actor=actor)
    return ended


def own_words(user: User) -> tuple[str, ...]:
    """What a user's password must not be built from."""
    addresses = [email.address.split("@", 1)[0] for email in user.emails.all()]
    names = [login.username for login in user.logins.all()]
    return (*names, *addresses, find_school_name())
