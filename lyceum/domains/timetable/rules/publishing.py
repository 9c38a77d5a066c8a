"""A version becomes what takes place, from a day on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import RuleError, invalid_field
from lyceum.domains.academics.cycles import YearCycle, cycle_days
from lyceum.domains.academics.models import Class, Cycle
from lyceum.domains.journal.rules import Changes, Entry, Target, record_all
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.facts import VersionPublished
from lyceum.domains.timetable.models import Cover, Group, Lesson, Version
from lyceum.domains.timetable.planning import Card, Plan, read_plan
from lyceum.domains.timetable.planning.clashes import clash_values, list_clashes
from lyceum.domains.timetable.rules.lessons import said_lesson, shared_by_lessons
from lyceum.domains.timetable.rules.versions import get_draft, lock_timetable
from lyceum.domains.timetable.writing import update_many

DAY = timedelta(days=1)
MOST_SHOWN = 100


class ClashesError(RuleError):
    """Somebody or something would be in two places at once; the refusal names each pair."""

    code = "clashes"
    title = gettext_noop("Clashes")


class UnplacedError(RuleError):
    """Lessons have no place yet; the refusal names them."""

    code = "unplaced"
    title = gettext_noop("Not all lessons are placed")


@dataclass(frozen=True)
class Published:
    """What publishing did to the lessons that take place."""

    version: Version
    kept: int
    begun: int
    ended: int


@transaction.atomic
def publish_version(
    version_id: UUID,
    *,
    effective_from: date,
    effective_to: date | None = None,
    leave_unplaced: bool = False,
    actor: Actor,
) -> Published:
    """Let a draft be the timetable from a day on. Registers that were taken stay as they are."""
    lock_timetable()
    version = get_draft(version_id, actor=actor)
    last = effective_to or version.year.ends
    if not version.year.starts <= effective_from <= last <= version.year.ends:
        raise invalid_field(
            "/effective_from",
            "range",
            _("The year runs from %(starts)s to %(ends)s.")
            % {"starts": version.year.starts, "ends": version.year.ends},
        )
    plan = read_plan(version, day=effective_from)
    _refuse_unplaced(plan, leave_unplaced=leave_unplaced)
    _refuse_clashes(plan)
    _make_room(effective_from, last)
    version.state = Version.State.PUBLISHED
    version.effective_from, version.effective_to = effective_from, last
    version.published_at = clock.now()
    meanwhile = ClashesError(_("Somebody is in two lessons at once; look at the clashes again."), clashes=[])
    with refusing(timetable_clash=lambda: meanwhile):
        version.save()
    published = _write_lessons(plan, version)
    changed = published.begun + published.ended
    fact = VersionPublished(version_id=version.pk, effective_from=effective_from, lessons=changed)
    changes: Changes = {
        "state": [Version.State.DRAFT.value, version.state],
        "effective_from": [None, str(effective_from)],
    }
    entry = Entry("timetable.version.publish", Target.of(version), changes, facts=[fact])
    record_all([entry], actor=actor)
    return published


def _refuse_unplaced(plan: Plan, *, leave_unplaced: bool) -> None:
    unplaced = [card for card in plan.cards.values() if not card.is_placed]
    if not plan.cards or (unplaced and not leave_unplaced) or len(unplaced) == len(plan.cards):
        raise UnplacedError(
            _("%(count)s lessons have no place yet.") % {"count": len(unplaced)},
            lessons=[{"id": str(card.id), "words": plan.card_words(card)} for card in unplaced[:MOST_SHOWN]],
            count=len(unplaced),
        )


def _refuse_clashes(plan: Plan) -> None:
    clashes = list_clashes(plan)
    if clashes:
        shown = clash_values(clashes[:MOST_SHOWN], plan)
        raise ClashesError(
            _("%(count)s clashes. %(first)s") % {"count": len(clashes), "first": shown[0]["words"]},
            clashes=shown,
            count=len(clashes),
        )


def _make_room(first: date, last: date) -> None:
    """The versions that held on those days end before them."""
    rows = Version.objects.select_for_update().filter(state=Version.State.PUBLISHED, effective_from__lte=last)
    for row in rows.filter(Q(effective_to__isnull=True) | Q(effective_to__gte=first)):
        if row.effective_from and row.effective_from < first:
            row.effective_to = first - DAY
            if row.effective_to < today():
                row.state = Version.State.SUPERSEDED
        else:
            row.state = Version.State.SUPERSEDED
        row.save(update_fields=["state", "effective_to", "updated_at"])


@dataclass(frozen=True)
class _Wanted:
    """A lesson as it is to take place: what has to be equal for one that is there to go on."""

    class_id: UUID
    teacher_id: UUID | None
    co_teachers: tuple[UUID, ...]
    room_id: UUID | None
    subject_id: UUID | None
    weekday: int | None
    cycle_day: int | None
    period: str
    starts_at: time
    ends_at: time


def _key(row: Lesson) -> _Wanted:
    return _Wanted(
        row.school_class_id,
        row.teacher_id,
        tuple(row.co_teachers),
        row.room_id,
        row.subject_id,
        row.weekday,
        row.cycle_day,
        row.period,
        row.starts_at,
        row.ends_at,
    )


def _write_lessons(plan: Plan, version: Version) -> Published:
    """Lessons that stay as they are go on, with their registers and covers; the others end, and new ones begin."""
    first = version.effective_from or version.year.starts
    wanted = dict(_wanted(plan, version))
    classes = {each.class_id for each in wanted}
    running = Lesson.objects.select_for_update(of=("self",)).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first))
    of_us = running.filter(Q(version__isnull=False) | Q(school_class__in=classes))
    kept: list[Lesson] = []
    over: list[Lesson] = []
    for lesson in of_us.select_related("school_class"):
        card = wanted.pop(_key(lesson), None) if lesson.starts_on <= first else None
        if card is None:
            over.append(lesson)
            continue
        lesson.version, lesson.planned_id, lesson.ends_on = version, card[0], card[1].ends_on
        lesson.first_period, lesson.last_period = card[1].first_period, card[1].last_period
        kept.append(lesson)
    _end(over, first)
    update_many(kept, ["version", "planned", "ends_on", "first_period", "last_period"])
    new = [lesson for _card, lesson in wanted.values()]
    _refuse_by_hand(new, {*classes}, first)
    Lesson.objects.bulk_create(new)
    return Published(version, len(kept), len(new), len(over))


def _end(lessons: Sequence[Lesson], first: date) -> None:
    """End lessons with the day before; one that has not begun and that nothing holds goes altogether."""
    held = Exists(Cover.objects.filter(lesson=OuterRef("pk")))
    fresh = [lesson.pk for lesson in lessons if lesson.starts_on >= first]
    free = Lesson.objects.filter(pk__in=fresh).exclude(held)
    for relation in Lesson._meta.related_objects:
        if relation.field.model is not Cover:
            name = relation.field.name
            free = free.exclude(Exists(relation.related_model._default_manager.filter(**{name: OuterRef("pk")})))
    gone = set(free.values_list("pk", flat=True))
    Lesson.objects.filter(pk__in=gone).delete()
    ended = [lesson for lesson in lessons if lesson.pk not in gone]
    for lesson in ended:
        lesson.ends_on = first - DAY
    update_many(ended, ["ends_on"])


def _wanted(plan: Plan, version: Version) -> Iterable[tuple[_Wanted, tuple[UUID, Lesson]]]:
    groups = {sat[1] for card in plan.cards.values() for sat in card.sits if sat[1]}
    rows = Group.objects.filter(pk__in=groups, taught_as__isnull=False).values_list("pk", "taught_as_id")
    taught_as: dict[UUID | None, UUID] = {group: school_class for group, school_class in rows if school_class}
    wanted = {taught_as.get(sat[1], sat[0]) for card in plan.cards.values() for sat in card.sits}
    classes = {row.pk: row for row in Class.objects.filter(pk__in=wanted)}
    weekdays = weekdays_of(plan.grid.cycle, version)
    for card in plan.cards.values():
        for class_id in dict.fromkeys(taught_as.get(sat[1], sat[0]) for sat in card.sits):
            lesson = _lesson(card, classes[class_id], plan, version, weekdays)
            if lesson:
                yield _key(lesson), (card.id, lesson)


def _lesson(
    card: Card, school_class: Class, plan: Plan, version: Version, weekdays: dict[int, int] | None
) -> Lesson | None:
    """A planned lesson as it takes place for one class; None where the class is over by then."""
    first, last = version.effective_from, version.effective_to
    if card.day is None or card.period is None or first is None or last is None:
        return None
    starts, ends = max(first, school_class.starts), min(last, school_class.ends)
    if starts > ends:
        return None
    bells = [plan.grid.bell(card.day, each) for each in plan.grid.periods(card.day, card.period, card.length)]
    rung = [bell for bell in bells if bell]
    names = [bell.name for bell in rung]
    return Lesson(
        school_class=school_class,
        teacher_id=card.teachers[0] if card.teachers else None,
        co_teachers=list(card.teachers[1:]),
        room_id=card.room,
        subject_id=card.subject if card.subject != school_class.subject_id else None,
        version=version,
        planned_id=card.id,
        weekday=weekdays[card.day] if weekdays else None,
        cycle_day=None if weekdays else card.day,
        period=(names[0] if len(names) == 1 else f"{names[0]}–{names[-1]}")[:20],
        first_period=rung[0].number,
        last_period=rung[-1].number,
        starts_at=rung[0].starts_at,
        ends_at=rung[-1].ends_at,
        starts_on=starts,
        ends_on=None if last == version.year.ends and ends == school_class.ends else ends,
    )


def weekdays_of(cycle: YearCycle, version: Version) -> dict[int, int] | None:
    """The weekday of each day of a cycle that always agrees with them; None for any other."""
    row = Cycle.objects.get(pk=cycle.id)
    weekdays = sorted(version.year.weekdays)
    if row.counts != Cycle.Counts.WEEKDAYS or len(cycle.names) != len(weekdays):
        return None
    known = cycle_days()
    for day, number in known.days.items():
        if version.year.holds(day):
            shift = weekdays.index(day.isoweekday()) - (number - 1)
            return {each: weekdays[(each - 1 + shift) % len(weekdays)] for each in range(1, len(weekdays) + 1)}
    return None


def _refuse_by_hand(new: Sequence[Lesson], classes: set[UUID], first: date) -> None:
    """Refuse where a lesson that somebody entered by hand for another class needs the same teacher or room."""
    by_hand = Lesson.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=first), version=None, weekday__isnull=False
    )
    others = list(by_hand.exclude(school_class__in=classes).select_related("school_class"))
    pairs: list[dict[str, Any]] = []
    for one, other in shared_by_lessons(new, others) if others else ():
        words = _("%(lesson)s meets %(other)s, which was entered by hand.")
        words = words % {"lesson": said_lesson(one), "other": said_lesson(other)}
        pairs.append({"kind": "by_hand", "lesson": str(one.planned_id), "other": str(other.pk), "words": words})
    if pairs:
        raise ClashesError(
            _("%(count)s clashes. %(first)s") % {"count": len(pairs), "first": pairs[0]["words"]},
            clashes=pairs[:MOST_SHOWN],
            count=len(pairs),
        )
