"""Who of the staff is told: those whose work it is, and nobody who is kept from the child."""

from uuid import UUID

from django.db.models import Q

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission, Role
from lyceum.core.schools import current_school
from lyceum.domains.accounts.models import Membership, User
from lyceum.domains.journal.facts import WebhookSwitchedOff
from lyceum.domains.journal.models import WebhookEndpoint
from lyceum.domains.notifications.choice import STAFF_WISHES
from lyceum.domains.notifications.facts import TextsStopped
from lyceum.domains.notifications.rules.notify import News, Recipient, notify
from lyceum.domains.notifications.words import Channel, Type, Urgency
from lyceum.domains.people.models import ContactRestriction
from lyceum.domains.people.policies import holds_on
from lyceum.domains.people.texts import WEBHOOK_OFF
from lyceum.domains.tenancy.queries import today


def office_recipients(act: Permission, *, about: UUID | None = None) -> list[Recipient]:
    """School admins and the managers who were given the act, without those who are kept from the student."""
    day = today()
    current = Q(starts__lte=day) & (Q(ends__isnull=True) | Q(ends__gte=day))
    may = Q(role=Role.SCHOOL_ADMIN) | Q(role=Role.MANAGER, granted__contains=[act.value])
    rows = Membership.objects.filter(current, may, school=current_school(), state=Membership.State.ACTIVE)
    if about is not None:
        kept = ContactRestriction.objects.filter(
            holds_on(day), student=about, ended_reason="", person__user__isnull=False
        )
        rows = rows.exclude(user__in=kept.values("person__user"))
    users = {
        row.user_id: row.user for row in rows.select_related("user").prefetch_related("user__emails").order_by("user")
    }
    return [staff_recipient(user, "office") for user in users.values()]


def tell_texts_stopped(fact: TextsStopped, *, actor: Actor) -> None:
    """Let those who look after messages know that people got no text: at once for who is reached by nothing else."""
    news = News(
        type=Type.SYSTEM.value,
        template="texts_stopped",
        values={"stopped": str(fact.stopped), "unreached": str(fact.unreached)},
        dedupe_key=f"texts_stopped:{fact.first if fact.unreached else today()}",
        urgency=(Urgency.URGENT if fact.unreached else Urgency.IMPORTANT).value,
        channels=(Channel.EMAIL.value,),
        link="/outbox/?state=unreached",
        source=f"texts_stopped:{fact.first}",
    )
    notify(news, office_recipients(Permission.DELIVERIES_VIEW), actor=actor)


def tell_webhook_off(fact: WebhookSwitchedOff, *, actor: Actor) -> None:
    """Let school admins know that a webhook takes nothing any more."""
    endpoint = WebhookEndpoint.objects.get(pk=fact.endpoint)
    news = News(
        type=Type.SYSTEM.value,
        template=WEBHOOK_OFF,
        values={"name": str(endpoint)},
        dedupe_key=f"{WEBHOOK_OFF}:{endpoint.pk}:{clock.now().isoformat()}",
        urgency=Urgency.IMPORTANT.value,
        channels=(Channel.EMAIL.value,),
        link=f"/settings/webhooks/{endpoint.pk}/",
        source=str(endpoint.pk),
    )
    notify(news, office_recipients(Permission.WEBHOOKS_EDIT), actor=actor)


def staff_recipient(user: User, reason: str) -> Recipient:
    """A member of staff, by the address that they verified. Their e-mails are read beforehand, where they are many."""
    return Recipient(
        person=user.pk,
        name=user.full_name,
        reason=reason,
        user=user.pk,
        language=user.locale,
        addresses={"email": [each.address for each in user.emails.all() if each.verified_at][:1]},
        usual=STAFF_WISHES,
    )
