"""Runs of the engine as jobs. A run whose worker was lost goes on from its best."""

from time import monotonic
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lyceum.core.actor import Actor, Via, system_actor
from lyceum.core.errors import RuleError
from lyceum.core.language import speaking
from lyceum.core.queues import LONG
from lyceum.core.schools import give_back_connection, school_scope
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.tenancy.everywhere import in_every_school
from lyceum.domains.timetable.engine import Engine, Line
from lyceum.domains.timetable.models import Run
from lyceum.domains.timetable.rules.covers import finish_covers
from lyceum.domains.timetable.rules.running import Work, ask_whether_to_stop, claim_run, finish_run, note_progress
from lyceum.domains.timetable.rules.runs import Enqueue
from lyceum.solver.solution import Progress, Result, Timetable

SAVED_EVERY = 1.0
"""Seconds between two looks at whether to stop, and between two saves of a best."""
STOPS_WITHIN = 3.0
"""Seconds that the engine has for its best once it is asked to stop; what was saved of it is there in any case."""
OVERTIME = 60.0
"""Seconds beyond its limit after which an engine that says nothing is given up."""
STARTS_WITHIN = 600.0
"""Seconds until its first word: on a new machine the engine compiles itself first."""


@app.task(name="timetable.run", queue=LONG, lock="timetable.run")
def run_engine(school_id: int, run_id: str, user_id: str | None, name: str, language: str = "") -> None:
    """Do a run. Safe to start twice: what is over stays over."""
    with speaking(language):
        try:
            with school_scope(school_id):
                actor = _actor(school_id, user_id, name)
                try:
                    work = claim_run(UUID(run_id))
                except RuleError as error:
                    Run.objects.filter(pk=run_id).update(state=Run.State.FAILED, log=error.detail)
                    return
            if work:
                _follow(work, school_id, actor)
        finally:
            give_back_connection()


def _actor(school_id: int, user_id: str | None, name: str) -> Actor:
    """Who asked for it, with the rights of today."""
    user = User.objects.filter(pk=user_id).first() if user_id else None
    return actor_for_user(user, school_id, via=Via.JOB) if user else system_actor(school_id, name=name)


def _follow(work: Work, school_id: int, actor: Actor) -> None:
    """Hear the engine out, save its best as it goes, and stop it where somebody wants that."""
    result: Result | None = None
    reasons: dict[str, Any] = {}
    words = ""
    best: Timetable | None = None
    progress: Progress | None = None
    saved_at = monotonic()
    gives_up_at = saved_at + STARTS_WITHIN
    heard = stopping = False
    with Engine(work.task) as engine:
        while result is None and monotonic() < gives_up_at:
            try:
                line = engine.next(seconds=SAVED_EVERY / 2) or Line()
            except EOFError:
                words = words or _("The engine ended without a result.")
                break
            if not heard and line.progress:
                heard = True
                gives_up_at = gives_up_at if stopping else monotonic() + work.task.seconds + OVERTIME
            result, words, reasons = line.result, line.error or words, line.reasons or reasons
            if line.progress:
                progress = line.progress
                best = best if progress.best is None else progress.best
            if result is None and monotonic() - saved_at >= SAVED_EVERY:
                saved_at = monotonic()
                if _save(work, progress, best, school_id, actor) and not stopping:
                    engine.stop()
                    stopping, gives_up_at = True, monotonic() + STOPS_WITHIN
                best, progress = None, None
    with school_scope(school_id):
        if result is None and progress is not None:
            note_progress(work, progress, best=best, actor=actor)
        finish_run(work, result, reasons, words=words, actor=actor)


def _save(work: Work, progress: Progress | None, best: Timetable | None, school_id: int, actor: Actor) -> bool:
    with school_scope(school_id):
        if progress is None:
            return ask_whether_to_stop(work)
        return note_progress(work, progress, best=best, actor=actor)


def work_here(run: Run, actor: Actor) -> None:
    """Do a run at once, where nobody else waits for the answer: for commands."""
    work = claim_run(run.pk)
    if work:
        _follow(work, actor.school, actor)


def enqueue(actor: Actor) -> Enqueue:
    """Hand a run to a worker, in the transaction at hand."""

    def hand_over(run: Run) -> None:
        values: dict[str, Any] = {
            "school_id": actor.school,
            "run_id": str(run.pk),
            "user_id": str(actor.user_id) if actor.user_id else None,
            "name": actor.name,
            "language": get_language() or "",
        }
        run_engine.configure(lock=f"timetable.run {run.version_id}").defer(**values)

    return hand_over


@app.periodic(cron="17 * * * *")
@app.task(name="timetable.finish_covers", queueing_lock="timetable.finish_covers", pass_context=False)
def finish_covers_of_past_days(timestamp: int) -> None:
    """Every hour, so soon after each school's midnight: the covers of days that are over are done."""
    del timestamp
    in_every_school(_finish_covers)


def _finish_covers(*, actor: Actor) -> None:
    del actor
    finish_covers()
