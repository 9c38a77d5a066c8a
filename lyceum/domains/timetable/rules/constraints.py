"""What a year's timetable must or should hold to, as people set it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.models import AcademicYear, Class, Location, Subject
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.people.models import Staff
from lyceum.domains.timetable.kinds import CLASS, KINDS, MOST_SLOTS, REQUIREMENT, ROOM, SUBJECT, TEACHER, Kind
from lyceum.domains.timetable.models import Requirement, Rule, RuleSubject
from lyceum.domains.timetable.models.rules import MUST

MOST_SUBJECTS = 500
IMPORTED = "imported"
"""Rules of a file are made by importing it; a person may change their weight, or leave them out."""
COLUMNS: Mapping[str, tuple[str, type[models.Model]]] = {
    TEACHER: ("staff_id", Staff),
    CLASS: ("school_class_id", Class),
    ROOM: ("room_id", Location),
    SUBJECT: ("subject_id", Subject),
    REQUIREMENT: ("requirement_id", Requirement),
}


@dataclass(frozen=True)
class NewRule:
    """A rule to be set."""

    kind: str
    subjects: Sequence[tuple[str, UUID]] = ()
    """Sort and id, in order."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    weight: int = MUST
    note: str = ""
    active: bool = True
    source: str = "hand"


@transaction.atomic
def create_rule(year_id: UUID, new: NewRule, *, actor: Actor) -> Rule:
    """Set a rule for a year's timetable."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    year = AcademicYear.objects.filter(pk=year_id).first()
    if year is None:
        raise NotFoundError(_("There is no such year here."))
    _check(new)
    row = Rule.objects.create(
        year=year,
        kind=new.kind,
        parameters=dict(new.parameters),
        weight=new.weight,
        note=tidy(new.note),
        active=new.active,
        source=new.source,
    )
    _write_subjects(row, new.subjects)
    record("timetable.rule.create", target=Target.of(row), actor=actor)
    return row


@transaction.atomic
def edit_rule(rule_id: UUID, new: NewRule, *, actor: Actor) -> Rule:
    """Change a rule, whole; its kind stays."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    row = _get_rule(rule_id)
    if new.kind != row.kind:
        raise invalid_field("/kind", "read_only", _("A rule keeps its kind."))
    if row.kind == IMPORTED:
        new = replace(new, parameters=row.parameters, subjects=())
        if not 0 <= new.weight <= MUST:
            raise invalid_field("/weight", "range", _("Give a weight from 0 to 100; 100 must hold."))
    else:
        _check(new)
    values = {"parameters": dict(new.parameters), "weight": new.weight, "note": tidy(new.note), "active": new.active}
    changes = changed_fields(row, values)
    row.save()
    row.subjects.all().delete()
    _write_subjects(row, new.subjects)
    record("timetable.rule.edit", target=Target.of(row), changes=changes, actor=actor)
    return row


@transaction.atomic
def delete_rule(rule_id: UUID, *, actor: Actor) -> None:
    """Take a rule away."""
    actor.require_all(Permission.TIMETABLE_PLAN)
    row = _get_rule(rule_id)
    target = Target.of(row)
    row.delete()
    record("timetable.rule.delete", target=target, actor=actor)


def _get_rule(rule_id: UUID) -> Rule:
    row = Rule.objects.select_for_update().filter(pk=rule_id).first()
    if row is None:
        raise NotFoundError
    return row


def _write_subjects(row: Rule, subjects: Sequence[tuple[str, UUID]]) -> None:
    RuleSubject.objects.bulk_create(
        RuleSubject(rule=row, position=place, **{COLUMNS[sort][0]: subject})
        for place, (sort, subject) in enumerate(subjects)
    )


def _check(new: NewRule) -> None:
    kind = KINDS.get(new.kind)
    if kind is None or kind.code == IMPORTED:
        raise invalid_field("/kind", "choice", _("There is no such kind of rule."))
    faults = [*_wrong_subjects(kind, new), *_wrong_parameters(kind, new.parameters)]
    if not 0 <= new.weight <= MUST:
        faults.append(FieldError("/weight", "range", _("Give a weight from 0 to 100; 100 must hold.")))
    if len(tidy(new.note)) > 300:
        faults.append(FieldError("/note", "length", _("A note has at most 300 letters.")))
    if faults:
        raise InvalidError(faults[0].message, errors=faults)


_UNKNOWN = {
    TEACHER: gettext_noop("There is no such teacher here."),
    CLASS: gettext_noop("There is no such class here."),
    ROOM: gettext_noop("There is no such room here."),
    SUBJECT: gettext_noop("There is no such subject here."),
    REQUIREMENT: gettext_noop("There is no such requirement here."),
}


def _wrong_subjects(kind: Kind, new: NewRule) -> list[FieldError]:
    wrong = [sort for sort, _row in new.subjects if sort not in kind.about and not (kind.rooms and sort == ROOM)]
    if wrong:
        return [
            FieldError("/subjects", "choice", _("A rule of this kind is not about a %(sort)s.") % {"sort": wrong[0]})
        ]
    own = [(sort, row) for sort, row in new.subjects if not (kind.rooms and sort == ROOM)]
    if len(own) < kind.least or (kind.rooms and len(own) == len(new.subjects)) or len(own) > MOST_SUBJECTS:
        return [FieldError("/subjects", "count", _("Say whom or what the rule is about."))]
    if len(set(new.subjects)) < len(new.subjects):
        return [FieldError("/subjects", "unique", _("Name each one once."))]
    if kind.one_sort and len({sort for sort, _row in own}) > 1:
        return [
            FieldError("/subjects", "choice", _("A rule is about teachers, classes or lessons, not several sorts."))
        ]
    for sort in {sort for sort, _row in new.subjects}:
        wanted = {row for each, row in new.subjects if each == sort}
        if COLUMNS[sort][1]._default_manager.filter(pk__in=wanted).count() < len(wanted):
            return [FieldError("/subjects", f"{sort}_unknown", _(_UNKNOWN[sort]))]
    return []


def _wrong_parameters(kind: Kind, given: Mapping[str, Any]) -> list[FieldError]:
    faults = []
    known = {*kind.numbers, *kind.optional, *kind.flags} | ({"slots"} if kind.slots else set())
    known |= {"of"} if kind.about >= {TEACHER, CLASS} and kind.least == 0 else set()
    for name in sorted(given.keys() - known):
        words = _("A rule of this kind has no %(name)s.") % {"name": name}
        faults.append(FieldError(f"/parameters/{name}", "unknown", words))
    for name, (least, most) in {**kind.numbers, **kind.optional}.items():
        if name in kind.optional and name not in given:
            continue
        value = given.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            words = _("Give %(name)s as a number from %(least)s to %(most)s.")
            words = words % {"name": name, "least": least, "most": most}
            faults.append(FieldError(f"/parameters/{name}", "range", words))
    faults += [
        FieldError(f"/parameters/{name}", "choice", _("Say yes or no."))
        for name in kind.flags
        if not isinstance(given.get(name, False), bool)
    ]
    if given.get("of", TEACHER) not in (TEACHER, CLASS):
        faults.append(FieldError("/parameters/of", "choice", _("Say `teacher` or `class`.")))
    if kind.slots and not _are_slots(given.get("slots")):
        words = _("Give places as pairs: the day of the cycle, the number of the period.")
        faults.append(FieldError("/parameters/slots", "choice", words))
    return faults


def _are_slots(given: object) -> bool:
    return (
        isinstance(given, list)
        and 0 < len(given) <= MOST_SLOTS
        and all(
            isinstance(place, list)
            and len(place) == 2
            and all(isinstance(each, int) and not isinstance(each, bool) and 0 <= each <= 99 for each in place)
            for place in given
        )
    )
