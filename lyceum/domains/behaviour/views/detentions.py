"""Pages of detentions: the list, setting one, and one with everything that can be done with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.forms import asked_id, submitted, typed_id, typed_number
from lyceum.core.lists import Column, Filter, Table, answer_list
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast, Undo
from lyceum.domains.behaviour.detention_calendar import calendar_text, feed_text, list_entries, read_token, sign_feed
from lyceum.domains.behaviour.detention_policies import is_staff_here
from lyceum.domains.behaviour.detention_queries import (
    DETENTION_ORDER,
    find_part,
    get_detention,
    list_detention_types,
    list_detentions,
    list_marks_past,
    list_notices_of,
    list_open_slots,
    may_change,
)
from lyceum.domains.behaviour.models import Detention, Participant
from lyceum.domains.behaviour.rules.detentions.fitting import said
from lyceum.domains.behaviour.rules.detentions.moving import Moved, ask_to_move, reschedule_detention
from lyceum.domains.behaviour.rules.detentions.setting import (
    NewDetention,
    Placed,
    approve_detention,
    cancel_detention,
    correct_detention,
    excuse_detention,
    note_family_told,
    propose_slots,
    set_detention,
)
from lyceum.domains.behaviour.rules.detentions.states import MAY_BECOME
from lyceum.domains.behaviour.rules.detentions.telling import acknowledge_detention, preview_notice
from lyceum.domains.behaviour.rules.telling import shown_recipients
from lyceum.domains.behaviour.views.detention_board import TONES
from lyceum.domains.journal.rules import note_export
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.people.queries import get_student, list_own_students
from lyceum.domains.tenancy.closing import visiting
from lyceum.domains.tenancy.queries import today

MOST_FOUND = 20
CAME_FROM = {"board": "/behaviour/detentions/", "queue": "/behaviour/queue/"}
"""Pages on which proposals are set one after the other."""


def _state_html(row: Detention) -> SafeString:
    return format_html('<span class="tag tag-{}">{}</span>', TONES.get(row.state, "none"), row.state_words)


TABLE: Table[Detention] = Table(
    name="detentions",
    label=_("Detentions"),
    columns=(
        Column("student", _("Student"), lambda row: row.student.person.full_name, sort=("student__person__sort_name",)),
        Column("number", _("Number"), lambda row: row.student.registration_number, is_extra=True),
        Column("type", _("Detention"), lambda row: gettext(row.type.name), sort=("type__name",)),
        Column("when", _("When"), lambda row: said(row.starts_at) if row.starts_at else ""),
        Column("date", _("Date"), lambda row: row.on, is_extra=True),
        Column("minutes", _("Minutes"), lambda row: row.minutes, is_number=True),
        Column("served", _("Minutes served"), lambda row: row.minutes_served, is_number=True, is_extra=True),
        Column("reason", _("Reason"), lambda row: row.reason),
        Column("supervisor", _("Supervisor"), lambda row: row.supervisor, is_extra=True),
        Column("set_by", _("Set by"), lambda row: row.set_by_name, is_extra=True),
        Column("moves", _("Moves"), lambda row: row.moves, is_number=True, is_extra=True),
        Column("state", _("State"), lambda row: str(row.state_words), sort=("state",), html=_state_html),
    ),
    href=lambda row: f"/behaviour/detentions/{row.pk}/",
    order=DETENTION_ORDER,
)


@require_http_methods(["GET", "POST"])
def list_page(request: HttpRequest) -> HttpResponse:
    """All detentions that somebody may see; a family sees its own."""
    actor, asked = actor_of(request), request.GET
    states = [(state.value, state.label) for state in Detention.State]
    known = asked.get("status", "") in dict(states)
    rows = list_detentions(
        actor,
        status=asked["status"] if known else "",
        type_id=asked_id(request, "type"),
        student=asked_id(request, "student"),
        first=_asked_day(request, "from"),
        last=_asked_day(request, "to"),
    )
    every = _("All")
    filters = (
        Filter("status", _("State"), states, every=every),
        Filter(
            "type",
            _("Detention"),
            [(str(each.pk), gettext(each.name)) for each in list_detention_types(actor)],
            every=every,
        ),
        Filter("from", _("From"), kind="date"),
        Filter("to", _("To"), kind="date"),
    )
    exports = actor.may(Permission.BEHAVIOUR_EXPORT)
    return answer_list(
        request,
        TABLE if is_staff_here(actor) else FOR_FAMILIES,
        rows,
        template="behaviour/detentions.html",
        filters=filters,
        note_export=partial(note_export, TABLE.name, asked.urlencode(), actor=actor) if exports else None,
        context={
            "at_work": is_staff_here(actor),
            "may_set": actor.may(Permission.DETENTIONS_SET),
            "feed": f"/behaviour/detentions/feeds/{sign_feed(actor)}/" if actor.user_id else "",
        },
    )


def _asked_day(request: HttpRequest, name: str) -> date | None:
    """A day of the address, or None: what is no day filters nothing."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None


@require_GET
def calendar_file(request: HttpRequest) -> HttpResponse:
    """One's slots, or one's detentions, for a calendar: time and place alone."""
    actor = actor_of(request)
    actor.require(Permission.BEHAVIOUR_VIEW)
    response = HttpResponse(calendar_text(list_entries(actor)), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="detentions.ics"'
    return response


@require_GET
def feed(request: HttpRequest, detention_feed_token: str) -> HttpResponse:
    """The same for a calendar program: for whoever has its address."""
    del request
    school_id, user_id = read_token(detention_feed_token)
    with visiting(school_id):
        source = feed_text(school_id, user_id)
    return HttpResponse(source, content_type="text/calendar; charset=utf-8")


FOR_FAMILIES: Table[Detention] = Table(
    name=TABLE.name,
    label=TABLE.label,
    columns=tuple(c for c in TABLE.columns if c.name in ("student", "type", "when", "minutes", "reason", "state")),
    href=TABLE.href,
    order=DETENTION_ORDER,
)
"""What a student and their family read."""


@require_http_methods(["GET", "POST"])
def detention_new(request: HttpRequest) -> HttpResponse:
    """Set a detention: for whom, of which type; the next slot is proposed, and what the family will read is shown."""
    actor = actor_of(request)
    actor.require(Permission.DETENTIONS_SET)

    def act() -> Done:
        student_id = typed_id(request, "student")
        if student_id is None:
            raise invalid_field("/student", "required", gettext("Choose a student."))
        new = NewDetention(
            student_id=student_id,
            type_id=typed_id(request, "type"),
            reason=request.POST.get("reason", ""),
            slot_id=typed_id(request, "slot"),
            participant_id=typed_id(request, "participant"),
            notes=request.POST.get("notes", ""),
        )
        return _set(set_detention(new, actor=actor))

    return submitted(request, "behaviour/detention_new.html", lambda: _new_context(request, actor), act)


def _set(placed: Placed) -> Done:
    row, address = placed.detention, f"/behaviour/detentions/{placed.detention.pk}/"
    if row.starts_at is None:
        return Done(address, Toast(_why_it_waits(placed)))
    undo = Undo(address, [("act", "cancel"), ("reason", gettext("Undone"))])
    return Done(address, Toast(gettext("Set: %(at)s.") % {"at": said(row.starts_at)}, undo))


def _why_it_waits(placed: Placed) -> str:
    if placed.waits_for_family:
        return gettext("It waits: nobody of the family could be told.")
    return gettext("Kept as a proposal: no slot fits yet.") if placed.passed else gettext("Proposed.")


def _new_context(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    asked = request.POST if request.method == "POST" else request.GET
    part = _part(asked.get("participant", ""), actor)
    student = _student(asked.get("student", ""), part, actor)
    types = list(list_detention_types(actor, active=True))
    context: dict[str, Any] = {"part": part, "student": student, "types": [(str(t.pk), t.name) for t in types]}
    if student is None:
        text = request.GET.get("q", "")
        seen = visible_students(actor, Permission.DETENTIONS_SET)
        found = list_own_students(actor, text=text, status="on_roll", day=today()).filter(seen)
        return context | {"q": text, "found": list(found[:MOST_FOUND]) if text else []}
    wanted = asked.get("type", "") or (str(part.incident.type.follow_up_detention or "") if part else "")
    kind = next((each for each in types if str(each.pk) == wanted), next(iter(types), None))
    if kind is None:
        return context
    (proposal,) = propose_slots(kind.pk, students=[student.pk], actor=actor)
    reason = part.incident.type.family_name if part else ""
    return context | {
        "kind": kind,
        "proposal": proposal,
        "passed": [(said(each.slot.starts_at), each.why) for each in proposal.passed],
        "at": said(proposal.slot.starts_at) if proposal.slot else "",
        "slots": _slot_choices(kind.pk),
        "reason": reason,
        "preview": preview_notice(student, kind, proposal.slot, reason, actor=actor),
    }


def _part(text: str, actor: Actor) -> Participant | None:
    try:
        return find_part(UUID(text), actor=actor) if text else None
    except ValueError:
        return None


def _student(text: str, part: Participant | None, actor: Actor) -> Student | None:
    if part:
        return get_student(part.student_id, actor=actor, permission=Permission.DETENTIONS_SET)
    try:
        return get_student(UUID(text), actor=actor, permission=Permission.DETENTIONS_SET) if text else None
    except (ValueError, NotFoundError):
        return None


def _slot_choices(type_id: UUID) -> list[tuple[str, str]]:
    return [
        (str(slot.pk), f"{said(slot.starts_at)} ({slot.seats_taken}/{slot.capacity})")  # type: ignore[attr-defined]  # annotated
        for slot in list_open_slots(type_id)
    ]


@require_http_methods(["GET", "POST"])
def detention_page(request: HttpRequest, detention_id: UUID) -> HttpResponse:
    """One detention: what it is, what it was, and what can be done."""
    actor = actor_of(request)
    acts: dict[str, Callable[[HttpRequest, UUID, Actor], Done]] = {
        "move": _move,
        "excuse": _excuse,
        "cancel": _cancel,
        "approve": _approve,
        "told": _told,
        "correct": _correct,
        "ask": _ask,
        "acknowledge": _acknowledge,
    }

    def act() -> Done:
        chosen = acts.get(request.POST.get("act", ""))
        if chosen is None:
            raise NotFoundError
        return chosen(request, detention_id, actor)

    return submitted(request, "behaviour/detention.html", lambda: _context(detention_id, actor), act)


def _context(detention_id: UUID, actor: Actor) -> dict[str, Any]:
    row = get_detention(detention_id, actor=actor)
    at_work = is_staff_here(actor)
    possible = MAY_BECOME.get(row.state, frozenset())
    changes = at_work and may_change(row, actor)
    decides = at_work and actor.reaches_all(Permission.INCIDENTS_REVIEW)
    notices = list(list_notices_of(row))
    sent = next((each for each in notices if each.state == "sent"), None)
    mine = not at_work and actor.may(Permission.DETENTIONS_ASK_TO_MOVE)
    return {
        "row": row,
        "tone": TONES.get(row.state, "none"),
        "at": said(row.starts_at) if row.starts_at else "",
        "room": row.slot.room if row.slot else None,
        "moved_to": next(iter(row.moved_to.all()), None),
        "at_work": at_work,
        "may_move": changes and "rescheduled" in possible,
        "may_excuse": changes and "excused" in possible and actor.reaches_all(Permission.DETENTIONS_SET),
        "may_cancel": changes and "cancelled" in possible,
        "may_tell": changes and bool(row.untold) and row.state in ("proposed", "scheduled", "excused"),
        "may_approve": decides and row.state == "proposed",
        "may_correct": decides and not possible and row.slot_id is not None and row.state != "rescheduled",
        "may_ask": mine and row.state == "scheduled",
        "may_acknowledge": mine and sent is not None and sent.acknowledged_at is None,
        "sent": sent,
        "notices": [(each, shown_recipients(each, actor=actor)) for each in notices] if at_work else [],
        "slots": _slot_choices(row.type_id) if changes or decides else [],
        "past": _past(row) if at_work else [],
    }


@dataclass(frozen=True)
class Was:
    """What a detention was, or what its register said, at some time."""

    words: object
    minutes: int | None
    at: str
    by: str
    why: str


def _past(row: Detention) -> list[Was]:
    """States and marks in the order of time."""
    states = [
        (each.at, each.get_state_display(), None, each.by_name, each.why) for each in row.past.order_by("version")
    ]
    marks = [(each.at, each.words, each.minutes, each.by_name, each.reason) for each in list_marks_past(row)]
    found = sorted([*marks, *states], key=lambda each: each[0])
    return [Was(words, minutes, said(at), by, why) for at, words, minutes, by, why in found]


def _back(detention: Detention, words: str) -> Done:
    return Done(f"/behaviour/detentions/{detention.pk}/", Toast(words))


def _moved(moved: Moved) -> Done:
    if moved.new is None or moved.new.starts_at is None:
        return _back(moved.old, gettext("No other slot fits yet: it waits for one."))
    return _back(moved.new, gettext("Moved to %(at)s.") % {"at": said(moved.new.starts_at)})


def _move(request: HttpRequest, detention_id: UUID, actor: Actor) -> Done:
    reason = request.POST.get("reason", "")
    moved = reschedule_detention(detention_id, slot_id=typed_id(request, "slot"), reason=reason, actor=actor)
    done = _moved(moved)
    on = moved.new.on if moved.new else None
    if request.POST.get("from") == "board" and on is not None:
        return Done(f"{CAME_FROM['board']}?date={on:%Y-%m-%d}", done.toast)
    return done


def _excuse(request: HttpRequest, detention_id: UUID, actor: Actor) -> Done:
    return _moved(excuse_detention(detention_id, reason=request.POST.get("reason", ""), actor=actor))


def _cancel(request: HttpRequest, detention_id: UUID, actor: Actor) -> Done:
    return _back(
        cancel_detention(detention_id, reason=request.POST.get("reason", ""), actor=actor), gettext("Cancelled.")
    )


def _approve(request: HttpRequest, detention_id: UUID, actor: Actor) -> Done:
    placed = approve_detention(detention_id, slot_id=typed_id(request, "slot"), actor=actor)
    at = placed.detention.starts_at
    words = gettext("Set: %(at)s.") % {"at": said(at)} if at else _why_it_waits(placed)
    came_from = CAME_FROM.get(request.POST.get("from", ""))
    return Done(came_from, Toast(words)) if came_from else _back(placed.detention, words)


def _told(request: HttpRequest, detention_id: UUID, actor: Actor) -> Done:
    words = request.POST.get("reason", "")
    placed = note_family_told(detention_id, words=words, slot_id=typed_id(request, "slot"), actor=actor)
    return _back(placed.detention, gettext("Noted: the family knows."))


def _correct(request: HttpRequest, detention_id: UUID, actor: Actor) -> Done:
    row = correct_detention(
        detention_id,
        state=request.POST.get("state", ""),
        reason=request.POST.get("reason", ""),
        minutes_served=typed_number(request, "minutes_served", 0),
        actor=actor,
    )
    return _back(row, gettext("Corrected."))


def _ask(request: HttpRequest, detention_id: UUID, actor: Actor) -> Done:
    moved = ask_to_move(detention_id, words=request.POST.get("reason", ""), actor=actor)
    if moved.new is None:
        return _back(moved.old, gettext("The school was asked and will decide."))
    return _moved(moved)


def _acknowledge(_request: HttpRequest, detention_id: UUID, actor: Actor) -> Done:
    return _back(acknowledge_detention(detention_id, actor=actor), gettext("Thank you. The school sees that you know."))
