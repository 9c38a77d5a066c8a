"""Whose applications somebody may see and act on."""

from django.db.models import Q

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.admissions.models import Application, ApplicationStep
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import own_children

NOBODY = Q(pk__in=())
FOR_REVIEWERS = (Permission.APPLICATIONS_VIEW, Permission.STEPS_SET)
"""What being named to a step allows."""


def visible_applications(actor: Actor, permission: Permission = Permission.APPLICATIONS_VIEW) -> Q:
    """All of the school for its office; one's own, and those of one's children, for a family; for who is named to a
    step, those that have it."""
    if actor.reaches_all(permission):
        return Q()
    if not actor.reaches(permission) & {Reach.OWN, Reach.CHILD}:
        return NOBODY
    named = named_applications(actor) if permission in FOR_REVIEWERS else NOBODY
    return own_applications(actor) | named


def own_applications(actor: Actor) -> Q:
    """What somebody filled in, or what is about themselves or their child."""
    if actor.user_id is None:
        return NOBODY
    mine = Q(filled_in_by=actor.user_id) | Q(student__person__user=actor.user_id)
    if Reach.CHILD in actor.reaches(Permission.APPLICATIONS_VIEW):
        mine |= Q(student__in=Student.objects.filter(own_children(actor)))
    return mine


def named_steps(actor: Actor) -> Q:
    """The steps of applications to which somebody is named. Of an application of their own they judge none."""
    if actor.user_id is None or Reach.OWN not in actor.reaches(Permission.STEPS_SET):
        return NOBODY
    return Q(step__reviewers__staff__person__user=actor.user_id)


def named_applications(actor: Actor) -> Q:
    """The applications of others that have such a step."""
    named = named_steps(actor)
    if named == NOBODY:
        return NOBODY
    return Q(pk__in=ApplicationStep.objects.filter(named).values("application")) & ~own_applications(actor)


def refuse_blind(application: Application, actor: Actor) -> None:
    """Refuse what would say who the applicant is, where who reviews is not to know."""
    if not application.intake.blind_review or actor.reaches_all(Permission.APPLICATIONS_VIEW):
        return
    if Application.objects.filter(named_applications(actor), pk=application.pk).exists():
        raise NotFoundError
