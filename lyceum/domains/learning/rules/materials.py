"""Materials: what approved students learn with, at a course, a run, a module or a lesson."""

import re
from collections.abc import Mapping
from typing import Any, BinaryIO
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.files import store_file, take_file
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.learning.facts import MaterialOpened
from lyceum.domains.learning.materials import find_own_material
from lyceum.domains.learning.models import Course, CourseLesson, Material, MaterialOpening, Module
from lyceum.domains.learning.policies import find_own_student
from lyceum.domains.learning.rules.modules import get_run_to_fill
from lyceum.domains.learning.rules.refusals import NotALearnerError
from lyceum.domains.learning.rules.stored import forget_files_of
from lyceum.domains.learning.rules.wording import choice, line, number, secure_url

Kind = Material.Kind
OWNERS = ("course_id", "schedule_id", "module_id", "lesson_id")
BY_ADDRESS = (Kind.GITHUB_REPOSITORY.value, Kind.DISCORD.value, Kind.VIDEO.value, Kind.LINK.value)
LONGEST_TITLE, LONGEST_DESCRIPTION, MOST_ORDER = 200, 1_000, 30_000
AREA = "materials"
_GITHUB = re.compile(r"/[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}/?")


@transaction.atomic
def add_material(*, values: Mapping[str, Any], actor: Actor) -> Material:
    """A material with an address: a repository, a Discord server, a video or a link."""
    given = dict(values)
    material = Material(kind=choice(given, "kind", BY_ADDRESS), added_by=actor.id)
    _put_at_owner(material, given, actor)
    changed_fields(material, _checked(material.kind, {"title": "", "url": "", **given}))
    material.save(force_insert=True)
    record("learning.material.add", target=Target.of(material), actor=actor)
    return material


@transaction.atomic
def add_document(*, given: BinaryIO, name: str, values: Mapping[str, Any], actor: Actor) -> Material:
    """A document: a PDF or a picture."""
    material = Material(kind=Kind.DOCUMENT, added_by=actor.id)
    _put_at_owner(material, values, actor)
    taken = take_file(given, name=name)
    title = values.get("title") or taken.name.rpartition(".")[0]
    changed_fields(material, _checked(Kind.DOCUMENT, {**values, "title": title}))
    material.file_name, material.file_kind = taken.name[:120], taken.kind
    material.file_size = len(taken.content)
    material.file = store_file(taken, area=AREA, row=material.pk)
    material.save(force_insert=True)
    changes = {"file": [None, material.file_name], "digest": [None, taken.digest]}
    record("learning.material.add", target=Target.of(material), changes=changes, actor=actor)
    return material


@transaction.atomic
def edit_material(material_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> Material:
    """Change what a material is called, where it leads and when it shows; or archive it."""
    material = get_material_to_write(material_id, actor=actor)
    changes = changed_fields(material, _checked(material.kind, values))
    begins, ends = material.visible_from, material.visible_until
    if begins and ends and ends <= begins:
        raise invalid_field("/visible_until", "order", _("It is hidden after it is shown."))
    if changes:
        if "url" in changes:
            material.dead_since = None
        material.save()
        record("learning.material.edit", target=Target.of(material), changes=changes, actor=actor)
    return material


@transaction.atomic
def delete_material(material_id: UUID, *, actor: Actor) -> None:
    """Take a material away, with its file."""
    material = get_material_to_write(material_id, actor=actor)
    record("learning.material.delete", target=Target.of(material), actor=actor)
    forget_files_of(Q(pk=material.pk))
    material.delete()


@transaction.atomic
def open_material(material_id: UUID, *, actor: Actor) -> Material:
    """A learner opens a material; the first time is kept. Whoever only looks after it leaves no trace.

    Who follows a link again after having been taken out of where it leads is there again.
    """
    material = find_own_material(material_id, actor=actor)
    student = find_own_student(actor)
    if student is None:
        raise NotALearnerError(_("You have no record as a learner here."))
    opening, is_first = MaterialOpening.objects.get_or_create(
        material=material, student=student, defaults={"opened_at": clock.now()}
    )
    if opening.removed_at:
        opening.removed_at = opening.removed_by = None
        opening.save(update_fields=["removed_at", "removed_by", "updated_at"])
    if is_first:
        record(
            "learning.material.open",
            target=Target(opening._meta.label_lower, opening.pk, material.title),
            facts=[MaterialOpened(material=material.pk, student=student.pk)],
            actor=actor,
        )
    return material


def get_material_to_write(material_id: UUID, *, actor: Actor) -> Material:
    """The material, locked, for whoever writes what it belongs to."""
    actor.require(Permission.CONTENT_EDIT)
    rows = Material.objects.select_for_update(of=("self",)).select_related("module", "lesson__module")
    material = rows.filter(pk=material_id).first()
    if material is None:
        raise NotFoundError(_("There is no such material."))
    run = run_of(material)
    if run is None:
        actor.require_all(Permission.CONTENT_EDIT)
    else:
        get_run_to_fill(run, actor=actor)
    return material


def run_of(material: Material) -> UUID | None:
    """The run that a material belongs to, by whatever way; None for a course's."""
    found: UUID | None = material.schedule_id
    if material.lesson is not None:
        found = material.lesson.module.schedule_id
    elif material.module is not None:
        found = material.module.schedule_id
    return found


def _put_at_owner(material: Material, given: Mapping[str, Any], actor: Actor) -> None:
    """It belongs to exactly one thing, which the actor may write."""
    actor.require(Permission.CONTENT_EDIT)
    named = [name for name in OWNERS if given.get(name) is not None]
    if len(named) != 1:
        raise invalid_field(
            "/course_id", "one", _("Name exactly one of: course_id, schedule_id, module_id, lesson_id.")
        )
    (name,) = named
    wanted: UUID = given[name]
    run: UUID | None = wanted
    if name == "course_id":
        actor.require_all(Permission.CONTENT_EDIT)
        run = None
        known = Course.objects.filter(pk=wanted).exists()
    elif name == "module_id":
        run = Module.objects.filter(pk=wanted).values_list("schedule_id", flat=True).first()
        known = run is not None
    elif name == "lesson_id":
        run = CourseLesson.objects.filter(pk=wanted).values_list("module__schedule_id", flat=True).first()
        known = run is not None
    else:
        known = True
    if not known:
        raise invalid_field(f"/{name}", "choice", _("There is nothing of that id here."))
    if run is not None:
        get_run_to_fill(run, actor=actor, pointer=f"/{name}")
    setattr(material, name, wanted)


def _checked(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if "title" in given:
        fields["title"] = line(given, "title", LONGEST_TITLE, needed=True)
    if "description" in given:
        fields["description"] = line(given, "description", LONGEST_DESCRIPTION)
    if given.get("order") is not None:
        fields["order"] = number(given, "order", 0, MOST_ORDER)
    if given.get("is_archived") is not None:
        fields["is_archived"] = given["is_archived"]
    for name in ("visible_from", "visible_until"):
        if name in given:
            fields[name] = given[name]
    if given.get("url") is not None and kind != Kind.DOCUMENT:
        fields["url"] = check_address(kind, given["url"])
    return fields


def check_address(kind: str, given: str) -> str:
    """An address of the kind that is claimed."""
    url = secure_url(given)
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    if kind == Kind.GITHUB_REPOSITORY and (host != "github.com" or not _GITHUB.fullmatch(parts.path)):
        raise invalid_field("/url", "url", _("Give a repository as in https://github.com/owner/name."))
    if kind == Kind.DISCORD and (host not in ("discord.gg", "discord.com") or len(parts.path) < 2):
        raise invalid_field("/url", "url", _("Give an invitation as in https://discord.gg/abc123."))
    return url
