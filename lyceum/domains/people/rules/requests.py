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
from lyceum.domains.people.queries import get_own_record
from lyceum.domains.people.rules.contacts import MAIN_CONTACTS, replace_main_contacts
from lyceum.domains.people.rules.persons import (
    PERSON_FIELDS,
    NewPerson,
    PersonEdit,
    apply_person_edit,
    find_faults,
)
from lyceum.domains.tenancy.queries import today

AT_ONCE = frozenset({"preferred_name", "pronouns"}) | MAIN_CONTACTS.keys()
"""What a student changes without asking."""


class RequestDecidedError(RuleError):
    """The request was decided before."""

    code = "request_decided"


@transaction.atomic
def edit_own_record(*, values: Mapping[str, Any], actor: Actor) -> ChangeRequest | None:
    """Change one's own ways to be reached and called; anything else becomes a request to the office."""
    student = get_own_record(actor)
    person = Person.objects.select_for_update().get(pk=student.person_id)
    unknown = sorted(values.keys() - AT_ONCE - PERSON_FIELDS)
    if unknown:
        raise invalid_field(
            f"/{unknown[0]}", "read_only", _("%(field)s cannot be changed here.") % {"field": unknown[0]}
        )
    _save(student, person, {k: v for k, v in values.items() if k in AT_ONCE}, actor)
    asked = {k: tidy(v) if isinstance(v, str) else v for k, v in values.items() if k not in AT_ONCE}
    differing = {k: v for k, v in asked.items() if v != getattr(person, k)}
    if not differing:
        return None
    _check(person, differing)
    request = ChangeRequest.objects.create(
        person=person,
        fields={k: {"old": _plain(getattr(person, k)), "new": _plain(v)} for k, v in differing.items()},
        asked_by=actor.user_id,
    )
    record("people.change.ask", target=Target.of(student), changes=_changes(request), actor=actor)
    return request


def _save(student: Student, person: Person, values: Mapping[str, Any], actor: Actor) -> None:
    """Write new values of a person. The actor was allowed to."""
    given = {k: v for k, v in values.items() if k in PERSON_FIELDS}
    _check(person, given)
    changes = apply_person_edit(PersonEdit(person, given))
    contacts = {k: values[k] or "" for k in MAIN_CONTACTS if k in values}
    changes |= replace_main_contacts([(person, contacts)]).get(person.pk, {})
    if changes:
        person.save()
        fact = StudentChanged(student=student.pk)
        record("people.student.edit", target=Target.of(student), changes=changes, facts=[fact], actor=actor)


def _check(person: Person, values: Mapping[str, Any]) -> None:
    now = NewPerson(**{name: getattr(person, name) for name in PERSON_FIELDS})
    faults = find_faults(replace(now, **values), today=today())
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
    student = Student.objects.select_related("person").get(person=request.person_id)
    request.state = ChangeRequest.State.APPLIED if apply else ChangeRequest.State.REFUSED
    request.reason, request.updated_at = tidy(reason), clock.now()
    request.save()
    if apply:
        person = Person.objects.select_for_update().get(pk=request.person_id)
        _save(student, person, {k: _read(k, each["new"]) for k, each in request.fields.items()}, actor)
    action = "people.change.apply" if apply else "people.change.refuse"
    record(action, target=Target.of(student), changes=_changes(request), reason=reason, actor=actor)
    return request


def _read(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name == "birth_date" and value else value
