"""Who of a family may be told about behaviour, and how they and the reviewers hear of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lyceum.core.actor import Actor, system_actor
from lyceum.core.permissions import Permission
from lyceum.domains.accounts.models import Membership, PermissionSet
from lyceum.domains.behaviour.models import Incident, Notice
from lyceum.domains.behaviour.models.incidents import GRAVEST
from lyceum.domains.notifications.choice import STAFF_WISHES
from lyceum.domains.notifications.rules.notify import News, notify, withdraw
from lyceum.domains.notifications.rules.notify import Recipient as Told
from lyceum.domains.notifications.rules.overflow import find_unreached
from lyceum.domains.notifications.texts import Text, declare
from lyceum.domains.notifications.words import Channel, Type, Urgency
from lyceum.domains.people.contacts_for import WORDS, Choice, Purpose, WhyNot, contacts_of
from lyceum.domains.tenancy.queries import today

NOTICE, REPORT = "behaviour.notice", "behaviour.report"
ALERTED_FROM = 3
"""The severity from which the head of year hears at once."""

declare(
    NOTICE,
    Text(
        subject=_("News from {school}"),
        message=_("There is news about {name}. Read what happened and what follows."),
        short=_("{school}: there is news about {name}."),
        placeholders=("school", "name"),
    ),
)
declare(
    REPORT,
    Text(
        subject=_("An incident was reported"),
        message=_("An incident of severity {severity} was reported. It waits for you."),
        short=_("{school}: an incident of severity {severity} was reported."),
        placeholders=("school", "severity"),
    ),
)


@dataclass(frozen=True)
class Recipient:
    """An adult of the family: told, or not and why. Frozen with the notice."""

    person: str
    name: str
    told: bool
    reason: str
    why_not: str = ""
    language: str = ""


def recipients_for(students: Sequence[UUID], *, actor: Actor) -> dict[UUID, list[Recipient]]:
    """The adults of each student's family, each with why they are told or not. Two statements; restrictions win."""
    system = system_actor(actor.school)  # the record is whole; who may not know of a restriction is not shown it
    choices = contacts_of(students, purpose=Purpose.BEHAVIOUR, day=today(), actor=system)
    return {student: [_recipient(choice) for choice in choices.get(student, ())] for student in students}


def _recipient(choice: Choice) -> Recipient:
    reason = str(WORDS[choice.why_not]) if choice.why_not else choice.reason
    return Recipient(
        str(choice.person), choice.name, choice.is_told, reason, str(choice.why_not or ""), choice.language
    )


def shown_recipients(notice: Notice, *, actor: Actor) -> list[dict[str, object]]:
    """Who was to be told, and why not; a restriction only for those who may know of it."""
    named = actor.reaches_all(Permission.RESTRICTIONS_EDIT)
    return [each for each in notice.recipients if named or each.get("why_not") != WhyNot.RESTRICTED]


def hand_over(notice: Notice, *, again: bool = False, actor: Actor) -> bool:
    """Tell those who were to be told and still may be, once or once again; returns whether it reaches anybody."""
    wanted = {each["person"] for each in notice.recipients if each["told"]}
    choices = contacts_of([notice.student_id], purpose=Purpose.BEHAVIOUR, day=today(), actor=actor)
    told = [each for each in choices.get(notice.student_id, ()) if each.is_told and str(each.person) in wanted]
    made = notify(news_of(notice, again=again), [each.as_recipient() for each in told], actor=actor)
    return bool(told) and not (made and len(find_unreached(made)) == len(made))


def news_of(notice: Notice, *, again: bool = False) -> News:
    """What those who are told of a notice hear: that there is one. Its words are read in Lyceum."""
    urgency = Urgency.URGENT if notice.urgent else Urgency.IMPORTANT if notice.asks_acknowledgement else Urgency.ROUTINE
    channels = [Channel.EMAIL.value, Channel.PUSH.value]
    if notice.urgent:
        channels.append(Channel.SMS.value)
    return News(
        type=Type.BEHAVIOUR.value,
        template=NOTICE,
        values={"name": notice.student.person.called},
        dedupe_key=f"{NOTICE}:{notice.pk}{':again' if again else ''}",
        urgency=urgency.value,
        channels=channels,
        link=f"/students/{notice.student_id}/behaviour/#n-{notice.pk}",
        about_student=notice.student_id,
        source=source_of(notice),
    )


def source_of(notice: Notice) -> str:
    """What a notification was made for: all of an incident are taken back together."""
    return str(notice.participant.incident_id if notice.participant else notice.pk)


def take_back(incident: Incident, *, actor: Actor) -> None:
    """Stop what is on its way about an incident that does not count any more, and hide what has arrived in the app."""
    withdraw(source=str(incident.pk), actor=actor)


def alert_reviewers(incident: Incident, *, actor: Actor) -> None:
    """Heads of year hear at once of what is serious, the senior leaders of what is critical."""
    if incident.severity < ALERTED_FROM or incident.confidential:
        return
    names = ["Head of year", *(["Senior leader"] if incident.severity == GRAVEST else [])]
    sets = list(PermissionSet.objects.filter(name__in=names).values_list("pk", flat=True))
    day = today()
    held = Q(starts__lte=day) & (Q(ends__isnull=True) | Q(ends__gte=day))
    rows = Membership.objects.filter(held, school=actor.school, state="active", permission_sets__overlap=sets)
    users = {row.user_id: row.user for row in rows.select_related("user")}
    told = [
        Told(person=user.pk, name=user.full_name, user=user.pk, language=user.locale, usual=STAFF_WISHES)
        for user in users.values()
    ]
    news = News(
        type=Type.BEHAVIOUR.value,
        template=REPORT,
        values={"severity": str(incident.severity)},
        dedupe_key=f"{REPORT}:{incident.pk}",
        urgency=(Urgency.URGENT if incident.severity == GRAVEST else Urgency.IMPORTANT).value,
        link=f"/incidents/{incident.pk}/",
        source=f"r:{incident.pk}",
    )
    notify(news, told, actor=actor)
