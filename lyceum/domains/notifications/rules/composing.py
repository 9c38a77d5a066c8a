"""A delivery as the message that leaves the house."""

import json
from datetime import timedelta
from urllib.parse import urljoin

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.language import speaking
from lyceum.domains.notifications.models import Delivery, Notification, PushDevice
from lyceum.domains.notifications.providers import Outgoing
from lyceum.domains.notifications.providers.webpush import text_of
from lyceum.domains.notifications.words import Channel, Type, Urgency
from lyceum.domains.tenancy.models import School

UNSUBSCRIBE = "notifications.unsubscribe"
HOLDS = timedelta(days=1)
"""How long a push service keeps what a browser cannot take now."""


def compose(delivery: Delivery, school: School, device: PushDevice | None = None) -> Outgoing:
    """The message as it is handed over: for e-mail with a page, a way to stop it, and links instead of files."""
    notification = delivery.notification
    link = address_of(delivery.link)
    if delivery.channel == Channel.SMS:
        text = text_with_link(delivery.text, delivery.link)
        return Outgoing(str(delivery.pk), delivery.address, "", school.name, "", text)
    if delivery.channel == Channel.PUSH:
        return compose_push(delivery, notification, device)
    return compose_mail(delivery, notification, school, link)


def compose_push(delivery: Delivery, notification: Notification, device: PushDevice | None) -> Outgoing:
    """What a browser shows, sealed for it later; without the browser, a message to nowhere."""
    with speaking(notification.language):
        said = {
            "title": delivery.subject,
            "body": delivery.text,
            "url": delivery.link or "/notifications/",
            "tag": str(notification.pk),
            "lang": get_language() or "",
            "dir": "rtl" if get_language_bidi() else "ltr",
        }
    text = json.dumps(said, ensure_ascii=False)
    about = {}
    if device is not None:
        left = (notification.expires_at - clock.now()) if notification.expires_at else HOLDS
        about = {
            "endpoint": device.endpoint,
            "p256dh": text_of(bytes(device.p256dh)),
            "auth": text_of(bytes(device.auth)),
            "ttl": str(max(0, int(min(left, HOLDS).total_seconds()))),
            "urgency": "high" if notification.urgency == Urgency.URGENT else "normal",
        }
    return Outgoing(str(delivery.pk), delivery.address, "", "", delivery.subject, text, headers=about)


def compose_mail(delivery: Delivery, notification: Notification, school: School, link: str) -> Outgoing:
    """An e-mail with both its parts."""
    stop = "" if _cannot_be_stopped(notification) else stop_address(delivery)
    with speaking(notification.language):
        opens = _("Open in Lyceum")
        text = "\n\n".join(filter(None, (delivery.text, f"{opens}: {link}" if link else "", school.name)))
        page = {"delivery": delivery, "notification": notification, "school": school, "link": link, "stop": stop}
        html = render_to_string("notifications/mail.html", page)
    return Outgoing(
        key=str(delivery.pk),
        to=delivery.address,
        sender="",
        sender_name=school.name,
        subject=delivery.subject,
        text=text,
        html=html,
        unsubscribe=stop,
        reply_to=str(notification.values.get("reply_to") or school.email),
    )


def _cannot_be_stopped(notification: Notification) -> bool:
    return notification.statutory or notification.type == Type.ACCOUNT


def address_of(link: str) -> str:
    """A place in the site as an address that a mail program opens."""
    return urljoin(f"{settings.PUBLIC_URL}/", link.lstrip("/")) if link else ""


def text_with_link(text: str, link: str) -> str:
    """A text message as it leaves: the link stands at its end."""
    return f"{text} {address_of(link)}".strip() if link else text


def stop_address(delivery: Delivery) -> str:
    """Where one touch stops this kind of message by this way."""
    token = signing.dumps([delivery.school_id, str(delivery.pk)], salt=UNSUBSCRIBE, compress=True)
    return address_of(f"/stop/{token}/")
