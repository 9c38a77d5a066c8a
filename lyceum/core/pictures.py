"""Pictures made small enough for a page."""

import io

QUALITY = 78


def as_webp(content: bytes, *, widest: int) -> bytes:
    """A picture as WebP, no wider than so many points."""
    from PIL import Image  # slow, and needed here alone

    with Image.open(io.BytesIO(content)) as picture:
        colours = "RGBA" if "A" in picture.getbands() else "RGB"
        width = min(widest, picture.width)
        height = max(1, round(picture.height * width / picture.width))
        out = io.BytesIO()
        picture.convert(colours).resize((width, height)).save(out, format="WEBP", quality=QUALITY, method=2)
        return out.getvalue()
