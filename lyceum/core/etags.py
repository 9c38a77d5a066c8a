"""The version of a row as its reader saw it: ETag on what is read, If-Match on what is written (RFC 9110)."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.errors import RuleError

Shown = Mapping[str, Any]
"""A row as an operation shows it to this caller."""


class VersionConflictError(RuleError):
    """The row is not the one that the caller read: somebody changed it meanwhile."""

    code = "version_conflict"
    status = 412
    title = gettext_noop("Changed meanwhile")


def etag_of(shown: Shown) -> str:
    """A strong tag: two equal tags mean the same content for the same caller."""
    return f'"{hashlib.sha256(msgspec.json.encode(shown, enc_hook=str)).hexdigest()[:32]}"'


def with_etag(request: HttpRequest, response: HttpResponse, shown: Shown) -> Shown | HttpResponse:
    """The answer about one row with its tag; 304 for a reader who has this version already."""
    tag = etag_of(shown)
    response["ETag"] = tag
    if request.method == "GET" and tag in _tags(request, "If-None-Match"):
        return HttpResponse(status=304, headers={"ETag": tag})
    return shown


def refuse_stale(request: HttpRequest, shown: Shown) -> None:
    """Refuse a write with an If-Match that is not the present version. Lock the row before showing it."""
    wanted, tag = _tags(request, "If-Match"), etag_of(shown)
    if wanted and not wanted & {tag, "*"}:
        raise VersionConflictError(
            _("This was changed since you read it. Look at what it is now, and send your change again."),
            etag=tag,
            present=msgspec.json.decode(msgspec.json.encode(shown, enc_hook=str)),
        )


def is_conditional(request: HttpRequest) -> bool:
    """Whether the caller says which version the write is meant for."""
    return bool(_tags(request, "If-Match"))


def _tags(request: HttpRequest, header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in request.headers.get(header, "").split(",") if tag.strip()}
