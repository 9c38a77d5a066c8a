"""How many texts a school sends in a month at most, and what one costs: counted before the first of them goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation

from django.db import connection, transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.actor import Actor
from lyceum.core.errors import RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.notifications.models import Delivery
from lyceum.domains.notifications.words import Channel
from lyceum.domains.tenancy.models import SchoolSettings
from lyceum.domains.tenancy.queries import day_bounds, today

SECTION = "texts"
MOST_CAP, MOST_PRICE = 10_000_000, Decimal(100)
GOES = ("held", "queued", "sending", "sent", "delivered", "read", "bounced")
"""States of texts that cost something, or are about to."""


class SmsCapReachedError(RuleError):
    """So many texts are more than the school sends in a month. None of them went."""

    code = "sms_cap_reached"
    status = 409
    title = gettext_noop("Too many texts this month")

    def __init__(self, *, needed: int, left: int, cap: int) -> None:
        words = _("%(needed)s texts are needed and %(left)s of %(cap)s are left this month. Nothing was sent.")
        super().__init__(words % {"needed": needed, "left": left, "cap": cap}, needed=needed, left=left, cap=cap)
        self.left = left


@dataclass(frozen=True)
class Budget:
    """What a school decided about texts."""

    monthly_cap: int | None = None
    """Segments in a calendar month; None: as many as there are."""
    price: str = ""
    """Of one segment in the school's currency, as in "0.042"; empty where nobody said."""

    def cost_of(self, segments: int) -> Decimal | None:
        """What some segments cost; None where nobody said what one does."""
        return segments * Decimal(self.price) if self.price else None


def read_budget() -> Budget:
    """The decisions in force."""
    newest = SchoolSettings.objects.filter(section=SECTION).order_by("-version").first()
    return Budget(**newest.values) if newest else Budget()


@transaction.atomic
def set_budget(monthly_cap: int | None, price: str, *, actor: Actor) -> Budget:
    """Decide how many texts go in a month at most, and say what one costs."""
    actor.require_all(Permission.PROVIDERS_EDIT)
    if monthly_cap is not None and not 0 <= monthly_cap <= MOST_CAP:
        raise invalid_field("/monthly_cap", "range", _("Give a number of texts, or leave it empty."))
    old, new = read_budget(), Budget(monthly_cap, _checked(price))
    last = SchoolSettings.objects.filter(section=SECTION).aggregate(last=Max("version"))["last"] or 0
    row = SchoolSettings.objects.create(section=SECTION, version=last + 1, values=asdict(new), changed_by=actor.user_id)
    before, after = asdict(old), asdict(new)
    changes = {name: [before[name], after[name]] for name in after if after[name] != before[name]}
    record("notifications.texts.budget", target=Target("tenancy.schoolsettings", row.pk, SECTION), changes=changes,
           actor=actor)  # fmt: skip
    return new


def _checked(price: str) -> str:
    text = price.strip().replace(",", ".")
    if not text:
        return ""
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or not 0 <= number <= MOST_PRICE:
        raise invalid_field("/price", "range", _("Give the price of one text, as in 0.042, or leave it empty."))
    return f"{number:f}"


def count_used() -> int:
    """Segments that went this month, or are about to; what stayed in the outbox cost nothing."""
    begins, _ends = day_bounds(today().replace(day=1))
    rows = Delivery.objects.filter(channel=Channel.SMS, created_at__gte=begins, state__in=GOES)
    return rows.exclude(provider="local").aggregate(sum=Sum("segments"))["sum"] or 0


def segments_of(deliveries: Sequence[Delivery]) -> int:
    """The segments of those that go by text."""
    return sum(each.segments for each in deliveries if each.channel == Channel.SMS and each.state in GOES)


def texts_over_cap(deliveries: Sequence[Delivery]) -> SmsCapReachedError | None:
    """The refusal of deliveries that the school's cap does not hold, before any of them is written.

    Two who send at once are counted one after the other.
    """
    needed = segments_of(deliveries)
    if not needed:
        return None
    cap = read_budget().monthly_cap
    if cap is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext('texts'))", [current_school()])
    used = count_used()
    if used + needed <= cap:
        return None
    return SmsCapReachedError(needed=needed, left=max(0, cap - used), cap=cap)
