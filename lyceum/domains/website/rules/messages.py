"""Messages to the school: stored first, told to the office after; and the office's answers."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, RuleError
from lyceum.core.permissions import Permission
from lyceum.core.text import searchable
from lyceum.domains.accounts.models import Membership
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.notifications.choice import Wishes
from lyceum.domains.notifications.rules.notify import News, Recipient, notify
from lyceum.domains.notifications.words import Channel, Mode, Type, Urgency
from lyceum.domains.people.office import office_recipients
from lyceum.domains.tenancy.queries import this_school
from lyceum.domains.website import texts  # noqa: F401  # declares what is said
from lyceum.domains.website.facts import ContactAnswered, ContactReceived
from lyceum.domains.website.models import ContactMessage, ContactReply
from lyceum.domains.website.rules.fields import header_line, line, lines, mail_address
from lyceum.domains.website.rules.site import own_site
from lyceum.domains.website.rules.spam import refuse_flood, score_of, sender_of

LONGEST_NAME, LONGEST_PHONE, LONGEST_SUBJECT = 120, 40, 160
SHORTEST_BODY, LONGEST_BODY = 10, 5_000
SPAM_KEPT, KEPT = timedelta(days=30), timedelta(days=365)
SAID_BEFORE = timedelta(days=2)
LONGEST_IN_MAIL = 1_500
AT_ONCE = Wishes({}, {Channel.EMAIL.value: Mode.NOW.value})
State = ContactMessage.State


class MessageStateError(RuleError):
    """It cannot be done with a message in this state."""

    code = "message_state"


@transaction.atomic
def send_message(
    *,
    name: str,
    email: str,
    subject: str,
    message: str,
    phone: str = "",
    page: str = "",
    language: str = "",
    trapped: bool = False,
    actor: Actor,
) -> ContactMessage:
    """Write to the school. What looks like spam is kept apart, and its writer thanked like everybody else."""
    actor.require(Permission.REVIEWS_WRITE)
    row = ContactMessage(
        name=header_line("name", name, LONGEST_NAME),
        email=mail_address("email", email),
        subject=header_line("subject", subject, LONGEST_SUBJECT),
        body=lines("message", message, LONGEST_BODY, shortest=SHORTEST_BODY),
        phone=line("phone", phone, LONGEST_PHONE),
        page=page[:200],
        language=language[:12],
        consent_at=clock.now(),
        sender=sender_of(actor.ip),
    )
    refuse_flood(ContactMessage, sender=row.sender, by_mail=Q(email__iexact=row.email))
    score = score_of(row.name, row.subject, row.body, was_said_before=_was_said(row), trapped=trapped)
    row.spam_score, row.spam_reasons = score.points, score.reasons
    if score.is_spam:
        row.state = State.SPAM
    row.save(force_insert=True)
    facts = [] if score.is_spam else [ContactReceived(message=row.pk)]
    record("website.contact.send", target=Target("website.contactmessage", row.pk), facts=facts, actor=actor)
    return row


def _was_said(row: ContactMessage) -> bool:
    """Whether the same words came from somebody else a moment ago."""
    since = clock.now() - SAID_BEFORE
    others = ContactMessage.objects.filter(created_at__gt=since, body=row.body).exclude(email__iexact=row.email)
    return bool(searchable(row.body)) and others.exists()


def tell_office(message_id: UUID, *, actor: Actor) -> int:
    """Mail a message to those who answer it; done twice it is mailed once. Returns how many people were told."""
    row = ContactMessage.objects.filter(pk=message_id).exclude(state=State.SPAM).first()
    if row is None:
        return 0
    site = own_site()
    recipients: Sequence[Recipient] = (
        [
            Recipient(person=uuid5(site.pk, each), name=each, addresses={"email": [each]}, usual=AT_ONCE)
            for each in site.contact_recipients
        ]
        if site.contact_recipients
        else office_recipients(Permission.CONTACT_ANSWER)
    )
    made = notify(
        News(
            type=Type.MESSAGE,
            template="contact_received",
            values={
                "name": row.name,
                "subject": row.subject,
                "message": row.body[:LONGEST_IN_MAIL],
                "reply_to": row.email,
            },
            dedupe_key=f"website.contact:{row.pk}",
            urgency=Urgency.IMPORTANT,
            channels=(Channel.EMAIL.value,),
            link=f"/site/messages/{row.pk}/",
            source=f"website.contact:{row.pk}",
        ),
        recipients,
        actor=actor,
    )
    return len(made)


@transaction.atomic
def reply_to_message(message_id: UUID, *, body: str, actor: Actor) -> ContactReply:
    """Answer a message by mail, from the school's address."""
    row = get_message_for_answer(message_id, actor=actor)
    if row.state == State.SPAM:
        raise MessageStateError(_("This is marked as spam. Say first that it is none."), state=row.state)
    reply = ContactReply.objects.create(
        message=row,
        body=lines("body", body, LONGEST_BODY, shortest=1),
        written_at=clock.now(),
        written_by=actor.user_id,
        written_by_name=actor.name[:200],
    )
    row.state, row.answered_at = State.ANSWERED, clock.now()
    row.save(update_fields=["state", "answered_at", "updated_at"])
    notify(
        News(
            type=Type.ACCOUNT,
            template="contact_answered",
            values={"subject": row.subject, "message": reply.body, "school": this_school().name},
            dedupe_key=f"website.reply:{reply.pk}",
            urgency=Urgency.IMPORTANT,
            channels=(Channel.EMAIL.value,),
            source=f"website.contact:{row.pk}",
        ),
        [
            Recipient(
                person=row.pk,
                name=row.name,
                reason="wrote to the school",
                language=row.language,
                addresses={"email": [row.email]},
                usual=AT_ONCE,
            )
        ],
        actor=actor,
    )
    record(
        "website.contact.reply", target=Target.of(row), facts=[ContactAnswered(message=row.pk)], actor=actor
    )  # fmt: skip
    return reply


@transaction.atomic
def assign_message(message_id: UUID, *, user_id: UUID | None, actor: Actor) -> ContactMessage:
    """Give a message to somebody, or take it oneself with one's own id."""
    row = get_message_for_answer(message_id, actor=actor)
    member = (
        Membership.objects.filter(user=user_id, school=row.school_id, state=Membership.State.ACTIVE)
        .select_related("user")
        .first()
        if user_id
        else None
    )
    if user_id and member is None:
        raise NotFoundError(_("There is nobody of this id here."))
    row.assigned_to, row.assigned_name = user_id, member.user.full_name[:200] if member else ""
    if row.state == State.NEW:
        row.state = State.OPEN
    row.save(update_fields=["assigned_to", "assigned_name", "state", "updated_at"])
    record("website.contact.assign", target=Target.of(row), actor=actor)
    return row


@transaction.atomic
def move_message(message_id: UUID, *, state: str, actor: Actor) -> ContactMessage:
    """Open or close a message, or say that it is spam, or that it is none: then the office is told of it as of any."""
    row = get_message_for_answer(message_id, actor=actor)
    if row.state == state:
        return row
    before, row.state = row.state, state
    row.save(update_fields=["state", "updated_at"])
    facts = [ContactReceived(message=row.pk)] if before == State.SPAM else []
    record("website.contact.move", target=Target.of(row), changes={"state": [before, state]}, facts=facts, actor=actor)
    return row


def get_message_for_answer(message_id: UUID, *, actor: Actor) -> ContactMessage:
    """The message, locked, for whoever answers messages."""
    actor.require_all(Permission.CONTACT_ANSWER)
    row = ContactMessage.objects.select_for_update().filter(pk=message_id).first()
    if row is None:
        raise NotFoundError(_("There is no such message."))
    return row


def erase_old_messages() -> int:
    """Erase spam after 30 days and every message after a year. Returns how many."""
    now = clock.now()
    old = Q(state=State.SPAM, created_at__lt=now - SPAM_KEPT) | Q(created_at__lt=now - KEPT)
    return ContactMessage.objects.filter(old).delete()[0]
