"""Doing something in one school after the other, by the clock."""

from collections.abc import Callable

from lyceum.core.actor import system_actor
from lyceum.core.schools import give_back_connection, school_scope
from lyceum.domains.tenancy.queries import list_open_schools


def in_every_school(*acts: Callable[..., object]) -> None:
    """Call each act with `actor`, the system, in each open school: a transaction a school.

    What fails in one school hinders no other; it is raised, all together, once every school has had its turn.
    """
    failed: list[Exception] = []
    for school_id in list_open_schools():
        try:
            with school_scope(school_id):
                for act in acts:
                    act(actor=system_actor(school_id))
        except Exception as error:
            failed.append(error)
    give_back_connection()
    if failed:
        raise ExceptionGroup("Not every school could be served.", failed)
