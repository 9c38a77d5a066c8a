"""What those who are asked to cover answer."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.queries import find_staff_of_user
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.facts import CoverAssigned
from lyceum.domains.timetable.models import Cover
from lyceum.domains.timetable.rules.covers.ending import end_covers, get_cover_for_act
from lyceum.domains.timetable.rules.covers.refusals import CoverAnsweredError, CoverOverError
from lyceum.domains.timetable.rules.covers.tallies import count_covers, lock_covers
from lyceum.domains.timetable.rules.covers.telling import tell_who_asked


@transaction.atomic
def accept_cover(cover_id: UUID, *, actor: Actor) -> Cover:
    """Say yes to a cover that one was asked for; the office may say it for others. Twice is once."""
    cover = _get_asked(cover_id, actor)
    if cover.state == Cover.State.ACCEPTED:
        return cover
    _refuse_answered(cover)
    cover.state, cover.answered_at = Cover.State.ACCEPTED, clock.now()
    cover.save(update_fields=["state", "answered_at", "updated_at"])
    count_covers([cover], 1)
    fact = CoverAssigned(cover=cover.pk, lesson=cover.lesson_id, date=cover.on, staff=cover.teacher_id)
    changes = {"state": [Cover.State.REQUESTED.value, cover.state]}
    record("timetable.cover.accept", target=Target.of(cover), changes=changes, facts=[fact], actor=actor)
    tell_who_asked(cover, answer=_("accepted"), reason="", actor=actor)
    return cover


@transaction.atomic
def decline_cover(cover_id: UUID, *, reason: str = "", actor: Actor) -> Cover:
    """Say no to a cover that one was asked for. Twice is once."""
    cover = _get_asked(cover_id, actor)
    if cover.state == Cover.State.DECLINED:
        return cover
    _refuse_answered(cover)
    if len(tidy(reason)) > 300:
        raise invalid_field("/reason", "length", _("A reason has at most 300 letters."))
    end_covers([cover], state=Cover.State.DECLINED, reason=reason, tells=False, actor=actor)
    tell_who_asked(cover, answer=_("declined"), reason=tidy(reason), actor=actor)
    return cover


def _get_asked(cover_id: UUID, actor: Actor) -> Cover:
    """The cover, where it is the actor's to answer. Another's is as if it were not there."""
    actor.require(Permission.COVER_ANSWER)
    lock_covers()
    cover = get_cover_for_act(cover_id)
    staff = find_staff_of_user(actor.user_id)
    if not actor.reaches_all(Permission.COVER_ANSWER) and (staff is None or staff.pk != cover.teacher_id):
        raise NotFoundError
    return cover


def _refuse_answered(cover: Cover) -> None:
    if cover.state != Cover.State.REQUESTED:
        raise CoverAnsweredError(_("This cover is %(state)s already.") % {"state": cover.get_state_display()})
    if cover.on < today():
        raise CoverOverError(_("%(on)s is over.") % {"on": cover.on})
