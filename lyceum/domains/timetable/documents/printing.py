"""Sheets of a timetable as PDF and as HTML."""

from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files

from django.template.loader import render_to_string
from django.utils.translation import get_language, get_language_bidi

from lyceum.core.documents import letterhead, print_document
from lyceum.domains.timetable.models import Version
from lyceum.domains.timetable.sheets import Sheet


def print_sheets(version: Version, sheets: Sequence[Sheet], *, paper: str = "") -> bytes:
    """One page each, for the wall."""
    data = {
        "school": letterhead().school,
        "version": f"{version.name}, {version.year}",
        "days": max((len(each.days) for each in sheets), default=0),
        "periods": max((len(each.lines) for each in sheets), default=0),
        "sheets": [asdict(each) for each in sheets],
    }
    return print_document((files(__package__) / "sheets.typ").read_bytes(), data, paper=paper)


def write_sheets(version: Version, sheets: Sequence[Sheet]) -> bytes:
    """One file that needs no other, for a web site or a disk."""
    context = {
        "version": version,
        "sheets": sheets,
        "school": letterhead().school,
        "language": get_language() or "en",
        "direction": "rtl" if get_language_bidi() else "ltr",
    }
    return render_to_string("timetable/sheets.html", context).encode()
