"""Which detentions and slots somebody may see, change and run."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.behaviour.models import SlotSupervisor
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import NOBODY, kept_from_work, visible_students

STAFF_REACHES = frozenset({Reach.ALL, Reach.CLASSES})


def is_staff_here(actor: Actor) -> bool:
    """Whether the actor reads detentions at work, and not as a family does."""
    return bool(STAFF_REACHES & actor.reaches(Permission.BEHAVIOUR_VIEW))


def visible_detentions(actor: Actor) -> Q:
    """The detentions the actor may see: of students they see, and, for staff, those they set or supervise.

    A family sees none that is only proposed.
    """
    students = Student.objects.filter(visible_students(actor, Permission.BEHAVIOUR_VIEW))
    seen = Q(student__in=students.values("pk"))
    if not is_staff_here(actor):
        return seen & ~Q(state="proposed")
    if actor.user_id is None:
        return seen
    own = Q(set_by=actor.user_id) | Q(slot__in=_supervised(actor).values("slot"))
    return seen | own & ~Q(student__in=kept_from_work(actor))


def changeable_detentions(actor: Actor) -> Q:
    """The detentions the actor may move and cancel: all that they see, or the ones they set."""
    reaches = actor.reaches(Permission.DETENTIONS_SET)
    if Reach.ALL in reaches:
        return ~Q(student__in=kept_from_work(actor))
    if Reach.CLASSES in reaches and actor.user_id:
        return Q(set_by=actor.user_id) & ~Q(student__in=kept_from_work(actor))
    return NOBODY


def runnable_slots(actor: Actor) -> Q:
    """The slots whose register the actor may take: all, or those they supervise."""
    reaches = actor.reaches(Permission.DETENTIONS_RUN)
    if Reach.ALL in reaches:
        return Q()
    return own_slots(actor) if Reach.OWN in reaches else NOBODY


def visible_slots(actor: Actor) -> Q:
    """The slots the actor may see: all for whoever works here with behaviour, else those they run."""
    return Q() if is_staff_here(actor) else runnable_slots(actor)


def own_slots(actor: Actor) -> Q:
    """The slots the actor supervises."""
    if actor.user_id is None:
        return NOBODY
    return Q(Exists(_supervised(actor).filter(slot=OuterRef("pk"))))


def _supervised(actor: Actor) -> QuerySet[SlotSupervisor]:
    return SlotSupervisor.objects.filter(staff__person__user=actor.user_id, stands=True)
