"""Doing something in one school after the other, by the clock."""

from collections.abc import Callable

from lyceum.core.actor import system_actor
from lyceum.core.schools import serve_each
from lyceum.domains.tenancy.queries import list_open_schools


def in_every_school(*acts: Callable[..., object]) -> None:
    """Call each act with `actor`, the system, in each open school: a transaction a school, and none hinders another."""

    def act_in(school_id: int) -> None:
        for act in acts:
            act(actor=system_actor(school_id))

    serve_each(list_open_schools(), act_in)
