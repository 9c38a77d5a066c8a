"""Every component of the design system in every state, on one page: for those who build pages, and for the tests."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from lyceum.core.charts.samples import samples
from lyceum.core.errors import FieldError
from lyceum.core.lists.columns import Column, Table
from lyceum.core.lists.page import rows_html
from lyceum.domains.attendance.glyphs import TONE_WORDS, strip_html
from lyceum.domains.attendance.sheet import Glyph

THEMES = ("system", "light", "dark", "contrast")
COLOURS = (
    "paper", "surface", "ink", "muted", "control", "line", "accent", "present", "late", "absent", "authorised", "focus",
)  # fmt: skip
SIZES = (13, 15, 16, 19, 24, 32)
STRIP = tuple(
    Glyph(symbol, meaning)
    for symbol, meaning in (
        ("/", "present"),
        ("L", "late"),
        ("N", "unexplained"),
        ("O", "unauthorised"),
        ("M", "authorised"),
        ("V", "approved_activity"),
        ("U", "late_after_close"),
        ("Y", "not_possible"),
        ("\\", "present"),
    )
)
ERRORS = (
    FieldError("/sample-name", "required", "Give a name."),
    FieldError("/sample-day", "date", "Give the date as year-month-day, as in 2026-11-20."),
)


@dataclass(frozen=True)
class Sample:
    """A row of the sample table."""

    name: str
    form: str
    share: float
    born: date


PEOPLE = (
    Sample("Ana María Fernández-Castro del Río", "8B", 97.4, date(2013, 2, 28)),
    Sample("نور الدين", "10A", 100.0, date(2011, 9, 1)),
    Sample("Lý", "7C", 88.1, date(2014, 12, 31)),
)
TABLE: Table[Sample] = Table(
    name="sample",
    label=_("People"),
    columns=(
        Column("name", _("Name"), lambda row: row.name),
        Column("form", _("Form"), lambda row: row.form),
        Column("share", _("Attended"), lambda row: f"{row.share} %", is_number=True),
        Column("born", _("Born"), lambda row: row.born),
    ),
    href=lambda _row: "#tables",
    key=lambda row: row.name,
)


@require_GET
def components_page(request: HttpRequest) -> HttpResponse:
    """The page itself. `?theme=dark&dir=rtl` shows it as somebody else would see it."""
    theme, direction = request.GET.get("theme", "system"), request.GET.get("dir", "ltr")
    context = {
        "theme": theme if theme in THEMES else "system",
        "direction": direction if direction in ("ltr", "rtl") else "ltr",
        "themes": THEMES,
        "colours": COLOURS,
        "sizes": SIZES,
        "tones": [(tone, words) for tone, words in TONE_WORDS.items()],
        "strip": strip_html(STRIP),
        "errors": ERRORS,
        "table": TABLE,
        "rows": _rows(),
        "charts": samples(),
    }
    return render(request, "web/components.html", context)


def _rows() -> SafeString:
    return rows_html(TABLE, TABLE.columns, PEOPLE, pick=True)
