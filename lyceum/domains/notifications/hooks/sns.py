"""Notices of Amazon SNS: signed by a certificate that only Amazon's own hosts give out."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from django.conf import settings
from django.http import HttpRequest

from lyceum.domains.notifications.hooks import Heard, Incoming, NotProvenError, Proof
from lyceum.domains.notifications.hooks.passwords import check_password

_HOST = re.compile(r"sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_SIGNED["UnsubscribeConfirmation"] = _SIGNED["SubscriptionConfirmation"]
TIMEOUT = 5
"""Seconds."""

Notice = Mapping[str, Any]


def read_notice(request: HttpRequest) -> Notice:
    """What SNS says, once its signature holds."""
    try:
        notice = json.loads(request.body)
        signed = _SIGNED[notice["Type"]]
        said = "".join(f"{name}\n{notice[name]}\n" for name in signed if notice.get(name) is not None)
        signature = base64.b64decode(notice["Signature"])
        algorithm = SHA256() if notice.get("SignatureVersion") == "2" else SHA1()  # noqa: S303 - as Amazon signs
        _key(notice["SigningCertURL"]).verify(signature, said.encode(), PKCS1v15(), algorithm)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature) as error:
        raise NotProvenError(f"not signed by Amazon: {type(error).__name__}") from error
    return dict(notice)


def is_amazons(url: str) -> bool:
    """Whether an address is one of SNS itself."""
    parts = urlsplit(url)
    return parts.scheme == "https" and parts.port in (None, 443) and bool(_HOST.fullmatch(parts.hostname or ""))


def open_address(url: str) -> requests.Response:
    """Ask an address of Amazon's for something; no other, and wherever it wants to send us on to neither."""
    if not is_amazons(url):
        raise NotProvenError("an address that is not Amazon's")
    stand_in = settings.SMS_HOSTS.get("sns", "")  # another host in the place of Amazon's
    path = urlsplit(url)._replace(scheme="", netloc="").geturl()
    return requests.get(f"{stand_in}{path}" if stand_in else url, timeout=TIMEOUT, allow_redirects=False)


@lru_cache(maxsize=16)
def _key(url: str) -> RSAPublicKey:
    if not urlsplit(url).path.endswith(".pem"):
        raise NotProvenError("not the address of a certificate")
    try:
        answer = open_address(url)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise NotProvenError(f"no certificate: {type(error).__name__}") from error
    key = x509.load_pem_x509_certificate(answer.content).public_key()
    if not isinstance(key, RSAPublicKey):
        raise NotProvenError("not a certificate of Amazon's")
    return key


def confirmation_in(notice: Notice) -> str:
    """The address by which a topic learns that we want to hear from it; empty where nothing asks for it."""
    address = str(notice.get("SubscribeURL", "")) if notice["Type"] == "SubscriptionConfirmation" else ""
    if address and not is_amazons(address):
        raise NotProvenError("an address that is not Amazon's")
    return address


def read_sns(request: HttpRequest, proof: Proof) -> Heard:
    """Texts that came in to one of the school's own numbers. SNS gives no receipts for texts that went out."""
    check_password(request, proof)
    notice = read_notice(request)
    if notice["Type"] != "Notification":
        return Heard(confirm=confirmation_in(notice))
    try:
        said = json.loads(notice["Message"])
        text = Incoming(str(said["inboundMessageId"]), str(said["originationNumber"]), str(said["messageBody"]))
    except (ValueError, KeyError, TypeError):
        return Heard()
    return Heard(texts=(text,))
