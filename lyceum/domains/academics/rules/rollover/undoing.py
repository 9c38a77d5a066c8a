"""Undoing a rollover: every row as it was before, until the new year's first register is taken."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.academics.days import forget_school_days
from lyceum.domains.academics.facts import MembershipChanged, RolloverUndone
from lyceum.domains.academics.models import (
    Class,
    ClassMembership,
    ClassTeacher,
    Placement,
    RolloverChange,
    RolloverPlan,
    Term,
)
from lyceum.domains.academics.rules.rollover.images import edited_since, put_back
from lyceum.domains.academics.rules.rollover.plans import get_locked_plan
from lyceum.domains.academics.rules.rollover.refusals import RolloverClosedError, RolloverInUseError
from lyceum.domains.academics.rules.rollover.usage import find_use, let_go
from lyceum.domains.academics.rules.rollover.watching import UNDO, finish_job, open_job
from lyceum.domains.journal.rules import Entry, Target, record, record_all
from lyceum.domains.people.models import Enrolment

_ORDER = (ClassMembership, Placement, ClassTeacher, Class, Term, Enrolment)
"""What refers to others first; within a kind, what was made goes before what was changed is put back."""


@transaction.atomic
def undo_rollover(
    plan_id: UUID, *, actor: Actor, enqueue: Callable[[RolloverPlan], None] | None = None
) -> RolloverPlan:
    """Undo a rollover. Rows that somebody changed since, and what others hold, are left and listed.

    `enqueue` hands the work to a job in this transaction; without it the work is done here.
    """
    plan = get_locked_plan(plan_id, actor=actor, permission=Permission.ROLLOVER_APPLY)
    _refuse(plan)
    if enqueue is None:
        return _take_back(plan, actor)
    open_job(plan, UNDO, actor=actor)
    record("academics.rollover.start_undo", target=Target.of(plan), actor=actor)
    enqueue(plan)
    return plan


@transaction.atomic
def take_back(plan_id: UUID, *, actor: Actor) -> RolloverPlan:
    """The job's part: undo the rollover and close its job, together or not at all."""
    actor.require_all(Permission.ROLLOVER_APPLY)
    plans = RolloverPlan.objects.select_for_update(of=("self",)).select_related("from_year", "to_year", "job")
    plan = plans.get(pk=plan_id)
    if plan.state != RolloverPlan.State.UNDONE:
        _refuse(plan)
        plan = _take_back(plan, actor)
    finish_job(plan.pk, {"plan": str(plan.pk), **plan.counts})
    return plan


def _refuse(plan: RolloverPlan) -> None:
    if plan.state != RolloverPlan.State.APPLIED:
        raise RolloverClosedError(_("This rollover is not applied: there is nothing to undo."))
    use = find_use(plan.to_year)
    if use:
        raise RolloverInUseError(
            _("%(year)s has begun with %(use)s on %(day)s: the rollover can no longer be undone.")
            % {"year": plan.to_year, "use": use.words, "day": use.on},
            first={"id": str(use.id), "on": str(use.on), "what": use.words},
        )


def _take_back(plan: RolloverPlan, actor: Actor) -> RolloverPlan:
    changes = list(RolloverChange.objects.filter(plan=plan).order_by("pk"))
    let_go([change.row for change in changes if change.kind == Class._meta.label and change.before is None])
    kept: list[RolloverChange] = []
    for model in _ORDER:
        kept += _put_back_kind([change for change in changes if change.kind == model._meta.label])
    RolloverChange.objects.bulk_update(kept, ["kept"])
    plan.state, plan.undone_at = RolloverPlan.State.UNDONE, clock.now()
    plan.counts = {"undone": len(changes) - len(kept), "kept": len(kept)}
    plan.save(update_fields=["state", "undone_at", "counts", "updated_at"])
    fact = RolloverUndone(plan=plan.pk, undone=len(changes) - len(kept), kept=len(kept))
    entry = Entry("academics.rollover.undo", Target.of(plan), {"rows": [None, plan.counts]}, facts=[fact])
    record_all([entry, *_left_again(changes, kept)], actor=actor)
    forget_school_days()
    return plan


def _put_back_kind(changes: Sequence[RolloverChange]) -> list[RolloverChange]:
    """Put the rows of one kind back; returns those that stay, with the reason."""
    edited = edited_since(changes)
    for change in changes:
        change.kept = "edited_since" if change.pk in edited else ""
    free = [change for change in changes if not change.kept]
    for group in ([c for c in free if c.before is None], [c for c in free if c.before is not None]):
        for change in put_back(group):
            change.kept = "held"
    return [change for change in changes if change.kept]


def _left_again(changes: Sequence[RolloverChange], kept: Sequence[RolloverChange]) -> list[Entry]:
    """Who is out of classes again: the trail of each student, and the facts by which others follow."""
    staying = {change.pk for change in kept}
    left: dict[UUID, list[MembershipChanged]] = {}
    for change in changes:
        if change.kind == ClassMembership._meta.label and change.before is None and change.pk not in staying:
            student, first = UUID(change.after["student_id"]), date.fromisoformat(change.after["starts_on"])
            fact = MembershipChanged(
                student=student,
                school_class=UUID(change.after["class_id"]),
                starts_on=first,
                ends_on=first - timedelta(days=1),
            )
            left.setdefault(student, []).append(fact)
    return [
        Entry(
            "academics.member.end",
            Target("people.student", student),
            {"classes": [[str(fact.school_class) for fact in facts], None]},
            facts=facts,
        )
        for student, facts in left.items()
    ]
