"""Applying a rollover: all of it in one transaction, in a number of statements that does not depend on the students."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.permissions import Permission
from lyceum.domains.academics.days import forget_school_days
from lyceum.domains.academics.facts import RolloverApplied
from lyceum.domains.academics.models import Class, ClassTeacher, RolloverDecision, RolloverPlan, Term
from lyceum.domains.academics.rules.rollover.decisions import keep_in_step, save_decisions
from lyceum.domains.academics.rules.rollover.images import Notes
from lyceum.domains.academics.rules.rollover.looking import refuse_blocked
from lyceum.domains.academics.rules.rollover.plans import get_locked_plan
from lyceum.domains.academics.rules.rollover.proposing import STAYING
from lyceum.domains.academics.rules.rollover.refusals import RolloverBlockedError, RolloverClosedError
from lyceum.domains.academics.rules.rollover.situation import Situation, read_situation
from lyceum.domains.academics.rules.rollover.watching import APPLY, finish_job, open_job
from lyceum.domains.academics.rules.rollover.writing import Work, end_times, follow, leave, place, seat
from lyceum.domains.journal.rules import Entry, Target, record, record_all
from lyceum.domains.people.models import Enrolment, Student

Enqueue = Callable[[RolloverPlan], None]
Kind = RolloverDecision.Kind


@transaction.atomic
def apply_rollover(plan_id: UUID, *, actor: Actor, enqueue: Enqueue | None = None) -> RolloverPlan:
    """Apply a rollover that was previewed and in whose way nothing stands. Again, it only takes in who came since.

    `enqueue` hands the work to a job in this transaction; without it the work is done here.
    """
    plan = _get_plan(plan_id, actor)
    refuse_blocked(plan, keep_in_step(plan, read_situation(plan)))
    if enqueue is None:
        return _carry_out(plan, actor)
    open_job(plan, APPLY, actor=actor)
    record("academics.rollover.start", target=Target.of(plan), actor=actor)
    enqueue(plan)
    return plan


@transaction.atomic
def carry_out(plan_id: UUID, *, actor: Actor) -> RolloverPlan:
    """The job's part: apply the rollover and close its job, together or not at all."""
    actor.require_all(Permission.ROLLOVER_APPLY)
    plans = RolloverPlan.objects.select_for_update(of=("self",)).select_related("from_year", "to_year", "job")
    plan = plans.get(pk=plan_id)
    _refuse_undone(plan)
    plan = _carry_out(plan, actor)
    finish_job(plan.pk, {"plan": str(plan.pk), **plan.counts})
    return plan


def _get_plan(plan_id: UUID, actor: Actor) -> RolloverPlan:
    plan = get_locked_plan(plan_id, actor=actor, permission=Permission.ROLLOVER_APPLY)
    _refuse_undone(plan)
    return plan


def _refuse_undone(plan: RolloverPlan) -> None:
    if plan.state == RolloverPlan.State.UNDONE:
        raise RolloverClosedError(_("This rollover was undone. Begin a new one."))


def _carry_out(plan: RolloverPlan, actor: Actor) -> RolloverPlan:
    _lock(plan)
    situation = read_situation(plan)
    rows = keep_in_step(plan, situation)
    refuse_blocked(plan, rows)
    work = Work(situation, Notes(plan))
    with _refusing_what_stands_there():
        _write(rows, work)
    _settle(rows, work)
    plan.state, plan.applied_at, plan.trouble = RolloverPlan.State.APPLIED, plan.applied_at or clock.now(), ""
    plan.counts = work.counts
    plan.save(update_fields=["state", "applied_at", "trouble", "counts", "updated_at"])
    fact = RolloverApplied(plan=plan.pk, counts=dict(work.counts))
    entry = Entry("academics.rollover.apply", Target.of(plan), {"rows": [None, work.counts]}, facts=[fact])
    record_all([entry, *work.entries], actor=actor)
    forget_school_days()
    return plan


def _refusing_what_stands_there() -> AbstractContextManager[None]:
    """Rows that no rule makes, as from an import, may stand where new ones would."""
    error = RolloverBlockedError(
        _("Rows of the school stand where the new ones would. Look at the preview again."), exceptions=[], count=0
    )
    names = ("one_grade_at_a_time", "one_form_at_a_time", "once_per_class", "enrolment_no_overlap", "class_name_once",
             "form_section_once", "term_name_once", "terms_do_not_overlap", "one_lead_at_a_time")  # fmt: skip
    return refusing(**dict.fromkeys(names, lambda: error))


def _write(rows: list[RolloverDecision], work: Work) -> None:
    """Next placements first, then graduates, leavers, retained, promoted."""
    _copy(work)
    _sort(rows, work)
    place(work)
    for kind in (Kind.GRADUATE, Kind.LEAVE, Kind.TRANSFER):
        leave(work, kind)
    end_times(work)
    for kind in (Kind.RETAIN, Kind.PROMOTE):
        seat(work, kind)
    follow(work, rows)
    work.notes.write()


def _lock(plan: RolloverPlan) -> None:
    """The classes, then the students: whoever fills the same seats waits here."""
    list(Class.objects.select_for_update().filter(year=plan.to_year).order_by("pk").values_list("pk"))
    year = Q(last_day__isnull=True) | Q(last_day__gte=plan.from_year.starts)
    enrolled = Enrolment.objects.filter(year, first_day__lte=plan.from_year.ends).values("student")
    students = Student.objects.select_for_update(no_key=True).filter(pk__in=enrolled)
    list(students.order_by("pk").values_list("pk"))


def _copy(work: Work) -> None:
    copies = work.situation.copies
    Term.objects.bulk_create(copies.terms)
    work.note_made(Term, copies.terms)
    Class.objects.bulk_create(copies.classes)
    work.note_made(Class, copies.classes)
    ClassTeacher.objects.bulk_create(copies.teachers)
    work.note_made(ClassTeacher, copies.teachers)


def _sort(rows: list[RolloverDecision], work: Work) -> None:
    """Who is to be dealt with now: everybody of whom nothing is done yet and who is on roll when the year begins."""
    situation: Situation = work.situation
    for row in rows:
        pupil = situation.pupils.get(row.student_id)
        if not row.result and pupil and pupil.runs_on(situation.first):
            work.add(row, pupil)


def _settle(rows: list[RolloverDecision], work: Work) -> None:
    """Write down what came of each student."""
    dealt_with = {row.pk for row, _pupil in work.all()}
    for row in rows:
        if row.pk in dealt_with:
            row.result = "created" if row.student_id in work.changed else "already"
        elif row.result in ("created", "already"):
            row.result = "already"
        else:
            row.result, row.reason = "skipped", "left"
        row.problem = row.problem if row.problem == "no_form" and row.decision in STAYING else ""
    save_decisions(rows)
    for result in ("created", "already", "skipped"):
        work.counts[result] = sum(row.result == result for row in rows)
