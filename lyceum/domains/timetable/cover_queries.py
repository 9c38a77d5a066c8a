"""Reading covers and absences of staff."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.domains.academics.days import school_days
from lyceum.domains.people.models import Staff
from lyceum.domains.people.policies import NOBODY
from lyceum.domains.people.queries import find_staff_of_user
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.covering.days import CoverDays, Held
from lyceum.domains.timetable.covering.proposals import Need, Proposal, list_needs, needs_of, plan_covers, propose
from lyceum.domains.timetable.covering.reading import read_cover_days, read_lessons_of
from lyceum.domains.timetable.days import instead_on
from lyceum.domains.timetable.models import Cover, CoverTally, Lesson, StaffAbsence
from lyceum.domains.timetable.queries import COVER_ORDER, whole_covers

ABSENCE_ORDER = ("starts_on", "staff__person__sort_name", "pk")
DAYS_AHEAD = 14
MOST_OWN = 20
MOST_LISTED = 10
"""School days of an absence whose lessons are listed at once."""


def list_own_covers(actor: Actor, *, first: date) -> list[Cover]:
    """What the actor covers or is asked to, from a day on."""
    own = find_staff_of_user(actor.user_id) if actor.may(Permission.COVER_ANSWER) else None
    if own is None:
        return []
    last = first + timedelta(days=DAYS_AHEAD)
    rows = Cover.objects.filter(teacher=own, on__range=(first, last), state__in=Cover.LIVE)
    if not rows.exists():  # as on most days of most people: the whole question costs several times this one
        return []
    return list(whole_covers(rows).order_by(*COVER_ORDER)[:MOST_OWN])


def visible_absences(actor: Actor) -> Q:
    """The absences of staff that the actor may see: all, or their own."""
    if actor.reaches_all(Permission.STAFF_ABSENCES_EDIT):
        return Q()
    return Q(staff__person__user=actor.user_id) if actor.user_id else NOBODY


def list_staff_absences(
    actor: Actor,
    *,
    first: date | None = None,
    last: date | None = None,
    staff: UUID | None = None,
    state: str = "",
) -> QuerySet[StaffAbsence]:
    """Absences of staff that touch some days, those that begin first before the others."""
    actor.require(Permission.STAFF_ABSENCES_ASK)
    rows = StaffAbsence.objects.filter(visible_absences(actor))
    if first:
        rows = rows.filter(ends_on__gte=first)
    if last:
        rows = rows.filter(starts_on__lte=last)
    if staff:
        rows = rows.filter(staff=staff)
    if state:
        rows = rows.filter(state=state)
    return rows.select_related("staff__person").order_by(*ABSENCE_ORDER)


def get_staff_absence(absence_id: UUID, *, actor: Actor) -> StaffAbsence:
    """The absence, where the actor may see it."""
    actor.require(Permission.STAFF_ABSENCES_ASK)
    row = StaffAbsence.objects.filter(visible_absences(actor), pk=absence_id).select_related("staff__person").first()
    if row is None:
        raise NotFoundError
    return row


@dataclass(frozen=True)
class Left:
    """The lessons that an absence leaves, on so many of its days as are listed at once."""

    needs: list[Need]
    until: date | None
    """The last day that was looked at; None where there was none."""
    is_all: bool


def lessons_left(absence: StaffAbsence, *, actor: Actor) -> Left:
    """What an absence leaves from today on, or from its first day where it is over: as many days as fit."""
    get_staff_absence(absence.pk, actor=actor)
    first = max(absence.starts_on, today()) if absence.ends_on >= today() else absence.starts_on
    kept = school_days().between(first, absence.ends_on)
    wanted = kept[:MOST_LISTED]
    days = read_cover_days(wanted)
    needs = [need for day in days.days for need in list_needs(days, day) if need.absence.pk == absence.pk]
    return Left(needs, wanted[-1] if wanted else None, len(wanted) == len(kept))


@dataclass(frozen=True)
class Away:
    """Somebody who is away on a day, with what they leave."""

    absence: StaffAbsence
    needs: list[Need]


@dataclass(frozen=True)
class Desk:
    """A day at the cover desk."""

    on: date
    days: CoverDays
    away: list[Away]
    planned: dict[str, Proposal]
    """The best for each open lesson, by its key."""
    why_closed: str
    instead: str
    """What there is instead of lessons, on a day with a plan of its own."""

    @property
    def needs(self) -> list[Need]:
        """All that is left to cover or covered because of absences."""
        return [need for each in self.away for need in each.needs]

    @property
    def open(self) -> list[Need]:
        """What nobody takes care of yet."""
        return [need for need in self.needs if need.cover is None]


def read_desk(actor: Actor, on: date) -> Desk:
    """The absences of a day, the lessons they leave, and the best for each. As many statements for 1 as for 100."""
    actor.require_all(Permission.COVER_ASSIGN)
    days = read_cover_days([on])
    needs = list_needs(days, on)
    away = [Away(absence, [need for need in needs if need.absence.pk == absence.pk]) for absence in days.absences]
    return Desk(
        on=on,
        days=days,
        away=away,
        planned=plan_covers(days, needs),
        why_closed="" if days.days else school_days().why_closed(on),
        instead=instead_on(on),
    )


def count_open(actor: Actor, on: date) -> int:
    """How many lessons of a day nobody takes care of. One statement where nobody is away."""
    actor.require_all(Permission.COVER_ASSIGN)
    confirmed = StaffAbsence.State.CONFIRMED
    away = StaffAbsence.objects.filter(state=confirmed, starts_on__lte=on, ends_on__gte=on).values_list("staff")
    staff = {member for (member,) in away}
    return sum(need.cover is None for need in list_needs(read_lessons_of(staff, on), on)) if staff else 0


@dataclass(frozen=True)
class LessonDesk:
    """One lesson of a day at the cover desk."""

    held: Held
    days: CoverDays
    needs: list[Need]
    covers: list[Cover]
    part: int
    proposals: list[Proposal]


def read_lesson_desk(actor: Actor, lesson_id: UUID, on: date, *, part: int = 0) -> LessonDesk:
    """A lesson of a day: who covers it, and everybody who might, the best first."""
    actor.require_all(Permission.COVER_ASSIGN)
    days = read_cover_days([on])
    held = days.find(lesson_id, on)
    if held is None:
        raise _not_held(lesson_id, on)
    covers = list(days.covers_of(held))
    asked = part if part in held.parts else 0
    return LessonDesk(held, days, needs_of(days, held), covers, asked, propose(days, held, asked))


def _not_held(lesson_id: UUID, on: date) -> RuleError:
    lesson = Lesson.objects.filter(pk=lesson_id).first()
    if lesson is None:
        return NotFoundError()
    words = _("%(lesson)s is not held on %(on)s.") % {"lesson": lesson, "on": on}
    return invalid_field("/date", "not_that_day", words)


def next_held(lesson: Lesson) -> date:
    """The next day on which a lesson takes place, today included; today where there is none soon."""
    first = today()
    days = school_days().between(first, first + timedelta(days=3 * DAYS_AHEAD))
    return next((day for day in days if lesson.is_on(day)), first)


def list_tallies(actor: Actor, on: date) -> list[tuple[Staff, CoverTally]]:
    """How often everybody who teaches stood in this year, and others for them; who gave most comes first."""
    actor.require_all(Permission.COVER_ASSIGN)
    there = Q(leaves_on__isnull=True) | Q(leaves_on__gte=on)
    staff = Staff.objects.filter(there, teaching=True).select_related("person").order_by("person__sort_name", "pk")
    known = {row.staff_id: row for row in CoverTally.objects.filter(year__starts__lte=on, year__ends__gte=on)}
    rows = [(member, known.get(member.pk) or CoverTally(staff_id=member.pk)) for member in staff]
    return sorted(rows, key=lambda row: -row[1].given)
