"""Reminders two days and one day before work is due, to those alone who have not handed it in."""

from collections import defaultdict
from collections.abc import Sequence
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
from lyceum.domains.notifications.rules.notify import News, Recipient, notify
from lyceum.domains.notifications.texts import Text, declare
from lyceum.domains.notifications.words import Type
from lyceum.domains.people.contacts_for import Purpose, contacts_of
from lyceum.domains.people.models import ContactPoint, Student
from lyceum.domains.tenancy.queries import time_zone, today

DUE_SOON, DUE_SOON_OF_CHILD = "assignment_due", "assignment_due_child"
HOURS = (24, 48)
"""The nearest first: whoever hears of one day is not told of two."""

declare(
    DUE_SOON,
    Text(
        subject=_("Work is due"),
        message=_("{title} is due on {due}."),
        short=_("Work is due on {due}."),
        placeholders=("title", "due"),
    ),
)
declare(
    DUE_SOON_OF_CHILD,
    Text(
        subject=_("Work is due"),
        message=_("{name}: {title} is due on {due}."),
        short=_("{name}: work is due on {due}."),
        placeholders=("name", "title", "due"),
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
    found = list(rows.select_related("assignment", "student__person__user").order_by(F("due"), "pk"))
    together: dict[tuple[UUID, int], list[Submission]] = defaultdict(list)
    for row in found:
        hours = next(each for each in HOURS if _due(row) <= instant + timedelta(hours=each))
        together[row.assignment_id, hours].append(row)
    addresses = _addresses([row.student for row in found])
    for (_work, hours), waiting in together.items():
        _tell_students([row for row in waiting if row.student.person.user_id], hours, addresses, actor)
        _tell_families([row for row in waiting if not row.student.person.user_id], hours, actor)
    return len(found)


def _tell_students(rows: Sequence[Submission], hours: int, addresses: dict[UUID, list[str]], actor: Actor) -> None:
    told = [_student(row, addresses) for row in rows]
    if told:
        notify(_news(rows[0], DUE_SOON, f"{DUE_SOON}:{rows[0].assignment_id}:{hours}"), told, actor=actor)


def _student(row: Submission, addresses: dict[UUID, list[str]]) -> Recipient:
    person = row.student.person
    return Recipient(
        person=person.pk,
        name=person.full_name,
        reason="student",
        user=person.user_id,
        language=person.user.locale if person.user else "",
        addresses={"email": tuple(addresses[person.pk])} if addresses.get(person.pk) else {},
        values={"due": partial(_said, row)},
    )


def _tell_families(rows: Sequence[Submission], hours: int, actor: Actor) -> None:
    choices = contacts_of([row.student_id for row in rows], purpose=Purpose.GENERAL, day=today(), actor=actor)
    for row in rows:
        told = [choice.as_recipient() for choice in choices.get(row.student_id, ()) if choice.is_told]
        key = f"{DUE_SOON_OF_CHILD}:{row.assignment_id}:{row.student_id}:{hours}"
        if told:
            notify(_news(row, DUE_SOON_OF_CHILD, key), told, actor=actor)


def _news(row: Submission, template: str, key: str) -> News:
    of_child = template == DUE_SOON_OF_CHILD
    return News(
        type=Type.HOMEWORK.value,
        template=template,
        values={"name": row.student.person.called, "title": row.assignment.title, "due": partial(_said, row)},
        dedupe_key=key,
        link=f"/assignments/{row.assignment_id}/",
        about_student=row.student_id if of_child else None,
        source=str(row.assignment_id),
    )


def _due(row: Submission) -> datetime:
    due: datetime = row.due  # type: ignore[attr-defined]  # with_due adds it
    return due


def _said(row: Submission) -> str:
    """When it is due, as the reader's language says it, by the school's clocks."""
    return date_format(clock.local(_due(row), time_zone()), "D j M, H:i")


def _addresses(students: Sequence[Student]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    points = ContactPoint.objects.filter(
        person__in=[each.person_id for each in students], kind="email", failing_since=None
    )
    for point in points.order_by("-preferred", "pk"):
        found[point.person_id].append(point.value)
    return found
