"""Drafts of a timetable: made, filled with what must be taught, copied, thrown away."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.academics.rules.calendar import NameTakenError
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.timetable.models import PlannedClass, PlannedLesson, PlannedTeacher, Requirement, Run, Version
from lyceum.domains.timetable.writing import update_many


class NotADraftError(RuleError):
    """Only a draft may be worked on; make one from the published version."""

    code = "not_a_draft"


class RunAtWorkError(RuleError):
    """The engine is at work on this version."""

    code = "run_at_work"


@transaction.atomic
def create_version(year_id: UUID, *, name: str = "", parent: UUID | None = None, actor: Actor) -> Version:
    """Make a draft: empty of places, or a copy of another version; with the lessons that the requirements ask for."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    year = AcademicYear.objects.select_for_update().filter(pk=year_id).first()
    if year is None:
        raise NotFoundError(_("There is no such year here."))
    source = Version.objects.select_related("imported").filter(pk=parent, year=year).first() if parent else None
    if parent and source is None:
        raise invalid_field("/parent", "version_unknown", _("There is no such version of this year."))
    called = tidy(name) or _free_name(year)
    if len(called) > 80:
        raise invalid_field("/name", "length", _("Give 1 to %(longest)s letters.") % {"longest": 80})
    taken = NameTakenError(_("There is a version “%(name)s” already.") % {"name": called})
    with refusing(version_name_once=lambda: taken):
        row = Version.objects.create(
            year=year,
            name=called,
            parent=source,
            imported=source.imported if source else None,
            made_by=actor.user_id,
            made_by_name=actor.name[:200],
        )
    if source:
        _copy_lessons(source, row)
    fill_version(row)
    record("timetable.version.create", target=Target.of(row), actor=actor)
    return row


def _free_name(year: AcademicYear) -> str:
    taken = set(Version.objects.filter(year=year).values_list("name", flat=True))
    names = (_("Draft %(number)s") % {"number": number} for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _copy_lessons(source: Version, target: Version) -> None:
    """Every lesson of a version in another, with who comes and who takes it. Six statements."""
    made: dict[UUID, PlannedLesson] = {}
    for lesson in PlannedLesson.objects.filter(version=source).order_by("pk"):
        made[lesson.pk] = PlannedLesson(
            version=target,
            **{name: getattr(lesson, name) for name in _COPIED},
        )
    PlannedLesson.objects.bulk_create(made.values())
    PlannedClass.objects.bulk_create(
        PlannedClass(lesson=made[row.lesson_id], school_class_id=row.school_class_id, group_id=row.group_id)
        for row in PlannedClass.objects.filter(lesson__version=source).order_by("pk")
    )
    PlannedTeacher.objects.bulk_create(
        PlannedTeacher(lesson=made[row.lesson_id], staff_id=row.staff_id)
        for row in PlannedTeacher.objects.filter(lesson__version=source).order_by("pk")
    )


_COPIED = (
    "requirement_id",
    "subject_id",
    "name",
    "length",
    "day",
    "period",
    "room_id",
    "time_locked",
    "room_locked",
    "reasons",
    "reference",
)


def fill_version(version: Version) -> int:
    """Bring a draft's lessons into line with the requirements: what lacks is added, what is too many goes.

    Who comes and who teaches follows the requirement. Returns how many lessons were added or taken away.
    """
    if version.imported_id:  # its lessons are those of the file
        return 0
    rows = Requirement.objects.filter(year=version.year_id, reference="")  # those with one belong to a file's draft
    rows = rows.prefetch_related("classes", "teachers").order_by("pk")
    there: dict[UUID, list[PlannedLesson]] = {}
    for lesson in (
        version.lessons.filter(requirement__isnull=False).prefetch_related("classes", "teachers").order_by("pk")
    ):
        if lesson.requirement_id:
            there.setdefault(lesson.requirement_id, []).append(lesson)
    loads = _loads(version)
    new: list[tuple[PlannedLesson, Requirement, list[UUID]]] = []
    gone: list[UUID] = []
    changed: list[tuple[PlannedLesson, Requirement, list[UUID]]] = []
    for row in rows:
        mine = there.get(row.pk, [])
        teachers = _teachers_of(row, mine, loads)
        lacking = list(row.lengths)
        for lesson in sorted(mine, key=lambda each: not each.is_placed):
            if lesson.length in lacking:
                lacking.remove(lesson.length)
                if not _agrees(lesson, row, teachers):
                    changed.append((lesson, row, teachers))
            else:
                gone.append(lesson.pk)
        new += [
            (
                PlannedLesson(
                    version=version, requirement=row, subject_id=row.subject_id, name=row.name, length=length
                ),
                row,
                teachers,
            )
            for length in lacking
        ]
    if gone:
        PlannedLesson.objects.filter(pk__in=gone).delete()
    if changed:
        ids = [lesson.pk for lesson, _row, _teachers in changed]
        PlannedClass.objects.filter(lesson__in=ids).delete()
        PlannedTeacher.objects.filter(lesson__in=ids).delete()
        for lesson, row, _teachers in changed:
            lesson.subject_id, lesson.name = row.subject_id, row.name
        update_many([lesson for lesson, _row, _t in changed], ["subject", "name"])
    PlannedLesson.objects.bulk_create([lesson for lesson, _row, _teachers in new])
    _tie([*new, *changed])
    return len(new) + len(gone)


def _tie(rows: Sequence[tuple[PlannedLesson, Requirement, list[UUID]]]) -> None:
    PlannedClass.objects.bulk_create(
        PlannedClass(lesson=lesson, school_class_id=each.school_class_id, group_id=each.group_id)
        for lesson, row, _teachers in rows
        for each in sorted(row.classes.all(), key=lambda part: part.pk)
    )
    PlannedTeacher.objects.bulk_create(
        PlannedTeacher(lesson=lesson, staff_id=staff) for lesson, _row, teachers in rows for staff in teachers
    )


def _loads(version: Version) -> dict[UUID, int]:
    """Periods that each teacher has for certain: those of requirements that leave no choice."""
    found: dict[UUID, int] = {}
    rows = Requirement.objects.filter(year=version.year_id, any_teacher=False).prefetch_related("teachers")
    for row in rows:
        for each in row.teachers.all():
            found[each.staff_id] = found.get(each.staff_id, 0) + row.periods
    return found


def _teachers_of(row: Requirement, mine: Iterable[PlannedLesson], loads: dict[UUID, int]) -> list[UUID]:
    """All of its teachers; of several that may, the one who has it already, or who has least to do."""
    named = [each.staff_id for each in sorted(row.teachers.all(), key=lambda part: part.pk)]
    if not row.any_teacher or len(named) < 2:
        return named
    has = next((each.staff_id for lesson in mine for each in lesson.teachers.all() if each.staff_id in named), None)
    chosen: UUID = has or min(named, key=lambda staff: (loads.get(staff, 0), named.index(staff)))
    loads[chosen] = loads.get(chosen, 0) + row.periods
    return [chosen]


def _agrees(lesson: PlannedLesson, row: Requirement, teachers: Sequence[UUID]) -> bool:
    sits = {(each.school_class_id, each.group_id) for each in lesson.classes.all()}
    return (
        sits == {(each.school_class_id, each.group_id) for each in row.classes.all()}
        and {each.staff_id for each in lesson.teachers.all()} == set(teachers)
        and lesson.subject_id == row.subject_id
        and lesson.name == row.name
    )


@transaction.atomic
def delete_version(version_id: UUID, *, actor: Actor) -> None:
    """Throw a draft away."""
    row = get_draft(version_id, actor=actor)
    target = Target.of(row)
    row.delete()
    record("timetable.version.delete", target=target, actor=actor)


def get_draft(version_id: UUID, *, actor: Actor) -> Version:
    """The draft, for somebody who may work on it, locked; refused while the engine is at work on it."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    row = Version.objects.select_for_update(of=("self",)).select_related("year").filter(pk=version_id).first()
    if row is None:
        raise NotFoundError
    if not row.is_draft:
        raise NotADraftError(
            _("%(name)s is %(state)s. Make a draft of it.") % {"name": row, "state": row.get_state_display()}
        )
    if Run.objects.filter(version=row, state__in=(Run.State.QUEUED, Run.State.RUNNING)).exists():
        raise RunAtWorkError(_("The engine is at work on %(name)s. Stop it first.") % {"name": row})
    return row


def lock_timetable() -> None:
    """Whoever changes what takes place waits here and then sees our lessons."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"timetable|{current_school()}"])
