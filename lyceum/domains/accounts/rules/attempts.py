"""Failures to sign in, counted per account and per address: they slow down, and never lock out."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core import clock
from lyceum.core.errors import RuleError
from lyceum.core.text import fold
from lyceum.domains.accounts.models import SignInAttempt

ACCOUNT_FAILURES, ACCOUNT_WINDOW = 5, timedelta(minutes=5)
ADDRESS_FAILURES, ADDRESS_WINDOW = 300, timedelta(minutes=10)
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)
KEPT = timedelta(days=1)


class WaitError(RuleError):
    """Too many failures in a short time."""

    code = "wait"
    status = 429
    title = gettext_noop("Please wait")


@dataclass(frozen=True)
class Counters:
    """Where the failures of one try are counted."""

    account: str
    address: str
    is_known_device: bool
    """A device from which this account signed in before has its own counter, and no share in its address's."""

    @property
    def heeded(self) -> tuple[str, ...]:
        """The counters that can make this try wait."""
        return (self.account,) if self.is_known_device else (self.account, self.address)


def counters_of(name: str, *, school: str, device: str, ip: str) -> Counters:
    """The counters of a name as it was typed, so that unknown names are counted as known ones are."""
    account = hashlib.sha256(f"{fold(school)}\n{fold(name)}".encode()).hexdigest()[:32]
    where = hashlib.sha256(device.encode()).hexdigest()[:16] if device else "-"
    return Counters(f"account:{account}:{where}", f"address:{ip}", bool(device))


def refuse_while_waiting(counters: Counters) -> None:
    """Refuse, without looking at the password, while a wait lasts."""
    now = clock.now()
    waiting = SignInAttempt.objects.filter(pk__in=counters.heeded, wait_until__gt=now).order_by("-wait_until").first()
    if waiting and waiting.wait_until:
        seconds = int((waiting.wait_until - now).total_seconds()) + 1
        raise WaitError(
            _("Too many tries. Wait %(seconds)s seconds, then try again.") % {"seconds": seconds}, retry_after=seconds
        )


@transaction.atomic
def count_failure(counters: Counters) -> None:
    """Count a failure for its account and for its address."""
    now = clock.now()
    for bucket, count in ((counters.account, _count_for_account), (counters.address, _count_for_address)):
        row, _is_new = SignInAttempt.objects.select_for_update().get_or_create(pk=bucket, defaults={"window_from": now})
        count(row, now)
        row.save()


def _count_for_account(row: SignInAttempt, now: datetime) -> None:
    """Five free failures in five minutes, then a wait that doubles until a quarter of an hour passes in peace."""
    forgotten_at = row.wait_until + LONGEST_WAIT if row.wait_until else row.window_from + ACCOUNT_WINDOW
    _add(row, now, is_over=now > forgotten_at)
    doublings = row.failures - ACCOUNT_FAILURES
    if doublings >= 0:
        row.wait_until = now + min(SHORTEST_WAIT * 2 ** min(doublings, 10), LONGEST_WAIT)


def _count_for_address(row: SignInAttempt, now: datetime) -> None:
    """A whole school may share an address: many failures are free, then all wait for the window's end."""
    _add(row, now, is_over=now - row.window_from > ADDRESS_WINDOW)
    if row.failures >= ADDRESS_FAILURES:
        row.wait_until = row.window_from + ADDRESS_WINDOW


def _add(row: SignInAttempt, now: datetime, *, is_over: bool) -> None:
    if is_over:
        row.failures, row.window_from, row.wait_until = 0, now, None
    row.failures += 1


def forget_failures(counters: Counters) -> None:
    """The owner came in: the account's failures no longer count. The address's do."""
    SignInAttempt.objects.filter(pk=counters.account).delete()


def forget_old_attempts() -> int:
    """Delete counters that no longer say anything. Returns how many."""
    long_ago = clock.now() - KEPT
    return SignInAttempt.objects.filter(window_from__lt=long_ago).exclude(wait_until__gt=long_ago).delete()[0]
