"""Pictures of the site: taken, painted anew in three widths, and gone at once where a person no longer agrees."""

import io
from collections.abc import Iterable
from functools import partial
from typing import BinaryIO
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.files import FileKindError, delete_file, store_file, take_file
from lyceum.core.ids import new_id
from lyceum.core.permissions import Permission
from lyceum.core.pictures import paint
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.website.models import Picture
from lyceum.domains.website.rules.fields import line
from lyceum.domains.website.rules.site import touch_site

WIDTHS = (480, 960, 1600)
AREA = "site"
LONGEST_ALT, LONGEST_NAME = 200, 200


@transaction.atomic
def add_picture(
    given: BinaryIO,
    *,
    name: str,
    alt: str = "",
    is_decorative: bool = False,
    shows_person: bool = False,
    consent_by: str = "",
    actor: Actor,
) -> Picture:
    """Put a picture into the site's store. One that shows a person needs somebody who agreed."""
    actor.require_all(Permission.SITE_EDIT)
    return keep_picture(
        given,
        name=name,
        alt=alt,
        is_decorative=is_decorative,
        shows_person=shows_person,
        consent_by=consent_by,
        actor=actor,
    )


def keep_picture(
    given: BinaryIO,
    *,
    name: str,
    alt: str,
    is_decorative: bool = False,
    shows_person: bool = False,
    consent_by: str = "",
    actor: Actor,
) -> Picture:
    """The same for somebody who may do so otherwise, as with a picture of their own."""
    by = line("consent_by", consent_by, LONGEST_NAME)
    if shows_person and not by:
        raise invalid_field("/consent_by", "required", _("Say who agreed that this person is shown."))
    taken = take_file(given, name=name)
    if not taken.kind.startswith("image/"):
        raise FileKindError(_("Hand in a picture (JPEG, PNG or WebP)."))
    row = Picture(
        id=new_id(),
        alt=line("alt", alt, LONGEST_ALT),
        is_decorative=is_decorative,
        shows_person=shows_person,
        consent_at=clock.now() if shows_person else None,
        consent_by=by if shows_person else "",
    )
    row.sizes = [
        {
            "width": width,
            "height": height,
            "stored": store_file(type(taken)(taken.name, "image/webp", content), area=AREA, row=new_id()),
        }
        for width, height, content in _painted(taken.content)
    ]
    row.save(force_insert=True)
    record("website.picture.add", target=Target.of(row), actor=actor)
    return row


def _painted(content: bytes) -> list[tuple[int, int, bytes]]:
    """The picture in each width that it is large enough for, and at least once."""
    from PIL import Image  # slow, and needed here alone

    with Image.open(io.BytesIO(content)) as picture:
        widths = [each for each in WIDTHS if each < picture.width] or [picture.width]
        if picture.width <= WIDTHS[-1] and widths[-1] != picture.width:
            widths.append(picture.width)
        return [paint(picture, width) for width in widths[-3:]]


@transaction.atomic
def remove_picture(picture_id: UUID, *, reason: str = "", actor: Actor) -> None:
    """Take a picture out of the site: from every page, in every width."""
    actor.require_all(Permission.SITE_EDIT)
    row = Picture.objects.select_for_update().filter(pk=picture_id).first()
    if row is None:
        raise NotFoundError(_("There is no such picture."))
    drop_pictures([row], reason=reason, actor=actor)


def drop_pictures(rows: Iterable[Picture], *, reason: str = "", actor: Actor) -> None:
    """Delete pictures and what is stored of them; whatever showed them shows none."""
    for row in rows:
        record("website.picture.remove", target=Target.of(row), reason=reason, actor=actor)
        for size in row.sizes:
            transaction.on_commit(partial(delete_file, size["stored"]))
        row.delete()
    touch_site()
