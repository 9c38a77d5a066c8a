"""What the office does with a request: look whether it is really they who ask, refuse with a reason, or do it."""

import secrets
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.accounts.queries import own_id
from lyceum.domains.accounts.rules.ending import end_account
from lyceum.domains.journal.rules import record
from lyceum.domains.people.facts import SubjectErased
from lyceum.domains.people.models import Student, SubjectRequest
from lyceum.domains.people.rules.erasures.asking import target_of
from lyceum.domains.people.rules.erasures.blanking import blank_person, forget_wishes
from lyceum.domains.people.rules.erasures.planning import plan_erasure
from lyceum.domains.people.rules.erasures.refusals import (
    ErasureDecidedError,
    NotVerifiedError,
    OnHoldError,
    OwnErasureError,
    StillNeededError,
)

_State = SubjectRequest.State
DUE_FIRST = ("due_on", "pk")


def list_subject_requests(actor: Actor, *, state: str = "") -> QuerySet[SubjectRequest]:
    """Requests by the day on which they are due: all for those who decide them, one's own for everybody else.

    `open` stands for the states in which something is to be done.
    """
    rows = SubjectRequest.objects.order_by(*DUE_FIRST)
    if not actor.reaches_all(Permission.SUBJECTS_DECIDE):
        actor.require(Permission.ERASURE_ASK)
        rows = rows.filter(subject_user=own_id(actor))
    if state == "open":
        return rows.filter(state__in=SubjectRequest.OPEN)
    return rows.filter(state=state) if state else rows


def get_subject_request(request_id: UUID, *, actor: Actor) -> SubjectRequest:
    """One of them."""
    found = list_subject_requests(actor).filter(pk=request_id).first()
    if found is None:
        raise NotFoundError
    return found


def _get_to_decide(request_id: UUID, actor: Actor) -> SubjectRequest:
    actor.require_all(Permission.SUBJECTS_DECIDE)
    request = SubjectRequest.objects.select_for_update().filter(pk=request_id).first()
    if request is None:
        raise NotFoundError
    if request.subject_user == actor.user_id:
        raise OwnErasureError(_("Somebody else decides your own request."))
    if request.state not in (_State.RECEIVED, _State.VERIFIED):
        raise ErasureDecidedError(_("This request was decided already."))
    return request


@transaction.atomic
def verify_erasure(request_id: UUID, *, actor: Actor) -> SubjectRequest:
    """Say that it is really they who ask: somebody has spoken to them, or seen a paper."""
    request = _get_to_decide(request_id, actor)
    if request.state == _State.RECEIVED:
        request.state, request.verified_by_name = _State.VERIFIED, actor.name[:200]
        request.save(update_fields=["state", "verified_by_name", "updated_at"])
        record("people.erasure.verify", target=target_of(request), actor=actor)
    return request


@transaction.atomic
def refuse_erasure(request_id: UUID, *, reason: str, actor: Actor) -> SubjectRequest:
    """Erase nothing, and say why."""
    request = _get_to_decide(request_id, actor)
    reason = tidy(reason)
    if not 0 < len(reason) <= 300:
        raise invalid_field("/reason", "required", _("Say why, in at most 300 letters."))
    request.state, request.reason, request.decided_by_name = _State.REFUSED, reason, actor.name[:200]
    request.save(update_fields=["state", "reason", "decided_by_name", "updated_at"])
    record("people.erasure.refuse", target=target_of(request), reason=reason, actor=actor)
    return request


@transaction.atomic
def carry_out_erasure(request_id: UUID, *, actor: Actor) -> SubjectRequest:
    """Do it: the account ends, and what need not be kept is erased; what must be kept stays under a pseudonym."""
    request = _get_to_decide(request_id, actor)
    if request.state != _State.VERIFIED:
        raise NotVerifiedError(_("First somebody sees to it that it is really they who ask."))
    plan = plan_erasure(request)
    if plan.holds:
        raise OnHoldError(_("A legal hold keeps these records: %(reason)s") % {"reason": plan.holds[0].reason})
    if plan.obstacles:
        raise StillNeededError(" ".join(plan.obstacles))
    pseudonym = _("Erased %(code)s") % {"code": secrets.token_hex(3)}
    end_account(request.subject_user, pseudonym=pseudonym, reason=_("Erasure was asked for."), actor=actor)
    forget_wishes(request.subject_user)
    request.decided_by_name = actor.name[:200]
    if plan.student and not plan.kept:
        _delete_student(plan.student, request, actor)
        return request
    if plan.person:
        blank_person(plan.person, plan.student, pseudonym, keeps=bool(plan.kept))
    _deliver(request, pseudonym, actor)
    return request


def _delete_student(student: Student, request: SubjectRequest, actor: Actor) -> None:
    """Nobody sees the student from now on; the request is done when they are erased."""
    student.deleted_at, student.deleted_by_name = clock.now(), actor.name[:200]
    student.save(update_fields=["deleted_at", "deleted_by_name", "updated_at"])
    request.state = _State.RUNNING
    request.save(update_fields=["state", "decided_by_name", "updated_at"])
    record("people.erasure.begin", target=target_of(request), actor=actor)


def _deliver(request: SubjectRequest, pseudonym: str, actor: Actor) -> None:
    request.state, request.delivered_at = _State.DELIVERED, clock.now()
    request.name, request.wish = pseudonym, ""
    request.save(update_fields=["state", "delivered_at", "name", "wish", "decided_by_name", "updated_at"])
    fact = SubjectErased(user=request.subject_user, person=request.subject_person)
    record("people.erasure.done", target=target_of(request), facts=[fact], actor=actor)


@transaction.atomic
def finish_erasures(*, actor: Actor) -> int:
    """Requests whose students are erased by now are done; where one came back, it is looked at again."""
    actor.require_all(Permission.SUBJECTS_DECIDE)
    done = 0
    for request in SubjectRequest.objects.select_for_update().filter(state=_State.RUNNING):
        student = Student.objects.filter(person=request.subject_person).first()
        if student is None:
            _deliver(request, _("Erased %(code)s") % {"code": secrets.token_hex(3)}, actor)
            done += 1
        elif student.deleted_at is None:
            request.state = _State.VERIFIED
            request.save(update_fields=["state", "updated_at"])
    return done
