"""What always holds: nobody and no room in two places, lessons within the day, locks, rooms that are large enough."""

from collections.abc import Iterable, Iterator
from itertools import combinations

from lyceum.solver.checker.scene import Lesson, Scene
from lyceum.solver.solution import Violation


def find(scene: Scene) -> Iterator[Violation]:
    yield from outside_the_day(scene)
    for person in scene.everybody():
        yield from overlaps("Clash", person.name, person.lessons)
    for room in scene.problem.rooms:
        inside = [each for each in scene.lessons.values() if each.room == room.name]
        yield from overlaps("RoomClash", room.name, inside)
        if room.capacity is not None:
            for each in inside:
                size = size_of(scene, each.name)
                if size > room.capacity:
                    yield always("RoomTooSmall", (each.name,), size - room.capacity, who=room.name)
    known = {room.name for room in scene.problem.rooms}
    for each in scene.lessons.values():
        if each.room is not None and each.room not in known:
            yield always("NoSuchRoom", (each.name,), 1, who=each.room)
    yield from moved_from_locks(scene)


def always(kind: str, activities: tuple[str, ...], units: float, who: str = "", detail: str = "") -> Violation:
    return Violation(kind=kind, ref="", activities=activities, units=units, weight=100, who=who, detail=detail)


def overlaps(kind: str, who: str, lessons: Iterable[Lesson]) -> Iterator[Violation]:
    for one, other in combinations(lessons, 2):
        shared = one.hours & other.hours if one.day == other.day else set()
        if shared:
            yield always(kind, (one.name, other.name), len(shared), who=who)


def outside_the_day(scene: Scene) -> Iterator[Violation]:
    size = scene.problem.grid.size
    for each in scene.lessons.values():
        over = each.end - len(scene.hours)
        if over > 0 or not 0 <= each.day * len(scene.hours) + each.begin < size:
            yield always("OutsideTheDay", (each.name,), max(over, 1))


def size_of(scene: Scene, activity: str) -> int:
    """As many as come: said so, or all of its student sets."""
    found = scene.problem.activity[activity]
    if found.size is not None:
        return found.size
    return sum(scene.problem.student_set[each].size for each in found.students)


def moved_from_locks(scene: Scene) -> Iterator[Violation]:
    for name, lock in scene.problem.locks.items():
        lesson = scene.lessons.get(name)
        if lesson is None:
            continue
        start = scene.problem.grid.slot(lesson.day, lesson.begin)
        if lock.start is not None and lock.start != start:
            yield always("Lock", (name,), 1, detail="time")
        if lock.room is not None and lock.room != lesson.room:
            yield always("Lock", (name,), 1, detail="room")
