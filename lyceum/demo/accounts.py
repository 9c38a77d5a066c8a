"""The accounts with which the demo can be tried: who they are, and what is worth trying with each."""

from collections.abc import Iterator
from dataclasses import dataclass

from lyceum.core import clock
from lyceum.core.actor import Via, system_actor
from lyceum.core.permissions import Role
from lyceum.core.schools import current_school, school_scope
from lyceum.demo.admissions import APPLICANT
from lyceum.demo.build import Demo, add_account, join_account
from lyceum.demo.families import form_in_focus
from lyceum.demo.plan import GROUP_SLUG, PASSWORD
from lyceum.demo.registers import tutor_of_focus
from lyceum.domains.academics.models import ClassMembership, ClassTeacher
from lyceum.domains.accounts.models import EmailAddress, Membership, SchoolLogin, User
from lyceum.domains.accounts.rules.users import start_membership
from lyceum.domains.people.models import Person, Student
from lyceum.domains.people.rules.adults import NewGuardian, add_guardians
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.tenancy.models import School

GUARDIAN, STUDENT = "guardian", "student"


def add_family_accounts(demo: Demo) -> None:
    """A guardian of two children and one of the two."""
    parent, child = demo.households[0].adults[0], _child_in_focus(demo)
    with demo.on(demo.plan.calendars[demo.plan.current].starts):
        actor = system_actor(current_school(), name="Demo school", via=Via.COMMAND)
        people = {GUARDIAN: Person.objects.get(pk=demo.adults[parent.key]), STUDENT: child.person}
        for role, person in people.items():
            user = add_account(demo, person, username=role, email=f"{role}@{demo.plan.domain}", actor=actor)
            demo.users[role] = user
            start_membership(user, role=Role.named(role), actor=actor)


def _child_in_focus(demo: Demo) -> Student:
    grade, section = form_in_focus(demo.plan)
    start = demo.plan.current - demo.plan.grades.index(grade)
    pupil = next(p for p in demo.households[0].pupils if (p.seat.start, p.seat.section) == (start, section))
    return demo.students[pupil.key]


def share_a_person(school: Demo, other: Demo) -> None:
    """One human in both schools: a teacher in the first who may look after a child of the second."""
    tutor = tutor_of_focus(school)
    teacher = next(w for w in school.workers if w.teaches and w.key != tutor.key)
    with school_scope(other.school.pk), other.on(other.plan.calendars[other.plan.current].starts):
        actor = system_actor(current_school(), name="Demo school", via=Via.COMMAND)
        own = other.households[0].pupils
        child = next(p for p in other.pupils if p.is_on_roll(other.today) and not p.exit and p not in own)
        new = NewGuardian(
            other.students[child.key].pk,
            "aunt" if teacher.sex == "female" else "uncle",
            person=NewPerson(first_name=teacher.first_name, last_name=teacher.last_name, gender=teacher.sex),
            parental_responsibility="no",
            may_collect=True,
            portal="view",
            channels=("email",),
        )
        link = add_guardians([new], actor=actor)[0]
        user = school.users[teacher.key]
        join_account(link.guardian, user)
        start_membership(user, role=Role.GUARDIAN, actor=actor)


@dataclass(frozen=True)
class DemoAccount:
    """One account to try the demo with."""

    school: str
    school_slug: str
    role: str
    name: str
    username: str
    email: str
    password: str
    what_to_try: str


def list_accounts() -> list[DemoAccount]:
    """The accounts of the demo schools that are worth trying; empty where no demo is loaded."""
    found = []
    for school in School.objects.filter(is_demo=True, group__slug=GROUP_SLUG).order_by("pk"):
        with school_scope(school.pk):
            found += [_account(school, *row) for row in _cast(school)]
    return found


def _cast(school: School) -> Iterator[tuple[str, User, str]]:
    day = clock.today(school.time_zone)
    logins = {row.username: row.user for row in SchoolLogin.objects.filter(school=school).select_related("user")}
    if {"office", "head", GUARDIAN, STUDENT} - logins.keys():
        return
    student = Student.objects.get(person__user=logins[STUDENT])
    forms = ClassMembership.objects.filter(student=student, is_form=True, starts_on__lte=day)
    form = forms.latest("starts_on").school_class
    yield "Office manager", logins["office"], "Find a student, change a mark of yesterday, look at who is missing."
    yield "Headteacher", logins["head"], "Today's numbers, the school's settings, users and trail."
    lead = ClassTeacher.objects.filter(school_class=form, role="lead").select_related("staff__person__user").first()
    if lead and lead.staff.person.user:
        yield f"Form teacher of {form}", lead.staff.person.user, f"Take the register of {form}, which is due."
    for user in _shared(school, here="teacher", there="guardian"):
        yield "Teacher", user, "Own lessons only; the same account is a guardian at the other school."
    yield "Guardian", logins[GUARDIAN], "Two children: their attendance, and nobody else's."
    yield "Student", logins[STUDENT], f"Own record and own classes, in {form}."
    if APPLICANT in logins:
        yield "Applicant", logins[APPLICANT], "An application under review, and a draft to go on with."
    for user in _shared(school, here="guardian", there="teacher"):
        yield "Guardian", user, "One child here; teaches at the other school. Change school and see the walls."


def _shared(school: School, *, here: str, there: str) -> list[User]:
    """Those who are one thing in this school and another in the other demo school."""
    elsewhere = Membership.objects.filter(role=there, school__group=school.group).exclude(school=school)
    rows = Membership.objects.filter(school=school, role=here, user__in=elsewhere.values("user"))
    return [row.user for row in rows.select_related("user")]


def _account(school: School, role: str, user: User, what_to_try: str) -> DemoAccount:
    login = SchoolLogin.objects.filter(school=school, user=user).first()
    email = EmailAddress.objects.filter(user=user).first()
    return DemoAccount(
        school.name,
        school.slug,
        role,
        user.full_name,
        login.username if login else "",
        email.address if email else "",
        PASSWORD,
        what_to_try,
    )
