"""A write asked for again with the same key gives the first answer again, and no second effect.

The record and the effect commit together; while the first is running, a second is told so.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.http import HttpRequest, HttpResponse

from lyceum.api.problems import problem
from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.journal.models import IdempotencyRecord

KEPT = timedelta(hours=24)
FORM_FIELD = "idempotency_key"

_LOOK = """
SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0)), r.fingerprint, r.status, r.body, r.content_type, r.location
FROM (SELECT 1) one LEFT JOIN journal_idempotencyrecord r
  ON r.school_id IS NOT DISTINCT FROM %s AND r.actor = %s AND r.key = %s AND r.operation = %s AND r.expires_at > %s
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
    with connection.cursor() as cursor:
        lock = f"{actor.school_id}|{who}|{key}|{operation}"
        cursor.execute(_LOOK, [lock, actor.school_id, who, key, operation, clock.now()])
        free, known, *stored = cursor.fetchone() or (True, None)
    if known is not None:
        return _again(request, known == fingerprint, stored)
    if not free:
        return problem(
            request,
            status=409,
            code="request_in_progress",
            title="Still running",
            detail="The same request is being answered at this moment. Ask again in a second.",
            extra={"retry_after": 1},
        )
    response = answer(request)
    if response.status_code < 400 and not response.streaming:
        _keep(response, actor.school_id, (who, key, operation, fingerprint))
    return response


def _again(request: HttpRequest, same: bool, stored: list[object]) -> HttpResponse:
    if not same:
        return problem(
            request,
            status=422,
            code="idempotency_key_reused",
            title="Key used before",
            detail="This Idempotency-Key was used with another body. Use a new key for a new act.",
        )
    status, body, content_type, location = stored
    response = HttpResponse(bytes(body), status=int(str(status)), content_type=str(content_type))  # type: ignore[call-overload]  # a memoryview
    if location:
        response["Location"] = str(location)
    response["Idempotency-Replayed"] = "true"
    return response


def _keep(response: HttpResponse, school_id: int | None, names: tuple[str, str, str, str]) -> None:
    """Write an answer down for 24 hours. A refusal had no effect: asking again may well succeed, so it is not kept."""
    who, key, operation, fingerprint = names
    IdempotencyRecord.objects.create(
        school_id=school_id,
        actor=who,
        key=key,
        operation=operation,
        fingerprint=fingerprint,
        status=response.status_code,
        body=response.content,
        content_type=response.headers.get("Content-Type", ""),
        location=response.headers.get("Location", "")[:300],
        expires_at=clock.now() + KEPT,
    )


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
