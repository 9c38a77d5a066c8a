"""Detentions as iCalendar (RFC 5545), a file or at an address with a token: time and place, nothing about anybody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, Via
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.behaviour.detention_policies import is_staff_here, own_slots
from lyceum.domains.behaviour.detention_queries import list_detentions
from lyceum.domains.behaviour.models import Detention, DetentionSlot

SALT = "detention calendar"
BACK = timedelta(days=30)
MOST = 500


@dataclass(frozen=True)
class Entry:
    """One entry."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    place: str


def list_entries(actor: Actor) -> list[Entry]:
    """For staff the slots they supervise; for a student and a family the detentions that are to be served."""
    since = clock.now() - BACK
    if is_staff_here(actor):
        slots = DetentionSlot.objects.filter(own_slots(actor), starts_at__gt=since).exclude(state="cancelled")
        return [_entry(slot, slot) for slot in slots.select_related("room").order_by("starts_at", "pk")[:MOST]]
    rows = list_detentions(actor, status="scheduled").filter(state="scheduled", starts_at__gt=since)
    return [_entry(row, row.slot) for row in rows[:MOST] if row.slot]


def _entry(row: Detention | DetentionSlot, slot: DetentionSlot) -> Entry:
    return Entry(row.pk, slot.starts_at, slot.ends_at, slot.room.name if slot.room else "")


def sign_feed(actor: Actor) -> str:
    """The token of somebody's own calendar of detentions, for as long as they may see them."""
    actor.require(Permission.BEHAVIOUR_VIEW)
    if actor.user_id is None:
        raise invalid_field("/user", "required", _("Only a person has a calendar."))
    return signing.dumps([actor.school, str(actor.user_id)], salt=SALT)


def read_token(token: str) -> tuple[int, UUID]:
    """The school and the person of a token; one that was not signed here names nothing."""
    try:
        school_id, user = signing.loads(token, salt=SALT)
        return int(school_id), UUID(user)
    except (signing.BadSignature, ValueError, TypeError):
        raise NotFoundError from None


def feed_text(school_id: int, user_id: UUID) -> str:
    """The calendar of a person, with the rights that they have today. It runs in their school."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFoundError
    actor = actor_for_user(user, school_id, via=Via.REST)
    if not actor.may(Permission.BEHAVIOUR_VIEW):
        raise NotFoundError
    return calendar_text(list_entries(actor))


def calendar_text(entries: Iterable[Entry]) -> str:
    """The file."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Lyceum//Detentions//EN", "METHOD:PUBLISH"]
    for entry in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{entry.id}@lyceum",
            f"DTSTAMP:{_instant(clock.now())}",
            f"DTSTART:{_instant(entry.starts_at)}",
            f"DTEND:{_instant(entry.ends_at)}",
            f"SUMMARY:{_escaped(_('Detention'))}",
        ]
        lines += [f"LOCATION:{_escaped(entry.place)}"] if entry.place else []
        lines.append("END:VEVENT")
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _instant(instant: datetime) -> str:
    return f"{clock.local(instant, 'UTC'):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines have at most 75 octets; the next part begins with a blank."""
    parts, rest = [], line.encode()
    while len(rest) > 74:
        cut = 74
        while (rest[cut] & 0xC0) == 0x80:  # not inside a letter
            cut -= 1
        parts.append(rest[:cut].decode())
        rest = rest[cut:]
    return "\r\n ".join([*parts, rest.decode()])
