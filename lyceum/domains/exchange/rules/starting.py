"""The decision to apply an import: the last look, and the job that does it."""

from collections.abc import Callable
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lyceum.core.actor import Actor, ActorKind
from lyceum.core.errors import NotAllowedError
from lyceum.core.schools import school_scope
from lyceum.domains.exchange.errors import (
    AlreadyAppliedError,
    ImportHasErrorsError,
    ImportRunningError,
    NotPreviewedError,
    TooManyRemovalsError,
)
from lyceum.domains.exchange.models import ImportRun
from lyceum.domains.exchange.rules.runs import get_run
from lyceum.domains.exchange.rules.steps import NEEDED
from lyceum.domains.exchange.rules.watching import APPLY, count_planned, has_died, open_job
from lyceum.domains.journal.rules import Target, record

LARGEST_SHARE_REMOVED = 0.10
APPLY_SCOPE = "imports:apply"
Enqueue = Callable[[ImportRun], None]


def count_errors(run: ImportRun) -> int:
    """How many rows of the preview are wrong."""
    return sum(actions.get("error", 0) for actions in run.counts.values())


def count_removals(run: ImportRun) -> int:
    """How many rows that were brought in before would end."""
    return sum(actions.get("end", 0) for actions in run.counts.values())


def is_over_limit(run: ImportRun) -> bool:
    """Whether more than a tenth of the students, teachers or memberships brought in before would end."""
    running = run.found.get("running", {})
    return any(
        run.counts.get(kind, {}).get("end", 0) > LARGEST_SHARE_REMOVED * count
        for kind, count in running.items()
        if count
    )


def apply_import(
    run_id: UUID, *, only_correct: bool = False, allow_removals: int = 0, actor: Actor, enqueue: Enqueue | None = None
) -> ImportRun:
    """Begin to apply an import that was previewed, or take one up that failed, was cancelled or died.

    `enqueue` hands the work to a job in this transaction; without it the caller does the work.
    """
    try:
        with school_scope(actor.school), transaction.atomic():
            run = get_run(run_id, actor=actor, lock=True)
            _refuse_key_without_scope(actor)
            _refuse_state(run)
            for kind in run.counts.keys() & NEEDED.keys():
                actor.require_all(NEEDED[kind])
            _refuse_errors(run, only_correct)
            _refuse_removals(run, allow_removals)
            run.only_correct, run.allow_removals = only_correct, allow_removals
            run.state, run.trouble = ImportRun.State.APPLYING, ""
            open_job(run, APPLY, rows=count_planned(run), actor=actor)
            run.save()
            record("exchange.import.begin", target=Target.of(run), actor=actor)
            if enqueue:
                enqueue(run)
    except IntegrityError as error:
        if "one_import_of_a_kind_at_work" not in str(error):
            raise
        raise ImportRunningError(
            _("Another import of this kind is at work in this school. Wait for it to end.")
        ) from None
    return run


def _refuse_key_without_scope(actor: Actor) -> None:
    if actor.kind is ActorKind.KEY and APPLY_SCOPE not in actor.scopes:
        raise NotAllowedError(
            _("This key may preview imports, not apply them: it lacks the scope %(apply_scope)s.")
            % {"apply_scope": APPLY_SCOPE}
        )


def _refuse_state(run: ImportRun) -> None:
    if run.state in (ImportRun.State.UPLOADED, ImportRun.State.MAPPED):
        raise NotPreviewedError(_("Look at the preview first; then apply it."))
    if run.state == ImportRun.State.APPLYING and not has_died(run.job):
        raise ImportRunningError(_("This import is being applied. Wait for it, or cancel it."))
    if run.state in (ImportRun.State.APPLIED, ImportRun.State.ROLLED_BACK, ImportRun.State.PARTLY_ROLLED_BACK):
        if run.applied_at is None:
            raise AlreadyAppliedError(_("This import was applied. Bring the file in again to compare it anew."))
        raise AlreadyAppliedError(
            _("This import was applied on %(day)s. Bring the file in again to compare it anew.")
            % {"day": f"{run.applied_at:%Y-%m-%d}"}
        )


def _refuse_errors(run: ImportRun, only_correct: bool) -> None:
    errors = count_errors(run)
    if errors and not only_correct:
        raise ImportHasErrorsError(
            ngettext(
                "%(errors)s row is wrong. Correct the file and bring it in again, or choose to bring in "
                "the right rows alone.",
                "%(errors)s rows are wrong. Correct the file and bring it in again, or choose to bring in "
                "the right rows alone.",
                errors,
            )
            % {"errors": f"{errors:,}"},
            wrong_rows=errors,
        )


def _refuse_removals(run: ImportRun, allowed: int) -> None:
    removals = count_removals(run)
    if is_over_limit(run) and allowed < removals:
        raise TooManyRemovalsError(
            ngettext(
                "%(rows)s row that was brought in before would end, more than one in ten. If that is "
                "meant, allow %(removals)s removal.",
                "%(rows)s rows that were brought in before would end, more than one in ten. If that is "
                "meant, allow %(removals)s removals.",
                removals,
            )
            % {"rows": f"{removals:,}", "removals": removals},
            removals=removals,
            running=run.found.get("running", {}),
        )
