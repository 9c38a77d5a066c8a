"""The typeface, cut down to the letters of European languages: a tenth of its size on the way to a phone.

The family comes as a package under the SIL Open Font License; other scripts fall back to the system's faces.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

FACES = {"regular": "Regular", "bold": "Bold"}
_RANGES = ((0x20, 0x7E), (0xA0, 0x17F), (0x218, 0x21B), (0x2010, 0x2027), (0x2030, 0x203A), (0x20AC, 0x20AC))
_SINGLE = (0x2122, 0x2190, 0x2191, 0x2192, 0x2193, 0x2212, 0x2713)


def make_fonts(folder: Path) -> bool:
    """Write each face into `folder` as WOFF2, unless it is there; returns whether anything was written."""
    missing = {name: face for name, face in FACES.items() if not (folder / f"{name}.woff2").exists()}
    if not missing:
        return False
    # Imported here: needed at the first start alone, and slow.
    import fontpkg_atkinson_hyperlegible
    from fontTools import subset

    source = Path(fontpkg_atkinson_hyperlegible.__file__).parent / "files"
    folder.mkdir(parents=True, exist_ok=True)
    for name, face in missing.items():
        options = subset.Options(flavor="woff2", layout_features=["*"], hinting=False, notdef_outline=True)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=[*_SINGLE, *(code for first, last in _RANGES for code in range(first, last + 1))])
        draft = folder / f"{name}.part"
        with closing(subset.load_font(source / f"AtkinsonHyperlegible-{face}.ttf", options)) as font:
            cutter.subset(font)
            subset.save_font(font, draft, options)
        draft.replace(folder / f"{name}.woff2")
    return True
