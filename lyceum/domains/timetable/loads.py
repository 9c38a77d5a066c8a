"""Somebody's week in a version, in numbers and words: how full it is, and how it lies in their days."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lyceum.domains.timetable.planning import Card, Plan


@dataclass(frozen=True)
class Load:
    """A week of somebody, in numbers."""

    periods: int
    days: int
    gaps: int
    """Teaching periods without a lesson between the first and the last of a day."""
    early: int
    """Days that begin in their first period."""
    late: int
    """Days that end in their last period."""
    longest: int
    """Periods of the longest day, from its first lesson to its last."""

    @property
    def words(self) -> str:
        """As in "12 periods on 4 days, 2 gaps, 1 day from the first period, at most 5 periods from first to last"."""
        periods = ngettext("%(n)d period", "%(n)d periods", self.periods) % {"n": self.periods}
        days = ngettext("%(n)d day", "%(n)d days", self.days) % {"n": self.days}
        gaps = ngettext("%(n)d gap", "%(n)d gaps", self.gaps) % {"n": self.gaps}
        early = ngettext("%(n)d day from the first period", "%(n)d days from the first period", self.early)
        late = ngettext("%(n)d day to the last period", "%(n)d days to the last period", self.late)
        longest = ngettext(
            "at most %(n)d period from first to last", "at most %(n)d periods from first to last", self.longest
        )
        lie = [words % {"n": n} for words, n in ((early, self.early), (late, self.late), (longest, self.longest)) if n]
        return ", ".join([_("%(periods)s on %(days)s") % {"periods": periods, "days": days}, gaps, *lie])


def load_of(cards: Iterable[Card], plan: Plan) -> Load:
    """The week that some lessons make, those without a place left out."""
    grid = plan.grid
    taken: dict[int, set[int]] = {}
    for card in cards:
        if card.day is not None and card.period is not None:
            taken.setdefault(card.day, set()).update(grid.periods(card.day, card.period, card.length))
    gaps = early = late = longest = 0
    for day, periods in taken.items():
        bells = [bell.number for bell in grid.cycle.teaching(day)]
        between = [number for number in bells if periods and min(periods) <= number <= max(periods)]
        gaps += len(set(between) - periods)
        early += bells[:1] == between[:1]
        late += bells[-1:] == between[-1:]
        longest = max(longest, len(between))
    return Load(sum(map(len, taken.values())), len(taken), gaps, early, late, longest)
