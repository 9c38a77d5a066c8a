"""Who sends the requests: people of the demo school, signed in without the cost of a password."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from lyceum.core.permissions import Role
from lyceum.core.schools import school_scope
from lyceum.demo.plan import HILLCREST
from lyceum.domains.academics.models import ClassMembership, ClassTeacher
from lyceum.domains.accounts.cookies import COOKIE
from lyceum.domains.accounts.models import SchoolLogin, User
from lyceum.domains.attendance.models import Register
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import start_session


@dataclass(frozen=True)
class SignedIn:
    """Somebody with a session: what their browser or their software sends along."""

    name: str
    cookie: str
    token: str = ""

    @property
    def page_headers(self) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.cookie}"}

    @property
    def api_headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}


def school() -> School:
    """The demo school that is measured."""
    return School.objects.get(slug=HILLCREST.slug)


def sign_in(user: User) -> SignedIn:
    """A session of somebody at the demo school."""
    here = school()
    _, cookie = start_session(user, here, lasts=timedelta(hours=2))
    return SignedIn(user.full_name, cookie, _token(user, here))


def _token(user: User, here: School) -> str:
    from lyceum.domains.accounts.queries import current_memberships
    from lyceum.domains.accounts.rules.sessions import Opened
    from lyceum.domains.accounts.rules.tokens import issue_pair

    session, secret = start_session(user, here, method="token", lasts=timedelta(hours=2))
    roles = tuple(Role(m.role) for m in current_memberships(user.pk) if m.school_id == here.pk)
    return issue_pair(Opened(session=session, secret=secret, user=user, school=here, roles=roles)).access


def office() -> SignedIn:
    """The office manager."""
    return sign_in(SchoolLogin.objects.get(school=school(), username="office").user)


def head() -> SignedIn:
    """The head, who may do everything in the school."""
    return sign_in(SchoolLogin.objects.get(school=school(), username="head").user)


def morning_people(schools: int) -> list[tuple[SignedIn, tuple[str, ...]]]:
    """The form teachers of some schools of the town, signed in, each with the daily registers of the last day."""
    first = school()
    others = School.objects.filter(slug__startswith="town-").order_by("pk")[: schools - 1]
    found = []
    for here in (first, *others):
        with school_scope(here.pk):
            registers: dict[UUID, list[str]] = {}
            for register in last_registers():
                registers.setdefault(register.school_class_id, []).append(str(register.pk))
            leads = ClassTeacher.objects.filter(role="lead", school_class__in=list(registers))
            rows = {
                lead.school_class_id: lead.staff.person.user for lead in leads.select_related("staff__person__user")
            }
        for form, user in rows.items():
            if user is None:
                continue
            _session, cookie = start_session(user, here, lasts=timedelta(hours=2))
            found.append((SignedIn(user.full_name, cookie), tuple(registers[form])))
    return found


def last_registers() -> list[Register]:
    """The daily registers of the last day that has any; inside the school."""
    day = Register.objects.filter(kind="daily").latest("on").on
    return list(Register.objects.filter(kind="daily", on=day).order_by("session", "class_name"))


def members(register: Register) -> list[str]:
    """The ids of the students of a register; inside the school."""
    rows = ClassMembership.objects.filter(school_class=register.school_class_id, starts_on__lte=register.on)
    return [str(pk) for pk in rows.filter(ends_on__gte=register.on).values_list("student", flat=True)]


def some_students(most: int) -> list[str]:
    """Ids of students on roll."""
    with school_scope(school().pk):
        return [str(pk) for pk in Student.objects.order_by("registration_number").values_list("pk", flat=True)[:most]]
