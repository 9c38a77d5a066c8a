"""The site at a glance: its state, its pages, and what waits."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.forms import submitted, typed_id
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast, Undo
from lyceum.domains.tenancy.queries import this_school
from lyceum.domains.website.dns import resolve_txt
from lyceum.domains.website.models import ContactMessage, Page, Review, Shown, Site
from lyceum.domains.website.public.hosts import site_origin
from lyceum.domains.website.queries import (
    list_alumni,
    list_domains,
    list_menu,
    list_messages,
    list_pages,
    list_reviews,
    read_visits,
)
from lyceum.domains.website.queries import read_site as site_of
from lyceum.domains.website.rules.domains import check_domain, claim_domain, make_primary, remove_domain
from lyceum.domains.website.rules.menu import NewItem, set_menu
from lyceum.domains.website.rules.pictures import add_picture
from lyceum.domains.website.rules.site import edit_site, publish_site, take_offline
from lyceum.domains.website.views.handed_in import handed_in

HERE = "/site/"
VISITS_DAYS, MOST_ROWS = 30, 200


@require_http_methods(["GET", "POST"])
def site_page(request: HttpRequest) -> HttpResponse:
    """The state of the site, its pages, and what waits for the office."""
    actor = actor_of(request)
    actor.require_all(Permission.SITE_EDIT)

    def act() -> Done:
        if request.POST.get("act") == "offline":
            take_offline(actor=actor)
            return Done(HERE, Toast(_("Nobody finds the site now."), Undo(HERE, [("act", "publish")])))
        publish_site(actor=actor)
        return Done(HERE, Toast(_("The site is published."), Undo(HERE, [("act", "offline")])))

    def context() -> dict[str, Any]:
        site = site_of(actor)
        answers = actor.reaches_all(Permission.CONTACT_ANSWER)
        moderates = actor.reaches_all(Permission.REVIEWS_MODERATE)
        return {
            "site": site,
            "is_public": site.state == Site.State.PUBLISHED,
            "pages": list_pages(actor).order_by("-kind", "title", "pk")[:200],
            "reviews": list_reviews(actor, status=Review.State.PENDING).count() if moderates else 0,
            "messages": list_messages(actor, status=ContactMessage.State.NEW).count() if answers else 0,
            "alumni": list_alumni(actor, status=Shown.SUBMITTED).count(),
            "origin": site_origin(),
        }

    return submitted(request, "website/site.html", context, act)


@require_GET
def visits_page(request: HttpRequest) -> HttpResponse:
    """How often each page was read, without saying by whom."""
    found = read_visits(actor_of(request), days=VISITS_DAYS)
    context = {"rows": found[:MOST_ROWS], "all": sum(each.count for each in found), "days": VISITS_DAYS}
    return render(request, "website/visits.html", context)


@require_http_methods(["GET", "POST"])
def look_page(request: HttpRequest) -> HttpResponse:
    """Colour, typefaces, pictures, banner, and what search engines are told."""
    actor = actor_of(request)
    actor.require_all(Permission.SITE_EDIT)
    language = (this_school().locales or ["en"])[0]

    def act() -> Done:
        values: dict[str, Any] = {name: request.POST.get(name, "") for name in ("accent", "fonts", "banner")}
        site = site_of(actor)
        values["titles"] = {
            **site.titles,
            language: {name: request.POST.get(f"seo_{name}", "") for name in ("title", "description")},
        }
        values["contact_recipients"] = request.POST.get("contact_recipients", "").replace(",", " ").split()
        for name in ("crest", "hero"):
            file = handed_in(request, name)
            if file is not None:
                alt = request.POST.get(f"{name}_alt", "")
                row = add_picture(file.content, name=file.name, alt=alt, is_decorative=not alt, actor=actor)
                values[name] = row.pk
            elif request.POST.get(f"no_{name}"):
                values[name] = None
        edit_site(values=values, actor=actor)
        return Done("/site/look/", Toast(_("Saved.")))

    def context() -> dict[str, Any]:
        site = site_of(actor)
        said = site.titles.get(language, {})
        shown: dict[str, Any] = {"site": site, "fonts": [("plain", _("Plain")), ("book", _("As in a book"))]}
        if request.method == "POST":
            return shown
        names = ("accent", "fonts", "banner")
        typed = {name: getattr(site, name) for name in names} | {f"seo_{name}": text for name, text in said.items()}
        return shown | {"typed": typed | {"contact_recipients": " ".join(site.contact_recipients)}}

    return submitted(request, "website/look.html", context, act)


@require_http_methods(["GET", "POST"])
def menu_page(request: HttpRequest) -> HttpResponse:
    """The menu as lines: label and address; what begins with a hyphen stands below the line before."""
    actor = actor_of(request)

    def act() -> Done:
        set_menu(_items(request.POST.get("items", "")), actor=actor)
        return Done("/site/menu/", Toast(_("Saved.")))

    def context() -> dict[str, Any]:
        lines = []
        for row in list_menu(actor):
            lines.append(f"{row.label} | {row.target}")
            lines += [f"- {child.label} | {child.target}" for child in row.children.all()]
        pages: list[Page] = list(list_pages(actor).filter(published__isnull=False).order_by("title")[:100])
        shown: dict[str, Any] = {"pages": pages}
        return shown if request.method == "POST" else shown | {"typed": {"items": "\n".join(lines)}}

    return submitted(request, "website/menu.html", context, act)


def _items(text: str) -> list[NewItem]:
    found: list[tuple[str, str, list[NewItem]]] = []
    for line in text.splitlines():
        label, _bar, address = line.rpartition("|") if "|" in line else (line, "", "")
        if not line.strip():
            continue
        if line.lstrip().startswith("-") and found:
            found[-1][2].append(NewItem(label.strip().removeprefix("-").strip(), address.strip()))
        else:
            found.append((label.strip(), address.strip(), []))
    return [NewItem(label, address, below) for label, address, below in found]


@require_http_methods(["GET", "POST"])
def domains_page(request: HttpRequest) -> HttpResponse:
    """Host names of the school's own, each with the record that proves it."""
    actor = actor_of(request)

    def act() -> Done:
        chosen, row = request.POST.get("act", ""), typed_id(request, "row")
        if row is None:
            claim_domain(request.POST.get("host", ""), actor=actor)
            return Done("/site/domains/", Toast(_("Claimed. Add the record, then check it.")))
        if chosen == "primary":
            make_primary(row, actor=actor)
            return Done("/site/domains/", Toast(_("The site is known by this name now.")))
        if chosen == "remove":
            remove_domain(row, actor=actor)
            return Done("/site/domains/", Toast(_("Given up.")))
        check_domain(row, resolve=resolve_txt, actor=actor)
        return Done("/site/domains/", Toast(_("Checked.")))

    def context() -> dict[str, Any]:
        return {"rows": list(list_domains(actor).order_by("host", "pk"))}

    return submitted(request, "website/domains.html", context, act)
