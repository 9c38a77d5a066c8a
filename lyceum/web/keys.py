"""The keys of our pages: one table for the help, for `aria-keyshortcuts` and for the script that hears them.

Names are those of `aria-keyshortcuts`; a chord has a blank between its two keys. What is one character without
Control or Command is a single key: people who talk to their computer, or whose hands slip, can turn those off.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lyceum.web.navigation import Item


@dataclass(frozen=True)
class Key:
    """What some keys do, each of them by itself."""

    keys: tuple[str, ...]
    says: object
    does: str = ""
    """`palette`, `help`, `undo`, `next`, or an address; empty where the page's own script hears it."""


@dataclass(frozen=True)
class Section:
    """The keys of one place, in the order of the help."""

    title: object
    keys: Sequence[Key]
    under: str = ""
    """The beginning of the addresses that have them; empty for all."""


EVERYWHERE = (
    Key(("Control+K", "Meta+K", "/"), lazy("Search people, pages and acts"), "palette"),
    Key(("?",), lazy("Show the keys of this page"), "help"),
    Key(("u",), lazy("Undo, while a message offers it"), "undo"),
    Key(("Escape",), lazy("Close what is open, or the message")),
)
CHORDS = {
    "/today/": "t",
    "/students/": "p",
    "/classes/": "c",
    "/attendance/": "a",
    "/behaviour/": "b",
    "/imports/": "i",
    "/timetable/": "l",
    "/calendar/": "k",
    "/settings/": "s",
    "/operator/": "o",
    "/assignments/": "w",
    "/marks/": "m",
    "/learning/": "n",
    "/applications/": "d",
    "/site/": "e",
}
"""The second key, after g, of each place in the navigation."""
PALETTE = Section(
    lazy("In the search"),
    (
        Key(("ArrowDown", "ArrowUp"), lazy("Go down and up the list")),
        Key(("Enter",), lazy("Go there, or do it")),
    ),
)
REGISTER = Section(
    lazy("On a mark of the register"),
    (
        Key(("ArrowDown", "ArrowUp"), lazy("Go to the next and the one before")),
        Key(("Space",), lazy("Give the next mark: absent, late, present")),
        Key(("/",), lazy("Present, and on to the next")),
        Key(("A–Z",), lazy("The code of that letter, and on to the next")),
        Key(("F2",), lazy("Show all codes")),
    ),
    under="/registers/",
)

QUEUE = Section(
    lazy("On what waits for a decision"),
    (
        Key(("j", "k"), lazy("Go to the next and the one before")),
        Key(("a",), lazy("Approve, or send")),
        Key(("r",), lazy("Write the reason, or the answer")),
        Key(("o",), lazy("Open it")),
    ),
    under="/behaviour/queue/",
)

DESK = Section(
    lazy("At the marking desk"),
    (
        Key(("n",), lazy("Go to the next work to mark")),
        Key(("p",), lazy("Go to the one before")),
    ),
    under="/submissions/",
)

APPLICATION = Section(
    lazy("On an application"),
    (Key(("n",), lazy("Go to the next in the same state"), "next"),),
    under="/applications/",
)


def is_single(key: str) -> bool:
    """Whether a key is one character, or a chord of such, without Control or Command."""
    return all(len(part) == 1 for part in key.split())


def go_keys(items: Iterable[Item]) -> list[Key]:
    """The chords that lead to the places somebody has."""
    return [Key((f"g {CHORDS[item.href]}",), item.label, item.href) for item in items if item.href in CHORDS]


def heard_keys(items: Iterable[Item], *, at: str = "", single_keys: bool) -> dict[str, str]:
    """What the script hears at an address: key or chord, and what it does."""
    table = [*EVERYWHERE, *go_keys(items), *(APPLICATION.keys if at.startswith(APPLICATION.under) else ())]
    return {key: row.does for row in table if row.does for key in row.keys if single_keys or not is_single(key)}


def shortcuts_of(does: str, *, single_keys: bool) -> str:
    """The keys of an act in the form of `aria-keyshortcuts`."""
    keys = (key for row in EVERYWHERE if row.does == does for key in row.keys)
    return " ".join(key for key in keys if single_keys or not is_single(key))


def sections_for(items: Iterable[Item], *, at: str = "", single_keys: bool) -> list[Section]:
    """The help: the keys that work for somebody, at an address or at all of them."""
    own = [
        PALETTE,
        *(section for section in (REGISTER, QUEUE, DESK, APPLICATION) if not at or at.startswith(section.under)),
    ]
    everywhere = _working(EVERYWHERE, single_keys)
    going = _working(go_keys(items), single_keys)
    sections = [Section(lazy("Everywhere"), everywhere), Section(lazy("Go to"), going), *own]
    return [section for section in sections if section.keys]


def _working(keys: Iterable[Key], single_keys: bool) -> list[Key]:
    rows = [Key(tuple(k for k in row.keys if single_keys or not is_single(k)), row.says, row.does) for row in keys]
    return [row for row in rows if row.keys]


def written(key: str) -> list[str]:
    """A key as it is printed on a keyboard, part by part: Control+K is Ctrl and K, `g t` is g and t."""
    names = {
        "Control": _("Ctrl"),
        "Meta": "⌘",
        "ArrowDown": "↓",
        "ArrowUp": "↑",
        "Enter": _("Enter"),
        "Escape": _("Esc"),
        "Space": _("Space"),
    }
    parts = [key] if key == "+" else key.replace("+", " ").split()
    return [names.get(part, part) for part in parts]
