"""OneRoster 1.1 and 1.2 CSV: https://www.imsglobal.org/spec/oneroster. Both versions by their columns."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from lyceum.domains.exchange.readers.dates import DateReader
from lyceum.domains.exchange.readers.manifest import Manifest, read_manifest
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

ROLES = {
    "student": "student",
    "teacher": "teacher",
    "aide": "aide",
    "proctor": "aide",
    "counselor": "administrator",
    "administrator": "administrator",
    "principal": "administrator",
    "siteadministrator": "administrator",
    "districtadministrator": "administrator",
    "systemadministrator": "administrator",
    "guardian": "guardian",
    "parent": "parent",
    "relative": "relative",
}
_KINDS = {"schoolyear": "year", "term": "term", "semester": "term"}
_DATES = (
    ("academicsessions", "startDate"),
    ("academicsessions", "endDate"),
    ("demographics", "birthDate"),
    ("enrollments", "beginDate"),
    ("enrollments", "endDate"),
    ("roles", "beginDate"),
    ("roles", "endDate"),
)
_USER_ID = re.compile(r"\{([^:{}]+):([^{}]+)\}")
_NEEDED = {
    "orgs": ("sourcedId", "name", "type"),
    "academicsessions": ("sourcedId", "title", "type", "startDate", "endDate"),
    "courses": ("sourcedId", "title"),
    "classes": ("sourcedId", "title", "courseSourcedId", "schoolSourcedId", "termSourcedIds"),
    "users": ("sourcedId", "givenName", "familyName"),
    "enrollments": ("classSourcedId", "userSourcedId", "role"),
    "demographics": ("sourcedId",),
    "roles": ("userSourcedId", "orgSourcedId", "role"),
}


def is_oneroster(bundle: Bundle) -> bool:
    """Whether these tables are OneRoster's."""
    users = bundle.find("users")
    return users is not None and "orgs" in bundle and ("manifest" in bundle or users.has("enabledUser"))


class OneRoster:
    """A set of OneRoster tables."""

    system = "oneroster"

    def __init__(self, bundle: Bundle, *, date_order: str = "") -> None:
        self._bundle = bundle
        self._manifest: Manifest = read_manifest(bundle)
        for name in ("orgs", "academicSessions", "classes", "users", "enrollments"):
            bundle.get(name)
        for name, columns in _NEEDED.items():
            table = self._table(name)
            if table is not None:
                for column in columns:
                    table.get(column)
        roles = self._table("roles")
        if roles is None:
            bundle.get("users").get("role")
        self.format = "oneroster_1p2" if roles is not None or self._manifest.version == "1.2" else "oneroster_1p1"
        self.holds_everything = not self._manifest.is_delta
        found = [(table, table.find(column)) for name, column in _DATES if (table := self._table(name))]
        self._dates = DateReader(found, given=date_order)

    def _table(self, name: str) -> Table | None:
        return None if self._manifest.leaves_out(name) else self._bundle.find(name)

    def _rows(self, name: str) -> Iterator[tuple[Table, Row, str, bool]]:
        """Table, row, id and whether it is to be deleted."""
        table = self._table(name)
        if table is None:
            return
        key, status = table.find("sourcedId"), table.find("status")
        for row in table:
            yield table, row, row.at(key), row.at(status).lower() == "tobedeleted"

    def orgs(self) -> Iterator[Org]:
        for table, row, key, ended in self._rows("orgs"):
            yield Org(
                place=Place(table.name, row.line),
                id=key,
                ended=ended,
                name=row.at(table.find("name")),
                kind=row.at(table.find("type")).lower(),
                parent=row.at(table.find("parentSourcedId")),
                identifier=row.at(table.find("identifier")),
            )

    def sessions(self) -> Iterator[Session]:
        for table, row, key, ended in self._rows("academicsessions"):
            troubles: list[Trouble] = []
            kind = row.at(table.find("type")).replace(" ", "").lower()
            yield Session(
                place=Place(table.name, row.line),
                id=key,
                ended=ended,
                title=row.at(table.find("title")),
                kind=_KINDS.get(kind, "other"),
                starts=self._dates.read(table, row, table.find("startDate"), troubles),
                ends=self._dates.read(table, row, table.find("endDate"), troubles),
                parent=row.at(table.find("parentSourcedId")),
                school_year=row.at(table.find("schoolYear")),
                troubles=tuple(troubles),
            )

    def courses(self) -> Iterator[Course]:
        for table, row, key, ended in self._rows("courses"):
            yield Course(
                place=Place(table.name, row.line),
                id=key,
                ended=ended,
                title=row.at(table.find("title")),
                code=row.at(table.find("courseCode")),
                subject=first_of(row.at(table.find("subjects"))),
                grades=several(row.at(table.find("grades", "grade"))),
                org=row.at(table.find("orgSourcedId")),
            )

    def groups(self) -> Iterator[Group]:
        for table, row, key, ended in self._rows("classes"):
            yield Group(
                place=Place(table.name, row.line),
                id=key,
                ended=ended,
                title=row.at(table.find("title")),
                code=row.at(table.find("classCode")),
                is_homeroom=row.at(table.find("classType")).lower() == "homeroom",
                org=row.at(table.find("schoolSourcedId")),
                course=row.at(table.find("courseSourcedId")),
                subject=first_of(row.at(table.find("subjects"))),
                sessions=several(row.at(table.find("termSourcedIds"))),
                grades=several(row.at(table.find("grades"))),
            )

    def humans(self) -> Iterator[Human]:
        table = self._bundle.get("users")
        at = {name: table.find(name) for name in (
            "givenName", "familyName", "middleName", "preferredGivenName", "preferredFamilyName", "pronouns",
            "email", "username", "sms", "phone", "identifier", "userIds",
        )}  # fmt: skip
        for _table, row, key, ended in self._rows("users"):
            preferred = f"{row.at(at['preferredGivenName'])} {row.at(at['preferredFamilyName'])}".strip()
            yield Human(
                place=Place(table.name, row.line),
                id=key,
                ended=ended,
                first_name=row.at(at["givenName"]),
                middle_name=row.at(at["middleName"]),
                last_name=row.at(at["familyName"]),
                preferred_name=preferred,
                pronouns=row.at(at["pronouns"]),
                emails=address_of(row.at(at["email"]), row.at(at["username"])),
                mobiles=given(row.at(at["sms"])),
                phones=given(row.at(at["phone"])),
                number=row.at(at["identifier"]),
                official_ids=dict(_USER_ID.findall(row.at(at["userIds"]))),
            )

    def parts(self) -> Iterator[Part]:
        if self._table("roles") is None:
            yield from self._parts_in_users()
            return
        grades = self._grades()
        for table, row, key, ended in self._rows("roles"):
            troubles: list[Trouble] = []
            human = row.at(table.find("userSourcedId"))
            yield Part(
                place=Place(table.name, row.line),
                id=key,
                ended=ended,
                human=human,
                org=row.at(table.find("orgSourcedId")),
                role=role_of(row.at(table.find("role"))),
                grade=grades.get(human, ""),
                starts=self._dates.read(table, row, table.find("beginDate"), troubles),
                ends=self._dates.read(table, row, table.find("endDate"), troubles),
                troubles=tuple(troubles),
            )

    def _grades(self) -> dict[str, str]:
        table = self._bundle.get("users")
        column = table.find("grades", "grade")
        if column < 0:
            return {}
        return {key: grade for _table, row, key, _ended in self._rows("users") if (grade := first_of(row.at(column)))}

    def _parts_in_users(self) -> Iterator[Part]:
        table = self._bundle.get("users")
        orgs, role, grade = table.find("orgSourcedIds"), table.get("role"), table.find("grades", "grade")
        for _table, row, key, ended in self._rows("users"):
            for org in several(row.at(orgs)) or ("",):
                yield Part(
                    place=Place(table.name, row.line),
                    id=key,
                    ended=ended,
                    human=key,
                    org=org,
                    role=role_of(row.at(role)),
                    grade=first_of(row.at(grade)),
                )

    def details(self) -> Iterator[Detail]:
        for table, row, key, ended in self._rows("demographics"):
            troubles: list[Trouble] = []
            yield Detail(
                place=Place(table.name, row.line),
                id=key,
                ended=ended,
                human=key,
                gender=row.at(table.find("sex")).lower(),
                birth_date=self._dates.read(table, row, table.find("birthDate"), troubles),
                troubles=tuple(troubles),
            )

    def ties(self) -> Iterator[Tie]:
        roles = {part.human: part.role for part in self.parts() if part.role in ("guardian", "parent", "relative")}
        table = self._bundle.get("users")
        column = table.find("agentSourcedIds")
        for _table, row, key, ended in self._rows("users"):
            for other in several(row.at(column)):
                # The standard lets either side name the other; the adult is the one with an adult's role.
                student, adult = (other, key) if key in roles else (key, other)
                yield Tie(
                    place=Place(table.name, row.line),
                    id=f"{student}|{adult}",
                    ended=ended,
                    student=student,
                    adult=adult,
                    relationship=roles.get(adult, "guardian"),
                )

    def seats(self) -> Iterator[Seat]:
        table = self._bundle.get("enrollments")
        group, human, role = table.get("classSourcedId"), table.get("userSourcedId"), table.get("role")
        primary, begin, end = table.find("primary"), table.find("beginDate"), table.find("endDate")
        for _table, row, _key, ended in self._rows("enrollments"):
            troubles: list[Trouble] = []
            yield Seat(
                place=Place(table.name, row.line),
                id=f"{row.at(group)}|{row.at(human)}",
                ended=ended,
                human=row.at(human),
                group=row.at(group),
                role=role_of(row.at(role)),
                is_primary=row.at(primary).lower() == "true",
                starts=self._dates.read(table, row, begin, troubles),
                ends=self._dates.read(table, row, end, troubles),
                troubles=tuple(troubles),
            )

    def unused(self) -> Iterator[Unused]:
        for name, reason in (
            ("userprofiles", _("Sign-in profiles of other systems are not brought in.")),
            ("resources", _("Resources are not brought in.")),
        ):
            for table, row, key, _ended in self._rows(name):
                yield Unused(place=Place(table.name, row.line), id=key, reason=reason)


def several(cell: str) -> tuple[str, ...]:
    """The values of a cell that may hold several, divided by commas."""
    if "," not in cell:
        return (cell,) if cell else ()
    return tuple(value for value in (part.strip() for part in cell.split(",")) if value)


def first_of(cell: str) -> str:
    """The first of several values."""
    return next(iter(several(cell)), "")


def given(*cells: str) -> tuple[str, ...]:
    """The cells that hold something."""
    return tuple(cell for cell in cells if cell)


def address_of(email: str, username: str) -> tuple[str, ...]:
    """The e-mail address; where there is none, the user name if it is one."""
    return given(email or (username if "@" in username else ""))


def role_of(word: str) -> str:
    """One of our words for a role of the standard."""
    return ROLES.get(word.replace(" ", "").lower(), "other")
