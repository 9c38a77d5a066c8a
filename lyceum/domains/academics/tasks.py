"""Going over into the next year: the rollover as a job, and the first day by the clock. Safe to run twice."""

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
from lyceum.domains.academics.models import RolloverPlan
from lyceum.domains.academics.rules.calendar import begin_due_year
from lyceum.domains.academics.rules.rollover.applying import Enqueue, carry_out
from lyceum.domains.academics.rules.rollover.undoing import take_back
from lyceum.domains.academics.rules.rollover.watching import fail_job, note_begun, note_retry
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.tenancy.everywhere import in_every_school

MOST_ATTEMPTS = 4
_RETRY = RetryStrategy(max_attempts=MOST_ATTEMPTS, exponential_wait=3)


@app.periodic(cron="1 * * * *")
@app.task(name="academics.begin_years", queueing_lock="academics.begin_years")
def begin_years(timestamp: int) -> None:
    """Every hour: a school year that was planned is the current one from its first day on, by the school's clock."""
    del timestamp
    in_every_school(begin_due_year)


@app.task(name="academics.rollover.apply", queue=LONG, retry=_RETRY)
def apply(school_id: int, plan_id: str, user_id: str | None, name: str, language: str = "") -> None:
    """Apply a rollover."""
    with speaking(language):
        _work(school_id, UUID(plan_id), user_id, name, carry_out)


@app.task(name="academics.rollover.undo", queue=LONG, retry=_RETRY)
def undo(school_id: int, plan_id: str, user_id: str | None, name: str, language: str = "") -> None:
    """Undo a rollover."""
    with speaking(language):
        _work(school_id, UUID(plan_id), user_id, name, take_back)


def _work(school_id: int, plan_id: UUID, user_id: str | None, name: str, work: Callable[..., Any]) -> None:
    try:
        with school_scope(school_id):
            note_begun(plan_id)
        with school_scope(school_id):
            work(plan_id, actor=_actor(school_id, user_id, name))
    except RuleError as error:
        with school_scope(school_id):
            fail_job(plan_id, error.detail, code=error.code)
    except Exception as error:
        with school_scope(school_id):
            note_retry(plan_id, str(error), most=MOST_ATTEMPTS)
        raise
    finally:
        give_back_connection()


def _actor(school_id: int, user_id: str | None, name: str) -> Actor:
    """Who asked for it, with the rights of today; the operator's work is the system's, under its name."""
    user = User.objects.filter(pk=user_id).first() if user_id else None
    return actor_for_user(user, school_id, via=Via.JOB) if user else system_actor(school_id, name=name)


def enqueue(task: Any, actor: Actor) -> Enqueue:
    """Hand a plan to a task, in the transaction at hand."""

    def hand_over(plan: RolloverPlan) -> None:
        user = str(actor.user_id) if actor.user_id else None
        job = task.configure(lock=f"rollover {plan.pk}")
        job.defer(
            school_id=actor.school,
            plan_id=str(plan.pk),
            user_id=user,
            name=actor.name,
            language=get_language() or "",
        )

    return hand_over
