"""A version read whole: its grid, its lessons with who and where, and which students share classes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core.errors import RuleError
from lyceum.domains.academics.cycles import YearCycle, cycle_days
from lyceum.domains.academics.models import Class, ClassMembership
from lyceum.domains.people.models import Staff
from lyceum.domains.people.policies import holds_on
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.models import Group, GroupMember, PlannedClass, PlannedLesson, PlannedTeacher, Version
from lyceum.domains.timetable.planning.files import Imported, read_imported
from lyceum.domains.timetable.planning.grid import PlanGrid, grid_of

Sat = tuple[UUID, UUID | None]
"""Who comes: a class, and the group of it where it is not the whole class."""


class NoCycleError(RuleError):
    """The year has no days over which lessons repeat, or no bells."""

    code = "no_cycle"


@dataclass(frozen=True)
class Card:
    """A planned lesson with who comes and who takes it."""

    id: UUID
    name: str
    requirement: UUID | None
    subject: UUID | None
    length: int
    day: int | None
    period: int | None
    room: UUID | None
    time_locked: bool
    room_locked: bool
    reference: str = ""
    """Its name in the file it came from."""
    teachers: tuple[UUID, ...] = ()
    sits: tuple[Sat, ...] = ()

    @property
    def is_placed(self) -> bool:
        """Whether it has its time."""
        return self.day is not None


@dataclass(frozen=True)
class Plan:
    """A version as it stands."""

    version: Version
    grid: PlanGrid
    cards: Mapping[UUID, Card]
    """In the order in which they were made."""
    names: Mapping[UUID, str]
    """Of teachers, rooms, classes, groups and subjects."""
    students: Mapping[Sat, frozenset[UUID]] = field(default_factory=dict)
    imported: Imported | None = None
    """What a file says of it, where it came from one."""

    @cached_property
    def atoms(self) -> Mapping[str, tuple[frozenset[Sat], int]]:
        """The smallest sets of students that no lesson separates: where they sit, and how many they are.

        A class without students is a set by itself; so it is in one place at a time as well.
        """
        if self.imported:
            return self.imported.atoms(self.students)
        seats: dict[UUID, set[Sat]] = {}
        for sat, students in self.students.items():
            for student in students:
                seats.setdefault(student, set()).add(sat)
        counts = Counter(frozenset(of) for of in seats.values())
        alike = sorted(counts, key=lambda of: sorted(map(str, of)))
        found = {f"s{number}": (of, counts[of]) for number, of in enumerate(alike)}
        empty = [sat for sat, students in self.students.items() if not students]
        return found | {f"{'g' if sat[1] else 'c'}{sat[1] or sat[0]}": (frozenset({sat}), 0) for sat in empty}

    @cached_property
    def parts(self) -> Mapping[Sat, tuple[str, ...]]:
        """The smallest sets of each class and group."""
        found: dict[Sat, list[str]] = {sat: [] for sat in self.students}
        for name, (of, _count) in self.atoms.items():
            for sat in of:
                found[sat].append(name)
        return {sat: tuple(parts) for sat, parts in found.items()}

    def name(self, row: UUID | None) -> str:
        """What something is called."""
        return self.names.get(row, "") if row else ""

    def card_words(self, card: Card) -> str:
        """A lesson in words: "Mathematics, 7A"."""
        who = ", ".join(self.name(group or school_class) for school_class, group in card.sits)
        return f"{card.name}, {who}" if who else card.name


def cycle_of(version: Version) -> YearCycle:
    """The cycle of a version's year; refused where there is none, or no bells ring on its days."""
    cycle = cycle_days().cycles.get(version.year_id)
    if cycle is None or not any(cycle.teaching(each) for each in range(1, len(cycle.names) + 1)):
        raise NoCycleError(_("The year has no bells: say over which days its lessons repeat, and when the bells ring."))
    return cycle


_COLUMNS = (
    *("pk", "name", "requirement_id", "subject_id", "subject__name", "length", "day", "period", "room_id"),
    *("room__name", "time_locked", "room_locked", "reference"),
)


def read_plan(version: Version, *, day: date | None = None) -> Plan:
    """Read a version whole; students by their memberships on its first day. A fixed number of statements."""
    cycle = cycle_of(version)
    teachers: dict[UUID, list[UUID]] = {}
    takes = PlannedTeacher.objects.filter(lesson__version=version).order_by("pk")
    for lesson_id, staff_id in takes.values_list("lesson_id", "staff_id"):
        teachers.setdefault(lesson_id, []).append(staff_id)
    staff = Staff.objects.filter(pk__in={each for of in teachers.values() for each in of}).select_related("person")
    names = {row.pk: str(row) for row in staff}
    sits: dict[UUID, list[Sat]] = {}
    comes = PlannedClass.objects.filter(lesson__version=version).order_by("pk")
    for lesson_id, class_id, group_id in comes.values_list("lesson_id", "school_class_id", "group_id"):
        sits.setdefault(lesson_id, []).append((class_id, group_id))
    wanted = {sat for each in sits.values() for sat in each}
    names |= {row.pk: str(row) for row in Class.objects.filter(pk__in={sat[0] for sat in wanted})}
    taught_as: dict[Sat, UUID] = {}
    for group in Group.objects.filter(pk__in={sat[1] for sat in wanted if sat[1]}):
        names[group.pk] = f"{names[group.school_class_id]} {group.name}"
        if group.taught_as_id:
            taught_as[group.school_class_id, group.pk] = group.taught_as_id
    cards = _read_cards(version, teachers, sits, names)
    on = day or version.effective_from or max(today(), version.year.starts)
    students = _read_students(wanted, taught_as, on)
    return Plan(version, grid_of(cycle), cards, names, students, read_imported(version))


def _read_cards(
    version: Version,
    teachers: Mapping[UUID, Sequence[UUID]],
    sits: Mapping[UUID, Sequence[Sat]],
    names: dict[UUID, str],
) -> dict[UUID, Card]:
    """The lessons; their rooms and subjects are named on the way."""
    cards: dict[UUID, Card] = {}
    lessons = PlannedLesson.objects.filter(version=version).order_by("pk")
    # Plain rows: making a thousand models takes longer than reading them.
    for row in lessons.values_list(*_COLUMNS, named=True):
        if row.room_id:
            names[row.room_id] = row.room__name
        if row.subject_id:
            names[row.subject_id] = row.subject__name
        cards[row.pk] = Card(
            id=row.pk,
            name=row.name or row.subject__name or "",
            requirement=row.requirement_id,
            subject=row.subject_id,
            length=row.length,
            day=row.day,
            period=row.period,
            room=row.room_id,
            time_locked=row.time_locked,
            room_locked=row.room_locked,
            reference=row.reference,
            teachers=tuple(teachers.get(row.pk, ())),
            sits=tuple(sits.get(row.pk, ())),
        )
    return cards


def _read_students(wanted: Iterable[Sat], taught_as: Mapping[Sat, UUID], on: date) -> dict[Sat, frozenset[UUID]]:
    """Who is in each class and group on a day."""
    found: dict[Sat, set[UUID]] = {sat: set() for sat in sorted(wanted, key=str)}
    by_class: dict[UUID, list[Sat]] = {}
    by_group: dict[UUID, Sat] = {}
    for sat in found:
        school_class, group = sat
        if group is None:
            by_class.setdefault(school_class, []).append(sat)
        elif sat in taught_as:
            by_class.setdefault(taught_as[sat], []).append(sat)
        else:
            by_group[group] = sat
    members = ClassMembership.objects.filter(holds_on(on), Q(school_class__in=by_class))
    for class_id, student in members.values_list("school_class_id", "student_id"):
        for sat in by_class[class_id]:
            found[sat].add(student)
    for group_id, student in GroupMember.objects.filter(group__in=by_group).values_list("group_id", "student_id"):
        found[by_group[group_id]].add(student)
    return {sat: frozenset(students) for sat, students in found.items()}
