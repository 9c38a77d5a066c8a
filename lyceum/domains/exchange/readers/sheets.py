"""Excel's XLSX as rows of text: dates as ISO dates, numbers as they are shown, leading zeros kept."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import BinaryIO
from zipfile import BadZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from lyceum.core.files import FileKindError
from lyceum.domains.exchange.errors import FileEmptyError

_ZEROS = re.compile(r"^0+$")


def sheet_rows(stream: BinaryIO, *, name: str) -> Iterator[tuple[int, list[str]]]:
    """Line numbers and cells of the rows that hold something, from the first sheet that does."""
    try:
        book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError):
        raise FileKindError(_("%(name)s is a damaged Excel file. Save it again as .xlsx.") % {"name": name}) from None
    for sheet in book.worksheets:
        found = False
        for line, row in enumerate(sheet.iter_rows(), start=1):
            cells = [_text(cell.value, cell.number_format) for cell in row]
            if any(cells):
                found = True
                yield line, cells
        if found:
            return
    raise FileEmptyError(_("%(name)s holds no rows.") % {"name": name})


def _text(value: object, shown: str | None) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and shown and _ZEROS.match(shown):
        return f"{value:0{len(shown)}d}"
    return " ".join(str(value).split("\n"))
