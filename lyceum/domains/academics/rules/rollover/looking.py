"""Looking at what a rollover would do, and what stands in its way."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lyceum.core.actor import Actor
from lyceum.domains.academics.models import RolloverDecision, RolloverPlan
from lyceum.domains.academics.rollovers import list_blocks
from lyceum.domains.academics.rules.rollover.copying import OPTIONS
from lyceum.domains.academics.rules.rollover.decisions import keep_in_step, reopen
from lyceum.domains.academics.rules.rollover.plans import get_plan_for_edit
from lyceum.domains.academics.rules.rollover.proposing import BLOCKING
from lyceum.domains.academics.rules.rollover.refusals import RolloverBlockedError, RolloverClosedError
from lyceum.domains.academics.rules.rollover.situation import read_situation
from lyceum.domains.journal.rules import Target, record


@transaction.atomic
def preview_rollover(plan_id: UUID, *, actor: Actor) -> RolloverPlan:
    """Look at what would happen to every student of the year. What nothing stands in the way of can be applied.

    Where it is applied already, it is those who came since.
    """
    plan = get_plan_for_edit(plan_id, actor=actor)
    rows = keep_in_step(plan, read_situation(plan))
    if plan.state != RolloverPlan.State.APPLIED:
        blocked = any(row.problem in BLOCKING for row in rows)
        plan.state = RolloverPlan.State.DRAFT if blocked else RolloverPlan.State.PREVIEWED
    plan.trouble = ""
    plan.save(update_fields=["state", "trouble", "updated_at"])
    record("academics.rollover.preview", target=Target.of(plan), actor=actor)
    return plan


@transaction.atomic
def choose_copies(plan_id: UUID, *, options: Mapping[str, bool], actor: Actor) -> RolloverPlan:
    """Choose what is copied; what is not named stays as it was. A plan that was previewed has to be looked at again."""
    plan = get_plan_for_edit(plan_id, actor=actor)
    if plan.state == RolloverPlan.State.APPLIED:
        raise RolloverClosedError(_("What was copied is changed class by class."))
    chosen = {name: bool(value) for name, value in options.items() if name in OPTIONS}
    changes = {name: [plan.options.get(name), value] for name, value in chosen.items()}
    plan.options = plan.options | chosen
    plan.save(update_fields=["options", "updated_at"])
    keep_in_step(plan, read_situation(plan))
    reopen(plan)
    record("academics.rollover.choose", target=Target.of(plan), changes=changes, actor=actor)
    return plan


def refuse_blocked(plan: RolloverPlan, rows: list[RolloverDecision]) -> None:
    """Refuse to go on while something has to be put right, and list it."""
    blocked = sum(row.problem in BLOCKING for row in rows)
    if blocked:
        raise RolloverBlockedError(
            ngettext(
                "%(count)s student stands in the way. Decide, then preview.",
                "%(count)s students stand in the way. Decide, then preview.",
                blocked,
            )
            % {"count": blocked},
            **shown_blocks(plan),
        )
    if plan.state == RolloverPlan.State.DRAFT:
        raise RolloverBlockedError(_("Look at the preview first; then apply it."), exceptions=[], count=0)


def shown_blocks(plan: RolloverPlan) -> dict[str, Any]:
    """What stands in the way, as a refusal shows it."""
    blocks = list_blocks(plan)
    return {"exceptions": [each.as_values() for each in blocks.shown], "count": blocks.count}
