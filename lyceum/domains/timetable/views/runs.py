"""A run of the engine as it goes on, and what came of it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lyceum.core.actor import Actor
from lyceum.core.forms import submitted
from lyceum.core.rest import actor_of
from lyceum.core.toasts import Done, Toast
from lyceum.domains.timetable import tasks
from lyceum.domains.timetable.live import run_topic
from lyceum.domains.timetable.models import Run
from lyceum.domains.timetable.plans import get_run, list_planned
from lyceum.domains.timetable.reasons import say, say_all
from lyceum.domains.timetable.rules.runs import NewRun, cancel_run, start_run

MOST_UNPLACED = 50


@require_http_methods(["GET", "POST"])
def run_page(request: HttpRequest, timetable_run_id: UUID) -> HttpResponse:
    """How far a run is; the way to stop it; at its end the draft, and why lessons have no place."""
    actor = actor_of(request)
    here = f"/timetable/runs/{timetable_run_id}/"
    if request.GET.get("part") == "state":
        return render(request, "timetable/_run_state.html", _context(timetable_run_id, actor))

    def act() -> str | Done:
        if request.POST.get("act") == "again":
            return f"/timetable/runs/{_again(get_run(timetable_run_id, actor=actor), actor).pk}/"
        cancel_run(timetable_run_id, actor=actor)
        return Done(here, Toast(_("The run stops; its best is kept.")))

    return submitted(request, "timetable/run.html", lambda: _context(timetable_run_id, actor), act)


def _context(run_id: UUID, actor: Actor) -> dict[str, Any]:
    run = get_run(run_id, actor=actor)
    progress = run.progress
    unplaced = []
    if run.is_over and run.version:
        rows = list_planned(run.version, actor=actor, placed=False)[:MOST_UNPLACED]
        unplaced = [(row, _who(row), [say(each) for each in row.reasons]) for row in rows]
    return {
        "run": run,
        "topic": run_topic(run.pk),
        "placed": progress.get("placed") or 0,
        "lessons": progress.get("lessons") or 0,
        "left": len(unplaced) if run.is_over else (progress.get("lessons") or 0) - (progress.get("placed") or 0),
        "seconds": int(progress.get("seconds") or 0),
        "cost": progress.get("cost"),
        "bound": progress.get("bound"),
        "moved": progress.get("moved"),
        "moved_at_least": progress.get("moved_at_least"),
        "reasons": list(_reasons(say_all(run.reasons))),
        "unplaced": unplaced,
    }


def _who(row: Any) -> str:
    names = [str(each.group or each.school_class) for each in row.classes.all()]
    return ", ".join([*names, *(str(each.staff) for each in row.teachers.all())])


def _reasons(given: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    """Reasons with links to the rules that people set, and the one whose weakening costs least."""
    for each in given:
        links = [(rule_id, rule["words"]) for rule in each.get("rules", ()) if (rule_id := _rule_id(rule["ref"]))]
        yield dict(each) | {"links": links, "relax": links[0][0] if each.get("code") == "relax" and links else ""}


def _rule_id(ref: str) -> str:
    """The id of a rule that a person set; nothing for what always holds."""
    sort, _colon, key = ref.partition(":")
    return key if sort == "rule" else ""


def _again(run: Run, actor: Actor) -> Run:
    """Go on from where a run ended, with its settings."""
    options = {name: run.options[name] for name in ("workers", "max_per_day", "max_per_week") if name in run.options}
    new = NewRun(version=run.version_id, kind=run.kind, scope=run.scope, seed=run.seed, seconds=run.seconds, **options)
    return start_run(new, enqueue=tasks.enqueue(actor), actor=actor)
