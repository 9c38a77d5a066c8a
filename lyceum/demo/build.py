"""The demo school on its first day: the school itself, its staff with their accounts, codes and times."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from lyceum.core import clock
from lyceum.core.actor import Actor, Via, system_actor
from lyceum.core.permissions import Role
from lyceum.core.schools import current_school
from lyceum.demo.families import Household
from lyceum.demo.names import address_name
from lyceum.demo.plan import Plan
from lyceum.demo.roster import Pupil
from lyceum.demo.staffing import SUBJECTS, Teaching, Worker, form_tutors
from lyceum.domains.academics.models import AcademicYear, Class, Grade, Location, Subject
from lyceum.domains.academics.rules.calendar import NewSubject, create_subjects
from lyceum.domains.academics.rules.locations import create_location
from lyceum.domains.accounts.models import PermissionSet, User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.accounts.rules.users import create_user, start_membership
from lyceum.domains.attendance.rules.setup import set_session_times
from lyceum.domains.people.models import Person, Staff, Student
from lyceum.domains.people.rules.adults import NewStaff, create_staff
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.tenancy.models import Group, School
from lyceum.domains.tenancy.rules import provision_school

Say = Callable[[str], None]
SETTING_UP = timedelta(days=12)
"""How long before the first day of a year the office prepares it."""

SETS = {"office": "Office", "attendance": "Attendance", "senco": "Safeguarding lead", "deputy2": "Head of year"}
ROLES = {"head": Role.SCHOOL_ADMIN, "deputy1": Role.SCHOOL_ADMIN}
WITHOUT_ACCOUNT = frozenset({"admin", "library", "premises", "ta1", "ta2"})


@dataclass
class Demo:
    """One demo school as it grows."""

    plan: Plan
    today: date
    password_hash: str
    school: School
    pupils: list[Pupil]
    households: list[Household]
    workers: list[Worker]
    teachings: list[Teaching]
    staff: dict[str, Staff] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    students: dict[str, Student] = field(default_factory=dict)
    adults: dict[str, UUID] = field(default_factory=dict)
    """Person ids of guardians."""
    subjects: dict[str, Subject] = field(default_factory=dict)
    rooms: dict[str, Location] = field(default_factory=dict)
    years: dict[int, AcademicYear] = field(default_factory=dict)
    forms: dict[tuple[int, int, str], Class] = field(default_factory=dict)
    """By year, grade and section."""

    @property
    def tutors(self) -> dict[tuple[int, str], Worker]:
        return form_tutors(self.plan, self.workers)

    @property
    def grades(self) -> dict[int, Grade]:
        return {grade.position: grade for grade in Grade.objects.all()}

    def actor(self, key: str) -> Actor:
        """A member of staff at the screen, with the rights they have at the frozen instant."""
        return actor_for_user(self.users[key], self.school.pk, via=Via.PAGE)

    @property
    def office(self) -> Actor:
        return self.actor("office")

    @property
    def head(self) -> Actor:
        return self.actor("head")

    def instant(self, day: date, local: time = time(8, 0)) -> datetime:
        """An instant on a day at the school."""
        return datetime.combine(day, local, tzinfo=clock.zone(self.plan.time_zone))

    @contextmanager
    def on(self, day: date, local: time = time(8, 0)) -> Iterator[None]:
        """Inside, it is that time of that day."""
        with clock.frozen(self.instant(day, local)):
            yield


def found_school(plan: Plan, group: Group) -> School:
    """Make the school in the summer before its first year in the records."""
    day = plan.calendars[plan.first].starts - SETTING_UP
    opened = datetime.combine(day, time(7), tzinfo=clock.zone(plan.time_zone))
    with clock.frozen(opened):
        school = provision_school(
            name=plan.name,
            slug=plan.slug,
            country=plan.country,
            time_zone=plan.time_zone,
            is_demo=True,
            actor=system_actor(0, name="Demo school", via=Via.COMMAND),
        )
    school.group = group
    school.save(update_fields=["group", "updated_at"])
    return school


def set_up(demo: Demo) -> None:
    """Staff, accounts, session times, subjects and rooms."""
    with demo.on(demo.plan.calendars[demo.plan.first].starts - SETTING_UP, time(8, 30)):
        system = system_actor(current_school(), name="Demo school", via=Via.COMMAND)
        _add_staff(demo, system)
        for session in demo.plan.sessions:
            set_session_times(
                session=session.session, starts_at=session.starts_at, closes_at=session.closes_at, actor=demo.head
            )
        if demo.plan.has_lessons:
            new = [NewSubject(s.code, s.name, s.department) for s in SUBJECTS]
            demo.subjects = {row.code: row for row in create_subjects(new, actor=demo.office)}
        for room in sorted({w.room for w in demo.workers if w.room}):
            demo.rooms[room] = create_location(name=room, capacity=32, actor=demo.office)


def _add_staff(demo: Demo, actor: Actor) -> None:
    usernames = _usernames(demo.workers)
    new = [
        NewStaff(
            NewPerson(
                first_name=w.first_name,
                last_name=w.last_name,
                gender=w.sex,
                emails=(f"{usernames[w.key]}@{demo.plan.domain}",),
            ),
            job=w.job,
            teaching=w.teaches,
            joined_on=w.joined_on,
        )
        for w in demo.workers
    ]
    demo.staff = dict(zip((w.key for w in demo.workers), create_staff(new, actor=actor), strict=True))
    sets = {row.name: row for row in PermissionSet.objects.all()}
    for worker in demo.workers:
        if worker.key in WITHOUT_ACCOUNT:
            continue
        username = usernames[worker.key]
        user = add_account(
            demo, demo.staff[worker.key].person, username=username, email=f"{username}@{demo.plan.domain}", actor=actor
        )
        demo.users[worker.key] = user
        held = SETS.get(worker.key)
        role = ROLES.get(worker.key, Role.MANAGER if held else Role.TEACHER)
        start_membership(user, role=role, permission_sets=[sets[held]] if held else (), actor=actor)


def add_account(demo: Demo, person: Person, *, username: str, email: str, actor: Actor) -> User:
    """An account with the demo password for somebody the school knows."""
    user = create_user(
        full_name=person.full_name, username=username, email=email, password_hash=demo.password_hash, actor=actor
    )
    join_account(person, user)
    return user


def join_account(person: Person, user: User) -> None:
    """The account belongs to that person."""
    person.user = user
    person.save(update_fields=["user", "updated_at"])


def _usernames(workers: Sequence[Worker]) -> dict[str, str]:
    """`head` and `office`; the others by first letter and surname, with a number where two share it."""
    names: dict[str, str] = {}
    for worker in workers:
        wish = worker.key if worker.key in ("head", "office") else address_name(worker.first_name[:1], worker.last_name)
        n = sum(name.rstrip("0123456789") == wish for name in names.values())
        names[worker.key] = f"{wish}{n + 1}" if n else wish
    return names
