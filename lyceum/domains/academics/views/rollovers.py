"""Pages of going over into the next year: where it is begun, and the board with what stands in the way first."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.forms import asked_id, gone_on, needed_date, shown_errors, submitted, typed_id
from lyceum.core.lists import BulkAct, Column, Filter, Planned, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics import tasks
from lyceum.domains.academics.models import RolloverDecision, RolloverPlan
from lyceum.domains.academics.queries import list_grade_names, list_years
from lyceum.domains.academics.rollovers import (
    ORDER,
    get_rollover,
    list_access,
    list_decisions,
    list_kept,
    list_next_forms,
    list_rollovers,
    list_years_to_leave,
    propose_next_year,
    read_copies,
    tally,
)
from lyceum.domains.academics.rules.rollover.applying import apply_rollover
from lyceum.domains.academics.rules.rollover.beginning import NewYear, begin_rollover
from lyceum.domains.academics.rules.rollover.copying import OPTIONS
from lyceum.domains.academics.rules.rollover.decisions import Decided, decide, foresee
from lyceum.domains.academics.rules.rollover.looking import choose_copies, preview_rollover
from lyceum.domains.academics.rules.rollover.proposing import BLOCKING, PROBLEMS
from lyceum.domains.academics.rules.rollover.undoing import undo_rollover
from lyceum.domains.academics.rules.rollover.watching import is_at_work
from lyceum.domains.journal.rules import note_export

DECISIONS = {
    "promote": _("Goes up"),
    "retain": _("Repeats the grade"),
    "graduate": _("Graduates"),
    "transfer": _("Goes to another school"),
    "leave": _("Leaves"),
    "undecided": _("Not decided"),
}
RESULTS = {"created": _("Done"), "already": _("Was so already"), "skipped": _("Left out: has left")}
COPIED = {
    "terms": _("Terms, shifted by whole weeks"),
    "forms": _("Forms"),
    "sets": _("Sets: classes that are taught one subject"),
    "followers": _("Students into the like set of their next form"),
    "teachers": _("with their teachers"),
    "rooms": _("and their rooms"),
}
STATES = {
    "draft": _("In preparation"),
    "previewed": _("Ready to apply"),
    "applied": _("Applied"),
    "undone": _("Undone"),
}
KINDS = {
    "academics.Term": _("Term"),
    "academics.Class": _("Class"),
    "academics.ClassTeacher": _("Teacher of a class"),
    "academics.ClassMembership": _("Time in a class"),
    "academics.Placement": _("Grade of a student"),
    "people.Enrolment": _("Enrolment"),
}
_WHY = {"edited_since": _("changed since"), "held": _("others refer to it")}


@require_http_methods(["GET", "POST"])
def rollovers_page(request: HttpRequest) -> HttpResponse:
    """The rollovers there are, and the way to a new one."""
    actor = actor_of(request)
    actor.require_all(Permission.ROLLOVER_PREVIEW)

    def act() -> str:
        from_year, to_year = typed_id(request, "from_year"), typed_id(request, "to_year")
        if from_year is None:
            raise invalid_field("/from_year", "required", say("Choose the year that ends."))
        new = to_year or NewYear(
            request.POST.get("name", ""), needed_date(request, "starts"), needed_date(request, "ends")
        )
        return f"/rollovers/{begin_rollover(from_year, new, actor=actor).pk}/"

    def context() -> dict[str, Any]:
        leaving = list_years_to_leave(actor)
        return {
            "plans": [(plan, STATES[plan.state]) for plan in list_rollovers(actor)[:50]],
            "from_years": [(str(year.pk), year.name) for year in leaving],
            "to_years": [(str(year.pk), year.name) for year in list_years(actor)],
            "proposed": propose_next_year(leaving),
        }

    return submitted(request, "academics/rollovers.html", context, act)


def _place(grade: Any, form: str) -> str:
    return " · ".join(filter(None, (grade.name if grade else "", form)))


def _now(row: RolloverDecision) -> str:
    return _place(row.grade_now, row.form_now)


def _then(row: RolloverDecision) -> str:
    if row.decision == "leave" and not row.by_hand:
        return say("Has left by then")
    return _place(row.grade, row.form) or str(DECISIONS[row.decision])


def _then_html(row: RolloverDecision) -> SafeString:
    words = _then(row)
    return format_html("<ins>{}</ins>", words) if row.problem not in BLOCKING else SafeString(format_html("{}", words))


def _outcome(row: RolloverDecision) -> str:
    return str(RESULTS.get(row.result) or PROBLEMS.get(row.problem) or "")


def _outcome_html(row: RolloverDecision) -> SafeString:
    words = _outcome(row)
    tone = "absent" if row.problem in BLOCKING else "due" if row.problem else "present"
    return format_html('<span class="tag tag-{}">{}</span>', tone, words) if words else SafeString("")


def _plan_id(request: HttpRequest) -> UUID:
    if request.resolver_match is None:
        raise NotFoundError
    found: UUID = request.resolver_match.kwargs["plan_id"]
    return found


def _decided(request: HttpRequest) -> Decided:
    if not request.POST.get("decision"):
        raise invalid_field("/decision", "required", say("Choose what becomes of them."))
    return Decided(
        request.POST["decision"], typed_id(request, "grade"), request.POST.get("form", ""), request.POST.get("note", "")
    )


def _foresee(request: HttpRequest, ids: list[UUID]) -> list[Planned]:
    rows = foresee(_plan_id(request), ids, _decided(request), actor=actor_of(request))
    return [Planned(old.student.person.full_name, _words(old), _words(new)) for old, new in rows]


def _words(row: RolloverDecision) -> str:
    place, said = _place(row.grade, row.form), str(DECISIONS[row.decision])
    problem = PROBLEMS.get(row.problem) if row.problem != "undecided" else None
    return " – ".join(filter(None, (f"{said}: {place}" if place else said, str(problem or ""))))


def _decide(request: HttpRequest, ids: list[UUID]) -> None:
    decide(_plan_id(request), ids, _decided(request), actor=actor_of(request))


def _choices(request: HttpRequest) -> dict[str, object]:
    actor = actor_of(request)
    plan = get_rollover(_plan_id(request), actor=actor)
    return {
        "decisions": list(DECISIONS.items()),
        "grades": list_grade_names(actor),
        "forms": [(name, name) for name in list_next_forms(plan)],
    }


def _is_open(request: HttpRequest) -> bool:
    plan = get_rollover(_plan_id(request), actor=actor_of(request))
    return plan.state != RolloverPlan.State.UNDONE


DECIDE = BulkAct(
    "decide",
    _("Decide"),
    plan=_foresee,
    apply=_decide,
    fields="academics/_rollover_decide.html",
    context=_choices,
    is_allowed=_is_open,
)
TABLE: Table[RolloverDecision] = Table(
    name="rollover",
    label=_("Students"),
    columns=(
        Column("name", _("Name"), lambda row: row.student.person.full_name, sort=("student__person__sort_name",)),
        Column("now", _("Now"), _now, sort=("form_now",)),
        Column("then", _("Then"), _then, html=_then_html, sort=("form",)),
        Column("decision", _("Decision"), lambda row: DECISIONS[row.decision], sort=("decision",), is_extra=True),
        Column("outcome", _("To know"), _outcome, html=_outcome_html),
        Column("note", _("Note"), lambda row: row.note, is_extra=True),
    ),
    href=lambda row: f"/students/{row.student_id}/",
    key=lambda row: str(row.student_id),
    bulk=(DECIDE,),
    order=ORDER,
)


@require_http_methods(["GET", "POST"])
def rollover_page(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """The board: what would change or did, student by student, what stands in the way first."""
    actor = actor_of(request)
    plan = get_rollover(plan_id, actor=actor)
    if "act" not in request.POST:
        return _board(request, plan, {})
    try:
        return gone_on(request, _act(request, plan_id))
    except RuleError as error:
        return _board(request, plan, {"errors": shown_errors(error)}, status=error.status)


@require_GET
def access_page(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """Teachers who gain and lose access to students' records."""
    actor = actor_of(request)
    plan = get_rollover(plan_id, actor=actor)
    context = {"plan": plan, "access": list_access(plan, actor=actor)}
    return render(request, "academics/rollover_access.html", context)


def _act(request: HttpRequest, plan_id: UUID) -> str | Done:
    actor, here = actor_of(request), f"/rollovers/{plan_id}/"
    acts: dict[str, tuple[Callable[[], object], object]] = {
        "preview": (lambda: preview_rollover(plan_id, actor=actor), ""),
        "copies": (lambda: choose_copies(plan_id, options=_ticked(request), actor=actor), _("Saved.")),
        "apply": (lambda: apply_rollover(plan_id, actor=actor, enqueue=tasks.enqueue(tasks.apply, actor)), ""),
        "undo": (lambda: undo_rollover(plan_id, actor=actor, enqueue=tasks.enqueue(tasks.undo, actor)), ""),
    }
    if request.POST["act"] not in acts:
        raise NotFoundError
    act, said = acts[request.POST["act"]]
    act()
    return Done(here, Toast(said)) if said else here


def _ticked(request: HttpRequest) -> dict[str, bool]:
    return {name: name in request.POST.getlist("copy") for name in OPTIONS}


def _board(request: HttpRequest, plan: RolloverPlan, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    actor, asked = actor_of(request), request.GET
    shows = [("exceptions", _("What stands in the way")), *DECISIONS.items(), *RESULTS.items()]
    filters = (
        Filter("show", _("Show"), shows, every=_("Everybody")),
        Filter("grade", _("Grade now"), list_grade_names(actor), every=_("All")),
        Filter("q", _("Name")),
    )
    rows = list_decisions(
        plan, actor=actor, show=asked.get("show", ""), grade=asked_id(request, "grade"), text=asked.get("q", "")
    )
    counted, copies = tally(plan), read_copies(plan)
    return answer_list(
        request,
        TABLE,
        rows,
        template="academics/rollover.html",
        filters=filters,
        note_export=partial(note_export, TABLE.name, asked.urlencode(), actor=actor),
        context={
            "plan": plan,
            "state": STATES[plan.state],
            "is_open": plan.state in (RolloverPlan.State.DRAFT, RolloverPlan.State.PREVIEWED),
            "working": is_at_work(plan.job),
            "tally": counted,
            "decided": [
                (code, words, counted.decisions[code]) for code, words in DECISIONS.items() if code in counted.decisions
            ],
            "results": [
                (code, words, counted.results[code]) for code, words in RESULTS.items() if code in counted.results
            ],
            "copies": copies,
            "copied": [(name, words, bool(plan.options.get(name))) for name, words in COPIED.items()],
            "kept": [(KINDS.get(each.kind, each.kind), each.name, _WHY[each.kept]) for each in list_kept(plan)],
            "may_apply": actor.reaches_all(Permission.ROLLOVER_APPLY),
            **context,
        },
        status=status,
    )
