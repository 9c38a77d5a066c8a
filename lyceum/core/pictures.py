"""Pictures made small enough for a page."""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

QUALITY = 78


def as_webp(content: bytes, *, widest: int) -> bytes:
    """A picture as WebP, no wider than so many points."""
    from PIL import Image  # slow, and needed here alone

    with Image.open(io.BytesIO(content)) as picture:
        return paint(picture, min(widest, picture.width))[2]


def paint(picture: "Image", width: int) -> tuple[int, int, bytes]:
    """A picture as WebP in one width: its width and height in points, and its bytes."""
    colours = "RGBA" if "A" in picture.getbands() else "RGB"
    height = max(1, round(picture.height * width / picture.width))
    out = io.BytesIO()
    picture.convert(colours).resize((width, height)).save(out, format="WEBP", quality=QUALITY, method=2)
    return width, height, out.getvalue()
