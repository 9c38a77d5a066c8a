"""Whether students are away: what attendance told, as far as it matters to a detention."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.academics.days import school_days
from lyceum.domains.behaviour.models import Detention, StudentDay
from lyceum.domains.behaviour.rules.detentions.fitting import AHEAD
from lyceum.domains.behaviour.rules.detentions.moving import Moved, excuse_and_move
from lyceum.domains.behaviour.rules.detentions.seating import lock_seats
from lyceum.domains.behaviour.rules.detentions.states import State
from lyceum.domains.journal.models import Fact
from lyceum.domains.tenancy.queries import today

DERIVED = "attendance.session.derived"
"""The fact of a sibling, which is known by its name and its fields alone."""
AWAY: Mapping[str, bool] = {
    "authorised": True,
    "approved_activity": True,
    "unauthorised": False,
    "unexplained": False,
}
"""The meanings of a mark with which a student is not on site, and whether each is authorised."""
PLANNED = "plan"
"""Why a day is known ahead: an absence is planned, or a grade is at home."""
Key = tuple[UUID, date]


@transaction.atomic
def note_days_since(since: datetime, *, actor: Actor) -> list[Moved]:
    """Bring the days of who has a detention ahead up to date with the marks since an instant; returns what moved.

    Read at intervals and not heard at once: at a quarter to nine a register derives thirty marks, of which hardly
    any has to do with a detention. Three statements where nothing changed; twice is once.
    """
    live = Detention.objects.filter(state=State.SCHEDULED, on__gte=today())
    wanted: set[Key] = {(student, on) for student, on in live.values_list("student_id", "on") if on}
    if not wanted:
        return []
    told = _newest(wanted, since)
    known = {(row.student_id, row.on): row for row in StudentDay.objects.filter(student__in={s for s, _on in told})}
    moved: list[Moved] = []
    for (student, on), (session, meaning) in told.items():
        row = known.get((student, on))
        if row and row.why == "PM" and session == "AM":  # the afternoon says more of what follows it
            continue
        off_site = meaning in AWAY
        authorised = AWAY.get(meaning)
        if (row is None and not off_site) or (row and (row.off_site, row.authorised) == (off_site, authorised)):
            continue
        moved += note_student_day(student, on, off_site=off_site, authorised=authorised, why=session, actor=actor)
    return moved


def _newest(wanted: set[Key], since: datetime) -> dict[Key, tuple[str, str]]:
    """The newest mark of each student's day: its session and what it means."""
    rows = Fact.objects.filter(at__gt=since, type=DERIVED, subject__in={str(student) for student, _on in wanted})
    found: dict[Key, tuple[str, str]] = {}
    for payload in rows.order_by("at", "id").values_list("payload", flat=True):
        key = UUID(payload["student"]), date.fromisoformat(payload["date"])
        before = found.get(key)
        if key in wanted and not (before and before[0] == "PM" and payload["session"] == "AM"):
            found[key] = payload["session"], payload["meaning"]
    return found


@transaction.atomic
def note_student_day(
    student_id: UUID, day: date, *, off_site: bool, authorised: bool | None, why: str = "", actor: Actor
) -> list[Moved]:
    """Note whether a student is away on a day. It prefills the day's slot register.

    An authorised absence on a day that has not come yet excuses that day's detentions at once and moves them.
    """
    StudentDay.objects.update_or_create(
        student_id=student_id,
        on=day,
        defaults={
            "off_site": off_site,
            "authorised": authorised if off_site else None,
            "why": why,
            "recorded_at": clock.now(),
        },
    )
    if not (off_site and authorised and day > today()):
        return []
    lock_seats()
    rows = Detention.objects.filter(student=student_id, on=day, state=State.SCHEDULED)
    planned = list(rows.select_related("student__person", "type", "slot").select_for_update(of=("self",)))
    return excuse_and_move(planned, why=_("Absence authorised"), actor=actor) if planned else []


@transaction.atomic
def note_planned(
    students: Collection[UUID], *, first: date, last: date, meaning: str, holds: bool, actor: Actor
) -> list[Moved]:
    """Note that students will be away, or will be here after all, from a day to another.

    No detention is set on such a day; what was to be served on a coming one is excused at once and moved, where the
    absence is authorised. The statements grow neither with the students nor with the days, notices apart.
    """
    day = today()
    days = school_days().between(max(first, day), min(last, day + AHEAD)) if first <= day + AHEAD else []
    if not days or (holds and meaning not in AWAY):
        return []
    if not holds:
        known = StudentDay.objects.filter(student__in=students, on__in=days, why=PLANNED)
        known.update(off_site=False, authorised=None, recorded_at=clock.now())
        return []
    rows = [
        StudentDay(
            student_id=student, on=on, off_site=True, authorised=AWAY[meaning], why=PLANNED, recorded_at=clock.now()
        )
        for student in students
        for on in days
    ]
    fields = ["off_site", "authorised", "why", "recorded_at"]
    StudentDay.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["school", "student", "on"], update_fields=fields
    )
    if not AWAY[meaning]:
        return []
    lock_seats()
    live = Detention.objects.filter(student__in=students, on__in=days, on__gt=day, state=State.SCHEDULED)
    planned = list(live.select_related("student__person", "type", "slot").select_for_update(of=("self",)))
    return excuse_and_move(planned, why=_("Absence authorised"), actor=actor) if planned else []
