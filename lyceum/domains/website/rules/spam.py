"""How much a text from a stranger looks like spam, and why; and how many may come from one address."""

import hashlib
import hmac
import ipaddress
import math
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core import clock
from lyceum.core.errors import RuleError
from lyceum.core.schools import current_school
from lyceum.core.text import searchable

THRESHOLD = 5
"""From this score on it is spam."""
PER_ADDRESS, PER_MAIL, WINDOW = 10, 3, timedelta(hours=1)
_LINK = re.compile(r"https?://|www\.|\[url|<a\s", re.IGNORECASE)
_BAD = re.compile(
    r"\b(viagra|cialis|casino|crypto ?(?:coin|currency|invest)\w*|bitcoin|backlinks?|seo (?:services?|experts?)"
    r"|payday|forex|porn\w*|escorts?|hacked your|lottery|rank(?:ing)? (?:on|in) google|guest post)\b",
    re.IGNORECASE,
)
_LOUD = 0.7
_LONG_ENOUGH = 40


class TooOftenError(RuleError):
    """Too many from one address in a short time."""

    code = "wait"
    status = 429
    title = gettext_noop("Please wait")


@dataclass(frozen=True)
class Score:
    """How likely a text is spam, and what speaks for it."""

    points: int
    reasons: list[str]

    @property
    def is_spam(self) -> bool:
        """Whether nobody is to be bothered with it."""
        return self.points >= THRESHOLD


def score_of(*texts: str, was_said_before: bool = False, trapped: bool = False) -> Score:
    """The score of what somebody wrote. `trapped`: a field was filled in that people do not see."""
    whole = "\n".join(texts)
    found: list[tuple[int, str]] = []
    links = len(_LINK.findall(whole))
    if links:
        found.append((min(links * 2, 6), "links"))
    bad = len(_BAD.findall(whole))
    if bad:
        found.append((min(bad * 3, 9), "words"))
    letters = [c for c in whole if c.isalpha()]
    if len(letters) > _LONG_ENOUGH and sum(c.isupper() for c in letters) > len(letters) * _LOUD:
        found.append((2, "capitals"))
    words = searchable(whole).split()
    if len(words) > _LONG_ENOUGH and len(set(words)) < len(words) / 4:
        found.append((3, "repeated"))
    if was_said_before:
        found.append((THRESHOLD, "said_before"))
    if trapped:
        found.append((2 * THRESHOLD, "trap"))
    return Score(min(sum(points for points, _why in found), 99), [why for _points, why in found])


def sender_of(ip: str) -> str:
    """What stands for the address somebody writes from; of IPv6 the network, which one household has."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ""
    if address.version == 6:
        address = ipaddress.ip_network((address, 64), strict=False).network_address
    return hmac.new(settings.SECRET_KEY.encode(), f"site sender {address}".encode(), hashlib.sha256).hexdigest()[:32]


def refuse_flood(model: Any, *, sender: str, by_mail: Q) -> None:
    """Refuse what comes too often from one address, or in the name of one mail address.

    Whoever writes waits for those who write from there at the same moment: many at once are counted like many in a row.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [f"{current_school()} {sender}"])
    since = clock.now() - WINDOW
    for same, most in ((Q(sender=sender), PER_ADDRESS), (by_mail, PER_MAIL)):
        if same == Q(sender=""):
            continue
        rows = model.objects.filter(same, created_at__gt=since).order_by("-created_at")
        times = list(rows.values_list("created_at", flat=True)[:most])
        if len(times) >= most:
            seconds = max(1, math.ceil((times[-1] + WINDOW - clock.now()).total_seconds()))
            raise TooOftenError(
                _("That is a lot in a short time. Try again in %(minutes)s minutes; what you wrote is still here.")
                % {"minutes": math.ceil(seconds / 60)},
                retry_after=seconds,
            )
