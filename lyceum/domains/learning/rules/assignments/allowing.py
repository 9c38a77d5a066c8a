"""More time for one learner, and excusing one."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.domains.journal.rules import record
from lyceum.domains.learning.models import Submission
from lyceum.domains.learning.rules.assignments.accepting import follow_learner
from lyceum.domains.learning.rules.assignments.access import submission_for_marking
from lyceum.domains.learning.rules.assignments.handing_in import target_of
from lyceum.domains.learning.rules.assignments.lateness import due_instant
from lyceum.domains.learning.rules.assignments.marking import graded_fact
from lyceum.domains.learning.rules.assignments.recalculating import recalculate

LONGEST_REASON = 500


@transaction.atomic
def excuse_submission(submission_id: UUID, *, excused: bool = True, reason: str = "", actor: Actor) -> Submission:
    """Excuse a learner from an assignment: it leaves every average. Twice is once."""
    row = submission_for_marking(submission_id, actor=actor)
    _check_reason(reason)
    if row.is_excused == excused:
        return row
    row.is_excused = excused
    row.version += 1
    row.save(update_fields=["is_excused", "version", "updated_at"])
    record(
        "learning.submission.excuse",
        target=target_of(row),
        changes={"is_excused": [not excused, excused]},
        reason=reason,
        facts=[graded_fact(row)],
        actor=actor,
    )
    follow_learner(row, actor=actor)
    return row


@transaction.atomic
def extend_submission(
    submission_id: UUID, *, due: datetime | date | None, reason: str = "", actor: Actor
) -> Submission:
    """Give one learner a due date of their own, also past the closing; None takes it back. Lateness counts anew."""
    row = submission_for_marking(submission_id, actor=actor)
    _check_reason(reason)
    old, new = row.due_at_override, due_instant(due) if due else None
    if old == new:
        return row
    row.due_at_override = new
    row.version += 1
    row.save(update_fields=["due_at_override", "version", "updated_at"])
    recalculate(row.assignment, only=row)
    row.refresh_from_db(fields=["is_late"])
    changes = {"due_at_override": [str(old) if old else None, str(new) if new else None]}
    record(
        "learning.submission.extend",
        target=target_of(row),
        changes=changes,
        reason=reason,
        facts=[graded_fact(row)],
        actor=actor,
    )
    return row


def _check_reason(reason: str) -> None:
    if len(reason) > LONGEST_REASON:
        raise invalid_field("/reason", "length", _("Give at most %(n)s letters.") % {"n": LONGEST_REASON})
