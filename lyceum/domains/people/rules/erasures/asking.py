"""Asking to be erased, and taking it back."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.accounts.queries import own_id
from lyceum.domains.accounts.rules.proof import prove_oneself
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import SubjectRequest
from lyceum.domains.people.queries import find_person_of_user
from lyceum.domains.people.rules.erasures.refusals import ErasureDecidedError
from lyceum.domains.tenancy.queries import today

DUE_WITHIN = timedelta(days=30)
LONGEST_WISH = 600


@transaction.atomic
def ask_erasure(*, password: str, wish: str = "", actor: Actor) -> SubjectRequest:
    """Ask to be erased here. Asking again while it waits changes nothing."""
    actor.require(Permission.ERASURE_ASK)
    user = prove_oneself(password, actor=actor)  # locks the user: of two that come together the second finds the first
    wish = tidy(wish)
    if len(wish) > LONGEST_WISH:
        raise invalid_field("/reason", "too_long", _("Use at most %(longest)s letters.") % {"longest": LONGEST_WISH})
    waiting = SubjectRequest.objects.filter(subject_user=user.pk, state__in=SubjectRequest.OPEN).first()
    if waiting is not None:
        return waiting
    person = find_person_of_user(user.pk)
    request = SubjectRequest.objects.create(
        subject_user=user.pk,
        subject_person=person.pk if person else None,
        name=person.full_name if person else user.full_name,
        wish=wish,
        due_on=today() + DUE_WITHIN,
    )
    record("people.erasure.ask", target=target_of(request), actor=actor)
    return request


def list_own_erasures(actor: Actor) -> QuerySet[SubjectRequest]:
    """What the actor asked for, the newest first."""
    actor.require(Permission.ERASURE_ASK)
    return SubjectRequest.objects.filter(subject_user=own_id(actor)).order_by("-created_at", "-pk")


def target_of(request: SubjectRequest) -> Target:
    """The request by its number alone: the trail outlives the name."""
    return Target("people.subjectrequest", request.pk)


@transaction.atomic
def withdraw_erasure(request_id: UUID, *, actor: Actor) -> SubjectRequest:
    """Take one's own request back, while nothing has been erased."""
    actor.require(Permission.ERASURE_ASK)
    request = list_own_erasures(actor).select_for_update().filter(pk=request_id).first()
    if request is None:
        raise NotFoundError
    if request.state not in (SubjectRequest.State.RECEIVED, SubjectRequest.State.VERIFIED):
        raise ErasureDecidedError(_("This request can no longer be taken back."))
    request.state = SubjectRequest.State.WITHDRAWN
    request.save(update_fields=["state", "updated_at"])
    record("people.erasure.withdraw", target=target_of(request), actor=actor)
    return request
