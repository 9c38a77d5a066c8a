"""The browsers in which the caller is told, over REST."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Schema

from lyceum.core.rest import Strict, actor_of
from lyceum.domains.notifications.models import PushDevice
from lyceum.domains.notifications.providers.webpush import public_key
from lyceum.domains.notifications.queries import list_devices
from lyceum.domains.notifications.rest.router import router
from lyceum.domains.notifications.rules.push import Subscription, add_device, remove_all_devices, remove_device


class DeviceOut(Schema):
    """One browser."""

    id: UUID
    name: str
    detail: bool = Field(description="Whether a notification there says what it is about.")
    created_at: datetime
    last_ok_at: datetime | None


class DevicesOut(Schema):
    """The browsers in which the caller is told, and what one more must know to subscribe."""

    items: list[DeviceOut]
    public_key: str = Field(description="The applicationServerKey of this installation.")


def _shape(row: PushDevice) -> dict[str, Any]:
    return {name: getattr(row, name) for name in DeviceOut.model_fields}


@router.get("notifications/devices/", response=DevicesOut, operation_id="listNotificationDevices")
def devices(request: HttpRequest) -> dict[str, Any]:
    """The browsers in which the caller is told, the newest first; at most 20."""
    return {"items": [_shape(row) for row in list_devices(actor_of(request))], "public_key": public_key()}


class KeysIn(Strict):
    """The browser's keys, in URL-safe base64."""

    p256dh: str = Field(max_length=200)
    auth: str = Field(max_length=60)


class DeviceIn(Strict):
    """What `PushSubscription.toJSON()` gives, and a name for people."""

    endpoint: str = Field(max_length=1000)
    keys: KeysIn
    name: str = Field("", max_length=80)
    detail: bool = False


@router.post("notifications/devices/", response={201: DeviceOut}, operation_id="addNotificationDevice")
def add(request: HttpRequest, body: DeviceIn) -> dict[str, Any]:
    """Be told in a browser. The same browser again is one, with what is said now."""
    asked = Subscription(body.endpoint, body.keys.p256dh, body.keys.auth)
    return _shape(add_device(asked, name=body.name, detail=body.detail, actor=actor_of(request)))


@router.delete("notifications/devices/", response={204: None}, operation_id="removeNotificationDevices")
def remove_all(request: HttpRequest) -> None:
    """Be told in no browser any more."""
    remove_all_devices(actor=actor_of(request))


@router.delete("notifications/devices/{uuid:device_id}/", response={204: None}, operation_id="removeNotificationDevice")
def remove(request: HttpRequest, device_id: UUID) -> None:
    """Be told in one browser no more."""
    remove_device(device_id, actor=actor_of(request))
