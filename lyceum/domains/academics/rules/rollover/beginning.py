"""Beginning to plan how a year goes over into the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import AcademicYear, RolloverDecision, RolloverPlan
from lyceum.domains.academics.rules.calendar import create_year
from lyceum.domains.academics.rules.rollover.copying import OPTIONS
from lyceum.domains.academics.rules.rollover.decisions import keep_in_step
from lyceum.domains.academics.rules.rollover.refusals import RolloverThereError
from lyceum.domains.academics.rules.rollover.situation import read_situation
from lyceum.domains.journal.rules import Target, record


@dataclass(frozen=True)
class NewYear:
    """The next year, where it is yet to be made."""

    name: str
    starts: date
    ends: date


@transaction.atomic
def begin_rollover(
    from_year: UUID, to_year: UUID | NewYear, *, options: Mapping[str, bool] | None = None, actor: Actor
) -> RolloverPlan:
    """Begin to plan how a year goes over into a later one. Nothing but the plan, and the year if it is new, is made.

    What was decided by hand in a rollover of these years that was undone is taken over.
    """
    actor.require_all(Permission.ROLLOVER_PREVIEW)
    old = AcademicYear.objects.select_for_update().filter(pk=from_year).first()
    if isinstance(to_year, NewYear):
        weekdays = old.weekdays if old else ()
        new: AcademicYear | None = create_year(
            name=to_year.name, starts=to_year.starts, ends=to_year.ends, weekdays=weekdays, actor=actor
        )
    else:
        new = AcademicYear.objects.filter(pk=to_year).first()
    if old is None or new is None:
        raise NotFoundError(_("There is no such year here."))
    if new.starts <= old.ends:
        raise invalid_field("/to_year", "order", _("The next year begins after this one ends."))
    there = RolloverThereError(_("%(year)s has a rollover already: go on with it, or undo it first.") % {"year": old})
    with refusing(one_rollover_of_a_year=lambda: there):
        plan = RolloverPlan.objects.create(from_year=old, to_year=new, options=_checked(options or {}))
    _take_over(plan)
    keep_in_step(plan, read_situation(plan))
    record("academics.rollover.begin", target=Target.of(plan), actor=actor)
    return plan


def _checked(options: Mapping[str, bool]) -> dict[str, bool]:
    unknown = sorted(options.keys() - OPTIONS.keys())
    if unknown:
        raise invalid_field(
            f"/options/{unknown[0]}", "choice", _("Choose of: %(choices)s.") % {"choices": ", ".join(OPTIONS)}
        )
    return {name: bool(options.get(name, usual)) for name, usual in OPTIONS.items()}


def _take_over(plan: RolloverPlan) -> None:
    """Decisions that somebody made for these years before, of students who are still here."""
    undone = RolloverPlan.objects.filter(
        from_year=plan.from_year, to_year=plan.to_year, state=RolloverPlan.State.UNDONE
    )
    last = undone.order_by("-created_at").first()
    rows = RolloverDecision.objects.filter(plan=last, by_hand=True) if last else []
    RolloverDecision.objects.bulk_create(
        [
            RolloverDecision(
                plan=plan,
                student_id=row.student_id,
                decision=row.decision,
                by_hand=True,
                grade_id=row.grade_id,
                form=row.form,
                note=row.note,
            )
            for row in rows
        ]
    )
