"""Is it well? For load balancers and for people who watch."""

import resource
import time

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from lyceum.core import clock

_started = time.monotonic()


@require_safe
def health(_request: HttpRequest) -> HttpResponse:
    """200 with figures, or 503 naming what is ill."""
    ill = _illness()
    if ill:
        return JsonResponse({"status": "unhealthy", "error": ill}, status=503)
    return JsonResponse({
        "status": "healthy",
        "timestamp": clock.now().isoformat(),
        "uptime": round(time.monotonic() - _started, 1),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    })  # fmt: skip


@require_safe
def health_live(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "live"})


@require_safe
def health_ready(_request: HttpRequest) -> HttpResponse:
    """The process can do its work."""
    ill = _illness()
    return JsonResponse(
        {"status": "not ready", "error": ill} if ill else {"status": "ready"}, status=503 if ill else 200
    )


def _illness() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "database"
    return ""
