"""Applying an import: planned rows in batches, each batch with its traces in one transaction.

A batch and the marks on its rows commit together, so that work that was killed goes on where it was.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import RuleError
from lyceum.core.ids import new_id
from lyceum.core.owner import OWNER
from lyceum.core.schools import current_school, school_scope
from lyceum.core.statistics import MANY, analyze
from lyceum.domains.exchange.facts import ImportApplied
from lyceum.domains.exchange.models import Crosswalk, ImportRow, ImportRun
from lyceum.domains.exchange.plan.rows import BATCH, KINDS, Step
from lyceum.domains.exchange.rules.context import Context
from lyceum.domains.exchange.rules.images import SHAPES, take_images, take_marks
from lyceum.domains.exchange.rules.steps import STEPS
from lyceum.domains.exchange.rules.watching import finish_job, note_progress
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.tenancy.queries import today

_LOG = logging.getLogger(__name__)
REMEMBERED = frozenset({"subject", "class", "staff", "student", "adult", "teacher", "member"})
"""Kinds of rows that are found again by their foreign id."""
_REMEMBER = """
INSERT INTO exchange_crosswalk (id, school_id, system, kind, foreign_id, own_id, run_id)
SELECT r.id, %(school)s, %(system)s, %(kind)s, r.foreign_id, r.own_id, %(run)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(id uuid, foreign_id text, own_id uuid)
ON CONFLICT (school_id, system, kind, foreign_id) DO UPDATE SET own_id = EXCLUDED.own_id, run_id = EXCLUDED.run_id
"""
_MARK = """
UPDATE exchange_importrow i SET state = 'applied', target = r.target, after = COALESCE(r.after, ''), image = r.image
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(id uuid, target uuid, after text, image jsonb)
WHERE i.school_id = %(school)s AND i.id = r.id
"""
# Where the last batch ended is remembered: rows that are done need not be passed over again and again.
_NEXT = """
SELECT id, school_id, step, key, action, target, values, before, file, line FROM exchange_importrow
WHERE school_id = %s AND run_id = %s AND (step, key) >= (%s, %s) AND state = 'planned' ORDER BY step, key LIMIT %s
"""


@dataclass(frozen=True)
class Refused:
    """A row that a rule refused."""

    row: ImportRow
    error: RuleError


class Applier:
    """Applies one run until it is done, cancelled or refused."""

    def __init__(self, run_id: UUID, *, actor: Actor) -> None:
        self._run_id = run_id
        self._actor = actor
        self._context: Context | None = None
        self._reached = (0, "")
        self._to_count_at = MANY
        self._applied = 0

    def work(self) -> ImportRun:
        """Apply batch after batch; returns the run as it is in the end."""
        while self._one_batch():
            if self._applied >= self._to_count_at:
                self._count_rows()
        with school_scope(self._actor.school):
            run = ImportRun.objects.select_related("job").get(pk=self._run_id)
        if self._applied >= MANY:
            self._count_rows()
        return run

    def _count_rows(self) -> None:
        """Have the database know what was brought in: again after three times as much, and in the end."""
        try:
            analyze("people_", "academics_", "exchange_")
        except DatabaseError as error:  # what was brought in stays, and the database counts by itself in time
            _LOG.warning("What was imported could not be counted: %s", error)
        finally:
            connections[OWNER].close()
        self._to_count_at = 4 * self._applied

    def _one_batch(self) -> bool:
        """Apply one batch in its own transaction; whether there is more to do."""
        with school_scope(self._actor.school):
            run = ImportRun.objects.select_for_update(of=("self",)).select_related("job").get(pk=self._run_id)
            if run.state != ImportRun.State.APPLYING:
                return False
            if run.job and run.job.cancel_asked:
                _close(run, ImportRun.State.CANCELLED, _("Cancelled; what was brought in until then stays."))
                return False
            rows = _next_rows(run, self._reached)
            if not rows:
                _complete(run, self._actor)
                return False
            context = self._context = self._context or Context(run, self._actor, today=today())
            refused = _apply_rows(rows, context)
            self._reached = (rows[-1].step, rows[-1].key)
            if refused and not run.only_correct:
                first = refused[0]
                _close(run, ImportRun.State.FAILED, _failed_at(first))
                return False
            note_progress(run, len(rows))
            self._applied += sum(row.action != "skip" for row in rows)
            return True


def _failed_at(first: Refused) -> str:
    where = {"file": first.row.file, "line": first.row.line, "why": first.error.detail}
    return _("%(file)s line %(line)s: %(why)s") % where


def _next_rows(run: ImportRun, after: tuple[int, str]) -> list[ImportRow]:
    rows = list(ImportRow.objects.raw(_NEXT, [current_school(), run.pk, *after, BATCH]))
    return [row for row in rows if row.step == rows[0].step]


def _apply_rows(rows: Sequence[ImportRow], context: Context) -> list[Refused]:
    """Apply rows of one step together; where a rule refuses, find the rows it is about by halving."""
    try:
        with transaction.atomic():
            _apply(rows, context)
    except (RuleError, IntegrityError) as error:
        if len(rows) == 1:
            refusal = error if isinstance(error, RuleError) else _in_words(error)
            _mark_refused(rows[0], refusal)
            return [Refused(rows[0], refusal)]
        half = len(rows) // 2
        return [*_apply_rows(rows[:half], context), *_apply_rows(rows[half:], context)]
    return []


def _in_words(error: IntegrityError) -> RuleError:
    cause = getattr(error.__cause__, "diag", None)
    name = getattr(cause, "constraint_name", None) or _("a rule of the database")
    return RuleError(
        _("This would break %(name)s: something changed since the preview. Preview the file again.") % {"name": name}
    )


def _mark_refused(row: ImportRow, error: RuleError) -> None:
    troubles = [["", error.code, error.detail, False]]
    ImportRow.objects.filter(pk=row.pk).update(
        action=ImportRow.Action.ERROR, state=ImportRow.State.NOTHING, troubles=troubles
    )


def _apply(rows: Sequence[ImportRow], context: Context) -> None:
    step = Step(rows[0].step)
    rows = _without_made(step, rows, context)
    known = [row.target for row in rows if row.target and row.action in ("update", "end")]
    images = take_images(step, known) if known and step in SHAPES else {}
    targets = STEPS[step](rows, context) if any(row.action != "skip" for row in rows) else [row.target for row in rows]
    if KINDS[step] in REMEMBERED:
        _remember(step, rows, targets, context)
    changed = [target for row, target in zip(rows, targets, strict=True) if target and row.action != "skip"]
    marks = take_marks(step, changed) if changed and step in SHAPES else {}
    marked: list[dict[str, Any]] = [
        {
            "id": row.pk,
            "target": target,
            "after": marks.get(target) if target else None,
            "image": images.get(row.target) if row.target else None,
        }
        for row, target in zip(rows, targets, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"school": current_school(), "rows": _json(marked)})


def _without_made(step: Step, rows: Sequence[ImportRow], context: Context) -> Sequence[ImportRow]:
    """Rows that another import has made since the preview are not made again."""
    if step not in (Step.STUDENT, Step.STAFF, Step.CLASS, Step.ADULT):
        return rows
    made = context.own_ids(KINDS[step], [row.key for row in rows if row.action == "create"])
    for row in rows:
        if row.action == "create" and row.key in made:
            row.action, row.target = "skip", made[row.key]
    return rows


def _remember(step: Step, rows: Sequence[ImportRow], targets: Sequence[UUID | None], context: Context) -> None:
    pairs = [
        {"id": new_id(), "foreign_id": row.key, "own_id": target}
        for row, target in zip(rows, targets, strict=True)
        if target and step not in (Step.MEMBER_END, Step.TEACHER_END, Step.STUDENT_END, Step.CLASS_END)
    ]
    values: dict[str, Any] = {
        "school": current_school(),
        "system": context.run.system,
        "kind": KINDS[step],
        "run": context.run.pk,
        "rows": _json(pairs),
    }
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, values)


def _json(rows: list[dict[str, Any]]) -> str:
    return msgspec.json.encode(rows).decode()


def _complete(run: ImportRun, actor: Actor) -> None:
    run.applied_at = clock.now()
    _close(run, ImportRun.State.APPLIED, "")
    fact = ImportApplied(run=run.pk, kind=run.kind, counts=run.counts)
    record("exchange.import.apply", target=Target.of(run), facts=[fact], actor=actor)


def _close(run: ImportRun, state: str, trouble: str) -> None:
    run.state, run.trouble = state, trouble[:500]
    run.save(update_fields=["state", "trouble", "applied_at", "updated_at"])
    finish_job(run)


def forget_crosswalk(run: ImportRun, kind: str, own_ids: Sequence[UUID]) -> None:
    """Forget under which ids rows are known that this import brought in."""
    Crosswalk.objects.filter(run=run, kind=kind, own_id__in=list(own_ids)).delete()
