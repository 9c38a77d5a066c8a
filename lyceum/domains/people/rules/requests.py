"""What people ask the office to change in their own record, and what they may change themselves."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import InvalidError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.facts import StudentChanged
from lyceum.domains.people.models import ChangeRequest, Person, Student
from lyceum.domains.people.queries import get_own_person, get_own_record, get_student, values_now
from lyceum.domains.people.rules.contacts import MAIN_CONTACTS, replace_main_contacts
from lyceum.domains.people.rules.persons import (
    PERSON_FIELDS,
    NewPerson,
    PersonEdit,
    apply_person_edit,
    contact_faults,
    find_faults,
    normal_value,
)
from lyceum.domains.people.settings import people_settings
from lyceum.domains.tenancy.queries import today

AT_ONCE = frozenset({"preferred_name", "pronouns"}) | MAIN_CONTACTS.keys()
"""What a student changes without asking."""
MOST_PENDING = 20


class RequestDecidedError(RuleError):
    """The request was decided before."""

    code = "request_decided"


class TooManyRequestsError(RuleError):
    """So much waits for the office already that more would not be read."""

    code = "too_many_requests"


def edit_own_record(*, values: Mapping[str, Any], actor: Actor) -> ChangeRequest | None:
    """Change one's own ways to be reached and called; anything else becomes a request to the office."""
    return _ask(get_own_record(actor).person_id, values, AT_ONCE, actor)


def ask_about_self(*, values: Mapping[str, Any], actor: Actor) -> ChangeRequest | None:
    """Change one's own ways to be reached at once, whoever one is; anything else becomes a request."""
    actor.require(Permission.CHANGES_ASK)
    person = get_own_person(actor)
    is_student = Student.objects.filter(person=person).exists()
    return _ask(person.pk, values, AT_ONCE if is_student else frozenset(MAIN_CONTACTS), actor)


def ask_about_child(student_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> ChangeRequest | None:
    """Ask the office to change a child's record; a student's own changes as far as it is theirs to change."""
    get_student(student_id, actor=actor)
    actor.require(Permission.CHANGES_ASK)
    student = get_student(student_id, actor=actor, permission=Permission.CHANGES_ASK)
    is_own = student.person.user_id is not None and student.person.user_id == actor.user_id
    return _ask(student.person_id, values, AT_ONCE if is_own else frozenset(), actor)


@transaction.atomic
def _ask(person_id: UUID, values: Mapping[str, Any], at_once: frozenset[str], actor: Actor) -> ChangeRequest | None:
    person = Person.objects.select_for_update().get(pk=person_id)
    target = _target(person)
    allowed = at_once | (set(people_settings().askable) & (PERSON_FIELDS | MAIN_CONTACTS.keys()))
    unknown = sorted(values.keys() - allowed)
    if unknown:
        raise invalid_field(
            f"/{unknown[0]}", "read_only", _("%(field)s cannot be changed here.") % {"field": unknown[0]}
        )
    _save(target, person, {k: v for k, v in values.items() if k in at_once}, actor)
    asked = {k: tidy(v) if isinstance(v, str) else v for k, v in values.items() if k not in at_once}
    now = values_now(person)
    asked |= {k: normal_value(k, asked[k]) for k in MAIN_CONTACTS if k in asked}
    differing = {k: v for k, v in asked.items() if v != now[k]}
    if not differing:
        return None
    _check(person, differing)
    if ChangeRequest.objects.filter(person=person, state=ChangeRequest.State.PENDING).count() >= MOST_PENDING:
        raise TooManyRequestsError(_("%(count)s requests wait already. Ask the office.") % {"count": MOST_PENDING})
    request = ChangeRequest.objects.create(
        person=person,
        fields={k: {"old": _plain(now[k]), "new": _plain(v)} for k, v in differing.items()},
        asked_by=actor.user_id,
        asked_by_name=actor.name,
    )
    record("people.change.ask", target=target, changes=_changes(request), actor=actor)
    return request


def _target(person: Person) -> Target:
    """The student where the person is one, else the person."""
    student = Student.objects.filter(person=person).first()
    return Target("people.student", student.pk, person.full_name) if student else Target.of(person)


def _save(target: Target, person: Person, values: Mapping[str, Any], actor: Actor) -> None:
    """Write new values of a person. The actor was allowed to."""
    given = {k: v for k, v in values.items() if k in PERSON_FIELDS}
    _check(person, given)
    changes = apply_person_edit(PersonEdit(person, given))
    contacts = {k: values[k] or "" for k in MAIN_CONTACTS if k in values}
    changes |= replace_main_contacts([(person, contacts)]).get(person.pk, {})
    if changes:
        person.save()
        is_student = target.type == "people.student"
        facts = [StudentChanged(student=UUID(str(target.id)))] if is_student else []
        record("people.student.edit" if is_student else "people.person.edit", target=target, changes=changes,
               facts=facts, actor=actor)  # fmt: skip


def _check(person: Person, values: Mapping[str, Any]) -> None:
    now = NewPerson(**{name: getattr(person, name) for name in PERSON_FIELDS})
    named = {name: value for name, value in values.items() if name in PERSON_FIELDS}
    faults = find_faults(replace(now, **named), today=today())
    faults += [f for k in MAIN_CONTACTS if k in values for f in contact_faults(k, values[k], pointer=f"/{k}")]
    if faults:
        raise InvalidError(faults[0].message, errors=faults)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _changes(request: ChangeRequest) -> dict[str, list[Any]]:
    return {name: [each["old"], each["new"]] for name, each in request.fields.items()}


def apply_request(request_id: UUID, *, actor: Actor) -> ChangeRequest:
    """Do what was asked."""
    return _decide(request_id, apply=True, reason="", actor=actor)


def refuse_request(request_id: UUID, *, reason: str, actor: Actor) -> ChangeRequest:
    """Leave the record as it is, and say why."""
    if not 0 < len(tidy(reason)) <= 300:
        raise invalid_field("/reason", "required", _("Say why, in at most 300 letters."))
    return _decide(request_id, apply=False, reason=reason, actor=actor)


@transaction.atomic
def _decide(request_id: UUID, *, apply: bool, reason: str, actor: Actor) -> ChangeRequest:
    actor.require_all(Permission.STUDENTS_EDIT)
    request = ChangeRequest.objects.select_for_update().filter(pk=request_id).first()
    if request is None:
        raise NotFoundError
    if request.state != ChangeRequest.State.PENDING:
        raise RequestDecidedError(_("This request was %(state)s already.") % {"state": request.state})
    person = Person.objects.select_for_update().get(pk=request.person_id)
    target = _target(person)
    request.decided_by_name = actor.name
    request.state = ChangeRequest.State.APPLIED if apply else ChangeRequest.State.REFUSED
    request.reason, request.updated_at = tidy(reason), clock.now()
    request.save()
    if apply:
        _save(target, person, {k: _read(k, each["new"]) for k, each in request.fields.items()}, actor)
    action = "people.change.apply" if apply else "people.change.refuse"
    record(action, target=target, changes=_changes(request), reason=reason, actor=actor)
    return request


def _read(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name == "birth_date" and value else value
