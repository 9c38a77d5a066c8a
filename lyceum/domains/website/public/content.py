"""What a page of the site is made of, and what every page says of itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.richtext import to_html
from lyceum.domains.website.public import seo
from lyceum.domains.website.public.shell import Alternate, Shell

A_PAGE, SHORT = 20, 260
"""Rows of a list, and letters of a text where many stand on a page: a page weighs at most 25 KB."""


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


def trail(asked: Asked, *steps: tuple[str, str]) -> seo.Things:
    return [seo.breadcrumbs(asked.shell, steps)]


def a_slice(rows: Any, asked: Asked, size: int) -> dict[str, Any]:
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


def listing(asked: Asked, template: str, title: str, context: dict[str, Any]) -> Content:
    if asked.page > 1 and not context.get("rows"):
        raise NotFoundError
    return Content(
        template,
        title,
        context,
        things=trail(asked, (title, asked.path)),
        alternates=alternates_of(asked),
        is_hidden=asked.page > 1,
    )


def as_html(text: str) -> SafeString:
    return mark_safe(to_html(text))  # noqa: S308 - nothing but what `richtext` lets pass
