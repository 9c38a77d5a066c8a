"""Tags that every template has."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from lyceum.core.errors import FieldError
from lyceum.core.ids import new_id
from lyceum.core.permissions import Role

register = template.Library()


@register.simple_tag
def idempotency() -> SafeString:
    """The hidden key of a form: a double click or a lost answer never doubles the act."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', new_id())


@register.filter
def about(errors: Iterable[FieldError] | None, name: str) -> str:
    """What is wrong with the field of that name, if anything."""
    return next((error.message for error in errors or () if getattr(error, "pointer", "") == f"/{name}"), "")


@register.filter
def starts(text: str, beginning: str) -> bool:
    """Whether a text begins with another."""
    return str(text).startswith(str(beginning))


_ROLES = {
    Role.SUPER_ADMIN: _("super admin"),
    Role.GROUP_ADMIN: _("group admin"),
    Role.SCHOOL_ADMIN: _("school admin"),
    Role.MANAGER: _("manager"),
    Role.TEACHER: _("teacher"),
    Role.STUDENT: _("student"),
    Role.GUARDIAN: _("guardian"),
    Role.APPLICANT: _("applicant"),
}


@register.filter
def role_name(role: str) -> object:
    """A role as people say it."""
    return next((words for each, words in _ROLES.items() if each == role), role)


@register.filter
def initials(name: str) -> str:
    """One or two letters for a person's or a school's crest."""
    words = [word for word in str(name).split() if word[:1].isalnum()]
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else "?"
