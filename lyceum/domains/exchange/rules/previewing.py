"""Previewing an import: every row of the file compared with the school, and kept as a plan."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.ids import new_id
from lyceum.core.schools import current_school, school_scope
from lyceum.domains.exchange.errors import ImportRunningError, MappingNeededError
from lyceum.domains.exchange.models import ImportRow, ImportRun
from lyceum.domains.exchange.plan.absent import absent_rows, count_running
from lyceum.domains.exchange.plan.planner import Choices, Planner
from lyceum.domains.exchange.plan.rows import PlannedRow, batches
from lyceum.domains.exchange.readers.formats import STUDENTS, open_source
from lyceum.domains.exchange.readers.mapping import find_faults
from lyceum.domains.exchange.rules.runs import get_run, refuse_begun
from lyceum.domains.exchange.rules.stored import opened_copy
from lyceum.domains.tenancy.queries import this_school, today

_INSERT = """
INSERT INTO exchange_importrow
  (id, school_id, run_id, position, step, kind, file, line, key, action, state, target, values, before, after, troubles)
SELECT r.id, %(school)s, %(run)s, r.position, r.step, r.kind, r.file, r.line, r.key, r.action, r.state, r.target,
  COALESCE(r.values, '{}'), COALESCE(r.before, '{}'), '', COALESCE(r.troubles, '[]')
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(id uuid, position int, step int, kind text, file text, line int,
  key text, action text, state text, target uuid, values jsonb, before jsonb, troubles jsonb)
"""
Counts = Counter[tuple[str, str]]
Progress = Callable[[int], None]


def preview_import(run_id: UUID, *, actor: Actor, progress: Progress | None = None) -> ImportRun:
    """Compare the file with the school and keep the plan. Nothing else is written, nobody is told anything."""
    with school_scope(actor.school):
        run = get_run(run_id, actor=actor, lock=True)
        refuse_begun(run)
        _refuse_unmapped(run)
        ImportRow.objects.filter(run=run).delete()
        ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.MAPPED, counts={}, found={})
    try:
        counts = _plan(run, actor, progress or _nobody_watches)
    except IntegrityError:
        raise ImportRunningError(_("This import is being previewed already. Wait a moment.")) from None
    with school_scope(actor.school):
        run.counts = as_counts(counts)
        run.found |= {"running": count_running(actor.school, run.system, today=today())}
        run.state = ImportRun.State.PREVIEWED
        run.save()
    return run


def _nobody_watches(_rows: int) -> None:
    return None


def _refuse_unmapped(run: ImportRun) -> None:
    if run.kind != STUDENTS:
        return
    headers = [header for file in run.files for header in file["headers"]]
    faults = find_faults(run.columns, headers)
    if faults:
        raise MappingNeededError(_("Say what the columns mean. %(fault)s") % {"fault": faults[0]}, headers=headers)


def _plan(run: ImportRun, actor: Actor, progress: Progress) -> Counts:
    counts: Counts = Counter()
    with opened_copy(run) as bundle:
        with school_scope(actor.school):
            source = open_source(bundle, columns=run.columns, date_order=run.date_order)
            choices = Choices(tuple(run.orgs), run.duplicates)
            planner = Planner(source, choices, school=this_school(), today=today())
            run.format = source.format
            run.found = {
                "schools": [{"id": s.id, "name": s.name, "here": s.id in planner.orgs} for s in planner.schools],
                "holds_everything": source.holds_everything,
            }
        position = _keep_all(run, actor, batches(planner.rows()), counts, 0, progress)
        if source.holds_everything:
            with school_scope(actor.school):
                absent = list(absent_rows(actor.school, run.pk, run.system, today=today()))
            _keep_all(run, actor, batches(absent), counts, position, progress)
    return counts


def _keep_all(
    run: ImportRun,
    actor: Actor,
    rows: Iterator[Sequence[PlannedRow]],
    counts: Counts,
    position: int,
    progress: Progress,
) -> int:
    """Keep the rows, each batch in a transaction of its own; returns the next position."""
    while True:
        with school_scope(actor.school):
            batch = next(rows, None)
            if batch is None:
                return position
            keep_rows(run.pk, batch, position)
        position += len(batch)
        counts.update((row.kind, row.action) for row in batch)
        progress(position)


def keep_rows(run: UUID, rows: Sequence[PlannedRow], position: int) -> None:
    """Write planned rows in one statement."""
    values: dict[str, Any] = {
        "school": current_school(),
        "run": run,
        "rows": msgspec.json.encode([_columns(row, position + n) for n, row in enumerate(rows)]).decode(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)


def _columns(row: PlannedRow, position: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "position": position,
        "step": int(row.step),
        "kind": row.kind,
        "file": row.place.file[:60],
        "line": row.place.line,
        "key": row.key[:250],
        "action": row.action,
        "state": "planned" if row.is_to_do else "",
        "target": row.target,
        "values": row.values,
        "before": row.before,
        "troubles": [list(trouble) for trouble in row.troubles] or None,
    }


def as_counts(counts: Counts) -> dict[str, dict[str, int]]:
    """Counts by kind of row and action."""
    table: dict[str, dict[str, int]] = {}
    for (kind, action), count in sorted(counts.items()):
        table.setdefault(kind, {})[action] = count
    return table
