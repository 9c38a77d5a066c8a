"""Schools with people in them, made by the rules and with nothing that a test did not ask for.

Every function enters the school by itself; `in_school` is for the test's own questions. The year that
`make_year` makes by default holds `NOW`, a Friday morning in a first lesson.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, time
from functools import lru_cache
from itertools import count
from typing import Any
from uuid import UUID

from lyceum.core.actor import Actor, Via, public_actor, system_actor
from lyceum.core.permissions import Role
from lyceum.core.schools import SchoolOwned, school_scope
from lyceum.domains.academics.models import AcademicYear, Class, Subject
from lyceum.domains.academics.rules.calendar import NewSubject, create_subjects, create_year
from lyceum.domains.academics.rules.classes import (
    NewClass,
    NewMember,
    NewTeacher,
    add_class_members,
    assign_teachers,
    create_classes,
)
from lyceum.domains.accounts.models import PermissionSet, User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.accounts.rules.passwords import hash_password
from lyceum.domains.accounts.rules.users import create_user, start_membership
from lyceum.domains.attendance.rules.setup import set_session_times
from lyceum.domains.people.models import GuardianLink, Person, Staff, Student
from lyceum.domains.people.rules.adults import NewGuardian, NewStaff, add_guardians, create_staff
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.students import NewStudent, create_students
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.rules import provision_school
from lyceum.testing.beginnings import remembered, speak
from lyceum.testing.provisioning import copied_defaults

NOW = datetime(2026, 11, 20, 8, 50, tzinfo=UTC)
FIRST_DAY, LAST_DAY = date(2026, 9, 1), date(2027, 7, 20)
LONG_AGO = date(2020, 9, 1)
PASSWORD = "correct horse battery"  # noqa: S105 - everybody's, in tests
_numbers = count(1)


def in_school(school: School) -> AbstractContextManager[None]:
    """Everything inside runs in that school."""
    speak()
    return school_scope(school.pk)


@contextmanager
def school_of(row: SchoolOwned) -> Iterator[School]:
    """Everything inside runs in the school that owns a row."""
    school = School.objects.get(pk=str(row.school_id))
    with in_school(school):
        yield school


@remembered
def make_school(name: str = "Hill School", **fields: Any) -> School:
    """A school as it is a moment after somebody made it: defaults of every domain, nobody in it."""
    with copied_defaults():
        return provision_school(name=name, actor=public_actor(Via.COMMAND), **fields)


@lru_cache(maxsize=8)
def _hashed(password: str) -> str:
    return hash_password(password)


@remembered
def make_user(
    school: School,
    role: Role | None = None,
    *,
    name: str = "",
    username: str = "",
    email: str = "",
    password: str = PASSWORD,
    permission_sets: Sequence[str] = (),
    starts: date | None = LONG_AGO,
) -> User:
    """Somebody with an account here. Without a role it gives no rights."""
    number = next(_numbers)
    actor = system_actor(school.pk)
    with in_school(school):
        user = create_user(
            full_name=name or f"Person {number}",
            username=username or f"person.{number}",
            email=email,
            password_hash=_hashed(password),
            actor=actor,
        )
        if role:
            add_role(user, school, role, permission_sets=permission_sets, starts=starts)
    return user


@remembered
def add_role(
    user: User, school: School, role: Role, *, permission_sets: Sequence[str] = (), starts: date | None = LONG_AGO
) -> None:
    """One more role for somebody who has an account."""
    with in_school(school):
        sets = PermissionSet.objects.filter(name__in=permission_sets)
        start_membership(user, role=role, permission_sets=sets, starts=starts, actor=system_actor(school.pk))


@remembered
def make_admin(school: School, **user: Any) -> User:
    """A school admin."""
    return make_user(school, Role.SCHOOL_ADMIN, **user)


@remembered
def make_manager(school: School, *permission_sets: str, **user: Any) -> User:
    """Somebody in the office, with built-in permission sets by name."""
    return make_user(school, Role.MANAGER, permission_sets=permission_sets, **user)


def account_for(person: Person, role: Role, **user: Any) -> User:
    """An account for a person who is known to the school already."""
    person.user = _make_account(person, role, **user)
    return person.user


@remembered
def _make_account(person: Person, role: Role, **user: Any) -> User:
    with school_of(person) as school:
        account = make_user(school, role, name=person.full_name, **user)
        Person.objects.filter(pk=person.pk).update(user=account)
    return account


@remembered
def make_staff(school: School, *, name: str = "", **staff: Any) -> Staff:
    """Somebody who works here, without an account."""
    person = NewPerson(full_name=name or f"Member of staff {next(_numbers)}")
    new = NewStaff(person, joined_on=FIRST_DAY, confirm_new=True, **staff)
    with in_school(school):
        return create_staff([new], actor=system_actor(school.pk))[0]


@remembered
def make_teacher(school: School, *classes: Class, name: str = "", **user: Any) -> User:
    """The account of a teacher who leads those classes from their first day on."""
    staff = make_staff(school, name=name)
    with in_school(school):
        assign_teachers([NewTeacher(each, staff) for each in classes], actor=system_actor(school.pk))
    return account_for(staff.person, Role.TEACHER, **user)


def make_student(
    school: School, *classes: Class, name: str = "", first_day: date = FIRST_DAY, **person: Any
) -> Student:
    """A student on roll from a day on, and from that day in those classes. Without an account."""
    return make_students(school, [name], *classes, first_day=first_day, **person)[0]


@remembered
def make_students(
    school: School, names: Sequence[str], *classes: Class, first_day: date = FIRST_DAY, **person: Any
) -> list[Student]:
    """Students of those names, at once; each as `make_student` makes one."""
    new = [NewPerson(full_name=name or f"Student {next(_numbers)}", **person) for name in names]
    actor = system_actor(school.pk)
    with in_school(school):
        students = create_students(
            [NewStudent(each, first_day=first_day, confirm_new=True) for each in new], actor=actor
        )
        members = [NewMember(each, student.pk, max(first_day, each.starts)) for student in students for each in classes]
        if members:
            add_class_members(members, actor=actor)
    return students


@remembered
def make_guardian(
    student: Student, *, name: str = "", portal: str = "full", starts: date = LONG_AGO, **link: Any
) -> GuardianLink:
    """An adult who has long belonged to a student and may see the portal. Without an account."""
    person = NewPerson(full_name=name or f"Guardian {next(_numbers)}")
    tie: dict[str, Any] = {"parental_responsibility": "yes", "confirm_new": True} | link
    new = NewGuardian(student.pk, "parent", person=person, portal=portal, **tie)
    with school_of(student) as school:
        made = add_guardians([new], actor=system_actor(school.pk))[0]
        # The rule begins a link on the day it is added, which for a test is no particular day.
        GuardianLink.objects.filter(pk=made.pk).update(starts_on=starts)
        return GuardianLink.objects.select_related("guardian", "student__person").get(pk=made.pk)


@remembered
def guardian_of(*students: Student, name: str = "Grace Guardian", **user: Any) -> User:
    """One human who is the guardian of all those students, in whatever schools they are."""
    account: User | None = None
    for student in students:
        person = make_guardian(student, name=name).guardian
        with school_of(student) as school:
            if account is None:
                account = account_for(person, Role.GUARDIAN, **user)
                continue
            if not account.memberships.filter(school=school).exists():
                add_role(account, school, Role.GUARDIAN)
            Person.objects.filter(pk=person.pk).update(user=account)
    if account is None:
        raise ValueError("a guardian of nobody")
    return account


@remembered
def make_year(
    school: School,
    name: str = "2026/27",
    *,
    starts: date = FIRST_DAY,
    ends: date = LAST_DAY,
    current: bool = True,
) -> AcademicYear:
    """A school year, Monday to Friday, with no day closed."""
    with in_school(school):
        return create_year(name=name, starts=starts, ends=ends, current=current, actor=system_actor(school.pk))


@remembered
def find_or_make_year(school: School) -> AcademicYear:
    """The school's current year."""
    with in_school(school):
        found = AcademicYear.objects.filter(state="current").first()
    return found or make_year(school)


def make_class(school: School, name: str = "7A", *, year: AcademicYear | None = None, **fields: Any) -> Class:
    """A form in the current year, for as long as the year."""
    return make_classes(school, [name], year=year, **fields)[0]


@remembered
def make_classes(
    school: School, names: Sequence[str], *, year: AcademicYear | None = None, **fields: Any
) -> list[Class]:
    """Forms of those names, at once; each as `make_class` makes one."""
    year = year or find_or_make_year(school)
    with in_school(school):
        return create_classes([NewClass(year, name, **fields) for name in names], actor=system_actor(school.pk))


@remembered
def make_subject(school: School, code: str = "MA", name: str = "Mathematics") -> Subject:
    """A subject."""
    with in_school(school):
        return create_subjects([NewSubject(code, name)], actor=system_actor(school.pk))[0]


@remembered
def make_teaching_class(school: School, name: str = "7A/Ma", *, subject: UUID | None = None, **fields: Any) -> Class:
    """A class that is taught a subject."""
    return make_class(school, name, kind="teaching", subject_id=subject or make_subject(school).pk, **fields)


@remembered
def set_times(school: School) -> None:
    """Morning and afternoon registers of a usual day."""
    actor = system_actor(school.pk)
    with in_school(school):
        for session, starts_at, closes_at in (
            ("AM", time(8, 45), time(9, 15)),
            ("PM", time(13), time(13, 30)),
        ):
            set_session_times(
                session=session, starts_at=starts_at, closes_at=closes_at, starts_on=FIRST_DAY, actor=actor
            )


@remembered
def as_actor(user: User, school: School, *, via: Via = Via.REST) -> Actor:
    """Somebody as the rules see them."""
    with in_school(school):
        return actor_for_user(user, school.pk, via=via)
