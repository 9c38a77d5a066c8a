"""What is proposed for each student, and what stands in the way of a decision."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lyceum.domains.academics.models import Class, Grade, RolloverDecision
from lyceum.domains.academics.rules.members import most_at_once
from lyceum.domains.academics.rules.rollover.situation import Pupil, Situation

Kind = RolloverDecision.Kind
STAYING = frozenset({Kind.PROMOTE, Kind.RETAIN})
BLOCKING = ("undecided", "grade_missing", "form_unknown", "overlap", "class_full")
"""What has to be put right first, in the order in which it is shown."""
NOTICES = ("no_form",)
"""What is worth knowing and stops nothing."""
PROBLEMS = {
    "undecided": _("Not decided yet"),
    "grade_missing": _("No grade to go into"),
    "form_unknown": _("No such form in the next year"),
    "overlap": _("Placed otherwise in the next year already"),
    "class_full": _("The form is full"),
    "no_form": _("In no form in the next year"),
}


@dataclass(frozen=True)
class Proposal:
    """What becomes of a student."""

    decision: str
    grade: UUID | None = None
    form: str = ""


def propose(pupil: Pupil, situation: Situation) -> Proposal:
    """The usual: into the next grade and its form, out of the final one; nothing where the grade is not known."""
    grade = situation.grade(pupil.grade)
    if not pupil.runs_on(situation.first):
        return Proposal(Kind.LEAVE)
    if pupil.placed:
        kind = Kind.RETAIN if pupil.placed == pupil.grade else Kind.PROMOTE
        return Proposal(kind, pupil.placed, form_for(pupil, pupil.placed, situation))
    if grade is None:
        return Proposal(Kind.UNDECIDED)
    if grade.final:
        return Proposal(Kind.GRADUATE)
    target = situation.next_grade(grade)
    return Proposal(Kind.PROMOTE, target, form_for(pupil, target, situation))


def form_for(pupil: Pupil, grade_id: UUID | None, situation: Situation) -> str:
    """The form that the student is in already; else the grade's of the same section or letter; else its only one."""
    if pupil.seat or grade_id is None:
        return pupil.seat
    forms = [seats.school_class for seats in situation.forms.values() if grade_id in seats.school_class.grades]
    if pupil.form:
        alike = next((form for form in forms if pupil.form.section and form.section == pupil.form.section), None)
        alike = alike or _like_named(pupil.form, forms, situation.grade(pupil.grade), situation.grade(grade_id))
        if alike:
            return alike.name
    return forms[0].name if len(forms) == 1 else ""


def _like_named(form: Class, forms: Iterable[Class], old: Grade | None, new: Grade | None) -> Class | None:
    """7A becomes 8A where the grades are called 7 and 8."""
    if old is None or new is None or not form.name.startswith(old.code):
        return None
    name = new.code + form.name.removeprefix(old.code)
    return next((each for each in forms if each.name == name), None)


def find_problems(rows: Iterable[RolloverDecision], situation: Situation) -> dict[UUID, str]:
    """What stands in the way, by student. What is done, and who has left, is in nobody's way."""
    open_rows = [row for row in rows if not row.result and _is_on_roll(row, situation)]
    full = _full_forms(open_rows, situation)
    return {row.student_id: found for row in open_rows if (found := _problem(row, situation, full))}


def _is_on_roll(row: RolloverDecision, situation: Situation) -> bool:
    pupil = situation.pupils.get(row.student_id)
    return pupil is not None and pupil.runs_on(situation.first) is not None


def _problem(row: RolloverDecision, situation: Situation, full: Mapping[str, int]) -> str:
    pupil = situation.pupils[row.student_id]
    if row.decision == Kind.UNDECIDED:
        return "undecided"
    if row.decision not in STAYING:
        return "overlap" if pupil.placed or pupil.seated_in else ""
    if situation.grade(row.grade_id) is None:
        return "grade_missing"
    if row.form and row.form not in situation.forms:
        return "form_unknown"
    if (pupil.placed and pupil.placed != row.grade_id) or (pupil.seat and row.form and pupil.seat != row.form):
        return "overlap"
    if row.form in full and not pupil.seat:
        return "class_full"
    return "" if row.form or pupil.seat else "no_form"


def _full_forms(rows: Iterable[RolloverDecision], situation: Situation) -> dict[str, int]:
    """The forms that would hold more than they may, with how many seats they would need."""
    coming: dict[str, list[tuple[date, date]]] = {}
    for row in rows:
        pupil = situation.pupils[row.student_id]
        if row.decision in STAYING and row.form in situation.forms and not pupil.seat:
            coming.setdefault(row.form, []).append(stay(pupil, situation.forms[row.form].school_class, situation.first))
    needed = {name: most_at_once(situation.forms[name].there, spans) for name, spans in coming.items()}
    return {name: most for name, most in needed.items() if most > situation.forms[name].school_class.capacity}


def stay(pupil: Pupil, form: Class, first: date) -> tuple[date, date]:
    """From when to when a student would be in a form: inside its days and the enrolment."""
    enrolment = pupil.runs_on(first)
    last = enrolment.last_day if enrolment and enrolment.last_day else form.ends
    return max(first, form.starts), min(form.ends, last)
