"""Rules about rooms and buildings."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, pairwise

from lyceum.solver import rules
from lyceum.solver.checker.scene import Finding, Lesson, Person, Scene
from lyceum.solver.problem import Activity


def room_not_available(scene: Scene, rule: rules.RoomNotAvailable) -> Iterator[Finding]:
    for each in scene.lessons.values():
        if each.room == rule.room:
            yield Finding(len(rule.slots & set(scene.slots(each))), (each.name,), rule.room)


def preferred_rooms(scene: Scene, rule: rules.PreferredRooms) -> Iterator[Finding]:
    for each in scene.placed(rule.activities):
        yield Finding(int(each.room not in rule.rooms), (each.name,), each.room or "")


def home_rooms(scene: Scene, rule: rules.HomeRooms) -> Iterator[Finding]:
    wished = {
        name
        for other in scene.problem.rules
        if isinstance(other, rules.PreferredRooms | rules.NeedsFeatures)
        for name in other.activities
    }
    for activity in scene.problem.activities:
        if activity.name in scene.lessons and activity.name not in wished and _at_home(activity, rule):
            room = scene.lessons[activity.name].room
            yield Finding(int(room not in rule.rooms), (activity.name,), room or "")


def _at_home(activity: Activity, rule: rules.HomeRooms) -> bool:
    """Whether the activity has exactly one student set, or one teacher, and the rule is about that."""
    names = activity.students if rule.who.kind == "students" else activity.teachers
    return len(names) == 1 and rule.who.name in (None, names[0])


def features(scene: Scene, rule: rules.NeedsFeatures) -> Iterator[Finding]:
    having = {room.name for room in scene.problem.rooms if rule.features <= room.features}
    for each in scene.placed(rule.activities):
        yield Finding(int(each.room not in having), (each.name,), each.room or "")


def moves(scene: Scene, person: Person, day: int, *, buildings: bool) -> list[tuple[Lesson, Lesson]]:
    """Lessons of the day that follow each other in different rooms, or buildings; those without are passed over."""
    building = {room.name: room.building for room in scene.problem.rooms}

    def where(lesson: Lesson) -> str:
        return building.get(lesson.room or "", "") if buildings else lesson.room or ""

    known = [each for each in person.on(day) if where(each)]
    return [(one, other) for one, other in pairwise(known) if where(one) != where(other)]


def changes_a_day(scene: Scene, rule: rules.MaxRoomChangesDaily) -> Iterator[Finding]:
    for person in scene.whom(rule.who):
        for day in scene.days:
            found = moves(scene, person, day, buildings=rule.buildings)
            yield Finding(len(found) - rule.changes, _after(found), person.name, scene.problem.grid.days[day])


def changes_a_week(scene: Scene, rule: rules.MaxRoomChangesWeekly) -> Iterator[Finding]:
    for person in scene.whom(rule.who):
        found = [move for day in scene.days for move in moves(scene, person, day, buildings=rule.buildings)]
        yield Finding(len(found) - rule.changes, _after(found), person.name)


def _after(found: list[tuple[Lesson, Lesson]]) -> tuple[str, ...]:
    return tuple(other.name for _, other in found)


def gaps_between_buildings(scene: Scene, rule: rules.MinGapsBetweenBuildings) -> Iterator[Finding]:
    for person in scene.whom(rule.who):
        for day in scene.days:
            for one, other in moves(scene, person, day, buildings=True):
                free = other.begin - one.end
                yield Finding(int(free < rule.gaps), (one.name, other.name), person.name)


def different_rooms(scene: Scene, rule: rules.MaxDifferentRooms) -> Iterator[Finding]:
    rooms = {each.room for each in scene.placed(rule.activities) if each.room is not None}
    yield Finding(len(rooms) - rule.rooms, rule.activities)


def same_room(scene: Scene, rule: rules.SameRoomIfConsecutive) -> Iterator[Finding]:
    by_day: dict[int, list[Lesson]] = defaultdict(list)
    for each in scene.placed(rule.activities):
        by_day[each.day].append(each)
    for lessons in by_day.values():
        for one, other in combinations(sorted(lessons, key=lambda each: each.begin), 2):
            apart = None not in (one.room, other.room) and one.room != other.room
            touching = one.end == other.begin
            yield Finding(int(touching and apart), (one.name, other.name))
