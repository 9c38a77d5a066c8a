"""Telling people: a row for each in the transaction of the act, and the ways by which it goes on from there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind
from lyceum.core.ids import new_id
from lyceum.core.language import speaking
from lyceum.core.schools import current_school
from lyceum.domains.journal.rules import Entry, Target, record, record_all
from lyceum.domains.notifications.choice import FAMILY_WISHES, OVER_CAP, Asked, Way, Wishes, choose_ways
from lyceum.domains.notifications.facts import NotificationsCreated
from lyceum.domains.notifications.models import Address, Delivery, Notification, PushDevice
from lyceum.domains.notifications.providers.sms import count_segments
from lyceum.domains.notifications.rules.budget import texts_over_cap
from lyceum.domains.notifications.rules.composing import text_with_link
from lyceum.domains.notifications.rules.overflow import overflow
from lyceum.domains.notifications.rules.push import devices_of
from lyceum.domains.notifications.rules.queue import send_at
from lyceum.domains.notifications.rules.wording import Said, Wording
from lyceum.domains.notifications.texts import Words
from lyceum.domains.notifications.wishes import read_wishes
from lyceum.domains.notifications.words import Channel, Type, Urgency
from lyceum.domains.tenancy.queries import day_bounds, time_zone, today

RANKS = {Urgency.URGENT.value: 0, Urgency.IMPORTANT.value: 1}
WAYS_HOME = (Channel.EMAIL.value, Channel.PUSH.value)


@dataclass(frozen=True)
class Recipient:
    """Somebody to be told, finished by the caller: who, in which language, by which addresses, and why."""

    person: UUID
    """The person; the user of somebody who is no person of the school."""
    name: str
    reason: str = ""
    """Why them, as it stands in every record of it: "mother, contact 1"."""
    user: UUID | None = None
    language: str = ""
    addresses: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By channel, those that they agreed to, the best first."""
    usual: Wishes = FAMILY_WISHES
    """What holds where they chose nothing."""
    values: Mapping[str, Said] = field(default_factory=dict)
    """What is said to them alone, as a link of their own."""
    link: str = ""
    own_link: str = ""
    """A secret link in what leaves the house, to a page that needs no account."""


@dataclass(frozen=True)
class News:
    """What is told."""

    type: str
    template: str
    values: Mapping[str, Said]
    dedupe_key: str
    """The same key tells a person once, however often it is said."""
    urgency: str = Urgency.ROUTINE.value
    statutory: bool = False
    channels: Sequence[str] = WAYS_HOME
    one_is_enough: bool = False
    """The first channel that reaches them, and no other."""
    link: str = ""
    about_student: UUID | None = None
    source: str = ""
    expires_at: datetime | None = None


def notify(news: News, recipients: Sequence[Recipient], *, actor: Actor) -> list[Notification]:
    """Tell people something. Who was told it before is not told again, and nobody of their own act.

    Returns the notifications that were made. However many people: one statement for the rows, one for the ways.
    """
    return notify_each([(news, recipients)], actor=actor)


def notify_each(asked: Sequence[tuple[News, Sequence[Recipient]]], *, actor: Actor) -> list[Notification]:
    """Tell several things of one kind, each to its own people. As many statements as for one thing.

    Above the school's cap on texts a person is refused, before the first of them. What goes by itself goes on by
    other ways: see `rules/overflow.py`.
    """
    told = [(news, each) for news, recipients in asked for each in without_self(recipients, actor=actor)]
    if not told:
        return []
    wording = Wording(told[0][0].template)
    made = _write(told, wording)
    if not made:
        return []
    _write_ways(made, wording, actor)
    record_all(_entries(made), actor=actor)
    return [row for _news, row, _recipient in made]


def _entries(made: Told) -> list[Entry]:
    """One entry of the trail for each thing that was told."""
    rows_of: dict[int, list[Notification]] = {}
    news_of: dict[int, News] = {}
    for news, row, _recipient in made:
        rows_of.setdefault(id(news), []).append(row)
        news_of[id(news)] = news
    return [_entry(news_of[key], rows) for key, rows in rows_of.items()]


def _entry(news: News, rows: Sequence[Notification]) -> Entry:
    users = tuple(row.user_id for row in rows if row.user_id)
    return Entry(
        "notifications.notify",
        Target("notifications.notification", rows[0].pk, news.source or news.template),
        {"people": [None, len(rows)]},
        facts=[NotificationsCreated(kind=news.type, users=users, source=news.source)],
    )


def without_self(recipients: Sequence[Recipient], *, actor: Actor) -> list[Recipient]:
    """Nobody is told of their own act."""
    return [each for each in recipients if each.user is None or each.user != actor.user_id]


Told = Sequence[tuple[News, Notification, Recipient]]


def _write(told: Sequence[tuple[News, Recipient]], wording: Wording) -> Told:
    """The rows of those who were not told before."""
    rows = [make_row(news, each, wording) for news, each in told]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    kept = set(Notification.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    return [(news, row, each) for row, (news, each) in zip(rows, told, strict=True) if row.pk in kept]


def make_row(news: News, recipient: Recipient, wording: Wording) -> Notification:
    """What one person is told, not written yet."""
    values = wording.spell_out({**news.values, **recipient.values}, language=recipient.language)
    words, language = wording.say(Channel.IN_APP, values, language=recipient.language)
    return Notification(
        id=new_id(),
        recipient=recipient.person,
        user_id=recipient.user,
        name=recipient.name[:200],
        reason=recipient.reason[:300],
        type=news.type,
        template=news.template,
        values=values,
        subject=words.subject[:200],
        message=words.message[:2000],
        language=language,
        urgency=news.urgency,
        statutory=news.statutory,
        link=recipient.link or news.link,
        about_student=news.about_student,
        source=news.source,
        dedupe_key=news.dedupe_key,
        expires_at=news.expires_at,
    )


def _write_ways(told: Told, wording: Wording, actor: Actor) -> None:
    """The deliveries of each, with their words; and a job for each moment at which some of them go."""
    deliveries = plan_ways(told, wording)
    if over := texts_over_cap(deliveries):
        if actor.kind is not ActorKind.JOB:
            raise over
        deliveries = overflow([row for _news, row, _each in told], deliveries, plan_ways(told, wording, texts=False),
                              left=over.left, actor=actor)  # fmt: skip
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    for at in {delivery.not_before for delivery in deliveries if delivery.state in ("queued", "held")}:
        send_at(current_school(), at)


def plan_ways(told: Told, wording: Wording, *, texts: bool = True) -> list[Delivery]:
    """The deliveries that news would make, not written yet. Without texts they are in it as what does not go.

    As many statements for many people and pieces of news as for one.
    """
    now, zone = clock.now(), clock.zone(time_zone())
    wishes = read_wishes({row.user_id: each.usual for _news, row, each in told if row.user_id})
    known = _read_known({address for *_, each in told for ways in each.addresses.values() for address in ways})
    if not texts:
        numbers = {number for *_, each in told for number in each.addresses.get(Channel.SMS, ())}
        known |= {(Channel.SMS.value, number): OVER_CAP for number in numbers}
    devices = _read_devices(told)
    deliveries = []
    for news, row, each in told:
        wants = wishes[row.user_id] if row.user_id else each.usual
        theirs = {str(device.pk): device for device in devices(news, row)}
        asked = Asked(news.type, news.urgency, news.statutory, news.channels, news.one_is_enough)
        addresses = {**each.addresses, Channel.PUSH.value: list(theirs)}
        for way in choose_ways(asked, addresses, wishes=wants, known=known, zone=zone, now=now):
            if way.channel == Channel.PUSH:
                deliveries.append(_push(row, way, wording, theirs[way.address]))
            else:
                deliveries.append(_delivery(row, way, wording, each.own_link or row.link))
    return deliveries


def _read_devices(told: Told) -> Callable[[News, Notification], Sequence[PushDevice]]:
    """On which devices somebody hears of something. What can wait comes once a day for each child, however much."""
    asking = [(news, row.user_id) for news, row, _each in told if row.user_id and _may_come_by_push(news)]
    devices = devices_of({user for _news, user in asking}) if asking else {}
    limited = {news.about_student for news, user in asking if _comes_once_a_day(news) and user in devices}
    already: set[tuple[UUID | None, UUID | None]] = set()
    if limited:
        begins, _ends = day_bounds(today())
        sent = Delivery.objects.filter(
            channel=Channel.PUSH,
            created_at__gte=begins,
            notification__about_student__in=limited,
            notification__urgency=Urgency.ROUTINE,
            notification__user__in=devices,
        )
        already = set(sent.values_list("notification__user", "notification__about_student"))

    def of(news: News, row: Notification) -> Sequence[PushDevice]:
        if row.user_id is None or not _may_come_by_push(news):
            return ()
        if _comes_once_a_day(news) and (row.user_id, news.about_student) in already:
            return ()
        return devices.get(row.user_id, ())

    return of


def _may_come_by_push(news: News) -> bool:
    return Channel.PUSH in news.channels or news.urgency == Urgency.URGENT  # then perhaps as the next channel


def _comes_once_a_day(news: News) -> bool:
    return news.urgency == Urgency.ROUTINE and news.about_student is not None


def _delivery(row: Notification, way: Way, wording: Wording, link: str) -> Delivery:
    words, _language = wording.say(way.channel, row.values, language=row.language)
    return _on_its_way(row, way, words, link)


def _push(row: Notification, way: Way, wording: Wording, device: PushDevice) -> Delivery:
    """On a screen that anybody sees it says who and of which kind, and what it is about only where that is wanted."""
    words, language = wording.say(Channel.PUSH, row.values, language=row.language)
    with speaking(language):
        kind = str(Type(row.type).label)
    shown = Words(wording.school, words.message if device.detail else kind)
    return _on_its_way(row, way, shown, row.link)


def _on_its_way(row: Notification, way: Way, words: Words, link: str) -> Delivery:
    text = words.message[:2000]
    return Delivery(
        notification=row,
        channel=way.channel,
        address=way.address,
        subject=words.subject[:200],
        text=text,
        link=link,
        segments=count_segments(text_with_link(text, link)) if way.channel == Channel.SMS else 0,
        state=way.state,
        not_before=way.not_before,
        in_digest=way.in_digest,
        in_reserve=way.in_reserve,
        rank=RANKS.get(row.urgency, 2),
        error=way.why,
    )


def _read_known(values: set[str]) -> dict[tuple[str, str], str]:
    """What is known of the addresses that are not simply in order."""
    rows = Address.objects.filter(value__in=values).exclude(state=Address.State.OK)
    return {(row.channel, row.value): row.state for row in rows}


def withdraw(
    *, source: str = "", about_student: UUID | None = None, recipients: Sequence[UUID] | None = None, actor: Actor
) -> int:
    """Take back what is not on its way yet, and hide what is in the app. Returns how many messages were stopped."""
    which = Q(withdrawn_at__isnull=True)
    if source:
        which &= Q(source=source)
    if about_student is not None:
        which &= Q(about_student=about_student)
    if recipients is not None:
        which &= Q(recipient__in=recipients)
    if not (source or about_student is not None):
        raise ValueError("withdraw needs a source or a student")
    ids = list(Notification.objects.filter(which).values_list("pk", flat=True))
    if not ids:
        return 0
    stopped = Delivery.objects.filter(notification__in=ids, state__in=("held", "queued")).update(
        state=Delivery.State.WITHDRAWN, updated_at=clock.now()
    )
    Notification.objects.filter(pk__in=ids).update(withdrawn_at=clock.now(), updated_at=clock.now())
    record(
        "notifications.withdraw",
        target=Target("notifications.notification", ids[0], source),
        changes={"messages": [None, stopped]},
        actor=actor,
    )
    return stopped


def stand_down(*, source: str, read_by: UUID) -> None:
    """Somebody answered: for them it is read, and nobody is told by a next channel any more."""
    now = clock.now()
    of_it = Notification.objects.filter(source=source, is_read=False)
    of_it.filter(recipient=read_by).update(is_read=True, read_at=now, updated_at=now)
    reserve = Delivery.objects.filter(notification__source=source, in_reserve=True, state=Delivery.State.HELD)
    reserve.update(state=Delivery.State.WITHDRAWN, updated_at=now)


def stop_going_to(addresses: Collection[str], *, about_student: UUID) -> int:
    """Stop what is about a student and waits for one of some addresses. Returns how many messages were stopped."""
    waiting = Delivery.objects.filter(
        notification__about_student=about_student, address__in=list(addresses), state__in=("held", "queued")
    )
    return waiting.update(state=Delivery.State.WITHDRAWN, updated_at=clock.now())
