"""Detentions of the demo school: this week's and next week's slots, served, missed, excused and still to come."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date, time, timedelta
from uuid import UUID

from lyceum.core import clock
from lyceum.demo.build import Demo, Say
from lyceum.demo.roster import dice_for
from lyceum.domains.behaviour.models import Detention, DetentionSlot, DetentionType, Notice
from lyceum.domains.behaviour.rules.detentions.following import propose_after_missed
from lyceum.domains.behaviour.rules.detentions.moving import reschedule_detention
from lyceum.domains.behaviour.rules.detentions.refusals import NoSlotError, RoomBusyError, SupervisorBusyError
from lyceum.domains.behaviour.rules.detentions.register import GivenMark, take_slot_register
from lyceum.domains.behaviour.rules.detentions.setting import NewDetention, cancel_detention, set_detention
from lyceum.domains.behaviour.rules.detentions.slots import NewSlot, create_slots
from lyceum.domains.people.models import Student

BEFORE, AFTER = 5, 8
"""School days behind and ahead that have slots."""
LUNCH, AFTER_SCHOOL = ("Lunch detention", time(12, 45), 8), ("After-school detention", time(15, 15), 15)
REASONS = (
    "Homework missing three times",
    "Late three times this week",
    "Did not follow instructions",
    "Phone in class",
)
MARKS = ("present", "present", "present", "late", "absent_unexcused", "present", "absent_authorised", "present")


def add_detentions(demo: Demo, say: Say) -> None:
    """Made day by day, by the rules, in a school that has lessons."""
    if not demo.plan.has_lessons:
        return
    days = demo.plan.calendars[demo.plan.current].school_days
    past = [day for day in days if day < demo.today][-BEFORE:]
    coming = [day for day in days if day >= demo.today][:AFTER]
    if not past:
        return
    _make_slots(demo, [*past, *coming])
    students = _some_students(demo)
    for day in past:
        _live_through(demo, day, students)
    with demo.on(demo.today, time(7, 30)):
        propose_after_missed(demo.head)
    _set(demo, demo.today, time(8, 10), students, 4)
    say(f"{Detention.objects.count()} detentions in {DetentionSlot.objects.count()} slots")


def _make_slots(demo: Demo, days: Sequence[date]) -> None:
    kinds = {kind.name: kind for kind in DetentionType.objects.all()}
    supervisors = [demo.staff[w.key].pk for w in demo.workers if w.teaches]
    rooms = [room.pk for room in demo.rooms.values()]
    with demo.on(days[0] - timedelta(days=7)):
        for n, day in enumerate(days):
            for name, at, seats in (LUNCH, AFTER_SCHOOL):
                new = (
                    NewSlot(kinds[name].pk, day, at, seats, [staff], room_id=room)
                    for staff, room in zip(_from(supervisors, n), _from(rooms, n), strict=False)
                )
                _first_that_is_free(new, lambda slot: create_slots(slot, actor=demo.office))


def _from(rows: Sequence[UUID], n: int) -> Iterator[UUID]:
    """The rows in a circle, beginning with the n-th."""
    return (rows[(n + step) % len(rows)] for step in range(len(rows)))


def _first_that_is_free(slots: Iterator[NewSlot], make: Callable[[NewSlot], object]) -> None:
    for slot in slots:
        with suppress(SupervisorBusyError, RoomBusyError):
            make(slot)
            return


def _some_students(demo: Demo) -> Iterator[Student]:
    """Students on roll, in an order of their own, each once."""
    here = [demo.students[p.key] for p in demo.pupils if p.key in demo.students and p.is_on_roll(demo.today)]
    dice_for(demo.plan, "detentions").shuffle(here)
    return iter(here)


def _live_through(demo: Demo, day: date, students: Iterator[Student]) -> None:
    """A school day: proposals in the morning, new detentions, the families told, the day's registers."""
    with demo.on(day, time(7, 30)):
        propose_after_missed(demo.head)
    _set(demo, day, time(9, 30), students, 5)
    slots = DetentionSlot.objects.filter(on=day).order_by("starts_at")
    for slot in slots:
        with demo.on(day, clock.local(slot.starts_at, demo.plan.time_zone).time()):
            _take(demo, slot)


def _set(demo: Demo, day: date, at: time, students: Iterator[Student], count: int) -> None:
    kinds = list(DetentionType.objects.filter(name__in=(LUNCH[0], AFTER_SCHOOL[0])).order_by("name"))
    dice = dice_for(demo.plan, "detention", day)
    with demo.on(day, at):
        for n, student in zip(range(count), students, strict=False):
            new = NewDetention(student.pk, kinds[n % 2].pk, dice.choice(REASONS))
            placed = set_detention(new, actor=demo.head)
            if n == 3 and placed.detention.slot_id:
                cancel_detention(placed.detention.pk, reason="It was somebody else", actor=demo.head)
            elif n == 4 and placed.detention.slot_id:
                with suppress(NoSlotError):
                    reschedule_detention(placed.detention.pk, reason="Dentist", actor=demo.head)
        _let_notices_leave()


def _let_notices_leave() -> None:
    """As they would have left ten seconds later."""
    waiting = Notice.objects.filter(detention__isnull=False, state=Notice.State.RECALLABLE)
    waiting.update(state=Notice.State.SENT, sent_at=clock.now())
    Detention.objects.filter(state="scheduled", told_at__isnull=True, untold="").update(told_at=clock.now())


def _take(demo: Demo, slot: DetentionSlot) -> None:
    rows = Detention.objects.filter(slot=slot, state="scheduled").order_by("pk")
    dice = dice_for(demo.plan, "slot", slot.on)
    marks = []
    for row in rows:
        mark = dice.choice(MARKS)
        marks.append(GivenMark(row.pk, mark, 5 if mark == "late" else None))
    take_slot_register(slot.pk, marks=marks, actor=demo.head)
