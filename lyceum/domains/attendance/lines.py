"""One line of the register as HTML.

Written here and not as a template because a page holds thirty: the template engine would resolve some six hundred
variables a page, at half the page's whole cost. Everything that a person wrote is escaped.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lyceum.domains.attendance.rules.marks import RowConflict
from lyceum.domains.attendance.sheet import SheetRow
from lyceum.domains.people.words import FLAG_WORDS


@dataclass(frozen=True)
class Line:
    """One line of the register: the row, and what is chosen for it."""

    row: SheetRow
    symbol: str
    was: str
    """The symbol of the mark that was saved, whatever was typed since."""
    tone: str
    label: str
    strip: SafeString
    conflict: RowConflict | None = None
    is_linked: bool = True
    """Whether the name leads to the student: not for those who cover."""

    @property
    def is_held(self) -> bool:
        """Whether a planned absence holds the mark."""
        return self.row.prefilled is not None and self.row.prefilled.planned_id is not None


def lines_html(lines: list[Line], *, editable: bool) -> SafeString:
    """The lines of a register, in order."""
    words = {
        "minutes": escape(_("Minutes late")),
        "code_for": escape(_("Code for")),
        "codes": escape(_("All codes")),
        "no_mark": escape(_("no mark")),
        "min": escape(_("min")),
        "planned": escape(_("planned")),
        "arrived": escape(_("Arrived")),
    }
    return SafeString("".join(_line(n, line, _control(line, editable)(line, words)) for n, line in enumerate(lines, 1)))


def _control(line: Line, editable: bool) -> Callable[[Line, Mapping[str, str]], str]:
    if not editable:
        return _to_read
    return _held if line.is_held else _to_mark


def _flag(kind: str) -> str:
    return str(FLAG_WORDS.get(kind, kind))


def _line(number: int, line: Line, control: str) -> str:
    row = line.row
    version = row.mark.version if row.mark else 0
    flags = "".join(f'<span class="flag">{escape(_flag(kind))}: {escape(text)}</span>' for kind, text in row.flags)
    left = f"{row.left_at:%H:%M}" if row.left_at else ""
    if left:
        flags += f'<span class="flag left">{escape(_("signed out %(at)s") % {"at": left})}</span>'
    name = escape(row.name)
    if line.is_linked:
        name = f'<a href="/students/{row.student_id}/" tabindex="-1" dir="auto">{name}</a>'
    else:
        name = f'<span dir="auto">{name}</span>'
    return (
        f'<li class="line{" conflict" if line.conflict else ""}" id="s-{row.student_id}" data-v="{version}{left}">'
        f'<span class="nr">{number}</span>'
        f'<span class="who">{name}'
        f"{flags}</span>"
        f'<span class="strip" aria-hidden="true">{line.strip}</span>'
        f'<span class="give">{control}</span>{_conflict(line)}</li>'
    )


def _to_mark(line: Line, words: Mapping[str, str]) -> str:
    """A button that changes the mark by tapping; where no script runs, the field in which its code is typed."""
    row, name = line.row, escape(line.row.name)
    minutes = "" if row.mark is None or row.mark.minutes_late is None else row.mark.minutes_late
    was = f"{row.mark.version if row.mark else 0} {line.was} {minutes}"
    label, symbol = escape(line.label) or words["no_mark"], escape(line.symbol)
    return (
        f'<input class="minutes" name="minutes-{row.student_id}" inputmode="numeric" '
        f'aria-label="{words["minutes"]}: {name}" placeholder="{words["min"]}" value="{minutes}">'
        f'<input type="hidden" name="was-{row.student_id}" value="{escape(was)}">'
        f'<button type="button" class="mark" data-tone="{line.tone}" aria-label="{name}: {label}">'
        f"{symbol or '·'}</button>"
        f'<button type="button" class="more" tabindex="-1" aria-label="{words["codes"]}: {name}">⋮</button>'
        f'<input class="code" name="mark-{row.student_id}" value="{symbol}" list="codes" autocomplete="off" '
        f'aria-label="{words["code_for"]} {name}">'
    )


def _held(line: Line, words: Mapping[str, str]) -> str:
    """What a planned absence says, and a button for a student who is here after all."""
    name = escape(line.row.name)
    return (
        f'{_to_read(line, words)}<span class="muted small">{words["planned"]}</span>'
        f'<button class="button quiet" name="arrived" value="{line.row.student_id}" '
        f'aria-label="{words["arrived"]}: {name}">{words["arrived"]}</button>'
    )


def _to_read(line: Line, words: Mapping[str, str]) -> str:
    label = escape(line.label) or words["no_mark"]
    return f'<span class="g g-{line.tone or "none"}" title="{label}">{escape(line.symbol) or "·"}</span>'


def _conflict(line: Line) -> str:
    """Both values of a line that somebody else changed meanwhile, and one tap to choose."""
    conflict = line.conflict
    if conflict is None:
        return ""
    by = conflict.by or _("Somebody else")
    told = _("%(by)s changed this to %(theirs)s at %(at)s; you chose %(yours)s.") % {
        "by": by,
        "theirs": conflict.theirs,
        "at": f"{conflict.at:%H:%M}",
        "yours": conflict.yours,
    }
    use = _("Use %(yours)s") % {"yours": conflict.yours}
    return (
        f'<p class="choose">{escape(told)} <button type="button" class="button quiet only-js" '
        f'data-take="{escape(conflict.yours)}">{escape(use)}</button></p>'
    )
