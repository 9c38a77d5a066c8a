"""The rows that a rollover makes or changes: kept as they were and as they were left, and put back from there.

An image is exact: every column. Undoing writes images back past the rules, because a rule could only make something
like them; it happens only to rows that look exactly as the rollover left them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from lyceum.core.schools import current_school
from lyceum.domains.academics.models import RolloverChange, RolloverPlan

Image = dict[str, Any]


def take_images(model: type[models.Model], ids: Collection[UUID]) -> dict[UUID, Image]:
    """Rows as they are now, by id, in one statement."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, to_jsonb(t)::text FROM {table} t WHERE school_id = %s AND id = ANY(%s)",  # noqa: S608  # our own names
            [current_school(), list(ids)],
        )
        return {key: msgspec.json.decode(text) for key, text in cursor.fetchall()}


class Notes:
    """What a rollover does to rows, noted as it goes."""

    def __init__(self, plan: RolloverPlan) -> None:
        self._plan = plan
        self._before: dict[type[models.Model], dict[UUID, Image | None]] = {}

    def made(self, model: type[models.Model], rows: Iterable[models.Model]) -> None:
        """Rows that are new."""
        self._before.setdefault(model, {}).update((row.pk, None) for row in rows)

    def changing(self, model: type[models.Model], ids: Collection[UUID]) -> None:
        """Rows that are about to change; one that is noted already keeps its first image."""
        known = self._before.setdefault(model, {})
        new = set(ids) - known.keys()
        if new:
            known.update(take_images(model, new))

    def write(self) -> None:
        """Write down every row as it was and as it is left. What an earlier run noted stays as it noted it."""
        changes = []
        for model, before in self._before.items():
            after = take_images(model, before.keys())
            changes += [
                RolloverChange(plan=self._plan, kind=model._meta.label, row=key, before=image, after=after[key])
                for key, image in before.items()
            ]
        RolloverChange.objects.bulk_create(changes, ignore_conflicts=True)


def edited_since(changes: Sequence[RolloverChange]) -> set[UUID]:
    """Those of the changes, all of one kind, whose rows no longer look as they were left."""
    if not changes:
        return set()
    now = take_images(model_of(changes[0]), [change.row for change in changes])
    return {change.pk for change in changes if bare(now.get(change.row)) != bare(change.after)}


def model_of(change: RolloverChange) -> type[models.Model]:
    """The model of the row that a change is about."""
    return apps.get_model(change.kind)


def bare(image: Mapping[str, Any] | None) -> Image | None:
    """All but the time of the last change."""
    return None if image is None else {name: value for name, value in image.items() if name != "updated_at"}


def put_back(changes: Sequence[RolloverChange]) -> list[RolloverChange]:
    """Make rows of one kind what they were. Returns those that others hold or stand in the way of.

    Where the database refuses, those that it is about are found by halving.
    """
    if not changes:
        return []
    try:
        with transaction.atomic():
            _delete([change for change in changes if change.before is None])
            _write([change for change in changes if change.before is not None])
    except IntegrityError:
        if len(changes) == 1:
            return list(changes)
        half = len(changes) // 2
        return [*put_back(changes[:half]), *put_back(changes[half:])]
    return []


def _delete(changes: Sequence[RolloverChange]) -> None:
    if changes:
        table = model_of(changes[0])._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {table} WHERE school_id = %s AND id = ANY(%s)",  # noqa: S608  # our own names
                [current_school(), [change.row for change in changes]],
            )


def _write(changes: Sequence[RolloverChange]) -> None:
    if not changes:
        return
    meta = model_of(changes[0])._meta
    columns = [field.column for field in meta.local_concrete_fields if field.column not in ("id", "school_id")]
    values = ", ".join(f'"{column}" = r."{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {meta.db_table} t SET {values} "  # noqa: S608  # our own names
            f"FROM jsonb_populate_recordset(NULL::{meta.db_table}, %s::jsonb) r WHERE t.school_id = %s AND t.id = r.id",
            [msgspec.json.encode([change.before for change in changes]).decode(), current_school()],
        )
