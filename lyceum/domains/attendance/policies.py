"""Which registers somebody may see and take."""

from django.db.models import Exists, OuterRef, Q

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.academics.models import ClassTeacher
from lyceum.domains.people.policies import NOBODY, own_record, relate
from lyceum.domains.tenancy.queries import today

OF_AGE = 18
"""Years at which a student asks for an absence themselves."""


def own_registers(actor: Actor) -> Q:
    """Registers of classes the actor teaches on the register's day, and of lessons that are the actor's."""
    if actor.user_id is None:
        return NOBODY
    teaching = ClassTeacher.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=OuterRef("on")),
        school_class=OuterRef("school_class"),
        staff__person__user=actor.user_id,
        starts_on__lte=OuterRef("on"),
    )
    return Q(Exists(teaching)) | Q(lesson__teacher__person__user=actor.user_id)


OWN_REGISTERS_SQL = """
(EXISTS (
  SELECT 1 FROM academics_classteacher t
  JOIN people_staff s ON s.school_id = %(school)s AND s.id = t.staff_id
  JOIN people_person p ON p.school_id = %(school)s AND p.id = s.person_id AND p.user_id = %(user)s
  WHERE t.school_id = %(school)s AND t.class_id = r.class_id
    AND t.starts_on <= r."on" AND (t.ends_on IS NULL OR t.ends_on >= r."on")
) OR EXISTS (
  SELECT 1 FROM timetable_lesson l
  JOIN people_staff s ON s.school_id = %(school)s AND s.id = l.teacher_id
  JOIN people_person p ON p.school_id = %(school)s AND p.id = s.person_id AND p.user_id = %(user)s
  WHERE l.school_id = %(school)s AND l.id = r.lesson_id
))"""
"""What `own_registers` says of a register `r`, for a statement that is written out."""


def registers_for(actor: Actor, permission: Permission) -> Q:
    """The registers for which the actor may do the act, as a filter on Register."""
    reaches = actor.reaches(permission)
    if Reach.ALL in reaches:
        return Q()
    return own_registers(actor) if Reach.CLASSES in reaches else NOBODY


def code_givers(actor: Actor) -> frozenset[str]:
    """As whom the actor gives codes: `office` may give all, `teacher` those a teacher may."""
    if actor.reaches_all(Permission.REGISTERS_TAKE):
        return frozenset({"office", "teacher"})
    return frozenset({"teacher"})


def own_record_of_age(actor: Actor) -> Q:
    """A student's own record, from the day they are of age: a filter on Student."""
    day = today()
    born = day.replace(year=day.year - OF_AGE, day=min(day.day, 28) if day.month == 2 else day.day)
    return own_record(actor) & Q(person__birth_date__lte=born)


relate(Reach.OWN, own_record_of_age, permission=Permission.ABSENCES_ASK)


def sees_codes(actor: Actor) -> bool:
    """Whether the actor sees codes and why they were given, or the words that families see."""
    return bool(actor.reaches(Permission.ABSENCES_ASK) - {Reach.OWN, Reach.CHILD})
