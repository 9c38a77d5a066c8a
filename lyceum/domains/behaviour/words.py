"""What severities, states and kinds are called, and what a severity counts where a type does not say."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lyceum.domains.behaviour.models import Action, EscalationCase, Incident, Notice, Participant, PointEntry
from lyceum.domains.behaviour.models.incidents import Polarity
from lyceum.domains.behaviour.settings import school_settings

Words = str | Promise
SEVERITIES = (1, 2, 3, 4)
USUAL_SEVERITY_NAMES = (_("minor"), _("moderate"), _("serious"), _("critical"))
USUAL_POINTS: Mapping[str, Sequence[int]] = {
    Polarity.POSITIVE: (1, 2, 3, 5),
    Polarity.NEGATIVE: (-1, -2, -3, -5),
    Polarity.NEUTRAL: (0, 0, 0, 0),
}
POLARITIES: Mapping[str, Words] = {
    Polarity.POSITIVE.value: _("praise"),
    Polarity.NEGATIVE.value: _("concern"),
    Polarity.NEUTRAL.value: _("note"),
}
STATES: Mapping[str, Words] = {
    Incident.State.DRAFT.value: _("draft"),
    Incident.State.SUBMITTED.value: _("to review"),
    Incident.State.APPROVED.value: _("approved"),
    Incident.State.REJECTED.value: _("rejected"),
    Incident.State.CLOSED.value: _("closed"),
    Incident.State.WITHDRAWN.value: _("withdrawn"),
}
ROLES: Mapping[str, Words] = {
    Participant.Role.INVOLVED.value: _("involved"),
    Participant.Role.INSTIGATOR.value: _("started it"),
    Participant.Role.TARGET.value: _("it was done to them"),
    Participant.Role.WITNESS.value: _("saw it"),
}
REASONS: Mapping[str, Words] = {
    PointEntry.Reason.INCIDENT.value: _("incident"),
    PointEntry.Reason.MANUAL.value: _("by hand"),
    PointEntry.Reason.OPENING_BALANCE.value: _("brought over"),
    PointEntry.Reason.REVERSAL.value: _("taken back"),
}
KINDS: Mapping[str, Words] = {
    Action.Kind.TALK.value: _("talk"),
    Action.Kind.PARENT_MEETING.value: _("meeting with guardians"),
    Action.Kind.RESTORATIVE.value: _("restorative talk"),
    Action.Kind.LOSS_OF_BREAK.value: _("loss of break"),
    Action.Kind.ON_REPORT.value: _("on report"),
    Action.Kind.LETTER.value: _("letter"),
    Action.Kind.INTERNAL_EXCLUSION.value: _("internal exclusion"),
    Action.Kind.SUSPENSION.value: _("suspension"),
    Action.Kind.PRAISE_CARD.value: _("praise card"),
    Action.Kind.OTHER.value: _("other"),
}
DIFFERENCES: Mapping[str, Words] = {
    Action.Difference.RETURNED_EARLY.value: _("came back early"),
    Action.Difference.LEFT.value: _("left the school"),
    Action.Difference.YEAR_ENDED.value: _("the year ended"),
    Action.Difference.ORDER.value: _("an order"),
    Action.Difference.OTHER.value: _("another reason"),
}
ACTION_STATES: Mapping[str, Words] = {
    Action.State.PLANNED.value: _("planned"),
    Action.State.DONE.value: _("done"),
    Action.State.CANCELLED.value: _("called off"),
}
CASE_STATES: Mapping[str, Words] = {
    EscalationCase.State.WARNED.value: _("one below"),
    EscalationCase.State.REACHED.value: _("to decide"),
    EscalationCase.State.APPROVED.value: _("approved"),
    EscalationCase.State.DONE.value: _("done"),
    EscalationCase.State.DISMISSED.value: _("dismissed"),
    EscalationCase.State.LAPSED.value: _("lapsed"),
}
NOTICE_STATES: Mapping[str, Words] = {
    Notice.State.HELD.value: _("held"),
    Notice.State.APPROVED.value: _("approved"),
    Notice.State.RECALLABLE.value: _("being sent"),
    Notice.State.SENT.value: _("sent"),
    Notice.State.WITHDRAWN.value: _("called back"),
}


def severity_names() -> list[tuple[int, str]]:
    """The four severities as the school calls them."""
    names = school_settings().severity_names or USUAL_SEVERITY_NAMES
    return [(n, str(name)) for n, name in zip(SEVERITIES, names, strict=True)]


def severity_name(severity: int) -> str:
    """One severity as the school calls it."""
    return dict(severity_names())[severity]
