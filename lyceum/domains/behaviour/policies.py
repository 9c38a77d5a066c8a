"""Who sees which incidents and which students' parts in them."""

from django.db.models import Q

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.behaviour.models import Incident, Notice, Participant
from lyceum.domains.behaviour.models.incidents import GRAVEST, SAFEGUARDING
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import NOBODY, family_of, ids_kept_from_work, visible_students

DID_IT = (Participant.Role.INVOLVED.value, Participant.Role.INSTIGATOR.value)
COUNTED = (Incident.State.APPROVED.value, Incident.State.CLOSED.value)


def own_reports(actor: Actor, to: str = "") -> Q:
    """What the actor reported, as a filter on Incident, or on rows that have one."""
    return Q(**{f"{to}reported_by": actor.user_id}) if actor.user_id else NOBODY


def visible_incidents(actor: Actor, to: str = "") -> Q:
    """The incidents that the actor may read with their narrative, as a filter on Incident, or on rows that have one.

    One's own report stays readable. A draft is its author's alone. Nobody reads at work what their own child is
    in, nor of a child from whom a restriction keeps them. `to` is the way to the incident, as in `incident__`: a list
    of parts then asks of each row it has already, not for a list of all incidents first.
    """
    reaches = actor.reaches(Permission.INCIDENTS_VIEW)
    if not reaches:
        return NOBODY
    others = ~Q(**{f"{to}state": Incident.State.DRAFT})
    family, kept = family_of(actor), ids_kept_from_work(actor)
    if family:
        others &= ~_with_parts(to, Q(student__in=family))
    if Reach.ALL not in reaches:
        students = Student.objects.filter(visible_students(actor, Permission.INCIDENTS_VIEW))
        others &= _with_parts(to, Q(student__in=students))
    if not actor.may(Permission.CONFIDENTIAL_VIEW):
        others &= Q(**{f"{to}confidential": False})
        if not actor.may(Permission.INCIDENTS_REVIEW):
            others &= ~guarded(to) | Q(**{f"{to}approved_at__isnull": False})
    read = others | own_reports(actor, to)
    return read & ~_with_parts(to, Q(student__in=kept)) if kept else read


def guarded(to: str = "") -> Q:
    """Incidents that nobody but reviewers, reporter and safeguarding sees before somebody has reviewed them."""
    grave = Q(**{f"{to}severity": GRAVEST}) | Q(**{f"{to}type__category": SAFEGUARDING})
    return Q(**{f"{to}confidential": True}) | grave


def _with_parts(to: str, parts: Q) -> Q:
    """The incidents in which there are such parts: asked once, not for every incident."""
    return Q(**{f"{to}pk__in": Participant.objects.filter(parts).values("incident")})


def visible_participations(actor: Actor) -> Q:
    """The parts of students that the actor may read as families do, as a filter on Participant.

    Families see what was approved, was not confidential, and is for them to know. Of what was done to their
    child, or what it saw, they read only once somebody has decided to tell them.
    """
    reaches = actor.reaches(Permission.BEHAVIOUR_VIEW)
    if not reaches:
        return NOBODY
    known = Q(incident__approved_at__isnull=False) & _of_students(actor, reaches)
    if not actor.may(Permission.CONFIDENTIAL_VIEW):
        known &= Q(incident__confidential=False)
    if reaches <= {Reach.OWN, Reach.CHILD}:
        return known & _for_families(reaches)
    family = family_of(actor)
    return known & (~Q(student__in=family) | _for_families(frozenset({Reach.CHILD}))) if family else known


def _of_students(actor: Actor, reaches: frozenset[Reach]) -> Q:
    if Reach.ALL in reaches:
        kept = ids_kept_from_work(actor)
        return ~Q(student__in=kept) if kept else Q()
    return Q(student__in=Student.objects.filter(visible_students(actor, Permission.BEHAVIOUR_VIEW)))


def _for_families(reaches: frozenset[Reach]) -> Q:
    told = Q(pk__in=Notice.objects.filter(participant__isnull=False, state=Notice.State.SENT).values("participant"))
    mine = Q(role__in=DID_IT) | told
    if reaches == {Reach.OWN}:
        return mine & Q(incident__type__visible_to_student=True)
    return mine & (~Q(incident__type__tell_guardians="never") | told)
