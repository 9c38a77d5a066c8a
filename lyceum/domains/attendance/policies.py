"""Which registers somebody may see and take."""

from datetime import timedelta
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Case, Exists, Expression, F, Func, OuterRef, Q, Value, When

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind
from lyceum.core.permissions import STAFF_ROLES, Permission, Reach
from lyceum.domains.academics.models import ClassTeacher
from lyceum.domains.people.models import Staff, Student
from lyceum.domains.people.policies import NOBODY, family_of, own_family, own_record, relate
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.models import Cover, Lesson

OF_AGE = 18
"""Years at which a student asks for an absence themselves."""
COVER_OPENS = timedelta(minutes=60)
"""How long before a lesson its register opens to whoever covers it."""


class IsAmong(Func):
    """Whether a value is in an array: as `contains` cannot say it of another query's column."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def taught_registers(actor: Actor) -> Q:
    """Registers of classes the actor teaches on the register's day, and of lessons that are the actor's."""
    if actor.user_id is None:
        return NOBODY
    teaching = ClassTeacher.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=OuterRef("on")),
        Q(school_class=OuterRef("school_class")) | Q(IsAmong(F("school_class_id"), OuterRef("with_classes"))),
        staff__person__user=actor.user_id,
        starts_on__lte=OuterRef("on"),
    )
    mine = ArraySubquery(Staff.objects.filter(person__user=actor.user_id).values("pk"))
    beside = Lesson.objects.filter(pk=OuterRef("lesson"), co_teachers__overlap=mine)
    return Q(Exists(teaching)) | Q(lesson__teacher__person__user=actor.user_id) | Q(Exists(beside))


def covered_registers(actor: Actor) -> Q:
    """Registers of lessons the actor covers, from an hour before the lesson until the register is locked."""
    covers = Cover.objects.filter(lesson=OuterRef("lesson"), on=OuterRef("on"), state__in=Cover.STANDING)
    if actor.kind is ActorKind.COVER:
        covers = covers.filter(passes__cover_pass=actor.id, passes__cover_pass__revoked_at__isnull=True)
    elif actor.user_id is not None:
        covers = covers.filter(teacher__person__user=actor.user_id)
    else:
        return NOBODY
    instant = clock.now()
    return Q(Exists(covers), due_at__lte=instant + COVER_OPENS, locks_at__gt=instant)


def own_registers(actor: Actor) -> Q:
    """Registers whose taker the actor is: by teaching or by covering."""
    return taught_registers(actor) | covered_registers(actor)


TAUGHT_REGISTERS_SQL = """
(EXISTS (
  SELECT 1 FROM academics_classteacher t
  JOIN people_staff s ON s.school_id = %(school)s AND s.id = t.staff_id
  JOIN people_person p ON p.school_id = %(school)s AND p.id = s.person_id AND p.user_id = %(user)s
  WHERE t.school_id = %(school)s AND (t.class_id = r.class_id OR t.class_id = ANY(r.with_classes))
    AND t.starts_on <= r."on" AND (t.ends_on IS NULL OR t.ends_on >= r."on")
) OR EXISTS (
  SELECT 1 FROM timetable_lesson l
  JOIN people_staff s ON s.school_id = %(school)s AND (s.id = l.teacher_id OR s.id = ANY(l.co_teachers))
  JOIN people_person p ON p.school_id = %(school)s AND p.id = s.person_id AND p.user_id = %(user)s
  WHERE l.school_id = %(school)s AND l.id = r.lesson_id
))"""
"""What `taught_registers` says of a register `r`, for a statement that is written out."""

COVERED_REGISTERS_SQL = """
(r.due_at <= %(opens)s AND r.locks_at > %(now)s AND EXISTS (
  SELECT 1 FROM timetable_cover c
  LEFT JOIN people_staff s ON s.school_id = %(school)s AND s.id = c.teacher_id
  LEFT JOIN people_person p ON p.school_id = %(school)s AND p.id = s.person_id
  LEFT JOIN attendance_coverpasslesson l ON l.school_id = %(school)s AND l.cover_id = c.id
  LEFT JOIN attendance_coverpass cp ON cp.school_id = %(school)s AND cp.id = l.cover_pass_id
  WHERE c.school_id = %(school)s AND c.lesson_id = r.lesson_id AND c."on" = r."on"
    AND c.state IN ('assigned', 'accepted', 'done')
    AND (p.user_id = %(user)s OR cp.id = %(pass)s AND cp.revoked_at IS NULL)
))"""
"""What `covered_registers` says of a register `r`, for a statement that is written out."""


def sql_values(actor: Actor) -> dict[str, object]:
    """What the two statements above ask for besides the school."""
    instant = clock.now()
    is_pass = actor.kind is ActorKind.COVER
    return {
        "user": actor.user_id,
        "pass": actor.id if is_pass else None,
        "now": instant,
        "opens": instant + COVER_OPENS,
    }


def of_class(class_id: UUID) -> Q:
    """The registers that a class is on: its own, and those of lessons that it is taught with another class."""
    return Q(school_class=class_id) | Q(with_classes__contains=[class_id])


def registers_for(actor: Actor, permission: Permission, *, covering: bool = True) -> Q:
    """The registers for which the actor may do the act, as a filter on Register. Covering opens no history."""
    reaches = actor.reaches(permission)
    if Reach.ALL in reaches:
        return Q()
    if Reach.CLASSES not in reaches:
        return NOBODY
    return own_registers(actor) if covering else taught_registers(actor)


def code_givers(actor: Actor) -> frozenset[str]:
    """As whom the actor gives codes: `office` may give all, `teacher` those a teacher may."""
    if actor.reaches_all(Permission.REGISTERS_TAKE):
        return frozenset({"office", "teacher"})
    return frozenset({"teacher"})


def of_family(actor: Actor) -> Expression:
    """Whether the student of a row is the actor's own family, as a column of the row."""
    at_work = bool(actor.roles & STAFF_ROLES)
    family = family_of(actor) if at_work else Student.objects.filter(own_family(actor))
    return Value(False) if family == frozenset() else Case(When(student__in=family, then=True), default=False)


def own_record_of_age(actor: Actor) -> Q:
    """A student's own record, from the day they are of age: a filter on Student."""
    day = today()
    born = day.replace(year=day.year - OF_AGE, day=min(day.day, 28) if day.month == 2 else day.day)
    return own_record(actor) & Q(person__birth_date__lte=born)


relate(Reach.OWN, own_record_of_age, permission=Permission.ABSENCES_ASK)
