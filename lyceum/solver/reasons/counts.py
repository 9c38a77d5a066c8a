"""What cannot be, by counting hours, days and rooms."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from lyceum.solver import rules
from lyceum.solver.problem import Problem
from lyceum.solver.reasons.saying import Count, CountKind
from lyceum.solver.reasons.shrinking import shrink
from lyceum.solver.rules import Rule, Who
from lyceum.solver.terms.ground import UNARY, Ground, unary_units
from lyceum.solver.terms.people import Person, atoms_of
from lyceum.solver.terms.rooms import room_choices, room_closed


def count_all(ground: Ground) -> tuple[Count, ...]:
    return (
        *_without_start(ground),
        *_people_full(ground),
        *_without_room(ground),
        *_rooms_full(ground),
        *_without_spread(ground),
    )


def _named(problem: Problem, at: Sequence[int]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(problem.rules[index].ref for index in at if problem.rules[index].ref))


def _count(
    ground: Ground,
    kind: CountKind,
    subjects: tuple[str, tuple[str, ...]],
    numbers: tuple[int, int],
    at: Sequence[int],
) -> Count:
    return Count(kind, *subjects, *numbers, _named(ground.problem, at), tuple(at))


# ── Lessons ───────────────────────────────────────────────────────────────────────────────────────────────────


def _without_start(ground: Ground) -> Iterator[Count]:
    for index, slots in enumerate(ground.starts):
        if slots:
            continue
        grid_starts = ground.grid_starts[index]
        terms = {
            term.rule_index: term
            for term in ground.terms_of[index]
            if term.rule.is_hard and isinstance(term.rule, UNARY)
        }

        def leaves_none(at: Sequence[int], index: int = index, terms: Mapping[int, object] = terms) -> bool:
            chosen = [term for term in ground.terms_of[index] if term.rule_index in set(at) & set(terms)]
            return all(
                any(unary_units(ground, term, index, slot) for term in chosen if isinstance(term.rule, UNARY))
                for slot in ground.grid_starts[index]
            )

        at, _ = shrink(tuple(terms), leaves_none)
        name = ground.problem.activities[index].name
        yield _count(ground, CountKind.NO_START, ("activity", (name,)), (1, len(grid_starts)), at)


def _without_spread(ground: Ground) -> Iterator[Count]:
    for at, rule in enumerate(ground.problem.rules):
        if not isinstance(rule, rules.MinDaysBetween) or not rule.is_hard or rule.days < 1:
            continue
        lessons = [ground.index[name] for name in dict.fromkeys(rule.activities) if name in ground.index]

        def days_of(chosen: Sequence[int], lessons: Sequence[int] = lessons) -> list[int]:
            musts = set(chosen)
            days = {
                slot // ground.hours
                for index in lessons
                for slot in ground.grid_starts[index]
                if not any(
                    unary_units(ground, term, index, slot)
                    for term in ground.terms_of[index]
                    if term.rule_index in musts and isinstance(term.rule, UNARY)
                )
            }
            return sorted(days)

        def is_short(
            chosen: Sequence[int], lessons: Sequence[int] = lessons, rule: rules.MinDaysBetween = rule
        ) -> bool:
            return _spread(days_of(chosen), rule.days) < len(lessons)

        others = tuple(
            dict.fromkeys(
                term.rule_index
                for index in lessons
                for term in ground.terms_of[index]
                if term.rule.is_hard and isinstance(term.rule, UNARY)
            )
        )
        if is_short(others):
            kept, _ = shrink(others, is_short)
            names = tuple(ground.problem.activities[index].name for index in lessons)
            numbers = len(lessons), _spread(days_of(kept), rule.days)
            yield _count(ground, CountKind.NO_SPREAD, ("activity", names), numbers, (at, *kept))


def _spread(days: Sequence[int], apart: int) -> int:
    """So many of the days, each that far from the next."""
    found, last = 0, -apart
    for day in days:
        if day - last >= apart:
            found, last = found + 1, day
    return found


# ── People ────────────────────────────────────────────────────────────────────────────────────────────────────

CAPS = (rules.NotAvailable, rules.MaxDays, rules.MaxHoursDaily, rules.MaxSpanDaily)


def _people_full(ground: Ground) -> Iterator[Count]:
    atoms = atoms_of(ground.problem)
    for person in ground.people:
        needed = sum(ground.durations[index] for index in person.members)
        about = [
            at
            for at, rule in enumerate(ground.problem.rules)
            if rule.is_hard and isinstance(rule, CAPS) and _concerns(rule, person, atoms) and not _is_partial(rule)
        ]

        def is_full(at: Sequence[int], needed: int = needed) -> bool:
            return _open_hours(ground, [ground.problem.rules[index] for index in at]) < needed

        if is_full(about):
            available = _open_hours(ground, [ground.problem.rules[index] for index in about])
            at = [index for index in about if _open_without(ground, about, [index]) > available]
            if _open_without(ground, about, at) < needed:
                at = about
            subjects = person.who.kind, person.names
            yield _count(ground, CountKind.PERSON_FULL, subjects, (needed, available), at)


def _open_without(ground: Ground, about: Sequence[int], left_out: Sequence[int]) -> int:
    return _open_hours(ground, [ground.problem.rules[index] for index in about if index not in left_out])


def _is_partial(rule: Rule) -> bool:
    return getattr(rule, "tag", None) is not None or getattr(rule, "subject", None) is not None


def _concerns(rule: Rule, person: Person, atoms: Mapping[str, frozenset[str]]) -> bool:
    who = getattr(rule, "who", None)
    if who is None:
        return True
    if not isinstance(who, Who) or who.kind != person.who.kind:
        return False
    if who.name is None:
        return True
    return person.who.name == who.name if who.kind == "teacher" else not atoms[who.name].isdisjoint(person.names)


def _open_hours(ground: Ground, about: Sequence[Rule]) -> int:
    """The most hours that anybody under these rules can have."""
    closed = frozenset[int]().union(*(rule.slots for rule in about if isinstance(rule, rules.NotAvailable)))
    most = [
        rule.hours
        for rule in about
        if isinstance(rule, rules.MaxHoursDaily | rules.MaxSpanDaily)
        and not (isinstance(rule, rules.MaxHoursDaily) and rule.half_day)
    ]
    most.append(ground.hours)
    days = sorted(
        (
            min(*most, sum(day * ground.hours + hour not in closed for hour in range(ground.hours)))
            if len(most) > 1
            else sum(day * ground.hours + hour not in closed for hour in range(ground.hours))
            for day in range(ground.days)
        ),
        reverse=True,
    )
    limits = [rule.days for rule in about if isinstance(rule, rules.MaxDays)]
    return sum(days[: min(limits)] if limits else days)


# ── Rooms ─────────────────────────────────────────────────────────────────────────────────────────────────────

ROOM_RULES = (rules.PreferredRooms, rules.HomeRooms, rules.NeedsFeatures, rules.RoomNotAvailable)


def _with_rules(problem: Problem, at: Sequence[int]) -> Problem:
    return replace(problem, rules=tuple(problem.rules[index] for index in sorted(at)))


def _room_rules(problem: Problem, names: Sequence[str]) -> tuple[int, ...]:
    """Those that say which rooms the lessons have, and when rooms are closed."""
    wanted = set(names)
    return tuple(
        at
        for at, rule in enumerate(problem.rules)
        if rule.is_hard
        and (
            isinstance(rule, rules.RoomNotAvailable | rules.HomeRooms)
            or (isinstance(rule, rules.NotAvailable) and rule.who is None)
            or (isinstance(rule, rules.PreferredRooms | rules.NeedsFeatures) and not wanted.isdisjoint(rule.activities))
        )
    )


def _only(problem: Problem, lessons: Sequence[int]) -> Problem:
    return replace(problem, activities=tuple(problem.activities[index] for index in lessons))


def _shrunk_rooms(problem: Problem, lessons: Sequence[int], is_bad: Callable[[Problem], bool]) -> tuple[int, ...]:
    """The fewest rules about rooms under which it is bad for these lessons."""
    small = _only(problem, lessons)
    candidates = _room_rules(problem, [each.name for each in small.activities])
    if not is_bad(_with_rules(small, candidates)):
        return candidates
    return shrink(candidates, lambda at: is_bad(_with_rules(small, at)))[0]


def _without_room(ground: Ground) -> Iterator[Count]:
    for index, choice in enumerate(room_choices(ground.problem)):
        if choice.needed and not choice.rooms:
            at = _shrunk_rooms(ground.problem, (index,), _has_no_room)
            name = ground.problem.activities[index].name
            yield _count(ground, CountKind.NO_ROOM, ("activity", (name,)), (1, 0), at)


def _has_no_room(problem: Problem) -> bool:
    return any(choice.needed and not choice.rooms for choice in room_choices(problem))


def _rooms_full(ground: Ground) -> Iterator[Count]:
    problem, size = ground.problem, ground.problem.grid.size
    choices, closed = room_choices(problem), room_closed(problem)
    wanted: dict[frozenset[str], list[int]] = {}
    for index, choice in enumerate(choices):
        if choice.needed and choice.rooms:
            wanted.setdefault(frozenset(choice.rooms), []).append(index)
    for rooms in {*wanted, frozenset[str]().union(*wanted)} - {frozenset()}:
        lessons = [index for each, indices in wanted.items() if each <= rooms for index in indices]
        needed = sum(ground.durations[index] for index in lessons)
        available = sum(size - len(closed[name]) for name in rooms)
        if needed > available:
            at = _shrunk_rooms(problem, lessons, _wants_too_much)
            yield _count(ground, CountKind.ROOMS_FULL, ("room", tuple(sorted(rooms))), (needed, available), at)


def _wants_too_much(problem: Problem) -> bool:
    """All lessons need rooms, and all of these rooms together are not open for so long."""
    choices, closed = room_choices(problem), room_closed(problem)
    if not all(choice.needed for choice in choices):
        return False
    rooms = frozenset[str]().union(*(choice.rooms for choice in choices))
    return sum(each.duration for each in problem.activities) > sum(
        problem.grid.size - len(closed[name]) for name in rooms
    )
