"""Closing a school: for some weeks only its admins enter and one click restores it; after that it is erased."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotAllowedError, NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.schools import crossing_to, current_school
from lyceum.domains.journal.rules import Changes, Target, record, record_for_operator
from lyceum.domains.tenancy.facts import SchoolClosing, SchoolRestored
from lyceum.domains.tenancy.models import School

FEWEST_DAYS, MOST_DAYS = 7, 90
"""Between which the operator chooses how long a closed school can be restored."""
SHUT = frozenset({School.Status.SUSPENDED.value, School.Status.CLOSING.value})
"""Where nobody but school admins enters."""
LOOKS_AGAIN_AFTER = timedelta(hours=1)
"""How long work of a closed school waits at least before it is asked again whether it may go on."""


class SchoolSuspendedError(NotAllowedError):
    """The school is closed for now; its data is kept."""

    code = "school_suspended"
    audited = False


class AlreadyClosingError(RuleError):
    """The school is closed already, or not open yet."""

    code = "already_closing"


class NotClosingError(RuleError):
    """There is nothing to restore."""

    code = "not_closing"


class TooLateError(RuleError):
    """The time in which the school could be restored is over."""

    code = "too_late"
    title = gettext_noop("Too late")


def closed_to(school_name: str) -> SchoolSuspendedError:
    """The refusal of everybody but school admins."""
    return SchoolSuspendedError(_("%(school)s is closed for now. Ask the school's admin.") % {"school": school_name})


@contextmanager
def visiting(school_id: int) -> Iterator[None]:
    """Inside a school for somebody who holds a link and has no account at hand; refused where the school is closed."""
    school = School.objects.exclude(status=School.Status.DELETED).filter(pk=school_id).first()
    if school is None:
        raise NotFoundError
    if school.status in SHUT:
        raise closed_to(school.name)
    with crossing_to(school_id):
        yield


def get_school_to_close(actor: Actor) -> School:
    """The school in scope, locked, for somebody who may close and restore it."""
    actor.require_all(Permission.SCHOOL_CLOSE)
    return School.objects.select_for_update().get(pk=current_school())


def refuse_closed(school: School) -> None:
    """Refuse to close what is closed, or not open yet."""
    if school.status == School.Status.CLOSING:
        raise AlreadyClosingError(_("%(school)s is closed already.") % {"school": school})
    if school.status not in (School.Status.ACTIVE, School.Status.RESTRICTED, School.Status.SUSPENDED):
        raise AlreadyClosingError(_("%(school)s is not open yet.") % {"school": school})


@transaction.atomic
def begin_closing(*, reason: str, days: int = 0, actor: Actor) -> School:
    """Close the school in scope from this moment on. Nothing is deleted before `days` have passed (0: as is usual)."""
    school = get_school_to_close(actor)
    refuse_closed(school)
    days = days or settings.CLOSING_DAYS
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        choice = {"fewest": FEWEST_DAYS, "most": MOST_DAYS}
        raise invalid_field("/days", "range", _("Choose from %(fewest)s to %(most)s days.") % choice)
    before = school.status
    school.status_before, school.status = before, School.Status.CLOSING
    school.purge_at = clock.now() + timedelta(days=days)
    school.save(update_fields=["status_before", "status", "purge_at", "updated_at"])
    changes: Changes = {"status": [before, "closing"], "purge_at": [None, school.purge_at.isoformat()]}
    facts = [SchoolClosing(purge_at=school.purge_at)]
    _record_both("tenancy.school.close", school, changes, reason=reason, facts=facts, actor=actor)
    return school


@transaction.atomic
def restore_school(*, reason: str = "", actor: Actor) -> School:
    """Open the school again as it was: whoever could enter enters, what waited goes on."""
    school = get_school_to_close(actor)
    if school.status != School.Status.CLOSING or school.purge_at is None:
        raise NotClosingError(_("%(school)s is not closed.") % {"school": school})
    if school.purge_at <= clock.now():
        raise TooLateError(
            _("%(school)s could be restored until %(day)s.") % {"school": school, "day": date_format(school.purge_at)}
        )
    _wake_jobs(school)
    changes: Changes = {"status": ["closing", school.status_before], "purge_at": [school.purge_at.isoformat(), None]}
    school.status, school.status_before, school.purge_at = school.status_before or School.Status.ACTIVE, "", None
    school.save(update_fields=["status_before", "status", "purge_at", "updated_at"])
    _record_both("tenancy.school.restore", school, changes, reason=reason, facts=[SchoolRestored()], actor=actor)
    return school


def _record_both(
    action: str,
    school: School,
    changes: Changes,
    *,
    reason: str,
    facts: list[SchoolClosing] | list[SchoolRestored],
    actor: Actor,
) -> None:
    target = Target.of(school)
    record(action, target=target, changes=changes, reason=reason, facts=facts, actor=actor)
    record_for_operator(action, target=target, school_id=school.pk, changes=changes, reason=reason, actor=actor)


PAUSED_UNTIL = """
SELECT GREATEST(purge_at, now() + %(again)s) AS until
FROM tenancy_school WHERE id = %(school_id)s AND status IN ('suspended', 'closing')
"""
"""Until when the work of a school waits; no row where it does not. A worker asks it before each job."""
_WAKE = """
UPDATE procrastinate_jobs SET scheduled_at = now()
WHERE status = 'todo' AND args ->> 'school_id' = %s AND scheduled_at = %s
"""


def _wake_jobs(school: School) -> None:
    """What was put off until the school's end goes on now; what was meant for a day to come stays with its day."""
    with connection.cursor() as cursor:
        cursor.execute(_WAKE, [str(school.pk), school.purge_at])


def days_left(purge_at: datetime) -> int:
    """Days until a closed school is erased, the one that has begun among them."""
    return max(0, -((clock.now() - purge_at) // timedelta(days=1)))
