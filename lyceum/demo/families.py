"""Families for the students: who lives with whom, who may be told what, and what everybody is called."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from lyceum.demo.names import POOLS, PREFERRED, WRITTEN_NAMES, NamePool, WrittenName, pick_pool
from lyceum.demo.plan import Plan
from lyceum.demo.roster import Pupil, dice_for

CALL = ("call", "sms", "email")


@dataclass
class Adult:
    """A guardian."""

    key: str
    first_name: str
    last_name: str
    sex: str


@dataclass(frozen=True)
class Tie:
    """What an adult is to a student, in the order in which the school rings them."""

    pupil: Pupil
    adult: Adult
    relationship: str
    responsibility: str = "yes"
    lives_with: str = "full"
    portal: str = "full"
    emergency: bool = True
    barred: bool = False
    """Kept from the child by a court order."""


@dataclass
class Household:
    """Students who are brought up together, in one way or another."""

    key: str
    pupils: list[Pupil]
    kind: str
    pool: NamePool
    surname: str
    adults: list[Adult] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)


KINDS = {
    "together": 62,
    "separated": 17,
    "one_parent": 12,
    "grandparent": 3,
    "local_authority": 2,
    "barred_parent": 2,
    "merged": 2,
}
"""How families live, and how many of a hundred do."""


def make_families(plan: Plan, pupils: Sequence[Pupil]) -> list[Household]:
    """Sort the students into families, name everybody, and tie adults to children."""
    households = _cast(plan, pupils)
    taken = {p.key for h in households for p in h.pupils}
    groups = _group(plan, [p for p in pupils if p.key not in taken])
    kinds = _kinds(plan, groups)
    for n, (group, kind) in enumerate(zip(groups, kinds, strict=True)):
        dice = dice_for(plan, "family", group[0].key)
        pool = pick_pool(dice)
        households.append(Household(f"f{n:04}", group, kind, pool, dice.choice(pool.surnames)))
    _give_written_names(plan, households)
    used: set[str] = set()
    for household in households:
        _name_and_tie(household, dice_for(plan, "names", household.pupils[0].key), used)
    return households


def form_in_focus(plan: Plan) -> tuple[int, str]:
    """The grade and section whose form teacher and families have accounts: 8B in a school of full size."""
    return plan.grades[min(1, len(plan.grades) - 1)], plan.sections[min(1, len(plan.sections) - 1)]


def _cast(plan: Plan, pupils: Sequence[Pupil]) -> list[Household]:
    """The family whose parent and elder child have accounts: one child in the form in focus, one two grades up."""
    grade, section = form_in_focus(plan)
    start = plan.current - plan.grades.index(grade)
    seats = {(start, section, 1), (start - min(2, len(plan.grades) - 2), section, 1)}
    children = [p for p in pupils if (p.seat.start, p.seat.section, p.seat.number) in seats and not p.exit]
    return [Household("cast", children, "together", POOLS[0], "Ainsworth")]


def _group(plan: Plan, pupils: list[Pupil]) -> list[list[Pupil]]:
    """Brothers and sisters are in different grades."""
    waiting = list(pupils)
    dice_for(plan, "siblings", plan.current).shuffle(waiting)
    waiting.sort(key=lambda p: bool(p.exit))  # families of today's students first
    dice, groups = dice_for(plan, "sizes", plan.current), []
    while waiting:
        group, wanted = [waiting.pop()], dice.choices((1, 2, 3), weights=(70, 25, 5))[0]
        while len(group) < wanted and waiting and waiting[-1].seat.start not in {p.seat.start for p in group}:
            group.append(waiting.pop())
        groups.append(sorted(group, key=lambda p: p.birth_date))
    return groups


def _kinds(plan: Plan, groups: list[list[Pupil]]) -> list[str]:
    """A kind for each family; every kind is there at least once, among today's students."""
    dice = dice_for(plan, "kinds", plan.current)
    kinds = [dice.choices(list(KINDS), weights=list(KINDS.values()))[0] for _ in groups]
    kinds = ["together" if kind == "merged" and len(g) < 2 else kind for kind, g in zip(kinds, groups, strict=True)]
    for kind in KINDS:
        present = [n for n, g in enumerate(groups) if not any(p.exit for p in g)]
        if any(kinds[n] == kind for n in present):
            continue
        fits = [n for n in present if kinds[n] == "together" and (kind != "merged" or len(groups[n]) > 1)]
        if fits:
            kinds[fits[0]] = kind
    return kinds


def _give_written_names(plan: Plan, households: list[Household]) -> None:
    only_children = [h for h in households if len(h.pupils) == 1 and h.kind == "together" and not h.pupils[0].exit]
    wanted = WRITTEN_NAMES if plan.has_lessons else WRITTEN_NAMES[6:9]
    for household, name in zip(only_children, wanted, strict=False):
        household.pool, household.surname = POOLS[name.pool], name.family
        _write_name(household.pupils[0], name)


def _write_name(pupil: Pupil, name: WrittenName) -> None:
    pupil.sex, pupil.full_name, pupil.preferred_name = name.sex, name.full_name, name.preferred_name
    pupil.first_name, pupil.last_name = name.first_name, name.last_name


def _name_and_tie(household: Household, dice: random.Random, used: set[str]) -> None:
    for pupil in household.pupils:
        if not pupil.full_name:
            _name_pupil(pupil, household, dice, used)
    {
        "together": _together,
        "separated": _separated,
        "one_parent": _one_parent,
        "grandparent": _grandparent,
        "local_authority": _local_authority,
        "barred_parent": _barred_parent,
        "merged": _merged,
    }[household.kind](household, dice)


def _name_pupil(pupil: Pupil, household: Household, dice: random.Random, used: set[str]) -> None:
    for _ in range(8):
        first = dice.choice(household.pool.child(pupil.sex))
        if f"{first} {household.surname}" not in used:
            break
    used.add(f"{first} {household.surname}")
    pupil.first_name, pupil.last_name = first, household.surname
    pupil.full_name = f"{first} {household.surname}"
    if dice.random() < 0.6:
        pupil.preferred_name = PREFERRED.get(first, "")


def _adult(household: Household, dice: random.Random, sex: str, *, surname: str = "") -> Adult:
    first = dice.choice(household.pool.adult(sex))
    adult = Adult(f"{household.key}-{len(household.adults) + 1}", first, surname or household.surname, sex)
    household.adults.append(adult)
    return adult


def _other_surname(household: Household, dice: random.Random) -> str:
    return dice.choice([name for name in household.pool.surnames if name != household.surname])


def _tie_all(household: Household, adult: Adult, relationship: str, **details: object) -> None:
    household.ties += [Tie(p, adult, relationship, **details) for p in household.pupils]  # type: ignore[arg-type]  # fields of Tie


def _together(household: Household, dice: random.Random) -> None:
    keeps_name = dice.random() < 0.2
    mother = _adult(household, dice, "female", surname=_other_surname(household, dice) if keeps_name else "")
    father = _adult(household, dice, "male")
    _tie_all(household, mother, "mother")
    _tie_all(household, father, "father", portal="view" if dice.random() < 0.5 else "full")


def _separated(household: Household, dice: random.Random) -> None:
    """Both parents decide; the child lives part of the week with each, or with one and sees the other."""
    shares = dice.random() < 0.6
    mother = _adult(household, dice, "female", surname=_other_surname(household, dice))
    father = _adult(household, dice, "male")
    _tie_all(household, mother, "mother", lives_with="part" if shares else "full")
    _tie_all(household, father, "father", lives_with="part" if shares else "no", portal="full", emergency=shares)


def _one_parent(household: Household, dice: random.Random) -> None:
    sex = "female" if dice.random() < 0.85 else "male"
    _tie_all(household, _adult(household, dice, sex), "mother" if sex == "female" else "father")
    if dice.random() < 0.5:
        aunt = _adult(household, dice, "female")
        _tie_all(household, aunt, "aunt", responsibility="no", lives_with="no", portal="none")


def _grandparent(household: Household, dice: random.Random) -> None:
    sex = dice.choice(("female", "male"))
    carer = _adult(household, dice, sex)
    _tie_all(household, carer, "grandmother" if sex == "female" else "grandfather")
    mother = _adult(household, dice, "female")
    _tie_all(household, mother, "mother", lives_with="no", portal="view", emergency=False)


def _local_authority(household: Household, dice: random.Random) -> None:
    """A child in care: a foster carer at home, the authority's social worker with the responsibility."""
    carer = _adult(household, dice, "female", surname=_other_surname(household, dice))
    worker = _adult(household, dice, dice.choice(("female", "male")), surname=_other_surname(household, dice))
    _tie_all(household, carer, "foster carer", responsibility="no", portal="view")
    _tie_all(household, worker, "social worker (local authority)", lives_with="no", portal="full")


def _barred_parent(household: Household, dice: random.Random) -> None:
    mother = _adult(household, dice, "female")
    father = _adult(household, dice, "male", surname=_other_surname(household, dice))
    _tie_all(household, mother, "mother")
    _tie_all(household, father, "father", lives_with="no", portal="none", emergency=False, barred=True)


def _merged(household: Household, dice: random.Random) -> None:
    """Two families under one roof: each child has a parent and a step-parent there, and a parent elsewhere."""
    mother = _adult(household, dice, "female")
    partner = _adult(household, dice, "male", surname=_other_surname(household, dice))
    elsewhere = _adult(household, dice, "male")
    other_mother = _adult(household, dice, "female", surname=_other_surname(household, dice))
    for n, child in enumerate(household.pupils):
        hers = n % 2 == 0
        own, step = (mother, partner) if hers else (partner, mother)
        absent = elsewhere if hers else other_mother
        if not hers:
            child.last_name = partner.last_name
            child.full_name = f"{child.first_name} {partner.last_name}"
        household.ties += [
            Tie(child, own, "mother" if hers else "father"),
            Tie(child, step, "stepfather" if hers else "stepmother", responsibility="no", portal="view"),
            Tie(child, absent, "father" if hers else "mother", lives_with="part", portal="full", emergency=False),
        ]
