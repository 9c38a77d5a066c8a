"""Modules: the parts of a run."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.learning.models import LearningSchedule, LessonProgress, Module
from lyceum.domains.learning.policies import require_content_author
from lyceum.domains.learning.rules.ordering import MOST_ROWS, next_order, put_in_order, refuse_taken
from lyceum.domains.learning.rules.schedules import get_schedule_to_write
from lyceum.domains.learning.rules.stored import forget_files_of
from lyceum.domains.learning.rules.wording import LONGEST_SUMMARY, line, number

LONGEST_TITLE, MOST_ORDER = 200, 30_000


@transaction.atomic
def create_module(*, schedule_id: UUID, values: Mapping[str, Any], actor: Actor) -> Module:
    """One more part of a run, the last unless the call says where."""
    schedule = get_run_to_fill(schedule_id, actor=actor, pointer="/schedule_id")
    rows = Module.objects.filter(schedule=schedule)
    if rows.count() >= MOST_ROWS:
        raise invalid_field("/schedule_id", "too_many", _("A run has %(n)s modules at most.") % {"n": MOST_ROWS})
    module = Module(schedule=schedule)
    changed_fields(module, _checked({"title": "", **values}))
    if values.get("order") is None:
        module.order = next_order(rows)
    else:
        refuse_taken(rows, module.order)
    module.save(force_insert=True)
    record("learning.module.create", target=Target.of(module), actor=actor)
    return module


@transaction.atomic
def edit_module(module_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> Module:
    """Change some of a module, its place included."""
    module = get_module_to_write(module_id, actor=actor)
    given = dict(values)
    if given.pop("schedule_id", module.schedule_id) != module.schedule_id:
        raise invalid_field("/schedule_id", "fixed", _("A module stays in its run. Make another."))
    changes = changed_fields(module, _checked(given))
    if "order" in changes:
        refuse_taken(Module.objects.filter(schedule=module.schedule_id), module.order, but=module.pk)
    if changes:
        module.save()
        record("learning.module.edit", target=Target.of(module), changes=changes, actor=actor)
    return module


@transaction.atomic
def delete_module(module_id: UUID, *, actor: Actor) -> bool:
    """Delete a module; archive it where learners have progress in it. Returns whether it is gone."""
    module = get_module_to_write(module_id, actor=actor)
    if LessonProgress.objects.filter(lesson__module=module).exists():
        module.is_archived = True
        module.order = next_order(Module.objects.filter(schedule=module.schedule_id))
        module.save(update_fields=["is_archived", "order", "updated_at"])
        record("learning.module.archive", target=Target.of(module), actor=actor)
        return False
    forget_files_of(Q(module=module) | Q(lesson__module=module))
    record("learning.module.delete", target=Target.of(module), actor=actor)
    module.delete()
    return True


@transaction.atomic
def order_modules(schedule_id: UUID, *, ids: Sequence[UUID], actor: Actor) -> None:
    """Put the modules of a run into an order."""
    schedule = get_run_to_fill(schedule_id, actor=actor)
    put_in_order(Module, Module.objects.filter(schedule=schedule), ids)
    record("learning.module.order", target=Target.of(schedule), changes={"modules": [None, len(ids)]}, actor=actor)


def get_run_to_fill(schedule_id: UUID, *, actor: Actor, pointer: str = "") -> LearningSchedule:
    """The run, locked, for whoever writes its lessons. A wrong id in a body is a wrong field."""
    require_content_author(actor)
    try:
        return get_schedule_to_write(schedule_id, actor=actor, permission=Permission.CONTENT_EDIT)
    except NotFoundError:
        if not pointer:
            raise
        raise invalid_field(pointer, "choice", _("There is no such run.")) from None


def get_module_to_write(module_id: UUID, *, actor: Actor, pointer: str = "") -> Module:
    """The module, with its run locked."""
    require_content_author(actor)
    module = Module.objects.filter(pk=module_id).first()
    if module is None:
        if pointer:
            raise invalid_field(pointer, "choice", _("There is no such module."))
        raise NotFoundError(_("There is no such module."))
    get_run_to_fill(module.schedule_id, actor=actor)
    module.refresh_from_db()
    return module


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if "title" in given:
        fields["title"] = line(given, "title", LONGEST_TITLE, needed=True)
    if "summary" in given:
        fields["summary"] = line(given, "summary", LONGEST_SUMMARY)
    if given.get("order") is not None:
        fields["order"] = number(given, "order", 0, MOST_ORDER)
    if given.get("is_required") is not None:
        fields["is_required"] = given["is_required"]
    if "opens_at" in given:
        fields["opens_at"] = given["opens_at"]
    return fields
