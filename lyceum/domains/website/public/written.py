"""Pages that the office writes, and those that say who the school is."""

from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core.errors import NotFoundError
from lyceum.domains.website.models import Page
from lyceum.domains.website.pictures import image_of
from lyceum.domains.website.public import seo
from lyceum.domains.website.public.blocks import shown_blocks
from lyceum.domains.website.public.content import Asked, Content, alternates_of, as_html, listing, trail
from lyceum.domains.website.public.shell import Alternate
from lyceum.domains.website.queries import read_about_us


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
        things=trail(asked, (written.title, asked.path)),
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


def about(asked: Asked) -> Content:
    """What the school says of itself."""
    row = read_about_us(asked.actor)
    context = {
        "about": row,
        "description": as_html(row.description),
        "mission": as_html(row.mission),
        "vision": as_html(row.vision),
        "values": row.core_values.all() if row.created_at else (),
    }
    return listing(asked, "about", row.title or _("About us"), context)


def privacy(asked: Asked) -> Content:
    """What becomes of what visitors leave here."""
    return listing(asked, "privacy", _("Privacy"), {})


def accessibility(asked: Asked) -> Content:
    """For whom the site works, and whom to tell where it does not."""
    return listing(asked, "accessibility", _("Accessibility"), {})


def thanks(_asked: Asked) -> Content:
    """After a message."""
    return Content("thanks", _("Thank you"), is_hidden=True)
