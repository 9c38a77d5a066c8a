"""The marking desk: the work on one side, grade and feedback on the other, and on to the next."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import RuleError, invalid_field
from lyceum.core.forms import shown_errors, submitted, typed_date, typed_number
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.learning.assignment_policies import staff_submissions
from lyceum.domains.learning.assignment_queries import count_work, get_assignment, get_submission, next_to_mark
from lyceum.domains.learning.assignment_shown import Shown, shown
from lyceum.domains.learning.assignment_words import grade_of, state_of, tone_of
from lyceum.domains.learning.models import Submission
from lyceum.domains.learning.rules.assignments.accepting import accept_submission
from lyceum.domains.learning.rules.assignments.access import assignment_for_edit
from lyceum.domains.learning.rules.assignments.allowing import excuse_submission, extend_submission
from lyceum.domains.learning.rules.assignments.marking import (
    GivenMark,
    grade_submission,
    note_mark,
    reassign_submission,
)
from lyceum.domains.learning.rules.assignments.marks_file import LARGEST, apply_marks, preview_marks


@require_http_methods(["GET", "POST"])
def mark_page(request: HttpRequest, submission_id: UUID) -> HttpResponse:
    """One learner's work to be marked. What is typed is kept as it is typed, and is a mark once it is given."""
    actor = actor_of(request)
    row = get_submission(submission_id, actor=actor)
    if not row.for_staff:  # type: ignore[attr-defined]  # list_submissions adds it
        return redirect("assignment", work_id=row.assignment_id)
    if request.POST.get("act") == "note":
        return _noted(request, row, actor)

    def act() -> Done:
        return _act(request, row, actor)

    def context() -> dict[str, Any]:
        return _shown(request, shown(row), actor)

    return submitted(request, "learning/assignments/mark.html", context, act)


@require_http_methods(["GET", "POST"])
def marks_page(request: HttpRequest, work_id: UUID) -> HttpResponse:
    """Marks from a file: what it would change is shown first, then they are given, all of them or none."""
    actor = actor_of(request)
    assignment = get_assignment(work_id, actor=actor)
    assignment_for_edit(work_id, actor=actor, whole=False)
    upload = request.FILES.get("file")
    text = upload.read(LARGEST + 1).decode("utf-8-sig", "replace") if upload else request.POST.get("marks", "")

    def act() -> Done:
        count = apply_marks(work_id, text=text, actor=actor)
        said = ngettext("%(n)s mark was given.", "%(n)s marks were given.", count) % {"n": count}
        return Done(f"/assignments/{work_id}/", Toast(said))

    def context() -> dict[str, Any]:
        return {"row": assignment, "text": text}

    if request.method == "POST" and request.POST.get("act") != "apply":
        try:
            lines = preview_marks(work_id, text=text, actor=actor)
        except RuleError as error:
            shown_ = {"errors": shown_errors(error), **context()}
            return render(request, "learning/assignments/marks.html", shown_, status=error.status)
        wrong = any(line.wrong for line in lines)
        return render(
            request, "learning/assignments/marks.html", {"lines": lines, "looked": True, "wrong": wrong, **context()}
        )
    return submitted(request, "learning/assignments/marks.html", context, act)


def _noted(request: HttpRequest, row: Submission, actor: Actor) -> HttpResponse:
    """What the page's script sends while somebody types."""
    try:
        mark = _typed_mark(request)
        found = note_mark(row.pk, mark=mark, version=typed_number(request, "version", 0) or None, actor=actor)
    except RuleError as error:
        answer = {"code": error.code, "said": error.detail, "theirs": error.extra.get("theirs")}
        return JsonResponse(answer, status=error.status)
    return JsonResponse({"version": found.version, "said": _("Kept; not given yet.")})


def _act(request: HttpRequest, row: Submission, actor: Actor) -> Done:
    chosen, version = request.POST.get("act", "grade"), typed_number(request, "version", 0) or None
    page, said = f"/submissions/{row.pk}/mark/", _("Saved.")
    if chosen == "again":
        reassign_submission(
            row.pk,
            feedback=request.POST.get("feedback", ""),
            resubmit_by=typed_date(request, "resubmit_by"),
            version=version,
            actor=actor,
        )
        said = _("Sent back.")
    elif chosen in ("accept", "unaccept"):
        accept_submission(row.pk, accepted=chosen == "accept", actor=actor)
    elif chosen in ("excuse", "unexcuse"):
        excuse_submission(row.pk, excused=chosen == "excuse", actor=actor)
    elif chosen == "extend":
        extend_submission(row.pk, due=typed_date(request, "due"), actor=actor)
    else:
        grade_submission(row.pk, mark=_typed_mark(request), version=version, actor=actor)
        following = next_to_mark(row, actor=actor)
        if chosen == "grade_next" and following:
            page = f"/submissions/{following}/mark/"
        said = _("%(name)s: marked.") % {"name": row.student.person.called}
    return Done(page, Toast(said))


def _typed_mark(request: HttpRequest) -> GivenMark:
    points = [_decimal(text, "rubric_points") for text in request.POST.getlist("rubric_points")]
    return GivenMark(
        _decimal(request.POST.get("grade", ""), "grade"),
        request.POST.get("feedback", "").replace("\r\n", "\n"),
        [each for each in points if each is not None],
        on_paper=request.POST.get("on_paper") == "1",
    )


def _decimal(text: str, name: str) -> Decimal | None:
    given = text.strip().replace(",", ".")
    try:
        return Decimal(given) if given else None
    except InvalidOperation:
        raise invalid_field(f"/{name}", "number", _("Give a number, as in 87.5.")) from None


def _shown(request: HttpRequest, work: Shown, actor: Actor) -> dict[str, Any]:
    row, newest = work.row, work.newest
    counts = count_work([row.assignment_id], actor=actor).get(row.assignment_id)
    noted = newest if newest and newest.row.graded_at is None else None
    grade = work.grade if noted is None else noted.grade
    given = newest.rubric_points if newest else ()
    typed_points = request.POST.getlist("rubric_points") or [f"{each:f}" for each in given]
    criteria = [
        {**each, "value": typed_points[n] if n < len(typed_points) else ""}
        for n, each in enumerate(row.assignment.rubric)
    ]
    posted = request.method == "POST"
    return {
        "work": work,
        "row": row,
        "assignment": row.assignment,
        "state": state_of(work),
        "tone": tone_of(work),
        "shown_grade": grade_of(work),
        "before": list(work.attempts)[:-1],
        "criteria": criteria,
        "grade": request.POST.get("grade", "") if posted else "" if grade is None else f"{grade.normalize():f}",
        "feedback": request.POST.get("feedback", "") if posted else (noted.feedback if noted else "") or work.feedback,
        "is_noted": bool(noted and (noted.grade is not None or noted.feedback)),
        "next": next_to_mark(row, actor=actor),
        "previous": next_to_mark(row, actor=actor, back=True),
        "counts": counts,
        "may_mark": _may_mark(row, actor),
    }


def _may_mark(row: Submission, actor: Actor) -> bool:
    if not actor.may(Permission.ASSIGNMENTS_EDIT):
        return False
    return Submission.objects.filter(staff_submissions(actor, Permission.ASSIGNMENTS_EDIT), pk=row.pk).exists()
