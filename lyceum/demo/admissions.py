"""Applications of the demo school: for courses, and for a year group with more wishes than places."""

from collections.abc import Callable
from datetime import date, time, timedelta

from lyceum.core.actor import Actor, Via, system_actor
from lyceum.core.permissions import Role
from lyceum.core.schools import current_school
from lyceum.demo.build import Demo
from lyceum.domains.academics.models import Grade
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.accounts.rules.users import create_user, start_membership
from lyceum.domains.admissions.models import Application, Intake
from lyceum.domains.admissions.rules.admitting import admit
from lyceum.domains.admissions.rules.answering import accept_offer, decline_offer
from lyceum.domains.admissions.rules.deciding import approve, reject, start_review, waitlist, withdraw
from lyceum.domains.admissions.rules.entering import Entered, EnteredGuardian, begin_application
from lyceum.domains.admissions.rules.forms import create_form
from lyceum.domains.admissions.rules.intakes import (
    add_standing_intake,
    create_intake,
    create_step,
    edit_intake,
    publish_intake,
)
from lyceum.domains.admissions.rules.sending import apply
from lyceum.domains.admissions.rules.steps import set_document, set_step
from lyceum.domains.admissions.rules.verdicts import Verdict
from lyceum.domains.fees.settings import usual_currency
from lyceum.domains.learning.models import Course

APPLICANT = "applicant"
PLACES = 6
QUESTIONS = {
    "sections": [
        {
            "title": "About the child",
            "fields": [
                {"key": "school_now", "label": "Which school is it now?", "type": "text"},
                {"key": "why", "label": "Why this school?", "type": "long_text", "required": True},
                {"key": "sibling", "label": "Is a brother or sister here?", "type": "yes_no"},
            ],
        }
    ]
}
CHILDREN = (
    "Amara Osei", "Bruno Keller", "Chiara Rossi", "Dilan Yıldız", "Elin Åkesson", "Farah Haddad", "Goran Petrović",
    "Hana Sato", "Ivo Novák", "Jia Chen", "Kofi Mensah", "Lina Berg", "Mateo Cruz", "Noor Khan", "Oskar Lind",
    "Priya Nair", "Quinn Doyle", "Rosa Silva",
)  # fmt: skip
ADULTS = ("Tomas Weiss", "Uma Iyer", "Vera Popova", "Will Hart", "Xenia Costa", "Yusuf Demir")


def add_admissions(demo: Demo) -> int:
    """An intake of each kind with a procedure, and applications in every state. Returns how many."""
    actor = system_actor(current_school(), name="Demo school", via=Via.COMMAND)
    with demo.on(demo.today - timedelta(days=30), time(9)):
        year_group, course = _intakes(demo, actor), _course(actor)
        families = [_apply(demo, year_group, name) for name in CHILDREN]
        adults = [_apply(demo, None, name, course=course) for name in ADULTS]
        own = _applicant(demo, course)
    with demo.on(demo.today - timedelta(days=8), time(10)):
        _decide(families, adults, own, actor)
    with demo.on(demo.today - timedelta(days=2), time(17)):
        _answer(families, actor)
    return len(families) + len(adults) + 2


def _intakes(demo: Demo, actor: Actor) -> Intake:
    """The year after this one where the plan has it, else this one."""
    year = demo.years[max(demo.years)]
    grade = Grade.objects.order_by("position").filter(position__in=demo.plan.grades).first()
    form = create_form(name="Questions to families", schema=QUESTIONS, actor=actor)
    assert grade is not None
    values = {
        "year": year.pk, "grade": grade.pk, "places": PLACES, "over_offer": 1, "form": form.pk,
        "deposit_minor": 25_000, "currency": usual_currency(),
        "documents": [{"type": "Birth certificate", "required": True}, {"type": "Last report", "required": False}],
    }  # fmt: skip
    intake = create_intake(kind="year_group", name=f"{grade.name}, {year.name}", values=values, actor=actor)
    for name, kind, words in (
        ("Visit", "other", "You see the school, and we meet the child."),
        ("Interview", "interview", "Half an hour with the head of admissions."),
        ("Decision", "decision", "The school decides."),
    ):
        step = {"step_name": name, "kind": kind, "description": words, "is_required": name != "Decision"}
        create_step(intake.pk, values=step, actor=actor)
    return publish_intake(intake.pk, actor=actor)


def _course(actor: Actor) -> Course:
    """A course to apply for: one that is there, or one of its own."""
    standing = add_standing_intake()
    create_step(standing.pk, values={"step_name": "Talk", "kind": "interview", "days_to_do": 14}, actor=actor)
    edit_intake(standing.pk, values={"documents": [{"type": "Identity card", "required": False}]}, actor=actor)
    found = Course.objects.filter(status=Course.Status.PUBLISHED).order_by("order", "name").first()
    return found or Course.objects.create(
        name="Evening ceramics", slug="evening-ceramics", status=Course.Status.PUBLISHED, language="en"
    )


def _apply(demo: Demo, intake: Intake | None, name: str, *, course: Course | None = None) -> Application:
    first, last = name.split(" ")
    address = f"{first}.{last}@families.example.org".lower().encode("ascii", "ignore").decode()
    user = _account(demo, name if course else f"Sam {last}", f"apply.{len(name)}.{first}".lower(), address)
    who = actor_for_user(user, demo.school.pk, via=Via.PAGE)
    if intake is None:
        assert course is not None
        entered = Entered(first_name=first, last_name=last, birth_date=date(1988, 3, 14), courses=[course.pk])
        return apply(entered, actor=who)
    birth = date(demo.today.year - 11, 1 + len(name) % 12, 1 + len(last))
    guardian = EnteredGuardian(first_name="Sam", last_name=last, relation="parent", email=address)
    entered = Entered(
        first_name=first, last_name=last, birth_date=birth, intake=intake.pk, for_self=False, guardians=[guardian],
        answers={"why": "It is near, and friends are here.", "sibling": len(name) % 2 == 0},
    )  # fmt: skip
    return apply(entered, actor=who)


def _account(demo: Demo, name: str, username: str, address: str) -> User:
    actor = system_actor(current_school(), name="Demo school", via=Via.COMMAND)
    safe = "".join(c for c in username if c.isalnum() or c in ".-_")
    user = create_user(full_name=name, username=safe, email=address, password_hash=demo.password_hash, actor=actor)
    start_membership(user, role=Role.APPLICANT, actor=actor)
    return user


def _applicant(demo: Demo, course: Course) -> Application:
    """The account to try: one application under review, and a draft that waits to be gone on with."""
    user = _account(demo, "Alex Applicant", APPLICANT, f"{APPLICANT}@{demo.plan.domain}")
    demo.users[APPLICANT] = user
    who = actor_for_user(user, demo.school.pk, via=Via.PAGE)
    own = apply(Entered(first_name="Alex", last_name="Applicant", birth_date=date(1994, 6, 2), courses=[course.pk]),
                actor=who)  # fmt: skip
    year_group = Intake.objects.get(kind="year_group")
    begin_application(Entered(intake=year_group.pk, first_name="Kim", last_name="Applicant", for_self=False), actor=who)
    return own


def _decide(families: list[Application], adults: list[Application], own: Application, actor: Actor) -> None:
    for each in (*families[2:], *adults[1:], own):
        start_review(each.pk, actor=actor)
    for each in families[2:14]:
        _go_through(each, actor, whole=each not in families[2:4])
    for each in families[4:13]:
        approve(each.pk, actor=actor)  # seven are offered a place, two wait
    reject(families[13].pk, reason_code="criteria", verdict=Verdict(message="We wish you all the best."), actor=actor)
    withdraw(families[14].pk, actor=actor)
    waitlist(families[15].pk, actor=actor)
    _set(own, "Talk", "in_progress", actor, message="Wednesday at 16:00, room 12.")
    for each in adults[2:]:
        _set(each, "Talk", "completed", actor)
    for each in adults[2:5]:
        approve(each.pk, actor=actor)
    reject(adults[5].pk, reason_code="no_place", actor=actor)


def _set(application: Application, step: str, status: str, actor: Actor, *, message: str = "") -> None:
    row = application.steps.get(step_name=step)
    set_step(application.pk, row.pk, status=status, values={"message": message}, actor=actor)


def _go_through(application: Application, actor: Actor, *, whole: bool) -> None:
    _set(application, "Visit", "completed", actor)
    if not whole:
        return
    _set(application, "Interview", "completed", actor)
    document = application.documents.get(type="Birth certificate")
    set_document(application.pk, document.pk, status="waived", remark="Seen at the office.", actor=actor)


def _answer(families: list[Application], actor: Actor) -> None:
    """Three families take the place, one leaves it; one child is admitted."""
    acts: list[Callable[..., Application]] = [accept_offer, accept_offer, accept_offer, decline_offer]
    for application, act in zip(families[4:8], acts, strict=True):
        act(application.pk, actor=actor)
    admit(families[4].pk, actor=actor)
