"""Files beside an assignment and beside work: five at most, one bad file refuses the whole call."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, NotFoundError, RuleError, invalid_field
from lyceum.core.files import WORK, TakenFile, delete_file, store_file, take_file
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.learning.models import Assignment, AssignmentAttachment, AttemptFile, SubmissionAttempt
from lyceum.domains.learning.models.assignments import MOST_FILES, KeptFile
from lyceum.domains.learning.rules.assignments.access import assignment_for_edit
from lyceum.domains.learning.rules.assignments.refusals import TooManyFilesError
from lyceum.domains.learning.settings import school_settings

AREA, AREA_OF_WORK = "assignments", "submissions"
K = TypeVar("K", bound=KeptFile)


@dataclass(frozen=True)
class GivenFile:
    """A file as it came in, with the name that somebody gave it."""

    content: BinaryIO
    name: str


@transaction.atomic
def attach_files(work_id: UUID, *, files: Sequence[GivenFile], actor: Actor) -> list[AssignmentAttachment]:
    """Put files beside an assignment; returns all that are there."""
    row = assignment_for_edit(work_id, actor=actor, whole=False)
    there = list(row.attachments.order_by("position"))
    taken = take_files(files, there=there)
    new = [
        AssignmentAttachment(assignment=row, position=place, **_columns(each, actor))
        for place, each in zip(_places(there), taken, strict=False)
    ]
    keep_files(AssignmentAttachment, new, taken, area=AREA)
    names = [each.name for each in new]
    record("learning.assignment.attach", target=Target.of(row), changes={"files": [None, names]}, actor=actor)
    return sorted([*there, *new], key=lambda each: each.position)


@transaction.atomic
def detach_file(work_id: UUID, attachment_id: UUID, *, actor: Actor) -> None:
    """Take a file away from beside an assignment."""
    row = assignment_for_edit(work_id, actor=actor, whole=False)
    file = row.attachments.filter(pk=attachment_id).first()
    if file is None:
        raise NotFoundError
    record("learning.assignment.detach", target=Target.of(row), changes={"files": [file.name, None]}, actor=actor)
    forget([file.stored])
    file.delete()


def add_to_draft(draft: SubmissionAttempt, files: Sequence[GivenFile], *, actor: Actor) -> list[AttemptFile]:
    """Put files beside what is not handed in yet."""
    there = list(draft.files.order_by("position"))
    taken = take_files(files, there=there)
    new = [
        AttemptFile(attempt=draft, position=place, **_columns(each, actor))
        for place, each in zip(_places(there), taken, strict=False)
    ]
    keep_files(AttemptFile, new, taken, area=AREA_OF_WORK)
    return new


def take_files(files: Sequence[GivenFile], *, there: Sequence[KeptFile]) -> list[TakenFile]:
    """Look at files that somebody gives: all of them are good, or none is taken and the bad one is named."""
    if not files:
        raise invalid_field("/files", "required", _("Choose a file."))
    left = MOST_FILES - len(there)
    if len(files) > left:
        raise _too_many(len(there), left)
    largest = school_settings().assignment_max_file_mb * 1024**2
    taken = []
    for given in files:
        try:
            taken.append(take_file(given.content, name=given.name, kinds=WORK.keys(), largest=largest))
        except RuleError as error:
            error.detail = f"{given.name[:100]}: {error.detail}"
            error.errors = (FieldError("/files", error.code, error.detail),)
            error.extra["file"] = given.name[:100]
            raise
    return taken


def _too_many(there: int, left: int) -> TooManyFilesError:
    place = ngettext("%(n)s place left", "%(n)s places left", left) % {"n": left}
    message = _("%(there)s attached, %(left)s. There may be five in all.") % {"there": there, "left": place}
    return TooManyFilesError(
        message, errors=[FieldError("/files", "too_many_files", message)], attached=there, left=left
    )


def _places(there: Sequence[KeptFile]) -> list[int]:
    used = {each.position for each in there}
    return [place for place in range(1, MOST_FILES + 1) if place not in used]


def _columns(taken: TakenFile, actor: Actor) -> dict[str, object]:
    return {
        "name": taken.name[:120],
        "kind": taken.kind,
        "size": len(taken.content),
        "digest": taken.digest,
        "added_by": actor.id,
    }


def keep_files(model: type[K], rows: Sequence[K], taken: Sequence[TakenFile], *, area: str) -> None:
    """Store files and write their rows; what was stored is taken away again where anything fails."""
    stored: list[str] = []
    try:
        for row, each in zip(rows, taken, strict=True):
            row.stored = store_file(each, area=area, row=row.pk)
            stored.append(row.stored)
        model._default_manager.bulk_create(rows)
    except BaseException:
        for name in stored:
            delete_file(name)
        raise


def forget(stored: Sequence[str]) -> None:
    """Delete from the store what no row points at, once that is certain."""
    for name in stored:
        transaction.on_commit(partial(delete_file, name))


def forget_files_of(row: Assignment) -> None:
    """The files beside an assignment that is about to be deleted."""
    forget(list(row.attachments.values_list("stored", flat=True)))
