"""Microsoft School Data Sync version 1, with American and British headers.

https://learn.microsoft.com/schooldatasync/school-data-sync-format-csv-files-for-sds
"""

from collections.abc import Iterator

from lyceum.domains.exchange.readers.dates import DateReader
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
from lyceum.domains.exchange.readers.tables import Bundle, Row, Table

# Each list: the American header, then the British ones.
OWN_ID = ("SIS ID", "ID", "DfE Number", "Unique ID")
SCHOOL_ID = ("School SIS ID", "School DfE Number", "School ID")
SECTION_ID = ("Section SIS ID", "Section ID")
_ENDED = frozenset({"inactive", "deleted", "tobedeleted", "left", "withdrawn"})
_YEAR_DAYS = 270
"""A term at least so long is a whole school year."""


def is_sds_v1(bundle: Bundle) -> bool:
    """Whether these tables are School Data Sync's first format."""
    return "school" in bundle and "section" in bundle and "student" in bundle


class SchoolDataSync1:
    """A set of School Data Sync tables, version 1."""

    format = "sds_v1"
    system = "sds"
    holds_everything = True

    def __init__(self, bundle: Bundle, *, date_order: str = "") -> None:
        self._bundle = bundle
        self._schools = bundle.get("School")
        self._sections = bundle.get("Section")
        self._students = bundle.get("Student")
        self._teachers = bundle.get("Teacher")
        self._seats = bundle.get("StudentEnrollment")
        self._rosters = bundle.get("TeacherRoster")
        for table in (self._schools, self._sections, self._students, self._teachers):
            table.get(*OWN_ID)
        for table in (self._sections, self._students, self._teachers):
            table.get(*SCHOOL_ID)
        self._sections.get("Section Name")
        for table in (self._students, self._teachers):
            if table.find("First Name") < 0:
                table.get("Last Name")
        for table in (self._seats, self._rosters):
            table.get(*SECTION_ID)
            table.get("SIS ID", "ID")
        self._term_starts = self._sections.find("Term StartDate")
        self._term_ends = self._sections.find("Term EndDate")
        self._birth = self._students.find("Birthdate", "Birth Date", "Date of Birth")
        self._dates = DateReader(
            [(self._sections, self._term_starts), (self._sections, self._term_ends), (self._students, self._birth)],
            given=date_order,
        )

    def orgs(self) -> Iterator[Org]:
        table = self._schools
        key, name, number = table.get(*OWN_ID), table.find("Name"), table.find("School Number")
        for row in table:
            yield Org(
                place=Place(table.name, row.line),
                id=row.at(key),
                name=row.at(name),
                kind="school",
                identifier=row.at(number),
            )

    def sessions(self) -> Iterator[Session]:
        table, seen = self._sections, set()
        name = table.find("Term Name")
        for row in table:
            key = self._term_id(row)
            if not key or key in seen:
                continue
            seen.add(key)
            troubles: list[Trouble] = []
            starts = self._dates.read(table, row, self._term_starts, troubles)
            ends = self._dates.read(table, row, self._term_ends, troubles)
            is_year = starts is not None and ends is not None and (ends - starts).days >= _YEAR_DAYS
            yield Session(
                place=Place(table.name, row.line),
                id=key,
                title=row.at(name) or key,
                kind="year" if is_year else "term",
                starts=starts,
                ends=ends,
                troubles=tuple(troubles),
            )

    def _term_id(self, row: Row) -> str:
        table = self._sections
        written = row.at(table.find("Term SIS ID", "Term ID")) or row.at(table.find("Term Name"))
        return written or row.at(self._term_starts)

    def courses(self) -> Iterator[Course]:
        table, seen = self._sections, set()
        school = table.get(*SCHOOL_ID)
        for row in table:
            key = self._course_id(row)
            if key in seen:
                continue
            seen.add(key)
            yield Course(
                place=Place(table.name, row.line),
                id=key,
                title=row.at(table.find("Course Name")) or row.at(table.find("Section Name")),
                code=row.at(table.find("Course Number")),
                subject=row.at(table.find("Course Subject")),
                org=row.at(school),
            )

    def _course_id(self, row: Row) -> str:
        """Courses are not kept apart by school everywhere; their subject is what counts here."""
        table = self._sections
        written = row.at(table.find("Course SIS ID", "Course ID")) or row.at(table.find("Course Name"))
        return written or "section " + row.at(table.get(*OWN_ID))

    def groups(self) -> Iterator[Group]:
        table = self._sections
        key, school, name = table.get(*OWN_ID), table.get(*SCHOOL_ID), table.get("Section Name")
        for row in table:
            term = self._term_id(row)
            yield Group(
                place=Place(table.name, row.line),
                id=row.at(key),
                ended=self._is_ended(table, row),
                title=row.at(name),
                code=row.at(table.find("Section Number")),
                org=row.at(school),
                course=self._course_id(row),
                subject=row.at(table.find("Course Subject")),
                sessions=(term,) if term else (),
            )

    def _is_ended(self, table: Table, row: Row) -> bool:
        return row.at(table.find("Status")).lower() in _ENDED

    def humans(self) -> Iterator[Human]:
        for table, number in ((self._students, "Student Number"), (self._teachers, "Teacher Number")):
            yield from self._humans(table, number)

    def _humans(self, table: Table, number: str) -> Iterator[Human]:
        at = {name: table.find(name) for name in (
            "First Name", "Middle Name", "Last Name", "Email", "Secondary Email", "Phone", "Mobile", "Gender", "Title",
        )}  # fmt: skip
        key, numbers = table.get(*OWN_ID), table.find(number)
        birth = self._birth if table is self._students else -1
        for row in table:
            troubles: list[Trouble] = []
            yield Human(
                place=Place(table.name, row.line),
                id=row.at(key),
                ended=self._is_ended(table, row),
                first_name=row.at(at["First Name"]),
                middle_name=row.at(at["Middle Name"]),
                last_name=row.at(at["Last Name"]),
                gender=row.at(at["Gender"]).lower(),
                birth_date=self._dates.read(table, row, birth, troubles),
                emails=given(row.at(at["Email"]), row.at(at["Secondary Email"])),
                mobiles=given(row.at(at["Mobile"])),
                phones=given(row.at(at["Phone"])),
                number=row.at(numbers),
                job=row.at(at["Title"]),
                troubles=tuple(troubles),
            )

    def parts(self) -> Iterator[Part]:
        for table, role in ((self._students, "student"), (self._teachers, "teacher")):
            key, school, grade = table.get(*OWN_ID), table.get(*SCHOOL_ID), table.find("Grade", "Year Group")
            for row in table:
                yield Part(
                    place=Place(table.name, row.line),
                    id=row.at(key),
                    ended=self._is_ended(table, row),
                    human=row.at(key),
                    org=row.at(school),
                    role=role,
                    grade=row.at(grade) if role == "student" else "",
                )

    def details(self) -> Iterator[Detail]:
        return iter(())

    def ties(self) -> Iterator[Tie]:
        return iter(())

    def seats(self) -> Iterator[Seat]:
        for table, role in ((self._rosters, "teacher"), (self._seats, "student")):
            section, human = table.get(*SECTION_ID), table.get("SIS ID", "ID")
            for row in table:
                yield Seat(
                    place=Place(table.name, row.line),
                    id=f"{row.at(section)}|{row.at(human)}",
                    ended=self._is_ended(table, row),
                    human=row.at(human),
                    group=row.at(section),
                    role=role,
                )

    def unused(self) -> Iterator[Unused]:
        return iter(())
