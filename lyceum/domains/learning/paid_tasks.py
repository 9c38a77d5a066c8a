"""Confirming places soon after they are paid."""

from collections.abc import Sequence
from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from lyceum.core.actor import system_actor
from lyceum.core.schools import give_back_connection, school_scope
from lyceum.domains.learning.rules.paid import confirm_place


@app.task(name="learning.confirm_paid", retry=RetryStrategy(max_attempts=3, exponential_wait=3))
def confirm(school_id: int, enrolments: Sequence[str]) -> None:
    """Confirm places that are paid. Twice confirms them once."""
    with school_scope(school_id):
        for each in enrolments:
            confirm_place(UUID(each), actor=system_actor(school_id))
    give_back_connection()
