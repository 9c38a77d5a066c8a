"""By which ways somebody is told, and when: wishes, then what is known of the address, then quiet hours.

Plain values in, plain values out: nothing here asks the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lyceum.domains.notifications.models import Address, Delivery
from lyceum.domains.notifications.words import Channel, Mode, Urgency

QUIET_FROM, QUIET_TO = time(21), time(7)
DIGEST_AT = time(17)
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
OVER_CAP = "over the school's cap"
"""Of a number, where the school sends no more texts this month."""
UNREAD_AFTER = timedelta(minutes=5)
"""When something urgent that nobody has read goes to the next channel."""
TRAVELLING = (Channel.SMS.value, Channel.EMAIL.value, Channel.PUSH.value)


@dataclass(frozen=True)
class Wishes:
    """What one person wants, or what holds where they said nothing."""

    modes: Mapping[tuple[str, str], str]
    """`{(type, channel): mode}`."""
    usual: Mapping[str, str]
    """`{channel: mode}` where they chose nothing."""
    quiet_from: time = QUIET_FROM
    quiet_to: time = QUIET_TO
    quiet_days: tuple[int, ...] = EVERY_DAY
    digest_at: time = DIGEST_AT
    digest_weekly: bool = False

    def mode(self, type_: str, channel: str) -> str:
        """How they want this kind by this channel."""
        return self.modes.get((type_, channel)) or self.usual.get(channel, Mode.OFF.value)


FAMILY_WISHES = Wishes({}, {"email": Mode.DIGEST.value, "sms": Mode.OFF.value, "push": Mode.NOW.value})
"""Of families: a digest by e-mail for what can wait, and texts for what cannot."""
STAFF_WISHES = Wishes({}, {"email": Mode.OFF.value, "sms": Mode.OFF.value, "push": Mode.OFF.value})
"""Of staff: they read it here; by e-mail only what is important."""


@dataclass(frozen=True)
class Way:
    """One address by which a notification goes, and when at the earliest."""

    channel: str
    address: str
    state: str
    not_before: datetime
    in_digest: bool = False
    in_reserve: bool = False
    """Only if nobody reads it by then, or the way before it fails."""
    why: str = ""


@dataclass(frozen=True)
class Asked:
    """What is asked of the ways: how urgent it is, by which channels, and whether one way is enough."""

    type: str
    urgency: str
    statutory: bool
    channels: Sequence[str]
    one_is_enough: bool


def choose_ways(
    asked: Asked,
    addresses: Mapping[str, Sequence[str]],
    *,
    wishes: Wishes,
    known: Mapping[tuple[str, str], str],
    zone: ZoneInfo,
    now: datetime,
) -> list[Way]:
    """The ways to one person: in the order asked for, to the first address of each channel that takes anything, and
    to each device.

    `addresses` holds those that the person agreed to, by channel; `known` what is known of them.
    """
    ways: list[Way] = []
    for channel in asked.channels:
        found = _ways_by(channel, asked, addresses, wishes, known, zone, now)
        ways += found
        if asked.one_is_enough and _goes(found):
            break
    return ways + _in_reserve(asked, addresses, ways, known, now)


def _ways_by(
    channel: str,
    asked: Asked,
    addresses: Mapping[str, Sequence[str]],
    wishes: Wishes,
    known: Mapping[tuple[str, str], str],
    zone: ZoneInfo,
    now: datetime,
) -> list[Way]:
    """The ways by one channel; one that takes nothing is written down."""
    mode = _mode(asked, channel, wishes)
    if mode == Mode.OFF:
        return []
    open_ones = _open_ones(channel, asked, addresses, known)
    if not open_ones:
        return [Way(channel, a, Delivery.State.SUPPRESSED, now, why=known[channel, a])
                for a in addresses.get(channel, ())[:1]]  # fmt: skip
    return [_timed(asked, channel, address, mode, wishes, zone, now) for address in open_ones]


def _open_ones(
    channel: str, asked: Asked, addresses: Mapping[str, Sequence[str]], known: Mapping[tuple[str, str], str]
) -> Sequence[str]:
    """The first address that takes anything; of devices each."""
    found = [a for a in addresses.get(channel, ()) if _takes(known.get((channel, a)), statutory=asked.statutory)]
    return found if channel == Channel.PUSH else found[:1]


def _goes(ways: Sequence[Way]) -> bool:
    return any(way.state != Delivery.State.SUPPRESSED for way in ways)


def _in_reserve(
    asked: Asked,
    addresses: Mapping[str, Sequence[str]],
    ways: Sequence[Way],
    known: Mapping[tuple[str, str], str],
    now: datetime,
) -> list[Way]:
    """What is urgent goes to the next channel too, where nobody has read it after five minutes: once."""
    if asked.urgency != Urgency.URGENT:
        return []
    used = {way.channel for way in ways}
    for channel in dict.fromkeys((*asked.channels, *TRAVELLING)):
        open_ones = [] if channel in used else _open_ones(channel, asked, addresses, known)
        if open_ones and ways and not _goes(ways):  # it failed before it began
            return [Way(channel, a, Delivery.State.QUEUED, now) for a in open_ones]
        if open_ones:
            at = now + UNREAD_AFTER
            return [Way(channel, a, Delivery.State.HELD, at, in_reserve=True) for a in open_ones]
    return []


def _mode(asked: Asked, channel: str, wishes: Wishes) -> str:
    """Whether now, in the digest or not at all. Urgent goes now; statutory cannot be switched off."""
    mode = wishes.mode(asked.type, channel)
    if channel == Channel.PUSH and mode == Mode.DIGEST:
        mode = Mode.NOW.value  # a device has no digest
    if asked.urgency == Urgency.URGENT or (asked.urgency == Urgency.IMPORTANT and mode == Mode.DIGEST):
        return Mode.NOW.value
    explicit = (asked.type, channel) in wishes.modes
    if mode == Mode.OFF and (asked.statutory or (asked.urgency == Urgency.IMPORTANT and not explicit)):
        return Mode.NOW.value
    return mode


def _takes(state: str | None, *, statutory: bool) -> bool:
    if state == Address.State.OPTED_OUT:
        return statutory
    return state not in (Address.State.SUPPRESSED, OVER_CAP)


def _timed(asked: Asked, channel: str, address: str, mode: str, wishes: Wishes, zone: ZoneInfo, now: datetime) -> Way:
    if mode == Mode.DIGEST:
        return Way(channel, address, Delivery.State.HELD, next_digest(wishes, zone, now), in_digest=True)
    free = now if asked.urgency == Urgency.URGENT else end_of_quiet(wishes, zone, now)
    return Way(channel, address, Delivery.State.HELD if free > now else Delivery.State.QUEUED, free)


def end_of_quiet(wishes: Wishes, zone: ZoneInfo, now: datetime) -> datetime:
    """Now, or when the quiet hours in which it falls end. By the wall clock, so also when the clocks change."""
    local = now.astimezone(zone)
    for began in (local.date() - timedelta(days=1), local.date()):
        starts, ends = _quiet_of(began, wishes, zone)
        if starts <= now < ends and began.isoweekday() in wishes.quiet_days:
            return ends
    return now


def _quiet_of(day: date, wishes: Wishes, zone: ZoneInfo) -> tuple[datetime, datetime]:
    until = day if wishes.quiet_from < wishes.quiet_to else day + timedelta(days=1)
    return (
        datetime.combine(day, wishes.quiet_from, zone),
        datetime.combine(until, wishes.quiet_to, zone),
    )


def next_digest(wishes: Wishes, zone: ZoneInfo, now: datetime) -> datetime:
    """When somebody's next digest goes: at their hour, on a Friday where they want one a week."""
    day = now.astimezone(zone).date()
    while True:
        at = datetime.combine(day, wishes.digest_at, zone)
        if at > now and (not wishes.digest_weekly or day.isoweekday() == 5):
            return at
        day += timedelta(days=1)
