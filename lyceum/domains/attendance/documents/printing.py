"""Documents of attendance as PDF: templates beside this module, everything said comes as data."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib.resources import files
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.documents import print_document
from lyceum.domains.attendance.models import MarkChange, OfficialCopy, Register
from lyceum.domains.tenancy.queries import find_school_name, time_zone


def _print(template: str, data: Mapping[str, Any], *, paper: str) -> bytes:
    return print_document((files(__package__) / f"{template}.typ").read_bytes(), data, paper=paper)


def print_copy(copy: OfficialCopy, *, paper: str) -> bytes:
    """An official copy."""
    closing = copy.closing
    data = {
        **copy.content,
        "digest": copy.digest,
        "month_words": date_format(copy.month, "F Y"),
        "keep_until": date_format(closing.keep_until, "DATE_FORMAT"),
        "closed_at": date_format(clock.local(closing.closed_at, time_zone()), "DATETIME_FORMAT"),
        "closed_by": closing.closed_by_name,
        "words": {
            "kept": _("kept until"),
            "closed": _("closed on"),
            "name": _("Name"),
            "none": _("No register was kept in this month."),
            "taken": _("Who took the registers, and when"),
            "paper": _("recorded on paper"),
            "not_taken": _("not taken"),
            "amended": _("Amended entries"),
            "no_amended": _("No entry was amended."),
            "amended_head": [
                _("Day"), _("Session"), _("Name"), _("Number"), _("Original"), _("Amended"), _("By"), _("At"),
                _("Through"), _("Why"),
            ],
        },
    }  # fmt: skip
    return _print("official", data, paper=paper)


def print_history(
    register: Register, changes: Sequence[MarkChange], *, known_at: datetime | None = None, paper: str
) -> bytes:
    """Everything that was said on a register, or what it said at an instant: who, when, why."""
    zone = time_zone()
    known = known_at and date_format(clock.local(known_at, zone), "DATETIME_FORMAT")
    data = {
        "class": register.class_name,
        "when": f"{date_format(register.on, 'DATE_FORMAT')} · {register.session_words or register.period}",
        "school": find_school_name(),
        "known": _("What was known on %(at)s") % {"at": known} if known else "",
        "rows": [
            [
                change.mark.student.person.full_name,
                str(change.version),
                f"{change.code.symbol} · {_(change.code.label)}",
                f"{clock.local(change.marked_at, zone):%Y-%m-%d %H:%M}",
                change.marked_by_name,
                _(change.via),
                change.reason,
            ]
            for change in changes
        ],
        "words": {
            "title": _("What was said, by whom, and when"),
            "none": _("Nothing was marked yet."),
            "head": [_("Student"), _("Version"), _("Code"), _("When"), _("By"), _("Through"), _("Reason")],
        },
    }
    return _print("history", data, paper=paper)


def print_paper_register(
    *, school: str, class_name: str, days: list[date], sessions: list[str], students: list[str],
    codes: list[tuple[str, str]], paper: str,
) -> bytes:  # fmt: skip
    """A blank register of a week."""
    data = {
        "school": school,
        "class": class_name,
        "week": f"{date_format(days[0], _('j M'))} – {date_format(days[-1], _('j M Y'))}" if days else "",
        "days": [date_format(day, "D j") for day in days],
        "sessions": sessions,
        "students": students,
        "codes": [list(code) for code in codes],
        "words": {
            "name": _("Name"),
            "taken_by": _("Taken by"),
            "typed_in": _("Hand this to the office: it is typed in as recorded on paper, with your name."),
        },
    }
    return _print("paper", data, paper=paper)
