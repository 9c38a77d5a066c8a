"""The decisions of a plan: kept in step with the students of the year, and changed by hand."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.academics.models import Grade, RolloverDecision, RolloverPlan
from lyceum.domains.academics.rollovers import ORDER, list_decisions
from lyceum.domains.academics.rules.rollover.access import count_access
from lyceum.domains.academics.rules.rollover.following import plan_following
from lyceum.domains.academics.rules.rollover.plans import get_plan_for_edit
from lyceum.domains.academics.rules.rollover.proposing import STAYING, find_problems, form_for, propose
from lyceum.domains.academics.rules.rollover.refusals import RolloverClosedError
from lyceum.domains.academics.rules.rollover.situation import Pupil, Situation, read_situation
from lyceum.domains.journal.rules import Changes, Target, record

Kind = RolloverDecision.Kind
_WRITE = """
UPDATE academics_rolloverdecision d SET decision = r.decision, by_hand = r.by_hand, grade_now_id = r.grade_now_id,
  form_now = r.form_now, grade_id = r.grade_id, form = r.form, note = r.note, problem = r.problem, result = r.result,
  reason = r.reason
FROM jsonb_to_recordset(%s::jsonb) AS r(id uuid, decision text, by_hand boolean, grade_now_id uuid, form_now text,
  grade_id uuid, form text, note text, problem text, result text, reason text)
WHERE d.school_id = %s AND d.id = r.id
"""
_COLUMNS = ("id", "decision", "by_hand", "grade_now_id", "form_now", "grade_id", "form", "note", "problem", "result",
            "reason")  # fmt: skip


def save_decisions(rows: Iterable[RolloverDecision]) -> None:
    """Write decisions that are there already, all in one statement."""
    values = [{name: getattr(row, name) for name in _COLUMNS} for row in rows]
    if values:
        with connection.cursor() as cursor:
            cursor.execute(_WRITE, [msgspec.json.encode(values, enc_hook=str).decode(), current_school()])


def keep_in_step(plan: RolloverPlan, situation: Situation) -> list[RolloverDecision]:
    """Bring the decisions in step with the students of the year, and say anew what stands in the way.

    What somebody decided by hand stays, and so does what was done. A student who is no longer of the year goes.
    """
    present = {row.student_id: row for row in RolloverDecision.objects.filter(plan=plan)}
    gone = [row.pk for student, row in present.items() if student not in situation.pupils and not row.result]
    RolloverDecision.objects.filter(pk__in=gone).delete()
    before = {student: _values(row) for student, row in present.items()}
    rows = [_proposed(plan, pupil, present.get(pupil.id), situation) for pupil in situation.pupils.values()]
    problems = find_problems(rows, situation)
    for row in rows:
        row.problem = problems.get(row.student_id, "")
    RolloverDecision.objects.bulk_create([row for row in rows if row.student_id not in present])
    save_decisions(row for row in rows if row.student_id in present and before[row.student_id] != _values(row))
    if plan.state != RolloverPlan.State.APPLIED:
        following = plan_following(rows, situation)
        plan.full_sets, plan.counts = following.full, {"followers": len(following.pairs)}
        plan.access = count_access(rows, following, situation)
        plan.save(update_fields=["full_sets", "counts", "access", "updated_at"])
    return rows


def _values(row: RolloverDecision) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _COLUMNS)


def _proposed(plan: RolloverPlan, pupil: Pupil, row: RolloverDecision | None, situation: Situation) -> RolloverDecision:
    row = row or RolloverDecision(plan=plan, student_id=pupil.id)
    if row.result:
        return row
    grade = situation.grade(pupil.grade)
    row.grade_now_id = grade.pk if grade else None
    row.form_now = pupil.form.name if pupil.form else ""
    if not row.by_hand:
        proposal = propose(pupil, situation)
        row.decision, row.grade_id, row.form = proposal.decision, proposal.grade, proposal.form
    return row


@dataclass(frozen=True)
class Decided:
    """What somebody decides.

    Without a grade who is promoted goes into the next one, and who is retained stays in theirs; without a form each
    goes into the like form of that grade.
    """

    decision: str
    grade_id: UUID | None = None
    form: str = ""
    note: str = ""


@transaction.atomic
def decide(plan_id: UUID, students: Collection[UUID], decided: Decided, *, actor: Actor) -> RolloverPlan:
    """Decide what becomes of some students. A plan that was previewed has to be looked at again."""
    plan = get_plan_for_edit(plan_id, actor=actor)
    rows, situation = _decided(plan, students, decided)
    save_decisions(rows)
    keep_in_step(plan, situation)
    reopen(plan)
    chosen = sorted(str(row.student_id) for row in rows)
    changes: Changes = {"decision": [None, decided.decision], "students": [None, chosen]}
    record("academics.rollover.decide", target=Target.of(plan), changes=changes, reason=decided.note, actor=actor)
    return plan


def foresee(
    plan_id: UUID, students: Collection[UUID], decided: Decided, *, actor: Actor
) -> list[tuple[RolloverDecision, RolloverDecision]]:
    """What a decision would come to, student by student: as it is, and as it would be. Nothing is written."""
    plan = get_plan_for_edit(plan_id, actor=actor)
    rows, situation = _decided(plan, students, decided)
    every = {row.student_id: row for row in list_decisions(plan, actor=actor).order_by(*ORDER)}
    problems = find_problems((every | {row.student_id: row for row in rows}).values(), situation)
    grades = {grade.pk: grade for grade in situation.grades}
    new = {row.student_id: row for row in rows}
    for row in rows:
        row.problem = problems.get(row.student_id, "")
        row.grade = grades[row.grade_id] if row.grade_id else None
    return [(old, new[student]) for student, old in every.items() if student in new]


def _decided(
    plan: RolloverPlan, students: Collection[UUID], decided: Decided
) -> tuple[list[RolloverDecision], Situation]:
    if decided.decision not in Kind.values:
        raise invalid_field(
            "/decision", "choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(Kind.values)}
        )
    if decided.grade_id and not Grade.objects.filter(pk=decided.grade_id).exists():
        raise invalid_field("/grade", "grade_unknown", _("There is no such grade here."))
    situation = read_situation(plan)
    called = tidy(decided.form)[:120]
    if called and called not in situation.forms:
        raise invalid_field("/form", "form_unknown", _("There is no such form in the next year."))
    rows = list(RolloverDecision.objects.filter(plan=plan, student__in=students))
    if len(rows) < len(set(students)) or any(row.student_id not in situation.pupils for row in rows):
        raise NotFoundError(_("A student is not of the year that ends."))
    if any(row.result for row in rows):
        raise RolloverClosedError(_("This is done for some of them already. Change it student by student."))
    for row in rows:
        row.decision, row.by_hand, row.note = decided.decision, True, tidy(decided.note)[:300]
        pupil = situation.pupils[row.student_id]
        row.grade_id, row.form = _target(pupil, decided.decision, decided.grade_id, called, situation)
    return rows, situation


def _target(
    pupil: Pupil, decision: str, grade_id: UUID | None, form: str, situation: Situation
) -> tuple[UUID | None, str]:
    if decision not in STAYING:
        return None, ""
    now = situation.grade(pupil.grade)
    if grade_id is None and now is not None:
        grade_id = situation.next_grade(now) if decision == Kind.PROMOTE else now.pk
    return grade_id, form or form_for(pupil, grade_id, situation)


def reopen(plan: RolloverPlan) -> None:
    """What was looked at is no longer what would happen."""
    if plan.state == RolloverPlan.State.PREVIEWED:
        plan.state = RolloverPlan.State.DRAFT
    plan.trouble = ""
    plan.save(update_fields=["state", "trouble", "updated_at"])
