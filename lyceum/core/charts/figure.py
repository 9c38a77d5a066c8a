"""A chart as it stands on a page: its name, its key, the drawing, and the same numbers as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lyceum.core.charts.data import Series, known, labels_of
from lyceum.core.charts.svg import at, number, tag, text


@dataclass(frozen=True)
class About:
    """What a chart says of itself."""

    key: str
    """A word that no other chart on the page has: the ids begin with it."""
    title: str
    says: str = ""
    """The one sentence that a person should take away."""
    unit: str = ""


def drawing(about: About, width: float, height: float, *inside: str, kind: str, sized: bool = False) -> str:
    """The SVG element: an image with a name and a description, as wide as its place or `sized` by its content.

    Its own places run from left to right.
    """
    named = tag("title", text(about.title), id=f"{about.key}-title")
    described = tag("desc", text(about.says or about.title), id=f"{about.key}-desc")
    return tag(
        "svg",
        named,
        described,
        *inside,
        class_=f"chart-{kind}",
        viewBox=f"0 0 {at(width)} {at(height)}",
        width=width if sized else None,
        height=height if sized else None,
        role="img",
        aria_labelledby=f"{about.key}-title",
        aria_describedby=f"{about.key}-desc",
        direction="ltr",
        focusable="false",
    )


def figure(about: About, drawn: str, rows: Sequence[Series], *, legend: str = "", kind: str) -> SafeString:
    """The chart with its name above and its numbers below."""
    named = tag("figcaption", tag("b", text(about.title)), f" {text(about.says)}" if about.says else "", dir="auto")
    # A heatmap keeps its size and is scrolled on a phone: also by keys.
    scrolled = {"tabindex": 0, "role": "group", "aria_label": about.title} if kind == "heat" else {}
    body = (
        tag("div", drawn, class_="chart-draw", **scrolled)
        if drawn
        else tag("p", text(_("No numbers yet.")), class_="muted")
    )
    numbers = _numbers(about, rows) if drawn else ""
    return SafeString(tag("figure", named, legend, body, numbers, class_=f"chart chart-of-{kind}", id=about.key))


def _numbers(about: About, rows: Sequence[Series]) -> str:
    heads = "".join(tag("th", text(row.name), scope="col", class_="num") for row in rows)
    head = tag("thead", tag("tr", tag("td"), heads))
    lines = []
    for n, label in enumerate(labels_of(rows)):
        cells = [known(row.points[n].value) if n < len(row.points) else None for row in rows]
        written = "".join(tag("td", text(number(value, about.unit, rounded=1e-9)), class_="num") for value in cells)
        lines.append(tag("tr", tag("th", text(label), scope="row"), written))
    caption = tag("caption", text(about.title), class_="visually-hidden")
    table = tag("table", caption, head, tag("tbody", *lines), class_="table")
    return tag(
        "details",
        tag("summary", text(_("Numbers"))),
        tag("div", table, class_="scroll", tabindex=0, role="group", aria_label=about.title),
        class_="chart-numbers",
    )
