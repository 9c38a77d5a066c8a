"""Who carries e-mail and texts for the whole installation: from the environment, as addresses."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from lyceum.config.errors import SetupError

EMAIL_KINDS = ("smtp", "smtps", "mailjet", "sendgrid", "mailgun", "ses")
SMS_KINDS = ("twilio", "vonage", "sns")


def read_carriers(email_url: str, sms_url: str) -> dict[str, dict[str, Any]]:
    """The carrier of each channel that has one. Raises SetupError naming the variable that is wrong."""
    carriers = {}
    if email_url:
        carriers["email"] = read_email(email_url)
    if sms_url:
        carriers["sms"] = read_sms(sms_url)
    return carriers


def read_email(url: str) -> dict[str, Any]:
    """`smtp://user:password@host:587`, `smtps://…:465`, or a service: `mailgun://key@example.org`.

    `?from=` names the sender; `?hook_key=` is the key by which SendGrid's and Mailgun's reports are checked.
    """
    parts = _parts("EMAIL_URL", url, EMAIL_KINDS)
    kind, more = parts.scheme, dict(parse_qsl(parts.query))
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    hook_key = {"hook_key": more["hook_key"]} if more.get("hook_key") else {}
    sender = more.get("from") or (user if "@" in user else f"lyceum@{parts.hostname or 'localhost'}")
    if kind in ("smtp", "smtps"):
        return {
            "kind": "smtp",
            "sender": sender,
            "host": parts.hostname or "localhost",
            "port": parts.port or (465 if kind == "smtps" else 587),
            "username": user,
            "password": password,
            "use_ssl": kind == "smtps",
            "use_tls": kind == "smtp" and more.get("tls", "1" if user else "0") == "1",
        }
    if kind == "mailjet":
        return {"kind": kind, "sender": sender, "api_key": user, "secret_key": password}
    if kind == "mailgun":
        return {"kind": kind, "sender": sender, "api_key": user, "sender_domain": parts.hostname or "", **hook_key}
    if kind == "sendgrid":
        return {"kind": kind, "sender": sender, "api_key": user, **hook_key}
    return {"kind": kind, "sender": sender, "region": parts.hostname or "", "key_id": user, "secret": password}


def read_sms(url: str) -> dict[str, Any]:
    """`twilio://account:token@+441632960000`, `vonage://key:secret@School`, `sns://key:secret@eu-west-2`.

    `?hook_key=` is the signature secret by which Vonage's reports are checked.
    """
    parts = _parts("SMS_URL", url, SMS_KINDS)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    host = unquote(parts.netloc.rpartition("@")[2])
    if parts.scheme == "twilio":
        return {"kind": "twilio", "sender": host, "account": user, "token": password}
    if parts.scheme == "vonage":
        hook_key = dict(parse_qsl(parts.query)).get("hook_key", "")
        return {"kind": "vonage", "sender": host, "key": user, "secret": password, "hook_key": hook_key}
    return {"kind": "sns", "sender": "", "key_id": user, "secret": password, "region": host}


def _parts(variable: str, url: str, kinds: tuple[str, ...]) -> Any:
    parts = urlsplit(url)
    if parts.scheme not in kinds or not parts.netloc:
        raise SetupError(f"{variable}: begin with one of {', '.join(f'{kind}://' for kind in kinds)} and name a host.")
    return parts
