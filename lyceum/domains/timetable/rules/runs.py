"""Runs of the engine: asked for, watched, stopped; what it found goes into the draft."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import AcademicYear, Class
from lyceum.domains.academics.rules.bells import find_or_make_cycle
from lyceum.domains.journal.facts import FactPayload
from lyceum.domains.journal.models import Job
from lyceum.domains.journal.rules import Changes, Target, record
from lyceum.domains.timetable.facts import RunFinished
from lyceum.domains.timetable.models import Requirement, Run, Version
from lyceum.domains.timetable.planning import Card, Plan, read_plan
from lyceum.domains.timetable.rules.from_classes import generate_requirements
from lyceum.domains.timetable.rules.requirements import ImpossibleError
from lyceum.domains.timetable.rules.versions import RunAtWorkError, create_version, fill_version, get_draft

JOB_KIND = "timetable.run"
MOST_SECONDS = 86_400
USUAL_SECONDS = 60
SCOPES = ("grades", "classes", "teachers", "requirements")
WAITING = (Run.State.QUEUED, Run.State.RUNNING)
Enqueue = Callable[[Run], None]


class NothingToPlaceError(RuleError):
    """There is no lesson that the engine might move."""

    code = "nothing_to_place"
    title = gettext_noop("Nothing to place")


@dataclass(frozen=True)
class NewRun:
    """What the engine is asked for."""

    year: UUID | None = None
    """None: that of the version, or the current one."""
    version: UUID | None = None
    """The draft to work on; None: a new one, with what the requirements ask for."""
    kind: str = "solve"
    scope: Mapping[str, list[str]] = field(default_factory=dict)
    seed: int = 0
    seconds: int = USUAL_SECONDS
    workers: int = 2
    max_per_day: int | None = None
    max_per_week: int | None = None


@transaction.atomic
def start_run(new: NewRun, *, enqueue: Enqueue, actor: Actor) -> Run:
    """Let the engine make or improve a draft. A school with classes alone gets requirements, a week and bells."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    _check(new)
    version = _version_for(new, actor)
    if new.kind != "repair":
        fill_version(version)
    plan = read_plan(version)
    _refuse_nothing(plan, new)
    if new.max_per_week:
        _refuse_too_many(plan, new.max_per_week)
    lessons = len(cards_at_work(plan, cards_in_scope(plan, new.scope)))
    options = {"max_per_day": new.max_per_day, "max_per_week": new.max_per_week, "workers": new.workers}
    job = Job.objects.create(
        kind=JOB_KIND, arguments={"version": str(version.pk)}, started_by=actor.user_id, message=_("Waiting to begin")
    )
    at_work = RunAtWorkError(_("The engine is at work on %(name)s. Stop it first.") % {"name": version})
    with refusing(one_run_of_a_version=lambda: at_work):
        run = Run.objects.create(
            year_id=version.year_id,
            version=version,
            result=version,
            kind=new.kind,
            scope=dict(new.scope),
            options={name: value for name, value in options.items() if value is not None},
            seed=new.seed,
            seconds=new.seconds,
            progress={"seconds": 0, "placed": 0, "lessons": lessons, "cost": None, "bound": None},
            started_by=actor.user_id,
            started_by_name=actor.name[:200],
            job=job,
        )
    record("timetable.run.start", target=Target.of(run), actor=actor)
    enqueue(run)
    return run


def _check(new: NewRun) -> None:
    if new.kind not in Run.Kind.values:
        raise invalid_field("/kind", "choice", _("There is no such kind of run."))
    if not 1 <= new.seconds <= MOST_SECONDS:
        raise invalid_field("/seconds", "range", _("Give 1 to %(most)s seconds.") % {"most": MOST_SECONDS})
    if not 0 <= new.seed <= 2_147_483_647:
        raise invalid_field("/seed", "range", _("Give a seed of at most 31 bits."))
    if not 1 <= new.workers <= 16:
        raise invalid_field("/workers", "range", _("Give 1 to 16 workers."))
    for name, value in (("max_per_day", new.max_per_day), ("max_per_week", new.max_per_week)):
        if value is not None and not 1 <= value <= 200:
            raise invalid_field(f"/{name}", "range", _("Give 1 to 200 lessons."))
    for name, ids in new.scope.items():
        if name not in SCOPES or not all(_is_id(each) for each in ids):
            raise invalid_field("/scope", "choice", _("A scope names grades, classes, teachers or requirements by id."))


def _is_id(given: str) -> bool:
    try:
        UUID(str(given))
    except ValueError:
        return False
    return True


def _version_for(new: NewRun, actor: Actor) -> Version:
    """The draft to work on: the one named, a draft of a published one, or a new one."""
    if new.version:
        version = Version.objects.filter(pk=new.version).first()
        if version is None:
            raise NotFoundError
        if version.is_draft:
            return get_draft(version.pk, actor=actor)
        return create_version(version.year_id, parent=version.pk, actor=actor)
    years = AcademicYear.objects.filter(pk=new.year) if new.year else AcademicYear.objects.filter(state="current")
    year = years.first()
    if year is None:
        raise NotFoundError(_("There is no such year here."))
    find_or_make_cycle(year, actor=actor)
    if not Requirement.objects.filter(year=year).exists():
        generate_requirements(year.pk, max_per_week=new.max_per_week, actor=actor)
    return create_version(year.pk, actor=actor)


def _refuse_nothing(plan: Plan, new: NewRun) -> None:
    scope = cards_in_scope(plan, new.scope)
    if not any(not (card.time_locked and card.is_placed) for card in plan.cards.values() if card.id in scope):
        raise NothingToPlaceError(_("There is no lesson to place: say first what must be taught, or unlock some."))


def _refuse_too_many(plan: Plan, most: int) -> None:
    """A class has at most so many periods in a cycle: counted for whom no group parts."""
    loads: dict[str, int] = {}
    for card in plan.cards.values():
        for part in {part for sat in card.sits for part in plan.parts[sat]}:
            loads[part] = loads.get(part, 0) + card.length
    for part, needed in loads.items():
        if needed > most:
            of, _count = plan.atoms[part]
            named = ", ".join(sorted(plan.name(group or school_class) for school_class, group in of))
            raise ImpossibleError(
                _("%(who)s: %(needed)s periods are asked for, and %(available)s are allowed.")
                % {"who": named, "needed": needed, "available": most},
                needed=needed,
                available=most,
            )


def cards_in_scope(plan: Plan, scope: Mapping[str, Any]) -> set[UUID]:
    """The lessons that a run may move; all where it has no scope."""
    wanted = {name: {UUID(str(each)) for each in ids} for name, ids in scope.items() if ids}
    if not wanted:
        return set(plan.cards)
    grades = wanted.get("grades", set())
    classes = set(wanted.get("classes", set()))
    if grades:
        rows = Class.objects.filter(year=plan.version.year_id, grades__overlap=list(grades))
        classes |= set(rows.values_list("pk", flat=True))
    return {
        card.id
        for card in plan.cards.values()
        if card.requirement in wanted.get("requirements", set())
        or wanted.get("teachers", set()) & set(card.teachers)
        or classes & {sat[0] for sat in card.sits}
    }


def cards_at_work(plan: Plan, scope: Set[UUID]) -> dict[UUID, Card]:
    """Those in a run's scope, and of the others those that are in the way; who has no place waits for another run."""
    return {card.id: card for card in plan.cards.values() if card.id in scope or card.is_placed}


@transaction.atomic
def cancel_run(run_id: UUID, *, actor: Actor) -> Run:
    """Stop a run; its best so far goes into the draft. Stopping what is over changes nothing."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    run = Run.objects.select_for_update(of=("self",)).filter(pk=run_id).first()
    if run is None:
        raise NotFoundError
    if run.is_over or run.cancel_asked:
        return run
    run.cancel_asked = True
    if run.state == Run.State.QUEUED:
        run.state, run.ended_at = Run.State.CANCELLED, clock.now()
        close_job(run)
    run.save(update_fields=["cancel_asked", "state", "ended_at", "updated_at"])
    facts: list[FactPayload] = [RunFinished(run_id=run.pk, state=run.state, unplaced=0)] if run.is_over else []
    changes: Changes = {"cancel_asked": [False, True]}
    record("timetable.run.cancel", target=Target.of(run), changes=changes, facts=facts, actor=actor)
    return run


_JOB_STATES = {
    Run.State.DONE: Job.State.SUCCEEDED,
    Run.State.INFEASIBLE: Job.State.SUCCEEDED,
    Run.State.CANCELLED: Job.State.CANCELLED,
    Run.State.FAILED: Job.State.FAILED,
    Run.State.RUNNING: Job.State.RUNNING,
}


def close_job(run: Run, words: str = "") -> None:
    """Let the job that people watch say what the run says."""
    if run.job_id is None:
        return
    share = min(99, int(100 * float(run.progress.get("seconds", 0)) / max(1, run.seconds)))
    Job.objects.filter(pk=run.job_id).update(
        state=_JOB_STATES.get(Run.State(run.state), Job.State.QUEUED),
        progress=100 if run.is_over else share,
        message=words[:300] or str(run.get_state_display()),
        updated_at=clock.now(),
    )
