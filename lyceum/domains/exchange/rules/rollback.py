"""Undoing an import: what it made goes, what it changed is put back; what was touched since is kept and listed."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school, school_scope
from lyceum.domains.exchange.errors import AlreadyAppliedError, ImportRunningError, NothingToRollBackError
from lyceum.domains.exchange.facts import ImportRolledBack
from lyceum.domains.exchange.models import ImportRow, ImportRun
from lyceum.domains.exchange.plan.rows import BATCH, KINDS, Step
from lyceum.domains.exchange.rules.applying import forget_crosswalk
from lyceum.domains.exchange.rules.held import held_by
from lyceum.domains.exchange.rules.images import Image, put_back, take_images, take_marks
from lyceum.domains.exchange.rules.runs import get_run
from lyceum.domains.exchange.rules.steps import NEEDED
from lyceum.domains.exchange.rules.watching import ROLL_BACK, finish_job, has_died, note_progress, open_job, stop_job
from lyceum.domains.journal.models import Job
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.tenancy.queries import this_school
from lyceum.domains.tenancy.rules import edit_school

WITHIN = timedelta(days=30)
WAITING = frozenset({Job.State.QUEUED, Job.State.RUNNING})
_BEYOND = 100
"""More than any step."""
_NEXT = """
SELECT id, school_id, step, key, action, target, before, image, after, troubles FROM exchange_importrow
WHERE school_id = %s AND run_id = %s AND (step, key) <= (%s, %s) AND state = 'applied'
ORDER BY step DESC, key DESC LIMIT %s
"""
_UNDOABLE = (ImportRun.State.APPLIED, ImportRun.State.FAILED, ImportRun.State.CANCELLED)


def start_rollback(run_id: UUID, *, actor: Actor, enqueue: Callable[[ImportRun], None] | None = None) -> ImportRun:
    """Begin to undo an import. `enqueue` hands the work to a job; without it the caller does the work."""
    with school_scope(actor.school), transaction.atomic():
        run = get_run(run_id, actor=actor, lock=True)
        for kind in run.counts.keys() & NEEDED.keys():
            actor.require_all(NEEDED[kind])
        _refuse_state(run)
        rows = ImportRow.objects.filter(run=run, state=ImportRow.State.APPLIED).count()
        if not rows:
            raise NothingToRollBackError(_("This import changed nothing that could be undone."))
        open_job(run, ROLL_BACK, rows=rows, actor=actor)
        run.save(update_fields=["job", "updated_at"])
        record("exchange.import.begin_roll_back", target=Target.of(run), actor=actor)
        if enqueue:
            enqueue(run)
    return run


def _refuse_state(run: ImportRun) -> None:
    if run.state == ImportRun.State.APPLYING:
        raise ImportRunningError(_("This import is being applied. Cancel it first."))
    if run.state in (ImportRun.State.ROLLED_BACK, ImportRun.State.PARTLY_ROLLED_BACK):
        raise AlreadyAppliedError(_("This import has been rolled back already."))
    if run.state not in _UNDOABLE:
        raise NothingToRollBackError(_("This import was not applied."))
    since = run.applied_at or run.updated_at
    if clock.now() - since > WITHIN:
        raise NothingToRollBackError(
            _("An import can be undone for %(days)s days; this one is older.") % {"days": WITHIN.days}
        )
    if run.job and run.job.kind == ROLL_BACK and run.job.state in WAITING and not has_died(run.job):
        raise ImportRunningError(_("This import is being rolled back already."))


class Undoer:
    """Undoes one run, last things first."""

    def __init__(self, run_id: UUID, *, actor: Actor) -> None:
        self._run_id = run_id
        self._actor = actor
        self._reached = (_BEYOND, "")

    def work(self) -> ImportRun:
        """Undo batch after batch; returns the run as it is in the end."""
        while self._one_batch():
            pass
        with school_scope(self._actor.school):
            return ImportRun.objects.select_related("job").get(pk=self._run_id)

    def _one_batch(self) -> bool:
        with school_scope(self._actor.school):
            run = ImportRun.objects.select_for_update(of=("self",)).select_related("job").get(pk=self._run_id)
            if run.state not in _UNDOABLE:
                return False
            if run.job and run.job.cancel_asked:
                stop_job(run, _("Stopped; what was undone until then stays undone, and it can be gone on with."))
                return False
            rows = list(ImportRow.objects.raw(_NEXT, [current_school(), run.pk, *self._reached, BATCH]))
            if not rows:
                self._complete(run)
                return False
            last = [row for row in rows if row.step == rows[0].step]
            self._undo(Step(last[0].step), last, run)
            self._reached = (last[-1].step, last[-1].key)
            note_progress(run, len(last))
            return True

    def _undo(self, step: Step, rows: Sequence[ImportRow], run: ImportRun) -> None:
        if step is Step.SCHOOL:
            self._undo_school(rows, run)
            return
        changed = [row for row in rows if row.action != ImportRow.Action.SKIP and row.target]
        _settle([row for row in rows if row not in changed], ImportRow.State.UNDONE)
        targets = [row.target for row in changed if row.target]
        if targets:
            present, marks = take_images(step, targets), take_marks(step, targets)
            untouched = [row for row in changed if row.target and marks.get(row.target, "") == row.after]
            _keep([row for row in changed if row not in untouched], "edited_since", _("Somebody changed it since."))
            self._undo_untouched(step, untouched, present)
        known = [row.target for row in rows if row.target]
        forget_crosswalk(run, KINDS[step], known)

    def _undo_untouched(self, step: Step, rows: Sequence[ImportRow], present: dict[UUID, Image]) -> None:
        made = {row.target: present[row.target] for row in rows if row.image is None and row.target in present}
        held = held_by(step, {key: image for key, image in made.items() if key}) if made else {}
        for row in rows:
            if row.target in held:
                _keep([row], "held", _("It is held by %(held)s.") % {"held": held[row.target]})
        free = [row for row in rows if row.target not in held]
        self._put_back(step, free, present)

    def _put_back(self, step: Step, rows: Sequence[ImportRow], present: dict[UUID, Image]) -> None:
        """Put rows back together; where the database refuses, find those it is about by halving."""
        if not rows:
            return
        keys = [row.target for row in rows if row.target]
        try:
            with transaction.atomic():
                put_back(
                    step,
                    {key: present[key] for key in keys if key in present},
                    {row.target: row.image or {} for row in rows if row.target},
                )
        except IntegrityError:
            if len(rows) == 1:
                _keep(rows, "held", _("Other rows refer to it, or stand where it stood."))
                return
            half = len(rows) // 2
            self._put_back(step, rows[:half], present)
            self._put_back(step, rows[half:], present)
        else:
            _settle(rows, ImportRow.State.UNDONE)

    def _undo_school(self, rows: Sequence[ImportRow], run: ImportRun) -> None:
        for row in ImportRow.objects.filter(pk__in=[row.pk for row in rows]):
            ids = dict(this_school().official_ids)
            if self._actor.reaches_all(Permission.SCHOOL_EDIT) and ids.get(run.system) == row.key:
                ids.pop(run.system)
                known = row.before.get(f"official_ids.{run.system}")
                edit_school(values={"official_ids": ids | ({run.system: known} if known else {})}, actor=self._actor)
        _settle(rows, ImportRow.State.UNDONE)

    def _complete(self, run: ImportRun) -> None:
        states = ImportRow.objects.filter(run=run, state__in=("undone", "kept")).values_list("state", flat=True)
        kept = sum(state == ImportRow.State.KEPT for state in states)
        run.state = ImportRun.State.PARTLY_ROLLED_BACK if kept else ImportRun.State.ROLLED_BACK
        run.trouble = _("%(kept)s rows were kept.") % {"kept": f"{kept:,}"} if kept else ""
        run.save(update_fields=["state", "trouble", "updated_at"])
        finish_job(run)
        fact = ImportRolledBack(run=run.pk, undone=len(states) - kept, kept=kept)
        record("exchange.import.roll_back", target=Target.of(run), facts=[fact], actor=self._actor)


def _settle(rows: Sequence[ImportRow], state: str) -> None:
    if rows:
        ImportRow.objects.filter(pk__in=[row.pk for row in rows]).update(state=state)


def _keep(rows: Sequence[ImportRow], code: str, words: str) -> None:
    for row in rows:
        row.troubles = [*row.troubles, ["", code, words, True]]
        row.state = ImportRow.State.KEPT
    if rows:
        ImportRow.objects.bulk_update(rows, ["troubles", "state"])
