"""The words by which a text says "no more" and "again", in every language of ours and as carriers know them."""

import re
import unicodedata

STOP = frozenset({
    "stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "optout", "opt out",
    "alto", "baja", "parar", "cancelar", "detener", "no mas",
    "arret", "arreter", "desabonner", "desinscrire", "annuler", "fin",
    "توقف", "ايقاف", "اوقف", "الغاء", "قف",
})  # fmt: skip
START = frozenset({
    "start", "unstop", "resume", "optin", "opt in",
    "alta", "iniciar", "reanudar", "comenzar",
    "reprendre", "demarrer", "recommencer",
    "ابدا", "بدء", "استئناف",
})  # fmt: skip
_NOT_LETTERS = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """A text without case, accents and punctuation."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return _NOT_LETTERS.sub(" ", bare.casefold()).strip()


def says_stop(text: str) -> bool:
    """Whether a text is nothing but such a word."""
    return plain(text) in STOP


def says_start(text: str) -> bool:
    """Whether a text is nothing but a word for "again"."""
    return plain(text) in START
