"""What phones without network send later, of whatever kind of register: each mark once, none over what it never saw.

A domain with a register of its own keeps batches and conflicts in tables made of `BatchRow` and `ConflictRow`, takes a
batch with `open_batch`, writes through its own rule with `save_what_may_be`, and says what became of each mark.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, RuleError
from lyceum.core.schools import SchoolRow

CLOCKS_AGREE = timedelta(minutes=5)
"""Clocks that differ by more are flagged."""
MOST_AHEAD = 2_000_000_000
"""In seconds: what a column holds."""


class BatchKeyTakenError(RuleError):
    """Somebody else used this device's key."""

    code = "batch_key_taken"


class ConflictDecidedError(RuleError):
    """Somebody decided it already."""

    code = "conflict_decided"


class BatchRow(SchoolRow):
    """What a device without network sent once it had one. The same key again answers with the same rows."""

    device = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    sent_by = models.UUIDField(null=True)
    """The user, or the API key."""
    received_at = models.DateTimeField()
    device_time = models.DateTimeField()
    clock_ahead_seconds = models.IntegerField(default=0)
    """How far the device's clock was ahead of ours as it sent."""
    flags = ArrayField(models.CharField(max_length=12), default=list)
    """`clock`: the clocks differ by more than five minutes; `after_lock`: it came late but was given in time."""
    rows = models.JSONField(default=list)

    class Meta(SchoolRow.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.key

    @property
    def ahead(self) -> timedelta:
        """How far the device's clock was ahead of ours."""
        return self.device_time - self.received_at

    def why_written(self) -> str:
        """The reason that is kept with marks for which the door was closed, or whose times are in doubt."""
        clocks = f" Its clock was {self.clock_ahead_seconds // 60} minutes ahead." if "clock" in self.flags else ""
        return f"Marked on a device without network, received {self.received_at:%Y-%m-%d %H:%M} UTC.{clocks}"


class ConflictRow(SchoolRow):
    """A mark from a device that was not simply written: somebody decides between it and the server's."""

    class Kind(models.TextChoices):
        CHANGED = "changed"
        """Somebody else changed the mark meanwhile."""
        LATE = "late"
        """It came after the register locked: a proposal to the office."""
        REFUSED = "refused"
        """A rule refuses it: shown so that it is not lost."""

    class State(models.TextChoices):
        OPEN = "open"
        KEPT = "kept"
        REPLACED = "replaced"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    why = models.CharField(max_length=200, blank=True)
    marked_by_name = models.CharField(max_length=200, blank=True)
    marked_at = models.DateTimeField()
    """By the device's clock, corrected."""
    server_by_name = models.CharField(max_length=200, blank=True)
    server_at = models.DateTimeField(null=True)
    server_version = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    decided_by_name = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta(SchoolRow.Meta):
        abstract = True

    def refuse_decided(self) -> None:
        """Refuse a second decision, naming who decided."""
        if self.state != self.State.OPEN:
            raise ConflictDecidedError(
                _("%(name)s decided this at %(at)s UTC.")
                % {"name": self.decided_by_name, "at": f"{self.decided_at:%H:%M}"}
            )

    def decide(self, state: str, actor: Actor) -> None:
        """Write what somebody decided."""
        self.state = state
        self.decided_by_name = actor.name[:200]
        self.decided_at = clock.now()
        self.save(update_fields=["state", "decided_by_name", "decided_at"])


RESULTS = {ConflictRow.Kind.CHANGED: "conflict", ConflictRow.Kind.LATE: "sent_to_office"}
"""What a device is told of a mark that waits for somebody; of every other one that it was refused."""


M = TypeVar("M")
S = TypeVar("S")
B = TypeVar("B", bound=BatchRow)


@dataclass(frozen=True)
class GivenBatch(Generic[M]):
    """What a device sends at once."""

    device: str
    key: str
    device_time: datetime
    """The device's clock as it sends: tells how far it is off."""
    marks: Sequence[M]


@dataclass(frozen=True)
class RowResult:
    """What became of one mark: applied, same, conflict, refused or sent_to_office."""

    register_id: str
    line: str
    """The id of that which has a mark in the register."""
    result: str
    code: str = ""
    message: str = ""
    version: int = 0
    """The mark's version now."""
    conflict: str = ""
    """The id of what somebody has to decide."""

    def as_row(self, of: str) -> dict[str, Any]:
        """As it is kept with the batch; `of` is what the lines of that kind of register are called."""
        return {
            "register_id": self.register_id,
            of: self.line,
            "result": self.result,
            "code": self.code,
            "message": self.message,
            "version": self.version,
            "conflict": self.conflict,
        }


def open_batch(kind: type[B], given: GivenBatch[Any], *, actor: Actor) -> tuple[B, bool]:
    """The batch, and whether it is new: the same key again has no effect and gives the first answer.

    Who sends the same at this moment waits here.
    """
    now = clock.now()
    ahead = given.device_time - now
    made = kind(
        device=given.device,
        key=given.key,
        sent_by=actor.id,
        received_at=now,
        device_time=given.device_time,
        clock_ahead_seconds=max(-MOST_AHEAD, min(MOST_AHEAD, int(ahead.total_seconds()))),
        flags=["clock"] if abs(ahead) > CLOCKS_AGREE else [],
    )
    kind.objects.bulk_create([made], ignore_conflicts=True)
    known: B = kind.objects.get(device=given.device, key=given.key)
    if known.pk == made.pk:
        return made, True
    if known.sent_by != actor.id:
        raise BatchKeyTakenError(_("Another person sent a batch with this key. Use a new one."))
    return known, False


def by_our_clock(instant: datetime, batch: BatchRow) -> datetime:
    """When a mark was given, by our clock; never in the future."""
    try:
        return min(instant - batch.ahead, batch.received_at)
    except OverflowError:
        return batch.received_at


def split_by_time(
    marks: Sequence[tuple[M, datetime]], batch: BatchRow, *, locks_at: datetime, late_hours: int
) -> tuple[list[M], list[M]]:
    """Of marks that come after the lock, each with when it was given: those that may be written, those too late.

    What was given before it and is no older than `late_hours` is written, and the batch is flagged.
    """
    oldest = clock.now() - timedelta(hours=late_hours)
    in_time = [mark for mark, at in marks if oldest <= at < locks_at]
    if in_time and "after_lock" not in batch.flags:
        batch.flags.append("after_lock")
    return in_time, [mark for mark, at in marks if not oldest <= at < locks_at]


def save_what_may_be(
    marks: Sequence[M], save: Callable[[list[M]], S], refuse: Callable[[M, FieldError], None]
) -> tuple[S | None, list[M]]:
    """Save marks without those that a rule refuses; one wrong row does not hold back the others.

    Returns what the save said and which marks it was given; None where nothing could be saved.
    """
    left = list(marks)
    while left:
        try:
            return save(left), left
        except RuleError as error:
            faults = {int(e.pointer.split("/")[2]): e for e in error.errors if e.pointer.startswith("/marks/")}
            wrong = faults or dict.fromkeys(range(len(left)), FieldError("", error.code, error.detail))
            for n, fault in wrong.items():
                refuse(left[n], fault)
            left = [mark for n, mark in enumerate(left) if n not in wrong]
    return None, []


@dataclass(frozen=True)
class PhoneLine:
    """One line of a register: the mark as it stands, with its version."""

    line: UUID
    """The id of that which has the mark."""
    name: str
    version: int
    code: str
    minutes: int | None
    was: str
    """The code that counts as marked already: one that differs from it is saved."""


@dataclass(frozen=True)
class PhoneRegister:
    """One register as it can be taken without network."""

    id: UUID
    kind: str
    """Of which kind: the phone knows to which door its marks go, and where its page is."""
    name: str
    what: str
    at: str
    state: str
    state_word: str
    editable: bool
    cycle: list[str]
    codes: list[tuple[str, str, str]]
    """Symbol, tone and words of each code that may be given."""
    lines: list[PhoneLine]


@dataclass(frozen=True)
class ShownMark:
    """One of two marks between which somebody decides, as a page shows it."""

    symbol: str
    tone: str
    label: str
    by: str
    at: datetime | None
    minutes: int | None = None


@dataclass(frozen=True)
class Decision:
    """Two marks for one line as a page shows them."""

    conflict: ConflictRow
    name: str
    where: str
    register: str
    """The address of the register's page."""
    action: str
    """The address to which the decision goes."""
    given: ShownMark
    on_server: ShownMark
    version: int
    may_decide: bool
    asks_reason: bool = False
