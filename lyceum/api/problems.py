"""Refusals as RFC 9457 problem documents: the one place where a RuleError becomes an HTTP answer."""

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from lyceum.api.circumstances import request_id_of
from lyceum.core.errors import FieldError, RuleError

MEDIA_TYPE = "application/problem+json"


def problem(
    request: HttpRequest,
    *,
    status: int,
    code: str,
    title: str,
    detail: str = "",
    errors: tuple[FieldError, ...] = (),
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    """A problem document."""
    document = {
        "type": f"/api/v1/docs/problems/#{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "code": code,
        "errors": [{"pointer": e.pointer, "code": e.code, "message": e.message} for e in errors],
        "request_id": request_id_of(request),
        **(extra or {}),
    }
    response = HttpResponse(msgspec.json.encode(document), status=status, content_type=MEDIA_TYPE)
    if extra and "retry_after" in extra:
        response["Retry-After"] = str(extra["retry_after"])
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def problem_of(request: HttpRequest, error: RuleError) -> HttpResponse:
    """The problem document of a refusal; a refusal that belongs in the trail is left for the caller middleware."""
    note_refusal(request, error)
    return problem(
        request,
        status=error.status,
        code=error.code,
        title=gettext(error.title),
        detail=error.detail,
        errors=error.errors,
        extra=error.extra,
    )


def note_refusal(request: HttpRequest, error: RuleError) -> None:
    """Remember a refusal that belongs in the trail until the request's transaction is rolled back."""
    if error.audited:
        request.lyceum_refusal = error  # type: ignore[attr-defined]  # our own attribute
