"""Who sees which assignments and whose work: at work by classes and runs taught now, at home by child."""

from django.db.models import Exists, OuterRef, Q

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.academics.models import Class, ClassMembership
from lyceum.domains.academics.policies import own_classes
from lyceum.domains.learning.models import (
    Assignment,
    AssignmentClass,
    CoInstructor,
    LearningSchedule,
    Submission,
)
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import NOBODY, kept_from_work, own_children, own_record
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.models import Cover

KNOWN_TO_FAMILIES = (Assignment.Status.PUBLISHED, Assignment.Status.CLOSED, Assignment.Status.ARCHIVED)
HANDED_IN = (Submission.Status.SUBMITTED, Submission.Status.GRADED, Submission.Status.REASSIGNED)


def taught_runs(actor: Actor) -> Q:
    """The runs that the actor teaches at this moment, as a filter on LearningSchedule."""
    if actor.user_id is None:
        return NOBODY
    beside = CoInstructor.objects.filter(staff__person__user=actor.user_id)
    return Q(instructor__person__user=actor.user_id) | Q(pk__in=beside.values("schedule"))


def taught_assignments(actor: Actor) -> Q:
    """Assignments for a class that the actor teaches now, or for a run of theirs, as a filter on Assignment."""
    if actor.user_id is None:
        return NOBODY
    for_classes = AssignmentClass.objects.filter(school_class__in=Class.objects.filter(own_classes(actor)))
    runs = LearningSchedule.objects.filter(taught_runs(actor))
    return Q(pk__in=for_classes.values("assignment")) | Q(schedule__in=runs)


def wholly_taught(actor: Actor) -> Q:
    """Of the same, those of which the actor teaches every class: what concerns all classes is theirs to decide."""
    others = AssignmentClass.objects.exclude(school_class__in=Class.objects.filter(own_classes(actor)))
    return taught_assignments(actor) & ~Q(pk__in=others.values("assignment"))


def covered_assignments(actor: Actor) -> Q:
    """What a class has to do whose lesson the actor covers today: to read, and nobody's work with it."""
    if actor.user_id is None:
        return NOBODY
    covers = Cover.objects.filter(on=today(), state__in=Cover.STANDING, teacher__person__user=actor.user_id)
    rows = AssignmentClass.objects.filter(school_class__in=covers.values("lesson__school_class"))
    return Q(pk__in=rows.values("assignment")) & ~Q(status=Assignment.Status.DRAFT)


def staff_assignments(actor: Actor, permission: Permission = Permission.ASSIGNMENTS_VIEW) -> Q:
    """The assignments for which the actor may do an act at work, as a filter on Assignment."""
    reaches = actor.reaches(permission)
    if Reach.ALL in reaches:
        return Q()
    return taught_assignments(actor) if Reach.CLASSES in reaches else NOBODY


def decided_assignments(actor: Actor) -> Q:
    """The assignments that the actor may change, publish and let out as a whole."""
    reaches = actor.reaches(Permission.ASSIGNMENTS_EDIT)
    if Reach.ALL in reaches:
        return Q()
    return wholly_taught(actor) if Reach.CLASSES in reaches else NOBODY


def staff_submissions(actor: Actor, permission: Permission = Permission.ASSIGNMENTS_VIEW) -> Q:
    """The work that the actor reads or marks, as a filter on Submission.

    Of an assignment for several classes a teacher sees those who are or were in the classes that they teach.
    """
    reaches = actor.reaches(permission)
    if Reach.ALL in reaches:
        return ~Q(student__in=kept_from_work(actor)) if actor.user_id else Q(pk__isnull=False)
    if Reach.CLASSES not in reaches or actor.user_id is None:
        return NOBODY
    members = ClassMembership.objects.filter(
        school_class__in=Class.objects.filter(own_classes(actor)),
        school_class__assignments__assignment=OuterRef("assignment"),
        student=OuterRef("student"),
        starts_on__lte=today(),
    )
    of_classes = Q(Exists(members))
    of_runs = Q(assignment__schedule__in=LearningSchedule.objects.filter(taught_runs(actor)))
    return (of_classes | of_runs) & ~Q(student__in=kept_from_work(actor))


def family_students(actor: Actor, permission: Permission = Permission.ASSIGNMENTS_VIEW) -> Q:
    """The actor's own record and the children they may see, as far as the permission goes: a filter on Student."""
    reaches = actor.reaches(permission)
    found = NOBODY
    if Reach.OWN in reaches:
        found |= own_record(actor)
    if Reach.CHILD in reaches:
        found |= own_children(actor)
    return found & Q(deleted_at__isnull=True)


def family_submissions(actor: Actor) -> Q:
    """One's own work and one's children's, of what was given out: a filter on Submission."""
    if not actor.reaches(Permission.ASSIGNMENTS_VIEW) & {Reach.OWN, Reach.CHILD}:
        return NOBODY
    students = Student.objects.filter(family_students(actor))
    return Q(student__in=students, assignment__status__in=KNOWN_TO_FAMILIES, is_void=False)


def visible_assignments(actor: Actor) -> Q:
    """The assignments that the actor may read, as a filter on Assignment."""
    found = staff_assignments(actor)
    reaches = actor.reaches(Permission.ASSIGNMENTS_VIEW)
    if Reach.ALL in reaches:
        return found
    if Reach.CLASSES in reaches:
        found |= covered_assignments(actor)
    if reaches & {Reach.OWN, Reach.CHILD}:
        found |= Q(pk__in=Submission.objects.filter(family_submissions(actor)).values("assignment"))
    return found


def is_staff_here(actor: Actor) -> bool:
    """Whether the actor reads assignments at work, and not as a family alone."""
    return bool(actor.reaches(Permission.ASSIGNMENTS_VIEW) & {Reach.ALL, Reach.CLASSES})
