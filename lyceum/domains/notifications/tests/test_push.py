"""Being told in a browser: a push service that takes what it gets, and opens it as the browser would."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lyceum.core.errors import InvalidError
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import SignInSession, User
from lyceum.domains.notifications.models import Delivery, Notification, PushDevice
from lyceum.domains.notifications.providers.webpush import bytes_of, encrypt, is_push_service, public_key, text_of
from lyceum.domains.notifications.rules.notify import notify, withdraw
from lyceum.domains.notifications.rules.push import MOST, Subscription, add_device
from lyceum.domains.notifications.rules.sending import send_due
from lyceum.domains.notifications.tests.conftest import NOON, Service, news, some_id, somebody, system
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import as_actor, in_school, make_school, make_user

pytestmark = pytest.mark.django_db
DEVICES, SETTINGS = "/api/v1/notifications/devices/", "/notifications/settings/"


@dataclass
class Phone:
    """A browser's half of the keys."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def p256dh(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return b"\4" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")

    def subscribes(self, endpoint: str) -> dict[str, Any]:
        return {"endpoint": endpoint, "keys": {"p256dh": text_of(self.p256dh), "auth": text_of(self.auth)}}

    def opens(self, body: bytes) -> dict[str, Any]:
        """What the message says: RFC 8188 and 8291 from the browser's side."""
        salt, size, sender, sealed = body[:16], body[20], body[21:86], body[86:]
        assert (size, int.from_bytes(body[16:20], "big")) == (65, 4096)
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        info = b"WebPush: info\0" + self.p256dh + sender
        secret = HKDF(SHA256(), 32, self.auth, info).derive(self.key.exchange(ec.ECDH(), theirs))
        key, nonce = (
            HKDF(SHA256(), n, salt, b"Content-Encoding: " + name + b"\0").derive(secret)
            for n, name in ((16, b"aes128gcm"), (12, b"nonce"))
        )
        plain = AESGCM(key).decrypt(nonce, sealed, None)
        return json.loads(plain.rstrip(b"\0").removesuffix(b"\2"))


@dataclass(frozen=True)
class Told:
    """Somebody of a family with a phone."""

    school: School
    user: User
    phone: Phone

    def news(self, key: str = "a", **given: Any) -> None:
        with in_school(self.school):
            values = {"urgency": "important", "channels": ("push",), **given}
            notify(news(key, **values), [somebody(user=self.user.pk, addresses={})], actor=system(self.school))

    def deliveries(self) -> list[tuple[str, str]]:
        with in_school(self.school):
            return list(Delivery.objects.order_by("created_at", "pk").values_list("state", "text"))

    def devices(self) -> int:
        with in_school(self.school):
            return PushDevice.objects.count()


@pytest.fixture
def told(service: Service, settings: Any) -> Told:
    settings.PUSH_SERVICES = (service.url,)
    service.status, service.answer = 201, b""
    school = make_school("Hill School")
    user = make_user(school, Role.GUARDIAN, name="Grace")
    phone = Phone()
    answer = software(user, school).send(DEVICES, phone.subscribes(f"{service.url}/send/1"))
    assert answer.status_code == 201, answer.content
    return Told(school, user, phone)


def test_what_is_sealed_is_what_the_standard_says():
    """The example of RFC 8291, appendix A."""
    private = int.from_bytes(bytes_of("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")

    sealed = encrypt(
        b"When I grow up, I want to be a watermelon",
        p256dh=bytes_of("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        auth=bytes_of("BTBZMqHH6r4Tts7J_aSIgg"),
        own=ec.derive_private_key(private, ec.SECP256R1()),
        salt=bytes_of("DGv6ra1nlYgDCS1FRnbzlw"),
    )

    assert text_of(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
        "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_a_phone_is_told_who_and_of_which_kind_and_nothing_of_the_child(told: Told, service: Service):
    told.news(link="/students/1/")

    send_due(told.school.pk)

    said = told.phone.opens(service.bodies[-1])
    headers = service.headers[-1]
    scheme, _blank, proof = headers["authorization"].partition(" ")
    token, _comma, key = proof.removeprefix("t=").partition(", k=")
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes_of(key))
    claims = jwt.decode(token, point, algorithms=["ES256"], audience=service.url, options={"verify_exp": False})
    assert (said["title"], said["body"], said["url"]) == ("Hill School", "Attendance", "/students/1/")
    assert (service.paths, scheme, key) == (["/send/1"], "vapid", public_key())
    assert claims["sub"].startswith(("mailto:", "https://"))
    assert (headers["content-encoding"], headers["urgency"], headers["ttl"]) == ("aes128gcm", "normal", "86400")
    assert told.deliveries() == [("sent", "Attendance")]
    with in_school(told.school):
        assert PushDevice.objects.get().last_ok_at == NOON


def test_whoever_chose_detail_reads_more_and_it_is_a_choice_for_each_device(told: Told, service: Service):
    second = Phone()
    page = browser(told.user, told.school)
    page.send(DEVICES, second.subscribes(f"{service.url}/send/2"))
    with in_school(told.school):
        first = PushDevice.objects.earliest("created_at")

    page.post(SETTINGS, {"act": "more", "device": str(first.pk)})
    told.news()

    assert [text for _state, text in told.deliveries()] == [
        "This is a test from Hill School. Whoever reads it knows that messages arrive.",
        "Attendance",
    ]


@pytest.mark.parametrize(
    ("status", "state", "devices"),
    [
        (410, "bounced", 0),  # the browser was put away
        (404, "bounced", 0),
        (403, "bounced", 1),  # it refuses us: nothing that another try would change
        (503, "queued", 1),  # later
        (429, "queued", 1),
    ],
)
def test_a_device_that_is_gone_is_forgotten_and_a_service_that_is_busy_asked_again(
    told: Told,
    service: Service,
    status: int,
    state: str,
    devices: int,
):
    service.status = status
    told.news()

    send_due(told.school.pk)

    assert [each for each, _text in told.deliveries()] == [state]
    assert told.devices() == devices


def test_whoever_signed_out_there_is_told_nothing_there_also_of_what_waited(told: Told, service: Service):
    told.news()
    SignInSession.objects.update(revoked_at=NOON)
    told.news("b")

    send_due(told.school.pk)

    assert service.bodies == []
    assert told.deliveries() == [("bounced", "Attendance")]
    assert told.devices() == 0


def test_what_was_taken_back_does_not_go_and_what_can_wait_comes_once_a_day_for_a_child(
    told: Told,
    service: Service,
):
    child = some_id()
    for key in ("a", "b"):
        told.news(key, urgency="routine", about_student=child)
    told.news("c", source="x:1")
    with in_school(told.school):
        withdraw(source="x:1", actor=system(told.school))

    send_due(told.school.pk)

    assert [state for state, _text in told.deliveries()] == ["sent", "withdrawn"]
    assert len(service.bodies) == 1


def test_what_was_held_for_the_morning_and_read_meanwhile_does_not_come(told: Told, service: Service):
    told.news()
    with in_school(told.school):
        Delivery.objects.update(state="held")
        Notification.objects.update(is_read=True, read_at=NOON)

    send_due(told.school.pk)

    assert [state for state, _text in told.deliveries()] == ["suppressed"]
    assert service.bodies == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://127.0.0.1/x",
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evilfcm.googleapis.com.example/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://[::1/x",
        "file:///etc/passwd",
    ],
)
def test_nobody_has_us_call_an_address_that_is_no_push_service(endpoint: str):
    assert not is_push_service(endpoint)
    assert is_push_service("https://fcm.googleapis.com/fcm/send/x")
    assert is_push_service("https://web.push.apple.com/x")


def test_a_device_is_its_owners_and_whoever_uses_it_next_takes_it_over(told: Told, service: Service):
    other = make_user(told.school, Role.GUARDIAN)
    theirs = software(other, told.school)
    with in_school(told.school):
        path = f"{DEVICES}{PushDevice.objects.get().pk}/"

    refused = theirs.delete(path).status_code
    wrong = theirs.send(DEVICES, {"endpoint": f"{service.url}/1", "keys": {"p256dh": "AAAA", "auth": "AAAA"}})
    theirs.send(DEVICES, told.phone.subscribes(f"{service.url}/send/1"))

    assert (refused, wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (404, 422, "/keys")
    assert software(told.user, told.school).get(DEVICES).json()["items"] == []
    assert [row["name"] for row in theirs.get(DEVICES).json()["items"]] == [""]
    assert theirs.delete(DEVICES).status_code == 204
    assert told.devices() == 0


def test_a_page_takes_as_many_statements_for_three_devices_as_for_one_and_there_are_not_endlessly_many(
    told: Told,
    service: Service,
):
    page = browser(told.user, told.school)
    one = statements_for(page, SETTINGS)
    with in_school(told.school):
        actor = as_actor(told.user, told.school)
        for number in range(2, MOST + 1):
            add_device(_subscription(f"{service.url}/send/{number}"), actor=actor)
        with pytest.raises(InvalidError):
            add_device(_subscription(f"{service.url}/send/{MOST + 1}"), actor=actor)

    assert statements_for(page, SETTINGS) == one


def _subscription(endpoint: str) -> Subscription:
    phone = Phone()
    return Subscription(endpoint, text_of(phone.p256dh), text_of(phone.auth))


def test_a_device_has_no_digest(told: Told):
    page = software(told.user, told.school)
    wish = {"type": "attendance", "channel": "push", "mode": "digest"}

    assert page.send("/api/v1/notifications/preferences/", {"preferences": [wish]}, method="put").status_code == 422


def test_another_schools_devices_hear_nothing_of_ours(told: Told, service: Service):
    other = make_school("Other")
    with in_school(other):
        told_there = somebody(user=told.user.pk, addresses={})
        notify(news("b", channels=("push",)), [told_there], actor=system(other))
        assert Delivery.objects.count() == 0

    send_due(told.school.pk)
    assert service.bodies == []
