"""Telling learners that their work was marked, or came back to be done again."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from lyceum.core.actor import Actor
from lyceum.domains.learning.assignment_queries import HELD_BACK
from lyceum.domains.learning.models import Submission
from lyceum.domains.learning.rules.readers import Piece, declare_both, tell_learners
from lyceum.domains.notifications.rules.notify import News
from lyceum.domains.notifications.texts import Text
from lyceum.domains.notifications.words import Type

MARKED, CAME_BACK = "assignment_marked", "assignment_came_back"
NEWS = {Submission.Status.GRADED.value: MARKED, Submission.Status.REASSIGNED.value: CAME_BACK}

declare_both(
    MARKED,
    learner=Text(
        subject=_("Work was marked"),
        message=_("{title} was marked."),
        short=_("{school}: work was marked."),
        placeholders=("school", "title"),
    ),
    family=Text(
        subject=_("Work was marked"),
        message=_("{name}: {title} was marked."),
        short=_("{school}: {name}'s work was marked."),
    ),
)
declare_both(
    CAME_BACK,
    learner=Text(
        subject=_("Work came back"),
        message=_("{title} came back to you. Read what is to be done again."),
        short=_("{school}: work came back to be done again."),
        placeholders=("school", "title"),
    ),
    family=Text(
        subject=_("Work came back"),
        message=_("{name}: {title} came back. Read what is to be done again."),
        short=_("{school}: {name}'s work came back to be done again."),
    ),
)


@transaction.atomic
def tell_of_work(submissions: Collection[UUID], *, actor: Actor) -> None:
    """Tell what became of some work, as it is now: of each attempt once, and nothing of a mark that is held back.

    The mark itself stays in the house: whoever is told reads it there.
    """
    rows = Submission.objects.filter(pk__in=submissions, status__in=NEWS, is_void=False).exclude(HELD_BACK)
    rows = rows.annotate(handed_in=Count("attempts", filter=Q(attempts__submitted_at__isnull=False)))
    together: dict[tuple[str, UUID, int], list[Submission]] = defaultdict(list)
    for row in rows.select_related("assignment", "student__person").order_by("pk"):
        together[NEWS[row.status], row.assignment_id, row.handed_in].append(row)
    for (template, work, attempt), found in together.items():
        news = News(
            type=Type.HOMEWORK.value,
            template=template,
            values={"title": found[0].assignment.title},
            dedupe_key=f"{template}:{work}:{attempt}",
            link=f"/assignments/{work}/",
            source=str(work),
        )
        tell_learners(news, [Piece(row.student) for row in found], actor=actor)
