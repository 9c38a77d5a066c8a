"""What those who teach a student must know, and what only a few may."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.accounts.models import PermissionSet
from lyceum.domains.accounts.queries import held_sets
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.people.models import Flag, Student
from lyceum.domains.people.policies import visible_flags, visible_students
from lyceum.domains.tenancy.queries import today

ON_REGISTER = frozenset({Flag.Kind.MEDICAL, Flag.Kind.ALLERGY})
"""What everybody who takes a register must see, cover included."""


@dataclass(frozen=True)
class FlagText:
    """What is said of a student, to whom, and from when to when."""

    kind: str
    text: str
    what_to_do: str = ""
    visible_to: str = ""
    """Empty: as usual for the kind."""
    permission_set: UUID | None = None
    """Where it is for one set. For safeguarding: one's own, if not given."""
    check_if_absent: bool = False
    starts_on: date | None = None
    ends_on: date | None = None


@transaction.atomic
def add_flag(student_id: UUID, *, actor: Actor, **given: Any) -> Flag:
    """Say what must be known of a student, from a day on."""
    new = FlagText(**given)
    student = _get_student(student_id, new.kind, actor)
    flag = Flag(student=student, written_by=actor.user_id, written_by_name=actor.name)
    _fill(flag, new, actor)
    flag.save()
    _record("add", flag, {"flag": [None, new.kind]}, actor)
    return flag


@transaction.atomic
def change_flag(flag_id: UUID, *, actor: Actor, **given: Any) -> Flag:
    """Say it anew. Whoever wrote it last is who answers for it."""
    flag = _get_flag(flag_id, actor)
    now = {
        "kind": flag.kind,
        "text": flag.text,
        "what_to_do": flag.what_to_do,
        "visible_to": flag.visible_to,
        "permission_set": flag.permission_set_id,
        "check_if_absent": flag.check_if_absent,
        "starts_on": flag.starts_on,
        "ends_on": flag.ends_on,
    }
    new = FlagText(**now | given)
    if (new.kind == Flag.Kind.SAFEGUARDING) != (flag.kind == Flag.Kind.SAFEGUARDING):
        raise invalid_field("/kind", "choice", _("A safeguarding flag stays one; add another, and end this one."))
    before = {name: getattr(flag, name) for name in ("kind", "text", "what_to_do", "visible_to", "ends_on")}
    _fill(flag, new, actor)
    after = {name: getattr(flag, name) for name in before}
    for name, value in before.items():
        setattr(flag, name, value)
    changes = changed_fields(flag, after)
    flag.written_by, flag.written_by_name = actor.user_id, actor.name
    flag.save()
    _record("change", flag, changes, actor)
    return flag


@transaction.atomic
def end_flag(flag_id: UUID, *, last_day: date | None = None, actor: Actor) -> Flag:
    """It holds no longer: yesterday was its last day unless told otherwise. One that never held goes."""
    flag = _get_flag(flag_id, actor)
    last = last_day or today() - timedelta(days=1)
    _record("end", flag, {"ends_on": [None, str(last)]}, actor)
    if last < flag.starts_on:
        flag.delete()
        return flag
    flag.ends_on = last
    flag.save(update_fields=["ends_on", "updated_at"])
    return flag


def _permission_for(kind: str) -> Permission:
    return Permission.SAFEGUARDING if kind == Flag.Kind.SAFEGUARDING else Permission.STUDENTS_EDIT


def _get_student(student_id: UUID, kind: str, actor: Actor) -> Student:
    permission = _permission_for(kind)
    actor.require_all(permission)
    rows = Student.objects.filter(visible_students(actor, permission), pk=student_id)
    student = rows.select_related("person").select_for_update(of=("self",)).first()
    if student is None:
        raise NotFoundError
    return student


def _get_flag(flag_id: UUID, actor: Actor) -> Flag:
    if not (actor.reaches_all(Permission.STUDENTS_EDIT) or actor.reaches_all(Permission.SAFEGUARDING)):
        actor.require_all(Permission.STUDENTS_EDIT)
    flag = Flag.objects.select_for_update(of=("self",)).filter(visible_flags(actor), pk=flag_id).first()
    if flag is None:
        raise NotFoundError
    flag.student = _get_student(flag.student_id, flag.kind, actor)
    return flag


def _record(act: str, flag: Flag, changes: dict[str, list[Any]], actor: Actor) -> None:
    """The trail tells of a safeguarding flag only to those who may know of it, and never what it says."""
    if flag.kind == Flag.Kind.SAFEGUARDING:
        record(f"people.safeguarding.{act}", target=Target.of(flag.student), actor=actor)
        return
    if flag.visible_to == Flag.VisibleTo.SET:
        changes = {name: pair for name, pair in changes.items() if name not in ("text", "what_to_do")}
    record(f"people.flag.{act}", target=Target.of(flag.student), changes=changes, actor=actor)


def _fill(flag: Flag, new: FlagText, actor: Actor) -> None:
    begin = new.starts_on or today()
    faults = []
    if new.kind not in Flag.Kind.values:
        faults.append(_choice("/kind", Flag.Kind.values))
    if not 0 < len(tidy(new.text)) <= 300:
        faults.append(FieldError("/text", "length", _("Say it in 1 to 300 letters.")))
    if len(tidy(new.what_to_do)) > 600:
        faults.append(FieldError("/what_to_do", "too_long", _("Use at most 600 letters.")))
    if new.ends_on and new.ends_on < begin:
        faults.append(FieldError("/ends_on", "order", _("The last day lies before the first day.")))
    if new.visible_to not in ("", *Flag.VisibleTo.values):
        faults.append(_choice("/visible_to", Flag.VisibleTo.values))
    if faults:
        raise InvalidError(faults[0].message, errors=faults)
    flag.kind, flag.text, flag.what_to_do = new.kind, tidy(new.text), tidy(new.what_to_do)
    flag.check_if_absent, flag.starts_on, flag.ends_on = new.check_if_absent, begin, new.ends_on
    flag.visible_to = _usual(new.kind) if not new.visible_to or new.kind in ON_REGISTER else new.visible_to
    if new.kind == Flag.Kind.SAFEGUARDING:
        flag.visible_to = Flag.VisibleTo.SET
    flag.permission_set = _set_for(new, actor) if flag.visible_to == Flag.VisibleTo.SET else None


def _choice(pointer: str, choices: list[str]) -> FieldError:
    return FieldError(pointer, "choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(choices)})


def _usual(kind: str) -> str:
    return Flag.VisibleTo.REGISTER if kind in ON_REGISTER else Flag.VisibleTo.TEACHERS


def _set_for(new: FlagText, actor: Actor) -> PermissionSet:
    """The set whose holders see the flag. For safeguarding it must be one that may see such flags."""
    sets = PermissionSet.objects.order_by("name")
    if new.kind == Flag.Kind.SAFEGUARDING:
        sets = sets.filter(permissions__contains=[Permission.SAFEGUARDING.value])
    if new.permission_set:
        sets = sets.filter(pk=new.permission_set)
    elif new.kind == Flag.Kind.SAFEGUARDING and actor.user_id:
        sets = sets.filter(pk__in=held_sets(actor))
    else:
        sets = sets.none()
    found = sets.first()
    if found is None:
        raise invalid_field("/permission_set", "required", _("Choose the permission set whose holders see it."))
    return found
