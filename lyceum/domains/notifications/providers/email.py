"""E-mail: SMTP by Django, the services by django-anymail."""

from __future__ import annotations

import smtplib
from email.utils import formataddr
from typing import Any

from anymail.exceptions import AnymailAPIError, AnymailConfigurationError, AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMultiAlternatives, get_connection

from lyceum.domains.notifications.providers import Outgoing, SendError, Sent

TIMEOUT = 10
"""Seconds."""
BACKENDS = {
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
    "mailjet": "anymail.backends.mailjet.EmailBackend",
    "sendgrid": "anymail.backends.sendgrid.EmailBackend",
    "mailgun": "anymail.backends.mailgun.EmailBackend",
    "ses": "anymail.backends.amazon_ses.EmailBackend",
}
SETTINGS: dict[str, tuple[str, ...]] = {
    "smtp": ("host", "port", "username", "use_tls", "use_ssl"),
    "mailjet": ("api_key", "api_url"),
    "sendgrid": ("api_url",),
    "mailgun": ("sender_domain", "api_url"),
    "ses": ("client_params",),
}
"""What each is told that is no secret."""
SECRETS: dict[str, tuple[str, ...]] = {
    "smtp": ("password",),
    "mailjet": ("secret_key",),
    "sendgrid": ("api_key",),
    "mailgun": ("api_key",),
    "ses": ("session_params",),
}


class EmailSender:
    """One connection to one service, kept open for a batch."""

    def __init__(self, kind: str, *, name: str, sender: str, options: dict[str, Any]) -> None:
        self.name, self.sender = name, sender
        known = {key: value for key, value in options.items() if key in (*SETTINGS[kind], *SECRETS[kind])}
        if kind == "smtp":
            known["timeout"] = TIMEOUT
        try:
            self._connection = get_connection(BACKENDS[kind], fail_silently=False, **known)
        except AnymailConfigurationError as error:
            raise SendError(str(error), is_setup=True) from error

    def send(self, message: Outgoing) -> Sent:
        mail = _mail(message, message.sender or self.sender)
        try:
            self._hand_over(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise SendError(_said(text), code=str(code), is_permanent=code >= 500) from error
        except smtplib.SMTPAuthenticationError as error:
            raise SendError(_said(error.smtp_error), code=str(error.smtp_code), is_setup=True) from error
        except smtplib.SMTPResponseException as error:
            self.close()
            raise SendError(_said(error.smtp_error), code=str(error.smtp_code)) from error
        except AnymailRecipientsRefused as error:
            raise SendError(str(error), is_permanent=True) from error
        except AnymailAPIError as error:
            code = error.status_code or 0
            raise SendError(str(error), code=str(code), is_setup=code in (401, 403)) from error
        except (smtplib.SMTPException, AnymailError, OSError) as error:
            self.close()
            raise SendError(f"{type(error).__name__}: {error}") from error
        status = getattr(mail, "anymail_status", None)
        return Sent(message=str(getattr(status, "message_id", "") or mail.extra_headers.get("Message-ID", "")))

    def _hand_over(self, mail: EmailMultiAlternatives) -> None:
        """By the line that is open: not every message greets the server anew. One that hung up is called again."""
        is_new = bool(self._connection.open())
        try:
            self._connection.send_messages([mail])
        except smtplib.SMTPServerDisconnected:
            self.close()
            if is_new:
                raise
            self._connection.open()
            self._connection.send_messages([mail])

    def close(self) -> None:
        self._connection.close()


def _said(text: bytes | str) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else text


def _mail(message: Outgoing, sender: str) -> EmailMultiAlternatives:
    headers = {"X-Lyceum-Key": message.key, **message.headers}
    if message.unsubscribe:
        headers["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail = EmailMultiAlternatives(
        subject=" ".join(message.subject.split()),
        body=message.text,
        from_email=formataddr((message.sender_name, sender)),
        to=[message.to],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers=headers,
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    return mail
