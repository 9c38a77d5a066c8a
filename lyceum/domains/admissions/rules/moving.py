"""Moving an application to another intake, and deciding many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.admissions.models import Application, Intake, SelectionStep
from lyceum.domains.admissions.rules.choosing import courses_of
from lyceum.domains.admissions.rules.deciding import approve, offer_place, reject, start_review, waitlist
from lyceum.domains.admissions.rules.refusals import AlreadyAppliedError
from lyceum.domains.admissions.rules.sending import copy_steps
from lyceum.domains.admissions.rules.states import get_with_intake, lock_intakes, require_state, whole_applications
from lyceum.domains.admissions.rules.telling import family_of
from lyceum.domains.admissions.rules.verdicts import Verdict
from lyceum.domains.journal.rules import Target, record

MOST_AT_ONCE = 500
ACTS = ("start-review", "approve", "offer", "waitlist", "reject")


@transaction.atomic
def move_application(application_id: UUID, *, intake_id: UUID, actor: Actor) -> Application:
    """Take an application to another intake: number, answers and the steps of the same name stay as they are."""
    actor.require(Permission.APPLICATIONS_DECIDE)
    lock_intakes([intake_id, *Application.objects.filter(pk=application_id).values_list("intake", flat=True)])
    application = get_with_intake(application_id, permission=Permission.APPLICATIONS_DECIDE, actor=actor)
    require_state(application, "submitted", "under_review", "waitlisted")
    there = Intake.objects.exclude(status=Intake.Status.DRAFT).filter(pk=intake_id).first()
    if there is None:
        raise NotFoundError
    if there.pk == application.intake_id:
        return application
    if there.kind != application.intake.kind:
        raise invalid_field("/intake", "other_kind", _("Move it to an intake of the same kind."))
    before, application.intake = application.intake, there
    if application.status == Application.Status.WAITLISTED:  # it waited for a place there, not here
        application.status, application.announced_at, application.decided_at = "under_review", None, None
    taken = AlreadyAppliedError(_("There is an application to %(intake)s already.") % {"intake": there})
    with refusing(application_once=lambda: taken):
        application.save()
    _move_steps(application)
    application.wanted.exclude(course__in=courses_of(there)).delete()
    changes = {"intake": [before.name, there.name]}
    record("admissions.application.move", target=Target.of(application), changes=changes, actor=actor)
    return application


def _move_steps(application: Application) -> None:
    there = {step.step_name: step for step in SelectionStep.objects.filter(intake=application.intake_id)}
    application.steps.exclude(step_name__in=there).delete()
    for row in application.steps.all():
        step = there[row.step_name]
        row.step, row.order, row.is_required = step, step.order, step.is_required
        row.save(update_fields=["step", "order", "is_required", "updated_at"])
    copy_steps([application])


@dataclass(frozen=True)
class Outcome:
    """What one decision of many came to, or would."""

    application: UUID
    name: str
    before: str
    after: str
    tells_family: bool = False
    code: str = ""
    detail: str = ""


class _OnlyLookingError(Exception):
    """Ends a preview, so that nothing of it stays."""


def decide_many(
    applications: Sequence[UUID],
    *,
    act: str,
    reason_code: str = "",
    verdict: Verdict | None = None,
    preview: bool = False,
    actor: Actor,
) -> list[Outcome]:
    """Decide each by itself, by the same rules as one; a preview says what would become of each, and does nothing."""
    wanted = check_many(applications, act=act, actor=actor)
    outcomes: list[Outcome] = []
    try:
        with transaction.atomic():
            lock_intakes(Application.objects.filter(pk__in=wanted).values_list("intake", flat=True).distinct())
            rows = {row.pk: row for row in whole_applications().filter(pk__in=wanted)}
            if len(rows) < len(wanted):
                raise NotFoundError
            for pk in wanted:
                outcomes.append(_one(pk, rows[pk], act, reason_code, verdict or Verdict(), actor))
            if preview:
                raise _OnlyLookingError
    except _OnlyLookingError:
        pass
    return outcomes


def check_many(applications: Sequence[UUID], *, act: str, actor: Actor) -> list[UUID]:
    """The applications, each once. Refuses who decides nothing, an act that is none, and too many."""
    actor.require_all(Permission.APPLICATIONS_DECIDE)
    wanted = list(dict.fromkeys(applications))
    if act not in ACTS:
        raise invalid_field("/act", "choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(ACTS)})
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise invalid_field("/applications", "range", _("Choose 1 to %(most)s applications.") % {"most": MOST_AT_ONCE})
    return wanted


def _one(pk: UUID, row: Application, act: str, reason_code: str, verdict: Verdict, actor: Actor) -> Outcome:
    name, before = str(row), row.status
    acts: dict[str, Any] = {
        "start-review": lambda: start_review(pk, reason=verdict.reason, actor=actor),
        "approve": lambda: approve(pk, verdict=verdict, actor=actor),
        "offer": lambda: offer_place(pk, verdict=verdict, actor=actor),
        "waitlist": lambda: waitlist(pk, verdict=verdict, actor=actor),
        "reject": lambda: reject(pk, reason_code=reason_code, verdict=verdict, actor=actor),
    }
    try:
        with transaction.atomic():
            after = acts[act]()
    except RuleError as error:
        return Outcome(pk, name, before, before, code=error.code, detail=error.detail)
    tells = after.status != before and act != "start-review" and not after.is_held(clock.now())
    return Outcome(pk, name, before, after.status, tells_family=tells and bool(family_of(after)))
