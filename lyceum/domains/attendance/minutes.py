"""A day counted by minutes: attended in whole, for half, or not.

present = scheduled - absent - half of what was half-marked. A lesson counts as half-marked where the student came after
its register had closed; one without a mark is not absent; one that was not possible was not scheduled.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lyceum.domains.attendance.known import Rule, Said
from lyceum.domains.attendance.meanings import ABSENT, COUNTS, RANK, Meaning

HALF_MARKED = Meaning.LATE_AFTER_CLOSE


@dataclass(frozen=True)
class Timed:
    """A lesson of somebody's day, the session in which it began, and what it was marked as."""

    minutes: int
    session: str
    said: Said | None

    @property
    def missed_twice(self) -> int:
        """Twice the minutes that were missed."""
        if self.said is None:
            return 0
        return self.minutes * (2 if self.said.meaning in ABSENT else self.said.meaning == HALF_MARKED)

    @property
    def is_scheduled(self) -> bool:
        """Whether it counts at all."""
        return self.said is None or COUNTS[Meaning(self.said.meaning)].possible


@dataclass(frozen=True)
class Result:
    """What a session comes to; without a code it was attended and no lesson says how."""

    said: Said | None
    half: bool = False


def count_minutes(lessons: Sequence[Timed], sessions: Sequence[str], rule: Rule) -> dict[str, Result]:
    """Each session of a day. Nothing where no lesson was marked.

    Of two sessions one is attended where the day counts for half: the one with more minutes, the first of equals.
    """
    marked = [lesson for lesson in lessons if lesson.said]
    if not marked or not sessions:
        return {}
    scheduled = [lesson for lesson in lessons if lesson.is_scheduled]
    if not any(lesson.said for lesson in scheduled):
        return dict.fromkeys(sessions, Result(_most(marked, lambda _said: True)))
    whole = sum(lesson.minutes for lesson in scheduled)
    present_twice = 2 * whole - sum(lesson.missed_twice for lesson in scheduled)
    attended = _most(scheduled, lambda said: COUNTS[Meaning(said.meaning)].attended)
    missed = _most(scheduled, lambda said: not COUNTS[Meaning(said.meaning)].attended)
    if present_twice * rule.day >= 2 * rule.full * whole or missed is None:
        return dict.fromkeys(sessions, Result(attended))
    if present_twice * rule.day < 2 * rule.half * whole:
        return dict.fromkeys(sessions, Result(missed))
    if len(sessions) == 1:
        return {sessions[0]: Result(attended, half=True)}
    better = max(sessions, key=lambda each: (_present_twice(scheduled, each), -sessions.index(each)))
    return {each: Result(attended if each == better else missed) for each in sessions}


def _present_twice(lessons: Sequence[Timed], session: str) -> int:
    return sum(2 * lesson.minutes - lesson.missed_twice for lesson in lessons if lesson.session == session)


def _most(lessons: Sequence[Timed], is_meant: Callable[[Said], bool]) -> Said | None:
    """The code with the most minutes; of equals the better, then the first by its letter."""
    minutes: Counter[Said] = Counter()
    for lesson in lessons:
        if lesson.said and is_meant(lesson.said):
            minutes[lesson.said] += lesson.minutes
    return min(minutes, key=lambda said: (-minutes[said], RANK[said.meaning], said.symbol), default=None)
