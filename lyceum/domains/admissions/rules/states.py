"""Which application an act is about, locked, and in which states it may be done."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, ActorKind, not_allowed
from lyceum.core.errors import FieldError, NotFoundError
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.admissions.models import Application, Intake
from lyceum.domains.admissions.policies import visible_applications
from lyceum.domains.admissions.rules.refusals import AlreadyDecidedError, ReasonRequiredError, WrongStateError

LONGEST_REASON = 500


def whole_applications() -> QuerySet[Application]:
    """Applications with what a refusal or an answer says of them."""
    return Application.objects.select_related("intake__form", "student__person", "filled_in_by")


def get_for_act(application_id: UUID, *, permission: Permission, actor: Actor) -> Application:
    """The application, locked, for somebody who may do the act with it; seen but not one's to change is refused."""
    rows = whole_applications().filter(pk=application_id)
    found = rows.filter(visible_applications(actor, permission)).select_for_update(of=("self",), no_key=True).first()
    if found is not None:
        return found
    if actor.may(Permission.APPLICATIONS_VIEW) and rows.filter(visible_applications(actor)).exists():
        raise not_allowed(permission)
    actor.require(permission)
    raise NotFoundError


def get_with_intake(application_id: UUID, *, permission: Permission, actor: Actor) -> Application:
    """The same with its intake locked first, so that places are counted by one after the other."""
    actor.require(permission)
    intake = Application.objects.filter(pk=application_id).values_list("intake", flat=True).first()
    lock_intakes([intake] if intake else [])
    application = get_for_act(application_id, permission=permission, actor=actor)
    if application.intake_id != intake:  # it was moved while we waited
        raise WrongStateError(_("The application was moved at this moment. Look at it again."))
    return application


def lock_intakes(intakes: Collection[UUID]) -> None:
    """One after the other, always in the same order."""
    list(Intake.objects.select_for_update(no_key=True).filter(pk__in=intakes).order_by("pk").values_list("pk"))


def require_state(application: Application, *states: str, by_family: bool = False) -> None:
    """Refuse where the application is in another state, saying in which, and by whom it was decided.

    A family is told nothing that is held back from it.
    """
    if application.status in states:
        return
    held = by_family and application.is_held(clock.now())
    state = Application.Status.UNDER_REVIEW.value if held else application.status
    now = Application.Status(state).label
    if application.decided_at is not None and application.decision and not held:
        when = date_format(localtime(application.decided_at), _("j M Y, H:i"))
        raise AlreadyDecidedError(
            _("%(name)s decided on %(when)s: %(state)s.")
            % {"name": application.decided_by_name or _("Lyceum"), "when": when, "state": now},
            decided_by=application.decided_by_name,
            decided_at=application.decided_at.isoformat(),
            state=application.status,
        )
    raise WrongStateError(_("This is not done while the state is: %(state)s.") % {"state": now}, state=state)


def needed_reason(reason: str, *, pointer: str = "/reason") -> str:
    """The reason that an act needs."""
    text = tidy(reason)
    if not 0 < len(text) <= LONGEST_REASON:
        message = _("Say why, in at most %(n)s letters.") % {"n": LONGEST_REASON}
        raise ReasonRequiredError(message, errors=[FieldError(pointer, "reason_required", message)])
    return text


def acting_for(actor: Actor) -> Actor:
    """The school itself at work in somebody's name: what their act brings about goes beyond what they may do alone."""
    return replace(actor, kind=ActorKind.JOB, roles=frozenset(), granted=frozenset(), on_behalf_of=actor.user_id)
