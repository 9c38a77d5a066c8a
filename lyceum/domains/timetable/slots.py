"""Where a lesson can go: which places are free, which break a preference, which clash, each with the reason."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.actor import Actor
from lyceum.domains.timetable.naming import Naming
from lyceum.domains.timetable.planning import Plan, read_plan
from lyceum.domains.timetable.planning.problem import Built, build_problem
from lyceum.domains.timetable.plans import get_version_of
from lyceum.solver.interchange import problem_from_json, problem_to_json
from lyceum.solver.moves import Board, Change, Clash, Proposal, StartAnswer, Verdict

STATES = {Verdict.FREE: "free", Verdict.COSTS: "cost", Verdict.CLASHES: "clash"}
MOST_PROPOSALS = 5


def list_slots(lesson_id: UUID, *, wanted: tuple[int, int] | None = None, actor: Actor) -> dict[str, Any]:
    """Every place of the board for one lesson. For a place wanted: up to three moves that bring the lesson there."""
    version = get_version_of(lesson_id, actor=actor)
    plan = read_plan(version)
    built = build_problem(plan)
    name = built.activity_of(lesson_id)
    look = _board(problem_to_json(built.problem)).look(built.before)
    start = plan.grid.find_slot(*wanted) if wanted else None
    proposals = look.propose(name, start, most=MOST_PROPOSALS) if start is not None else ()
    answers = [each for each in look.starts_for(name) if each.start in plan.grid.open_slots]
    refs = {each.ref for answer in answers for each in answer.clashes}
    refs |= {each.ref for answer in answers for each in answer.changes}
    naming = Naming(plan, built, refs=refs)
    return {
        "lesson": lesson_id,
        "revision": version.revision,
        "slots": [_slot(each, plan, naming) for each in answers],
        "proposals": [_proposal(each, plan, built, naming) for each in proposals],
    }


@lru_cache(maxsize=8)
def _board(problem: bytes) -> Board:
    """Making a board ready takes longer than a question: the same problem is asked about again and again."""
    return Board(problem_from_json(problem))


def _slot(answer: StartAnswer, plan: Plan, naming: Naming) -> dict[str, Any]:
    day, period = plan.grid.place(answer.start)
    words = [_clash_words(each, naming) for each in answer.clashes]
    words += _change_words(answer.changes, naming)
    return {
        "day": day,
        "period": period,
        "state": STATES[answer.verdict],
        "cost": round(answer.cost, 4),
        "words": list(dict.fromkeys(words)),
    }


_CLASHES = {
    "teacher": gettext_noop("%(who)s has %(others)s."),
    "students": gettext_noop("%(who)s: %(others)s."),
    "room": gettext_noop("%(who)s is taken by %(others)s."),
    "lock": gettext_noop("The lesson is locked where it is."),
}


def _clash_words(clash: Clash, naming: Naming) -> str:
    if clash.kind not in _CLASHES:
        return naming.rule_words(clash.ref, clash.kind)
    others = ", ".join(naming.lesson_words(each) for each in clash.activities)
    return _(_CLASHES[clash.kind]) % {"who": naming.who(clash.who), "others": others}


def _change_words(changes: Iterable[Change], naming: Naming) -> list[str]:
    """What a place costs or saves, rule by rule."""
    costs: dict[str, float] = {}
    for each in changes:
        rule = naming.rule_words(each.ref, each.kind)
        costs[rule] = costs.get(rule, 0.0) + each.cost
    return [
        (_("Saves %(cost)s: %(rule)s") if cost < 0 else _("Costs %(cost)s: %(rule)s"))
        % {"cost": f"{abs(cost):.2f}", "rule": rule}
        for rule, cost in costs.items()
    ]


def _proposal(proposal: Proposal, plan: Plan, built: Built, naming: Naming) -> dict[str, Any]:
    moves = []
    for name, placement in proposal.moves:
        day, period = plan.grid.place(placement.start)
        words = _("%(lesson)s to %(at)s") % {"lesson": naming.lesson_words(name), "at": plan.grid.words(day, period)}
        moves.append({"lesson": str(built.lessons[name]), "day": day, "period": period, "words": words})
    return {"cost": round(proposal.cost, 4), "moves": moves}
