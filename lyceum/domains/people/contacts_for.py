"""Whom to tell about a student: the one way in which any part of the system finds out (R6, R7).

Every adult linked to the student on that day is in the answer, in contact order, each with whether they are told,
by which addresses, and why or why not. A restriction wins over everything, also over an address that somebody
shares with the person who is kept away. Whoever is of age decides who is told about them (R8): without their word
nobody is. Fees are another matter: they are told to whoever owes them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.notifications.rules.notify import Recipient
from lyceum.domains.people.policies import of_age_since

_LINKS = """
SELECT l.student_id, l.guardian_id, p.full_name, l.relationship, l.contact_order, l.channels, p.user_id,
  COALESCE(NULLIF(u.locale, ''), p.languages[1], ''), l.portal,
  ARRAY[l.told_absence, l.told_behaviour, l.told_reports, l.told_fees, l.told_general],
  COALESCE((SELECT array_agg(ARRAY[c.kind, c.value, CASE WHEN c.failing_since IS NULL THEN '' ELSE 'failing' END]
    ORDER BY c.preferred DESC, c.kind, c.id)
    FROM people_contactpoint c WHERE c.school_id = %(school)s AND c.person_id = p.id), ARRAY[]::varchar[]),
  COALESCE(own.birth_date <= %(of_age)s, false) AND l.student_agreed_on IS NULL
FROM people_guardianlink l
JOIN people_student s ON s.school_id = %(school)s AND s.id = l.student_id
JOIN people_person own ON own.school_id = %(school)s AND own.id = s.person_id
JOIN people_person p ON p.school_id = %(school)s AND p.id = l.guardian_id
LEFT JOIN accounts_user u ON u.id = p.user_id
WHERE l.school_id = %(school)s AND l.student_id = ANY(%(students)s)
  AND l.starts_on <= %(day)s AND (l.ends_on IS NULL OR l.ends_on >= %(day)s)
ORDER BY l.student_id, l.contact_order, l.id
"""
_KEPT_AWAY = """
SELECT r.student_id, r.person_id,
  COALESCE(array_agg(c.value) FILTER (WHERE c.id IS NOT NULL), ARRAY[]::varchar[])
FROM people_contactrestriction r
LEFT JOIN people_contactpoint c ON c.school_id = %(school)s AND c.person_id = r.person_id
WHERE r.school_id = %(school)s AND r.student_id = ANY(%(students)s) AND r.person_id IS NOT NULL AND r.ended_reason = ''
  AND r.starts_on <= %(day)s AND (r.ends_on IS NULL OR r.ends_on >= %(day)s)
  AND r.kinds && ARRAY['no_contact', 'no_information']::varchar[]
GROUP BY r.student_id, r.person_id
"""


class Purpose(StrEnum):
    """What somebody is told about; a guardian is told about each or not."""

    ABSENCE = "absence"
    BEHAVIOUR = "behaviour"
    REPORTS = "reports"
    FEES = "fees"
    GENERAL = "general"


class WhyNot(StrEnum):
    """Why somebody is not told, or not by that way."""

    RESTRICTED = "restricted"
    NOT_TOLD = "not_told"
    NO_CONSENT = "no_consent"
    NO_ADDRESS = "no_address"
    FAILING = "failing"
    SHARED = "shared"
    OF_AGE = "of_age"


WORDS = {
    WhyNot.RESTRICTED: _("kept from the child by a restriction"),
    WhyNot.NOT_TOLD: _("is not told about this"),
    WhyNot.NO_CONSENT: _("did not agree to any way"),
    WhyNot.NO_ADDRESS: _("has no address for what they agreed to"),
    WhyNot.FAILING: _("the address does not work"),
    WhyNot.OF_AGE: _("the student is of age and has not agreed"),
    WhyNot.SHARED: _("the address is shared with somebody who must not be told"),
}
KINDS = {"email": ("email",), "sms": ("mobile",), "call": ("mobile", "phone")}
"""The contact points of each channel."""


@dataclass(frozen=True)
class Choice:
    """One adult, whether they are told, and why or why not."""

    student: UUID
    person: UUID
    name: str
    relationship: str
    order: int
    user: UUID | None
    language: str
    portal: str
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By channel: agreed to, working, and nobody else's who must not be told."""
    why_not: WhyNot | None = None

    @property
    def is_told(self) -> bool:
        """Whether anything goes to them."""
        return self.why_not is None

    @property
    def reason(self) -> str:
        """Why they are told, as it is kept with what was sent."""
        return f"{self.relationship}, {self.order}"

    def as_recipient(self, *, link: str = "", own_link: str = "", values: Mapping[str, str] | None = None) -> Recipient:
        """The same person as notifications want them."""
        return Recipient(
            person=self.person,
            name=self.name,
            reason=self.reason,
            user=self.user if self.portal != "none" else None,
            language=self.language,
            addresses=self.addresses,
            link=link,
            own_link=own_link,
            values=values or {},
        )


def contacts_for(student: UUID, *, purpose: Purpose | str, channel: str = "", day: date, actor: Actor) -> list[Choice]:
    """Whom to tell about one student, in contact order, each with the reason."""
    return contacts_of([student], purpose=purpose, channel=channel, day=day, actor=actor).get(student, [])


def contacts_of(
    students: Collection[UUID], *, purpose: Purpose | str, channel: str = "", day: date, actor: Actor
) -> dict[UUID, list[Choice]]:
    """Whom to tell about each of some students. Two statements, however many, besides the remembered age of access.

    With a channel only that way counts. Restrictions themselves are named to those who may see them: to everybody
    else such a person is not in the answer at all.
    """
    values: dict[str, Any] = {
        "school": current_school(),
        "students": list(students),
        "day": day,
        "of_age": of_age_since(day),
    }
    with connection.cursor() as cursor:
        cursor.execute(_LINKS, values)
        links = cursor.fetchall()
        cursor.execute(_KEPT_AWAY, values)
        kept = cursor.fetchall()
    away: dict[UUID, set[UUID]] = defaultdict(set)
    theirs: dict[UUID, set[str]] = defaultdict(set)
    for student, person, addresses in kept:
        away[student].add(person)
        theirs[student].update(addresses)
    named = actor.reaches_all(Permission.RESTRICTIONS_EDIT)
    found: dict[UUID, list[Choice]] = defaultdict(list)
    for row in links:
        choice = _choice(row, Purpose(purpose), channel, away[row[0]], theirs[row[0]])
        if named or choice.why_not is not WhyNot.RESTRICTED:
            found[row[0]].append(choice)
    return found


def _choice(row: Sequence[Any], purpose: Purpose, channel: str, away: set[UUID], theirs: set[str]) -> Choice:
    student, person, name, relationship, order, agreed, user, language, portal, told, points, out_of_age = row
    common = {
        "student": student,
        "person": person,
        "name": name,
        "relationship": relationship,
        "order": order,
        "user": user,
        "language": language,
        "portal": portal,
    }
    if person in away:
        return Choice(**common, why_not=WhyNot.RESTRICTED)
    if out_of_age and purpose is not Purpose.FEES:
        return Choice(**common, why_not=WhyNot.OF_AGE)
    if not told[list(Purpose).index(purpose)]:
        return Choice(**common, why_not=WhyNot.NOT_TOLD)
    wanted = [channel] if channel else list(KINDS)
    usable = {each: _usable(KINDS[each], points, theirs) for each in wanted if each in agreed}
    addresses = {each: tuple(found) for each, found in usable.items() if found}
    reached_in_app = not channel and user is not None and portal != "none"
    if addresses or reached_in_app:
        return Choice(**common, addresses=addresses)
    return Choice(**common, why_not=_why_not(wanted, agreed, points, theirs))


def _usable(kinds: Sequence[str], points: Sequence[Sequence[str]], theirs: set[str]) -> list[str]:
    return [value for kind, value, trouble in points if kind in kinds and not trouble and value not in theirs]


def _why_not(wanted: Sequence[str], agreed: Sequence[str], points: Sequence[Sequence[str]], theirs: set[str]) -> WhyNot:
    ways = [each for each in wanted if each in agreed]
    if not ways:
        return WhyNot.NO_CONSENT
    of_ways = [point for point in points if any(point[0] in KINDS[each] for each in ways)]
    if any(value in theirs for _kind, value, _trouble in of_ways):
        return WhyNot.SHARED
    return WhyNot.FAILING if of_ways else WhyNot.NO_ADDRESS
