"""Where a picture of the site is found."""

from dataclasses import dataclass

from lyceum.domains.website.models import Picture

_USUAL = "(min-width: 60em) 40vw, 100vw"


@dataclass(frozen=True)
class Image:
    """What an `img` says of a picture."""

    src: str
    srcset: str
    width: int
    height: int
    alt: str
    sizes: str = _USUAL


def address_of_picture(row: Picture, width: int) -> str:
    """The address of a picture in one of its widths."""
    return f"/site-pictures/{row.pk}/{width}/"


def image_of(row: Picture | None, *, sizes: str = _USUAL) -> Image | None:
    """A picture for a page."""
    if row is None or not row.sizes:
        return None
    middle = row.sizes[min(1, len(row.sizes) - 1)]
    srcset = ", ".join(f"{address_of_picture(row, each['width'])} {each['width']}w" for each in row.sizes)
    alt = "" if row.is_decorative else row.alt
    return Image(address_of_picture(row, middle["width"]), srcset, middle["width"], middle["height"], alt, sizes)
