"""Guardians and staff."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import FieldError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission, Role
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.people.models import GuardianLink, Person, Staff, Student
from lyceum.domains.people.rules.duplicates import confirmed, refuse_lookalikes
from lyceum.domains.people.rules.numbers import NumberTakenError, check_free, draw_numbers
from lyceum.domains.people.rules.persons import NewPerson, check_persons, insert_persons
from lyceum.domains.people.rules.restrictions import restrict_contact
from lyceum.domains.tenancy.queries import today


class AlreadyGuardianError(RuleError):
    """The adult is a guardian of this student already."""

    code = "already_guardian"


class PortalNeedsResponsibilityError(RuleError):
    """The whole portal is for those with parental responsibility, or for a reason that a school admin gives."""

    code = "portal_needs_responsibility"
    status = 422


@dataclass(frozen=True)
class NewStaff:
    """Somebody who works here."""

    person: NewPerson
    staff_code: str = ""
    job: str = ""
    teaching: bool = True
    kind: str = "permanent"
    joined_on: date | None = None
    confirm_new: bool = False


@transaction.atomic
def create_staff(new: Sequence[NewStaff], *, actor: Actor) -> list[Staff]:
    """Make staff, each with a person and a code."""
    actor.require_all(Permission.PEOPLE_EDIT)
    day = today()
    check_persons([each.person for each in new], today=day)
    for each in new:
        _require_choice("kind", each.kind, Staff.KINDS)
        _require_length("job", each.job, 100)
    typed = [tidy(each.staff_code) for each in new if tidy(each.staff_code)]
    if typed:
        check_free("staff", typed, day=day)
    refuse_lookalikes([each.person for each in new if not each.confirm_new], actor=actor)
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
    with refusing(staff_code_once=lambda: NumberTakenError(_("The code was taken at this moment. Try again."))):
        Staff.objects.bulk_create(staff)
    entries = [
        Entry("people.staff.create", Target.of(member), confirmed(each.confirm_new))
        for member, each in zip(staff, new, strict=True)
    ]
    record_all(entries, actor=actor)
    return staff


def _require_choice(field: str, value: str, allowed: Collection[str]) -> None:
    if value not in allowed:
        raise invalid_field(f"/{field}", "choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(allowed)})


def _require_length(field: str, value: str, longest: int) -> None:
    if len(tidy(value)) > longest:
        raise invalid_field(f"/{field}", "too_long", _("Use at most %(longest)s letters.") % {"longest": longest})


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
    portal_reason: str = ""
    """Why somebody without parental responsibility sees the whole portal."""
    told: frozenset[str] = frozenset({"absence", "behaviour", "reports", "general"})
    """About what they are told."""
    restrictions: tuple[str, ...] = ()
    """What keeps them from the student, from the first moment on."""
    order_reference: str = ""
    confirm_new: bool = False
    """Somebody looked, and the new person is nobody who is here already."""


TOLD = frozenset({"absence", "behaviour", "reports", "fees", "general"})


@transaction.atomic
def add_guardians(new: Sequence[NewGuardian], *, actor: Actor) -> list[GuardianLink]:
    """Link adults to students, last in each student's contact order."""
    actor.require_all(Permission.PEOPLE_EDIT)
    day = today()
    for each in new:
        check_guardian(each, actor)
    given = [each.person for each in new if each.person]
    check_persons(given, today=day)
    orders = _next_orders({each.student_id for each in new})
    _refuse_unknown_adults(new)
    refuse_lookalikes([each.person for each in new if each.person and not each.confirm_new], actor=actor)
    made = iter(insert_persons(given))
    links = []
    for each in new:
        orders[each.student_id] = orders.get(each.student_id, 0) + 1
        person_id = each.person_id or next(made).pk
        links.append(_link(each, person_id, orders[each.student_id], day))
    _refuse_doubles(links)
    GuardianLink.objects.bulk_create(links)
    record_all([_entry(link, each) for link, each in zip(links, new, strict=True)], actor=actor)
    for link, each in zip(links, new, strict=True):
        if each.restrictions:
            restrict_contact(
                each.student_id,
                person_id=link.guardian_id,
                kinds=each.restrictions,
                order_reference=each.order_reference,
                actor=actor,
            )
    return links


def check_guardian(new: NewGuardian, actor: Actor, *, portal: bool = True) -> None:
    """Refuse what is wrong with a tie as given; without `portal` the whole portal was settled before."""
    _require_choice("parental_responsibility", new.parental_responsibility, GuardianLink.RESPONSIBILITIES)
    _require_choice("lives_with", new.lives_with, GuardianLink.HOMES)
    _require_choice("portal", new.portal, GuardianLink.PORTALS)
    _require_length("relationship", new.relationship, 60)
    for channel in new.channels:
        _require_choice("channels", channel, GuardianLink.CHANNELS)
    for purpose in new.told:
        _require_choice("told", purpose, sorted(TOLD))
    if (new.person is None) == (new.person_id is None):
        raise invalid_field("/person", "required", _("Give a new person, or the id of one who is known."))
    if new.restrictions and new.portal != "none":
        raise invalid_field("/portal", "restricted", _("Somebody who is kept from the student has no portal."))
    if portal and new.portal == "full" and new.parental_responsibility != "yes":
        if not tidy(new.portal_reason):
            raise PortalNeedsResponsibilityError(
                _("Only somebody with parental responsibility sees the whole portal, unless a school admin says why."),
                errors=[
                    FieldError("/portal", "responsibility_needed", _("Choose a smaller portal, or give a reason."))
                ],
            )
        if Role.SCHOOL_ADMIN not in actor.roles:
            raise PortalNeedsResponsibilityError(_("Only a school admin may do this without parental responsibility."))


def _refuse_unknown_adults(new: Sequence[NewGuardian]) -> None:
    wanted = {each.person_id for each in new if each.person_id}
    if wanted and Person.objects.filter(pk__in=wanted).count() < len(wanted):
        raise NotFoundError(_("There is no such person here."))
    pairs = {(each.student_id, each.person_id) for each in new if each.person_id}
    own = Student.objects.filter(pk__in={s for s, _ in pairs}).values_list("pk", "person_id")
    if pairs & set(own):
        raise invalid_field("/person", "self", _("Nobody is their own guardian."))


def _link(new: NewGuardian, person_id: UUID, order: int, day: date) -> GuardianLink:
    return GuardianLink(
        student_id=new.student_id,
        guardian_id=person_id,
        relationship=tidy(new.relationship) or "guardian",
        parental_responsibility=new.parental_responsibility,
        lives_with=new.lives_with,
        contact_order=order,
        emergency=new.emergency,
        may_collect=new.may_collect,
        portal=new.portal,
        channels=list(dict.fromkeys(new.channels)),
        starts_on=day,
        **{f"told_{purpose}": purpose in new.told for purpose in TOLD},
    )


def _entry(link: GuardianLink, new: NewGuardian) -> Entry:
    target = Target("people.student", link.student_id, link.relationship)
    changes: dict[str, list[Any]] = {"guardian": [None, str(link.guardian_id)], "portal": [None, link.portal]}
    changes |= confirmed(new.confirm_new)
    return Entry("people.guardian.add", target, changes, reason=new.portal_reason)


def _next_orders(students: set[UUID]) -> dict[UUID, int]:
    """The last place in each student's contact order; the students stay locked, so that no two take the next one."""
    locked = Student.objects.select_for_update().filter(pk__in=students).order_by("pk").values_list("pk", flat=True)
    if len(locked) < len(students):
        raise NotFoundError(_("There is no such student here."))
    rows = GuardianLink.objects.filter(student__in=students, ends_on__isnull=True)
    return dict(rows.values_list("student").annotate(last=Max("contact_order")))


def _refuse_doubles(links: Sequence[GuardianLink]) -> None:
    pairs = {(link.student_id, link.guardian_id) for link in links}
    rows = GuardianLink.objects.filter(student__in={student for student, _ in pairs}, ends_on__isnull=True).values_list(
        "student_id", "guardian_id"
    )
    if len(pairs) < len(links) or pairs & set(rows):
        raise AlreadyGuardianError(_("This adult is a guardian of the student already."))
