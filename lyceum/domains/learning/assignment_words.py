"""The words of assignments and of work, and the tones in which they are shown."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext

from lyceum.domains.learning.assignment_shown import Shown
from lyceum.domains.learning.models import Assignment, Submission

STATES = {
    Assignment.Status.DRAFT.value: lazy("draft"),
    Assignment.Status.PUBLISHED.value: lazy("given out"),
    Assignment.Status.CLOSED.value: lazy("closed"),
    Assignment.Status.ARCHIVED.value: lazy("archived"),
}
STATE_TONES = {"draft": "none", "published": "present", "closed": "due", "archived": "none"}
GRADINGS = {
    Assignment.Grading.POINTS.value: lazy("A grade from 0 to 100"),
    Assignment.Grading.PASS_FAIL.value: lazy("Passed or not"),
    Assignment.Grading.NONE.value: lazy("Feedback alone"),
}
RELEASES = {
    Assignment.Release.AT_ONCE.value: lazy("As soon as I have marked it"),
    Assignment.Release.HELD.value: lazy("When I let all marks out together"),
}


def state_of(work: Shown) -> str:
    """Where a learner's work stands, in a few words."""
    if work.row.is_excused:
        return pgettext("work", "excused")
    if work.status == Submission.Status.GRADED:
        return _("accepted") if work.is_accepted else _("marked")
    if work.status == Submission.Status.REASSIGNED:
        return _("to be done again")
    if work.status == Submission.Status.SUBMITTED:
        return _("handed in late") if work.row.is_late else _("handed in")
    return pgettext("work", "missing") if work.is_missing else _("not handed in yet")


def tone_of(work: Shown) -> str:
    """The tone of the same."""
    if work.row.is_excused:
        return "authorised"
    if work.status == Submission.Status.GRADED:
        return "present"
    if work.status == Submission.Status.REASSIGNED:
        return "late"
    if work.status == Submission.Status.SUBMITTED:
        return "late" if work.row.is_late else "present"
    return "absent" if work.is_missing else "due"


def grade_of(work: Shown) -> str:
    """The mark in words, or nothing."""
    if work.grade is None:
        return ""
    if work.assignment.grading == Assignment.Grading.PASS_FAIL:
        return _("passed") if work.grade else _("not passed")
    return f"{work.grade.normalize():f}"
