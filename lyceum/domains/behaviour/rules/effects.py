"""What happens at the moment an incident counts: points, stages, notices. Nothing before that moment."""

from collections.abc import Sequence

from lyceum.core.actor import Actor
from lyceum.domains.behaviour.facts import IncidentApproved, StudentPoints
from lyceum.domains.behaviour.models import Incident, Participant
from lyceum.domains.behaviour.rules.notices import make_notices
from lyceum.domains.behaviour.rules.points import write_incident_points
from lyceum.domains.behaviour.rules.stages import check_stages
from lyceum.domains.journal.rules import Changes, Target, record


def take_effect(
    incident: Incident, participants: Sequence[Participant], *, reviewed: bool, quiet: bool, actor: Actor
) -> None:
    """Points for those who did it, then a look at their stages, then a notice for each family.

    Quiet: history that is brought over counts, but starts no stage and tells nobody.
    """
    changed = write_incident_points(incident, participants, actor)
    approved = IncidentApproved(
        incident=incident.pk,
        incident_type=incident.type_id,
        severity=incident.severity,
        students=[StudentPoints(student=each.student_id, points=each.points) for each in participants],
        protected=incident.is_protected,
    )
    facts = [] if quiet else [approved, *changed]
    changes: Changes = {"state": ["submitted", incident.state], "students": [None, len(participants)]}
    record("behaviour.incident.approve", target=Target.of(incident), changes=changes, facts=facts, actor=actor)
    if quiet:
        return
    check_stages([fact.student for fact in changed], actor=actor)
    make_notices(incident, participants, reviewed=reviewed, actor=actor)
