"""The children of a family at a glance, in the school at hand and in every other one where somebody is a guardian."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils.safestring import SafeString

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission, Reach, Role
from lyceum.core.schools import crossing_to
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.queries import standings
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user, current_memberships, own_id
from lyceum.domains.attendance.glyphs import strip_html
from lyceum.domains.attendance.numbers import Numbers, list_counted, summarise_students
from lyceum.domains.attendance.readings import FAMILY
from lyceum.domains.attendance.strips import SessionGlyph, read_sessions
from lyceum.domains.behaviour.queries import count_unread
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import own_family, visible_students
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import today


@dataclass(frozen=True)
class Child:
    """A student as their family sees them at a glance."""

    student: Student
    form: str
    strip: SafeString
    numbers: Numbers
    may_report: bool = False
    """Whether the family may report an absence."""
    unread: int = 0
    """Messages about behaviour that ask to be confirmed."""


@dataclass(frozen=True)
class ChildrenAt:
    """Somebody's children in another of their schools."""

    school: School
    children: list[Child]


def children_of(actor: Actor, day: date) -> list[Child]:
    """The actor's own record and children in the school in scope, each with form and attendance."""
    students = list(Student.objects.filter(visible_students(actor), own_family(actor)).select_related("person"))
    placed = standings([s.pk for s in students], day)
    sessions = read_sessions([s.pk for s in students], first=day - timedelta(days=13), last=day, reading=FAMILY)
    year = school_days().year_of(day)
    first = year.starts if year else day
    counted = list(list_counted(actor, first=first, last=day).filter(own_family(actor)).values_list("pk", flat=True))
    numbers = summarise_students(counted, first=first, last=day, reading=FAMILY).per_student
    reports = Reach.CHILD in actor.reaches(Permission.ABSENCES_ASK)
    unread = count_unread(actor)
    return [
        Child(s, placed[s.pk].form, _week(sessions[s.pk]), numbers.get(s.pk, Numbers()), reports, unread.get(s.pk, 0))
        for s in students
    ]


def children_at_other_schools(actor: Actor) -> list[ChildrenAt]:
    """A guardian's children in every other school they belong to.

    Each school is entered by itself, with what the guardian is there and nothing else: no statement sees two schools.
    """
    user = User.objects.get(pk=own_id(actor))
    roles = [m for m in current_memberships(user.pk) if m.role == Role.GUARDIAN and m.school_id != actor.school_id]
    schools = {m.school.pk: m.school for m in roles if m.school and m.school.status == School.Status.ACTIVE}
    found = []
    for school_id, school in schools.items():
        guardian = replace(actor_for_user(user, school_id, via=actor.via), roles=frozenset({Role.GUARDIAN}))
        with crossing_to(school_id):
            children = children_of(guardian, today())
        if children:
            found.append(ChildrenAt(school, children))
    return found


def _week(sessions: list[SessionGlyph]) -> SafeString:
    return strip_html(tuple(session.glyph for session in sessions[-10:]))
