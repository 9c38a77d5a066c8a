"""A page of the site as an answer: from memory where nothing changed, else made anew."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, Via, public_actor
from lyceum.core.errors import NotFoundError
from lyceum.core.language import speaking
from lyceum.core.schools import school_scope
from lyceum.domains.tenancy.queries import time_zone
from lyceum.domains.website.memory import Rendered, SiteHost, find_page, keep_page
from lyceum.domains.website.models import Redirect
from lyceum.domains.website.public import seo
from lyceum.domains.website.public.content import Asked, Content
from lyceum.domains.website.public.contents import MAKERS
from lyceum.domains.website.public.hosts import find_host, host_name, read_version
from lyceum.domains.website.public.shell import Shell, catalogue_language, read_shell
from lyceum.domains.website.visits import count_visit

MINUTE = 60
STALE = 60
"""How long a cache may still show a page while it asks for the new one."""
_LONGEST_PAGE = 500
_KINDS = {"home": "home", "free": "free"}


def answer_page(request: HttpRequest, name: str, *, language: str = "", slug: str = "") -> HttpResponse:
    """A page of the site of the host."""
    host = host_of_request(request)
    if isinstance(host, HttpResponse):
        return host
    number = _page_number(request)
    path = f"{request.path}?page={number}" if number > 1 else request.path
    key = (host.school_id, language, f"{origin_of(request, host)}{path}")
    kept = find_page(key, read_version)
    if kept is None:
        version, kept = _make(request, host, name, language=language, slug=slug, number=number)
        if kept.status in (200, 301):
            keep_page(key, version, kept)
    if kept.status == HTTPStatus.OK:
        count_visit(request, host.school_id)
    return respond(request, kept)


def host_of_request(request: HttpRequest) -> SiteHost | HttpResponse:
    """What the host means; or the answer, where no school or another host is meant."""
    name = host_name(request)
    host = find_host(name)
    if host is None:
        return HttpResponse("Not found\n", content_type="text/plain; charset=utf-8", status=404)
    if host.closed:
        return _closed(request, host)
    if host.primary and host.primary != name:
        return HttpResponsePermanentRedirect(f"https://{host.primary}{request.get_full_path()}")
    return host


def _closed(request: HttpRequest, host: SiteHost) -> HttpResponse:
    """That the school is closed, and how its admins come in. In nobody's cache: it may open again at any moment."""
    response = render(request, "website/public/closed.html", {"school_name": host.closed}, status=503)
    response["Cache-Control"] = "no-store"
    return response


def origin_of(request: HttpRequest, host: SiteHost) -> str:
    """Scheme and host that search engines are to know."""
    return f"https://{host.primary}" if host.primary else f"{request.scheme}://{request.get_host()}"


def visitor(request: HttpRequest, school_id: int) -> Actor:
    """Nobody in particular, at the site of a school; whoever is signed in beside it is of no matter here."""
    return replace(
        public_actor(Via.PAGE, school_id=school_id),
        ip=str(request.META.get("REMOTE_ADDR", ""))[:45],
        user_agent=request.headers.get("User-Agent", "")[:300],
    )


def _make(
    request: HttpRequest, host: SiteHost, name: str, *, language: str, slug: str, number: int
) -> tuple[int, Rendered]:  # fmt: skip
    path = request.path.removeprefix(f"/{language}") if language else request.path
    with school_scope(host.school_id), timezone.override(clock.zone(time_zone())):
        shell = read_shell(language=language, origin=origin_of(request, host), kind=_KINDS.get(name, ""), slug=slug)
        if shell is None:
            return 0, not_there(None)
        version = shell.site.version
        if language and language == shell.first_language:  # one address for one page
            return version, moved(path)
        with speaking(catalogue_language(shell.language)):
            asked = Asked(shell, path, visitor(request, host.school_id), number, slug)
            try:
                content = MAKERS[name](asked)
            except (NotFoundError, ValueError):
                return version, _was_there(request.path) or not_there(shell)
            return version, render_page(shell, content, path)


def _was_there(path: str) -> Rendered | None:
    """Where an address leads that a page had before; that it is gone, where it leads nowhere."""
    found = Redirect.objects.filter(old=path).first()
    if found is None:
        return None
    return moved(found.new) if found.new else _plain(_("This page is gone."), 410)


def moved(address: str) -> Rendered:
    """For good."""
    return Rendered(b"", "text/html; charset=utf-8", "", status=301, location=address)


def _plain(text: str, status: int) -> Rendered:
    return Rendered(f"{text}\n".encode(), "text/plain; charset=utf-8", "", status=status, seconds=0)


def not_there(shell: Shell | None) -> Rendered:
    """There is no such page; of a site that is not published nothing is said at all."""
    if shell is None:
        return _plain("Not found", 404)
    content = Content("missing", _("There is no such page"), is_hidden=True)
    return replace(render_page(shell, content, "/"), status=404, seconds=0, etag="")


def render_page(shell: Shell, content: Content, path: str, *, extra: dict[str, Any] | None = None) -> Rendered:
    """A page with its shell, as bytes."""
    titles = shell.site.titles.get(shell.language, {})
    context = {
        "shell": shell,
        "school": shell.school,
        "title": content.title,
        "description": content.description or titles.get("description", ""),
        "canonical": shell.absolute(shell.address(path)),
        "alternates": content.alternates,
        "default_alternate": next((a.address for a in content.alternates if a.language == shell.first_language), ""),
        "json_ld": "" if content.is_hidden else seo.as_json_ld(content.things),
        "is_hidden": content.is_hidden,
        "is_home": content.template == "home",
        "language": shell.language,
        "rtl": get_language_bidi(),
        "prefix": "" if shell.language == shell.first_language else f"/{shell.language}",
        "path": path,
        "theme_version": f"{shell.site.accent[1:]}-{shell.site.fonts}",
        **content.context,
        **(extra or {}),
    }
    html = render_to_string(f"website/public/{content.template}.html", context)
    return as_rendered(html, "text/html; charset=utf-8", language=shell.language)


def as_rendered(text: str, kind: str, *, language: str = "en", seconds: int = MINUTE) -> Rendered:
    """A text as an answer that knows its own version."""
    content = text.encode()
    return Rendered(
        content, kind, f'"{hashlib.sha256(content).hexdigest()[:24]}"', language=language, seconds=seconds
    )  # fmt: skip


def respond(request: HttpRequest, page: Rendered) -> HttpResponse:
    """The answer; 304 for whoever has it already."""
    if page.etag and page.etag in request.headers.get("If-None-Match", ""):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(page.content, content_type=page.kind, status=page.status)
    if page.location:
        response["Location"] = page.location
    if page.etag:
        response["ETag"] = page.etag
    response["Cache-Control"] = (
        f"public, max-age={page.seconds}, stale-while-revalidate={STALE}" if page.seconds else "no-store"
    )
    response["Content-Language"] = page.language
    for name, value in page.headers:
        response[name] = value
    return response


def _page_number(request: HttpRequest) -> int:
    given = request.GET.get("page", "1")
    return int(given) if given.isdecimal() and given.isascii() and 0 < int(given[:4]) <= _LONGEST_PAGE else 1


def home_for_strangers(request: HttpRequest) -> HttpResponse | None:
    """The home page of the host's school, where its site is published; that the school is closed, where it is."""
    host = find_host(host_name(request))
    if host is None:
        return None
    if host.closed:
        return _closed(request, host)
    response = answer_page(request, "home")
    return response if response.status_code < 400 else None


def answer_made(request: HttpRequest, make: Callable[[Shell | None, Asked | None], Rendered]) -> HttpResponse:
    """Something else of the site, as its map; kept like a page."""
    host = host_of_request(request)
    if isinstance(host, HttpResponse):
        return host
    key = (host.school_id, "", f"{origin_of(request, host)}{request.get_full_path()[:300]}")
    kept = find_page(key, read_version)
    if kept is None:
        with school_scope(host.school_id):
            shell = read_shell(language="", origin=origin_of(request, host))
            asked = Asked(shell, request.path, visitor(request, host.school_id)) if shell else None
            kept = make(shell, asked)
        if kept.status == HTTPStatus.OK and shell is not None:
            keep_page(key, shell.site.version, kept)
    return respond(request, kept)
