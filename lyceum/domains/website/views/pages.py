"""Writing a page: its blocks as a form that works without scripts, a preview, its versions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lyceum.core import clock
from lyceum.core.content_policy import content_policy
from lyceum.core.errors import invalid_field
from lyceum.core.forms import submitted, typed_id, typed_number
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.tenancy.queries import this_school, time_zone
from lyceum.domains.website.models import Page
from lyceum.domains.website.previews import preview_address
from lyceum.domains.website.public.hosts import site_origin
from lyceum.domains.website.queries import get_page, list_pages, list_pictures
from lyceum.domains.website.rules.blocks import KINDS, LISTS, find_faults
from lyceum.domains.website.rules.pages import (
    archive_page,
    create_page,
    edit_page,
    keep_version,
    publish_page,
    restore_version,
)
from lyceum.domains.website.rules.pictures import add_picture
from lyceum.domains.website.views.handed_in import handed_in

FIELDS = ("text", "caption", "by", "label", "target", "title", "of", "picture")
FRESH: dict[str, dict[str, Any]] = {
    "button": {"label": "…", "target": "/contact/"},
    "list": {"of": "courses"},
}
"""What a block begins with that may not be empty."""
_OLD, _PICTURES = 20, 60


@require_http_methods(["GET", "POST"])
def page_new(request: HttpRequest) -> HttpResponse:
    """Begin a page."""
    actor = actor_of(request)
    actor.require_all(Permission.SITE_EDIT)

    def act() -> str:
        page = create_page(
            title=request.POST.get("title", ""),
            kind=request.POST.get("kind", "free"),
            language=request.POST.get("language", ""),
            blocks=[{"kind": "text", "text": ""}],
            translation_of=typed_id(request, "original"),
            actor=actor,
        )
        return f"/site/pages/{page.pk}/"

    def context() -> dict[str, Any]:
        homes = set(list_pages(actor).filter(kind=Page.Kind.HOME).values_list("language", flat=True))
        locales = this_school().locales or ["en"]
        kinds = [("free", _("A page"))] + ([("home", _("Home page"))] if set(locales) - homes else [])
        first = list_pages(actor).filter(language=locales[0]).order_by("title", "pk") if len(locales) > 1 else ()
        return {
            "kinds": kinds[::-1],
            "languages": [(each, each) for each in locales],
            "originals": [(str(each.pk), each.title) for each in first],
        }

    return submitted(request, "website/page_new.html", context, act)


@require_http_methods(["GET", "POST"])
def page_edit(request: HttpRequest, site_page_id: UUID) -> HttpResponse:
    """Write a page. Each button saves what was typed first."""
    actor = actor_of(request)
    page = get_page(site_page_id, actor=actor)
    here, origin = f"/site/pages/{page.pk}/", site_origin()

    def act() -> Done | str:
        chosen = request.POST.get("act", "save")
        if chosen == "restore":
            restore_version(page.pk, typed_number(request, "version", 0), actor=actor)
            return Done(here, Toast(_("The older version is the draft now.")))
        if chosen == "archive":
            archive_page(page.pk, actor=actor)
            return Done("/site/", Toast(_("The page is gone from the site.")))
        _save(request, page, actor)
        if chosen == "publish":
            publish_page(page.pk, at=_moment(request), actor=actor)
            return Done(here, Toast(_("Published.")))
        keep_version(page.pk, actor=actor)
        if chosen == "preview":
            return origin + preview_address(page)
        return Done(f"{here}#{_place(request)}", Toast(_("Saved as a draft.")))

    def context() -> dict[str, Any]:
        page.refresh_from_db()
        typed = request.method == "POST"
        blocks = blocks_of(request.POST) if typed else page.blocks
        return {
            "page": page,
            "origin": origin,
            "typed": request.POST
            if typed
            else {"title": page.title, "slug": page.slug, "description": page.description, "edits": page.edits},
            "blocks": [(n, block, KINDS.get(block["kind"], "")) for n, block in enumerate(blocks)],
            "kinds": KINDS.items(),
            "lists": [(each, _(each)) for each in LISTS],
            "pictures": [(str(row.pk), row.alt or str(row.pk)[-6:]) for row in list_pictures(actor)[:_PICTURES]],
            "faults": [each.message for each in find_faults(page.blocks)] if not typed else [],
            "original": page.translation_of,
            "original_texts": _words_of(page.translation_of),
            "translations": list_pages(actor).filter(translation_of=page).order_by("language"),
            "versions": page.versions.order_by("-number")[:_OLD],
        }

    response = submitted(request, "website/page.html", context, act)
    response["Content-Security-Policy"] = content_policy(forms=[origin] if origin else ())  # a preview leads there
    return response


def _words_of(page: Page | None) -> list[str]:
    """What a page says in words, block by block, as strangers read it."""
    blocks = (page.published.blocks if page.published else page.blocks) if page else []
    said = [[block.get(name, "") for name in ("title", "text", "by", "caption", "label")] for block in blocks]
    return [text for each in said for text in each if text]


def _save(request: HttpRequest, page: Page, actor: Any) -> None:
    blocks = _rearranged(request, blocks_of(request.POST))
    for n, block in enumerate(blocks):
        file = handed_in(request, f"b{n}-file")
        if file is not None and block["kind"] == "image":
            alt = request.POST.get(f"b{n}-alt", "")
            decorative = bool(request.POST.get(f"b{n}-decorative"))
            row = add_picture(file.content, name=file.name, alt=alt, is_decorative=decorative, actor=actor)
            block["picture"] = str(row.pk)
    values = {name: request.POST.get(name, "") for name in ("title", "description")} | {"blocks": blocks}
    if page.kind == Page.Kind.FREE:
        values["slug"] = request.POST.get("slug", "")
    edit_page(page.pk, values=values, seen=typed_number(request, "edits", -1), actor=actor)


def blocks_of(typed: QueryDict) -> list[dict[str, Any]]:
    """The blocks as they were typed."""
    count = typed.get("blocks", "0")
    size = min(int(count), 60) if count.isdecimal() and len(count) < 4 else 0
    found = []
    for n in range(size):
        kind = typed.get(f"b{n}-kind", "")
        block: dict[str, Any] = {"kind": kind}
        block |= {name: typed[f"b{n}-{name}"] for name in FIELDS if f"b{n}-{name}" in typed}
        if kind == "gallery":
            block["pictures"] = typed.getlist(f"b{n}-pictures")
        found.append(block)
    return found


def _rearranged(request: HttpRequest, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """After the button that was pressed: one more, one fewer, or one at another place."""
    act, _dash, where = request.POST.get("act", "").partition("-")
    if act == "add" and request.POST.get("new_kind") in KINDS:
        kind = request.POST["new_kind"]
        return [*blocks, {"kind": kind, **FRESH.get(kind, {})}]
    if act not in ("up", "down", "drop") or not where.isdecimal() or int(where[:3]) >= len(blocks):
        return blocks
    n = int(where)
    moved = blocks[:n] + blocks[n + 1 :]
    if act != "drop":
        moved.insert(max(0, n - 1) if act == "up" else n + 1, blocks[n])
    return moved


def _place(request: HttpRequest) -> str:
    act, _dash, where = request.POST.get("act", "").partition("-")
    return f"block-{where}" if act in ("up", "down") else "add" if act == "add" else "blocks"


def _moment(request: HttpRequest) -> datetime | None:
    given = request.POST.get("publish_at", "").strip()
    if not given:
        return None
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        raise invalid_field("/publish_at", "instant", _("Give day and time, as in 2026-11-20 08:45.")) from None
    return found if found.tzinfo else found.replace(tzinfo=clock.zone(time_zone()))
