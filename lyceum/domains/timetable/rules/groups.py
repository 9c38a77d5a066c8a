"""Groups: the parts of a class that are taught by themselves, and who is in each."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.academics.models import Class, ClassMembership
from lyceum.domains.academics.rules.calendar import NameTakenError
from lyceum.domains.journal.rules import Changes, Entry, Target, record_all
from lyceum.domains.people.policies import holds_on, kept_from_work
from lyceum.domains.timetable.groups import list_day
from lyceum.domains.timetable.models import Group, GroupMember, PlannedLesson, Version
from lyceum.domains.timetable.rules.publishing import ClashesError

MOST_CLASSES, MOST_MEMBERS, LONGEST = 40, 500, 60


class GroupInUseError(RuleError):
    """Something is taught to the group; the refusal says how much."""

    code = "group_in_use"
    title = gettext_noop("In use")


@dataclass(frozen=True)
class NewGroup:
    """A group as it is to be."""

    name: str
    division: str = ""
    """By what the class is divided: a student is in one group of a division."""
    students: Sequence[UUID] = ()
    taught_as: UUID | None = None
    """A teaching class whose members are the group's; then no students are named."""


@transaction.atomic
def create_groups(classes: Sequence[UUID], new: NewGroup, *, actor: Actor) -> list[Group]:
    """Make a group of a class, or of the same name in several: each has those of the students who are in its class."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    rows = list(Class.objects.select_for_update(of=("self",)).filter(pk__in=classes).order_by("name", "pk"))
    if not 1 <= len(set(classes)) <= MOST_CLASSES or len(rows) < len(set(classes)):
        raise invalid_field("/classes", "class_unknown", _("Choose 1 to %(most)s classes.") % {"most": MOST_CLASSES})
    _check(new, rows)
    made = []
    for school_class in rows:
        row = Group(school_class=school_class, taught_as_id=new.taught_as)
        row.name, row.division = tidy(new.name), tidy(new.division)
        with refusing(group_name_once=partial(_taken, row)):
            row.save()
        made.append(row)
    members = _members_of(rows)
    for row in made:
        _set_members(row, [each for each in new.students if each in members[row.school_class_id]])
    record_all([Entry("timetable.group.create", Target.of(row), _named(new)) for row in made], actor=actor)
    return made


@transaction.atomic
def edit_group(group_id: UUID, new: NewGroup, *, actor: Actor) -> Group:
    """Change a group, whole. Those of it whom the actor may not know of stay in it."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    row = _get_group(group_id)
    _check(new, [row.school_class])
    before = {"name": row.name, "division": row.division, "students": _ids_of(row)}
    row.name, row.division, row.taught_as_id = tidy(new.name), tidy(new.division), new.taught_as
    with refusing(group_name_once=partial(_taken, row)):
        row.save()
    unseen = set(row.members.filter(student__in=kept_from_work(actor)).values_list("student_id", flat=True))
    _set_members(row, [] if new.taught_as else [*unseen, *new.students])
    after = {"name": row.name, "division": row.division, "students": _ids_of(row)}
    changes: Changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    _occupy_anew(row)
    record_all([Entry("timetable.group.edit", Target.of(row), changes)], actor=actor)
    return row


@transaction.atomic
def delete_group(group_id: UUID, *, actor: Actor) -> None:
    """Take a group away that nothing is taught to."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    row = _get_group(group_id)
    requirements, lessons = row.requirements.count(), row.planned_lessons.count()
    if requirements or lessons:
        raise GroupInUseError(
            _("%(group)s has %(requirements)s requirements and %(lessons)s lessons of versions.")
            % {"group": row, "requirements": requirements, "lessons": lessons},
            requirements=requirements,
            lessons=lessons,
        )
    target = Target.of(row)
    row.delete()
    record_all([Entry("timetable.group.delete", target)], actor=actor)


def _get_group(group_id: UUID) -> Group:
    row = Group.objects.select_for_update(of=("self",)).select_related("school_class__year").filter(pk=group_id).first()
    if row is None:
        raise NotFoundError
    return row


def _named(new: NewGroup) -> Changes:
    return {"name": [None, tidy(new.name)], "division": [None, tidy(new.division)]}


def _ids_of(row: Group) -> list[str]:
    return sorted(str(each) for each in row.members.values_list("student_id", flat=True))


def _taken(row: Group) -> RuleError:
    return NameTakenError(_("There is a group %(group)s already.") % {"group": row})


def _members_of(classes: Sequence[Class]) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = {row.pk: set() for row in classes}
    rows = ClassMembership.objects.filter(holds_on(list_day(classes[0])), school_class__in=found)
    for class_id, student in rows.values_list("school_class_id", "student_id"):
        found[class_id].add(student)
    return found


def _check(new: NewGroup, classes: Sequence[Class]) -> None:
    faults = []
    if not 1 <= len(tidy(new.name)) <= LONGEST:
        faults.append(FieldError("/name", "length", _("Give 1 to %(longest)s letters.") % {"longest": LONGEST}))
    if len(tidy(new.division)) > LONGEST:
        faults.append(FieldError("/division", "length", _("Give at most %(longest)s letters.") % {"longest": LONGEST}))
    if len({row.year_id for row in classes}) > 1:
        faults.append(FieldError("/classes", "choice", _("Choose classes of one year.")))
    if new.taught_as and new.students:
        faults.append(FieldError("/students", "choice", _("The members are those of the class it is taught as.")))
    elif new.taught_as and not Class.objects.filter(pk=new.taught_as, year=classes[0].year_id).exists():
        faults.append(FieldError("/taught_as", "class_unknown", _("There is no such class here.")))
    if len(new.students) > MOST_MEMBERS:
        faults.append(FieldError("/students", "count", _("Name at most %(most)s students.") % {"most": MOST_MEMBERS}))
    if faults:
        raise InvalidError(faults[0].message, errors=faults)
    members = set().union(*_members_of(classes).values())
    strangers = set(new.students) - members
    if strangers:
        words = _("%(count)s of the students are not in the class.") % {"count": len(strangers)}
        raise invalid_field("/students", "student_unknown", words)


def _set_members(row: Group, students: Sequence[UUID]) -> None:
    """The group has these students. A student is in one group of a division."""
    wanted = dict.fromkeys(students)
    if row.division and wanted:
        others = GroupMember.objects.filter(
            group__school_class=row.school_class_id, group__division=row.division, student__in=wanted
        )
        there = others.exclude(group=row).select_related("student__person", "group").first()
        if there:
            words = _("%(student)s is in %(group)s already: a student is in one group of “%(division)s”.") % {
                "student": there.student,
                "group": there.group.name,
                "division": row.division,
            }
            raise invalid_field("/students", "in_another_group", words)
    row.members.exclude(student__in=wanted).delete()
    has = set(row.members.values_list("student_id", flat=True))
    GroupMember.objects.bulk_create(GroupMember(group=row, student_id=each) for each in wanted if each not in has)


def _occupy_anew(row: Group) -> None:
    """In a published version whoever is now in the group is taken when it has lessons; refused where that clashes."""
    lessons = PlannedLesson.objects.filter(version__state=Version.State.PUBLISHED, classes__group=row)
    refusal = ClashesError(_("Somebody of the group would be in two lessons of the published timetable at once."))
    with refusing(timetable_clash=lambda: refusal), connection.cursor() as cursor:
        for lesson in lessons.values_list("pk", flat=True):
            cursor.execute("SELECT timetable_occupy(%s, %s)", [current_school(), lesson])
