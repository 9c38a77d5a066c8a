"""What search engines are told: structured data, the map of the site, and what they are to leave alone."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from django.utils.safestring import SafeString, mark_safe

from lyceum.domains.website.public.shell import Shell

MOST_IN_MAP = 50_000
Things = list[dict[str, Any]]


def as_json_ld(things: Sequence[dict[str, Any]]) -> SafeString:
    """Structured data for a page; nothing in it can end the element that holds it."""
    if not things:
        return SafeString("")
    said = json.dumps({"@context": "https://schema.org", "@graph": list(things)}, ensure_ascii=False)
    safe = said.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return mark_safe(safe)  # noqa: S308 - made safe above


def organization(shell: Shell) -> dict[str, Any]:
    """The school."""
    school = shell.school
    found = {
        "@type": "EducationalOrganization",
        "@id": shell.absolute("/#school"),
        "name": school.name,
        "url": shell.absolute("/"),
        "email": school.email,
        "telephone": school.phone,
        "address": school.address,
        "logo": shell.absolute(shell.crest.src) if shell.crest else "",
    }
    return {name: value for name, value in found.items() if value}


def breadcrumbs(shell: Shell, trail: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Where a page is: names and paths from the home page on."""
    steps = [(shell.school.name, "/"), *trail]
    items = [
        {"@type": "ListItem", "position": n, "name": name, "item": shell.absolute(shell.address(path))}
        for n, (name, path) in enumerate(steps, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def course(shell: Shell, row: Any) -> dict[str, Any]:
    """A course with its runs. What the school's own visitors think of it is not marked up."""
    modes = {"on_site": "Onsite", "online": "Online", "hybrid": "Blended"}
    return {
        "@type": "Course",
        "name": row.name,
        "description": row.summary or row.name,
        "url": shell.absolute(shell.address(f"/courses/{row.slug}/")),
        **({"image": shell.absolute(row.image_url)} if row.image_url else {}),
        "provider": {"@id": shell.absolute("/#school")},
        "hasCourseInstance": [
            {
                "@type": "CourseInstance",
                "courseMode": modes.get(run.delivery, "Onsite"),
                "startDate": run.start_on.isoformat(),
                "endDate": run.end_on.isoformat(),
                **({"location": str(run.location)} if run.location else {}),
            }
            for run in row.public_runs
        ],
    }


def event(shell: Shell, row: Any) -> dict[str, Any]:
    """An event."""
    online = "https://schema.org/OnlineEventAttendanceMode"
    return {
        "@type": "Event",
        "name": row.title,
        "startDate": (row.starts_at or row.date).isoformat(),
        "endDate": (row.ends_at or row.last_day).isoformat(),
        "eventAttendanceMode": online if row.is_virtual else "https://schema.org/OfflineEventAttendanceMode",
        "location": {"@type": "Place", "name": str(row.location), "address": row.location.address}
        if row.location
        else {"@type": "Place", "name": shell.school.name, "address": shell.school.address},
        "organizer": {"@id": shell.absolute("/#school")},
        "url": shell.absolute(shell.address(f"/events/{row.slug}/")),
    }


@dataclass(frozen=True)
class Place:
    """One address of the map."""

    path: str
    changed_at: datetime | None


def sitemap(shell: Shell, places: Sequence[Place], part: int | None) -> str:
    """The map of a site; above 50,000 addresses a list of its parts."""
    if part is None and len(places) > MOST_IN_MAP:
        parts = range(1, -(-len(places) // MOST_IN_MAP) + 1)
        found = "".join(
            f"<sitemap><loc>{escape(shell.absolute(f'/sitemap.xml?part={n}'))}</loc></sitemap>" for n in parts
        )
        return f'{_XML}<sitemapindex xmlns="{_NAMES}">{found}</sitemapindex>'
    first = ((part or 1) - 1) * MOST_IN_MAP
    found = "".join(_url(shell, each) for each in places[first : first + MOST_IN_MAP])
    return f'{_XML}<urlset xmlns="{_NAMES}">{found}</urlset>'


_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMES = "http://www.sitemaps.org/schemas/sitemap/0.9"


def _url(shell: Shell, place: Place) -> str:
    changed = f"<lastmod>{place.changed_at:%Y-%m-%dT%H:%M:%S+00:00}</lastmod>" if place.changed_at else ""
    return f"<url><loc>{escape(shell.absolute(place.path))}</loc>{changed}</url>"


def robots(shell: Shell | None, left_alone: Iterable[str]) -> str:
    """What machines may read: nothing of a site that is not published."""
    if shell is None:
        return "User-agent: *\nDisallow: /\n"
    lines = "".join(f"Disallow: {each}\n" for each in left_alone)
    return f"User-agent: *\n{lines}Sitemap: {shell.absolute('/sitemap.xml')}\n"
