"""Dates as files write them. Which of day and month comes first is decided per column, from all its values."""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _

from lyceum.domains.exchange.errors import DateAmbiguousError
from lyceum.domains.exchange.readers.records import Trouble
from lyceum.domains.exchange.readers.tables import Row, Table

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?$")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4})(?:[T ].*)?$")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})$")


class DateOrder(StrEnum):
    """Which part of a date comes first."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"
    YEAR_FIRST = "ymd"


class ColumnOrder:
    """What the values of one column say about the order of their parts."""

    def __init__(self) -> None:
        self.day_first = 0
        self.month_first = 0
        self.ambiguous_line = 0

    def see(self, text: str, line: int) -> None:
        """Look at one value."""
        found = _YEAR_LAST.match(text)
        if not found:
            return
        first, second = int(found[1]), int(found[3])
        if found[2] == "." or (first > 12 >= second):
            self.day_first += 1
        elif second > 12 >= first:
            self.month_first += 1
        elif first != second:
            self.ambiguous_line = self.ambiguous_line or line

    @property
    def order(self) -> DateOrder | None:
        """The order that the values prove, if they prove one."""
        if bool(self.day_first) == bool(self.month_first):
            return None
        return DateOrder.DAY_FIRST if self.day_first else DateOrder.MONTH_FIRST


class DateReader:
    """Reads the date cells of a set of tables."""

    def __init__(self, columns: Iterable[tuple[Table, int]], *, given: str = "") -> None:
        """Look at all values of these columns. `given` is the order a person named: dmy, mdy or ymd."""
        self._given = DateOrder(given) if given else None
        self._orders: dict[tuple[str, int], DateOrder | None] = {}
        wanted: dict[str, tuple[Table, list[int]]] = {}
        for table, column in columns:
            if column >= 0:
                wanted.setdefault(table.name, (table, []))[1].append(column)
        seen = {(name, c): ColumnOrder() for name, (_, found) in wanted.items() for c in found}
        for name, (table, found) in wanted.items():
            for row in table:
                for column in found:
                    seen[name, column].see(row.at(column), row.line)
        self._decide(seen, wanted)

    def _decide(self, seen: dict[tuple[str, int], ColumnOrder], tables: dict[str, tuple[Table, list[int]]]) -> None:
        proven = {each.order for each in seen.values()} - {None}
        for (name, column), each in seen.items():
            order = self._given or each.order
            if order is None and each.ambiguous_line:
                # One program wrote all the columns: one that proves its order speaks for those that prove none.
                order = next(iter(proven)) if len(proven) == 1 else None
                if order is None:
                    header = tables[name][0].header(column)
                    raise DateAmbiguousError(
                        _(
                            "The dates in “%(header)s” of %(name)s (first in line %(ambiguous_line)s) can be read as "
                            "day/month or as month/day. Say which: date format dmy or mdy."
                        )
                        % {"header": header, "name": name, "ambiguous_line": each.ambiguous_line},
                        file=name,
                        column=header,
                        line=each.ambiguous_line,
                    )
            self._orders[name, column] = order

    def read(self, table: Table, row: Row, column: int, troubles: list[Trouble]) -> date | None:
        """The date in a cell; None where it is empty, or wrong, which is added to the troubles."""
        text = row.at(column)
        if not text:
            return None
        try:
            return _parse(text, self._orders.get((table.name, column)))
        except ValueError:
            troubles.append(
                Trouble(
                    table.header(column),
                    "date_unreadable",
                    _("“%(text)s” is no date. Write it as 2026-09-01, with four digits for the year.")
                    % {"text": text[:40]},
                )
            )
            return None


def _parse(text: str, order: DateOrder | None) -> date:
    if found := _YEAR_FIRST.match(text) or _DIGITS.match(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _YEAR_LAST.match(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        if order is DateOrder.MONTH_FIRST and found[2] != ".":
            return date(year, first, second)
        return date(year, second, first)
    raise ValueError(text)
