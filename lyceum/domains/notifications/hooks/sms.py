"""What carriers of texts report: receipts, and texts that come in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import jwt
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from lyceum.domains.notifications.hooks import Heard, Incoming, NotProvenError, Outcome, Proof, Report

_TWILIO = {"delivered": Outcome.DELIVERED, "read": Outcome.READ}
_TWILIO_LOST = ("undelivered", "failed")
_TWILIO_DEAD = frozenset({"30005", "30006", "21211", "21614"})
"""No such number, or one that takes no texts."""
_TWILIO_STOPPED = "21610"
_VONAGE = {"delivered": Outcome.DELIVERED, "read": Outcome.READ, "submitted": Outcome.OTHER}
_VONAGE_LOST = ("failed", "rejected", "undeliverable", "expired")
_VONAGE_DEAD = frozenset({"2", "9"})
"""Absent for good, or no such number."""


def read_twilio(request: HttpRequest, proof: Proof) -> Heard:
    """Twilio signs the address and the form with the account's token."""
    form = {name: str(value) for name, value in request.POST.items()}
    said = proof.address + "".join(f"{name}{form[name]}" for name in sorted(form))
    made = hmac.new(str(proof.options.get("token", "")).encode(), said.encode(), hashlib.sha1).digest()
    if not constant_time_compare(request.headers.get("X-Twilio-Signature", ""), base64.b64encode(made).decode()):
        raise NotProvenError("wrong signature")
    message = form.get("MessageSid") or form.get("SmsSid", "")
    if not message:
        return Heard()
    if "Body" in form and form.get("SmsStatus", "received") == "received":
        text = Incoming(message, form.get("From", ""), form["Body"])
        return Heard(texts=(text,), answer="<Response/>", answer_type="text/xml")
    status, code = form.get("MessageStatus", ""), form.get("ErrorCode", "")
    return Heard((Report(f"{message}:{status}", message, _twilio_outcome(status, code), f"{status} {code}".strip()),))


def _twilio_outcome(status: str, code: str) -> Outcome:
    if status not in _TWILIO_LOST:
        return _TWILIO.get(status, Outcome.OTHER)
    if code == _TWILIO_STOPPED:
        return Outcome.STOPPED
    return Outcome.HARD if code in _TWILIO_DEAD else Outcome.FAILED


def read_vonage(request: HttpRequest, proof: Proof) -> Heard:
    """Vonage signs with the account's signature secret: the fields, or a token that holds the body's hash."""
    secret = str(proof.options.get("hook_key", ""))
    if not secret:
        raise NotProvenError("no secret to check the signature by")
    given = _given(request)
    if "sig" in given:
        _check_fields(given, secret)
    else:
        _check_token(request, secret)
    message = str(given.get("messageId") or given.get("message-id") or given.get("message_uuid") or "")
    if not message:
        return Heard()
    if "text" in given and "status" not in given:
        return Heard(texts=(Incoming(message, f"+{given.get('msisdn', '')}", str(given["text"])),))
    status, code = str(given.get("status", "")), str(given.get("err-code", ""))
    return Heard((Report(f"{message}:{status}", message, _vonage_outcome(status, code), f"{status} {code}".strip()),))


def _given(request: HttpRequest) -> Mapping[str, Any]:
    if request.content_type != "application/json":
        return dict(request.POST.items())
    try:
        found = json.loads(request.body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NotProvenError("not in the carrier's format")
    return found


def _check_fields(given: Mapping[str, Any], secret: str) -> None:
    """The signature of the SMS API (HMAC-SHA256 over the fields in their order)."""
    fields = sorted((name, str(value)) for name, value in given.items() if name != "sig")
    said = "".join(f"&{name}={value.replace('&', '_').replace('=', '_')}" for name, value in fields)
    made = hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()
    if not constant_time_compare(str(given["sig"]).lower(), made):
        raise NotProvenError("wrong signature")


def _check_token(request: HttpRequest, secret: str) -> None:
    """The token of newer accounts (JWT, HS256); `payload_hash` ties it to the body."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    try:
        claims = jwt.decode(token, secret, algorithms=["HS256"], options={"verify_aud": False})
    except jwt.PyJWTError as error:
        raise NotProvenError("wrong signature") from error
    if not constant_time_compare(str(claims.get("payload_hash", "")), hashlib.sha256(request.body).hexdigest()):
        raise NotProvenError("signed for another body")


def _vonage_outcome(status: str, code: str) -> Outcome:
    if status in _VONAGE_LOST:
        return Outcome.HARD if code in _VONAGE_DEAD else Outcome.FAILED
    return _VONAGE.get(status, Outcome.OTHER)
