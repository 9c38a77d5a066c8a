"""Which courses, runs and learners somebody may see, and which are theirs to teach."""

from django.db.models import Q

from lyceum.core.actor import Actor, not_allowed
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.learning.models import CoInstructor, Course, CourseEnrolment, LearningSchedule
from lyceum.domains.learning.settings import school_settings
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import NOBODY, children_in_full, kept_from_work, relate, visible_students

PUBLISHED = "published"


def public_courses(path: str = "") -> Q:
    """Published courses whose ancestors are published, as a filter on Course (or on what leads to one by `path`)."""
    up = "parent__"
    return (
        Q(**{f"{path}status": PUBLISHED})
        & (Q(**{f"{path}parent__isnull": True}) | Q(**{f"{path}{up}status": PUBLISHED}))
        & (Q(**{f"{path}{up}parent__isnull": True}) | Q(**{f"{path}{up}{up}status": PUBLISHED}))
    )


def public_schedules() -> Q:
    """Published runs of public courses."""
    return Q(status=PUBLISHED) & public_courses("course__")


def own_schedules(actor: Actor) -> Q:
    """The runs that the actor teaches at this moment, as instructor or beside one."""
    if actor.user_id is None:
        return NOBODY
    beside = CoInstructor.objects.filter(staff__person__user=actor.user_id)
    return Q(instructor__person__user=actor.user_id) | Q(pk__in=beside.values("schedule"))


def listed_courses(actor: Actor) -> Q:
    """The courses of the catalogue: public ones; for whoever keeps it all of them; for who teaches a run its course."""
    if actor.reaches_all(Permission.COURSES_EDIT):
        return Q()
    actor.require(Permission.COURSES_VIEW)
    if Reach.OWN not in actor.reaches(Permission.SCHEDULES_EDIT):
        return public_courses()
    return public_courses() | Q(pk__in=LearningSchedule.objects.filter(own_schedules(actor)).values("course"))


def readable_courses(actor: Actor) -> Q:
    """Those, and the courses that one's own or one's child's enrolment is about, whatever became of them."""
    found = listed_courses(actor)
    if not found or not actor.user_id:
        return found
    mine = CourseEnrolment.objects.filter(_own_learners(actor))
    return found | Q(pk__in=mine.values("schedule__course"))


def listed_schedules(actor: Actor) -> Q:
    """The runs that are offered; for whoever plans them all; for who teaches one that one, too."""
    if actor.reaches_all(Permission.SCHEDULES_EDIT):
        return Q()
    actor.require(Permission.COURSES_VIEW)
    if Reach.OWN not in actor.reaches(Permission.SCHEDULES_EDIT):
        return public_schedules()
    return public_schedules() | own_schedules(actor)


def readable_schedules(actor: Actor) -> Q:
    """Those, and the runs of one's own or one's child's enrolments."""
    found = listed_schedules(actor)
    if not found or not actor.user_id:
        return found
    return found | Q(pk__in=CourseEnrolment.objects.filter(_own_learners(actor)).values("schedule"))


def schedules_with(actor: Actor, permission: Permission) -> Q:
    """The runs for which the actor may do an act of the table: all, or those that they teach."""
    reaches = actor.reaches(permission)
    if Reach.ALL in reaches:
        return Q()
    if Reach.OWN not in reaches:
        return NOBODY
    if permission is Permission.CONTENT_EDIT and not school_settings().instructors_author_content:
        return NOBODY
    return own_schedules(actor)


def require_content_author(actor: Actor) -> None:
    """Refuse who writes no lessons in this school at all."""
    actor.require(Permission.CONTENT_EDIT)
    by_right = actor.reaches_all(Permission.CONTENT_EDIT)
    if not by_right and not school_settings().instructors_author_content:
        raise not_allowed(Permission.CONTENT_EDIT)


def _own_learners(actor: Actor) -> Q:
    """Enrolments of the actor's own record, whatever their role, and of their children."""
    children = Student.objects.filter(visible_students(actor, Permission.LEARNERS_VIEW))
    own = Q(student__person__user=actor.user_id, student__deleted_at=None)
    return own | Q(student__in=children) if actor.may(Permission.LEARNERS_VIEW) else own


def visible_enrolments(actor: Actor) -> Q:
    """The enrolments that somebody may read: all, those of the runs they teach, their own and their children's.

    Nobody sees a child at work whom a restriction keeps from them.
    """
    permission = Permission.LEARNERS_VIEW
    if actor.user_id is None:
        return Q() if actor.reaches_all(permission) else NOBODY
    at_work = NOBODY
    if actor.reaches_all(permission):
        at_work = Q(pk__isnull=False)
    elif Reach.OWN in actor.reaches(permission):
        at_work = Q(schedule__in=LearningSchedule.objects.filter(own_schedules(actor)))
    return at_work & ~Q(student__in=kept_from_work(actor)) | _own_learners(actor)


def find_own_student(actor: Actor) -> Student | None:
    """The actor's own record as a student or applicant."""
    if actor.user_id is None:
        return None
    return Student.objects.select_related("person").filter(person__user=actor.user_id, deleted_at=None).first()


def lineage(course: Course) -> list[Course]:
    """A course and its ancestors, nearest first."""
    found = [course]
    while (parent := found[-1].parent) is not None:
        found.append(parent)
    return found


relate(Reach.CHILD, children_in_full, permission=Permission.COURSES_ENROL)
