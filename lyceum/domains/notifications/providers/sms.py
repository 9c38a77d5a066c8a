"""Text messages: Twilio, Vonage and Amazon SNS behind the same interface."""

from __future__ import annotations

from typing import Any

import requests
from django.conf import settings

from lyceum.domains.notifications.providers import Outgoing, SendError, Sent

TIMEOUT = 10
"""Seconds."""
PER_SEGMENT = {True: (160, 153), False: (70, 67)}
"""Characters of one text and of each part of a longer one: in the alphabet of phones, and in any other."""
_PHONE_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWO_PLACES = frozenset("^{}\\[~]|€")
"""In the phones' alphabet too, but each takes two places."""


def count_segments(text: str) -> int:
    """How many texts a text is (GSM 03.38: 160 or 153 each; else 70 or 67 UTF-16 units)."""
    plain = all(letter in _PHONE_ALPHABET or letter in _TWO_PLACES for letter in text)
    length = sum(1 + (c in _TWO_PLACES) for c in text) if plain else len(text.encode("utf-16-le")) // 2
    whole, part = PER_SEGMENT[plain]
    return 1 if length <= whole else -(-length // part)


class TwilioSender:
    """Twilio's Messages API."""

    def __init__(self, *, name: str, sender: str, options: dict[str, Any]) -> None:
        self.name, self.sender = name, sender
        self._account, self._token = options.get("account", ""), options.get("token", "")
        self._callback = {"StatusCallback": options["hook"]} if options.get("hook") else {}
        self._http = requests.Session()

    def send(self, message: Outgoing) -> Sent:
        answer = _post(
            self._http,
            f"{settings.SMS_HOSTS['twilio']}/2010-04-01/Accounts/{self._account}/Messages.json",
            data={"To": message.to, "From": self.sender, "Body": message.text, **self._callback},
            auth=(self._account, self._token),
        )
        body = _json(answer)
        if answer.ok:
            return Sent(str(body.get("sid", "")), count_segments(message.text))
        code = str(body.get("code", answer.status_code))
        raise SendError(
            str(body.get("message", answer.reason)),
            code=code,
            is_permanent=code in _TWILIO_PERMANENT,
            is_setup=answer.status_code in (401, 403),
        )

    def close(self) -> None:
        self._http.close()


_TWILIO_PERMANENT = frozenset({"21211", "21214", "21217", "21610", "21612", "21614"})


class VonageSender:
    """Vonage's SMS API."""

    def __init__(self, *, name: str, sender: str, options: dict[str, Any]) -> None:
        self.name, self.sender = name, sender
        self._key, self._secret = options.get("key", ""), options.get("secret", "")
        self._callback = {"callback": options["hook"]} if options.get("hook") else {}
        self._http = requests.Session()

    def send(self, message: Outgoing) -> Sent:
        given = {
            "api_key": self._key,
            "api_secret": self._secret,
            "from": self.sender.lstrip("+"),
            "to": message.to.lstrip("+"),
            "text": message.text,
            "type": "text" if message.text.isascii() else "unicode",
            "client-ref": message.key[:40],
            **self._callback,
        }
        answer = _post(self._http, f"{settings.SMS_HOSTS['vonage']}/sms/json", data=given)
        parts = _json(answer).get("messages") or [{"status": str(answer.status_code), "error-text": answer.reason}]
        wrong = next((part for part in parts if part.get("status") != "0"), None)
        if wrong is None:
            return Sent(str(parts[0].get("message-id", "")), len(parts))
        status = str(wrong.get("status"))
        raise SendError(
            str(wrong.get("error-text", "")),
            code=status,
            is_permanent=status in ("6", "7"),
            is_setup=status in ("4", "8", "14", "401", "403"),
        )

    def close(self) -> None:
        self._http.close()


class SnsSender:
    """Amazon SNS; it gives no receipt, so a text stays "sent"."""

    def __init__(self, *, name: str, sender: str, options: dict[str, Any]) -> None:
        import boto3  # slow to import, and few schools use it

        self.name, self.sender = name, sender
        self._client = boto3.client(
            "sns",
            region_name=options.get("region") or "eu-west-1",
            aws_access_key_id=options.get("key_id", ""),
            aws_secret_access_key=options.get("secret", ""),
            endpoint_url=settings.SMS_HOSTS.get("sns") or None,
        )

    def send(self, message: Outgoing) -> Sent:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._client.publish(PhoneNumber=message.to, Message=message.text)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            is_setup = code in ("InvalidClientTokenId", "SignatureDoesNotMatch", "AuthorizationError")
            raise SendError(
                str(error), code=code, is_permanent=code == "InvalidParameter", is_setup=is_setup
            ) from error
        except BotoCoreError as error:
            raise SendError(str(error)) from error
        return Sent(str(answer.get("MessageId", "")), count_segments(message.text))

    def close(self) -> None:
        self._client.close()


def _post(http: requests.Session, url: str, **given: Any) -> requests.Response:
    try:
        return http.post(url, timeout=TIMEOUT, allow_redirects=False, **given)
    except requests.RequestException as error:
        raise SendError(f"{type(error).__name__}: {error}") from error


def _json(answer: requests.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
