"""Calls of carriers, each signed as its carrier documents it, and a school's line to one of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from lyceum.domains.notifications.hooks import sns
from lyceum.domains.notifications.hooks.passwords import password_for
from lyceum.domains.notifications.models import Address, Delivery, Provider
from lyceum.domains.notifications.rules.notify import notify
from lyceum.domains.notifications.rules.providers import KINDS, add_provider
from lyceum.domains.notifications.tests.conftest import news, somebody, system
from lyceum.domains.tenancy.models import School
from lyceum.testing.beginnings import remembered
from lyceum.testing.clients import nobody
from lyceum.testing.factories import as_actor, in_school, make_admin, make_school

SECRET = "a secret that is long enough for HMAC"
SENDGRID_KEY = ec.generate_private_key(ec.SECP256R1())
AMAZON_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Call:
    """One call of a carrier, signed."""

    body: bytes
    headers: Mapping[str, str]
    content_type: str = JSON


@dataclass(frozen=True)
class Line:
    """A school's carrier, and a message that it took."""

    school: School
    row: Provider
    delivery: Delivery

    @property
    def path(self) -> str:
        return f"/hooks/{self.row.kind}/{self.row.hook_token}/"

    def tell(self, call: Call) -> Any:
        return nobody().post(self.path, call.body, content_type=call.content_type, headers=dict(call.headers))

    @property
    def state(self) -> str:
        with in_school(self.school):
            return Delivery.objects.get(pk=self.delivery.pk).state

    @property
    def address(self) -> str:
        """What is known of where the message went."""
        with in_school(self.school):
            row = Address.objects.filter(value=self.delivery.address).first()
            return row.state if row else ""


@remembered
def make_line(kind: str, message: str = "M1") -> Line:
    school = make_school()
    wanted = KINDS[kind]
    values = dict.fromkeys((*wanted.settings, *wanted.secrets), SECRET)
    if kind == "sendgrid":
        der = SENDGRID_KEY.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        values["hook_key"] = base64.b64encode(der).decode()
    address = "grace@example.org" if wanted.channel == "email" else "+447700900001"
    with in_school(school):
        row = add_provider(kind, sender="office", values=values, actor=as_actor(make_admin(school), school))
        told = somebody(addresses={wanted.channel: [address]})
        notify(news(channels=(wanted.channel,), urgency="urgent"), [told], actor=system(school))
        Delivery.objects.update(state="sent", provider=str(row.pk), provider_message=message)
        return Line(school, row, Delivery.objects.get())


def mailgun(line: Line, event: str = "delivered", **more: Any) -> Call:
    token, timestamp = f"token of {event}", "1790000000"
    signature = hmac.new(SECRET.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    said = {
        "signature": {"token": token, "timestamp": timestamp, "signature": signature},
        "event-data": {"event": event, "message": {"headers": {"message-id": "M1@example.org"}}, **more},
    }
    return Call(json.dumps(said).encode(), {})


def sendgrid(line: Line, event: str = "delivered", **more: Any) -> Call:
    said = [{"event": event, "anymail_id": "M1", "sg_event_id": event, "email": "grace@example.org", **more}]
    body = json.dumps(said).encode()
    signature = base64.b64encode(SENDGRID_KEY.sign(b"1790000000" + body, ec.ECDSA(hashes.SHA256()))).decode()
    name = "X-Twilio-Email-Event-Webhook"
    return Call(body, {f"{name}-Signature": signature, f"{name}-Timestamp": "1790000000"})


def basic(line: Line) -> dict[str, str]:
    pair = f"lyceum:{password_for(line.row.hook_token)}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def mailjet(line: Line, event: str = "sent", **more: Any) -> Call:
    said = {"event": event, "MessageID": "M1", "email": "grace@example.org", "time": 1790000000, **more}
    return Call(json.dumps([said]).encode(), basic(line))


def signed_by_amazon(notice: dict[str, Any]) -> dict[str, Any]:
    names = sns._SIGNED[notice["Type"]]
    said = "".join(f"{name}\n{notice[name]}\n" for name in names if name in notice)
    signature = AMAZON_KEY.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256())
    return notice | {"SignatureVersion": "2", "Signature": base64.b64encode(signature).decode()}


def from_sns(line: Line, message: Any, **more: Any) -> Call:
    notice = signed_by_amazon(
        {
            "Type": "Notification",
            "MessageId": "N1",
            "TopicArn": "arn:aws:sns:eu-west-2:1:school",
            "Timestamp": "2026-11-20T12:00:00Z",
            "Message": json.dumps(message),
            "SigningCertURL": "https://sns.eu-west-2.amazonaws.com/key.pem",
            **more,
        }
    )
    headers = {"X-Amz-Sns-Message-Type": notice["Type"], "X-Amz-Sns-Message-Id": "N1", **basic(line)}
    return Call(json.dumps(notice).encode(), headers, "text/plain")


def ses(line: Line, event: str = "Delivery", **more: Any) -> Call:
    about = {"recipients": ["grace@example.org"], **more}
    return from_sns(line, {"eventType": event, "mail": {"messageId": "M1"}, event.lower(): about})


def twilio(line: Line, status: str = "delivered", **more: str) -> Call:
    form = {"MessageSid": "M1", "MessageStatus": status, **more}
    said = f"http://localhost:4000{line.path}" + "".join(f"{name}{form[name]}" for name in sorted(form))
    signature = base64.b64encode(hmac.new(SECRET.encode(), said.encode(), hashlib.sha1).digest()).decode()
    return Call(urlencode(form).encode(), {"X-Twilio-Signature": signature}, FORM)


def vonage(line: Line, status: str = "delivered", **more: str) -> Call:
    said = {"messageId": "M1", "msisdn": "447700900001", "status": status, "err-code": "0", **more}
    body = json.dumps(said).encode()
    claims = {"iss": "Vonage", "payload_hash": hashlib.sha256(body).hexdigest()}
    return Call(body, {"Authorization": f"Bearer {jwt.encode(claims, SECRET, 'HS256')}"})


def vonage_fields(line: Line, status: str = "delivered", **more: str) -> Call:
    form = {"messageId": "M1", "msisdn": "447700900001", "status": status, "err-code": "0", "x": "a&b=c", **more}
    said = "".join(f"&{name}={form[name].replace('&', '_').replace('=', '_')}" for name in sorted(form))
    form["sig"] = hmac.new(SECRET.encode(), said.encode(), hashlib.sha256).hexdigest().upper()
    return Call(urlencode(form).encode(), {}, FORM)
