"""Reading detentions, their types and slots: always within the actor's school and rights."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.behaviour.detention_policies import (
    changeable_detentions,
    own_slots,
    runnable_slots,
    visible_detentions,
    visible_slots,
)
from lyceum.domains.behaviour.models import (
    Detention,
    DetentionConflict,
    DetentionMarkPast,
    DetentionSlot,
    DetentionType,
    Incident,
    Notice,
    Participant,
    SlotSupervisor,
)
from lyceum.domains.behaviour.policies import visible_incidents
from lyceum.domains.behaviour.rules.detentions.fitting import HOLDING, with_seats
from lyceum.domains.behaviour.rules.detentions.states import THREE_STATES
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import kept_from_work, visible_students

DETENTION_ORDER = ("-created_at", "pk")
SLOT_ORDER = ("starts_at", "pk")
MOST_OFFERED = 40
TAKEN_BACK = ("rejected", "withdrawn")
"""States of an incident after which a person looks at what was set for it."""


def list_detention_types(actor: Actor, *, active: bool | None = None) -> QuerySet[DetentionType]:
    """Kinds of detention by name."""
    actor.require(Permission.BEHAVIOUR_VIEW)
    rows = DetentionType.objects.select_related("escalates_to").order_by("name", "pk")
    return rows if active is None else rows.filter(active=active)


def get_detention_type(type_id: UUID, *, actor: Actor, lock: bool = False) -> DetentionType:
    """The kind of detention."""
    actor.require(Permission.BEHAVIOUR_VIEW)
    rows = DetentionType.objects.filter(pk=type_id)
    kind = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if kind is None:
        raise NotFoundError
    return kind


def list_slots(
    actor: Actor, *, first: date, last: date, type_id: UUID | None = None, own: bool = False
) -> QuerySet[DetentionSlot]:
    """Slots from one day to another in order of time, with seats taken and supervisors."""
    actor.require(Permission.BEHAVIOUR_VIEW)
    rows = DetentionSlot.objects.filter(runnable_slots(actor) if own else visible_slots(actor), on__range=(first, last))
    if type_id:
        rows = rows.filter(type=type_id)
    return whole_slots(rows).order_by(*SLOT_ORDER)


def whole_slots(rows: QuerySet[DetentionSlot]) -> QuerySet[DetentionSlot]:
    """Slots with type, room, the supervisors who stand, and how many seats are taken."""
    standing = SlotSupervisor.objects.filter(stands=True).select_related("staff__person").order_by("-leads", "pk")
    seats = Count("detentions", filter=Q(detentions__state__in=HOLDING))
    rows = rows.select_related("type", "room").annotate(seats_taken=seats)
    return rows.prefetch_related(Prefetch("supervisors", queryset=standing, to_attr="standing"))


def get_slot(slot_id: UUID, *, actor: Actor) -> DetentionSlot:
    """The slot, where the actor may see it."""
    actor.require(Permission.BEHAVIOUR_VIEW)
    slot = whole_slots(DetentionSlot.objects.filter(visible_slots(actor), pk=slot_id)).first()
    if slot is None:
        raise NotFoundError
    return slot


def get_slot_for_run(slot_id: UUID, *, actor: Actor, lock: bool = False) -> DetentionSlot:
    """The slot whose register the actor may take. Unknown and hidden are the same."""
    rows = DetentionSlot.objects.filter(runnable_slots(actor), pk=slot_id).select_related("type", "room")
    slot = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if slot is None:
        raise NotFoundError
    return slot


def get_slot_for_edit(slot_id: UUID, *, actor: Actor) -> DetentionSlot:
    """The slot, locked, for somebody who plans slots."""
    actor.require_all(Permission.SLOTS_EDIT)
    rows = DetentionSlot.objects.filter(pk=slot_id).select_related("type", "room").select_for_update(of=("self",))
    slot = rows.first()
    if slot is None:
        raise NotFoundError
    return slot


def list_detentions(
    actor: Actor,
    *,
    student: UUID | None = None,
    status: str = "",
    first: date | None = None,
    last: date | None = None,
    slot: UUID | None = None,
    type_id: UUID | None = None,
) -> QuerySet[Detention]:
    """Detentions the actor may see. `status`: a state, or one of the three that cover all states."""
    actor.require(Permission.BEHAVIOUR_VIEW)
    rows = Detention.objects.filter(visible_detentions(actor))
    if student:
        rows = rows.filter(student=student)
    if status:
        rows = rows.filter(state__in=THREE_STATES.get(status, {status}))
    if first:
        rows = rows.filter(on__gte=first)
    if last:
        rows = rows.filter(on__lte=last)
    if slot:
        rows = rows.filter(slot=slot)
    if type_id:
        rows = rows.filter(type=type_id)
    return whole_detentions(rows).order_by(*DETENTION_ORDER)


def whole_detentions(rows: QuerySet[Detention]) -> QuerySet[Detention]:
    """Detentions with student, type, slot, its lead supervisor, and what each was moved to."""
    leads = SlotSupervisor.objects.filter(stands=True, leads=True).select_related("staff__person")
    rows = rows.select_related("student__person", "type", "slot__room")
    return rows.prefetch_related(Prefetch("slot__supervisors", queryset=leads, to_attr="leading"), "moved_to")


def get_detention(detention_id: UUID, *, actor: Actor) -> Detention:
    """The detention, where the actor may see it. Unknown and hidden are the same."""
    actor.require(Permission.BEHAVIOUR_VIEW)
    found = whole_detentions(Detention.objects.filter(visible_detentions(actor), pk=detention_id)).first()
    if found is None:
        raise NotFoundError
    return found


def get_detention_for_change(detention_id: UUID, *, actor: Actor) -> Detention:
    """The detention, locked, for somebody who may move and cancel it."""
    return _locked(detention_id, changeable_detentions(actor))


def get_detention_to_decide(detention_id: UUID, *, actor: Actor) -> Detention:
    """The detention, locked, for a head of year."""
    actor.require_all(Permission.INCIDENTS_REVIEW)
    return _locked(detention_id, ~Q(student__in=kept_from_work(actor)))


def get_detention_of_child(detention_id: UUID, *, actor: Actor) -> Detention:
    """The detention, locked, for a guardian of its student."""
    children = Student.objects.filter(visible_students(actor, Permission.DETENTIONS_ASK_TO_MOVE))
    return _locked(detention_id, Q(student__in=children.values("pk")) & ~Q(state="proposed"))


def _locked(detention_id: UUID, allowed: Q) -> Detention:
    rows = Detention.objects.filter(allowed, pk=detention_id).select_related(
        "student__person", "type", "slot", "follows"
    )
    found = rows.select_for_update(of=("self",)).first()
    if found is None:
        raise NotFoundError
    return found


def list_day_detentions(actor: Actor, slots: Sequence[UUID]) -> QuerySet[Detention]:
    """Who serves or served in those slots, by name."""
    rows = Detention.objects.filter(visible_detentions(actor), slot__in=slots).exclude(
        state__in=("cancelled", "rescheduled", "proposed")
    )
    return rows.select_related("student__person", "type").order_by("student__person__sort_name", "pk")


def list_open_slots(type_id: UUID) -> list[DetentionSlot]:
    """The coming slots of a type to choose from, with seats taken."""
    rows = DetentionSlot.objects.filter(type=type_id, state__in=("open", "full"), starts_at__gt=clock.now())
    return list(with_seats(rows)[:MOST_OFFERED])


def list_notices_of(detention: Detention) -> QuerySet[Notice]:
    """What a family was told of a detention, the newest first."""
    return Notice.objects.filter(detention=detention.pk).order_by("-created_at", "-pk")


def find_part(participant_id: UUID, *, actor: Actor) -> Participant | None:
    """The part in an incident that a detention may follow, as far as the actor reads incidents."""
    incidents = Incident.objects.filter(visible_incidents(actor))
    rows = Participant.objects.filter(pk=participant_id, incident__in=incidents)
    return rows.select_related("incident__type", "student__person").first()


def may_run(slot: DetentionSlot, actor: Actor) -> bool:
    """Whether the actor may take the slot's register."""
    return DetentionSlot.objects.filter(runnable_slots(actor), pk=slot.pk).exists()


def may_change(detention: Detention, actor: Actor) -> bool:
    """Whether the actor may move or cancel it."""
    return Detention.objects.filter(changeable_detentions(actor), pk=detention.pk).exists()


def list_waiting(actor: Actor) -> QuerySet[Detention]:
    """What waits for a person: proposals, excused ones without a slot, requests of families, nobody told, no reason.

    A detention whose incident was taken back is not undone by itself: somebody looks at it.
    """
    actor.require(Permission.BEHAVIOUR_VIEW)
    moved = Detention.objects.filter(moved_from=OuterRef("pk"))
    followed = Detention.objects.filter(follows=OuterRef("pk")).exclude(state="cancelled")
    waits = (
        Q(state="proposed")
        | Q(state="excused") & ~Q(Exists(moved))
        | Q(state="missed") & ~Q(Exists(followed))
        | Q(state="scheduled") & (~Q(move_asked="") | ~Q(untold="") | Q(participant__incident__state__in=TAKEN_BACK))
    )
    rows = Detention.objects.filter(visible_detentions(actor)).filter(waits)
    return whole_detentions(rows).select_related("participant__incident").order_by("created_at", "pk")


def list_marks_past(detention: Detention) -> QuerySet[DetentionMarkPast]:
    """Every version of what the register said of a detention, the first one first."""
    return DetentionMarkPast.objects.filter(detention=detention).order_by("version")


def needs_supervisor(slot: DetentionSlot) -> bool:
    """Whether nobody who is there supervises a slot that is still to run."""
    standing: list[SlotSupervisor] = slot.standing  # type: ignore[attr-defined]  # prefetched by whole_slots
    return not standing and slot.state not in ("cancelled", "done")


def list_detention_conflicts(
    actor: Actor, *, state: str = DetentionConflict.State.OPEN, slot: UUID | None = None
) -> QuerySet[DetentionConflict]:
    """Marks of devices that somebody has to decide on, of the slots the actor runs; oldest first."""
    actor.require(Permission.DETENTIONS_RUN)
    rows = _conflicts(actor).filter(state=state)
    if slot:
        rows = rows.filter(detention__slot=slot)
    return rows.order_by("marked_at", "pk")


def get_detention_conflict(conflict_id: UUID, *, actor: Actor, lock: bool = False) -> DetentionConflict:
    """The conflict, where the actor runs its slot. Unknown and hidden are the same."""
    rows = _conflicts(actor).filter(pk=conflict_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFoundError
    return found


def _conflicts(actor: Actor) -> QuerySet[DetentionConflict]:
    slots = DetentionSlot.objects.filter(runnable_slots(actor))
    rows = DetentionConflict.objects.filter(detention__slot__in=slots)
    rows = rows.exclude(detention__student__in=kept_from_work(actor))
    return rows.select_related("detention__student__person", "detention__slot__type")


def list_own_slots(actor: Actor, day: date) -> list[DetentionSlot]:
    """The slots of a day that the actor supervises, in order of time, with seats taken."""
    if actor.user_id is None or not actor.may(Permission.DETENTIONS_RUN):
        return []
    rows = DetentionSlot.objects.filter(own_slots(actor), on=day).exclude(state="cancelled")
    return list(whole_slots(rows).order_by(*SLOT_ORDER))


def list_unsupervised(actor: Actor, *, first: date, last: date) -> QuerySet[DetentionSlot]:
    """The coming slots that nobody who is there supervises, in order of time; none for who plans no slots."""
    rows = DetentionSlot.objects.filter(on__range=(first, last), state__in=("open", "full"))
    standing = SlotSupervisor.objects.filter(slot=OuterRef("pk"), stands=True)
    rows = rows.filter(~Exists(standing)).order_by(*SLOT_ORDER)
    return rows if actor.reaches_all(Permission.SLOTS_EDIT) else rows.none()
