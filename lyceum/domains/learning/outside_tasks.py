"""Asking for people to be taken out of GitHub and Discord, soon after their access ended."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from lyceum.core.actor import system_actor
from lyceum.core.schools import give_back_connection, school_scope
from lyceum.domains.learning.rules.outside import ask_to_remove


@app.task(name="learning.ask_to_remove", retry=RetryStrategy(max_attempts=3, exponential_wait=3))
def ask(school_id: int, student_id: str) -> None:
    """Tell whoever teaches a student whom to take out elsewhere. Twice tells them once."""
    with school_scope(school_id):
        ask_to_remove(UUID(student_id), actor=system_actor(school_id))
    give_back_connection()
