"""How well a colour can be read on paper (WCAG 2.2), and the nearest one that can."""

PAPERS = {"light": "#faf8f3", "dark": "#1d2026"}
"""Of the two grounds of each theme that on which text is harder to read."""
WANTED = 4.5
_STEPS = 100


def contrast(one: str, other: str) -> float:
    """The contrast of two colours `#rrggbb`, from 1 to 21. Relative luminance as WCAG 2.2 defines it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def nearest_passing(colour: str, paper: str) -> str:
    """The colour nearest to one that can be read on a paper: as much of black or white mixed in as it takes."""
    towards = "#000000" if _luminance(paper) > 0.18 else "#ffffff"
    for step in range(_STEPS + 1):
        mixed = _mix(colour, towards, step / _STEPS)
        if contrast(mixed, paper) >= WANTED:
            return mixed
    return towards


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _mix(one: str, other: str, share: float) -> str:
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    parts = [c / 255 for c in _channels(colour)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
