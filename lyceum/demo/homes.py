"""Guardians, court orders, families and flags of the demo school's students."""

from collections.abc import Sequence

from lyceum.demo.build import Demo
from lyceum.demo.families import CALL, Adult, Household, Tie
from lyceum.demo.names import address_name
from lyceum.demo.plan import Plan
from lyceum.demo.roster import Pupil, dice_for
from lyceum.domains.people.models import Family, FamilyGuardian, Flag, Student
from lyceum.domains.people.rules.adults import NewGuardian, add_guardians
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.restrictions import restrict_contact


def add_homes(demo: Demo, pupils: Sequence[Pupil]) -> None:
    """Tie the students to their guardians: an adult who is known already is not made again."""
    wanted = {p.key for p in pupils}
    families = [[p for p in h.pupils if p.key in wanted] for h in demo.households]
    ties = {h.key: h.ties for h in demo.households}
    # One child of each family at a time: the guardians keep their order, and the next child's are known.
    for n in range(max(map(len, families))):
        batch = [
            tie
            for h, children in zip(demo.households, families, strict=True)
            if n < len(children)
            for tie in ties[h.key]
            if tie.pupil is children[n]
        ]
        links = add_guardians([_guardian(demo, tie) for tie in batch], actor=demo.office)
        demo.adults |= {t.adult.key: link.guardian_id for t, link in zip(batch, links, strict=True)}
        _bar(demo, batch)


def _bar(demo: Demo, ties: Sequence[Tie]) -> None:
    """Court orders hold from the first day."""
    for tie in ties:
        if tie.barred:
            restrict_contact(
                demo.students[tie.pupil.key].pk,
                person_id=demo.adults[tie.adult.key],
                kinds=("no_contact", "no_information", "no_collection", "address_withheld"),
                order_reference=f"Family Court, order {int(tie.adult.key[1:5]) + 1000}",
                actor=demo.head,
            )


def _guardian(demo: Demo, tie: Tie) -> NewGuardian:
    known = demo.adults.get(tie.adult.key)
    return NewGuardian(
        demo.students[tie.pupil.key].pk,
        tie.relationship,
        person=None if known else _person(demo.plan, tie.adult),
        person_id=known,
        parental_responsibility=tie.responsibility,
        lives_with=tie.lives_with,
        emergency=tie.emergency,
        may_collect=tie.emergency and not tie.barred,
        portal=tie.portal,
        channels=() if tie.barred else CALL,
        confirm_new=True,
    )


def _person(plan: Plan, adult: Adult) -> NewPerson:
    dice = dice_for(plan, "adult", adult.key)
    name = address_name(adult.first_name, adult.last_name) or "guardian"
    number = "".join(c for c in adult.key if c.isdigit())
    return NewPerson(
        first_name=adult.first_name,
        last_name=adult.last_name,
        gender=adult.sex,
        emails=(f"{name}.{number}@families.example.org",),
        # Numbers that the regulators keep free for fiction.
        mobiles=(f"+447700900{dice.randrange(1000):03}",) if plan.country == "GB" else (),
        phones=(f"+353200{dice.randrange(10000):04}",) if plan.country != "GB" else (),
    )


def add_families(demo: Demo) -> None:
    """Brothers and sisters, and children of merged homes, belong together."""
    together = [h for h in demo.households if len(h.pupils) > 1 and all(p.key in demo.students for p in h.pupils)]
    families = Family.objects.bulk_create(Family(name=_family_name(h)) for h in together)
    students = []
    for household, family in zip(together, families, strict=True):
        for pupil in household.pupils:
            student = demo.students[pupil.key]
            student.family = family
            students.append(student)
    Student.objects.bulk_update(students, ["family"], batch_size=500)
    FamilyGuardian.objects.bulk_create(
        FamilyGuardian(family=family, person_id=person)
        for household, family in zip(together, families, strict=True)
        for person in dict.fromkeys(demo.adults[tie.adult.key] for tie in household.ties if not tie.barred)
    )


def _family_name(household: Household) -> str:
    return " and ".join(dict.fromkeys(p.last_name for p in household.pupils)) + " family"


FLAGS: tuple[tuple[str, str, str, int, bool], ...] = (
    ("medical", "Asthma", "Blue inhaler in the bag, a spare one in the office.", 60, False),
    ("medical", "Epilepsy", "Note the time, call 999 after five minutes. Care plan in the office.", 6, True),
    ("medical", "Type 1 diabetes", "May eat and test in class. Never send out alone when low.", 6, True),
    ("medical", "Migraine", "Quiet room and water; ring home if no better after half an hour.", 15, False),
    ("allergy", "Peanuts", "Carries two adrenaline pens. Call 999 and the office.", 12, True),
    ("allergy", "Penicillin", "Tell the ambulance crew.", 14, False),
    ("allergy", "Bee and wasp stings", "Antihistamine in the office; watch for swelling.", 8, False),
    ("sen", "Dyslexia", "Coloured overlay, extra reading time, no reading aloud unasked.", 45, False),
    ("sen", "Autism", "Say changes of routine the day before. Exit card agreed.", 20, False),
    ("sen", "Hearing aid on the left", "Seat at the front, to the left.", 6, False),
    ("sen", "Attention deficit", "Short steps, a seat away from the door.", 22, False),
    ("language", "New to English", "Buddy in the form; key words given before the lesson.", 25, False),
    ("diet", "Vegetarian", "", 40, False),
    ("diet", "Coeliac disease", "Gluten-free meals only, also on trips.", 8, False),
)
"""Kind, what it is, what to do, how many of a thousand have it, whether an absence is looked into at once."""


def add_flags(demo: Demo) -> None:
    """What those who teach a student must know."""
    flags = []
    for pupil in demo.pupils:
        dice = dice_for(demo.plan, "flags", pupil.key)
        for kind, text, what_to_do, share, check in FLAGS:
            if dice.random() * 1000 < share and pupil.key in demo.students:
                flags.append(
                    Flag(
                        student=demo.students[pupil.key],
                        kind=kind,
                        visible_to="register" if kind in ("medical", "allergy") else "teachers",
                        text=text,
                        what_to_do=what_to_do,
                        check_if_absent=check,
                        starts_on=pupil.first_day,
                    )
                )
    Flag.objects.bulk_create(flags)
