"""What is found on the site: by people who look for words, and by machines that want every address."""

from datetime import datetime
from typing import Any

from django.db.models import Max

from lyceum.core.actor import Actor
from lyceum.domains.academics.queries import list_places
from lyceum.domains.calendars.queries import list_public_events
from lyceum.domains.learning.queries import list_public_courses
from lyceum.domains.website.addresses import FIXED
from lyceum.domains.website.models import Page
from lyceum.domains.website.public import seo
from lyceum.domains.website.public.content import Asked
from lyceum.domains.website.queries import IN_ORDER, list_alumni, list_partners, list_reviews, list_team

MOST_FOUND = 8


def search(asked: Asked, text: str) -> list[tuple[str, str, str]]:
    """Where a text stands: title, address and a few words. Only of what is published, in the language of the page."""
    wanted = text.strip()[:100]
    if not wanted:
        return []
    shell, actor = asked.shell, asked.actor
    pages = Page.objects.filter(published__isnull=False, language=shell.language).exclude(state="archived")
    named = pages.filter(published__title__icontains=wanted) | pages.filter(published__blocks__icontains=wanted)
    found = [
        (
            each.published.title,
            "/" if each.kind == "home" else f"/pages/{each.published.slug}/",
            each.published.description,
        )
        for each in named.select_related("published").order_by("title")[:MOST_FOUND]
        if each.published
    ]
    courses_: Any = list_public_courses(actor).prefetch_related(None).filter(name__icontains=wanted)
    found += [(each.name, f"/courses/{each.slug}/", each.summary) for each in courses_[:MOST_FOUND]]
    events_: Any = list_public_events(actor).filter(title__icontains=wanted)
    found += [(each.title, f"/events/{each.slug}/", f"{each.date:%Y-%m-%d}") for each in events_[:MOST_FOUND]]
    people = list_team(actor).filter(name__icontains=wanted).order_by(*IN_ORDER)
    found += [(each.name, "/team/", each.role) for each in people[:MOST_FOUND]]
    return [(title, shell.address(path), said) for title, path, said in found]


def list_addresses(asked: Asked) -> list[seo.Place]:
    """Exactly what is published, with the moment at which it last changed."""
    shell, actor = asked.shell, asked.actor
    pages = Page.objects.filter(published__isnull=False).exclude(state=Page.State.ARCHIVED)
    rows = list(pages.values_list("kind", "language", "published__slug", "published_at").order_by("published_at", "pk"))
    locales = shell.school.locales or ["en"]
    homes = {language for kind, language, _slug, _at in rows if kind == Page.Kind.HOME}
    places = [
        seo.Place(shell.address("/" if kind == Page.Kind.HOME else f"/pages/{slug}/", language), at)
        for kind, language, slug, at in rows
        if language in locales
    ]
    changed = _changes(actor)
    courses_: Any = list_public_courses(actor).prefetch_related(None).values_list("slug", "updated_at")
    events_: Any = [(each.slug, each.updated_at) for each in list_public_events(actor)]
    alumni_: Any = list_alumni(actor).prefetch_related(None).values_list("pk", "updated_at").order_by("name", "pk")
    for language in [each for each in locales if each in homes or each == locales[0]]:
        places += [seo.Place(shell.address(f"/{each}/", language), changed.get(each)) for each in FIXED]
        places += [seo.Place(shell.address(f"/courses/{slug}/", language), at) for slug, at in courses_]
        places += [seo.Place(shell.address(f"/events/{slug}/", language), at) for slug, at in events_]
        places += [seo.Place(shell.address(f"/alumni/{pk}/", language), at) for pk, at in alumni_]
    return places


def _changes(actor: Actor) -> dict[str, datetime | None]:
    """When each list last changed."""
    lists = {
        "team": list_team(actor),
        "alumni": list_alumni(actor).prefetch_related(None),
        "partners": list_partners(actor),
        "reviews": list_reviews(actor),
        "locations": list_places(actor),
    }
    return {name: rows.aggregate(last=Max("updated_at"))["last"] for name, rows in lists.items()}
