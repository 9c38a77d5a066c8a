"""Which events somebody may know of, and what of them."""

from django.db.models import Q, QuerySet

from lyceum.core.actor import Actor, ActorKind
from lyceum.core.permissions import STAFF_ROLES, Permission, Reach, Role
from lyceum.domains.academics.models import Class, ClassMembership
from lyceum.domains.academics.policies import current, own_classes
from lyceum.domains.calendars.models import Event, EventClass, EventInvitation
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import NOBODY, children_in_full, relate, visible_students

_OF_THE_SCHOOL = STAFF_ROLES | {Role.STUDENT, Role.GUARDIAN}
"""Who is more than an applicant."""
PUBLIC_NOW = Q(visibility=Event.Visibility.PUBLIC, state=Event.State.PUBLISHED)
relate(Reach.CHILD, children_in_full, permission=Permission.EVENTS_ANSWER)


def visible_events(actor: Actor) -> Q:
    """The events that the actor may know of, as a filter on Event."""
    if actor.reaches_all(Permission.EVENTS_EDIT):
        return Q()
    known = ~Q(state=Event.State.DRAFT)
    if actor.kind is ActorKind.KEY and actor.may(Permission.AGENDA_VIEW):
        return known
    if actor.user_id is None:
        return PUBLIC_NOW
    theirs = Q(visibility=Event.Visibility.PUBLIC) | Q(organiser=actor.user_id)
    theirs |= Q(pk__in=own_invitations(actor).values("event"))
    if actor.roles & _OF_THE_SCHOOL:
        theirs |= Q(visibility=Event.Visibility.SCHOOL)
        shared = Q(groups__overlap=_groups_of(actor)) | Q(pk__in=_of_own_classes(actor).values("event"))
        theirs |= Q(visibility=Event.Visibility.SHARED) & shared
    return known & theirs


def own_invitations(actor: Actor) -> QuerySet[EventInvitation]:
    """What the actor was invited to or registered for, oneself and for one's children; not what was taken back."""
    if actor.user_id is None:
        return EventInvitation.objects.none()
    students = Student.objects.filter(visible_students(actor, Permission.AGENDA_VIEW))
    mine = Q(person__user=actor.user_id) | Q(user=actor.user_id)
    if actor.may(Permission.AGENDA_VIEW):
        mine |= Q(person__in=students.values("person"))
    return EventInvitation.objects.filter(mine).exclude(state=EventInvitation.State.WITHDRAWN)


def may_keep(event: Event, actor: Actor) -> bool:
    """Whether the actor sees the guest list and says who came: who keeps events, organises or hosts it."""
    if actor.reaches_all(Permission.EVENTS_EDIT):
        return True
    if actor.user_id is None:
        return False
    hosts = event.invitations.filter(person__user=actor.user_id, part=EventInvitation.Part.HOST)
    return event.organiser == actor.user_id or hosts.exclude(state=EventInvitation.State.WITHDRAWN).exists()


def meant_students(event: Event) -> Q:
    """The students whom an event is for, as a filter on Student; who is invited besides, is invited."""
    if event.visibility in (Event.Visibility.PUBLIC, Event.Visibility.SCHOOL):
        return Q()
    if event.visibility == Event.Visibility.PRIVATE:
        return NOBODY
    classes = EventClass.objects.filter(event=event)
    members = ClassMembership.objects.filter(current(), school_class__in=classes.values("school_class"))
    meant = Q(pk__in=members.values("student"))
    if {Event.Group.STUDENTS, Event.Group.GUARDIANS} & set(event.groups):
        meant |= Q(enrolments__isnull=False)
    return meant


def _groups_of(actor: Actor) -> list[str]:
    groups = {
        Event.Group.STAFF: STAFF_ROLES,
        Event.Group.STUDENTS: {Role.STUDENT},
        Event.Group.GUARDIANS: {Role.GUARDIAN},
    }
    return [group.value for group, roles in groups.items() if actor.roles & roles]


def _of_own_classes(actor: Actor) -> QuerySet[EventClass]:
    students = Student.objects.filter(visible_students(actor, Permission.AGENDA_VIEW))
    members = ClassMembership.objects.filter(current(), student__in=students)
    taught = Class.objects.filter(own_classes(actor))
    return EventClass.objects.filter(Q(school_class__in=members.values("school_class")) | Q(school_class__in=taught))
