"""What the school offers, and where: its courses, its events, its places."""

from typing import Any

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from lyceum.core.richtext import to_text
from lyceum.domains.academics.queries import list_places
from lyceum.domains.calendars.answering import why_closed
from lyceum.domains.calendars.queries import get_public_event, list_public_events
from lyceum.domains.learning.queries import get_public_course, list_public_courses
from lyceum.domains.tenancy.queries import today
from lyceum.domains.website.public import seo
from lyceum.domains.website.public.content import A_PAGE, Asked, Content, a_slice, alternates_of, listing, trail


def courses(asked: Asked) -> Content:
    """What can be learnt here."""
    rows = list_public_courses(asked.actor)
    return listing(asked, "courses", _("Courses"), a_slice(rows, asked, A_PAGE))


def course(asked: Asked) -> Content:
    """One course with its runs."""
    row: Any = get_public_course(asked.slug, actor=asked.actor)
    return Content(
        "course",
        row.name,
        {"row": row, "text": mark_safe(row.description_html)},  # noqa: S308 - sanitised when it was written
        description=row.summary or to_text(row.description)[:160],
        things=[*trail(asked, (_("Courses"), "/courses/"), (row.name, asked.path)), seo.course(asked.shell, row)],
        alternates=alternates_of(asked),
    )


def events(asked: Asked) -> Content:
    """What is going to happen."""
    rows = list_public_events(asked.actor).filter(last_day__gte=today())
    return listing(asked, "events", _("Events"), a_slice(rows, asked, A_PAGE))


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
        things=[*trail(asked, (_("Events"), "/events/"), (row.title, asked.path)), seo.event(asked.shell, row)],
        alternates=alternates_of(asked),
    )


def locations(asked: Asked) -> Content:
    """Where the school is."""
    return listing(
        asked, "locations", _("Where we are"), a_slice(list_places(asked.actor).order_by("name", "pk"), asked, A_PAGE)
    )
