"""The board: the lessons of a version on days and periods, by class, teacher or room, with what clashes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Exists, Subquery
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lyceum.domains.timetable.burdens import load_of_class
from lyceum.domains.timetable.loads import Load, load_of
from lyceum.domains.timetable.models import Run, Version
from lyceum.domains.timetable.planning import Card, Plan
from lyceum.domains.timetable.planning.clashes import clash_values, list_clashes

CLASS, TEACHER, ROOM = "class", "teacher", "room"
SORTS = (CLASS, TEACHER, ROOM)


@dataclass(frozen=True)
class Look:
    """What of a version is shown: everybody of a sort, or one."""

    by: str = CLASS
    of: UUID | None = None

    @property
    def query(self) -> str:
        """The same look, in an address."""
        return f"by={self.by}&of={self.of or ''}"


@dataclass(frozen=True)
class BoardRow:
    """A period of one's days, or somebody's whole cycle."""

    label: str
    cells: SafeString
    detail: str = ""
    href: str = ""
    after_break: bool = False


@dataclass(frozen=True)
class Board:
    """A version as it is looked at."""

    plan: Plan
    look: Look
    chosen: UUID | None = None

    @cached_property
    def clashes(self) -> list[dict[str, Any]]:
        """Every clash of the version, in words."""
        return clash_values(list_clashes(self.plan), self.plan)

    @cached_property
    def words_of(self) -> Mapping[str, list[str]]:
        """The clashes of each lesson."""
        found: dict[str, list[str]] = {}
        for each in self.clashes:
            for lesson in (each["lesson"], each["other"]):
                if lesson:
                    found.setdefault(lesson, []).append(each["words"])
        return found

    @cached_property
    def somebody(self) -> list[tuple[UUID, str]]:
        """Those of the sort who have lessons, by name."""
        found = {row for card in self.plan.cards.values() for row in _of(card, self.look.by)}
        return sorted(((row, self.plan.name(row)) for row in found), key=lambda each: each[1].casefold())

    @property
    def shows_all(self) -> bool:
        """Whether everybody of the sort is shown, one a row."""
        return self.look.of is None

    @cached_property
    def load(self) -> Load | None:
        """The week of the one who is looked at; None where everybody is, or a room."""
        of = self.look.of
        if of is None or self.look.by == ROOM:
            return None
        if self.look.by == CLASS:
            return load_of_class(of, self.plan)
        return load_of((card for card in self.plan.cards.values() if of in card.teachers), self.plan)

    @cached_property
    def heads(self) -> list[tuple[str, int]]:
        """The days, and how many columns each has."""
        grid = self.plan.grid
        width = len(grid.hours) if self.shows_all else 1
        return [(name, width) for name in grid.cycle.names]

    @cached_property
    def hours(self) -> list[tuple[SafeString, str]]:
        """The periods below the days, where each day has several columns: which place each column is, and its name."""
        if not self.shows_all:
            return []
        grid = self.plan.grid
        names = [grid.hour_words(hour)[0] for hour in grid.hours]
        return [
            (self._place(day, hour), name)
            for day in range(1, grid.days + 1)
            for hour, name in zip(grid.hours, names, strict=True)
        ]

    def _place(self, day: int, hour: int) -> SafeString:
        """What says to the script which place it is. Nothing is moved on what is no draft."""
        if not self.plan.version.is_draft:
            return SafeString("")
        return SafeString(f' data-at="{day}-{hour}" data-name="{escape(self.plan.grid.words(day, hour))}"')

    @cached_property
    def rows(self) -> list[BoardRow]:
        """What the table shows."""
        return self._everybody() if self.shows_all else self._one()

    def _one(self) -> list[BoardRow]:
        grid = self.plan.grid
        there = self._placed(card for card in self.plan.cards.values() if self.look.of in _of(card, self.look.by))
        rows = []
        for hour in grid.hours:
            name, times = grid.hour_words(hour)
            cells = [self._cell_html(day, hour, there.get((day, hour), ())) for day in range(1, grid.days + 1)]
            rows.append(BoardRow(name, SafeString("".join(cells)), detail=times, after_break=grid.is_after_break(hour)))
        return rows

    def _everybody(self) -> list[BoardRow]:
        by_row: dict[UUID, list[Card]] = {}
        for card in self.plan.cards.values():
            for row in _of(card, self.look.by):
                by_row.setdefault(row, []).append(card)
        grid, rows = self.plan.grid, []
        for row, name in self.somebody:
            there = self._placed(by_row[row])
            cells = [
                self._cell_html(day, hour, there.get((day, hour), ()), begins_day=place == 0)
                for day in range(1, grid.days + 1)
                for place, hour in enumerate(grid.hours)
            ]
            rows.append(BoardRow(name, SafeString("".join(cells)), href=f"?by={self.look.by}&of={row}"))
        return rows

    def _placed(self, cards: Iterable[Card]) -> dict[tuple[int, int], list[tuple[Card, bool]]]:
        """Lessons by place; a long one in each of its periods, in the first of them whole."""
        found: dict[tuple[int, int], list[tuple[Card, bool]]] = {}
        for card in cards:
            if card.day is None or card.period is None:
                continue
            for number, period in enumerate(
                self.plan.grid.periods(card.day, card.period, card.length) or [card.period]
            ):
                found.setdefault((card.day, period), []).append((card, number == 0))
        return found

    def _cell_html(self, day: int, hour: int, lessons: Iterable[tuple[Card, bool]], *, begins_day: bool = False) -> str:
        """A place on the board. Written here and not as a template: there may be ten thousand, so each says only what
        its column does not."""
        grid = self.plan.grid
        inner = "".join(self.lesson_html(card) if whole else self._rest_html(card) for card, whole in lessons)
        is_open = grid.find_slot(day, hour) in grid.open_slots
        names = " ".join(name for name, holds in (("closed", not is_open), ("begins", begins_day)) if holds)
        place = self._place(day, hour) if is_open and not self.shows_all else ""
        kind = f' class="{names}"' if names else ""
        return f"<td{place}{kind}>{inner}</td>"

    @cached_property
    def _address(self) -> str:
        return f"?{escape(self.look.query)}&amp;lesson="

    @cached_property
    def _numbers(self) -> Mapping[UUID, int]:
        return {card: number for number, card in enumerate(self.plan.cards, 1)}

    @cached_property
    def tray(self) -> list[tuple[Card, SafeString]]:
        """Lessons without a place."""
        return [(card, self.lesson_html(card)) for card in self.plan.cards.values() if not card.is_placed]

    def lesson_html(self, card: Card) -> SafeString:
        """A lesson on the board. Written here and not as a template: there may be a thousand.

        What is no draft stays as it is: there a lesson goes by its number, which is a third of the page shorter.
        """
        clashes = self.words_of.get(str(card.id), ())
        signs = []
        if card.length > 1:
            signs.append(f'<span class="num">×{card.length}</span>')
        if card.time_locked or card.room_locked:
            signs.append(f'<span class="lock"><span class="visually-hidden">{escape(_("locked"))}</span></span>')
        if clashes:
            words = escape(ngettext("%(n)d clash", "%(n)d clashes", len(clashes)) % {"n": len(clashes)})
            signs.append(f'<span class="is-clash">✕<span class="visually-hidden"> {words}</span></span>')
        chosen = ' aria-current="true"' if card.id == self.chosen else ""
        kind = "lesson has-clash" if clashes else "lesson"
        detail = self._detail(card)
        lesson = card.id if self.plan.version.is_draft else self._numbers[card.id]
        return SafeString(
            f'<a class="{kind}" href="{self._address}{lesson}#chosen"{chosen}><b>{escape(card.name)}</b>'
            f"{f'<span>{escape(detail)}</span>' if detail else ''}{''.join(signs)}</a>"
        )

    def _rest_html(self, card: Card) -> str:
        return f'<span class="lesson-rest"><span aria-hidden="true">↓ </span>{escape(card.name)}</span>'

    def _detail(self, card: Card) -> str:
        """Who else has the lesson, and where."""
        classes = ", ".join(self.plan.name(group or school_class) for school_class, group in card.sits)
        teachers = ", ".join(self.plan.name(each) for each in card.teachers)
        parts = {CLASS: classes, TEACHER: teachers, ROOM: self.plan.name(card.room)}
        shown = [words for sort, words in parts.items() if words and (sort != self.look.by or not card.is_placed)]
        return " · ".join(shown)


def _of(card: Card, by: str) -> Sequence[UUID]:
    """Whom of a sort a lesson concerns."""
    if by == TEACHER:
        return card.teachers
    if by == ROOM:
        return (card.room,) if card.room else ()
    return tuple(dict.fromkeys(school_class for school_class, _group in card.sits))


def find_lesson(plan: Plan, asked: str) -> UUID | None:
    """The lesson that an address asks for, by its id or by its number on the board."""
    if asked.isdecimal() and len(asked) < 9:
        return next(islice(plan.cards, int(asked) - 1, None), None) if int(asked) else None
    try:
        return UUID(asked)
    except ValueError:
        return None


def read_activity(version: Version) -> tuple[bool, UUID | None]:
    """Whether something can be undone on a draft, and the run that is at work on it. One statement."""
    changes = version.changes.filter(undone=False).exclude(act="undo")
    runs = version.runs.filter(state__in=(Run.State.QUEUED, Run.State.RUNNING)).values("pk")[:1]
    found = Version.objects.filter(pk=version.pk).values_list(Exists(changes), Subquery(runs)).get()
    return bool(found[0]), found[1]


def find_look(plan: Plan, by: str, of: UUID | None, *, every: bool) -> Look:
    """The look that an address asks for; with nothing asked, the first class."""
    sort = by if by in SORTS else CLASS
    rows = {row for card in plan.cards.values() for row in _of(card, sort)}
    if of in rows or every:
        return Look(sort, of if of in rows else None)
    first = min(rows, key=lambda row: plan.name(row).casefold(), default=None)
    return Look(sort, first)
