"""Making a site as the office makes it."""

from typing import Any

from lyceum.core.actor import system_actor
from lyceum.domains.tenancy.models import School
from lyceum.domains.website.models import Page
from lyceum.domains.website.rules.pages import create_page, publish_page
from lyceum.domains.website.rules.site import publish_site
from lyceum.testing.beginnings import remembered
from lyceum.testing.factories import in_school

WORDS = {"kind": "text", "text": "## Welcome\n\nWe are **small** and kind."}


@remembered
def make_page(school: School, title: str, *blocks: dict[str, Any], published: bool = True, **values: Any) -> Page:
    """A page, published unless told otherwise."""
    actor = system_actor(school.pk)
    with in_school(school):
        page = create_page(title=title, blocks=blocks or [WORDS], actor=actor, **values)
        return publish_page(page.pk, actor=actor) if published else page


@remembered
def make_site(school: School, *blocks: dict[str, Any]) -> Page:
    """A published site with its home page."""
    home = make_page(school, school.name, *blocks, kind="home")
    with in_school(school):
        publish_site(actor=system_actor(school.pk))
    return home
