"""School admins close their school: with their own proof, its name typed, and a second admin where there is one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotAllowedError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission, Role
from lyceum.core.schools import current_school
from lyceum.core.text import fold, tidy
from lyceum.domains.accounts.models import Membership
from lyceum.domains.accounts.queries import current_admins, own_id
from lyceum.domains.accounts.rules.proof import prove_oneself
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.tenancy.closing import begin_closing, get_school_to_close, refuse_closed
from lyceum.domains.tenancy.facts import ClosingAsked
from lyceum.domains.tenancy.models import School, SchoolClosure
from lyceum.domains.tenancy.queries import this_school

CONFIRM_WITHIN = timedelta(hours=72)
"""How long a second school admin has to confirm; and for how long somebody must have been one to do so."""


class AskedAlreadyError(RuleError):
    """The closing waits for another school admin."""

    code = "asked_already"


class AdminLeftLatelyError(RuleError):
    """Nobody closes a school alone by taking the others' roles away first."""

    code = "admin_left_lately"


class OwnClosingError(NotAllowedError):
    """Nobody confirms what they asked for themselves."""

    code = "own_closing"


class NewAdminError(NotAllowedError):
    """Nobody makes an admin in order to have the closing confirmed."""

    code = "new_admin"
    title = gettext_noop("Not yet")


@dataclass(frozen=True)
class Closing:
    """How far the closing of the school in scope has come, for one of its admins."""

    school: School
    waiting: SchoolClosure | None
    """What waits for a second school admin."""
    others: int
    """How many other school admins there are."""
    days: int
    """For how long a closed school can be restored here."""
    is_own: bool

    @property
    def state(self) -> str:
        """`open`, `asked` or `closing`."""
        if self.school.status == School.Status.CLOSING:
            return "closing"
        return "asked" if self.waiting else "open"


def get_closing(actor: Actor) -> Closing:
    """How far it has come."""
    actor.require_all(Permission.SCHOOL_CLOSE)
    waiting = _find_waiting()
    return Closing(
        school=this_school(),
        waiting=waiting,
        others=current_admins().exclude(user=own_id(actor)).values("user").distinct().count(),
        days=settings.CLOSING_DAYS,
        is_own=waiting is not None and waiting.asked_by == own_id(actor),
    )


def _find_waiting(*, lock: bool = False) -> SchoolClosure | None:
    rows = SchoolClosure.objects.select_for_update() if lock else SchoolClosure.objects.all()
    still_admins = current_admins().values("user")
    return rows.filter(
        state=SchoolClosure.State.ASKED, confirm_by__gt=clock.now(), asked_by__in=still_admins
    ).first()  # fmt: skip


@transaction.atomic
def ask_to_close(*, school_name: str, password: str, reason: str = "", actor: Actor) -> Closing:
    """Close the school; where it has another school admin, once one of them has confirmed it."""
    school = get_school_to_close(actor)
    user = prove_oneself(password, actor=actor)
    if fold(tidy(school_name)) != fold(school.name):
        raise invalid_field(
            "/school_name", "other_name", _("Type the school's name as it is: %(school)s.") % {"school": school}
        )
    reason = _checked(reason)
    refuse_closed(school)
    if _find_waiting(lock=True):
        raise AskedAlreadyError(_("Another school admin was asked to confirm this already."))
    if current_admins().exclude(user=user).exists():
        _ask(school, reason, actor)
    else:
        _refuse_after_removal(user.pk)
        begin_closing(reason=reason, actor=actor)
    return get_closing(actor)


def _checked(reason: str) -> str:
    reason = tidy(reason)
    if len(reason) > 300:
        raise invalid_field("/reason", "too_long", _("Use at most %(longest)s letters.") % {"longest": 300})
    return reason


def _ask(school: School, reason: str, actor: Actor) -> None:
    SchoolClosure.objects.filter(state=SchoolClosure.State.ASKED).update(state=SchoolClosure.State.LAPSED)
    asked_by = own_id(actor)
    closure = SchoolClosure.objects.create(
        asked_by=asked_by, asked_by_name=actor.name, reason=reason, confirm_by=clock.now() + CONFIRM_WITHIN
    )
    fact = ClosingAsked(closure=closure.pk, asked_by=asked_by, confirm_by=closure.confirm_by)
    changes = {"confirm_by": [None, closure.confirm_by.isoformat()]}
    target = Target.of(school)
    record("tenancy.school.ask_to_close", target=target, changes=changes, reason=reason, facts=[fact], actor=actor)


def _refuse_after_removal(user_id: UUID) -> None:
    """Somebody who was a school admin until a moment ago counts as one for three days."""
    since = clock.now() - CONFIRM_WITHIN
    gone = Membership.objects.filter(
        school_id=current_school(), role=Role.SCHOOL_ADMIN.value, state__in=("ended", "suspended"), updated_at__gt=since
    )
    latest = gone.exclude(user=user_id).order_by("-updated_at").values_list("updated_at", flat=True).first()
    if latest is not None:
        raise AdminLeftLatelyError(
            _("Another school admin lost that role within the last three days. Ask again on %(day)s.")
            % {"day": _on_day(latest + CONFIRM_WITHIN)}
        )


def _on_day(instant: datetime) -> str:
    return str(date_format(instant, "DATETIME_FORMAT"))


@transaction.atomic
def confirm_closing(*, password: str, actor: Actor) -> Closing:
    """Confirm what another school admin asks for: the school is closed from now on."""
    get_school_to_close(actor)
    user = prove_oneself(password, actor=actor)
    waiting = _get_waiting()
    if waiting.asked_by == user.pk:
        raise OwnClosingError(_("Another school admin confirms it."))
    long_ago = clock.now() - CONFIRM_WITHIN
    if not current_admins().filter(user=user, created_at__lte=long_ago).exists():
        raise NewAdminError(_("Only somebody who has been a school admin for three days confirms it."))
    _answer(waiting, SchoolClosure.State.CONFIRMED, actor)
    begin_closing(reason=waiting.reason, actor=actor)
    return get_closing(actor)


@transaction.atomic
def withdraw_closing(*, actor: Actor) -> Closing:
    """Any school admin stops what has not been confirmed yet: who asked for it, and who does not want it."""
    school = get_school_to_close(actor)
    waiting = _get_waiting()
    _answer(waiting, SchoolClosure.State.WITHDRAWN, actor)
    record("tenancy.school.withdraw_closing", target=Target.of(school), actor=actor)
    return get_closing(actor)


def _get_waiting() -> SchoolClosure:
    waiting = _find_waiting(lock=True)
    if waiting is None:
        raise NotFoundError(_("Nobody asks to close the school; a question lapses after three days."))
    return waiting


def _answer(waiting: SchoolClosure, state: SchoolClosure.State, actor: Actor) -> None:
    waiting.state, waiting.answered_by_name = state, actor.name[:200]
    waiting.save(update_fields=["state", "answered_by_name", "updated_at"])
