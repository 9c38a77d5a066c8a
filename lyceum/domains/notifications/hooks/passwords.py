"""The password in the address of a carrier that signs nothing."""

import base64
import hashlib
import hmac

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from lyceum.domains.notifications.hooks import USER, NotProvenError, Proof


def password_for(token: str) -> str:
    """Made from the installation's secret: whoever reads an address in a log knows only half of it."""
    made = hmac.new(settings.SECRET_KEY.encode(), f"notifications.hook:{token}".encode(), hashlib.sha256)
    return made.hexdigest()[:40]


def check_password(request: HttpRequest, proof: Proof) -> None:
    """Refuse a call without it."""
    scheme, _blank, given = request.headers.get("Authorization", "").partition(" ")
    wanted = base64.b64encode(f"{USER}:{proof.password}".encode()).decode()
    if scheme.lower() != "basic" or not constant_time_compare(given.strip(), wanted):
        raise NotProvenError("no password")
