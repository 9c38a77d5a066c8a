"""Who is at the other end of a socket: found anew, with present rights, for every piece of work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from django.db import connections, transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor, ActorKind
from lyceum.core.aftermath import aftermath
from lyceum.core.errors import NotAllowedError, UnauthorizedError
from lyceum.core.language import speak, speaking
from lyceum.core.permissions import Role
from lyceum.core.room import RoomyThreads
from lyceum.core.schools import entered
from lyceum.domains.accounts.queries import Caller, Circumstances, find_caller_by_session
from lyceum.domains.accounts.rules.callers import find_caller_by_cookie, find_caller_by_token
from lyceum.domains.accounts.rules.keys import PREFIX, find_caller_by_named_key
from lyceum.domains.accounts.rules.tokens import NamedKey, read_access_token
from lyceum.domains.tenancy.closing import SHUT, closed_to

T = TypeVar("T")
THREADS = 4
SCOPE = "events:read"
_threads = RoomyThreads(THREADS, thread_name_prefix="socket")


class ScopeNeededError(NotAllowedError):
    """The API key lacks the scope for sockets."""

    code = "scope_needed"


@dataclass(frozen=True)
class Ticket:
    """What somebody showed when they came in, in the form in which it is looked at again."""

    find: Callable[[Circumstances], Caller | None]


def ticket_of_cookie(secret: str) -> Ticket:
    """A browser's session cookie."""
    return Ticket(partial(find_caller_by_cookie, secret))


def ticket_of_token(token: str) -> Ticket:
    """An access token or an API key. A session outlives its access tokens, so it is the session that is kept."""
    if token.startswith(PREFIX):
        return Ticket(partial(find_caller_by_token, token))
    named = read_access_token(token)
    if isinstance(named, NamedKey):
        return Ticket(partial(find_caller_by_named_key, named.public_id))
    return Ticket(partial(find_caller_by_session, named))


def do_as(ticket: Ticket, circumstances: Circumstances, work: Callable[[Actor], T]) -> T:
    """Do some work as whoever holds the ticket, in their school and in a transaction of its own."""
    try:
        with speaking(circumstances.language), aftermath(), transaction.atomic():
            caller = ticket.find(circumstances)
            if caller is None:
                raise UnauthorizedError
            speak(caller.actor.locale, circumstances.language, *caller.locales)
            with _admitted(caller):
                return work(caller.actor)
    finally:
        connections.close_all()


def _admitted(caller: Caller) -> AbstractContextManager[None]:
    """The caller's school, where the caller may follow what happens there."""
    actor = caller.actor
    if actor.kind is ActorKind.KEY and SCOPE not in actor.scopes:
        raise ScopeNeededError(_("The key needs the scope %(scope)s.") % {"scope": SCOPE})
    if caller.school_status in SHUT and Role.SCHOOL_ADMIN not in actor.roles:
        raise closed_to(caller.school_name)
    return entered(actor.school)


def read_ticket(token: str) -> Ticket:
    """The ticket of a token, in a thread of its own: reading one may ask the database."""
    try:
        with transaction.atomic():
            return ticket_of_token(token)
    finally:
        connections.close_all()


async def in_thread(work: Callable[[], T]) -> T:
    """Run work that waits for the database beside the event loop."""
    return await asyncio.get_running_loop().run_in_executor(_threads, work)
