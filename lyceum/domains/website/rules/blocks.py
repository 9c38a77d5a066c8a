"""The blocks of a page: what each may say, and what stands in the way of publishing them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lyceum.core.errors import FieldError, InvalidError, invalid_field
from lyceum.domains.website.models import Picture
from lyceum.domains.website.rules.fields import line, lines, target

Block = dict[str, Any]
MOST_BLOCKS, MOST_LISTS, MOST_PICTURES = 40, 3, 12
"""Of one page; each list is a question to the database."""
LONGEST_TEXT, LONGEST_LABEL = 8_000, 80
LISTS = ("courses", "events", "team", "alumni", "partners", "reviews")
KINDS = {
    "text": gettext_lazy("Text"),
    "image": gettext_lazy("Picture"),
    "gallery": gettext_lazy("Several pictures"),
    "quote": gettext_lazy("Quote"),
    "button": gettext_lazy("Button"),
    "list": gettext_lazy("List"),
    "form": gettext_lazy("Contact form"),
}
_HEADING = re.compile(r"^(#{1,6})\s+(.*)$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\(")
_EMPTY_WORDS = frozenset({"here", "click here", "more", "read more", "link", "this", "hier", "aquí", "ici", "هنا"})


class NotReadyError(InvalidError):
    """Something on the page would shut readers out; the refusal names each place."""

    code = "not_accessible"


class AltTextMissingError(NotReadyError):
    """A picture says nothing to those who do not see it."""

    code = "alt_text_missing"


@dataclass(frozen=True)
class Fault:
    """What is wrong with a block."""

    block: int
    code: str
    message: str


def checked_blocks(given: Sequence[Mapping[str, Any]]) -> list[Block]:
    """The blocks as they are kept: only what each kind knows, and nothing that could be HTML or a script."""
    if len(given) > MOST_BLOCKS:
        raise invalid_field("/blocks", "length", _("A page has at most %(n)s blocks.") % {"n": MOST_BLOCKS})
    made = [_checked(n, each) for n, each in enumerate(given)]
    if sum(each["kind"] == "list" for each in made) > MOST_LISTS:
        raise invalid_field("/blocks", "lists", _("A page shows at most %(n)s lists.") % {"n": MOST_LISTS})
    pictures = pictures_of(made)
    known = set(Picture.objects.filter(pk__in=pictures).values_list("pk", flat=True)) if pictures else set()
    if len(known) < len(set(pictures)):
        raise invalid_field("/blocks", "unknown", _("There is no such picture."))
    return made


def pictures_of(blocks: Sequence[Block]) -> list[UUID]:
    """The pictures that blocks show."""
    found = [each["picture"] for each in blocks if each["kind"] == "image" and each["picture"]]
    found += [each for block in blocks if block["kind"] == "gallery" for each in block["pictures"]]
    return [UUID(each) for each in found]


def _checked(n: int, given: Mapping[str, Any]) -> Block:
    kind = str(given.get("kind", ""))
    shape = _SHAPES.get(kind)
    if shape is None:
        raise invalid_field(f"/blocks/{n}/kind", "choice", _("Choose one of: %(kinds)s.") % {"kinds": ", ".join(KINDS)})
    return {"kind": kind, **shape(f"blocks/{n}", given)}


def _text(at: str, given: Mapping[str, Any]) -> Block:
    return {"text": lines(f"{at}/text", str(given.get("text", "")), LONGEST_TEXT)}


def _image(at: str, given: Mapping[str, Any]) -> Block:
    caption = line(f"{at}/caption", str(given.get("caption", "")), LONGEST_LABEL * 2)
    return {"picture": _picture_id(at, given.get("picture")), "caption": caption}


def _gallery(at: str, given: Mapping[str, Any]) -> Block:
    pictures = given.get("pictures") or []
    if not isinstance(pictures, list) or len(pictures) > MOST_PICTURES:
        raise invalid_field(f"/{at}/pictures", "length", _("Show at most %(n)s pictures.") % {"n": MOST_PICTURES})
    return {"pictures": [found for each in pictures if (found := _picture_id(at, each))]}


def _quote(at: str, given: Mapping[str, Any]) -> Block:
    return {
        "text": line(f"{at}/text", str(given.get("text", "")), 600),
        "by": line(f"{at}/by", str(given.get("by", "")), LONGEST_LABEL * 2),
    }


def _button(at: str, given: Mapping[str, Any]) -> Block:
    return {
        "label": line(f"{at}/label", str(given.get("label", "")), LONGEST_LABEL, needed=True),
        "target": target(f"{at}/target", str(given.get("target", ""))),
    }


def _list(at: str, given: Mapping[str, Any]) -> Block:
    if given.get("of") not in LISTS:
        raise invalid_field(f"/{at}/of", "choice", _("Choose one of: %(kinds)s.") % {"kinds": ", ".join(LISTS)})
    return {"of": given["of"], "title": line(f"{at}/title", str(given.get("title", "")), LONGEST_LABEL)}


def _form(at: str, given: Mapping[str, Any]) -> Block:
    return {"label": line(f"{at}/label", str(given.get("label", "")), LONGEST_LABEL)}


_SHAPES: Mapping[str, Callable[[str, Mapping[str, Any]], Block]] = {
    "text": _text,
    "image": _image,
    "gallery": _gallery,
    "quote": _quote,
    "button": _button,
    "list": _list,
    "form": _form,
}


def _picture_id(at: str, given: object) -> str:
    try:
        return str(UUID(str(given))) if given else ""
    except ValueError:
        raise invalid_field(f"/{at}/picture", "unknown", _("There is no such picture.")) from None


def refuse_unready(blocks: Sequence[Block]) -> None:
    """Refuse to publish what would shut readers out, each place named."""
    faults = find_faults(blocks)
    if not faults:
        return
    errors = [FieldError(f"/blocks/{each.block}", each.code, each.message) for each in faults]
    kind = AltTextMissingError if any(each.code == "alt_text_missing" for each in faults) else NotReadyError
    raise kind(faults[0].message, errors=errors)


def find_faults(blocks: Sequence[Block]) -> list[Fault]:
    """What stands in the way of publishing blocks."""
    wanted = pictures_of(blocks)
    pictures = {str(each.pk): each for each in Picture.objects.filter(pk__in=wanted)} if wanted else {}
    faults: list[Fault] = []
    level = 1
    for n, block in enumerate(blocks):
        shown = block.get("pictures", []) + ([block["picture"]] if block.get("picture") else [])
        for each in shown:
            if each in pictures and not (pictures[each].alt or pictures[each].is_decorative):
                said = _("Block %(n)s: say what the picture shows, or that it is decoration.")
                faults.append(Fault(n, "alt_text_missing", said % {"n": n + 1}))
        if block["kind"] == "text":
            level, found = _faults_of_text(n, block["text"], level)
            faults += found
        elif block["kind"] == "button" and _says_nothing(block["label"]):
            faults.append(_empty_link(n, block["label"]))
    return faults


def _faults_of_text(n: int, text: str, level: int) -> tuple[int, list[Fault]]:
    """The faults of a text, and the level of its last heading. `#` is shown as `##`: a page has its one title."""
    found = []
    for marks, words in _HEADING.findall(text):
        depth = max(2, len(marks))
        if depth > level + 1:
            said = _("Block %(n)s: the heading “%(words)s” skips a level. Give it %(marks)s.")
            found.append(
                Fault(n, "heading_skipped", said % {"n": n + 1, "words": words.strip(), "marks": "#" * (level + 1)})
            )
        level = depth
    found += [_empty_link(n, words) for words in _LINK.findall(text) if _says_nothing(words)]
    return level, found


def _says_nothing(words: str) -> bool:
    return words.strip().strip(".!…»").strip().casefold() in _EMPTY_WORDS or not words.strip()


def _empty_link(n: int, words: str) -> Fault:
    said = _("Block %(n)s: a link called “%(words)s” says nothing by itself. Name where it leads.")
    return Fault(n, "link_says_nothing", said % {"n": n + 1, "words": words})
