"""Who may follow an application as it goes on."""

from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.core.live import Hears
from lyceum.core.permissions import Permission
from lyceum.domains.admissions.facts import ApplicationFact, StepChanged
from lyceum.domains.admissions.models import ApplicationStep
from lyceum.domains.admissions.queries import get_application


def application_topic(application_id: UUID) -> str:
    """The topic of one application."""
    return f"application:{application_id}"


def follow_application(application_id: UUID, *, actor: Actor) -> Hears:
    """Everything about it for the office; for its family what they may see. What is held back leaves no fact."""
    application = get_application(application_id, actor=actor)
    if actor.reaches_all(Permission.APPLICATIONS_VIEW):
        return lambda fact: isinstance(fact, ApplicationFact)
    hidden = ApplicationStep.objects.filter(application=application, shown_to_applicant=False)
    unseen = frozenset(hidden.values_list("pk", flat=True))

    def hears(fact: object) -> bool:
        return isinstance(fact, ApplicationFact) and not (isinstance(fact, StepChanged) and fact.step in unseen)

    return hears
