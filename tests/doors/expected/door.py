"""What a row of the tables of doors says.

A row names the act of the policy table and what the act is about; who may do it follows from the policy.
A route that has no row here fails the tests, and so does a row without a route.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lyceum.core.permissions import BUILT_IN_SETS, POLICY, Permission, Reach, Role
from tests.doors.world import Who


class About(StrEnum):
    """What an act is about: somebody whose reach is narrow may do it for what is theirs."""

    PART = "the part of the school that the caller reaches"
    WHOLE = "the whole school"
    STUDENT = "the student"
    CLASS = "the class"
    REGISTER = "a register of the class"
    CHILD = "the student, as a matter of the family"
    OWN = "what is the teacher's own"


RELATED: Mapping[About, frozenset[Who]] = {
    About.PART: frozenset(Who),
    About.WHOLE: frozenset(),
    About.STUDENT: frozenset({Who.TEACHER, Who.STUDENT, Who.GUARDIAN}),
    About.CLASS: frozenset({Who.TEACHER, Who.STUDENT, Who.GUARDIAN}),
    About.REGISTER: frozenset({Who.TEACHER}),
    About.CHILD: frozenset({Who.TEACHER, Who.GUARDIAN}),
    About.OWN: frozenset({Who.TEACHER}),
}
"""Who of the narrow ones has to do with it."""

_ROLES: Mapping[Who, Role] = {
    Who.APPLICANT: Role.APPLICANT,
    Who.GUARDIAN: Role.GUARDIAN,
    Who.STUDENT: Role.STUDENT,
    Who.TEACHER: Role.TEACHER,
    Who.OTHER_TEACHER: Role.TEACHER,
    Who.OFFICE: Role.MANAGER,
    Who.ATTENDANCE: Role.MANAGER,
    Who.ADMIN: Role.SCHOOL_ADMIN,
    Who.SUPER_ADMIN: Role.SUPER_ADMIN,
    Who.FOREIGN_ADMIN: Role.SCHOOL_ADMIN,
}
_SETS: Mapping[Who, str] = {Who.OFFICE: "Office", Who.ATTENDANCE: "Attendance"}
EVERYBODY = frozenset(Who)
SIGNED_IN = EVERYBODY - {Who.PUBLIC}
NOBODY: frozenset[Who] = frozenset()
IN_A_SCHOOL = SIGNED_IN
FAMILY = frozenset({Who.STUDENT, Who.GUARDIAN})


@dataclass(frozen=True)
class Door:
    """What one route asks for."""

    act: Permission | frozenset[Who]
    """An act of the policy table; or those who may pass, where no act is asked for."""
    about: About = About.PART
    body: Mapping[str, Any] | None = None
    """What is sent where a body made from the schema would not do; `{name}` stands for an id of the world."""
    query: str = ""
    more_scopes: frozenset[str] = frozenset()
    """Scopes of their own that an API key needs besides those of the acts."""
    also: frozenset[Who] = frozenset()
    """Who passes besides, with the reason beside the row."""
    but: frozenset[Who] = frozenset()
    """Who does not pass although the act would let them, with the reason beside the row."""
    shows: tuple[Permission, ...] = ()
    """The acts that the answer needs besides: a key that writes may not read for that alone."""
    path: str = ""
    """The path to try where the ids of the world would not do."""
    any_key: bool = False
    """Whether a key passes whatever its scopes."""

    def admits(self, who: Who) -> bool:
        """Whether somebody passes."""
        if isinstance(self.act, frozenset):
            return who in self.act
        if who in self.also | self.but:
            return who in self.also
        return _reaches(who, self.act, self.about)

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes that an API key needs; empty where none opens it."""
        if isinstance(self.act, frozenset) or not POLICY[self.act].scope:
            return frozenset()
        return frozenset(POLICY[act].scope for act in (self.act, *self.shows)) | self.more_scopes


def _reaches(who: Who, act: Permission, about: About) -> bool:
    row = POLICY[act]
    reach = row.public if who is Who.PUBLIC else row.reach_of(_ROLES[who])
    if reach is Reach.PERMISSION_SET:
        reach = Reach.ALL if act in BUILT_IN_SETS[_SETS[who]] else Reach.NONE
    if reach in (Reach.NONE, Reach.GROUP, Reach.GRANT):  # the last two need a scope of their own
        return row.public is Reach.ALL
    return reach is Reach.ALL or who in RELATED[about]
