"""Links under which a draft can be looked at."""

from django.core import signing
from django.utils.translation import gettext as _

from lyceum.core.errors import NotFoundError
from lyceum.core.schools import current_school
from lyceum.domains.website.models import Page

PREVIEW, PREVIEW_SECONDS = "website.preview", 7 * 24 * 3600


def preview_address(page: Page) -> str:
    """The link under which a draft can be looked at for seven days."""
    token = signing.dumps([current_school(), str(page.pk)], salt=PREVIEW, compress=True)
    return f"/preview/{token}/"


def page_of_link(token: str) -> Page:
    """The page that a link is for."""
    try:
        school_id, page_id = signing.loads(token, salt=PREVIEW, max_age=PREVIEW_SECONDS)
    except (signing.BadSignature, ValueError):
        raise NotFoundError(_("This link has ended. Ask for a new one.")) from None
    page = Page.objects.filter(pk=page_id).first() if school_id == current_school() else None
    if page is None:
        raise NotFoundError(_("There is no such page."))
    return page
