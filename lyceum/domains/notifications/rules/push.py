"""Being told in a browser: asked for by whoever sits before it, and given up as soon as it takes nothing any more."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import InvalidError, NotFoundError, invalid_field
from lyceum.core.text import tidy
from lyceum.domains.accounts.rules.secrets import hash_secret
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.notifications.models import PushDevice
from lyceum.domains.notifications.models.push import open_devices
from lyceum.domains.notifications.providers.webpush import bytes_of, is_push_service
from lyceum.domains.notifications.queries import list_devices, member_id

MOST = 20
"""Devices of one person."""
_LONGEST_ENDPOINT = 1000


@dataclass(frozen=True)
class Subscription:
    """What a browser says of itself when somebody wants to be told in it."""

    endpoint: str
    p256dh: str
    auth: str


@transaction.atomic
def add_device(asked: Subscription, *, name: str = "", detail: bool = False, actor: Actor) -> PushDevice:
    """Be told in this browser. One that somebody else used before tells them nothing any more."""
    user = member_id(actor)
    p256dh, auth = _check(asked)
    hashed = hash_secret(asked.endpoint)
    others = PushDevice.objects.filter(user=user).exclude(endpoint_hash=hashed)
    if others.count() >= MOST:
        raise InvalidError(_("You are told on %(most)s devices already: take one away first.") % {"most": MOST})
    row, _made = PushDevice.objects.update_or_create(
        endpoint_hash=hashed,
        defaults={
            "user_id": user,
            "session": actor.session_id,
            "endpoint": asked.endpoint,
            "p256dh": p256dh,
            "auth": auth,
            "name": tidy(name)[:80] or _device_in(actor.user_agent),
            "detail": detail,
        },
    )
    record("notifications.device.add", target=Target.of(row), changes={"detail": [None, detail]}, actor=actor)
    return row


def _check(asked: Subscription) -> tuple[bytes, bytes]:
    if len(asked.endpoint) > _LONGEST_ENDPOINT or not is_push_service(asked.endpoint):
        raise invalid_field("/endpoint", "push_service", _("This is no push service of a browser that we know."))
    try:
        p256dh, auth = bytes_of(asked.p256dh), bytes_of(asked.auth)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), p256dh)
        if len(auth) != 16 or len(p256dh) != 65:
            raise ValueError
    except ValueError:
        raise invalid_field("/keys", "key", _("These are not the keys of a browser.")) from None
    return p256dh, auth


_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
            ("Linux", "Linux"))  # fmt: skip


def _device_in(agent: str) -> str:
    """A browser and a system, as far as the browser names them."""
    found = [next((called for sign, called in names if sign in agent), "") for names in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, found))


@transaction.atomic
def show_detail(device_id: UUID, *, detail: bool, actor: Actor) -> PushDevice:
    """Say on a device what a notification is about, or only of which kind it is."""
    row = _get(device_id, actor)
    if row.detail != detail:
        row.detail = detail
        row.save(update_fields=["detail", "updated_at"])
        record("notifications.device.detail", target=Target.of(row), changes={"detail": [not detail, detail]},
               actor=actor)  # fmt: skip
    return row


@transaction.atomic
def remove_device(device_id: UUID, *, actor: Actor) -> None:
    """Be told nothing on a device any more."""
    row = _get(device_id, actor)
    target = Target.of(row)
    row.delete()
    record("notifications.device.remove", target=target, actor=actor)


@transaction.atomic
def remove_all_devices(*, actor: Actor) -> int:
    """Be told nothing on any device any more; returns how many there were."""
    count, _by_model = PushDevice.objects.filter(user=member_id(actor)).delete()
    if count:
        target = Target("accounts.user", member_id(actor))
        record("notifications.device.remove_all", target=target, changes={"devices": [count, 0]}, actor=actor)
    return count


def _get(device_id: UUID, actor: Actor) -> PushDevice:
    row = list_devices(actor).select_for_update(of=("self",)).filter(pk=device_id).first()
    if row is None:
        raise NotFoundError
    return row


def devices_of(users: Collection[UUID]) -> Mapping[UUID, list[PushDevice]]:
    """The devices on which each of some people is told. One statement, however many."""
    found: dict[UUID, list[PushDevice]] = {}
    for row in open_devices().filter(user__in=users).order_by("created_at", "pk"):
        found.setdefault(row.user_id, []).append(row)
    return found


def note_reached(device_id: str) -> None:
    """The push service took a message for it."""
    PushDevice.objects.filter(pk=device_id).update(last_ok_at=clock.now())


def drop_device(device_id: str) -> None:
    """It takes nothing any more."""
    PushDevice.objects.filter(pk=device_id).delete()
