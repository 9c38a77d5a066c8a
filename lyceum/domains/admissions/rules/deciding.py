"""Deciding applications: review, approval, offer, waiting list, rejection; each says who, when and why."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind, not_allowed, system_actor
from lyceum.core.errors import FieldError, invalid_field
from lyceum.core.permissions import Permission, Role
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.admissions.facts import ApplicationWithdrawn
from lyceum.domains.admissions.models import Application, Intake, Offer
from lyceum.domains.admissions.rules.announcing import announce
from lyceum.domains.admissions.rules.offering import end_offer, make_offer, place_became_free
from lyceum.domains.admissions.rules.places import has_place, refuse_full
from lyceum.domains.admissions.rules.refusals import DocumentsOpenError, ReasonRequiredError, StepsOpenError
from lyceum.domains.admissions.rules.states import get_with_intake, needed_reason, require_state
from lyceum.domains.admissions.rules.steps import complete_open_steps
from lyceum.domains.admissions.rules.telling import tell_family
from lyceum.domains.admissions.rules.verdicts import Verdict, check_texts, set_state
from lyceum.domains.learning.rules.access import grant_access, revoke_access

_S = Application.Status
REASONS = {
    "criteria": gettext_lazy("The criteria are not met"),
    "no_place": gettext_lazy("There is no place"),
    "incomplete": gettext_lazy("The application stayed incomplete"),
    "age": gettext_lazy("Not of the right age"),
    "duplicate": gettext_lazy("The same application came twice"),
    "other": gettext_lazy("Another reason"),
}
REOPENED = (_S.REJECTED, _S.EXPIRED, _S.DECLINED, _S.WITHDRAWN)
PLAIN = Verdict()
BEFORE_DECISION = (_S.SUBMITTED, _S.UNDER_REVIEW)


def _decided(application_id: UUID, actor: Actor) -> Application:
    return get_with_intake(application_id, permission=Permission.APPLICATIONS_DECIDE, actor=actor)


@transaction.atomic
def start_review(application_id: UUID, *, reason: str = "", actor: Actor) -> Application:
    """Take an application in hand; or take one up again that was over, which a school admin does, with a reason."""
    application = get_with_intake(application_id, permission=Permission.STEPS_SET, actor=actor)
    actor.require_all(Permission.STEPS_SET)
    if application.status == _S.UNDER_REVIEW:
        return application
    if application.status in REOPENED:
        require_school_admin(actor)
        reason = needed_reason(reason)
    else:
        require_state(application, _S.SUBMITTED)
    set_state(application, _S.UNDER_REVIEW, "review", actor, reason=reason)
    return application


def require_school_admin(actor: Actor) -> None:
    """Refuse whoever is not the school's admin."""
    if actor.kind is not ActorKind.JOB and Role.SCHOOL_ADMIN not in actor.roles:
        raise not_allowed(Permission.APPLICATIONS_DECIDE)


@transaction.atomic
def approve(application_id: UUID, *, verdict: Verdict = PLAIN, actor: Actor) -> Application:
    """Approve. Where a place is accepted by the family it is offered, or the applicant waits for one.

    Approving again changes nothing and tells nobody.
    """
    application = _decided(application_id, actor)
    if application.status in (_S.APPROVED, _S.ENROLLED, _S.OFFERED):
        return application
    require_state(application, *BEFORE_DECISION, _S.WAITLISTED)
    if application.status == _S.WAITLISTED and not has_place(application.intake):
        return application
    _make_ready(application, verdict, actor)
    is_year_group = application.intake.kind == Intake.Kind.YEAR_GROUP
    if is_year_group and not has_place(application.intake):
        return _wait(application, verdict, actor)
    refuse_full(application.intake)
    if application.intake.needs_acceptance:
        return make_offer(application, verdict, actor)
    check_texts(verdict)
    give_approval(application, courses=verdict.courses, actor=actor, texts=verdict)
    return application


def give_approval(
    application: Application, *, courses: Sequence[UUID] | None = None, actor: Actor, texts: Verdict = PLAIN
) -> None:
    """Approved: from now on, or once decisions are visible, the applicant may learn what was approved."""
    set_state(application, _S.APPROVED, "approve", actor, verdict=texts, reason=texts.reason, decision="approved")
    if application.intake.kind != Intake.Kind.COURSE:
        announce(application, actor=actor)
        return
    wanted = list(application.wanted.select_related("course").order_by("preference"))
    if courses is not None and set(courses) - {each.course_id for each in wanted}:
        raise invalid_field("/courses", "unknown", _("The applicant did not ask for one of these courses."))
    chosen = [each for each in wanted if courses is None or each.course_id in set(courses)]
    if wanted and not chosen:
        raise invalid_field("/courses", "required", _("Approve at least one course."))
    application.wanted.filter(pk__in=[each.pk for each in chosen]).update(is_approved=True)
    student: Any = application.student_id
    visible = application.intake.decisions_visible_at
    grant_access(
        student,
        courses=[each.course_id for each in chosen] or None,
        source="application",
        source_id=application.pk,
        granted_at=max(clock.now(), visible) if visible else clock.now(),
        actor=actor,
    )
    announce(application, actor=actor)


@transaction.atomic
def offer_place(application_id: UUID, *, verdict: Verdict = PLAIN, actor: Actor) -> Application:
    """Offer a place to the family; it is theirs to answer until the end of the last day."""
    application = _decided(application_id, actor)
    if application.status == _S.OFFERED:
        return application
    require_state(application, *BEFORE_DECISION, _S.WAITLISTED)
    _make_ready(application, verdict, actor)
    refuse_full(application.intake)
    return make_offer(application, verdict, actor)


@transaction.atomic
def waitlist(application_id: UUID, *, verdict: Verdict = PLAIN, actor: Actor) -> Application:
    """Put the applicant on the waiting list."""
    application = _decided(application_id, actor)
    if application.status == _S.WAITLISTED:
        return application
    require_state(application, *BEFORE_DECISION)
    return _wait(application, verdict, actor)


@transaction.atomic
def reject(application_id: UUID, *, reason_code: str, verdict: Verdict = PLAIN, actor: Actor) -> Application:
    """Say no, with a reason for the records; the words for the family are one's own choice."""
    application = _decided(application_id, actor)
    if reason_code not in REASONS:
        message = _("Choose a reason: %(choices)s.") % {"choices": ", ".join(REASONS)}
        raise ReasonRequiredError(message, errors=[FieldError("/reason_code", "reason_required", message)])
    require_state(application, *BEFORE_DECISION, _S.WAITLISTED)
    check_texts(verdict)
    set_state(application, _S.REJECTED, "reject", actor, verdict=verdict, decision="rejected", reason_code=reason_code)
    announce(application, actor=actor)
    return application


@transaction.atomic
def rescind(application_id: UUID, *, reason: str, message: str = "", actor: Actor) -> Application:
    """Take an open offer back: a school admin does, with a reason."""
    application = _decided(application_id, actor)
    require_school_admin(actor)
    said = needed_reason(reason)
    require_state(application, _S.OFFERED)
    was_told = application.announced_at is not None
    end_offer(application, Offer.State.RESCINDED, actor)
    set_state(application, _S.RESCINDED, "rescind", actor, verdict=Verdict(message=message), reason=said)
    if was_told:
        tell_family(application, "admissions.rescinded", values={"text": tidy(message)}, once=_now_key(),
                    actor=system_actor(current_school()))  # fmt: skip
    place_became_free(application.intake, actor=actor)
    return application


@transaction.atomic
def withdraw(application_id: UUID, *, reason: str = "", actor: Actor) -> Application:
    """The place is not wanted any more: the family says so, or the office for them."""
    application = get_with_intake(application_id, permission=Permission.APPLICATIONS_ANSWER, actor=actor)
    if application.status == _S.WITHDRAWN:
        return application
    require_state(application, *BEFORE_DECISION, _S.WAITLISTED, _S.OFFERED, _S.APPROVED)
    held = application.status in (_S.OFFERED, _S.APPROVED)
    if application.status == _S.APPROVED:
        revoke_access("application", application.pk, reason="withdrawn", actor=actor)
    end_offer(application, Offer.State.DECLINED, actor)
    set_state(application, _S.WITHDRAWN, "withdraw", actor, reason=tidy(reason)[:500],
         facts=[ApplicationWithdrawn(application=application.pk)])  # fmt: skip
    tell_family(application, "admissions.withdrawn", once=_now_key(), actor=system_actor(current_school()))
    if held:
        place_became_free(application.intake, actor=actor)
    return application


def _now_key() -> str:
    return str(int(clock.now().timestamp() * 1000))


def _make_ready(application: Application, verdict: Verdict, actor: Actor) -> None:
    """Refuse while required steps or documents are open; or complete the steps in the decider's name, with a reason."""
    if verdict.complete_open_steps:
        complete_open_steps(application, reason=needed_reason(verdict.reason), actor=actor)
    at = f"/applications/{application.pk}/"
    steps = [s for s in application.steps.order_by("order") if s.is_required and not s.is_settled]
    if steps:
        raise StepsOpenError(
            _("Open: %(steps)s.") % {"steps": ", ".join(each.step_name for each in steps)},
            steps=[{"step_id": str(s.pk), "step_name": s.step_name, "status": s.status, "link": at} for s in steps],
        )
    documents = [d for d in application.documents.order_by("type") if d.is_required and not d.is_settled]
    if documents:
        raise DocumentsOpenError(
            _("Open: %(documents)s.") % {"documents": ", ".join(each.type for each in documents)},
            documents=[{"id": str(d.pk), "type": d.type, "status": d.status, "link": at} for d in documents],
        )


def _wait(application: Application, verdict: Verdict, actor: Actor) -> Application:
    check_texts(verdict)
    set_state(application, _S.WAITLISTED, "waitlist", actor, verdict=verdict)
    announce(application, actor=actor)
    return application
