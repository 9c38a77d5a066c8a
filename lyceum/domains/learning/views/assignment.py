"""The page of one assignment: how far the class is; for the student handing in; for the family to read."""

from decimal import Decimal
from functools import partial
from html import escape
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.forms import gone_on, submitted, typed_id
from lyceum.core.lists import Column, Filter, Table, answer_list, answer_list_with_form
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.journal.rules import note_export
from lyceum.domains.learning.assignment_beside import read_beside
from lyceum.domains.learning.assignment_queries import (
    SUBMISSION_ORDER,
    count_work,
    get_assignment,
    get_own_submission,
    is_decided_by,
    is_read_at_work,
    list_submissions,
    whole_submissions,
)
from lyceum.domains.learning.assignment_shown import Shown, shown
from lyceum.domains.learning.assignment_words import STATE_TONES, STATES, grade_of, state_of, tone_of
from lyceum.domains.learning.models import Assignment, Submission
from lyceum.domains.learning.models.assignments import MOST_FILES
from lyceum.domains.learning.rules.assignments.attaching import GivenFile, attach_files, detach_file
from lyceum.domains.learning.rules.assignments.handing_in import (
    add_files,
    may_hand_in,
    may_take_back,
    remove_file,
    submit,
    take_back,
    write_draft,
)
from lyceum.domains.learning.rules.assignments.publishing import publish_assignment
from lyceum.domains.learning.rules.assignments.releasing import release_marks
from lyceum.domains.learning.rules.assignments.writing import delete_assignment, edit_assignment
from lyceum.domains.learning.views.assignments import audience_of

STATUSES = (
    ("submitted", lazy("to mark")),
    ("graded", lazy("marked")),
    ("reassigned", lazy("to be done again")),
    ("pending", lazy("not handed in yet")),
)


def _state_html(work: Shown) -> SafeString:
    return SafeString(f'<span class="tag tag-{tone_of(work)}">{escape(state_of(work))}</span>')


def _short(grade: Decimal | None) -> Decimal | int | str:
    """95 and not 95.00, but 95.50 as it is."""
    if grade is None:
        return ""
    return int(grade) if grade == int(grade) else grade


PIECES: Table[Shown] = Table(
    name="submissions",
    label=lazy("Work"),
    columns=(
        Column(
            "student",
            lazy("Student"),
            lambda work: work.row.student.person.full_name,
            sort=("student__person__sort_name",),
        ),
        Column("state", lazy("State"), state_of, html=_state_html),
        Column("grade", lazy("Grade"), lambda work: _short(work.grade), is_number=True),
        Column("handed_in", lazy("Handed in"), lambda work: work.row.submitted_at or ""),
        Column(
            "late",
            lazy("Minutes late"),
            lambda work: (work.newest.row.late_minutes or "") if work.newest else "",
            is_number=True,
        ),
        Column("attempts", lazy("Times"), lambda work: len(work.attempts), is_number=True, is_extra=True),
        Column("feedback", lazy("Feedback"), lambda work: work.feedback, is_extra=True),
        Column("id", lazy("Id"), lambda work: str(work.row.pk), is_extra=True),
    ),
    href=lambda work: f"/submissions/{work.row.pk}/mark/",
    order=SUBMISSION_ORDER,
)


@require_http_methods(["GET", "POST"])
def assignment_page(request: HttpRequest, work_id: UUID) -> HttpResponse:
    """One assignment, as it concerns whoever asks."""
    actor = actor_of(request)
    row = get_assignment(work_id, actor=actor)
    if is_read_at_work(row, actor=actor):
        return _staff_page(request, row, actor)
    try:
        own = get_own_submission(work_id, actor=actor)
    except NotFoundError:
        return _reading_page(request, row, actor)
    return _hand_in_page(request, row, own, actor)


def _about(row: Assignment) -> dict[str, Any]:
    return {"row": row, "audience": audience_of(row), "state": STATES[row.status], "tone": STATE_TONES[row.status]}


def _staff_page(request: HttpRequest, row: Assignment, actor: Actor) -> HttpResponse:
    status = request.GET.get("status", "")
    rows = list_submissions(actor, assignment=row.pk, status=status if status in dict(STATUSES) else "")
    counts = count_work([row.pk], actor=actor).get(row.pk)
    first = list_submissions(actor, assignment=row.pk, status="submitted").order_by(*SUBMISSION_ORDER).first()

    def show(context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        return answer_list(
            request,
            PIECES,
            rows,
            whole=whole_submissions,
            made=lambda found: [shown(each) for each in found],
            template="learning/assignments/work.html",
            filters=[Filter("status", lazy("State"), STATUSES, every=lazy("All"))],
            note_export=partial(note_export, PIECES.name, str(row.pk), actor=actor),
            context=_about(row)
            | {
                "counts": counts,
                "first": first,
                "may_decide": is_decided_by(row, actor=actor),
                "may_attach": actor.may(Permission.ASSIGNMENTS_EDIT),
                "places": MOST_FILES - len(row.attachments.all()),
                **context,
            },
            status=status,
        )

    return answer_list_with_form(request, show, lambda: _act(request, row, actor))


def _act(request: HttpRequest, row: Assignment, actor: Actor) -> Done:
    page, chosen = f"/assignments/{row.pk}/", request.POST.get("act", "")
    if chosen == "publish":
        publish_assignment(row.pk, actor=actor)
        return Done(page, Toast(_("Given out.")))
    if chosen == "release":
        release_marks(row.pk, actor=actor)
        return Done(page, Toast(_("Students and families see the marks now.")))
    if chosen in ("close", "reopen"):
        wanted = Assignment.Status.CLOSED if chosen == "close" else Assignment.Status.PUBLISHED
        edit_assignment(row.pk, values={"status": wanted.value}, actor=actor)
        return Done(page, Toast(_("Closed.") if chosen == "close" else _("Open again.")))
    if chosen == "delete":
        kept = delete_assignment(row.pk, actor=actor)
        said = _("Archived: what was handed in stays.") if kept else _("Deleted.")
        return Done(page if kept else "/assignments/", Toast(said))
    if chosen == "detach":
        detach_file(row.pk, typed_id(request, "file") or UUID(int=0), actor=actor)
        return Done(page, Toast(_("The file is taken away.")))
    attach_files(row.pk, files=given_files(request), actor=actor)
    return Done(page, Toast(_("The files are kept.")))


def given_files(request: HttpRequest) -> list[GivenFile]:
    """The files of a form."""
    return [GivenFile(cast(BinaryIO, each.file), each.name or "") for each in request.FILES.getlist("files")]


def _reading_page(request: HttpRequest, row: Assignment, actor: Actor) -> HttpResponse:
    """For a guardian each child's work; for whoever covers the lesson the assignment alone."""
    if request.method == "POST":
        return redirect("assignment", work_id=row.pk)
    works = [shown(each) for each in whole_submissions(list_submissions(actor, assignment=row.pk))]

    def context() -> dict[str, Any]:
        said = read_beside(row.pk, [each.row.student_id for each in works], actor=actor)
        return _about(row) | {"works": [{**_work(each), "beside": said[each.row.student_id]} for each in works]}

    return submitted(request, "learning/assignments/read.html", context, lambda: f"/assignments/{row.pk}/")


def _work(work: Shown) -> dict[str, Any]:
    return {
        "work": work,
        "state": state_of(work),
        "tone": tone_of(work),
        "grade": grade_of(work),
        "before": list(work.attempts)[:-1],
    }


def _hand_in_page(request: HttpRequest, row: Assignment, own: Submission, actor: Actor) -> HttpResponse:
    page = f"/assignments/{row.pk}/"

    def act() -> Done:
        return _hand_in(request, row, page, actor)

    def context() -> dict[str, Any]:
        work = shown(own, own=True)
        draft = work.draft
        hands_in = may_hand_in(own)
        return _about(row) | {
            **_work(work),
            "beside": read_beside(row.pk, [own.student_id], actor=actor)[own.student_id],
            "draft": draft,
            "may_hand_in": hands_in,
            "begins_anew": hands_in and bool(work.attempts),
            "may_take_back": may_take_back(own),
            "places": MOST_FILES - (len(draft.files) if draft else 0),
            "text": request.POST.get("text", draft.row.text if draft else ""),
        }

    if request.method == "POST" and request.POST.get("act") == "remove":
        remove_file(row.pk, typed_id(request, "file") or UUID(int=0), actor=actor)
        return gone_on(request, Done(page, Toast(_("The file is taken away."))))
    return submitted(request, "learning/assignments/hand_in.html", context, act)


def _hand_in(request: HttpRequest, row: Assignment, page: str, actor: Actor) -> Done:
    if request.POST.get("act") == "take_back":
        take_back(row.pk, actor=actor)
        return Done(page, Toast(_("Taken back. Change it and hand it in again.")))
    files = given_files(request)
    if "text" in request.POST:
        write_draft(row.pk, text=request.POST["text"].replace("\r\n", "\n"), actor=actor)
    if files:
        add_files(row.pk, files=files, actor=actor)
    if request.POST.get("act") == "keep":
        kept = ngettext("%(n)s file added.", "%(n)s files added.", len(files)) % {"n": len(files)}
        return Done(page, Toast(f"{_('Kept, and not handed in yet.')} {kept if files else ''}"))
    submit(row.pk, actor=actor)
    return Done(page, Toast(_("Handed in.")))
