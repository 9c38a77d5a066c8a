"""Roles as people say them."""

from django.utils.translation import gettext_lazy as _

from lyceum.core.permissions import Role

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


def role_name(role: str) -> object:
    """A role as people say it."""
    return next((words for each, words in _ROLES.items() if each == role), _("everybody") if role == "public" else role)
