"""A write asked for again with the same key gives the first answer again, and no second effect.

The record and the effect commit together; while the first is running, a second is told so.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import msgspec
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lyceum.api.circumstances import is_api
from lyceum.api.problems import problem
from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.ids import new_id
from lyceum.domains.accounts.rules.secrets import seal, unseal

Names = tuple[int | None, str, str, str]
"""School, caller, key and operation: what makes a request the same request."""
_PURPOSE = "kept answer"
KEPT = timedelta(hours=24)
FORM_FIELD = "idempotency_key"

_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
PATIENCE, ASK_AGAIN = 5.0, 0.05
"""Seconds: on a page, whoever taps twice gets the first answer, and no thread waits for ever."""
# After the lock and in a statement of its own: only then does it see what the holder before us committed.
_LOOK = """
SELECT fingerprint, status, body, content_type, location FROM journal_idempotencyrecord
WHERE school_id IS NOT DISTINCT FROM %s AND actor = %s AND key = %s AND operation = %s AND expires_at > %s
"""
_KEEP = """
INSERT INTO journal_idempotencyrecord
  (id, school_id, actor, key, operation, fingerprint, status, body, content_type, location, expires_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (school_id, actor, key, operation) DO UPDATE SET fingerprint = excluded.fingerprint,
  status = excluded.status, body = excluded.body, content_type = excluded.content_type,
  location = excluded.location, expires_at = excluded.expires_at
"""


def idempotency_key(request: HttpRequest) -> str:
    """The key of a write: a header, or a hidden field of a form."""
    header = request.headers.get("Idempotency-Key", "")
    if header or not (request.content_type or "").startswith(("application/x-www-form", "multipart/")):
        return header[:255]
    return request.POST.get(FORM_FIELD, "")[:255]


def answered_once(request: HttpRequest, actor: Actor, answer: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """Answer a write that carries a key; runs inside the request's transaction."""
    key, who = idempotency_key(request), f"{actor.kind}:{actor.id or actor.ip}"[:60]
    operation, fingerprint = f"{request.method} {request.path}"[:300], _fingerprint(request)
    names = (actor.school_id, who, key, operation)
    free = _take("|".join(map(str, names)), patience=0.0 if is_api(request.path) else PATIENCE)
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [*names, clock.now()])
        known = cursor.fetchone()
    if known is not None:
        return _again(request, known[0] == fingerprint, known[1:])
    if not free:
        return problem(
            request,
            status=409,
            code="request_in_progress",
            title=_("Still running"),
            detail=_("The same request is being answered at this moment. Ask again in a second."),
            extra={"retry_after": 1},
        )
    response = answer(request)
    if _had_effect(request, response) and not response.streaming:
        _keep(response, names, fingerprint)
    return response


def _take(name: str, *, patience: float) -> bool:
    """Whether this request is now the only one with that name; asked again for as long as there is patience."""
    until = monotonic() + patience
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [name])
            (free,) = cursor.fetchone() or (False,)
        if free or monotonic() >= until:
            return bool(free)
        sleep(ASK_AGAIN)


def note_no_effect(request: HttpRequest) -> None:
    """Say that nothing was done, where the status does not say so: GraphQL tells a refusal with 200."""
    request.lyceum_no_effect = True  # type: ignore[attr-defined]  # our own attribute


def _had_effect(request: HttpRequest, response: HttpResponse) -> bool:
    return response.status_code < 400 and not (
        transaction.get_rollback() or getattr(request, "lyceum_no_effect", False)
    )


def _again(request: HttpRequest, same: bool, stored: tuple[Any, ...]) -> HttpResponse:
    if not same:
        return problem(
            request,
            status=422,
            code="idempotency_key_reused",
            title=_("Key used before"),
            detail=_("This Idempotency-Key was used with another body. Use a new key for a new act."),
        )
    status, sealed, content_type, location = stored
    cookies, body = msgspec.msgpack.decode(unseal(bytes(sealed), purpose=_PURPOSE), type=tuple[list[str], bytes])
    response = HttpResponse(body, status=status, content_type=content_type)
    for cookie in cookies:
        response.cookies.load(cookie)
    if location:
        response["Location"] = location
    response["Idempotency-Replayed"] = "true"
    return response


def _keep(response: HttpResponse, names: Names, fingerprint: str) -> None:
    """Write an answer down for 24 hours. A refusal had no effect: asking again may well succeed, so it is not kept.

    It is kept with its cookies, for a form that signs somebody in; and sealed, for it may hold a token or a key
    that the database knows only as a hash.
    """
    cookies = [cookie.OutputString() for cookie in response.cookies.values()]
    answer = (
        response.status_code,
        seal(msgspec.msgpack.encode((cookies, response.content)), purpose=_PURPOSE),
        response.headers.get("Content-Type", ""),
        response.headers.get("Location", "")[:300],
    )
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [new_id(), *names, fingerprint, *answer, clock.now() + KEPT])


def _fingerprint(request: HttpRequest) -> str:
    digest = hashlib.sha256()
    if request.content_type == "multipart/form-data":
        for name, values in sorted(request.POST.lists()):
            digest.update(repr((name, values)).encode())
        for name, uploads in sorted(request.FILES.lists()):
            digest.update(repr((name, [(u.name, u.size) for u in uploads])).encode())
    else:
        digest.update(request.body)
    return digest.hexdigest()
