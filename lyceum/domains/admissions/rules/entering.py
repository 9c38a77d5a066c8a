"""Filling an application in: a draft, section by section, as it was left."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError
from lyceum.core.permissions import Permission, Role
from lyceum.core.text import tidy
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import own_id
from lyceum.domains.admissions.models import Application
from lyceum.domains.admissions.rules.choosing import choose_intake
from lyceum.domains.admissions.rules.forms import check_answers, schema_of
from lyceum.domains.admissions.rules.refusals import ReadOnlyFieldError, UseApplicationsError
from lyceum.domains.admissions.rules.states import get_for_act, require_state
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.rules.persons import NewPerson, contact_faults, find_faults
from lyceum.domains.tenancy.queries import today

MOST_DRAFTS, MOST_GUARDIANS, MOST_COURSES = 20, 6, 20


@dataclass(frozen=True)
class EnteredGuardian:
    """An adult of the family as somebody typed them."""

    first_name: str = ""
    last_name: str = ""
    relation: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    has_responsibility: bool = True
    no_contact: bool = False


@dataclass(frozen=True)
class Entered:
    """What somebody says of the applicant. Null: not said now, as it was."""

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    gender: str | None = None
    birth_date: date | None = None
    courses: Sequence[UUID] | None = None
    intake: UUID | None = None
    guardians: Sequence[EnteredGuardian] | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    for_self: bool | None = None


PERSON = ("first_name", "last_name", "email", "phone", "gender")
_LONGEST = {"first_name": 100, "last_name": 100, "email": 254, "phone": 40, "gender": 40}


@transaction.atomic
def begin_application(entered: Entered, *, actor: Actor) -> Application:
    """Begin a draft: of one's own, for a child, or for a family that came to the office."""
    is_office = require_applying(actor)
    user_id = own_id(actor)
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)  # one after the other, whatever is sent twice
    if not is_office and Application.objects.filter(filled_in_by=user, status="draft").count() >= MOST_DRAFTS:
        raise InvalidError(_("You have many drafts already. Send one, or delete one."))
    intake = choose_intake(entered.intake, entered.courses or ())
    for_self = False if is_office else entered.for_self
    if for_self is None:
        for_self = Role.GUARDIAN not in actor.roles or Role.APPLICANT in actor.roles
    application = Application(intake=intake, filled_in_by=user, for_self=for_self)
    application.entered = {"person": _profile(user) if for_self else {}, "office": is_office}
    _enter(application, entered)
    application.save(force_insert=True)
    record("admissions.application.begin", target=Target.of(application), actor=actor)
    return application


def require_applying(actor: Actor) -> bool:
    """Whether somebody enters it for a family. Refuses staff who are nobody's family, and who may do neither."""
    if actor.reaches_all(Permission.APPLICATIONS_ENTER):
        return True
    if actor.roles & {Role.TEACHER, Role.SCHOOL_ADMIN, Role.MANAGER} and not actor.may(Permission.APPLY):
        raise UseApplicationsError(_("Staff enter an application for a family under Applications."))
    actor.require(Permission.APPLY)
    return False


def _profile(user: User) -> dict[str, str]:
    """What an account says already, so that nobody types it again."""
    address = user.emails.filter(primary=True).values_list("address", flat=True).first()
    first = user.first_name or user.full_name
    return {"first_name": first, "last_name": user.last_name, "email": address or ""}


@transaction.atomic
def edit_draft(application_id: UUID, *, entered: Entered, actor: Actor) -> Application:
    """Save what was filled in now; everything else stays as it was left."""
    application = get_for_act(application_id, permission=entering_permission(actor), actor=actor)
    if application.status != Application.Status.DRAFT:
        raise ReadOnlyFieldError(
            _("The application was sent: its answers are fixed. Ask the office to correct one."),
            errors=[FieldError("/answers", "read_only_field", _("It was sent already."))],
        )
    if entered.intake is not None or entered.courses is not None:
        kept = [UUID(each) for each in application.entered.get("courses", ())]
        wanted = kept if entered.courses is None else list(entered.courses)
        chosen = choose_intake(entered.intake or (application.intake_id if not wanted else None), wanted)
        application.intake = chosen
    if entered.for_self is not None:
        application.for_self = entered.for_self
    _enter(application, entered)
    application.save()
    return application


def entering_permission(actor: Actor) -> Permission:
    """By which right somebody fills an application in."""
    office = actor.reaches_all(Permission.APPLICATIONS_ENTER)
    return Permission.APPLICATIONS_ENTER if office else Permission.APPLY


@transaction.atomic
def delete_draft(application_id: UUID, *, actor: Actor) -> None:
    """Throw a draft away."""
    application = get_for_act(application_id, permission=entering_permission(actor), actor=actor)
    require_state(application, Application.Status.DRAFT)
    target = Target.of(application)
    application.delete()
    record("admissions.application.delete", target=target, actor=actor)


def _enter(application: Application, entered: Entered) -> None:
    """Put what was given into the draft. Raises InvalidError for what could not be kept."""
    errors: list[FieldError] = []
    person = dict(application.entered.get("person", {}))
    for name in PERSON:
        value = getattr(entered, name)
        if value is not None:
            person[name] = tidy(value)
            if len(person[name]) > _LONGEST[name]:
                message = _("Use at most %(n)s letters.") % {"n": _LONGEST[name]}
                errors.append(FieldError(f"/{name}", "too_long", message))
    if entered.birth_date is not None:
        person["birth_date"] = entered.birth_date.isoformat()
    errors += contact_faults("email", person.get("email", ""), pointer="/email")
    errors += contact_faults("phone", person.get("phone", ""), pointer="/phone")
    application.entered["person"] = person
    if entered.guardians is not None:
        errors += _guardian_faults(entered.guardians)
        application.entered["guardians"] = [asdict(each) for each in entered.guardians]
    if entered.courses is not None:
        if len(entered.courses) > MOST_COURSES or len(set(entered.courses)) < len(entered.courses):
            message = _("Name each course once, and at most %(n)s.") % {"n": MOST_COURSES}
            errors.append(FieldError("/courses", "invalid", message))
        application.entered["courses"] = [str(each) for each in entered.courses]
    try:
        merged = {**application.answers, **entered.answers}
        application.answers = check_answers(schema_of(application.intake), merged, whole=False)
    except InvalidError as error:
        errors += error.errors
    if errors:
        raise InvalidError(errors[0].message, errors=errors)


def _guardian_faults(guardians: Sequence[EnteredGuardian]) -> list[FieldError]:
    if len(guardians) > MOST_GUARDIANS:
        return [FieldError("/guardians", "too_many", _("Name at most %(n)s guardians.") % {"n": MOST_GUARDIANS})]
    faults = []
    for place, each in enumerate(guardians):
        at = f"/guardians/{place}"
        new = NewPerson(
            first_name=each.first_name, last_name=each.last_name, emails=(each.email,), phones=(each.phone,)
        )
        faults += find_faults(new, today=today(), pointer=at)
        if len(each.relation) > 60 or len(each.address) > 300:
            faults.append(FieldError(at, "too_long", _("Use fewer letters.")))
    return faults


def entered_guardians(application: Application) -> list[EnteredGuardian]:
    """The adults that a draft names."""
    return [EnteredGuardian(**each) for each in application.entered.get("guardians", ())]


def entered_birth(application: Application) -> date | None:
    """The birth date that a draft names."""
    text = application.entered.get("person", {}).get("birth_date")
    return date.fromisoformat(text) if text else None
