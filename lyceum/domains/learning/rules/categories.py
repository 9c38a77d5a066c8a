"""The shelves of the catalogue."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import InvalidError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.learning.models import Course, CourseCategory
from lyceum.domains.learning.rules.refusals import CategoryInUseError
from lyceum.domains.learning.rules.wording import free_slug, line, number, slug_of

LONGEST_NAME, MOST_ORDER = 80, 30_000


@transaction.atomic
def create_category(*, values: Mapping[str, Any], actor: Actor) -> CourseCategory:
    """One more shelf, after the others unless the call says where."""
    actor.require_all(Permission.COURSES_EDIT)
    checked = _checked({"name": "", **values})
    if "slug" not in checked:
        taken = set(CourseCategory.objects.values_list("slug", flat=True))
        checked["slug"] = free_slug(slug_of(checked["name"], "/name"), taken)
    if checked.get("order") is None:
        last = CourseCategory.objects.aggregate(last=Max("order"))["last"]
        checked["order"] = 0 if last is None else min(last + 1, MOST_ORDER)
    with refusing(course_category_slug_once=_slug_taken):
        category = CourseCategory.objects.create(**checked)
    record("learning.category.create", target=Target.of(category), actor=actor)
    return category


@transaction.atomic
def edit_category(category_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> CourseCategory:
    """Change a shelf, or archive it: its courses stay."""
    category = get_category_to_write(category_id, actor=actor)
    checked = {name: value for name, value in _checked(values).items() if value is not None}
    changes = changed_fields(category, checked)
    if changes:
        with refusing(course_category_slug_once=_slug_taken):
            category.save(update_fields=[*changes, "updated_at"])
        record("learning.category.edit", target=Target.of(category), changes=changes, actor=actor)
    return category


@transaction.atomic
def delete_category(category_id: UUID, *, actor: Actor) -> None:
    """Delete an empty shelf."""
    category = get_category_to_write(category_id, actor=actor)
    held = Course.objects.filter(category=category).count()
    if held:
        raise CategoryInUseError(
            _("%(n)s courses are in this category. Archive it instead.") % {"n": held}, counts={"courses": held}
        )
    record("learning.category.delete", target=Target.of(category), actor=actor)
    category.delete()


def get_category_to_write(category_id: UUID, *, actor: Actor) -> CourseCategory:
    """The category, locked, for whoever keeps the catalogue."""
    actor.require_all(Permission.COURSES_EDIT)
    found = CourseCategory.objects.select_for_update().filter(pk=category_id).first()
    if found is None:
        raise NotFoundError(_("There is no such category."))
    return found


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    checked = dict(values)
    if "name" in checked:
        checked["name"] = line(checked, "name", LONGEST_NAME, needed=True)
    if checked.get("slug"):
        checked["slug"] = slug_of(checked["slug"])
    else:
        checked.pop("slug", None)
    number(checked, "order", 0, MOST_ORDER)
    return checked


def _slug_taken() -> InvalidError:
    return invalid_field("/slug", "taken", _("Another category has this address."))
