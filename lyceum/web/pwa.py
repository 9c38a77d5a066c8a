"""The site as an app on a phone: its manifest, its service worker, and the page for when there is no network."""

import hashlib
import json
from functools import lru_cache

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lyceum.core.language import first_known, speaking
from lyceum.domains.attendance.glyphs import TONE_WORDS

SHELL = (
    "web/lyceum.css",
    "web/offline.css",
    "web/gate.css",
    "web/icon.svg",
    "web/icon-192.png",
    "web/shell.js",
    "web/live.js",
    "web/register.js",
    "web/offline/store.js",
    "web/offline/sync.js",
    "web/offline/page.js",
    "web/offline/roll.js",
)
"""The files that the page without network needs."""
FONTS = ("web/fonts/regular.woff2", "web/fonts/bold.woff2")
"""What it can do without."""


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone is told when somebody puts the site among its apps."""
    del request
    icons = [
        {"src": static("web/icon-192.png"), "sizes": "192x192", "type": "image/png"},
        {"src": static("web/icon-512.png"), "sizes": "512x512", "type": "image/png"},
        {"src": static("web/icon-maskable-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
        {"src": static("web/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
    ]
    described = {
        "id": "/",
        "name": "Lyceum",
        "short_name": "Lyceum",
        "description": _("Registers, classes and people of your school"),
        "start_url": "/today/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#FAF8F3",
        "theme_color": "#FAF8F3",
        "icons": icons,
    }
    headers = {"Cache-Control": "public, max-age=86400"}
    return JsonResponse(described, content_type="application/manifest+json", headers=headers)


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker, with the files it keeps; another version as soon as one of them, or the page, differs."""
    language = _language(request)
    with speaking(language):
        page = render_to_string("web/offline.html", _page_context(), request)
    files = [static(name) for name in SHELL]
    digest = hashlib.sha256(f"{files} {_contents()} {page}".encode()).hexdigest()
    fonts = [static(name) for name in FONTS]
    context = {
        "version": digest[:12],
        "files": json.dumps(files),
        "fonts": json.dumps(fonts),
        "icon": static("web/icon-192.png"),
        "page": f"/offline/?lang={language}",
    }
    worker = render_to_string("web/sw.js", context)
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": "/"}
    return HttpResponse(worker, content_type="text/javascript; charset=utf-8", headers=headers)


def _contents() -> str:
    return _read_contents.__wrapped__() if settings.DEBUG else _read_contents()


@lru_cache(maxsize=1)
def _read_contents() -> str:
    """What the files hold, for where their names do not say it."""
    digest = hashlib.sha256()
    for name in SHELL:
        found = finders.find(name)
        if isinstance(found, str):
            with open(found, "rb") as file:  # noqa: PTH123 - a path as text is what finders give
                digest.update(file.read())
    return digest.hexdigest()


@require_GET
def offline_page(request: HttpRequest) -> HttpResponse:
    """The page for when there is no network: nothing in it is anybody's own, but the language."""
    with speaking(_language(request)):
        return render(request, "web/offline.html", _page_context())


def _language(request: HttpRequest) -> str:
    """That of the page which asks: a worker fetches without cookies, and its browser may prefer another."""
    return first_known(request.GET.get("lang", ""), get_language() or "")


def _page_context() -> dict[str, object]:
    tones = {name: str(word) for name, word in TONE_WORDS.items()} | {"": _("without a mark")}
    return {"tones": json.dumps(tones)}
