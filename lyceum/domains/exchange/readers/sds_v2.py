"""Microsoft School Data Sync version 2.1.

https://learn.microsoft.com/schooldatasync/sds-v2.1-csv-file-format
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from lyceum.domains.exchange.readers.dates import DateReader
from lyceum.domains.exchange.readers.oneroster import address_of, given, role_of, several
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
from lyceum.domains.exchange.readers.tables import Bundle, Table

_STUDENTS = frozenset({"student", "alumni", "learner"})
_TEACHERS = frozenset({"teacher", "professor", "faculty", "instructor", "lecturer", "adjunct", "substitute"})
_AIDES = frozenset(
    {"aide", "assistant", "paraprofessional", "teacherassistant", "teachingassistant", "tutor", "proctor"}
)
_STAFF = frozenset({"administrator", "principal", "officer", "staff", "nurse", "counselor", "coach", "support",
                    "secretary", "chancellor", "dean", "other staff"})  # fmt: skip
_KINDS = {"schoolyear": "year", "year": "year", "term": "term", "semester": "term", "quarter": "term",
          "trimester": "term"}  # fmt: skip
_DATES = (
    ("academicSessions", "startDate"),
    ("academicSessions", "endDate"),
    ("demographics", "birthDate"),
    ("roles", "roleStartDate"),
    ("roles", "roleEndDate"),
    ("enrollments", "startDate"),
    ("enrollments", "endDate"),
)


def is_sds_v2(bundle: Bundle) -> bool:
    """Whether these tables are School Data Sync's second format."""
    users = bundle.find("users")
    return users is not None and not users.has("enabledUser") and {"orgs", "roles"} <= set(bundle.names)


class SchoolDataSync2:
    """A set of School Data Sync tables, version 2.1."""

    format = "sds_v2p1"
    system = "sds"
    holds_everything = True

    def __init__(self, bundle: Bundle, *, date_order: str = "") -> None:
        self._bundle = bundle
        bundle.get("orgs").get("sourcedId")
        for column in ("userSourcedId", "orgSourcedId", "role"):
            bundle.get("roles").get(column)
        for column in ("sourcedId", "givenName", "familyName"):
            bundle.get("users").get(column)
        if "enrollments" in bundle:
            bundle.get("classes").get("sourcedId")
            for column in ("classSourcedId", "userSourcedId", "role"):
                bundle.get("enrollments").get(column)
        if "academicSessions" in bundle:
            for column in ("sourcedId", "title", "type", "startDate", "endDate"):
                bundle.get("academicSessions").get(column)
        found = [(table, table.find(column)) for name, column in _DATES if (table := bundle.find(name))]
        self._dates = DateReader(found, given=date_order)

    def orgs(self) -> Iterator[Org]:
        table = self._bundle.get("orgs")
        for row in table:
            yield Org(
                place=Place(table.name, row.line),
                id=row.at(table.find("sourcedId")),
                name=row.at(table.find("name")),
                kind=row.at(table.find("type")).lower(),
                parent=row.at(table.find("parentSourcedId")),
            )

    def sessions(self) -> Iterator[Session]:
        table = self._bundle.find("academicSessions")
        for row in table or ():
            assert table is not None  # else there are no rows
            troubles: list[Trouble] = []
            kind = row.at(table.find("type")).replace(" ", "").lower()
            yield Session(
                place=Place(table.name, row.line),
                id=row.at(table.find("sourcedId")),
                title=row.at(table.find("title")),
                kind=_KINDS.get(kind, "other"),
                starts=self._dates.read(table, row, table.find("startDate"), troubles),
                ends=self._dates.read(table, row, table.find("endDate"), troubles),
                school_year=row.at(table.find("schoolYear")),
                troubles=tuple(troubles),
            )

    def courses(self) -> Iterator[Course]:
        table = self._bundle.find("courses")
        for row in table or ():
            assert table is not None  # else there are no rows
            yield Course(
                place=Place(table.name, row.line),
                id=row.at(table.find("sourcedId")),
                title=row.at(table.find("title")),
                code=row.at(table.find("code")),
                subject=row.at(table.find("subject")),
                grades=several(row.at(table.find("grade", "grades"))),
                org=row.at(table.find("orgSourcedId")),
            )

    def groups(self) -> Iterator[Group]:
        table = self._bundle.find("classes")
        for row in table or ():
            assert table is not None  # else there are no rows
            yield Group(
                place=Place(table.name, row.line),
                id=row.at(table.find("sourcedId")),
                title=row.at(table.find("title")),
                code=row.at(table.find("code")),
                org=row.at(table.find("orgSourcedId")),
                course=row.at(table.find("courseSourcedId")),
                sessions=several(row.at(table.find("sessionSourcedIds", "sessionSourcedId"))),
            )

    def humans(self) -> Iterator[Human]:
        table = self._bundle.get("users")
        for row in table:
            preferred = (row.at(table.find("preferredGivenName")), row.at(table.find("preferredFamilyName")))
            yield Human(
                place=Place(table.name, row.line),
                id=row.at(table.find("sourcedId")),
                first_name=row.at(table.find("givenName")),
                middle_name=row.at(table.find("middleName")),
                last_name=row.at(table.find("familyName")),
                preferred_name=" ".join(given(*preferred)),
                pronouns=row.at(table.find("pronouns")),
                emails=address_of(row.at(table.find("email")), row.at(table.find("username"))),
                mobiles=given(row.at(table.find("sms"))),
                phones=given(row.at(table.find("phone"))),
                number=row.at(table.find("userNumber", "identifier")),
            )

    def parts(self) -> Iterator[Part]:
        table = self._bundle.get("roles")
        for row in table:
            troubles: list[Trouble] = []
            human = row.at(table.find("userSourcedId"))
            yield Part(
                place=Place(table.name, row.line),
                id=f"{human}|{row.at(table.find('orgSourcedId'))}",
                human=human,
                org=row.at(table.find("orgSourcedId")),
                role=sds_role(row.at(table.find("role"))),
                grade=row.at(table.find("grade")),
                session=row.at(table.find("sessionSourcedId")),
                starts=self._dates.read(table, row, table.find("roleStartDate"), troubles),
                ends=self._dates.read(table, row, table.find("roleEndDate"), troubles),
                troubles=tuple(troubles),
            )

    def details(self) -> Iterator[Detail]:
        table = self._bundle.find("demographics")
        for row in table or ():
            assert table is not None  # else there are no rows
            troubles: list[Trouble] = []
            human = row.at(table.find("userSourcedId"))
            yield Detail(
                place=Place(table.name, row.line),
                id=human,
                human=human,
                gender=row.at(table.find("sex")).lower(),
                birth_date=self._dates.read(table, row, table.find("birthDate"), troubles),
                troubles=tuple(troubles),
            )

    def ties(self) -> Iterator[Tie]:
        table = self._bundle.find("relationships")
        for row in table or ():
            assert table is not None  # else there are no rows
            student, adult = row.at(table.find("userSourcedId")), row.at(table.find("relationshipUserSourcedId"))
            yield Tie(
                place=Place(table.name, row.line),
                id=f"{student}|{adult}",
                student=student,
                adult=adult,
                relationship=row.at(table.find("relationshipRole")) or "guardian",
            )

    def seats(self) -> Iterator[Seat]:
        table = self._bundle.find("enrollments")
        for row in table or ():
            assert table is not None  # else there are no rows
            troubles: list[Trouble] = []
            group, human = row.at(table.find("classSourcedId")), row.at(table.find("userSourcedId"))
            yield Seat(
                place=Place(table.name, row.line),
                id=f"{group}|{human}",
                human=human,
                group=group,
                role=sds_role(row.at(table.find("role"))),
                starts=self._dates.read(table, row, table.find("startDate"), troubles),
                ends=self._dates.read(table, row, table.find("endDate"), troubles),
                troubles=tuple(troubles),
            )

    def unused(self) -> Iterator[Unused]:
        table: Table | None = self._bundle.find("userFlags")
        for row in table or ():
            assert table is not None  # else there are no rows
            yield Unused(
                place=Place(table.name, row.line),
                id=row.at(table.find("userSourcedId")),
                reason=_("Flags are sensitive and mean something else in every school: add them by hand."),
            )


def sds_role(word: str) -> str:
    """One of our words for a role of School Data Sync."""
    folded = word.replace(" ", "").lower()
    for words, role in ((_STUDENTS, "student"), (_TEACHERS, "teacher"), (_AIDES, "aide"), (_STAFF, "administrator")):
        if folded in words:
            return role
    return role_of(word)
