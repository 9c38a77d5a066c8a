"""Clients for tests: a browser, software with a token or a key; all over TLS, as the cookies demand."""

from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler
from django.test.utils import CaptureQueriesContext

from lyceum.core import clock
from lyceum.core.actor import Via
from lyceum.core.schools import leave_school
from lyceum.domains.accounts.cookies import COOKIE
from lyceum.domains.accounts.models import SignInSession, User
from lyceum.domains.accounts.rules.keys import create_key
from lyceum.domains.accounts.rules.secrets import hash_secret, new_secret
from lyceum.domains.accounts.rules.sessions import Opened
from lyceum.domains.accounts.rules.tokens import issue_pair
from lyceum.domains.tenancy.models import School
from lyceum.testing.beginnings import remembered
from lyceum.testing.factories import as_actor, in_school, make_admin


@lru_cache(maxsize=2)
def _handler(enforce_csrf_checks: bool) -> ClientHandler:
    handler = ClientHandler(enforce_csrf_checks)
    handler.load_middleware()
    return handler


class Caller(Client):
    """Django's test client over TLS. Each of its requests starts in no school, as in life."""

    def __init__(self, enforce_csrf_checks: bool = False, **options: Any) -> None:
        super().__init__(enforce_csrf_checks, **options)
        # One chain of middleware for all: making it reads every static file, for each client anew.
        self.handler = _handler(enforce_csrf_checks)

    def demand_proof(self) -> None:
        """From now on a write needs the token against forged forms, as it does from a browser."""
        self.handler = _handler(True)

    def generic(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["secure"] = True
        return super().generic(*args, **kwargs)

    def request(self, **request: Any) -> Any:
        if connection.in_atomic_block:  # the test's own transaction remembers the school of the last request
            leave_school()
        return super().request(**request)

    def send(self, path: str, body: Any = None, *, method: str = "post", key: str = "", **headers: str) -> HttpResponse:
        """Send JSON, with an Idempotency-Key where one is given."""
        if key:
            headers["Idempotency-Key"] = key
        answer: HttpResponse = getattr(self, method)(
            path, {} if body is None else body, content_type="application/json", headers=headers
        )
        return answer


def statements_for(client: Caller, path: str) -> int:
    """How many statements it takes to answer a GET, once what is remembered between requests is remembered."""
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    if answer.status_code != 200:
        raise AssertionError(f"{path}: {answer.status_code} {answer.content[:500]!r}")
    return len(queries)


def nobody(**options: Any) -> Caller:
    """A caller who is not signed in."""
    return Caller(**options)


def stranger(school: School, **options: Any) -> Caller:
    """Somebody who is not signed in, at the school's host."""
    return Caller(SERVER_NAME=f"{school.slug}.testserver", **options)


@remembered
def start_session(
    user: User,
    school: School | None,
    *,
    method: str = SignInSession.COOKIE,
    lasts: timedelta = timedelta(days=7),
) -> tuple[SignInSession, str]:
    """A session as signing in leaves it, without the cost of a password; and its cookie's secret."""
    secret = new_secret()
    session = SignInSession.objects.create(
        user=user,
        school=school,
        secret_hash=hash_secret(secret),
        method=method,
        factors=["password"],
        last_used_at=clock.now(),
        expires_at=clock.now() + lasts,
        idle_seconds=int(lasts.total_seconds()),
    )
    return session, secret


def browser(user: User, school: School | None, **options: Any) -> Caller:
    """Somebody's browser, signed in by cookie."""
    client = Caller(**options)
    client.cookies[COOKIE] = start_session(user, school)[1]
    return client


def software(user: User, school: School | None, **options: Any) -> Caller:
    """Somebody's software, signed in by access token."""
    return bearer(issue_token(user, school), **options)


@remembered
def issue_token(user: User, school: School | None) -> str:
    """An access token, as signing in gives it."""
    session, _secret = start_session(user, school, method=SignInSession.TOKEN)
    return issue_pair(Opened(session, user, school, ())).access


def bearer(token: str, **options: Any) -> Caller:
    """Whoever holds a token."""
    return Caller(headers={"Authorization": f"Bearer {token}"}, **options)


def key_holder(school: School, *scopes: str, **key: Any) -> Caller:
    """Software with an API key of the school."""
    return bearer(make_key(school, *scopes, **key))


@remembered
def make_key(school: School, *scopes: str, **key: Any) -> str:
    """An API key, whole."""
    maker = as_actor(make_admin(school), school, via=Via.PAGE)
    with in_school(school):
        return create_key(name="Test key", scopes=list(scopes), actor=maker, **key).whole
