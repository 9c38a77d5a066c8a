"""The list of stages: who came to which, what was decided, and the letter that the family was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from html import escape

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.forms import asked_date, asked_id
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.academics.queries import list_grade_names
from lyceum.domains.behaviour.models import EscalationCase, Notice
from lyceum.domains.behaviour.queries import StageFilter, letters_of, narrow_cases
from lyceum.domains.behaviour.queue import may_decide
from lyceum.domains.behaviour.words import CASE_STATES, NOTICE_STATES
from lyceum.domains.journal.rules import note_export
from lyceum.domains.tenancy.queries import time_zone, today

TONES = {
    "warned": "due", "reached": "late", "approved": "present", "done": "present", "dismissed": "none", "lapsed": "none",
}  # fmt: skip


@dataclass(frozen=True)
class StageRow:
    """A student at a stage, and the letter about it, where there is one."""

    case: EscalationCase
    letter: Notice | None

    @property
    def since(self) -> date:
        """The day on which the stage was reached, or came near."""
        return clock.local(self.case.reached_at or self.case.created_at, time_zone()).date()

    @property
    def decided_on(self) -> date | None:
        """The day on which somebody decided."""
        return clock.local(self.case.decided_at, time_zone()).date() if self.case.decided_at else None


def _state_html(row: StageRow) -> SafeString:
    state = row.case.state
    return SafeString(f'<span class="tag tag-{TONES[state]}">{escape(str(CASE_STATES[state]))}</span>')


def _stage_html(row: StageRow) -> SafeString:
    return SafeString(escape(_stage_words(row.case.stage)))


def _stage_words(n: int) -> str:
    return gettext("Stage %(n)s") % {"n": n}


def _counted_html(row: StageRow) -> SafeString:
    n = row.case.total
    return SafeString(escape(ngettext("%(n)d counted", "%(n)d counted", n) % {"n": n}))


def _letter(row: StageRow) -> str:
    return str(NOTICE_STATES[row.letter.state]) if row.letter else ""


def _letter_html(row: StageRow) -> SafeString:
    if row.letter is None or row.letter.state not in ("approved", "recallable", "sent"):
        return SafeString(escape(_letter(row)))
    name = escape(gettext("Letter about %(name)s") % {"name": row.case.student.person.full_name})
    path = f"/behaviour/notices/{row.letter.pk}/letter.pdf"
    return SafeString(f'<a class="button quiet" href="{path}" aria-label="{name}">{escape(gettext("Letter"))}</a>')


STAGES: Table[StageRow] = Table(
    name="stages",
    label=_("Stages"),
    columns=(
        Column("student", _("Student"), lambda row: row.case.student.person.full_name,
               sort=("student__person__sort_name",)),
        Column("stage", _("Stage"), lambda row: row.case.stage, html=_stage_html, sort=("stage",)),
        Column("counted", _("Counted"), lambda row: row.case.total, html=_counted_html, sort=("total",)),
        Column("since", _("Since"), lambda row: row.since, sort=("created_at",)),
        Column("state", _("State"), lambda row: CASE_STATES[row.case.state], html=_state_html),
        Column("letter", _("Letter"), _letter, html=_letter_html),
        Column("decided_by", _("Decided by"), lambda row: row.case.decided_by_name),
        Column("policy", _("Policy"), lambda row: gettext(row.case.policy.name), is_extra=True),
        Column("decided_on", _("Decided on"), lambda row: row.decided_on or "", is_extra=True),
        Column("reason", _("Why nothing follows"), lambda row: row.case.reason, is_extra=True),
        Column("read", _("Read by the family"), lambda row: bool(row.letter and row.letter.acknowledged_at),
               is_extra=True),
    ),
    href=lambda row: f"/behaviour/stages/{row.case.pk}/",
    order=("-created_at", "pk"),
)  # fmt: skip


def _with_letters(rows: list[EscalationCase], *, actor: Actor) -> Sequence[StageRow]:
    letters = letters_of(rows, actor=actor)
    return [StageRow(row, letters.get(row.pk)) for row in rows]


def asked_stages(request: HttpRequest) -> StageFilter:
    """The filter of the address; what makes no sense narrows nothing."""
    asked, day = request.GET, today()
    stage = asked.get("stage", "")
    return StageFilter(
        student=asked_id(request, "student"),
        grade=asked_id(request, "grade"),
        state=asked.get("state", "") if asked.get("state") in CASE_STATES else "",
        stage=int(stage) if stage.isdecimal() and len(stage) < 3 else None,
        first=asked_date(request, "from", day) if asked.get("from") else None,
        last=asked_date(request, "to", day) if asked.get("to") else None,
    )


@require_http_methods(["GET", "POST"])
def stages_page(request: HttpRequest) -> HttpResponse:
    """Every student who came to a stage, as far as whoever asks may see them at work."""
    actor = actor_of(request)
    actor.require(Permission.INCIDENTS_VIEW)
    every = _("All")
    stages = [(str(n), _stage_words(n)) for n in range(1, 5)]
    exports = actor.may(Permission.BEHAVIOUR_EXPORT)
    return answer_list(
        request,
        STAGES,
        narrow_cases(actor, asked_stages(request)),
        made=partial(_with_letters, actor=actor),
        template="behaviour/stages.html",
        filters=[
            Filter("state", _("State"), list(CASE_STATES.items()), every=every),
            Filter("stage", _("Stage"), stages, every=every),
            Filter("grade", _("Grade"), list_grade_names(actor), every=every),
            Filter("from", _("From"), kind="date"),
            Filter("to", _("To"), kind="date"),
        ],
        note_export=partial(note_export, STAGES.name, request.GET.urlencode(), actor=actor) if exports else None,
        context={"may_decide": may_decide(actor)},
    )
