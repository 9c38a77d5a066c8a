"""Two records of one person become one, in one transaction; for 30 days they can become two again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.duplicates import forget_count
from lyceum.domains.people.facts import MergeUndone, RestrictionChanged, StudentMerged
from lyceum.domains.people.merging import Loser
from lyceum.domains.people.models import Merge, Person, RetiredNumber, Student
from lyceum.domains.people.policies import ids_kept_from_work
from lyceum.domains.people.rules.merge_plans import Clash, Plan, Row, plan_merge
from lyceum.domains.people.rules.merge_rows import (
    delete_rows,
    insert_row,
    merging,
    move_back,
    move_rows,
    put_back,
    read_row,
)

UNDO_WITHIN = timedelta(days=30)
_FILLED = ("first_name", "last_name", "preferred_name", "pronouns", "gender", "legal_sex", "birth_date", "languages")
"""What the record that stays takes over where it says nothing itself."""


class MergeBlockedError(RuleError):
    """The two records say different things of one moment: somebody must decide first."""

    code = "merge_blocked"


class MergeNotUndoableError(RuleError):
    """It was undone, is too long ago, or a later merge builds on it."""

    code = "merge_not_undoable"


@dataclass(frozen=True)
class Side:
    """One of the two records."""

    person: Person
    student: Student | None

    def ids(self) -> dict[str, str]:
        """Of the person, and of the student where there is one."""
        return {"person": str(self.person.pk), "student": str(self.student.pk) if self.student else ""}


@dataclass(frozen=True)
class Preview:
    """What merging two records would do."""

    kept: Side
    merged: Side
    plan: Plan


def preview_merge(kept_id: UUID, merged_id: UUID, *, actor: Actor) -> Preview:
    """What would move if the second person's record went into the first's. Changes nothing."""
    actor.require_all(Permission.PEOPLE_MERGE)
    kept, merged = _load(kept_id, merged_id, actor)
    return Preview(kept, merged, _plan(kept, merged))


def _load(kept_id: UUID, merged_id: UUID, actor: Actor, *, lock: bool = False) -> tuple[Side, Side]:
    if kept_id == merged_id:
        raise invalid_field("/other", "same", _("That is one record. Choose another."))
    people = Person.objects.filter(pk__in=(kept_id, merged_id)).order_by("pk")
    students = Student.objects.filter(person__in=(kept_id, merged_id)).order_by("pk")
    if lock:
        people, students = people.select_for_update(), students.select_for_update()
    found = {person.pk: person for person in people}
    records = {student.person_id: student for student in students}
    kept_away = ids_kept_from_work(actor)
    if len(found) < 2 or any(student.pk in kept_away for student in records.values()):
        raise NotFoundError
    kept, merged = (Side(found[pk], records.get(pk)) for pk in (kept_id, merged_id))
    return kept, merged


def _plan(kept: Side, merged: Side) -> Plan:
    both = bool(kept.student and merged.student)
    loser = Loser(
        person=merged.ids()["person"],
        kept_person=kept.ids()["person"],
        student=merged.ids()["student"] if both else "",
        kept_student=kept.ids()["student"] if both else "",
    )
    plan = plan_merge(loser)
    students = [side.student for side in (kept, merged) if side.student]
    adults = [side.person for side in (kept, merged)]
    if Student.objects.filter(pk__in=[s.pk for s in students], guardian_links__guardian__in=adults).exists():
        plan.clashes.append(Clash(_("one is the guardian of the other")))
    return plan


@transaction.atomic
def merge_people(kept_id: UUID, merged_id: UUID, *, actor: Actor) -> Merge:
    """Make one record of two: everything of the second moves to the first, and the second goes."""
    actor.require_all(Permission.PEOPLE_MERGE)
    kept, merged = _load(kept_id, merged_id, actor, lock=True)
    plan = _plan(kept, merged)
    if plan.clashes:
        raise _blocked(plan)
    target = Target.of(kept.student or kept.person)
    with merging():
        gone = [read_row("people_person", merged.person.pk)]
        if merged.student and kept.student:
            gone.append(read_row("people_student", merged.student.pk))
        delete_rows(reversed(plan.gone))
        for move in plan.moves:
            move_rows(move)
        made = _take_away(merged, kept)
        changed = _take_over(kept, merged)
    merge = Merge.objects.create(
        kept_person=kept.person.pk,
        merged_person=merged.person.pk,
        kept_student=kept.student.pk if kept.student else merged.student.pk if merged.student else None,
        merged_student=merged.student.pk if merged.student and kept.student else None,
        kept_name=kept.person.full_name,
        merged_name=merged.person.full_name,
        moved={
            "records": gone,
            "gone": [{"table": each.table, "row": each.row} for each in plan.gone],
            "moved": [_as_plain(move) for move in plan.moves],
            "changed": changed,
            "made": made,
        },
        merged_at=clock.now(),
        merged_by=actor.user_id,
        merged_by_name=actor.name,
    )
    changes: dict[str, list[Any]] = {"merged": [str(merged.person.pk), None], "moved": [None, plan.counts()]}
    facts = [*_merged_facts(merge), *_restriction_facts(plan, kept)]
    record("people.student.merge" if kept.student else "people.person.merge", target=target, changes=changes,
           facts=facts, actor=actor)  # fmt: skip
    forget_count()
    return merge


def _blocked(plan: Plan) -> MergeBlockedError:
    words = ", ".join(dict.fromkeys(clash.words for clash in plan.clashes))
    clashes = [{"what": clash.words, "examples": list(clash.examples)} for clash in plan.clashes]
    return MergeBlockedError(_("The two records disagree: %(words)s.") % {"words": words}, clashes=clashes)


def _as_plain(move: Any) -> dict[str, Any]:
    return {
        "table": move.table,
        "column": move.column,
        "was": move.was,
        "to": move.to,
        "narrowed": dict(move.narrowed),
        "keys": move.keys,
        "cut": {str(place): list(pair) for place, pair in move.cut.items()},
    }


def _merged_facts(merge: Merge) -> list[StudentMerged]:
    if merge.kept_student is None or merge.merged_student is None:
        return []
    return [StudentMerged(student=merge.kept_student, merged=merge.merged_student)]


def _restriction_facts(plan: Plan, kept: Side) -> list[RestrictionChanged]:
    """Whoever must now be kept from a child is, from this second on."""
    touched = any(move.table == "people_contactrestriction" for move in plan.moves)
    return [RestrictionChanged(student=kept.student.pk)] if touched and kept.student else []


def _take_away(merged: Side, kept: Side) -> list[dict[str, str]]:
    """Delete the record to which nothing refers any more; its number is nobody else's, ever."""
    made = []
    if merged.student and kept.student:
        for number in (merged.student.registration_number, *merged.student.former_numbers):
            row, is_new = RetiredNumber.objects.get_or_create(kind="student", number=number)
            if is_new:
                made.append({"table": "people_retirednumber", "id": str(row.pk)})
        Student.objects.filter(pk=merged.student.pk).delete()
    Person.objects.filter(pk=merged.person.pk).delete()
    return made


def _take_over(kept: Side, merged: Side) -> list[dict[str, Any]]:
    """Let the record that stays know what only the other knew. Returns what changed, as columns before and after."""
    person, other = kept.person, merged.person
    before = {"people_person": read_row("people_person", person.pk)}
    for name in _FILLED:
        if not getattr(person, name):
            setattr(person, name, getattr(other, name))
    names = (*person.former_names, other.full_name, *other.former_names)
    person.former_names = [n for n in dict.fromkeys(names) if n != person.full_name]
    person.user_id = person.user_id or other.user_id
    for column, value in person.name_columns().items():
        setattr(person, column, value)
    person.save()
    ids = {"people_person": person.pk}
    if kept.student and merged.student:
        student, twin = kept.student, merged.student
        before["people_student"] = read_row("people_student", student.pk)
        numbers = (*student.former_numbers, twin.registration_number, *twin.former_numbers)
        student.former_numbers = list(dict.fromkeys(numbers))
        student.family_id = student.family_id or twin.family_id
        days = [day for day in (student.admission_date, twin.admission_date) if day]
        student.admission_date = min(days, default=None)
        student.save()
        ids["people_student"] = student.pk
    return [_change(table, row, read_row(table, ids[table])) for table, row in before.items()]


def _change(table: str, before: Row, after: Row) -> dict[str, Any]:
    names = [name for name in before if before[name] != after[name]]
    return {
        "table": table,
        "id": before["id"],
        "before": {name: before[name] for name in names},
        "after": {name: after[name] for name in names},
    }


@transaction.atomic
def undo_merge(merge_id: UUID, *, actor: Actor) -> Merge:
    """Make two records of one again: every row goes back to where it was. What was changed since stays as it is."""
    actor.require_all(Permission.PEOPLE_MERGE)
    merge = Merge.objects.select_for_update().filter(pk=merge_id).first()
    if merge is None:
        raise NotFoundError
    _check_undoable(merge)
    rows: Mapping[str, Any] = merge.moved
    left: list[str] = []
    with merging():
        for change in rows["changed"]:
            left += put_back(change)
        _insert_all("people_person", rows["records"][:1])
        _insert_all("people_student", rows["records"][1:])
        for move in rows["moved"]:
            left += move_back(move)
        for each in rows["gone"]:
            insert_row(each["table"], each["row"])
        RetiredNumber.objects.filter(pk__in=[each["id"] for each in rows["made"]]).delete()
    merge.undone_at = clock.now()
    merge.save(update_fields=["undone_at", "updated_at"])
    target = Target("people.student", merge.kept_student, merge.kept_name) if merge.kept_student else Target.of(merge)
    facts = []
    if merge.kept_student and merge.merged_student:
        facts.append(MergeUndone(student=merge.kept_student, restored=merge.merged_student))
    changes: dict[str, list[Any]] = {"restored": [None, str(merge.merged_person)], "left": [None, left]}
    record("people.student.unmerge", target=target, changes=changes, facts=facts, actor=actor)
    forget_count()
    return merge


def _insert_all(table: str, rows: Iterable[Row]) -> None:
    for row in rows:
        insert_row(table, row)


def _check_undoable(merge: Merge) -> None:
    if merge.undone_at:
        raise MergeNotUndoableError(_("This was undone already."))
    if clock.now() - merge.merged_at > UNDO_WITHIN:
        raise MergeNotUndoableError(_("This is more than %(days)s days ago.") % {"days": UNDO_WITHIN.days})
    if not Person.objects.select_for_update().filter(pk=merge.kept_person).exists():
        raise MergeNotUndoableError(_("The record that stayed is gone. Undo the later merge first."))
