"""What every format says in the end: schools, years, courses, classes, people, and who is where.

Records are as the file gives them: foreign ids, no judgement. `Trouble` travels with the record it is about.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol


class Place(NamedTuple):
    """Where something is written: table and line."""

    file: str
    line: int


class Trouble(NamedTuple):
    """Something wrong, or worth knowing, about one cell: a stable code, and words that say what to do."""

    column: str
    code: str
    message: str
    is_warning: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The base of all records."""

    place: Place
    id: str
    ended: bool = False
    """The file says that this no longer is (`tobedeleted`, inactive)."""
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Org(Record):
    """A school, or what schools belong to."""

    name: str
    kind: str
    parent: str = ""
    identifier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Record):
    """A school year or a part of one."""

    title: str
    kind: str
    """year, term, or other."""
    starts: date | None
    ends: date | None
    parent: str = ""
    school_year: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course(Record):
    """What classes teach, as the sending system divides it."""

    title: str
    code: str = ""
    subject: str = ""
    grades: tuple[str, ...] = ()
    org: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Record):
    """A class or section."""

    title: str
    code: str = ""
    is_homeroom: bool = False
    org: str = ""
    course: str = ""
    subject: str = ""
    sessions: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Human(Record):
    """Somebody, in whatever role."""

    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    full_name: str = ""
    preferred_name: str = ""
    pronouns: str = ""
    gender: str = ""
    birth_date: date | None = None
    emails: tuple[str, ...] = ()
    mobiles: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    number: str = ""
    job: str = ""
    official_ids: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Record):
    """What somebody is in an organisation: student, teacher, aide, administrator, or other."""

    human: str
    org: str
    role: str
    grade: str = ""
    starts: date | None = None
    ends: date | None = None
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail(Record):
    """More about somebody, from a table of its own."""

    human: str
    gender: str = ""
    birth_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie(Record):
    """An adult who belongs to a student."""

    student: str
    adult: str
    relationship: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat(Record):
    """Somebody in a class: as student, teacher or aide."""

    human: str
    group: str
    role: str
    is_primary: bool = False
    starts: date | None = None
    ends: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused(Record):
    """A line that is read and left aside, with the reason."""

    reason: str


class Source(Protocol):
    """A file, or a set of files, in one format. Each method reads anew, so that nothing is held."""

    format: str
    system: str
    """Under which name its ids are remembered: files of the same system share them."""
    holds_everything: bool
    """Whether what is not in it is meant to have ended."""

    def orgs(self) -> Iterator[Org]: ...
    def sessions(self) -> Iterator[Session]: ...
    def courses(self) -> Iterator[Course]: ...
    def groups(self) -> Iterator[Group]: ...
    def humans(self) -> Iterator[Human]: ...
    def parts(self) -> Iterator[Part]: ...
    def details(self) -> Iterator[Detail]: ...
    def ties(self) -> Iterator[Tie]: ...
    def seats(self) -> Iterator[Seat]: ...
    def unused(self) -> Iterator[Unused]: ...
