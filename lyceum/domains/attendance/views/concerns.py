"""Pages of attendance concerns, and of students by their attendance: what a head's numbers open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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

from lyceum.core.forms import asked_id, submitted
from lyceum.core.lists import BulkAct, Column, Filter, Planned, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.academics.queries import Standing, list_grade_names, standings
from lyceum.domains.attendance.concerns import get_concern, list_concerns
from lyceum.domains.attendance.glyphs import MEANING_WORDS, tone
from lyceum.domains.attendance.meanings import Meaning
from lyceum.domains.attendance.models import SESSION_WORDS, Concern
from lyceum.domains.attendance.rules.concerns import close_concern, take_concern
from lyceum.domains.attendance.words import CONCERN_STATES, CONCERN_TONES, KINDS
from lyceum.domains.journal.rules import note_export
from lyceum.domains.tenancy.queries import today


@dataclass(frozen=True)
class ConcernRow:
    """A concern and where the student belongs."""

    concern: Concern
    standing: Standing

    @property
    def figures(self) -> str:
        """The figures in one line."""
        return figures_of(self.concern)


def figures_of(concern: Concern) -> str:
    """The figures of a concern as people read them."""
    said: Mapping[str, object] = concern.evidence
    if concern.kind in ("persistent", "severe"):
        return _("%(attended)s of %(possible)s sessions attended") % said
    if concern.kind == "unauthorised":
        return _("%(unauthorised)s unauthorised sessions") % said
    if concern.kind == "consecutive":
        return _("%(days)s days in a row") % said
    if concern.kind == "late":
        return _("%(late)s times late") % said
    if concern.kind == "left_lesson":
        return _("absent from %(class)s %(period)s") % said
    return ""


def made_rows(concerns: Sequence[Concern]) -> list[ConcernRow]:
    """The concerns with where each student belongs, in one statement."""
    placed = standings(list({row.student_id for row in concerns}), today())
    return [ConcernRow(row, placed[row.student_id]) for row in concerns]


def _state_html(row: ConcernRow) -> SafeString:
    state = row.concern.state
    return format_html('<span class="tag tag-{}">{}</span>', CONCERN_TONES[state], CONCERN_STATES[state])


def _plan(request: HttpRequest, ids: list[UUID], *, state: str) -> list[Planned]:
    rows = list_concerns(actor_of(request)).filter(pk__in=ids)
    closed = _("closed already")
    return [
        Planned(
            f"{row.student.person.full_name}, {KINDS[row.kind]}",
            str(CONCERN_STATES[row.state]),
            str(CONCERN_STATES[state]),
            closed if row.state == Concern.State.CLOSED else "",
        )
        for row in rows
    ]


def _apply(request: HttpRequest, ids: list[UUID], *, act: Callable[..., Concern]) -> None:
    for each in ids:
        act(each, actor=actor_of(request))


def _may_edit(request: HttpRequest) -> bool:
    return actor_of(request).reaches_all(Permission.CONCERNS_EDIT)


TABLE: Table[ConcernRow] = Table(
    name="concerns",
    label=lazy("Attendance concerns"),
    columns=(
        Column(
            "name",
            lazy("Name"),
            lambda row: row.concern.student.person.full_name,
            sort=("student__person__sort_name",),
        ),
        Column("form", lazy("Form"), lambda row: row.standing.form),
        Column("kind", lazy("Concern"), lambda row: KINDS[row.concern.kind], sort=("kind",)),
        Column("figures", lazy("Figures"), lambda row: row.figures),
        Column("raised", lazy("Raised"), lambda row: row.concern.raised_at.date(), sort=("raised_at",)),
        Column("state", lazy("State"), lambda row: CONCERN_STATES[row.concern.state], html=_state_html),
        Column("by", lazy("In the hands of"), lambda row: row.concern.taken_by_name, is_extra=True),
        Column("note", lazy("Note"), lambda row: row.concern.note, is_extra=True),
    ),
    href=lambda row: f"/attendance/concerns/{row.concern.pk}/",
    key=lambda row: str(row.concern.pk),
    bulk=(
        BulkAct(
            "take",
            lazy("Take in hand"),
            partial(_plan, state="in_hand"),
            partial(_apply, act=take_concern),
            is_allowed=_may_edit,
        ),
        BulkAct(
            "close",
            lazy("Close"),
            partial(_plan, state="closed"),
            partial(_apply, act=close_concern),
            is_allowed=_may_edit,
        ),
    ),
    order=("-raised_at", "pk"),
)


@require_http_methods(["GET", "POST"])
def concerns_page(request: HttpRequest) -> HttpResponse:
    """Whose absence should be looked into, the newest first."""
    actor, asked = actor_of(request), request.GET
    state, kind = asked.get("state", "open"), asked.get("kind", "")
    rows = list_concerns(
        actor,
        state=state if state in {*CONCERN_STATES, "open"} else "",
        kind=kind if kind in KINDS else "",
        grade=asked_id(request, "grade"),
    )
    return answer_list(
        request,
        TABLE,
        rows,
        template="attendance/concerns.html",
        filters=(
            Filter(
                "state",
                lazy("State"),
                [("open", lazy("Raised or in hand")), *CONCERN_STATES.items(), ("all", lazy("All"))],
                usual="open",
            ),
            Filter("kind", lazy("Concern"), list(KINDS.items()), every=lazy("All")),
            Filter("grade", lazy("Grade"), list_grade_names(actor), every=lazy("All")),
        ),
        made=made_rows,
        note_export=partial(note_export, TABLE.name, asked.urlencode(), actor=actor),
    )


@require_http_methods(["GET", "POST"])
def concern_page(request: HttpRequest, concern_id: UUID) -> HttpResponse:
    """One concern: its figures as they were, every session behind them, and what is done about it."""
    actor = actor_of(request)
    concern = get_concern(concern_id, actor=actor)

    def act() -> Done:
        rule = close_concern if request.POST.get("act") == "close" else take_concern
        changed = rule(concern_id, note=request.POST.get("note", ""), actor=actor)
        said = _("The concern is now: %(state)s.") % {"state": CONCERN_STATES[changed.state]}
        return Done(f"/attendance/concerns/{concern_id}/", Toast(said))

    def context() -> dict[str, Any]:
        return {
            "concern": concern,
            "kind": KINDS[concern.kind],
            "state": CONCERN_STATES[concern.state],
            "tone": CONCERN_TONES[concern.state],
            "figures": figures_of(concern),
            "sessions": [_session(*each) for each in concern.evidence.get("sessions", ())],
            "may_edit": actor.reaches_all(Permission.CONCERNS_EDIT) and concern.state != Concern.State.CLOSED,
        }

    return submitted(request, "attendance/concern.html", context, act)


def _session(on: str, session: str, symbol: str, meaning: str) -> dict[str, object]:
    return {
        "on": date.fromisoformat(on),
        "session": SESSION_WORDS.get(session, session),
        "symbol": symbol,
        "tone": tone(meaning),
        "why": MEANING_WORDS[Meaning(meaning)],
    }
