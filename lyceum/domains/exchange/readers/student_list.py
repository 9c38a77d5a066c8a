"""A plain list of students, CSV or XLSX, read by a mapping of its columns."""

from collections.abc import Iterator, Mapping

from lyceum.core.text import fold
from lyceum.domains.exchange.readers.dates import DateReader
from lyceum.domains.exchange.readers.mapping import FIELDS
from lyceum.domains.exchange.readers.oneroster import given
from lyceum.domains.exchange.readers.records import (
    Course,
    Detail,
    Group,
    Human,
    Org,
    Part,
    Place,
    Seat,
    Session,
    Tie,
    Trouble,
    Unused,
)
from lyceum.domains.exchange.readers.tables import Bundle, Row, key_of

_ENDED = frozenset({"inactive", "left", "leaver", "withdrawn", "former", "tobedeleted", "off roll"})
_NAMES = ("first_name", "middle_name", "last_name", "full_name", "preferred_name")


class StudentList:
    """One table with a student on each line."""

    format = "student_list"
    system = "list"
    holds_everything = False

    def __init__(self, bundle: Bundle, *, columns: Mapping[str, str], date_order: str = "") -> None:
        self._table = bundle.only()
        self._at = dict.fromkeys(FIELDS, -1)
        for header, field in columns.items():
            if field:
                self._at[field] = self._table.find(header)
        self._official_kind = key_of(self._table.header(self._at["official_id"]))[:40]
        dated = [(self._table, self._at[field]) for field in ("birth_date", "first_day", "last_day")]
        self._dates = DateReader(dated, given=date_order)

    def _cell(self, row: Row, field: str) -> str:
        return row.at(self._at[field])

    def _id(self, row: Row) -> str:
        """By what a student is known again: number, official id, else name and birth date."""
        written = self._cell(row, "number") or self._cell(row, "official_id")
        if written:
            return written
        names = fold(" ".join(given(*(self._cell(row, name) for name in _NAMES[:4]))))
        birth = self._dates.read(self._table, row, self._at["birth_date"], [])
        return f"{names}|{birth or ''}" if names else ""

    def orgs(self) -> Iterator[Org]:
        return iter(())

    def sessions(self) -> Iterator[Session]:
        return iter(())

    def courses(self) -> Iterator[Course]:
        return iter(())

    def details(self) -> Iterator[Detail]:
        return iter(())

    def unused(self) -> Iterator[Unused]:
        return iter(())

    def groups(self) -> Iterator[Group]:
        """The forms: each name once, with the grade of the first student in it."""
        seen = set()
        for row in self._table:
            name = self._cell(row, "form")
            if name and fold(name) not in seen:
                seen.add(fold(name))
                yield Group(place=self._place(row), id=f"form {fold(name)}", title=name, is_homeroom=True)

    def _place(self, row: Row) -> Place:
        return Place(self._table.name, row.line)

    def humans(self) -> Iterator[Human]:
        for row in self._table:
            troubles: list[Trouble] = []
            official = self._cell(row, "official_id")
            yield Human(
                place=self._place(row),
                id=self._id(row),
                ended=self._is_ended(row),
                **{name: self._cell(row, name) for name in _NAMES},
                pronouns=self._cell(row, "pronouns"),
                gender=self._cell(row, "gender").lower(),
                birth_date=self._dates.read(self._table, row, self._at["birth_date"], troubles),
                emails=given(self._cell(row, "email")),
                mobiles=given(self._cell(row, "mobile")),
                phones=given(self._cell(row, "phone")),
                number=self._cell(row, "number"),
                official_ids={self._official_kind: official} if official else {},
                troubles=tuple(troubles),
            )
            yield from self._adults(row)

    def _adults(self, row: Row) -> Iterator[Human]:
        for n in (1, 2):
            key = self._adult_id(row, n)
            if key:
                yield Human(
                    place=self._place(row),
                    id=key,
                    full_name=self._cell(row, f"guardian{n}_name"),
                    emails=given(self._cell(row, f"guardian{n}_email")),
                    mobiles=given(self._cell(row, f"guardian{n}_mobile")),
                )

    def _adult_id(self, row: Row, n: int) -> str:
        """Brothers and sisters share a guardian who has the same name and the same address or number."""
        name = fold(self._cell(row, f"guardian{n}_name"))
        reached = fold(self._cell(row, f"guardian{n}_email") or self._cell(row, f"guardian{n}_mobile"))
        if not name:
            return ""
        return f"guardian {name}|{reached or self._id(row)}"

    def _is_ended(self, row: Row) -> bool:
        return fold(self._cell(row, "status")) in _ENDED

    def parts(self) -> Iterator[Part]:
        for row in self._table:
            troubles: list[Trouble] = []
            yield Part(
                place=self._place(row),
                id=self._id(row),
                ended=self._is_ended(row),
                human=self._id(row),
                org="",
                role="student",
                grade=self._cell(row, "grade"),
                starts=self._dates.read(self._table, row, self._at["first_day"], troubles),
                ends=self._dates.read(self._table, row, self._at["last_day"], troubles),
                troubles=tuple(troubles),
            )

    def ties(self) -> Iterator[Tie]:
        for row in self._table:
            for n in (1, 2):
                adult = self._adult_id(row, n)
                if adult:
                    yield Tie(
                        place=self._place(row),
                        id=f"{self._id(row)}|{adult}",
                        student=self._id(row),
                        adult=adult,
                        relationship=self._cell(row, f"guardian{n}_relationship") or "guardian",
                    )

    def seats(self) -> Iterator[Seat]:
        for row in self._table:
            form = fold(self._cell(row, "form"))
            if form:
                key = self._id(row)
                yield Seat(
                    place=self._place(row), id=f"form {form}|{key}", human=key, group=f"form {form}", role="student"
                )
