"""Answering a request for a list: a page of it, a file of it, or an act on some of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from html import escape
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.errors import RuleError
from lyceum.core.lists.bulk import answer_bulk
from lyceum.core.lists.columns import Column, Filter, Table
from lyceum.core.lists.export import TYPES, as_file, as_pdf
from lyceum.core.paging import Page, joined, page_of

Row = TypeVar("Row")
M = TypeVar("M", bound=Model)
MOST_EXPORTED, MOST_PRINTED, AT_A_TIME = 20_000, 1_000, 500
_NOT_KEPT = ("cursor", "sort", "columns", "column", "print", "part")


class TooManyRowsError(RuleError):
    """A list of this size is not a file for a person."""

    code = "too_many_rows"
    status = 422
    title = gettext_noop("Too many rows")


@dataclass(frozen=True)
class Head:
    """A column's heading: what it says, how the list is sorted by it now, and where it leads."""

    name: str
    label: str
    is_number: bool
    href: str
    order: str
    """`ascending`, `descending` or nothing, as `aria-sort` says it."""


def answer_list(
    request: HttpRequest,
    table: Table[Row],
    rows: QuerySet[M] | Sequence[QuerySet[M]],
    *,
    template: str,
    filters: Sequence[Filter] = (),
    made: Callable[[list[M]], Sequence[Row]] = lambda found: found,  # type: ignore[assignment,return-value]  # rows as they are
    whole: Callable[[QuerySet[M]], QuerySet[M]] | None = None,
    note_export: Callable[[int], None] | None = None,
    count: bool = True,
    context: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """A page of the list; on POST a file of everything that the filters leave, or a bulk act.

    `made` turns the page's rows into what the columns read, in a fixed number of statements. `note_export`
    writes into the trail that so many rows left as a file. Without `count` a long list is not counted. `whole` reads
    what a row shows once its page is found (see `page_of`).
    """
    sort, order = table.sorted_by(request.GET.get("sort", ""))
    every = joined(rows)
    every = (whole(every) if whole else every).order_by(*order)
    if request.POST.get("export") == "pdf":
        return _paper(request, table, every, filters, made, note_export)
    if request.POST.get("export") in TYPES:
        return _file(request.POST["export"], table, every, made, note_export)
    if "export" in request.POST or "bulk" in request.POST:
        return answer_bulk(request, table.bulk, request.get_full_path())
    printing = request.GET.get("print") == "1"
    page = page_of(
        rows,
        order=order,
        limit=MOST_PRINTED if printing else 50,
        most=MOST_PRINTED,
        cursor=request.GET.get("cursor", ""),
        count=count,
        whole=whole,
    )
    shown = table.shown(_chosen_columns(request))
    bulk = [act for act in table.bulk if act.is_allowed(request)]
    found = made(page.rows)
    return render(
        request,
        template,
        {
            "table": table,
            "page": page,
            "rows": rows_html(table, shown, found, pick=bool(bulk) and not printing),
            "size": len(found),
            "heads": [_head(request, column, sort) for column in shown],
            "columns": [(c.name, c.label, c in shown) for c in table.columns[1:]],
            "filters": [_asked(each, request.GET.get(each.name, each.usual)) for each in filters],
            "is_filtered": any(request.GET.get(f.name, f.usual) != f.usual for f in filters),
            "bulk": bulk,
            "may_export": note_export is not None,
            "printing": printing,
            "kept": _kept(request),
            "sort": sort,
            "chosen_columns": request.GET.get("columns", ""),
            **_neighbours(request, page),
            **(context or {}),
        },
        status=status,
    )


def _asked(question: Filter, value: str) -> tuple[Filter, str, SafeString]:
    """A filter, its present answer, and its options as HTML."""
    if question.options is None:
        return question, value, SafeString("")
    options = [(option, str(words)) for option, words in question.options]
    if question.every is not None:
        options.insert(0, ("", str(question.every)))
    return question, value, options_html(tuple(options), value)


@lru_cache(maxsize=64)
def options_html(options: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    """The options of a menu. A school has hundreds of classes: the template engine would take longer than the list."""
    return SafeString(
        "".join(
            f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(words)}</option>'
            for value, words in options
        )
    )


def rows_html(table: Table[Row], columns: Sequence[Column[Row]], rows: Sequence[Row], *, pick: bool) -> SafeString:
    """The body of the table. Written here and not as a template: it is most of what a list page has to do."""
    return SafeString("".join(_row_html(table, columns, row, pick) for row in rows))


def _row_html(table: Table[Row], columns: Sequence[Column[Row]], row: Row, pick: bool) -> str:
    name = escape(text_of(columns[0].value(row)))
    cells = [f'<th scope="row">{_name_html(table, columns[0], row, name)}</th>']
    for column in columns[1:]:
        value = None if column.html else column.value(row)
        shown = column.html(row) if column.html else escape(text_of(value))
        cells.append(f"<td{_said_of(column, value)}>{shown}</td>")
    box = ""
    if pick and table.key:
        box = (
            f'<td class="pick"><label><input type="checkbox" name="row" value="{escape(table.key(row))}" form="bulk">'
            f'<span class="visually-hidden">{escape(_("Choose"))} {name}</span></label></td>'
        )
    return f"<tr>{box}{''.join(cells)}</tr>"


def _said_of(column: Column[Any], value: object) -> str:
    """What a number or a day is, for a phone, where the heads of the columns are gone."""
    if column.is_number:
        return f' class="num" data-label="{escape(str(column.label))}"'
    return f' class="day" data-label="{escape(str(column.label))}"' if isinstance(value, date) else ""


def _name_html(table: Table[Row], column: Column[Row], row: Row, name: str) -> str:
    inner = column.html(row) if column.html else name
    return f'<a href="{escape(table.href(row))}">{inner}</a>' if table.href else str(inner)


def text_of(value: object) -> str:
    """A value in words: dates as the language writes them, nothing for None, yes and no for claims."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(localtime(value) if is_aware(value) else value, _("j M Y, H:i"))
    return date_format(value, _("j M Y")) if isinstance(value, date) else str(value)


def _head(request: HttpRequest, column: Column[Any], sort: str) -> Head:
    order = {column.name: "ascending", f"-{column.name}": "descending"}.get(sort, "")
    href = ""
    if column.sort:
        wanted = f"-{column.name}" if order == "ascending" else column.name
        href = "?" + _query(request, sort=wanted, cursor="")
    return Head(column.name, str(column.label), column.is_number, href, order)


def _neighbours(request: HttpRequest, page: Page[Any]) -> dict[str, str]:
    return {
        "next_href": "?" + _query(request, cursor=page.next) if page.next else "",
        "previous_href": "?" + _query(request, cursor=page.previous) if page.previous else "",
        "print_href": "?" + _query(request, cursor="", print="1"),
    }


def _query(request: HttpRequest, **changes: str) -> str:
    kept = {name: value for name, value in request.GET.items() if name not in ("column", "part")} | changes
    return urlencode({name: value for name, value in kept.items() if value})


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in request.GET.items() if name not in _NOT_KEPT and value]


def _file(
    kind: str,
    table: Table[Row],
    rows: QuerySet[M],
    made: Callable[[list[M]], Sequence[Row]],
    note_export: Callable[[int], None] | None,
) -> HttpResponse:
    _let_go(rows.count(), MOST_EXPORTED, note_export)
    lines = ([column.value(row) for column in table.columns] for row in _in_portions(rows, made))
    return as_file(kind, table.name, [str(column.label) for column in table.columns], lines)


def _let_go(count: int, most: int, note_export: Callable[[int], None] | None) -> None:
    """Write down that so many rows leave as a file; not more than a file takes."""
    if note_export is None or count > most:
        raise TooManyRowsError(
            _("The list has %(count)s rows; a file takes %(most)s. Narrow it by a filter.")
            % {"count": count, "most": most}
        )
    note_export(count)


def _paper(
    request: HttpRequest,
    table: Table[Row],
    rows: QuerySet[M],
    filters: Sequence[Filter],
    made: Callable[[list[M]], Sequence[Row]],
    note_export: Callable[[int], None] | None,
) -> HttpResponse:
    """The columns that are shown, of everything that the filters leave."""
    _let_go(rows.count(), MOST_PRINTED, note_export)
    shown = table.shown(_chosen_columns(request))
    lines = [[text_of(column.value(row)) for column in shown] for row in _in_portions(rows, made)]
    asked = " · ".join(
        f"{each.label}: {_answer_in_words(each, answer)}"
        for each in filters
        if (answer := request.GET.get(each.name, each.usual))
    )
    heads = [str(column.label) for column in shown]
    return as_pdf(table.name, str(table.label), asked, heads, [column.is_number for column in shown], lines)


def _answer_in_words(question: Filter, answer: str) -> str:
    return str(dict(question.options or ()).get(answer, answer))


def _chosen_columns(request: HttpRequest) -> str:
    return request.GET.get("columns", "") or ",".join(request.GET.getlist("column"))


def _in_portions(rows: QuerySet[M], made: Callable[[list[M]], Sequence[Row]]) -> Iterator[Row]:
    found = rows.iterator(chunk_size=AT_A_TIME)
    while portion := list(islice(found, AT_A_TIME)):
        yield from made(portion)
