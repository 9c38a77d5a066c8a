"""Pages of planned absences: a family reports one, the office decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.forms import needed_date, submitted, typed_date
from lyceum.core.lists import BulkAct, Column, Filter, Planned, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast, Undo
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.queries import Standing, standings
from lyceum.domains.attendance.codes import read_codes
from lyceum.domains.attendance.models import PlannedAbsence, PlannedStudent
from lyceum.domains.attendance.planned import get_planned, list_planned_students, read_code
from lyceum.domains.attendance.rules.planned import (
    NewAbsence,
    approve_absence,
    ask_absence,
    cancel_absence,
    refuse_absence,
)
from lyceum.domains.attendance.words import PLANNED_STATES, PLANNED_TONES, WHATS, span_words
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.policies import family_of
from lyceum.domains.people.queries import get_student
from lyceum.domains.tenancy.queries import today

HALVES = {"day": (0, 1), "morning": (0, 0), "afternoon": (1, 1)}
PARTS = (("day", lazy("Whole day")), ("morning", lazy("Morning")), ("afternoon", lazy("Afternoon")))


@require_http_methods(["GET", "POST"])
def absence_new(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """Report or plan an absence of one student: today, the whole day, unless told otherwise."""
    actor = actor_of(request)
    student = get_student(student_id, actor=actor, permission=Permission.ABSENCES_ASK)
    decides = actor.reaches_all(Permission.ABSENCES_DECIDE) and student_id not in family_of(actor)
    page = f"/students/{student_id}/"

    def act() -> Done:
        starts_on = needed_date(request, "starts_on")
        ends_on = typed_date(request, "ends_on") or starts_on
        first, last = HALVES.get(request.POST.get("part", ""), (0, 1)) if starts_on == ends_on else (0, 1)
        what = request.POST.get("what", "")
        if not what:
            raise invalid_field("/what", "required", _("Choose why."))
        new = NewAbsence(
            students=[student_id],
            starts_on=starts_on,
            starts_half=first,
            ends_on=ends_on,
            ends_half=last,
            what=what,
            reason=request.POST.get("reason", ""),
            symbol=request.POST.get("code", "") if decides else "",
        )
        planned = ask_absence(new, approve=decides and request.POST.get("approve") == "1", actor=actor)
        if planned.state == PlannedAbsence.State.APPROVED:
            return Done(page, Toast(_("The absence is planned.")))
        undo = Undo(f"/attendance/planned/{planned.pk}/", [("act", "cancel"), ("back", page)])
        return Done(page, Toast(_("The school is told. You see here what it answers."), undo))

    def context() -> dict[str, Any]:
        return {
            "student": student,
            "today": _next_school_day().isoformat(),
            "whats": WHATS.items(),
            "parts": PARTS,
            "decides": decides,
            "codes": _codes(actor) if decides else [],
        }

    return submitted(request, "attendance/absence_new.html", context, act)


def _next_school_day() -> date:
    """Today, or the next day on which school is kept."""
    day = today()
    return next(iter(school_days().between(day, day + timedelta(days=90))), day)


def _codes(actor: Actor) -> list[tuple[str, str]]:
    codes = [code for code in read_codes(actor).codes if code.active and code.session == ""]
    return [(code.symbol, f"{code.symbol} · {_(code.label)}") for code in codes]


@dataclass(frozen=True)
class PlannedRow:
    """A student's planned absence as the list shows it."""

    row: PlannedStudent
    standing: Standing

    @property
    def planned(self) -> PlannedAbsence:
        """The absence."""
        found: PlannedAbsence = self.row.planned
        return found

    @property
    def why(self) -> str:
        """The reason in one word, and in the words of whoever asked."""
        reason = self.planned.reason
        return f"{WHATS[self.planned.what]}: {reason}" if reason else str(WHATS[self.planned.what])

    @property
    def state(self) -> str:
        """What became of it."""
        if self.row.arrived_on and self.planned.state == PlannedAbsence.State.APPROVED:
            return _("approved, but arrived")
        return str(PLANNED_STATES[self.planned.state])


def made_rows(rows: Sequence[PlannedStudent]) -> list[PlannedRow]:
    """The rows with where each student belongs, in one statement."""
    placed = standings(list({row.student_id for row in rows}), today())
    return [PlannedRow(row, placed[row.student_id]) for row in rows]


def _state_html(each: PlannedRow) -> SafeString:
    return format_html('<span class="tag tag-{}">{}</span>', PLANNED_TONES[each.planned.state], each.state)


def _code(each: PlannedRow) -> str:
    code = read_code(each.planned, [each.row])
    return code.symbol or (_(code.words) if code.words else "")


def _plan_rows(request: HttpRequest, ids: list[UUID], state: str, problem: str = "") -> list[Planned]:
    actor = actor_of(request)
    rows = list_planned_students(actor).filter(planned__in=ids)
    return [
        Planned(
            f"{row.student.person.full_name}, {span_words(row.planned)}",
            str(PLANNED_STATES[row.planned.state]),
            state,
            "" if row.planned.state == PlannedAbsence.State.ASKED else problem or _("decided already"),
        )
        for row in rows
    ]


def _plan_approval(request: HttpRequest, ids: list[UUID]) -> list[Planned]:
    symbol = request.POST.get("code", "").strip()
    rows = list_planned_students(actor_of(request)).filter(planned__in=ids)
    found = []
    for row in rows:
        code = symbol or (row.planned.code.symbol if row.planned.code else "")
        problem = "" if code else _("choose a code")
        if row.planned.state != PlannedAbsence.State.ASKED:
            problem = _("decided already")
        name = f"{row.student.person.full_name}, {span_words(row.planned)}"
        now = str(PLANNED_STATES[row.planned.state])
        found.append(Planned(name, now, f"{PLANNED_STATES['approved']}: {code}", problem))
    return found


def _approve_all(request: HttpRequest, ids: list[UUID]) -> None:
    for each in ids:
        approve_absence(each, symbol=request.POST.get("code", "").strip(), actor=actor_of(request))


def _refuse_all(request: HttpRequest, ids: list[UUID]) -> None:
    for each in ids:
        refuse_absence(each, answer=request.POST.get("answer", ""), actor=actor_of(request))


def _may_decide(request: HttpRequest) -> bool:
    return actor_of(request).reaches_all(Permission.ABSENCES_DECIDE)


TABLE: Table[PlannedRow] = Table(
    name="planned-absences",
    label=lazy("Planned absences"),
    columns=(
        Column("name", lazy("Name"), lambda e: e.row.student.person.full_name, sort=("student__person__sort_name",)),
        Column("form", lazy("Form"), lambda e: e.standing.form),
        Column("when", lazy("When"), lambda e: span_words(e.planned), sort=("planned__starts_on",)),
        Column("why", lazy("Why"), lambda e: e.why),
        Column("code", lazy("Code"), _code),
        Column("by", lazy("Asked by"), lambda e: e.planned.asked_by_name, sort=("planned__asked_by_name",)),
        Column("asked", lazy("Asked"), lambda e: e.planned.asked_at, sort=("planned__asked_at",), is_extra=True),
        Column("state", lazy("State"), lambda e: e.state, html=_state_html),
    ),
    href=lambda e: f"/attendance/planned/{e.row.planned_id}/",
    key=lambda e: str(e.row.planned_id),
    bulk=(
        BulkAct(
            "approve",
            lazy("Approve"),
            _plan_approval,
            _approve_all,
            fields="attendance/_bulk_approve.html",
            context=lambda request: {"codes": _codes(actor_of(request))},
            is_allowed=_may_decide,
        ),
        BulkAct(
            "refuse",
            lazy("Refuse"),
            partial(_plan_rows, state=str(PLANNED_STATES["refused"])),
            _refuse_all,
            fields="attendance/_bulk_refuse.html",
            is_allowed=_may_decide,
        ),
    ),
    order=("planned__starts_on", "pk"),
)


@require_http_methods(["GET", "POST"])
def planned_page(request: HttpRequest) -> HttpResponse:
    """What was asked for, what was decided: those to decide first asked for."""
    actor, asked = actor_of(request), request.GET
    state = asked.get("state", "asked")
    rows = list_planned_students(actor, state=state if state in PLANNED_STATES else "")
    return answer_list(
        request,
        TABLE,
        rows,
        template="attendance/planned.html",
        filters=(Filter("state", lazy("State"), [*PLANNED_STATES.items(), ("all", lazy("All"))], usual="asked"),),
        made=made_rows,
        note_export=partial(note_export, TABLE.name, asked.urlencode(), actor=actor),
    )


@require_http_methods(["GET", "POST"])
def planned_one(request: HttpRequest, planned_id: UUID) -> HttpResponse:
    """One planned absence: what was asked for, and deciding or taking it back."""
    actor = actor_of(request)
    planned = get_planned(planned_id, actor=actor)
    decides = actor.reaches_all(Permission.ABSENCES_DECIDE)

    def act() -> Done:
        answer, wanted = request.POST.get("answer", ""), request.POST.get("act")
        if wanted == "approve":
            approve_absence(planned_id, symbol=request.POST.get("code", ""), answer=answer, actor=actor)
        elif wanted == "refuse":
            refuse_absence(planned_id, answer=answer, actor=actor)
        elif wanted == "cancel":
            cancel_absence(planned_id, answer=answer, actor=actor)
        else:
            choices = "approve, refuse, cancel"
            raise invalid_field("/act", "choice", _("Choose one of: %(choices)s.") % {"choices": choices})
        state = get_planned(planned_id, actor=actor).state
        back = request.POST.get("back", "")
        page = back if back.startswith("/students/") else f"/attendance/planned/{planned_id}/"
        return Done(page, Toast(_("The absence is now: %(state)s.") % {"state": PLANNED_STATES[state]}))

    def context() -> dict[str, Any]:
        rows: list[PlannedStudent] = planned.seen  # type: ignore[attr-defined]  # prefetched
        is_open = planned.state == PlannedAbsence.State.ASKED
        return {
            "planned": planned,
            "rows": rows,
            "when": span_words(planned),
            "what": WHATS[planned.what],
            "state": PLANNED_STATES[planned.state],
            "tone": PLANNED_TONES[planned.state],
            "code": read_code(planned),
            "may_decide": decides and is_open,
            "may_cancel": (decides and planned.state == PlannedAbsence.State.APPROVED)
            or (is_open and planned.asked_by is not None and planned.asked_by == actor.user_id),
            "codes": _codes(actor) if decides else [],
        }

    return submitted(request, "attendance/planned_one.html", context, act)


@dataclass(frozen=True)
class ShownAbsence:
    """A planned absence on the student's own page."""

    id: UUID
    when: str
    what: object
    state: str
    tone: str
    answer: str


def absences_of(student: UUID, *, actor: Actor, day: date) -> list[ShownAbsence]:
    """A student's absences that were asked for, from a month ago on."""
    if not actor.may(Permission.ABSENCES_ASK):
        return []
    rows = list_planned_students(actor, student=student).filter(planned__ends_on__gte=day - timedelta(days=30))
    rows = rows.select_related(None).select_related("planned")  # whose they are is known
    made = (PlannedRow(row, Standing()) for row in rows[:20])
    return [
        ShownAbsence(
            each.row.planned_id,
            span_words(each.planned),
            WHATS[each.planned.what],
            each.state,
            PLANNED_TONES[each.planned.state],
            each.planned.answer,
        )
        for each in made
    ]
