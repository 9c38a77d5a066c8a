"""The long parts of imports as jobs. Each names its school, and is safe to run twice."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from lyceum.core.actor import Actor, Via, system_actor
from lyceum.core.errors import RuleError
from lyceum.core.language import speaking
from lyceum.core.queues import LONG
from lyceum.core.schools import give_back_connection, school_scope
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.exchange.models import ImportRun
from lyceum.domains.exchange.rules.applying import Applier
from lyceum.domains.exchange.rules.previewing import preview_import
from lyceum.domains.exchange.rules.retention import forget_old_imports
from lyceum.domains.exchange.rules.rollback import Undoer
from lyceum.domains.exchange.rules.watching import fail_job, finish_preview, note_preview, note_retry
from lyceum.domains.tenancy.everywhere import in_every_school

MOST_ATTEMPTS = 8
_RETRY = RetryStrategy(max_attempts=MOST_ATTEMPTS, exponential_wait=3)
Enqueue = Callable[[ImportRun], None]


@app.task(name="exchange.preview", queue=LONG, retry=_RETRY)
def preview(school_id: int, run_id: str, user_id: str | None, name: str, language: str = "") -> None:
    """Preview an import."""

    def work(actor: Actor) -> None:
        run = preview_import(UUID(run_id), actor=actor, progress=lambda rows: note_preview(run_id, rows, school_id))
        finish_preview(run, school_id)

    _run(school_id, run_id, user_id, name, language, work)


@app.task(name="exchange.apply", queue=LONG, retry=_RETRY)
def apply(school_id: int, run_id: str, user_id: str | None, name: str, language: str = "") -> None:
    """Apply an import, or go on with it."""
    _run(school_id, run_id, user_id, name, language, lambda actor: Applier(UUID(run_id), actor=actor).work())


@app.task(name="exchange.roll_back", queue=LONG, retry=_RETRY)
def roll_back(school_id: int, run_id: str, user_id: str | None, name: str, language: str = "") -> None:
    """Undo an import, or go on with it."""
    _run(school_id, run_id, user_id, name, language, lambda actor: Undoer(UUID(run_id), actor=actor).work())


@app.periodic(cron="17 3 * * *")
@app.task(name="exchange.forget_old_imports", pass_context=False)
def forget_old(timestamp: int) -> None:
    """Once a night: delete copies and rows of imports that can no longer be undone."""
    del timestamp
    in_every_school(forget_old_imports)


def _run(
    school_id: int, run_id: str, user_id: str | None, name: str, language: str, work: Callable[[Actor], Any]
) -> None:
    """Do the work, and say what is wrong with the rows in the language of whoever asked for it."""
    with speaking(language):
        _work(school_id, run_id, user_id, name, work)


def _work(school_id: int, run_id: str, user_id: str | None, name: str, work: Callable[[Actor], Any]) -> None:
    try:
        with school_scope(school_id):
            actor = _actor(school_id, user_id, name)
        work(actor)
    except RuleError as error:
        with school_scope(school_id):
            fail_job(UUID(run_id), error.detail, code=error.code, extra=error.extra)
    except Exception as error:
        with school_scope(school_id):
            note_retry(UUID(run_id), str(error), most=MOST_ATTEMPTS)
        raise
    finally:
        give_back_connection()


def _actor(school_id: int, user_id: str | None, name: str) -> Actor:
    """Who asked for it, with the rights of today; a key's work is the system's, under its name."""
    user = User.objects.filter(pk=user_id).first() if user_id else None
    return actor_for_user(user, school_id, via=Via.JOB) if user else system_actor(school_id, name=name)


def enqueue(task: Any, actor: Actor) -> Enqueue:
    """Hand a run to a task, in the transaction at hand."""

    def hand_over(run: ImportRun) -> None:
        user = str(actor.user_id) if actor.user_id else None
        job = task.configure(lock=f"import {run.pk}")
        language = get_language() or ""
        job.defer(school_id=actor.school, run_id=str(run.pk), user_id=user, name=actor.name, language=language)

    return hand_over
