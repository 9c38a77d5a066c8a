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


_PLAIN = {n: chr(n).lower() if chr(n).isalnum() else " " for n in range(128)}


def searchable(text: str) -> str:
    """The form in which names are searched: without case, accents and punctuation."""
    if text.isascii():  # most words: nothing of what follows changes them further, at a tenth of the work
        return " ".join(text.translate(_PLAIN).split())
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_STROKES)
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())


_FORGIVEN_FROM = 4  # letters: in a shorter word an error makes another word


def nearness(text: str, phrase: str) -> float:
    """How well a typed text means a phrase, from 0 (not at all) to 1: each typed word begins a word of the phrase.

    A typing error in a longer word is forgiven; both are compared without case and accents.
    """
    typed, words = searchable(text).split(), searchable(phrase).split()
    if not typed or not words:
        return 0.0
    scores = [max(_likeness(each, word) for word in words) for each in typed]
    return sum(scores) / len(scores) if all(scores) else 0.0


def _likeness(typed: str, word: str) -> float:
    if typed == word:
        return 1.0
    if word.startswith(typed) or (not typed.isascii() and typed in word):
        return 0.9
    if len(typed) < _FORGIVEN_FROM or not _may_be_near(typed, word):
        return 0.0
    lengths = {len(word), *range(len(typed) - 1, len(typed) + 2)}
    return 0.5 if any(is_one_error_away(typed, word[:length]) for length in lengths) else 0.0


def _may_be_near(typed: str, word: str) -> bool:
    """Whether what is before the middle of a word, or after it, is as it was typed: one error spoils one side.

    Asked first: it is quick, and few words pass.
    """
    middle = len(typed) // 2
    return word.startswith(typed[: middle - 1]) or typed[middle + 1 :] in word


def is_one_error_away(one: str, other: str) -> bool:
    """Whether a letter too many, too few, another, or two swapped make one word of the other."""
    if len(one) > len(other):
        one, other = other, one
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    if one[at + 1 :] == other[at + 1 :]:
        return at < len(one)
    return one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
