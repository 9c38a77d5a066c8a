"""Deciding a stage: a person of those who may, before any family hears or anything is set."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, InvalidError
from lyceum.core.permissions import Permission, Role
from lyceum.core.text import tidy
from lyceum.domains.accounts.models import Membership, PermissionSet
from lyceum.domains.behaviour.facts import StageApproved
from lyceum.domains.behaviour.models import EscalationCase
from lyceum.domains.behaviour.queries import get_case
from lyceum.domains.behaviour.rules.actions import NewAction, set_action
from lyceum.domains.behaviour.rules.notices import make_stage_notice, tidy_lines
from lyceum.domains.behaviour.rules.refusals import NotApproverError, OwnReportError, StageStateError
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import own_family
from lyceum.domains.tenancy.queries import today

State = EscalationCase.State


@dataclass(frozen=True)
class Decision:
    """What somebody decides besides yes."""

    starts_on: date | None = None
    ends_on: date | None = None
    owner_id: UUID | None = None
    letter: str | None = None
    """None: as the stage's template says."""
    note: str = ""


def stage_of(case: EscalationCase) -> dict[str, Any]:
    """The stage as the policy's version describes it."""
    return next(
        (stage for stage in case.policy.stages if stage["n"] == case.stage),
        {"n": case.stage, "threshold": 0, "measure": "points", "action": "talk", "approvers": "", "letter": ""},
    )


def letter_of(case: EscalationCase) -> str:
    """The stage's letter about this child; nothing where the stage has none."""
    template = str(stage_of(case).get("letter", ""))
    person = case.student.person
    return template.replace("{name}", person.called).replace("{points}", str(case.total))


@transaction.atomic
def approve_case(case_id: UUID, *, decision: Decision | None = None, actor: Actor) -> EscalationCase:
    """Decide that a stage's step is taken: only now it is set, and only now the family hears of it."""
    case, decision = _decidable(case_id, actor), decision or Decision()
    stage = stage_of(case)
    case.state = State.APPROVED
    _decide(case, actor, decision.note)
    set_action(
        NewAction(
            case.student_id,
            stage["action"],
            decision.starts_on or today(),
            ends_on=decision.ends_on,
            owner_id=decision.owner_id,
            note=decision.note,
        ),
        case=case,
        actor=actor,
    )
    text = letter_of(case) if decision.letter is None else tidy_lines(decision.letter)
    if text:
        make_stage_notice(case, text, actor=actor)
    record(
        "behaviour.stage.approve",
        target=Target.of(case),
        changes={"state": [State.REACHED.value, case.state]},
        reason=decision.note,
        facts=[StageApproved(case=case.pk, student=case.student_id, stage=case.stage)],
        actor=actor,
    )
    return case


@transaction.atomic
def dismiss_case(case_id: UUID, *, reason: str, actor: Actor) -> EscalationCase:
    """Decide that nothing follows, and why."""
    case = _decidable(case_id, actor)
    if not tidy(reason):
        words = _("Say why nothing follows.")
        raise InvalidError(words, errors=[FieldError("/reason", "reason_needed", words)])
    case.state = State.DISMISSED
    _decide(case, actor, reason)
    changes = {"state": [State.REACHED.value, case.state]}
    record("behaviour.stage.dismiss", target=Target.of(case), changes=changes, reason=reason, actor=actor)
    return case


def _decidable(case_id: UUID, actor: Actor) -> EscalationCase:
    actor.require(Permission.STAGES_DECIDE)
    case = get_case(case_id, actor=actor, lock=True)
    if Student.objects.filter(own_family(actor), pk=case.student_id).exists():
        raise OwnReportError(_("Your own child is concerned: somebody else decides."))
    wanted = str(stage_of(case).get("approvers", ""))
    if not may_decide(wanted, actor):
        raise NotApproverError(_("This stage is decided by: %(set)s.") % {"set": _(wanted)}, approvers=wanted)
    if case.state != State.REACHED:
        raise StageStateError(
            _("This stage is %(state)s: there is nothing to decide.") % {"state": case.state}, state=case.state
        )
    return case


def may_decide(approvers: str, actor: Actor) -> bool:
    """Whether the actor belongs to those who decide a stage: a permission set by name, or all who decide stages."""
    if not approvers or Role.SCHOOL_ADMIN in actor.roles or actor.user_id is None:
        return True
    sets = PermissionSet.objects.filter(name=approvers).values_list("pk", flat=True)
    held = Membership.objects.filter(user=actor.user_id, school=actor.school, permission_sets__overlap=list(sets))
    return any(membership.is_current(today()) for membership in held)


def _decide(case: EscalationCase, actor: Actor, reason: str) -> None:
    case.decided_by, case.decided_by_name = actor.user_id, actor.name[:200]
    case.decided_at, case.reason = clock.now(), tidy(reason)[:500]
    case.save()
