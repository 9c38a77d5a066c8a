"""A leaving is kept with what it ended, and can be taken back for 30 days."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, RuleError
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.academics.facts import LeavingUndone
from lyceum.domains.academics.models import ClassMembership, Leaving, Placement
from lyceum.domains.academics.rules.rollover.images import Image, bare, take_images
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.facts import EnrolmentStarted
from lyceum.domains.people.models import Enrolment
from lyceum.domains.people.rules.students import get_student_for_edit

UNDO_WITHIN = timedelta(days=30)
KINDS: tuple[type[models.Model], ...] = (Enrolment, ClassMembership, Placement)


class LeavingChangedError(RuleError):
    """What the leaving ended was changed since, or stands in the way of what is there now."""

    code = "leaving_changed"
    title = gettext_noop("Changed since")


@contextmanager
def kept_leaving(student_id: UUID, *, last_day: date, exit: str, actor: Actor) -> Iterator[None]:
    """Keep what the block changes of a student's enrolment, classes and grades."""
    made_at = clock.now()  # before anybody hears of it
    before = {kind: take_images(kind, _ids(kind, student_id)) for kind in KINDS}
    yield
    rows: list[dict[str, Any]] = []
    for kind, images in before.items():
        after = take_images(kind, images.keys())
        rows += [
            {"kind": kind._meta.label, "id": str(key), "before": image, "after": after.get(key)}
            for key, image in images.items()
            if bare(image) != bare(after.get(key))
        ]
    Leaving.objects.create(
        student_id=student_id,
        last_day=last_day,
        exit=exit,
        rows=rows,
        made_at=made_at,
        made_by_name=actor.name[:200],
    )


def _ids(kind: type[models.Model], student_id: UUID) -> list[UUID]:
    return list(kind._default_manager.filter(student=student_id).values_list("pk", flat=True))


def find_leaving(student_id: UUID) -> Leaving | None:
    """The newest leaving of a student that can still be taken back. Ask only about who was found."""
    since = clock.now() - UNDO_WITHIN
    rows = Leaving.objects.filter(student=student_id, made_at__gte=since)
    newest = rows.order_by("-made_at", "-pk").first()
    return newest if newest and newest.undone_at is None else None


@transaction.atomic
def undo_leaving(student_id: UUID, *, actor: Actor) -> Leaving:
    """Take a leaving back: enrolment, classes and grade are as they were. Refused where any of them changed since."""
    student = get_student_for_edit(student_id, actor=actor, permission=Permission.STUDENTS_ENROL)
    leaving = find_leaving(student.pk)
    if leaving is None:
        raise NotFoundError(_("No leaving of the last 30 days can be taken back."))
    changed = LeavingChangedError(_("Enrolment, class or grade were changed since: enrol the student anew."))
    for kind in KINDS:
        rows = [row for row in leaving.rows if row["kind"] == kind._meta.label]
        now = take_images(kind, [UUID(row["id"]) for row in rows])
        if any(bare(now.get(UUID(row["id"]))) != bare(row["after"]) for row in rows):
            raise changed
        try:
            with transaction.atomic():
                _write(kind, [row["before"] for row in rows])
        except IntegrityError:  # the class is full of others by now, or there is another enrolment in these days
            raise changed from None
    leaving.undone_at, leaving.undone_by_name = clock.now(), actor.name[:200]
    leaving.save(update_fields=["undone_at", "undone_by_name", "updated_at"])
    enrolments = [UUID(row["id"]) for row in leaving.rows if row["kind"] == Enrolment._meta.label]
    started = [EnrolmentStarted(student=student.pk, enrolment=enrolment) for enrolment in enrolments]
    facts = [*started, LeavingUndone(student=student.pk, made_at=leaving.made_at)]
    changes = {"last_day": [f"{leaving.last_day}", None], "exit": [leaving.exit, None]}
    record("academics.student.leave_undo", target=Target.of(student), changes=changes, facts=facts, actor=actor)
    return leaving


def _write(kind: type[models.Model], images: list[Image]) -> None:
    """Rows as they were, whether they are still there or not."""
    if not images:
        return
    meta = apps.get_model(kind._meta.label)._meta
    columns = [field.column for field in meta.local_concrete_fields if not getattr(field, "generated", False)]
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(f'r."{column}"' for column in columns)
    again = ", ".join(f'"{c}" = excluded."{c}"' for c in columns if c not in ("id", "school_id"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {meta.db_table} ({names}) "  # noqa: S608  # our own names
            f"SELECT {values} FROM jsonb_populate_recordset(NULL::{meta.db_table}, %s::jsonb) r "
            f"WHERE r.school_id = %s ON CONFLICT (school_id, id) DO UPDATE SET {again}",
            [msgspec.json.encode(images).decode(), current_school()],
        )
