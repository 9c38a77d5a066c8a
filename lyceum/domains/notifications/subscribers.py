"""Whom notifications tell of their own accord when something happens below them."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lyceum.core.actor import Actor
from lyceum.domains.accounts.facts import EmailLinkAsked, UserRegistered
from lyceum.domains.accounts.models import EmailAddress
from lyceum.domains.accounts.rules.registration import find_owner, verify_link
from lyceum.domains.journal.facts import hears
from lyceum.domains.notifications.rules.notify import News, Recipient, notify
from lyceum.domains.notifications.texts import Text, declare
from lyceum.domains.notifications.words import Channel, Type, Urgency

WELCOME, KNOWN = "account.welcome", "account.known"

declare(
    WELCOME,
    Text(
        subject=_("Welcome to {school}"),
        message=_(
            "Somebody, probably you, made an account at {school} with this address. Follow the link to show that "
            "the address is yours; it works for seven days. Was it not you? Then do nothing."
        ),
        short=_("{school}: follow the link to show that this is your address."),
        placeholders=("school",),
    ),
)
declare(
    KNOWN,
    Text(
        subject=_("You have an account already"),
        message=_(
            "Somebody, perhaps you, wanted to make an account at {school} with this address, which has one already. "
            "Sign in with it and apply there. Was it not you? Then nothing happened, and there is nothing to do."
        ),
        short=_("{school}: there is an account with this address already."),
        placeholders=("school",),
    ),
)


@hears(UserRegistered)
def welcome(fact: UserRegistered, actor: Actor) -> None:
    """Whoever registers gets a link; where the address is another human's, that one is told instead."""
    _send_link(fact.user, f"{WELCOME}:{fact.user}", actor)


@hears(EmailLinkAsked)
def send_link_again(fact: EmailLinkAsked, actor: Actor) -> None:
    """Whoever lost the mail gets another."""
    _send_link(fact.user, f"{WELCOME}:{fact.asked}", actor)


def _send_link(user: UUID, key: str, actor: Actor) -> None:
    address = EmailAddress.objects.select_related("user").get(user=user, primary=True)
    owner = find_owner(address)
    news = News(
        type=Type.ACCOUNT.value,
        template=KNOWN if owner else WELCOME,
        values={},
        dedupe_key=key,
        urgency=Urgency.URGENT.value,
        statutory=True,
        channels=[Channel.EMAIL.value],
        source=str(user),
    )
    told = owner or address.user
    recipient = Recipient(
        person=user,
        name=told.full_name,
        reason="registered",
        language=told.locale,
        addresses={Channel.EMAIL.value: [address.address]},
        own_link="/sign-in/" if owner else verify_link(address, school_id=actor.school),
    )
    notify(news, [recipient], actor=actor)
