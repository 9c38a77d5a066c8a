"""A problem in, the best timetable within the time out.

Two searches race to the first complete timetable, with different habits. Then one goes on with chains that lower the
cost, the other frees some lessons at a time and lets CP-SAT place them best; they share what they find. With one
worker both take turns, in portions of steps instead of seconds: the same seed gives the same timetable, unless the
time runs out before the steps do.
"""

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lyceum.solver.checker import check, hard, lasting
from lyceum.solver.encoding import Encoded, encode
from lyceum.solver.problem import Problem
from lyceum.solver.scope import hold_others
from lyceum.solver.search.memory import Built, build
from lyceum.solver.search.worker import Search, Settings
from lyceum.solver.solution import Progress, Result, State, Timetable, Watch

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpSolver

    from lyceum.solver.terms.ground import Ground

HABITS = (
    Settings(),
    Settings(depth=10, tries=300, spread=2),
    Settings(spread=2),
    Settings(tenure=5),
    Settings(tries=5_000, spread=3, tenure=5),
)
WHOLE = 600
"""Units of which one model of everything is still asked."""
STALE = 8.0
"""Seconds without anything better, after which it is."""
LAST_WORDS = 3.0
"""Seconds after the end that a thread has to bring what it is about; then nobody waits for it."""
PORTION = 40
"""Steps of placing between two looks at the others."""
PATIENCE = 500
"""Steps without a unit more (and one for each unit) before a search begins anew."""
IMPROVING = 2_000
"""Moves between two looks at the others."""
ROUNDS_A_SECOND = 2
"""With one worker: rounds of improving for each second given. So few that the time seldom ends them."""


@dataclass
class Race:
    """What the searches of one run share."""

    encoded: Encoded
    built: Built
    seconds: float
    scope: frozenset[str] | None = None
    hints: Timetable = field(default_factory=dict)
    hints_hold: bool = False
    """Whether they break nothing: then each search begins from them as they are."""
    began: float = field(default_factory=time.monotonic)
    placed: int = -1
    cost: float = 0.0
    best: Timetable = field(default_factory=dict)
    bound: float | None = None
    version: int = 0
    first_complete_after: float | None = None
    hopeless: int = 0
    """Lessons that can start nowhere, or only where another that cannot go elsewhere is."""
    over: bool = False
    closed: bool = False
    is_impossible: bool = False
    failure: BaseException | None = None
    searches: list[Search] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def now(self) -> float:
        return time.monotonic() - self.began

    @property
    def left(self) -> float:
        return 0.0 if self.over else self.seconds - self.now

    @property
    def is_complete(self) -> bool:
        """All that can be placed is."""
        return self.placed >= len(self.encoded.problem.activities) - self.hopeless

    @property
    def is_best(self) -> bool:
        """Nothing better is possible."""
        return self.is_complete and self.cost <= (self.bound or 0.0) + 1e-9

    def goes_on(self) -> bool:
        return self.left > 0 and not self.is_best and not self.is_impossible

    def offer(self, timetable: Timetable, cost: float) -> None:
        """Keep it if it places more, or as much at less cost."""
        with self.lock:
            if not self.closed and (len(timetable), -cost) > (self.placed, -self.cost + 1e-9):
                self.placed, self.cost, self.best = len(timetable), cost, timetable
                self.version += 1
                whole = len(timetable) == len(self.encoded.problem.activities)
                if whole and self.first_complete_after is None:
                    self.first_complete_after = self.now

    def new_search(self) -> Search:
        search = Search(self.encoded, built=self.built)
        self.searches.append(search)
        units = self.encoded.units
        self.hopeless = sum(len(units[at]) for at in {*self.built.impossible, *search.contradicting})
        return search

    def begin(self, search: Search, seed: int) -> None:
        """Where the hints are, if there are any."""
        if self.hints_hold:
            search.begin_from(seed, self.hints)
        else:
            search.begin(seed, self.hints)

    def finish(self) -> None:
        self.over = True
        for search in self.searches:
            search.stop()


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    workers: int = 2,
    scope: Collection[str] | None = None,
    hints: Timetable | None = None,
    watch: Watch | None = None,
) -> Result:
    """The best timetable found within the time.

    `scope`: only these lessons may move, the others stay where `hints` have them. `hints`: where to begin; where they
    break nothing, nothing worse comes of it. `watch` is told about once a second and ends the run by answering False.
    Lessons that find no place are named, never squeezed in: what is placed breaks no rule with weight 100 that lessons
    still to come could not mend (gaps, short days), and that the search knows (`Encoded.unsupported`).
    """
    began = time.monotonic()
    hints = hints or {}
    within = hold_others(problem, scope, hints)
    encoded = encode(within)
    race = Race(encoded, build(encoded), seconds, None if scope is None else frozenset(scope), began=began)
    race.hints, race.hints_hold = hints, _holds(within, hints)
    if workers <= 1:
        _take_turns(race, seed, watch)
    else:
        _run_together(race, seed, workers, watch)
    return _result(race, problem)


def _holds(problem: Problem, hints: Timetable) -> bool:
    """Whether a timetable, whole or in part, breaks nothing that must hold."""
    return bool(hints) and not hard(lasting(problem, hints, check(problem, hints)))


def _result(race: Race, problem: Problem) -> Result:
    unplaced = tuple(each.name for each in problem.activities if each.name not in race.best)
    impossible = race.is_impossible or race.hopeless > 0
    holds = not unplaced and not hard(check(problem, race.best))
    state = State.COMPLETE if holds else State.IMPOSSIBLE if unplaced and impossible else State.PARTIAL
    return Result(
        state=state,
        timetable=race.best,
        cost=max(0.0, race.cost),
        bound=race.bound if race.bound is not None or not race.is_best else 0.0,
        unplaced=unplaced,
        first_complete_after=race.first_complete_after,
        seconds=race.now,
    )


# ── Told of progress ──────────────────────────────────────────────────────────────────────────────────────────


class Telling:
    """Tells the watcher at every better timetable, and once a second."""

    def __init__(self, race: Race, watch: Watch | None) -> None:
        self.race, self.watch = race, watch
        self.told_version, self.told_at = 0, -1.0

    def tell(self) -> None:
        race = self.race
        is_new = race.version != self.told_version
        if self.watch is None or not (is_new or race.now - self.told_at >= 1.0):
            return
        with race.lock:
            best = race.best if is_new else None
            progress = Progress(race.now, max(0, race.placed), max(0.0, race.cost), race.bound, best)
            self.told_version = race.version
        self.told_at = race.now
        if not self.watch(progress):
            race.finish()


# ── Several workers ───────────────────────────────────────────────────────────────────────────────────────────


def _run_together(race: Race, seed: int, workers: int, watch: Watch | None) -> None:
    """Threads that run compiled code or CP-SAT; this one looks after the time."""
    telling = Telling(race, watch)
    for _ in range(workers):
        race.new_search()
    threads = [
        threading.Thread(target=_work, args=(race, number, seed), name=f"solver-{number}", daemon=True)
        for number in range(workers)
    ]
    for thread in threads:
        thread.start()
    while race.goes_on() and any(thread.is_alive() for thread in threads) and race.failure is None:
        threads[0].join(0.1)
        telling.tell()
    race.finish()
    until = time.monotonic() + LAST_WORDS
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    with race.lock:
        race.closed = True
    if race.failure is not None:
        raise race.failure
    telling.tell()


def _work(race: Race, number: int, seed: int) -> None:
    try:
        search = race.searches[number]
        _place(race, search, number, seed * 1_000 + number)
        if number % 2 == 1:
            _improve_by_model(race, seed * 1_000 + number)
        _improve_by_chains(race, search)
    except BaseException as failure:  # handed to the caller's thread
        race.failure = failure


def _place(race: Race, search: Search, number: int, seed: int) -> None:
    """Until somebody has a complete timetable; anew, with other habits, when nothing comes of it."""
    attempt = 0
    while race.goes_on() and not race.is_complete:
        settings = HABITS[(number + attempt) % len(HABITS)] if attempt else HABITS[number % 2]
        race.begin(search, seed + 100 * attempt)
        most, since = -1, search.ticks
        while race.goes_on() and not race.is_complete:
            done = search.place(PORTION, settings)
            if search.placed > most:
                most, since = search.placed, search.ticks
                race.offer(search.timetable(), search.cost)
            if done:
                break
            if search.ticks - since > PATIENCE + len(race.encoded.units):
                break
        attempt += 1
        if number == 1 and attempt == 2 and race.goes_on() and not race.is_complete:
            _look_for_proof(race, seed)


def _look_for_proof(race: Race, seed: int) -> None:
    """Where nothing complete is found: perhaps there is nothing."""
    from lyceum.solver.terms.ground import take_apart  # OR-Tools takes a second to load

    if len(race.encoded.units) <= WHOLE:
        _ask_whole(race, take_apart(race.encoded.problem), seed, race.left / 4)


def _improve_by_chains(race: Race, search: Search) -> None:
    seen = -1
    while race.goes_on() and race.is_complete:
        if race.version != seen:
            with race.lock:
                best, cost, seen = race.best, race.cost, race.version
            if len(search.timetable()) < len(best) or search.cost > cost + 1e-9:
                search.load(best)
        search.improve(IMPROVING)
        if search.cost < race.cost - 1e-9:
            race.offer(search.timetable(), search.cost)


def _improve_by_model(race: Race, seed: int) -> None:
    """Neighbourhoods; where they find nothing for a while, the whole model once: it may prove that nothing is left."""
    if not race.goes_on() or not race.is_complete:
        return
    from lyceum.solver.cpsat.neighbourhoods import improve  # OR-Tools takes a second to load
    from lyceum.solver.terms.ground import take_apart

    ground = take_apart(race.encoded.problem)
    asked_whole = len(race.encoded.units) > WHOLE
    better_at, version = race.now, race.version
    while race.goes_on():
        if race.version != version:
            better_at, version = race.now, race.version
        if not asked_whole and race.now - better_at > min(STALE, race.seconds / 5):
            asked_whole = True
            _ask_whole(race, ground, seed, race.left / 2)
            continue
        seed += 1
        found = improve(
            ground,
            race.best,
            seconds=min(4.0, race.left),
            seed=seed,
            workers=1,
            scope=race.scope,
            goes_on=race.goes_on,
            on_better=race.offer,
        )
        if found.steps == 0:
            return


def _ask_whole(race: Race, ground: "Ground", seed: int, seconds: float) -> None:
    """All of the problem in one model: a bound, perhaps a better timetable, perhaps the proof that there is none."""
    from lyceum.solver.cpsat.neighbourhoods import starts_of  # OR-Tools takes a second to load
    from lyceum.solver.cpsat.whole import solve_whole

    solvers: list[CpSolver] = []
    ended = threading.Event()

    def stop_in_time() -> None:
        while not ended.wait(0.2):
            if not race.goes_on():
                for solver in solvers:
                    solver.stop_search()

    guard = threading.Thread(target=stop_in_time, daemon=True)
    guard.start()
    start_from = starts_of(ground, race.best) if race.is_complete else None
    try:
        whole = solve_whole(
            ground, seconds=seconds, seed=seed, workers=1, start_from=start_from, on_start=solvers.append
        )
    finally:
        ended.set()
        guard.join()
    if whole.is_impossible:
        race.is_impossible = True
        return
    if whole.bound > 0:
        race.bound = max(race.bound or 0.0, whole.bound)
    if whole.timetable is not None:
        race.offer(whole.timetable, whole.cost)


# ── One worker ────────────────────────────────────────────────────────────────────────────────────────────────


def _take_turns(race: Race, seed: int, watch: Watch | None) -> None:
    """The same steps in the same order for the same seed."""
    search = race.new_search()
    telling = Telling(race, watch)
    _place_in_turn(race, search, seed, telling.tell)
    rounds = max(1, round(race.seconds * ROUNDS_A_SECOND))
    while rounds > 0 and race.goes_on() and race.is_complete:
        rounds -= 1
        search.improve(IMPROVING)
        if search.cost < race.cost - 1e-9:
            race.offer(search.timetable(), search.cost)
        telling.tell()
    telling.tell()


def _place_in_turn(race: Race, search: Search, seed: int, tell: Callable[[], None]) -> None:
    attempt = 0
    while race.goes_on() and not race.is_complete:
        race.begin(search, seed * 1_000 + 100 * attempt)
        most, since, done = -1, search.ticks, False
        while race.goes_on() and not done and search.ticks - since <= PATIENCE + len(race.encoded.units):
            done = search.place(PORTION, HABITS[attempt % len(HABITS)])
            if search.placed > most:
                most, since = search.placed, search.ticks
                race.offer(search.timetable(), search.cost)
            tell()
        if done:
            return
        attempt += 1
