"""What stands on each page of the site, each in a fixed number of statements."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, Max
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.richtext import to_html, to_text
from lyceum.domains.academics.queries import list_places
from lyceum.domains.calendars.answering import why_closed
from lyceum.domains.calendars.queries import get_public_event, list_public_events
from lyceum.domains.learning.queries import get_public_course, list_public_courses
from lyceum.domains.tenancy.queries import today
from lyceum.domains.website.addresses import FIXED
from lyceum.domains.website.models import Page, Picture, Review
from lyceum.domains.website.pictures import image_of
from lyceum.domains.website.public import seo
from lyceum.domains.website.public.shell import Alternate, Shell
from lyceum.domains.website.queries import (
    IN_ORDER,
    get_alumni,
    list_alumni,
    list_partners,
    list_reviews,
    list_team,
    read_about_us,
)
from lyceum.domains.website.rules.blocks import pictures_of

ON_HOME, A_PAGE, REVIEWS_A_PAGE = 4, 20, 8
MOST_FOUND = 8
SHORT = 260
"""Letters of a text where many stand on a page: a page weighs at most 25 KB."""


@dataclass(frozen=True)
class Content:
    """A page: its template, what stands there, and what search engines are told."""

    template: str
    title: str
    context: dict[str, Any] = field(default_factory=dict)
    description: str = ""
    things: seo.Things = field(default_factory=list)
    alternates: Sequence[Alternate] = ()
    is_hidden: bool = False
    """From search engines."""


@dataclass(frozen=True)
class Asked:
    """What somebody asks for."""

    shell: Shell
    path: str
    """Without the language."""
    actor: Actor
    page: int = 1
    slug: str = ""


Maker = Callable[[Asked], Content]


def alternates_of(asked: Asked) -> list[Alternate]:
    """A page that is there in every language of the site."""
    locales = asked.shell.school.locales or ["en"]
    return [Alternate(each, asked.shell.address(asked.path, each)) for each in locales] if len(locales) > 1 else []


def _trail(asked: Asked, *steps: tuple[str, str]) -> seo.Things:
    return [seo.breadcrumbs(asked.shell, steps)]


def _slice(rows: Any, asked: Asked, size: int) -> dict[str, Any]:
    """A page of a list, and whether there are more before and after it."""
    first = (asked.page - 1) * size
    found = list(islice(rows[first : first + size + 1], size + 1))
    return {
        "rows": found[:size],
        "page_number": asked.page,
        "next_page": asked.page + 1 if len(found) > size else None,
        "previous_page": asked.page - 1 if asked.page > 1 else None,
        "here": asked.shell.address(asked.path),
    }


def home(asked: Asked) -> Content:
    """The first page."""
    written = asked.shell.page
    if written is None:
        raise NotFoundError
    titles = asked.shell.site.titles.get(asked.shell.language, {})
    return Content(
        "home",
        titles.get("title") or written.title,
        {
            "blocks": shown_blocks(written.blocks, asked),
            "hero": image_of(asked.shell.site.hero, sizes="100vw"),
            "heading": written.title,
        },
        description=written.description or titles.get("description", ""),
        things=[seo.organization(asked.shell)],
        alternates=alternates_of(asked),
    )


def free(asked: Asked) -> Content:
    """A page that the office wrote."""
    written = asked.shell.page
    if written is None:
        raise NotFoundError
    return Content(
        "free",
        written.title,
        {"blocks": shown_blocks(written.blocks, asked)},
        description=written.description,
        things=_trail(asked, (written.title, asked.path)),
        alternates=_translations(asked),
    )


def _translations(asked: Asked) -> list[Alternate]:
    written = asked.shell.page
    if written is None or len(asked.shell.school.locales or []) < 2:
        return []
    original = UUID(written.translation_of or written.id)
    rows = Page.objects.filter(published__isnull=False).exclude(state=Page.State.ARCHIVED)
    same = rows.filter(pk=original) | rows.filter(translation_of=original)
    found = same.values_list("language", "published__slug").order_by("language")
    return [Alternate(each, asked.shell.address(f"/pages/{slug}/", each)) for each, slug in found]


def shown_blocks(blocks: Sequence[dict[str, Any]], asked: Asked) -> list[dict[str, Any]]:
    """Blocks as they are shown: pictures in their widths, texts as HTML, lists with their rows."""
    wanted = pictures_of(list(blocks))
    pictures = {str(each.pk): each for each in Picture.objects.filter(pk__in=wanted)} if wanted else {}
    return [_shown(block, pictures, asked) for block in blocks]


def _shown(block: dict[str, Any], pictures: dict[str, Picture], asked: Asked) -> dict[str, Any]:
    kind = block["kind"]
    if kind == "text":
        return {"kind": kind, "html": _html(block["text"])}
    if kind == "image":
        return {**block, "image": image_of(pictures.get(block["picture"]))}
    if kind == "gallery":
        found = [image_of(pictures.get(each), sizes="(min-width: 40em) 33vw, 100vw") for each in block["pictures"]]
        return {"kind": kind, "images": [each for each in found if each]}
    if kind == "list":
        return {**block, **_LISTS[block["of"]](asked)}
    return block


def _html(text: str) -> SafeString:
    return mark_safe(to_html(text))  # noqa: S308 - nothing but what `richtext` lets pass


def _courses(asked: Asked) -> dict[str, Any]:
    rows: Any = list_public_courses(asked.actor).prefetch_related(None)
    return {"rows": list(rows[:ON_HOME]), "more": "/courses/", "usual": _("Courses")}


def _events(asked: Asked) -> dict[str, Any]:
    rows: Any = list_public_events(asked.actor).filter(last_day__gte=today())
    return {"rows": list(rows[:ON_HOME]), "more": "/events/", "usual": _("Events")}


def _team(asked: Asked) -> dict[str, Any]:
    rows = list_team(asked.actor).order_by(*IN_ORDER)[:ON_HOME]
    return {"rows": [_person(each, each.role) for each in rows], "more": "/team/", "usual": _("Team")}


def _alumni(asked: Asked) -> dict[str, Any]:
    rows = list_alumni(asked.actor).prefetch_related(None).order_by("name", "pk")[:ON_HOME]
    return {"rows": [_alumnus(each) for each in rows], "more": "/alumni/", "usual": _("Alumni")}


def _partners(asked: Asked) -> dict[str, Any]:
    rows = list_partners(asked.actor).order_by(*IN_ORDER)[: 2 * ON_HOME]
    return {"rows": [_partner(each) for each in rows], "more": "/partners/", "usual": _("Partners")}


def _reviews(asked: Asked) -> dict[str, Any]:
    rows = list_reviews(asked.actor).order_by("-published_at", "-pk")[:ON_HOME]
    return {"rows": [_review(each) for each in rows], "more": "/reviews/", "usual": _("Reviews")}


_LISTS: dict[str, Callable[[Asked], dict[str, Any]]] = {
    "courses": _courses,
    "events": _events,
    "team": _team,
    "alumni": _alumni,
    "partners": _partners,
    "reviews": _reviews,
}


def _person(row: Any, role: str) -> dict[str, Any]:
    photo = image_of(row.photo, sizes="8rem")
    return {"name": row.name, "role": role, "photo": photo, "bio": Truncator(row.bio).chars(SHORT), "links": row.links}


def _alumnus(row: Any) -> dict[str, Any]:
    year = f"{row.leaving_year}" if row.leaving_year else ""
    where = " · ".join(each for each in (row.course.name if row.course else "", year, row.employer) if each)
    mentor = ", ".join(row.mentor_topics) if row.is_mentor else ""
    return {
        **_person(row, row.headline),
        "where": where,
        "is_mentor": row.is_mentor,
        "mentor": mentor,
        "href": f"/alumni/{row.pk}/",
    }


def _partner(row: Any) -> dict[str, Any]:
    text = Truncator(row.description).chars(SHORT)
    logo = image_of(row.logo, sizes="10rem")
    return {"name": row.name, "url": row.url, "kind": row.kind, "description": text, "logo": logo}


def _review(row: Review) -> dict[str, Any]:
    return {
        "name": row.author_name,
        "rating": row.rating,
        "stars": "★" * row.rating + "☆" * (5 - row.rating),
        "body": row.body,
        "course": row.course.name if row.course else "",
        "is_verified": row.is_verified,
        "is_shortened": row.is_shortened,
        "reply": row.reply,
        "on": row.published_at,
    }


def courses(asked: Asked) -> Content:
    """What can be learnt here."""
    rows = list_public_courses(asked.actor)
    return _listing(asked, "courses", _("Courses"), _slice(rows, asked, A_PAGE))


def course(asked: Asked) -> Content:
    """One course with its runs."""
    row: Any = get_public_course(asked.slug, actor=asked.actor)
    return Content(
        "course",
        row.name,
        {"row": row, "text": mark_safe(row.description_html)},  # noqa: S308 - sanitised when it was written
        description=row.summary or to_text(row.description)[:160],
        things=[*_trail(asked, (_("Courses"), "/courses/"), (row.name, asked.path)), seo.course(asked.shell, row)],
        alternates=alternates_of(asked),
    )


def events(asked: Asked) -> Content:
    """What is going to happen."""
    rows = list_public_events(asked.actor).filter(last_day__gte=today())
    return _listing(asked, "events", _("Events"), _slice(rows, asked, A_PAGE))


def event(asked: Asked) -> Content:
    """One event."""
    row: Any = get_public_event(asked.slug, actor=asked.actor)
    return Content(
        "event",
        row.title,
        {
            "row": row,
            "text": mark_safe(row.description_html),  # noqa: S308 - sanitised when it was written
            "closed": why_closed(row),
        },
        description=to_text(row.description)[:160],
        things=[*_trail(asked, (_("Events"), "/events/"), (row.title, asked.path)), seo.event(asked.shell, row)],
        alternates=alternates_of(asked),
    )


def about(asked: Asked) -> Content:
    """What the school says of itself."""
    row = read_about_us(asked.actor)
    context = {
        "about": row,
        "description": _html(row.description),
        "mission": _html(row.mission),
        "vision": _html(row.vision),
        "values": row.core_values.all() if row.created_at else (),
    }
    return _listing(asked, "about", row.title or _("About us"), context)


def team(asked: Asked) -> Content:
    """Who works here."""
    context = _slice(list_team(asked.actor).order_by(*IN_ORDER), asked, A_PAGE)
    context["rows"] = [_person(each, each.role) for each in context["rows"]]
    return _listing(asked, "team", _("Team"), context)


def alumni(asked: Asked) -> Content:
    """Who was here."""
    rows = list_alumni(asked.actor).prefetch_related(None).order_by("name", "pk")
    context = _slice(rows, asked, A_PAGE)
    context["rows"] = [_alumnus(each) for each in context["rows"]]
    return _listing(asked, "alumni", _("Alumni"), context)


def alumnus(asked: Asked) -> Content:
    """One of them, with what they tell."""
    row = get_alumni(UUID(asked.slug), actor=asked.actor)
    context = {"person": _alumnus(row), "bio": row.bio, "stories": list(row.stories.all())}
    things = _trail(asked, (_("Alumni"), "/alumni/"), (row.name, asked.path))
    return Content("alumnus", row.name, context, row.headline, things, alternates_of(asked))


def reviews(asked: Asked) -> Content:
    """What others think."""
    rows = list_reviews(asked.actor).order_by("-published_at", "-pk")
    context = _slice(rows, asked, REVIEWS_A_PAGE)
    context["rows"] = [_review(each) for each in context["rows"]]
    found = Review.objects.filter(state=Review.State.PUBLISHED).aggregate(mean=Avg("rating"), count=Count("pk"))
    context |= {"mean": f"{found['mean']:.1f}" if found["count"] else "", "count": found["count"]}
    return _listing(asked, "reviews", _("Reviews"), context)


def partners(asked: Asked) -> Content:
    """With whom the school works."""
    context = _slice(list_partners(asked.actor).order_by(*IN_ORDER), asked, A_PAGE)
    context["rows"] = [_partner(each) for each in context["rows"]]
    return _listing(asked, "partners", _("Partners"), context)


def locations(asked: Asked) -> Content:
    """Where the school is."""
    return _listing(
        asked, "locations", _("Where we are"), _slice(list_places(asked.actor).order_by("name", "pk"), asked, A_PAGE)
    )


def privacy(asked: Asked) -> Content:
    """What becomes of what visitors leave here."""
    return _listing(asked, "privacy", _("Privacy"), {})


def accessibility(asked: Asked) -> Content:
    """For whom the site works, and whom to tell where it does not."""
    return _listing(asked, "accessibility", _("Accessibility"), {})


def thanks(_asked: Asked) -> Content:
    """After a message."""
    return Content("thanks", _("Thank you"), is_hidden=True)


def _listing(asked: Asked, template: str, title: str, context: dict[str, Any]) -> Content:
    if asked.page > 1 and not context.get("rows"):
        raise NotFoundError
    return Content(
        template,
        title,
        context,
        things=_trail(asked, (title, asked.path)),
        alternates=alternates_of(asked),
        is_hidden=asked.page > 1,
    )


MAKERS: dict[str, Maker] = {
    "home": home,
    "free": free,
    "courses": courses,
    "course": course,
    "events": events,
    "event": event,
    "about-us": about,
    "team": team,
    "alumni": alumni,
    "alumnus": alumnus,
    "reviews": reviews,
    "partners": partners,
    "locations": locations,
    "privacy": privacy,
    "accessibility": accessibility,
    "thanks": thanks,
}


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
