"""Pages about people: the team, those who were here, and with whom the school works."""

from typing import Any
from uuid import UUID

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from lyceum.domains.website.pictures import image_of
from lyceum.domains.website.public.content import A_PAGE, SHORT, Asked, Content, a_slice, alternates_of, listing, trail
from lyceum.domains.website.queries import IN_ORDER, get_alumni, list_alumni, list_partners, list_team


def shown_person(row: Any, role: str) -> dict[str, Any]:
    photo = image_of(row.photo, sizes="8rem")
    return {"name": row.name, "role": role, "photo": photo, "bio": Truncator(row.bio).chars(SHORT), "links": row.links}


def shown_alumnus(row: Any) -> dict[str, Any]:
    year = f"{row.leaving_year}" if row.leaving_year else ""
    where = " · ".join(each for each in (row.course.name if row.course else "", year, row.employer) if each)
    mentor = ", ".join(row.mentor_topics) if row.is_mentor else ""
    return {
        **shown_person(row, row.headline),
        "where": where,
        "is_mentor": row.is_mentor,
        "mentor": mentor,
        "href": f"/alumni/{row.pk}/",
    }


def shown_partner(row: Any) -> dict[str, Any]:
    text = Truncator(row.description).chars(SHORT)
    logo = image_of(row.logo, sizes="10rem")
    return {"name": row.name, "url": row.url, "kind": row.kind, "description": text, "logo": logo}


def team(asked: Asked) -> Content:
    """Who works here."""
    context = a_slice(list_team(asked.actor).order_by(*IN_ORDER), asked, A_PAGE)
    context["rows"] = [shown_person(each, each.role) for each in context["rows"]]
    return listing(asked, "team", _("Team"), context)


def alumni(asked: Asked) -> Content:
    """Who was here."""
    rows = list_alumni(asked.actor).prefetch_related(None).order_by("name", "pk")
    context = a_slice(rows, asked, A_PAGE)
    context["rows"] = [shown_alumnus(each) for each in context["rows"]]
    return listing(asked, "alumni", _("Alumni"), context)


def alumnus(asked: Asked) -> Content:
    """One of them, with what they tell."""
    row = get_alumni(UUID(asked.slug), actor=asked.actor)
    context = {"person": shown_alumnus(row), "bio": row.bio, "stories": list(row.stories.all())}
    things = trail(asked, (_("Alumni"), "/alumni/"), (row.name, asked.path))
    return Content("alumnus", row.name, context, row.headline, things, alternates_of(asked))


def partners(asked: Asked) -> Content:
    """With whom the school works."""
    context = a_slice(list_partners(asked.actor).order_by(*IN_ORDER), asked, A_PAGE)
    context["rows"] = [shown_partner(each) for each in context["rows"]]
    return listing(asked, "partners", _("Partners"), context)
