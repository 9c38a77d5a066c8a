"""Plans of going over into the next year, found and locked."""

from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import RolloverPlan
from lyceum.domains.academics.rules.rollover.refusals import RolloverClosedError, RolloverRunningError
from lyceum.domains.academics.rules.rollover.watching import is_at_work


def get_plan_for_edit(plan_id: UUID, *, actor: Actor) -> RolloverPlan:
    """The plan, locked, while it is neither undone nor at work."""
    plan = get_locked_plan(plan_id, actor=actor, permission=Permission.ROLLOVER_PREVIEW)
    if plan.state == RolloverPlan.State.UNDONE:
        raise RolloverClosedError(_("This rollover was undone. Begin a new one."))
    return plan


def get_locked_plan(plan_id: UUID, *, actor: Actor, permission: Permission) -> RolloverPlan:
    """The plan, locked, for somebody who may do that with it; refused while a job is at work on it."""
    actor.require_all(permission)
    plans = RolloverPlan.objects.select_for_update(of=("self",)).select_related("from_year", "to_year", "job")
    plan = plans.filter(pk=plan_id).first()
    if plan is None:
        raise NotFoundError
    if is_at_work(plan.job):
        raise RolloverRunningError(_("This rollover is at work. Wait for it to end."))
    return plan
