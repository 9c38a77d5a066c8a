"""Guardians and staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Entry, Target, record, record_all
from lyceum.domains.people.facts import RestrictionChanged
from lyceum.domains.people.models import ContactRestriction, GuardianLink, Person, Staff, Student
from lyceum.domains.people.rules.numbers import check_free, draw_numbers
from lyceum.domains.people.rules.persons import NewPerson, check_persons, insert_persons
from lyceum.domains.tenancy.queries import today


class AlreadyGuardianError(RuleError):
    """The adult is a guardian of this student already."""

    code = "already_guardian"


@dataclass(frozen=True)
class NewStaff:
    """Somebody who works here."""

    person: NewPerson
    staff_code: str = ""
    job: str = ""
    teaching: bool = True
    kind: str = "permanent"
    joined_on: date | None = None


@transaction.atomic
def create_staff(new: Sequence[NewStaff], *, actor: Actor) -> list[Staff]:
    """Make staff, each with a person and a code."""
    actor.require_all(Permission.PEOPLE_EDIT)
    day = today()
    check_persons([each.person for each in new], today=day)
    typed = [tidy(each.staff_code) for each in new if tidy(each.staff_code)]
    if typed:
        check_free("staff", typed, day=day)
    drawn = iter(draw_numbers("staff", len(new) - len(typed), day=day))
    persons = insert_persons([each.person for each in new])
    staff = [
        Staff(
            person=person,
            staff_code=tidy(each.staff_code) or next(drawn),
            job=tidy(each.job),
            teaching=each.teaching,
            kind=each.kind,
            joined_on=each.joined_on or day,
        )
        for person, each in zip(persons, new, strict=True)
    ]
    Staff.objects.bulk_create(staff)
    record_all([Entry("people.staff.create", Target.of(member)) for member in staff], actor=actor)
    return staff


@dataclass(frozen=True)
class NewGuardian:
    """An adult linked to a student: a new person, or one who is known already."""

    student_id: UUID
    relationship: str
    person: NewPerson | None = None
    person_id: UUID | None = None
    parental_responsibility: str = "unknown"
    lives_with: str = "no"
    emergency: bool = False
    may_collect: bool = False
    portal: str = "none"
    channels: tuple[str, ...] = ()


@transaction.atomic
def add_guardians(new: Sequence[NewGuardian], *, actor: Actor) -> list[GuardianLink]:
    """Link adults to students, last in each student's contact order."""
    actor.require_all(Permission.PEOPLE_EDIT)
    day = today()
    given = [each.person for each in new if each.person]
    check_persons(given, today=day)
    made = iter(insert_persons(given))
    people = [next(made).pk if each.person else each.person_id for each in new]
    orders = _next_orders({each.student_id for each in new})
    links = []
    for each, person_id in zip(new, people, strict=True):
        orders[each.student_id] = orders.get(each.student_id, 0) + 1
        links.append(
            GuardianLink(
                student_id=each.student_id,
                guardian_id=person_id,
                relationship=tidy(each.relationship) or "guardian",
                parental_responsibility=each.parental_responsibility,
                lives_with=each.lives_with,
                contact_order=orders[each.student_id],
                emergency=each.emergency,
                may_collect=each.may_collect,
                portal=each.portal,
                channels=list(each.channels),
                starts_on=day,
            )
        )
    _refuse_doubles(links)
    GuardianLink.objects.bulk_create(links)
    record_all(
        [Entry("people.guardian.add", Target("people.student", link.student_id, link.relationship)) for link in links],
        actor=actor,
    )
    return links


def _next_orders(students: set[UUID]) -> dict[UUID, int]:
    known = set(Student.objects.filter(pk__in=students).values_list("pk", flat=True))
    if students - known:
        raise NotFoundError("There is no such student here.")
    rows = GuardianLink.objects.filter(student__in=students, ends_on__isnull=True)
    return dict(rows.values_list("student").annotate(last=Max("contact_order")))


def _refuse_doubles(links: Sequence[GuardianLink]) -> None:
    pairs = {(link.student_id, link.guardian_id) for link in links}
    rows = GuardianLink.objects.filter(
        student__in={student for student, _ in pairs}, ends_on__isnull=True
    ).values_list("student_id", "guardian_id")
    if len(pairs) < len(links) or pairs & set(rows):
        raise AlreadyGuardianError("This adult is a guardian of the student already.")


RESTRICTIONS = frozenset({"no_contact", "no_information", "no_collection", "address_withheld"})


@transaction.atomic
def restrict_contact(
    student_id: UUID, *, person_id: UUID | None, kinds: Sequence[str], actor: Actor, **details: Any
) -> ContactRestriction:
    """Keep somebody from a child, from this second on."""
    actor.require_all(Permission.RESTRICTIONS_EDIT)
    if not kinds or set(kinds) - RESTRICTIONS:
        raise invalid_field("/kinds", "choice", f"Choose from: {', '.join(sorted(RESTRICTIONS))}.")
    try:
        student = Student.objects.select_related("person").get(pk=student_id)
    except Student.DoesNotExist:
        raise NotFoundError from None
    if person_id and not Person.objects.filter(pk=person_id).exists():
        raise NotFoundError
    restriction = ContactRestriction.objects.create(
        student=student,
        person_id=person_id,
        kinds=sorted(set(kinds)),
        starts_on=today(),
        made_by=actor.user_id or student.pk,
        **details,
    )
    record(
        "people.restriction.add",
        target=Target.of(student),
        changes={"kinds": [None, restriction.kinds]},
        facts=[RestrictionChanged(student=student.pk)],
        actor=actor,
    )
    return restriction
