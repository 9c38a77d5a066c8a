"""Rules about rooms that a timetable holds to, and that it breaks."""

import random
from dataclasses import replace
from itertools import pairwise

from lyceum.solver import rules
from lyceum.solver.problem import Activity
from lyceum.solver.rules import Rule
from lyceum.testing.timetabling.of_lessons import follows, names_of, some_lessons
from lyceum.testing.timetabling.of_people import some_teacher
from lyceum.testing.timetabling.schools import Planting, School


def _in_rooms(school: School) -> list[Activity]:
    return [each for each in school.problem.activities if school.timetable[each.name].room]


def _room(school: School, activity: Activity) -> str:
    return school.timetable[activity.name].room or ""


def preferred_rooms(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    lessons = chance.sample(_in_rooms(school), 3)
    used = tuple(dict.fromkeys(_room(school, each) for each in lessons))
    other = tuple(each.name for each in school.problem.rooms if each.name != _room(school, lessons[0]))
    return (
        rules.PreferredRooms(activities=names_of(lessons), rooms=used),
        rules.PreferredRooms(activities=(lessons[0].name,), rooms=other),
    )


def home_rooms(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = some_teacher(school, chance)
    used = {_room(school, each) for each in lessons}
    if "" in used:
        return None, rules.HomeRooms(who=who, rooms=("R0",))
    rule = rules.HomeRooms(who=who, rooms=tuple(sorted(used)))
    return rule, replace(rule, rooms=rule.rooms[1:] or tuple({"R0", "R1"} - used))


def features(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    """No room of these schools has any."""
    (one,) = some_lessons(school, chance, 1)
    return None, rules.NeedsFeatures(activities=(one.name,), features=frozenset({"piano"}))


def _moves(school: School, lessons: list[Activity], *, buildings: bool) -> list[int]:
    """Changes of room or building, by day."""
    found = []
    for day in range(len(school.grid.days)):
        there = sorted((each for each in lessons if school.begin(each)[0] == day), key=school.begin)
        rooms = [_room(school, each) for each in there if _room(school, each)]
        where = [int(room[1:]) % 2 for room in rooms] if buildings else [int(room[1:]) for room in rooms]
        found.append(sum(1 for one, other in pairwise(where) if one != other))
    return found


def changes(kind: type[rules.MaxRoomChangesDaily] | type[rules.MaxRoomChangesWeekly]) -> Planting:
    def build(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
        who, lessons = some_teacher(school, chance)
        buildings = chance.random() < 0.5
        by_day = _moves(school, lessons, buildings=buildings)
        count = max(by_day) if kind is rules.MaxRoomChangesDaily else sum(by_day)
        rule = kind(who=who, changes=count, buildings=buildings)
        return rule, replace(rule, changes=count - 1) if count else None

    return build


def different_rooms(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    lessons = chance.sample(_in_rooms(school), 4)
    count = len({_room(school, each) for each in lessons})
    rule = rules.MaxDifferentRooms(activities=names_of(lessons), rooms=count)
    return rule, replace(rule, rooms=count - 1) if count > 1 else None


def same_room(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    inside = _in_rooms(school)
    found = [(one, other) for one in inside for other in inside if follows(school, one, other)]
    same = [pair for pair in found if _room(school, pair[0]) == _room(school, pair[1])]
    differ = [pair for pair in found if _room(school, pair[0]) != _room(school, pair[1])]
    kind = rules.SameRoomIfConsecutive
    return (
        kind(activities=names_of(list(chance.choice(same)))) if same else None,
        kind(activities=names_of(list(chance.choice(differ)))) if differ else None,
    )


def building_gaps(school: School, chance: random.Random) -> tuple[Rule | None, Rule | None]:
    who, lessons = some_teacher(school, chance)
    gaps = []
    for day in range(len(school.grid.days)):
        there = sorted(
            (each for each in lessons if school.begin(each)[0] == day and _room(school, each)), key=school.begin
        )
        for one, other in pairwise(there):
            if int(_room(school, one)[1:]) % 2 != int(_room(school, other)[1:]) % 2:
                gaps.append(min(school.hours(other)) - max(school.hours(one)) - 1)
    if not gaps:
        return rules.MinGapsBetweenBuildings(who=who, gaps=2), None
    rule = rules.MinGapsBetweenBuildings(who=who, gaps=min(gaps))
    return rule, replace(rule, gaps=min(gaps) + 1)
