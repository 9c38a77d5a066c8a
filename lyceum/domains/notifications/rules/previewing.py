"""What telling people would do, before anything is done: who is reached and how, who is not, and what it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.domains.notifications.models import Delivery, Notification
from lyceum.domains.notifications.rules.budget import GOES, count_used, read_budget, segments_of
from lyceum.domains.notifications.rules.notify import News, Recipient, make_row, plan_ways, without_self
from lyceum.domains.notifications.rules.wording import Wording
from lyceum.domains.notifications.words import Channel

NO_WAY = "no_address"


@dataclass(frozen=True)
class Reach:
    """How far some news would go."""

    reached: int = 0
    """People, each once however many ways there are."""
    by_channel: Mapping[str, int] = field(default_factory=dict)
    unreachable: Mapping[str, int] = field(default_factory=dict)
    """People by why: no address, one that takes nothing, one whose owner wants nothing."""
    blocked: int = 0
    """People whom a restriction keeps away. Only their number is known here."""
    segments: int = 0
    """Of all texts, with those that go only where something urgent is not read."""

    def __add__(self, other: Reach) -> Reach:
        return Reach(
            self.reached + other.reached,
            Counter(self.by_channel) + Counter(other.by_channel),
            Counter(self.unreachable) + Counter(other.unreachable),
            self.blocked + other.blocked,
            self.segments + other.segments,
        )

    @property
    def not_reached(self) -> int:
        """How many are reached by nothing."""
        return sum(self.unreachable.values())


@dataclass(frozen=True)
class Costs:
    """What texts would cost, beside what the school allows itself."""

    segments: int
    cost: Decimal | None
    used: int
    cap: int | None

    @property
    def is_over(self) -> bool:
        """Whether they are more than the school sends in a month: then nothing goes."""
        return self.cap is not None and self.segments > 0 and self.used + self.segments > self.cap


def reach_of(asked: Sequence[tuple[News, Sequence[Recipient]]], *, actor: Actor) -> Reach:
    """How far some news of one kind would go, by the same way in which it then goes.

    Whoever was told it before is not in it. As many statements for many pieces of news as for one.
    """
    if not asked:
        return Reach()
    wording = Wording(asked[0][0].template)
    before = _told_before(asked)
    told = [
        (news, make_row(news, each, wording), each)
        for news, recipients in asked
        for each in without_self(recipients, actor=actor)
        if (each.person, news.dedupe_key) not in before
    ]
    return _summed([row for _news, row, _each in told], plan_ways(told, wording))


def _told_before(asked: Sequence[tuple[News, Sequence[Recipient]]]) -> set[tuple[UUID, str]]:
    rows = Notification.objects.filter(
        recipient__in={each.person for _news, recipients in asked for each in recipients},
        dedupe_key__in={news.dedupe_key for news, _recipients in asked},
    )
    return set(rows.values_list("recipient", "dedupe_key"))


def _summed(rows: Sequence[Notification], deliveries: Sequence[Delivery]) -> Reach:
    ways: dict[object, list[Delivery]] = {}
    for each in deliveries:
        ways.setdefault(each.notification_id, []).append(each)
    channels: Counter[str] = Counter()
    unreachable: Counter[str] = Counter()
    for row in rows:
        theirs = ways.get(row.pk, [])
        going = {each.channel for each in theirs if each.state in GOES and not each.in_reserve}
        if row.user_id:
            going.add(Channel.IN_APP.value)
        channels.update(going)
        if not going:
            unreachable[theirs[0].error if theirs else NO_WAY] += 1
    return Reach(len(rows) - unreachable.total(), channels, unreachable, 0, segments_of(deliveries))


def costs_of(reach: Reach) -> Costs:
    """What its texts cost, and whether the school's cap holds them."""
    budget = read_budget()
    used = count_used() if budget.monthly_cap is not None and reach.segments else 0
    return Costs(reach.segments, budget.cost_of(reach.segments), used, budget.monthly_cap)
