"""What people do when something happens elsewhere."""

from functools import partial
from uuid import UUID

from django.db.models import QuerySet
from django.utils.formats import date_format

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.accounts.facts import InvitationAccepted
from lyceum.domains.journal.facts import WebhookSwitchedOff, hears
from lyceum.domains.notifications.facts import AddressRestored, AddressSuppressed, TextsStopped
from lyceum.domains.notifications.models import Address
from lyceum.domains.notifications.rules.notify import News, notify, stop_going_to, withdraw
from lyceum.domains.notifications.words import Channel, Type, Urgency
from lyceum.domains.people.facts import RestrictionChanged
from lyceum.domains.people.models import ConsentKind, ContactPoint, ContactRestriction, NumberScheme, Person
from lyceum.domains.people.office import office_recipients, tell_texts_stopped, tell_webhook_off
from lyceum.domains.people.policies import holds_on
from lyceum.domains.people.rules.consents import STARTING_KINDS
from lyceum.domains.people.rules.numbers import DEFAULT_PATTERN
from lyceum.domains.people.texts import CLOSING_ASKED
from lyceum.domains.tenancy.facts import ClosingAsked, SchoolProvisioned
from lyceum.domains.tenancy.queries import time_zone, today


@hears(SchoolProvisioned)
def add_number_schemes(_fact: SchoolProvisioned, _actor: Actor) -> None:
    """A school has its number patterns from the moment it exists."""
    schemes = [NumberScheme(kind=kind, pattern=pattern) for kind, pattern in DEFAULT_PATTERN.items()]
    NumberScheme.objects.bulk_create(schemes, ignore_conflicts=True)


@hears(RestrictionChanged)
def take_back_messages(fact: RestrictionChanged, actor: Actor) -> None:
    """Nothing that still waits reaches somebody who is kept from the child, nor an address that is theirs too."""
    kept = ContactRestriction.objects.filter(
        holds_on(today()),
        student=fact.student,
        ended_reason="",
        person__isnull=False,
        kinds__overlap=["no_contact", "no_information"],
    )
    people = list(kept.values_list("person", flat=True))
    if people:
        withdraw(about_student=fact.student, recipients=people, actor=actor)
        addresses = ContactPoint.objects.filter(person__in=people).values_list("value", flat=True)
        stop_going_to(list(addresses), about_student=fact.student)


@hears(SchoolProvisioned)
def add_consent_kinds(_fact: SchoolProvisioned, _actor: Actor) -> None:
    """A school begins with a few things that most schools ask families for."""
    if not ConsentKind.objects.exists():
        ConsentKind.objects.bulk_create(ConsentKind(name=name) for name in STARTING_KINDS)


@hears(InvitationAccepted)
def link_person(fact: InvitationAccepted, _actor: Actor) -> None:
    """The account that accepted belongs to the person it was made for."""
    if fact.person:
        Person.objects.filter(pk=fact.person, user__isnull=True).update(user=fact.user)


@hears(AddressSuppressed)
def mark_failing(fact: AddressSuppressed, _actor: Actor) -> None:
    """An address that takes nothing is a way to nobody any more. Whoever wants nothing by it has one that works."""
    if fact.reason == Address.State.SUPPRESSED:
        _points_at(fact.address).filter(failing_since=None).update(failing_since=clock.now(), updated_at=clock.now())


@hears(AddressRestored)
def mark_working(fact: AddressRestored, _actor: Actor) -> None:
    """It takes messages again."""
    _points_at(fact.address).update(failing_since=None, updated_at=clock.now())


@hears(TextsStopped)
def tell_office_of_texts(fact: TextsStopped, actor: Actor) -> None:
    """Whoever looks after messages hears at once that some people got no text."""
    tell_texts_stopped(fact, actor=actor)


def _points_at(address_id: UUID) -> QuerySet[ContactPoint]:
    address = Address.objects.get(pk=address_id)
    kinds = {"email": ("email",), "sms": ("mobile", "phone")}.get(address.channel, ())
    return ContactPoint.objects.filter(kind__in=kinds, value=address.value)


@hears(ClosingAsked)
def tell_admins_of_closing(fact: ClosingAsked, actor: Actor) -> None:
    """Whoever else could close the school hears at once that somebody asks for it, at night too."""
    until = clock.local(fact.confirm_by, time_zone())
    news = News(
        type=Type.ACCOUNT.value,
        template=CLOSING_ASKED,
        values={"name": actor.name, "until": partial(date_format, until, "DATETIME_FORMAT")},
        dedupe_key=f"{CLOSING_ASKED}:{fact.closure}",
        urgency=Urgency.URGENT.value,
        statutory=True,
        channels=[Channel.EMAIL.value],
        link="/settings/closing/",
        source=str(fact.closure),
        expires_at=fact.confirm_by,
    )
    notify(news, office_recipients(Permission.SCHOOL_CLOSE), actor=actor)


@hears(WebhookSwitchedOff)
def tell_admins_of_webhook(fact: WebhookSwitchedOff, actor: Actor) -> None:
    """Whoever set a webhook up hears that nothing is sent to it any more, unless somebody wanted it so."""
    if fact.reason != "by_hand":
        tell_webhook_off(fact, actor=actor)
