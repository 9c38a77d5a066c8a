"""Text as people write it, and the two forms in which it is compared."""

import unicodedata


def tidy(text: str) -> str:
    """NFC, trimmed, runs of white space folded to one blank, control characters dropped."""
    composed = unicodedata.normalize("NFC", text)
    printable = "".join(c if c.isprintable() or c in "\u200c\u200d" else " " for c in composed)
    return " ".join(printable.split())


def fold(text: str) -> str:
    """The form in which two texts are the same name: NFC, trimmed, case-folded."""
    return unicodedata.normalize("NFC", tidy(text).casefold())


# Letters that Unicode does not decompose, but that people type without their stroke.
_STROKES = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})


def searchable(text: str) -> str:
    """The form in which names are searched: without case, accents and punctuation."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_STROKES)
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())
