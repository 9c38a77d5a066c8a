"""What waits for the demo's office: changes asked for, somebody who is here twice; consents, a flag for one set."""

from datetime import timedelta

from lyceum.demo.accounts import GUARDIAN, STUDENT
from lyceum.demo.build import Demo
from lyceum.demo.roster import dice_for
from lyceum.domains.people.models import Consent, ConsentKind, Person
from lyceum.domains.people.rules.additions import create_adults
from lyceum.domains.people.rules.flags import add_flag
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.requests import ask_about_self

ANSWERS = ("given",) * 17 + ("refused",) * 2 + ("",)
"""Of twenty families so many give, refuse, and have not answered."""
LEAD = "senco"


def add_records(demo: Demo) -> None:
    """A week before today."""
    with demo.on(demo.today - timedelta(days=7)):
        _answer_consents(demo)
        _write_for_few(demo)
        _enter_twice(demo)
    with demo.on(demo.today - timedelta(days=1)):
        for role, values in (
            (GUARDIAN, {"first_name": "Alexandra", "gender": "female"}),
            (STUDENT, {"gender": "other"}),
        ):
            ask_about_self(values=values, actor=demo.actor(role))


def _answer_consents(demo: Demo) -> None:
    """On the first day of each child."""
    kinds, rows = list(ConsentKind.objects.order_by("name")), []
    for pupil in demo.pupils:
        student = demo.students.get(pupil.key)
        if student is None:
            continue
        dice = dice_for(demo.plan, "consents", pupil.key)
        for kind in kinds:
            answer = dice.choice(ANSWERS)
            if answer:
                at = demo.instant(pupil.first_day)
                rows.append(
                    Consent(
                        student=student, kind=kind, answer=answer, answered_by="Parent, on the form", answered_at=at
                    )
                )
    Consent.objects.bulk_create(rows, batch_size=1000)


def _write_for_few(demo: Demo) -> None:
    if LEAD in demo.users:
        pupil = demo.households[0].pupils[0]
        add_flag(
            demo.students[pupil.key].pk,
            kind="safeguarding",
            text="Early help plan",
            what_to_do="Tell the safeguarding lead of any worry, however small.",
            actor=demo.actor(LEAD),
        )


def _enter_twice(demo: Demo) -> None:
    """Somebody on the telephone was written down a second time."""
    numbers = {"mobile", "phone"}
    person = Person.objects.filter(pk__in=demo.adults.values()).order_by("sort_name")[3]
    point = person.contact_points.filter(kind__in=numbers).first()
    if point:
        name = f"{person.first_name[:1]} {person.last_name}"
        create_adults(
            [NewPerson(full_name=name, last_name=person.last_name, mobiles=(point.value,))], actor=demo.office
        )
