"""Students follow into the like set of the next year, where its name says which one that is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lyceum.domains.academics.models import Class, RolloverDecision
from lyceum.domains.academics.rules.members import most_at_once
from lyceum.domains.academics.rules.rollover.proposing import STAYING, stay
from lyceum.domains.academics.rules.rollover.situation import Pupil, Situation


@dataclass(frozen=True)
class Following:
    """Who follows into which set, and the sets that would not hold all who should."""

    pairs: list[tuple[Pupil, Class]] = field(default_factory=list)
    full: list[dict[str, Any]] = field(default_factory=list)


def plan_following(rows: Iterable[RolloverDecision], situation: Situation) -> Following:
    """Whoever was in 7A/Ma to its end and goes into 8A comes into 8A/Ma, if it teaches the same subject to that grade.

    A set that cannot hold all of them takes none: whom to leave out is for a person to say. Who is in a class of
    that subject already is left there.
    """
    if not situation.plan.options.get("followers"):
        return Following()
    coming: dict[str, list[Pupil]] = {}
    for row in rows:
        pupil = situation.pupils.get(row.student_id)
        if pupil and not row.result and row.decision in STAYING and pupil.runs_on(situation.first):
            for each in _sets_of(row, pupil, situation):
                coming.setdefault(each.name, []).append(pupil)
    found = Following()
    for name, pupils in sorted(coming.items()):
        seats = situation.seats[name]
        spans = [stay(pupil, seats.school_class, situation.first) for pupil in pupils]
        needed = most_at_once(seats.there, [(first, last) for first, last in spans if first <= last])
        if needed > seats.school_class.capacity:
            found.full.append({"name": name, "capacity": seats.school_class.capacity, "needed": needed})
        else:
            found.pairs.extend((pupil, seats.school_class) for pupil in pupils)
    return found


def _sets_of(row: RolloverDecision, pupil: Pupil, situation: Situation) -> Iterator[Class]:
    taught = {each.subject_id for each in pupil.seated_in}
    for each in pupil.sets:
        names = _names(each.name, row, pupil, situation)
        like = next((situation.seats[name].school_class for name in names if name in situation.seats), None)
        if like is None or like.kind != Class.Kind.TEACHING or like.subject_id != each.subject_id:
            continue
        if like.subject_id not in taught and (not like.grades or row.grade_id in like.grades):
            yield like


def _names(name: str, row: RolloverDecision, pupil: Pupil, situation: Situation) -> Iterator[str]:
    """What the like set would be called: 7A/Ma is 8A/Ma for who goes from 7A into 8A, 7/Ma1 is 8/Ma1."""
    if pupil.form and row.form and name.startswith(pupil.form.name):
        yield row.form + name.removeprefix(pupil.form.name)
    old, new = situation.grade(pupil.grade), situation.grade(row.grade_id)
    if old and new and name.startswith(old.code):
        yield new.code + name.removeprefix(old.code)
