"""What strangers reach without signing in: is this certificate good, and the addresses that software reads.

None of these looks at who asks; each finds its school by what the stranger holds.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core import clock
from lyceum.core.errors import RuleError
from lyceum.core.forms import shown_errors
from lyceum.core.rest import actor_of
from lyceum.domains.learning.certificate_answers import KEPT_FOR
from lyceum.domains.learning.certificate_queries import (
    Verified,
    read_achievement,
    read_issuer,
    read_key,
    read_status_list,
    school_of_code,
    school_of_reference,
    verify_code,
)
from lyceum.domains.learning.certificate_words import REASON_WORDS
from lyceum.domains.learning.rules.certificates.names import matches_name

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def for_software(view: View[P]) -> Callable[..., HttpResponse]:
    """Readable from any website's script, and for five minutes from any cache."""

    @wraps(view)
    def answered(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = KEPT_FOR
        response["Access-Control-Allow-Origin"] = "*"
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return answered


@csrf_exempt  # it says yes or no to whoever asks: there is nothing that another site could make a browser do
@require_http_methods(["GET", "POST"])
def verification_page(request: HttpRequest, certificate_code: str) -> HttpResponse:
    """Whether a certificate is good now; on POST, whether the typed name is the one on it."""
    with school_of_code(certificate_code):
        found = verify_code(certificate_code)
        if request.method == "POST":
            return _answer_name(request, found)
    response = render(request, "learning/verification.html", _shown(found))
    response["Cache-Control"] = KEPT_FOR
    response["X-Robots-Tag"] = "noindex"
    patch_vary_headers(response, ("Accept-Language", "Cookie"))  # the cookie that says a language
    return response


def _answer_name(request: HttpRequest, found: Verified) -> HttpResponse:
    typed, status = request.POST.get("name", ""), 200
    shown: dict[str, Any] = {"typed": request.POST}
    try:
        shown["matches"] = matches_name(found.certificate, typed, address=actor_of(request).ip)
        shown["answered"] = True
    except RuleError as error:
        shown, status = shown | {"errors": shown_errors(error)}, error.status
    response = render(request, "learning/verification.html", _shown(found) | shown, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


def _shown(found: Verified) -> dict[str, Any]:
    row = found.certificate
    zone = row.school.time_zone
    return {
        "found": found,
        "row": row,
        "name": found.shown_name,
        "why": REASON_WORDS.get(row.reason_code, ""),
        "issued_on": clock.local(row.issued_at, zone).date(),
        "until": clock.local(row.valid_until, zone).date() if row.valid_until else None,
        "revoked_on": clock.local(row.revoked_at, zone).date() if row.revoked_at else None,
        "typed": {},
    }


@require_GET
@for_software
def issuer_document(request: HttpRequest, issuer_reference: str) -> HttpResponse:
    """The issuer's profile."""
    del request
    with school_of_reference(issuer_reference):
        return JsonResponse(read_issuer(issuer_reference), content_type="application/ld+json")


@require_GET
@for_software
def key_document(request: HttpRequest, kid: str) -> HttpResponse:
    """A public key."""
    del request
    with school_of_reference(kid):
        return JsonResponse(read_key(kid), content_type="application/jwk+json")


@require_GET
@for_software
def status_list_document(request: HttpRequest, status_list: str) -> HttpResponse:
    """The signed list of what is no longer good."""
    del request
    with school_of_reference(status_list):
        return HttpResponse(read_status_list(status_list), content_type="application/vc+jwt")


@require_GET
@for_software
def achievement_document(request: HttpRequest, achievement_id: UUID) -> HttpResponse:
    """What a course certifies."""
    asked_at = f"{request.scheme}://{request.get_host()}"
    with school_of_reference(str(achievement_id)):
        return JsonResponse(read_achievement(achievement_id, asked_at=asked_at), content_type="application/ld+json")
