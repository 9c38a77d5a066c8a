"""The board on which a draft is worked on: moving, locking, undoing, publishing."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.forms import asked_id, needed_date, submitted, typed_date, typed_id, typed_number
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast, Undo
from lyceum.domains.academics.queries import list_room_names
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.board import SORTS, Board, find_lesson, find_look, read_activity
from lyceum.domains.timetable.planning import read_plan
from lyceum.domains.timetable.plans import get_version
from lyceum.domains.timetable.rules.moves import Moved, move_lessons, swap_lessons, undo_change
from lyceum.domains.timetable.rules.publishing import publish_version
from lyceum.domains.timetable.rules.versions import create_version
from lyceum.domains.timetable.slots import list_slots

MOST_CLASHES = 50
FREE, COST, CLASH = "free", "cost", "clash"
FORMATS = (("pdf", "PDF"), ("xlsx", "Excel"), ("csv", "CSV"))
"""What is saved at once; a file for FET has a page that says what is not in it."""


@require_http_methods(["GET", "POST"])
def board_page(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """A version on its board; with a lesson chosen, every place it can go to."""
    actor = actor_of(request)
    if request.GET.get("part") == "chosen":
        return render(request, "timetable/_chosen.html", _context(request, version_id, actor))
    acts: dict[str, Callable[[HttpRequest, UUID, Actor], Toast | str]] = {
        "move": _move,
        "off": _take_off,
        "swap": _swap,
        "lock": _lock,
        "room": _put_in_room,
        "undo": _undo,
        "publish": _publish,
        "draft": _make_draft,
    }

    def act() -> str | Done:
        done = acts.get(request.POST.get("act", ""), _move)(request, version_id, actor)
        return done if isinstance(done, str) else Done(_here(request), done)

    return submitted(request, "timetable/board.html", lambda: _context(request, version_id, actor), act)


def _here(request: HttpRequest) -> str:
    """The same look at the board, without a lesson chosen."""
    kept = request.GET.copy()
    for name in ("lesson", "part"):
        kept.pop(name, None)
    return f"{request.path}?{kept.urlencode()}" if kept else request.path


def _context(request: HttpRequest, version_id: UUID, actor: Actor) -> dict[str, Any]:
    version = get_version(version_id, actor=actor)
    plan = read_plan(version)
    asked = request.GET
    every = asked.get("of") == ""
    look = find_look(plan, asked.get("by", ""), asked_id(request, "of"), every=every)
    lesson = find_lesson(plan, asked.get("lesson", ""))
    can_undo, running = read_activity(version) if version.is_draft else (False, None)
    board = Board(plan, look, lesson if lesson in plan.cards else None)
    chosen = _chosen(board, lesson, _wanted(asked.get("wanted", "")), actor) if lesson else None
    return {
        "version": version,
        "board": board,
        "look": look,
        "sorts": SORTS,
        "formats": FORMATS,
        "clashes": board.clashes[:MOST_CLASHES],
        "chosen": chosen,
        "rooms": list_room_names(actor, chosen=[chosen["room"]]) if chosen else [],
        "from_day": max(today(), version.year.starts),
        "can_undo": can_undo,
        "running": running,
    }


def _wanted(text: str) -> tuple[int, int] | None:
    """The place to which somebody wants a way, where the address names one."""
    day, dash, period = text.partition("-")
    return (int(day), int(period)) if dash and day.isdecimal() and period.isdecimal() else None


def _chosen(board: Board, lesson: UUID, wanted: tuple[int, int] | None, actor: Actor) -> dict[str, Any]:
    """A lesson with the places it can go to: the free ones first, then by cost, then those that clash."""
    answer = list_slots(lesson, wanted=wanted, actor=actor)
    card = board.plan.cards.get(lesson)
    if card is None:
        raise NotFoundError
    order = {FREE: 0, COST: 1, CLASH: 2}
    slots = sorted(answer["slots"], key=lambda s: (order[s["state"]], s["cost"], s["day"], s["period"]))
    named = [
        slot | {"at": board.plan.grid.words(slot["day"], slot["period"]), "said": "; ".join(slot["words"])}
        for slot in slots
        if (slot["day"], slot["period"]) != (card.day, card.period)
    ]
    here = board.plan.grid.words(card.day, card.period) if card.day and card.period is not None else ""
    return {
        "card": card,
        "words": board.plan.card_words(card),
        "here": here,
        "slots": named,
        "room": str(card.room or ""),
        "room_name": board.plan.name(card.room),
        "clashes": board.words_of.get(str(card.id), ()),
        "proposals": _proposals(answer["proposals"]),
        "wanted": board.plan.grid.words(*wanted) if wanted else "",
    }


def _proposals(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Several moves at once, in words and as the value that asks for them."""
    return [
        each
        | {
            "value": " ".join(f"{move['lesson']}:{move['day']}-{move['period']}" for move in each["moves"]),
            "said": "; ".join(move["words"] for move in each["moves"]),
        }
        for each in given
    ]


def _lesson(request: HttpRequest, name: str = "lesson") -> UUID:
    found = typed_id(request, name)
    if found is None:
        raise invalid_field(f"/{name}", "required", _("Choose a lesson."))
    return found


def _revision(request: HttpRequest) -> int | None:
    return typed_number(request, "revision", 0) or None


def _place(text: str) -> tuple[int, int]:
    day, _dash, period = text.partition("-")
    try:
        return int(day), int(period)
    except ValueError:
        raise invalid_field("/to", "choice", _("Choose a place on the board.")) from None


def _undoing(request: HttpRequest) -> Undo:
    return Undo(_here(request), [("act", "undo")])


def _move(request: HttpRequest, version_id: UUID, actor: Actor) -> Toast:
    """Put a lesson somewhere, or several as a proposal says; the words are those of the place."""
    lesson, given = _lesson(request), request.POST.get("to", "")
    moves = [
        Moved(_id(of), dict(zip(("day", "period"), _place(to), strict=True)))
        for of, _colon, to in (each.partition(":") for each in given.split())
        if to
    ]
    day, period = _place(given) if not moves else (0, 0)
    plan = read_plan(get_version(version_id, actor=actor))
    words = ""
    if not moves:
        moves = [Moved(lesson, {"day": day, "period": period})]
        words = _words_at(lesson, day, period, actor)
    move_lessons(version_id, moves, revision=_revision(request), actor=actor)
    said = [
        f"{plan.card_words(plan.cards[each.lesson])}: {plan.grid.words(each.values['day'], each.values['period'])}."
        for each in moves
        if each.lesson in plan.cards
    ]
    return Toast(" ".join([*said, words]).strip(), _undoing(request))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise invalid_field("/to", "choice", _("Choose a place on the board.")) from None


def _words_at(lesson: UUID, day: int, period: int, actor: Actor) -> str:
    """What a lesson does to others at a place."""
    slots = list_slots(lesson, actor=actor)["slots"]
    slot = next((each for each in slots if (each["day"], each["period"]) == (day, period)), None)
    if slot is None:
        return ""
    return " ".join([_("Free."), *slot["words"]] if slot["state"] == FREE else slot["words"])


def _take_off(request: HttpRequest, version_id: UUID, actor: Actor) -> Toast:
    move_lessons(
        version_id, [Moved(_lesson(request), {"day": None})], act="off", revision=_revision(request), actor=actor
    )
    return Toast(_("Taken off the board."), _undoing(request))


def _swap(request: HttpRequest, version_id: UUID, actor: Actor) -> Toast:
    other = _lesson(request, "with")
    swap_lessons(version_id, _lesson(request), other, revision=_revision(request), actor=actor)
    return Toast(_("The two lessons have changed places."), _undoing(request))


def _lock(request: HttpRequest, version_id: UUID, actor: Actor) -> Toast:
    chosen = set(request.POST.getlist("locked"))
    values = {"time_locked": "time" in chosen, "room_locked": "room" in chosen}
    move_lessons(version_id, [Moved(_lesson(request), values)], act="lock", revision=_revision(request), actor=actor)
    return Toast(_("Locked.") if chosen else _("Unlocked."), _undoing(request))


def _put_in_room(request: HttpRequest, version_id: UUID, actor: Actor) -> Toast:
    values = {"room_id": typed_id(request, "room")}
    move_lessons(version_id, [Moved(_lesson(request), values)], act="room", revision=_revision(request), actor=actor)
    return Toast(_("The room is changed."), _undoing(request))


def _undo(request: HttpRequest, version_id: UUID, actor: Actor) -> Toast:
    undo_change(version_id, revision=_revision(request), actor=actor)
    return Toast(_("Undone."))


def _publish(request: HttpRequest, version_id: UUID, actor: Actor) -> Toast:
    done = publish_version(
        version_id,
        effective_from=needed_date(request, "effective_from"),
        effective_to=typed_date(request, "effective_to"),
        leave_unplaced=request.POST.get("leave_unplaced") == "1",
        actor=actor,
    )
    lessons = done.kept + done.begun
    words = ngettext("Published: %(n)d lesson.", "Published: %(n)d lessons.", lessons)
    return Toast(words % {"n": lessons})


def _make_draft(request: HttpRequest, version_id: UUID, actor: Actor) -> str:
    del request
    version = get_version(version_id, actor=actor)
    return f"/timetable/versions/{create_version(version.year_id, parent=version.pk, actor=actor).pk}/"
