"""Documents of attendance as PDF: templates beside this module, everything said comes as data."""

from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.documents import print_document
from lyceum.domains.attendance.models import OfficialCopy
from lyceum.domains.tenancy.queries import time_zone


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
