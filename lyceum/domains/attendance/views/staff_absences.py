"""Pages of absences of staff: the office reports them, a teacher asks for their own."""

from datetime import date
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
from lyceum.core.forms import asked_date, needed_date, submitted, typed_date, typed_id, typed_number
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.attendance.cover_words import lines_of
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.queries import list_staff
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.cover_queries import get_staff_absence, lessons_left, list_staff_absences
from lyceum.domains.timetable.covering.days import CoverDays
from lyceum.domains.timetable.models import StaffAbsence
from lyceum.domains.timetable.rules.absences import (
    NewStaffAbsence,
    cancel_staff_absence,
    decide_staff_absence,
    edit_staff_absence,
    report_staff_absence,
)
from lyceum.domains.timetable.rules.absences.telling import absence_words

TONES = {"asked": "due", "confirmed": "authorised", "refused": "absent", "cancelled": "none"}


def _state_html(row: StaffAbsence) -> SafeString:
    return format_html('<span class="tag tag-{}">{}</span>', TONES[row.state], row.get_state_display())


TABLE: Table[StaffAbsence] = Table(
    name="staff-absences",
    label=lazy("Absences of staff"),
    columns=(
        Column("staff", lazy("Name"), lambda row: str(row.staff), sort=("staff__person__sort_name",)),
        Column("days", lazy("When"), absence_words, sort=("starts_on",)),
        Column("kind", lazy("Why"), lambda row: row.get_kind_display(), sort=("kind",)),
        Column("state", lazy("State"), lambda row: row.get_state_display(), html=_state_html, sort=("state",)),
    ),
    href=lambda row: f"/staff-absences/{row.pk}/",
    order=("starts_on", "staff__person__sort_name", "pk"),
)


@require_http_methods(["GET", "POST"])
def absences_page(request: HttpRequest) -> HttpResponse:
    """Absences from a day on: all for the office, one's own for a teacher."""
    actor = actor_of(request)
    first, last = asked_date(request, "from", today()), asked_date(request, "to", date.max)
    state = request.GET.get("state", "")
    known = state if state in StaffAbsence.State.values else ""
    rows = list_staff_absences(actor, first=first, last=last, state=known)
    return answer_list(
        request,
        TABLE,
        rows,
        template="attendance/staff_absences.html",
        filters=(
            Filter("from", lazy("From"), kind="date", usual=today().isoformat()),
            Filter("to", lazy("To"), kind="date"),
            Filter("state", lazy("State"), list(StaffAbsence.State.choices), every=lazy("all")),
        ),
        note_export=partial(note_export, TABLE.name, request.GET.urlencode(), actor=actor),
        context={"decides": actor.reaches_all(Permission.STAFF_ABSENCES_EDIT)},
    )


@require_http_methods(["GET", "POST"])
def absence_new(request: HttpRequest) -> HttpResponse:
    """Say who is away: today, the whole day, unless told otherwise. A teacher asks for themselves."""
    actor = actor_of(request)
    actor.require(Permission.STAFF_ABSENCES_ASK)
    decides = actor.reaches_all(Permission.STAFF_ABSENCES_EDIT)

    def act() -> Done:
        times = _typed_times(request)
        new = NewStaffAbsence(staff_id=typed_id(request, "staff") if decides else None, **times)
        row = report_staff_absence(new, actor=actor)
        if not decides:
            return Done("/staff-absences/", Toast(_("The school is told. You see here what it answers.")))
        if not actor.reaches_all(Permission.COVER_ASSIGN):
            return Done(f"/staff-absences/{row.pk}/", Toast(_("%(name)s is away.") % {"name": row.staff}))
        return Done(f"/cover/?date={max(row.starts_on, today())}", Toast(_("%(name)s is away.") % {"name": row.staff}))

    def context() -> dict[str, Any]:
        staff = [(str(member.pk), str(member)) for member in list_staff(actor)] if decides else []
        return {
            "staff": staff,
            "decides": decides,
            "day": asked_date(request, "date", today()).isoformat(),
            "kinds": StaffAbsence.Kind.choices,
        }

    return submitted(request, "attendance/staff_absence_new.html", context, act)


def _typed_times(request: HttpRequest) -> dict[str, Any]:
    starts_on = needed_date(request, "starts_on")
    first, last = request.POST.get("starts_period", "").strip(), request.POST.get("ends_period", "").strip()
    return {
        "starts_on": starts_on,
        "ends_on": typed_date(request, "ends_on") or starts_on,
        "starts_period": typed_number(request, "starts_period", 0) if first else None,
        "ends_period": typed_number(request, "ends_period", 0) if last else None,
        "kind": request.POST.get("kind", "") or StaffAbsence.Kind.OTHER.value,
        "note": request.POST.get("note", ""),
    }


@require_http_methods(["GET", "POST"])
def absence_page(request: HttpRequest, absence_id: UUID) -> HttpResponse:
    """One absence: its lessons and who covers them; deciding, changing, cancelling it."""
    actor = actor_of(request)
    row = get_staff_absence(absence_id, actor=actor)
    page = f"/staff-absences/{absence_id}/"

    def act() -> Done:
        chosen, reason = request.POST.get("act", ""), request.POST.get("reason", "")
        if chosen in ("confirm", "refuse"):
            decide_staff_absence(absence_id, agrees=chosen == "confirm", reason=reason, actor=actor)
            return Done(page, Toast(_("The answer is on its way.")))
        if chosen == "cancel":
            cancel_staff_absence(absence_id, actor=actor)
            return Done(page, Toast(_("The absence is cancelled, and its cover with it.")))
        edit_staff_absence(absence_id, values=_typed_times(request), actor=actor)
        return Done(page, Toast(_("Saved. Cover outside the absence is cancelled.")))

    return submitted(request, "attendance/staff_absence.html", lambda: _context(row, actor), act)


def _context(row: StaffAbsence, actor: Actor) -> dict[str, Any]:
    decides = actor.reaches_all(Permission.STAFF_ABSENCES_EDIT)
    is_live = row.state in (StaffAbsence.State.ASKED, StaffAbsence.State.CONFIRMED)
    left = lessons_left(row, actor=actor)
    nothing_else = CoverDays((), {}, (), (), {})
    return {
        "row": row,
        "when": absence_words(row),
        "tone": TONES[row.state],
        "lines": lines_of(left.needs, nothing_else, {}),
        "until": None if left.is_all else left.until,
        "kinds": StaffAbsence.Kind.choices,
        "may_decide": decides and row.state == StaffAbsence.State.ASKED,
        "may_edit": is_live and (decides or row.state == StaffAbsence.State.ASKED),
        "may_cover": actor.reaches_all(Permission.COVER_ASSIGN) and row.ends_on >= today(),
    }
