"""The blocks of a written page, as they are shown: pictures in their widths, texts as HTML, lists with their rows."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from lyceum.domains.calendars.queries import list_public_events
from lyceum.domains.learning.queries import list_public_courses
from lyceum.domains.tenancy.queries import today
from lyceum.domains.website.models import Picture
from lyceum.domains.website.pictures import image_of
from lyceum.domains.website.public.content import Asked, as_html
from lyceum.domains.website.public.people import shown_alumnus, shown_partner, shown_person
from lyceum.domains.website.public.voices import shown_review
from lyceum.domains.website.queries import IN_ORDER, list_alumni, list_partners, list_reviews, list_team
from lyceum.domains.website.rules.blocks import pictures_of

ON_HOME = 4


def shown_blocks(blocks: Sequence[dict[str, Any]], asked: Asked) -> list[dict[str, Any]]:
    """Blocks as they are shown: pictures in their widths, texts as HTML, lists with their rows."""
    wanted = pictures_of(list(blocks))
    pictures = {str(each.pk): each for each in Picture.objects.filter(pk__in=wanted)} if wanted else {}
    return [_shown(block, pictures, asked) for block in blocks]


def _shown(block: dict[str, Any], pictures: dict[str, Picture], asked: Asked) -> dict[str, Any]:
    kind = block["kind"]
    if kind == "text":
        return {"kind": kind, "html": as_html(block["text"])}
    if kind == "image":
        return {**block, "image": image_of(pictures.get(block["picture"]))}
    if kind == "gallery":
        found = [image_of(pictures.get(each), sizes="(min-width: 40em) 33vw, 100vw") for each in block["pictures"]]
        return {"kind": kind, "images": [each for each in found if each]}
    if kind == "list":
        return {**block, **_LISTS[block["of"]](asked)}
    return block


def _courses(asked: Asked) -> dict[str, Any]:
    rows: Any = list_public_courses(asked.actor).prefetch_related(None)
    return {"rows": list(rows[:ON_HOME]), "more": "/courses/", "usual": _("Courses")}


def _events(asked: Asked) -> dict[str, Any]:
    rows: Any = list_public_events(asked.actor).filter(last_day__gte=today())
    return {"rows": list(rows[:ON_HOME]), "more": "/events/", "usual": _("Events")}


def _team(asked: Asked) -> dict[str, Any]:
    rows = list_team(asked.actor).order_by(*IN_ORDER)[:ON_HOME]
    return {"rows": [shown_person(each, each.role) for each in rows], "more": "/team/", "usual": _("Team")}


def _alumni(asked: Asked) -> dict[str, Any]:
    rows = list_alumni(asked.actor).prefetch_related(None).order_by("name", "pk")[:ON_HOME]
    return {"rows": [shown_alumnus(each) for each in rows], "more": "/alumni/", "usual": _("Alumni")}


def _partners(asked: Asked) -> dict[str, Any]:
    rows = list_partners(asked.actor).order_by(*IN_ORDER)[: 2 * ON_HOME]
    return {"rows": [shown_partner(each) for each in rows], "more": "/partners/", "usual": _("Partners")}


def _reviews(asked: Asked) -> dict[str, Any]:
    rows = list_reviews(asked.actor).order_by("-published_at", "-pk")[:ON_HOME]
    return {"rows": [shown_review(each) for each in rows], "more": "/reviews/", "usual": _("Reviews")}


_LISTS: dict[str, Callable[[Asked], dict[str, Any]]] = {
    "courses": _courses,
    "events": _events,
    "team": _team,
    "alumni": _alumni,
    "partners": _partners,
    "reviews": _reviews,
}
