"""Giving detentions their seats: one at a time in a school, so that no slot ever holds more than it has."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.constraints import refusing
from lyceum.core.errors import FieldError
from lyceum.core.schools import current_school
from lyceum.domains.academics.models import Placement
from lyceum.domains.behaviour.models import Detention, DetentionSlot, DetentionType
from lyceum.domains.behaviour.rules.detentions.fitting import HOLDING, Fitting, Passed, Proposal, fitting, said
from lyceum.domains.behaviour.rules.detentions.refusals import (
    DetentionOverlapsError,
    NoticeTooShortError,
    SlotFullError,
    SlotNotFittingError,
)
from lyceum.domains.people.policies import holds_on
from lyceum.domains.tenancy.queries import today


def lock_seats() -> None:
    """Whoever gives or frees seats in this school waits here, and then sees ours.

    Always before any row is locked, so that no two wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"detentions|{current_school()}"])


def grades_of(students: Collection[UUID]) -> dict[UUID, UUID | None]:
    """The grade each student is in today."""
    rows = Placement.objects.filter(holds_on(today()), student__in=students)
    return dict.fromkeys(students, None) | dict(rows.values_list("student_id", "grade_id"))


def take_seats(
    kind: DetentionType,
    detentions: Sequence[Detention],
    *,
    leaving: Collection[UUID] = (),
    besides: Collection[UUID] = (),
) -> dict[UUID, Proposal]:
    """Put each detention into the earliest slot of the type that fits its student; by student, what was looked at.

    The rows are changed and not written. One that fits nowhere is left as it is. The seats have to be locked.
    """
    found = fitting(kind, grades_of([row.student_id for row in detentions]), leaving=leaving, besides=besides)
    proposals = {}
    for row in detentions:
        proposal = proposals[row.student_id] = found.propose(row.student_id)
        if proposal.slot:
            put_into(row, proposal.slot)
    return proposals


def take_this_seat(detention: Detention, slot: DetentionSlot, *, leaving: Collection[UUID] = ()) -> None:
    """Put a detention into the slot somebody chose, or say why it does not fit. The seats have to be locked."""
    take_slot_together([detention], slot, leaving=leaving)


def take_slot_together(detentions: Sequence[Detention], slot: DetentionSlot, *, leaving: Collection[UUID]) -> None:
    """Put all of them into one slot, or say for the first that does not fit there why. The seats have to be locked."""
    grades = grades_of([row.student_id for row in detentions])
    found = fitting(slot.type, grades, slots=DetentionSlot.objects.filter(pk=slot.pk), leaving=leaving)
    for row in detentions:
        fault = found.why_not(found.slots[0], row.student_id)
        if fault:
            refuse_slot(Passed(slot, *fault), found, grades, of=row)
        found.taken[slot.pk] += 1
        put_into(row, slot)


def refuse_slot(passed: Passed, found: Fitting, grades: Mapping[UUID, UUID | None], *, of: Detention) -> None:
    """Raise the refusal that a reason is."""
    slot = said(passed.slot.starts_at)
    if passed.code in ("slot_full", "notice_too_short", "cut_off"):
        following = fitting(found.kind, grades, besides={passed.slot.pk}).propose(of.student_id).slot
        words = passed.why
        if following:
            words += " " + _("The next slot is %(slot)s.") % {"slot": said(following.starts_at)}
        if passed.code == "slot_full":
            raise SlotFullError(f"{slot}: {words}", next=_as_json(following))
        earliest = following.starts_at if following else found.earliest()
        error = FieldError("/slot", "notice_too_short", words)
        raise NoticeTooShortError(f"{slot}: {words}", errors=[error], earliest=earliest.isoformat())
    if passed.code in ("detention_overlaps", "one_a_day"):
        raise DetentionOverlapsError(passed.why)
    name = of.student.person.called
    raise SlotNotFittingError(
        _("%(slot)s does not fit %(name)s. %(why)s") % {"slot": slot, "name": name, "why": passed.why},
        why=passed.code,
    )


def _as_json(slot: DetentionSlot | None) -> dict[str, str] | None:
    return {"slot": str(slot.pk), "starts_at": slot.starts_at.isoformat()} if slot else None


def put_into(detention: Detention, slot: DetentionSlot) -> None:
    """Set the row's time to that of its slot."""
    detention.slot = slot
    detention.on, detention.starts_at = slot.on, slot.starts_at
    detention.minutes = slot.minutes
    detention.ends_at = slot.starts_at + timedelta(minutes=slot.minutes)


def save_seated(rows: Sequence[Detention]) -> None:
    """Write new detentions; the database refuses two of one student at a time."""
    clash = DetentionOverlapsError(_("The student has another detention at that time."))
    with refusing(detentions_do_not_overlap=lambda: clash, one_detention_a_day=lambda: clash):
        Detention.objects.bulk_create(rows)


def count_seats(slots: Collection[UUID]) -> None:
    """Bring open and full up to date for slots whose seats changed. Two statements at most."""
    if not slots:
        return
    rows = DetentionSlot.objects.filter(pk__in=slots, state__in=("open", "full"))
    taken = Count("detentions", filter=Q(detentions__state__in=HOLDING))
    counted = rows.annotate(taken=taken)
    full = set(counted.filter(taken__gte=F("capacity")).values_list("pk", flat=True))
    instant = clock.now()
    rows.filter(pk__in=full, state="open").update(state="full", updated_at=instant)
    rows.exclude(pk__in=full).filter(state="full").update(state="open", updated_at=instant)
