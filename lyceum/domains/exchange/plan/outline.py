"""A first look through the files: which records belong to this school, and what they refer to."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from lyceum.core.text import fold
from lyceum.domains.exchange.errors import OrgNeededError
from lyceum.domains.exchange.readers.records import Org, Part, Place, Seat, Source

_ABOVE_SCHOOLS = frozenset({"district", "local", "state", "national", "ministryofeducation", "ministry", "lea", "sea",
                            "diocese", "trust", "region", "country", "province", "territory"})  # fmt: skip
_INSIDE_SCHOOLS = frozenset({"department", "faculty", "division", "program", "programme"})
STAFF_ROLES = ("teacher", "aide", "administrator")


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is in this school, from all the lines that say so."""

    role: str
    grade: str = ""
    starts: date | None = None
    ends: date | None = None
    session: str = ""
    ended: bool = False
    line: int = 0


@dataclass
class Outline:
    """Who and what of the files belongs to this school."""

    orgs: frozenset[str] = frozenset()
    """Empty where the format knows no organisations: everything belongs."""
    groups: dict[str, bool] = field(default_factory=dict)
    """Every class of the files: whether it is of this school."""
    students: dict[str, Standing] = field(default_factory=dict)
    staff: dict[str, Standing] = field(default_factory=dict)
    adults: set[str] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)
    """Students and staff of the other schools."""
    details: dict[str, tuple[str, date | None]] = field(default_factory=dict)
    """Gender and birth date, where a table of its own gives them."""
    sessions: set[str] = field(default_factory=set)
    courses: set[str] = field(default_factory=set)
    grades: dict[str, Place] = field(default_factory=dict)
    """Each grade as written, and where it is first named."""
    sizes: Counter[str] = field(default_factory=Counter)
    group_grades: dict[str, set[str]] = field(default_factory=dict)
    leads: dict[str, str] = field(default_factory=dict)
    """The lead teacher of each class."""

    def holds(self, org: str) -> bool:
        """Whether an organisation is this school or inside it."""
        return not self.orgs or org in self.orgs


def look_through(source: Source, orgs: frozenset[str]) -> Outline:
    """Read all the files once, and remember what the rows that belong here refer to."""
    outline = Outline(orgs=orgs)
    for group in source.groups():
        here = outline.holds(group.org)
        outline.groups[group.id] = here
        if here:
            outline.sessions.update(group.sessions)
            outline.courses.add(group.course)
    for part in source.parts():
        _place(outline, part)
    outline.sessions.discard("")
    primary: set[str] = set()
    for seat in source.seats():
        if outline.groups.get(seat.group):
            _seat(outline, seat, primary)
    for tie in source.ties():
        if tie.student in outline.students and not tie.ended:
            outline.adults.add(tie.adult)
    for detail in source.details():
        if detail.human in outline.students or detail.human in outline.staff:
            outline.details.setdefault(detail.human, (detail.gender, detail.birth_date))
    return outline


def _place(outline: Outline, part: Part) -> None:
    if part.role == "student":
        found = outline.students
    elif part.role in STAFF_ROLES:
        found = outline.staff
    else:
        return
    if not outline.holds(part.org):
        outline.elsewhere.add(part.human)
        return
    known = found.get(part.human)
    if known is None or known.ended:
        found[part.human] = Standing(
            part.role, part.grade, part.starts, part.ends, part.session, part.ended, part.place.line
        )
    if part.session:
        outline.sessions.add(part.session)
    if part.grade and part.role == "student" and not part.ended:
        outline.grades.setdefault(part.grade, part.place)


def _seat(outline: Outline, seat: Seat, primary: set[str]) -> None:
    if seat.ended:
        return
    if seat.role == "student":
        outline.sizes[seat.group] += 1
        standing = outline.students.get(seat.human)
        if standing and standing.grade:
            outline.group_grades.setdefault(seat.group, set()).add(standing.grade)
    elif seat.role == "teacher" and (
        seat.group not in outline.leads or (seat.is_primary and seat.group not in primary)
    ):
        outline.leads[seat.group] = seat.human
        if seat.is_primary:
            primary.add(seat.group)


@dataclass(frozen=True)
class SchoolInFile:
    """An organisation of the file that may be this school, and how much there is of it."""

    id: str
    name: str
    kind: str
    classes: int
    students: int
    identifier: str = ""


def list_schools(source: Source) -> list[SchoolInFile]:
    """The organisations in which there are classes or people, without districts; departments count with theirs."""
    orgs = {org.id: org for org in source.orgs() if not org.ended}
    classes = Counter(_house(orgs, group.org) for group in source.groups())
    students = Counter(_house(orgs, part.org) for part in source.parts() if part.role == "student")
    return [
        SchoolInFile(org.id, org.name, org.kind, classes[org.id], students[org.id], org.identifier)
        for org in orgs.values()
        if org.kind not in _ABOVE_SCHOOLS and _house(orgs, org.id) == org.id
    ]


def _house(orgs: dict[str, Org], key: str) -> str:
    """The school that an organisation is, or is inside of."""
    for _step in range(10):
        org = orgs.get(key)
        if org is None or org.kind not in _INSIDE_SCHOOLS or org.parent not in orgs:
            return key
        key = org.parent
    return key


def choose_orgs(
    source: Source, schools: list[SchoolInFile], *, wanted: list[str], names: set[str], codes: set[str]
) -> frozenset[str]:
    """The organisations that are this school: those wanted, else the one known by code or name, else the only one."""
    if not schools:
        return frozenset()
    unknown = sorted(set(wanted) - {school.id for school in schools})
    if unknown:
        raise OrgNeededError(
            _("The file has no school %(unknown)s. It has: %(listed)s.")
            % {"unknown": unknown[0], "listed": _listed(schools)},
            orgs=_as_values(schools),
        )
    chosen = wanted or _known(schools, names, codes)
    if not chosen:
        raise OrgNeededError(
            _("The file holds %(schools)s schools. Choose the one to bring in: %(listed)s.")
            % {"schools": len(schools), "listed": _listed(schools)},
            orgs=_as_values(schools),
        )
    return frozenset(_with_insides(source, set(chosen)))


def _known(schools: list[SchoolInFile], names: set[str], codes: set[str]) -> list[str]:
    by_code = [s.id for s in schools if s.id in codes or (s.identifier and s.identifier in codes)]
    by_name = [s.id for s in schools if fold(s.name) in names]
    found = by_code or by_name
    if len(found) == 1:
        return found
    return [schools[0].id] if len(schools) == 1 else []


def _with_insides(source: Source, chosen: set[str]) -> Iterator[str]:
    orgs = {org.id: org for org in source.orgs()}
    yield from chosen
    yield from (key for key in orgs if _house(orgs, key) in chosen)


def _listed(schools: list[SchoolInFile]) -> str:
    return "; ".join(f"{s.id} {s.name}" for s in schools[:20])


def _as_values(schools: list[SchoolInFile]) -> list[dict[str, object]]:
    return [{"id": s.id, "name": s.name, "kind": s.kind, "classes": s.classes, "students": s.students} for s in schools]
