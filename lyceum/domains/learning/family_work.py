"""What a student, or each child of a family, has to do, by due date; and what is done."""

from typing import Any

from django.db.models import F

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission, Reach
from lyceum.domains.learning.assignment_policies import family_submissions
from lyceum.domains.learning.assignment_queries import list_submissions, whole_submissions, with_due
from lyceum.domains.learning.assignment_shown import Shown, shown
from lyceum.domains.learning.assignment_words import grade_of, state_of, tone_of
from lyceum.domains.learning.models import Submission

MOST_DONE, MOST_OPEN = 50, 200


def read_family_work(actor: Actor) -> dict[str, Any]:
    """For students and guardians: what is owed, the soonest first, then what was handed in, newest first."""
    rows = whole_submissions(with_due(list_submissions(actor).filter(family_submissions(actor))))
    rows = rows.select_related("student__person", "assignment__subject")
    open_ones = rows.filter(status__in=(Submission.Status.PENDING, Submission.Status.REASSIGNED), is_excused=False)
    done = rows.exclude(pk__in=open_ones.values("pk")).order_by(F("due").desc(), "pk")
    return {
        "owed": [_shown(shown(row)) for row in open_ones.order_by(F("due"), "pk")[:MOST_OPEN]],
        "done": [_shown(shown(row)) for row in done[:MOST_DONE]],
        "names_children": Reach.CHILD in actor.reaches(Permission.ASSIGNMENTS_VIEW),
    }


def _shown(work: Shown) -> dict[str, Any]:
    return {"work": work, "state": state_of(work), "tone": tone_of(work), "grade": grade_of(work)}
