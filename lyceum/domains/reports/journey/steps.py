"""The ten steps, in words, and what state each is in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lyceum.domains.reports.journey.known import Done

STEPS: dict[str, Promise] = {
    "discovery": _("Found the school"),
    "registration": _("Registered"),
    "application": _("Applied"),
    "review": _("Reviewed"),
    "approval": _("Approved"),
    "enrolment": _("Enrolled"),
    "learning": _("Learning"),
    "engagement": _("Taking part"),
    "completion": _("Completed"),
    "alumni": _("Alumni"),
}
"""In their order."""
BESIDE = frozenset({"engagement"})
"""It may come at any time: that it is done says nothing of the steps before it."""


@dataclass(frozen=True)
class Act:
    """What somebody can do next, and where."""

    title: str | Promise
    link: str


@dataclass(frozen=True)
class Shown:
    """One step as it is shown."""

    key: str
    title: str | Promise
    state: str
    """done, current, upcoming or skipped."""
    done_at: datetime | None
    act: Act | None


def settle(done: Mapping[str, Done | None], acts: Mapping[str, Act], *, is_over: bool) -> list[Shown]:
    """The steps with their states: the current one is the first that is neither done nor overtaken by a later one.

    Whoever came in another way has skipped what lies before. Where the way is over there is no current step.
    """
    keys = list(STEPS)
    reached = max((n for n, key in enumerate(keys) if done[key] and key not in BESIDE), default=-1)
    shown: list[Shown] = []
    current = is_over
    for n, key in enumerate(keys):
        found = done[key]
        if found:
            state = "done"
        elif n < reached:
            state = "skipped"
        elif current:
            state = "upcoming"
        else:
            state, current = "current", True
        act = acts.get(key) if state == "current" else None
        shown.append(Shown(key, STEPS[key], state, found.at if found else None, act))
    return shown
