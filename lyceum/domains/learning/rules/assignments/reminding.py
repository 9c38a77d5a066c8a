"""Reminders two days and one day before work is due, to those alone who have not handed it in."""

from collections import defaultdict
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.learning.assignment_queries import with_due
from lyceum.domains.learning.models import Assignment, Submission
from lyceum.domains.learning.rules.readers import Piece, declare_both, tell_learners
from lyceum.domains.notifications.rules.notify import News
from lyceum.domains.notifications.texts import Text
from lyceum.domains.notifications.words import Type
from lyceum.domains.tenancy.queries import time_zone

DUE_SOON = "assignment_due"
HOURS = (24, 48)
"""The nearest first: whoever hears of one day is not told of two."""

declare_both(
    DUE_SOON,
    learner=Text(
        subject=_("Work is due"),
        message=_("{title} is due on {due}."),
        short=_("Work is due on {due}."),
        placeholders=("title", "due"),
    ),
    family=Text(
        subject=_("Work is due"),
        message=_("{name}: {title} is due on {due}."),
        short=_("{name}: work is due on {due}."),
    ),
)


@transaction.atomic
def remind_pending(*, actor: Actor) -> int:
    """Remind of what is due within two days and within one, each once; returns how much work was found.

    Students are told themselves; of a student without an account the family is.
    """
    instant = clock.now()
    rows = with_due(
        Submission.objects.filter(
            status=Submission.Status.PENDING,
            is_void=False,
            is_excused=False,
            assignment__status=Assignment.Status.PUBLISHED,
        )
    ).filter(Q(due__gt=instant, due__lte=instant + timedelta(hours=max(HOURS))))
    found = list(rows.select_related("assignment", "student__person").order_by(F("due"), "pk"))
    together: dict[tuple[UUID, int], list[Submission]] = defaultdict(list)
    for row in found:
        hours = next(each for each in HOURS if _due(row) <= instant + timedelta(hours=each))
        together[row.assignment_id, hours].append(row)
    for (work, hours), waiting in together.items():
        news = News(
            type=Type.HOMEWORK.value,
            template=DUE_SOON,
            values={"title": waiting[0].assignment.title},
            dedupe_key=f"{DUE_SOON}:{work}:{hours}",
            link=f"/assignments/{work}/",
            source=str(work),
        )
        tell_learners(news, [Piece(row.student, {"due": partial(_said, row)}) for row in waiting], actor=actor)
    return len(found)


def _due(row: Submission) -> datetime:
    due: datetime = row.due  # type: ignore[attr-defined]  # with_due adds it
    return due


def _said(row: Submission) -> str:
    """When it is due, as the reader's language says it, by the school's clocks."""
    return date_format(clock.local(_due(row), time_zone()), "D j M, H:i")
