"""The work of a run, step by step, each in a short transaction: claimed, heard of, ended."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.journal.models import Job
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.timetable.engine import Task
from lyceum.domains.timetable.facts import RunFinished, RunProgressed
from lyceum.domains.timetable.models import Run, Version
from lyceum.domains.timetable.planning import Plan, read_plan
from lyceum.domains.timetable.planning.problem import Built, Wishes, build_problem
from lyceum.domains.timetable.reasons import as_values
from lyceum.domains.timetable.rules.moves import Place, write_places
from lyceum.domains.timetable.rules.runs import cards_at_work, cards_in_scope, close_job
from lyceum.domains.timetable.writing import update_many
from lyceum.solver.checker import check, cost, hard, lasting
from lyceum.solver.interchange import problem_to_plain
from lyceum.solver.solution import Placement, Progress, Result, State, Timetable

LEAST_SECONDS = 2
CENT = 1e-6
"""What is left at least to a run that goes on after its worker was lost."""


@dataclass(frozen=True)
class Work:
    """A claimed run: the engine's task, and what its names stand for."""

    run: UUID
    built: Built
    plan: Plan
    task: Task
    scope: frozenset[UUID]
    begun: tuple[int, float] | None = None
    """How many lessons have a place as it begins, and what that costs; None where it breaks what must hold. Until the
    engine has found as much, nothing of what it says is a best.
    """

    def is_better(self, placed: int, cost: float) -> bool:
        """Whether something found is better than what there was."""
        return self.begun is None or (placed, -cost) > (self.begun[0], -self.begun[1] + CENT)


def claim_run(run_id: UUID) -> Work | None:
    """Take a run in hand, anew or where a lost worker left it; None where there is nothing more to do."""
    run = Run.objects.select_for_update(of=("self",)).select_related("version__year").filter(pk=run_id).first()
    if run is None or run.is_over or run.version is None:
        return None
    now = clock.now()
    if run.began_at and run.heard_at:
        run.spent += max(0, int((run.heard_at - run.began_at).total_seconds()))
    run.state, run.began_at, run.heard_at = Run.State.RUNNING, now, now
    run.save(update_fields=["state", "began_at", "heard_at", "spent", "updated_at"])
    close_job(run)
    plan = read_plan(run.version)
    scope = frozenset(cards_in_scope(plan, run.scope))
    everything = len(scope) == len(plan.cards)
    built = build_problem(
        replace(plan, cards=cards_at_work(plan, scope)), wishes=Wishes(run.options.get("max_per_day"))
    )
    before = dict(built.before)
    if run.best:
        before |= _timetable(run.best, built, plan)
    return Work(
        run=run.pk,
        built=built,
        plan=plan,
        scope=scope,
        begun=_quality(built, before),
        task=Task(
            problem=problem_to_plain(built.problem),
            seconds=float(max(LEAST_SECONDS, run.seconds - run.spent)),
            seed=run.seed,
            workers=int(run.options.get("workers", 2)),
            scope=None if everything else tuple(sorted(built.activity_of(card) for card in scope)),
            hints=before or None,
            kind=run.kind,
        ),
    )


def _quality(built: Built, before: Timetable) -> tuple[int, float] | None:
    violations = check(built.problem, before)
    if hard(lasting(built.problem, before, violations)):
        return None
    return len(before), cost(violations)


def _timetable(best: Mapping[str, Place], built: Built, plan: Plan) -> dict[str, Placement]:
    """What was saved of a best, for the engine to go on from."""
    found: dict[str, Placement] = {}
    names = {str(lesson): name for name, lesson in built.lessons.items()}
    rooms = {str(row): name for name, row in plan.imported.ids("rooms").items()} if plan.imported else {}
    for lesson, (day, period, room) in best.items():
        slot = plan.grid.find_slot(day, period)
        if lesson in names and slot is not None:
            found[names[lesson]] = Placement(slot, rooms.get(room, room))
    return found


def places_of(timetable: Timetable, work: Work) -> dict[str, list[Any]]:
    """A timetable as it is saved: `{lesson: [day, period, room]}`."""
    rooms = work.plan.imported.ids("rooms") if work.plan.imported else {}
    return {
        str(work.built.lessons[name]): [*work.plan.grid.place(each.start), _room(each.room, rooms)]
        for name, each in timetable.items()
        if name in work.built.lessons
    }


def _room(name: str | None, of_file: Mapping[str, UUID]) -> str | None:
    """The id of a room: of a file's by its name there, of ours its name is the id."""
    return None if name is None else str(of_file.get(name, name))


def note_progress(work: Work, progress: Progress, *, best: Timetable | None, actor: Actor) -> bool:
    """Keep what the engine says, and tell who watches of what is better. Returns whether somebody asked to stop."""
    run = Run.objects.select_for_update(of=("self",)).get(pk=work.run)
    before = run.progress
    is_better = work.is_better(progress.placed, progress.cost)
    placed, price = (progress.placed, progress.cost) if is_better or work.begun is None else work.begun
    run.progress = {
        "seconds": round(run.spent + progress.seconds, 1),
        "placed": placed,
        "lessons": len(work.built.lessons),
        "cost": price,
        "bound": progress.bound,
    }
    run.heard_at = clock.now()
    if best is not None and is_better:
        run.best = places_of(best, work)
    run.save(update_fields=["progress", "best", "heard_at", "updated_at"])
    close_job(run)
    if any(run.progress[name] != before.get(name) for name in ("placed", "cost", "bound")):
        fact = RunProgressed(run_id=run.pk, state=run.state, **run.progress)
        record("timetable.run.progress", target=Target.of(run), facts=[fact], actor=actor)
    return is_stop_asked(run)


def is_stop_asked(run: Run) -> bool:
    """Whether somebody wants the run to stop: here, or on the page of jobs."""
    of_job = Job.objects.filter(pk=run.job_id, cancel_asked=True) if run.job_id else Job.objects.none()
    return run.cancel_asked or of_job.exists()


def ask_whether_to_stop(work: Work) -> bool:
    """The same, while the engine says nothing; it also shows that the worker is alive."""
    Run.objects.filter(pk=work.run).update(heard_at=clock.now())
    return is_stop_asked(Run.objects.get(pk=work.run))


def finish_run(
    work: Work, result: Result | None, reasons: Mapping[str, Any] | None, *, words: str = "", actor: Actor
) -> Run:
    """Put what was found into the draft, and say how it ended. Without a result the best that was saved counts."""
    run = Run.objects.select_for_update(of=("self",)).select_related("version").get(pk=work.run)
    if result is not None and work.is_better(len(result.timetable), result.cost):
        if result.timetable or not run.best:
            run.best = places_of(result.timetable, work)
            run.progress |= {"placed": len(result.timetable), "cost": result.cost, "bound": result.bound}
        if run.kind == Run.Kind.REPAIR:
            run.progress |= {"moved": len(result.moved), "moved_at_least": result.moved_at_least}
    run.reasons = as_values(reasons or {}, work.built, work.plan)
    run.state = _state(run, result, reasons)
    run.ended_at = clock.now()
    run.log = words[:10_000]
    unplaced = _write_best(run, work, actor=actor)
    run.save()
    close_job(run, words)
    fact = RunFinished(run_id=run.pk, state=run.state, unplaced=unplaced)
    record("timetable.run.finish", target=Target.of(run), facts=[fact], actor=actor)
    return run


def _state(run: Run, result: Result | None, reasons: Mapping[str, Any] | None) -> Run.State:
    if is_stop_asked(run):
        return Run.State.CANCELLED
    if run.kind == Run.Kind.EXPLAIN and reasons:
        return Run.State.INFEASIBLE if reasons["verdict"] == "impossible" else Run.State.DONE
    if result is None:
        return Run.State.FAILED
    return Run.State.INFEASIBLE if result.state is State.IMPOSSIBLE else Run.State.DONE


def _write_best(run: Run, work: Work, *, actor: Actor) -> int:
    """The best into the draft; lessons that are locked or out of scope stay, and without a best all. Those without a
    place get the reasons. Returns how many those are.
    """
    version = run.version
    if version is None or not version.is_draft or run.kind == Run.Kind.EXPLAIN:
        return 0
    if run.best:
        _write_places(run, version, work, actor=actor)
    reasons: dict[str, list[Any]] = {}
    for reason in run.reasons:
        for lesson in reason.get("lessons", ()):
            reasons.setdefault(lesson, []).append(reason)
    unplaced = list(version.lessons.filter(day__isnull=True))
    for lesson in unplaced:
        lesson.reasons = reasons.get(str(lesson.pk), [])[:5] or [{"code": "no_place_found"}]
    update_many(unplaced, ["reasons"])
    return len(unplaced)


def _write_places(run: Run, version: Version, work: Work, *, actor: Actor) -> None:
    places: dict[UUID, Place] = {}
    for card in work.plan.cards.values():
        if card.id not in work.scope or (card.time_locked and card.is_placed):
            continue
        day, period, room = run.best.get(str(card.id), [None, None, None])
        places[card.id] = [day, period, UUID(room) if room else (card.room if card.room_locked else None)]
    write_places(version, places, act="run", actor=actor)
    version.source, version.score = version.Source.RUN, run.progress.get("cost")
    version.save(update_fields=["source", "score", "updated_at"])
