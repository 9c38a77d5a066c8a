"""A student's behaviour: points, what was recorded good and bad, what follows, what the family was told."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import invalid_field
from lyceum.core.forms import needed_date, submitted, typed_date, typed_id
from lyceum.core.paging import Page, page_of
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.academics.queries import list_years
from lyceum.domains.behaviour.balances import Balance, read_balances
from lyceum.domains.behaviour.forms import typed_days, typed_whole
from lyceum.domains.behaviour.models import Notice, Participant
from lyceum.domains.behaviour.queries import IncidentFilter, list_actions, list_cases, list_family_notices
from lyceum.domains.behaviour.reading import note_reading_of
from lyceum.domains.behaviour.rows import ROW_ORDER, is_for_staff, list_rows, type_name_of
from lyceum.domains.behaviour.rules.actions import NewAction, cancel_action, finish_action, set_action, suspended_days
from lyceum.domains.behaviour.rules.notices import acknowledge_notice
from lyceum.domains.behaviour.rules.points import award_points
from lyceum.domains.behaviour.words import ACTION_STATES, CASE_STATES, DIFFERENCES, KINDS, ROLES, STATES
from lyceum.domains.people.models import Student
from lyceum.domains.people.queries import get_student
from lyceum.domains.tenancy.queries import today

NEWEST = 5


@dataclass(frozen=True)
class Happened:
    """One line of a timeline."""

    row: Participant
    what: str
    role: str
    state: str


def _happened(row: Participant) -> Happened:
    role = str(ROLES[row.role]) if not row.did_it else ""
    state = "" if row.incident.counts else str(STATES[row.incident.state])
    return Happened(row, type_name_of(row), role, state)


@dataclass(frozen=True)
class Glance:
    """A student's behaviour at a glance, for the page of the student and of a family."""

    balances: list[Balance]
    newest: list[Happened]
    unread: int
    """Notices that ask for an answer and have none yet."""
    may_record: bool


def glance_of(student: Student, *, actor: Actor) -> Glance | None:
    """This year's points and the newest entries, for those who may see them."""
    if not actor.may(Permission.BEHAVIOUR_VIEW):
        return None
    visible = list_rows(actor, IncidentFilter(student=student.pk))
    unread = 0
    if actor.may(Permission.NOTICES_ACKNOWLEDGE):
        unread = _unread(list_family_notices(actor, student=student.pk)).count()
    return Glance(
        balances=read_balances([student.pk])[student.pk],
        newest=[_happened(row) for row in visible[:NEWEST]],
        unread=unread,
        may_record=actor.may(Permission.INCIDENTS_RECORD),
    )


def _unread(rows: Any) -> Any:
    return rows.filter(asks_acknowledgement=True, acknowledged_at__isnull=True)


@require_http_methods(["GET", "POST"])
def student_page(request: HttpRequest, student_id: UUID) -> HttpResponse:
    """The whole timeline; for a family also what to acknowledge, for staff what to add."""
    actor = actor_of(request)
    student = get_student(student_id, actor=actor, permission=Permission.BEHAVIOUR_VIEW)
    page = f"/students/{student_id}/behaviour/"

    def act() -> str | Done:
        return _act(request, student_id, page)

    def context() -> dict[str, Any]:
        return _context(request, student, actor)

    return submitted(request, "behaviour/student.html", context, act)


def _act(request: HttpRequest, student_id: UUID, page: str) -> str | Done:
    actor, form = actor_of(request), request.POST
    if form.get("act") == "acknowledge":
        acknowledge_notice(typed_id(request, "row") or UUID(int=0), actor=actor)
        return Done(page, Toast(_("Thank you: the school sees that you have read it.")))
    if form.get("act") == "finish":
        finish_action(
            typed_id(request, "row") or UUID(int=0),
            real_days=typed_days(request, "real_days"),
            difference=form.get("difference", ""),
            actor=actor,
        )
        return Done(page, Toast(_("Done.")))
    if form.get("act") == "cancel":
        cancel_action(typed_id(request, "row") or UUID(int=0), actor=actor)
        return Done(page, Toast(_("Called off.")))
    if form.get("act") == "action":
        new = NewAction(
            student_id,
            form.get("kind", ""),
            needed_date(request, "starts_on"),
            ends_on=typed_date(request, "ends_on"),
            note=form.get("note", ""),
        )
        set_action(new, actor=actor)
        return Done(page, Toast(_("Set.")))
    points = typed_whole(request, "points")
    if points is None:
        raise invalid_field("/points", "required", _("Give the points, as in 2 or -2."))
    award_points(student_id, points=points, note=form.get("note", ""), actor=actor)
    return Done(page, Toast(_("Points: %(points)+d.") % {"points": points}))


def _read_fields(rows: list[Participant]) -> str:
    return "behaviour.narrative" if any(is_for_staff(row) for row in rows) else "behaviour.summary"


def _context(request: HttpRequest, student: Student, actor: Actor) -> dict[str, Any]:
    rows = list_rows(actor, IncidentFilter(student=student.pk))
    page: Page[Participant] = page_of(rows, order=ROW_ORDER, limit=30, cursor=request.GET.get("cursor", ""))
    if request.method == "GET":
        note_reading_of(student.pk, fields=_read_fields(page.rows), actor=actor)
    staff = actor.may(Permission.INCIDENTS_VIEW)
    actions = list_actions(actor, student=student.pk)[:20] if staff else []
    cases = list_cases(actor, student=student.pk)[:20]
    reviews = actor.may(Permission.INCIDENTS_REVIEW)
    return {
        "student": student,
        "balances": read_balances([student.pk])[student.pk],
        "last_year": _last_year(student, actor),
        "happened": [_happened(row) for row in page.rows],
        "next": page.next,
        "notices": _notices(student, actor),
        "actions": [(each, KINDS[each.kind], ACTION_STATES[each.state]) for each in actions],
        "cases": [(each, CASE_STATES[each.state]) for each in cases],
        "kinds": list(KINDS.items()),
        "differences": list(DIFFERENCES.items()),
        "suspended": suspended_days(student.pk, today()) if staff else 0,
        "may_record": actor.may(Permission.INCIDENTS_RECORD),
        "may_award": staff and actor.may(Permission.POINTS_AWARD),
        "may_act": reviews,
        "today": today().isoformat(),
    }


def _notices(student: Student, actor: Actor) -> list[Notice]:
    if not actor.may(Permission.NOTICES_ACKNOWLEDGE):
        return []
    return list(list_family_notices(actor, student=student.pk)[:20])


def _last_year(student: Student, actor: Actor) -> tuple[AcademicYear, list[Balance]] | None:
    """What last year came to: the balance begins anew, the history stays."""
    if not actor.may(Permission.CLASSES_VIEW):
        return None
    year = list_years(actor).filter(ends__lt=today()).first()
    if year is None:
        return None
    found = read_balances([student.pk], year=year)[student.pk]
    return (year, found) if found else None
