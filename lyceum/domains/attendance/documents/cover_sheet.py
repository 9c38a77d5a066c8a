"""The cover sheet of a day."""

from collections.abc import Sequence
from datetime import date
from importlib.resources import files

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core.documents import print_document
from lyceum.domains.attendance.cover_words import Line


def print_cover_sheet(*, school: str, on: date, lines: Sequence[Line], paper: str) -> bytes:
    """A day's lessons that colleagues leave, with who takes each: for the staff room's wall."""
    shown = sorted(lines, key=lambda line: (line.need.span, line.title))
    data = {
        "school": school,
        "day": date_format(on, "l j F Y"),
        "rows": [
            [
                line.starts_at,
                line.title,
                line.room,
                line.teacher,
                line.covered_by or _("nobody yet"),
                line.need.cover.work_set if line.need.cover else "",
            ]
            for line in shown
        ],
        "words": {
            "title": _("Cover"),
            "head": [_("Time"), _("Class"), _("Room"), _("Instead of"), _("Covered by"), _("Work set")],
            "none": _("Nobody is away, and every lesson has its teacher."),
        },
    }
    return print_document((files(__package__) / "cover.typ").read_bytes(), data, paper=paper)
