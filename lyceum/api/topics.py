"""The topics that can be followed over the sockets, and who may."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.live import Hears
from lyceum.domains.admissions.live import follow_application
from lyceum.domains.attendance.live import (
    follow_cases,
    follow_class,
    follow_day,
    follow_evacuation,
    follow_on_site,
    follow_register,
)
from lyceum.domains.behaviour.detention_live import follow_slot
from lyceum.domains.behaviour.live import follow_grade
from lyceum.domains.learning.live import follow_enrolments
from lyceum.domains.notifications.live import follow_own
from lyceum.domains.timetable.live import follow_run


@dataclass(frozen=True)
class _Kind:
    """One kind of topic: how its key is read, and who may follow it."""

    read: Callable[[str], Any]
    check: Callable[[Any, Actor], Hears]


def _the_open_ones(written: str) -> str:
    if written != "open":
        raise ValueError(written)
    return written


_KINDS = {
    "register": _Kind(UUID, lambda key, actor: follow_register(key, actor=actor)),
    "class": _Kind(UUID, lambda key, actor: follow_class(key, actor=actor)),
    "incidents": _Kind(UUID, lambda key, actor: follow_grade(key, actor=actor)),
    "enrolments": _Kind(UUID, lambda key, actor: follow_enrolments(key, actor=actor)),
    "detention-slot": _Kind(UUID, lambda key, actor: follow_slot(key, actor=actor)),
    "registers": _Kind(date.fromisoformat, lambda key, actor: follow_day(key, actor=actor)),
    "cases": _Kind(_the_open_ones, lambda key, actor: follow_cases(key, actor=actor)),
    "user": _Kind(UUID, lambda key, actor: follow_own(key, actor=actor)),
    "on-site": _Kind(date.fromisoformat, lambda key, actor: follow_on_site(key, actor=actor)),
    "application": _Kind(UUID, lambda key, actor: follow_application(key, actor=actor)),
    "timetable-run": _Kind(UUID, lambda key, actor: follow_run(key, actor=actor)),
    "evacuation": _Kind(UUID, lambda key, actor: follow_evacuation(key, actor=actor)),
}


def check_topic(topic: str, *, actor: Actor) -> Hears:
    """What the actor may hear of a topic such as `register:{id}`. Raises where it is nothing."""
    name, _colon, written = topic.partition(":")
    kind = _KINDS.get(name)
    if kind is None:
        raise NotFoundError(_("There is no such topic."))
    try:
        key = kind.read(written)
    except ValueError:
        raise NotFoundError(_("There is no such topic.")) from None
    if str(key) != written:  # another way to write it would be another topic
        raise NotFoundError(_("Write the topic as %(name)s:%(key)s.") % {"name": name, "key": key})
    return kind.check(key, actor)
