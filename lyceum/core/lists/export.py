"""A list as a file: CSV for programs, XLSX for people, PDF for paper. A text never becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from importlib.resources import files

from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from lyceum.core import clock
from lyceum.core.documents import letterhead, print_document

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_PLAIN = (bool, int, float, Decimal, date, datetime, time)
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
WIDEST = 60


def safe_cell(value: object) -> object:
    """The value for a spreadsheet; a text that would be calculated is marked as text by an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, _PLAIN):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def as_pdf(
    name: str, title: str, asked: str, head: Sequence[str], numbers: Sequence[bool], rows: Sequence[Sequence[str]]
) -> HttpResponse:
    """The list on paper: what was asked stands above it, the heading on every page."""
    data = {
        "school": letterhead().school,
        "title": title,
        "asked": asked,
        "made": date_format(localtime(clock.now()), "j M Y H:i"),
        "heads": head,
        "numbers": numbers,
        "shares": _shares(head, rows),
        "rows": rows,
    }
    content = print_document((files(__package__) / "list.typ").read_bytes(), data)
    response = HttpResponse(content, content_type=TYPES["pdf"])
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


def _shares(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """How much of the width each column gets: by its usual content, and none starves."""
    found = []
    for column, title in enumerate(head):
        lengths = sorted(len(row[column]) for row in rows) or [0]
        found.append(max(8, min(40, max(len(title), lengths[int(len(lengths) * 0.9)]) + 3)))
    return found


def as_file(kind: str, name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """An attachment with a first line of headings. `kind` is a key of `TYPES`."""
    cells = [[safe_cell(value) for value in row] for row in rows]
    content = _csv(head, cells) if kind == "csv" else _xlsx(head, cells)
    response = HttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def _csv(head: Sequence[str], rows: list[list[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")  # the mark by which Excel knows UTF-8


def _xlsx(head: Sequence[str], rows: list[list[object]]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(head))
    for row in rows:
        sheet.append([_naive(value) for value in row])
    for number, cell in enumerate(sheet[1], 1):
        cell.font = Font(bold=True)
        longest = max([len(str(head[number - 1])), *(len(str(row[number - 1])) for row in rows)])
        sheet.column_dimensions[get_column_letter(number)].width = min(WIDEST, longest + 2)
    sheet.freeze_panes = "B2"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _naive(value: object) -> object:
    """XLSX knows no time zones: an instant is written in UTC."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
