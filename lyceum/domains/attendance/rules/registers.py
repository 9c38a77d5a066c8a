"""A day's registers: made from classes, lessons and session times; again and again with the same result."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import Class
from lyceum.domains.attendance.models import AttendanceRule, Closure, Register
from lyceum.domains.attendance.rules.refusals import NotASchoolDayError
from lyceum.domains.attendance.rules.session_times import at, pick, rows_on
from lyceum.domains.attendance.rules.setup import require_set_up
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import this_school
from lyceum.domains.timetable.days import rung_on, takes_place_on
from lyceum.domains.timetable.models import Cover, Lesson
from lyceum.domains.timetable.together import groups_of, taught_together

LESSON_OPEN = timedelta(minutes=20)
"""How long after its start the register of a lesson closes."""


@transaction.atomic
def open_day(day: date) -> int:
    """Make the day's registers that are not there yet. Returns how many are new."""
    if not school_days().is_school_day(day):
        return 0
    require_set_up(day)
    school = this_school()
    locks_at = _locks_at(day, school)
    rows = [*_daily(day, school, locks_at), *_lessons(day, school, locks_at)]
    known = set(Register.objects.filter(on=day).values_list("school_class_id", "session", "lesson_id"))
    closures = list(Closure.objects.filter(undone_at=None, starts_on__lte=day, ends_on__gte=day))
    new = [row for row in rows if (row.school_class_id, row.session, row.lesson_id) not in known]
    dropped = _dropped(day) if any(row.lesson_id for row in new) else frozenset()
    for row in new:
        over = row.lesson_id in dropped or _is_closed(row, closures)
        row.state = Register.State.NOT_REQUIRED if over else Register.State.DUE
    Register.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def follow_lessons(day: date) -> None:
    """After the timetable changed: a day's registers whose lesson is elsewhere are not due any more; others are made.

    A register with marks stays as it is, and so does a day whose registers nobody has asked for yet.
    """
    waiting = Register.objects.filter(on=day, kind="lesson", state=Register.State.DUE, marks__isnull=True)
    wanted = {row.lesson_id: row for row in _lessons(day, this_school(), clock.now())}
    changed = []
    for row in waiting:
        now = wanted.get(row.lesson_id)
        if now is None:
            row.state = Register.State.NOT_REQUIRED
        elif (row.with_classes, row.groups) != (now.with_classes, now.groups):
            row.class_name, row.with_classes, row.groups = now.class_name, now.with_classes, now.groups
        else:
            continue
        changed.append(row)
    Register.objects.bulk_update(changed, ["state", "class_name", "with_classes", "groups"])
    if Register.objects.filter(on=day).exists():
        open_day(day)


def _dropped(day: date) -> frozenset[UUID | None]:
    """Lessons that do not take place on a day because nobody could be found for them."""
    rows = Cover.objects.filter(on=day, kind=Cover.Kind.CANCEL, part=0, state__in=Cover.STANDING)
    return frozenset(rows.values_list("lesson", flat=True))


def follow_dropped_lesson(lesson_id: UUID, day: date) -> None:
    """A lesson that does not take place has no register to take; as soon as it does, it has. Marks stay."""
    rows = Register.objects.filter(lesson=lesson_id, on=day, marks__isnull=True).select_related("school_class")
    closures = list(Closure.objects.filter(undone_at=None, starts_on__lte=day, ends_on__gte=day))
    over = lesson_id in _dropped(day)
    for row in rows:
        state = Register.State.NOT_REQUIRED if over or _is_closed(row, closures) else Register.State.DUE
        Register.objects.filter(pk=row.pk).update(state=state)


def _is_closed(row: Register, closures: list[Closure]) -> bool:
    """Whether an exceptional closure covers the whole register."""
    grades = set(row.school_class.grades)
    return any(
        (not closure.sessions or row.session in closure.sessions)
        and (not closure.grades or (bool(grades) and grades <= set(closure.grades)))
        for closure in closures
    )


def require_school_day(day: date) -> None:
    """Refuse a day on which no school is kept, naming the reason."""
    if not school_days().is_school_day(day):
        raise NotASchoolDayError(
            _("No school is kept on %(day)s: %(why_closed)s.")
            % {"day": day, "why_closed": school_days().why_closed(day)}
        )


def _daily(day: date, school: School, locks_at: datetime) -> list[Register]:
    rows = rows_on(day)
    classes = Class.objects.filter(starts__lte=day, ends__gte=day, registers__in=("daily", "both"))
    return [
        Register(
            kind="daily",
            on=day,
            school_class=each,
            session=times.session,
            class_name=each.name,
            room_name=each.room.name if each.room else "",
            due_at=at(day, times.starts_at, school),
            closes_at=at(day, times.closes_at, school),
            locks_at=locks_at,
        )
        for each in classes.select_related("room")
        for times in pick(rows, each.grades)
    ]


def _lessons(day: date, school: School, locks_at: datetime) -> list[Register]:
    lessons = Lesson.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day),
        takes_place_on([day]),
        starts_on__lte=day,
        school_class__registers__in=("lesson", "both"),
        school_class__starts__lte=day,
        school_class__ends__gte=day,
    )
    rung = list(rung_on(day, lessons.select_related("school_class", "room")))
    taught = {lesson.pk: (starts_at, ends_at) for lesson, starts_at, ends_at in rung}
    shared = taught_together(lesson for lesson, _starts, _ends in rung)
    groups = groups_of(shared)
    return [
        Register(
            kind="lesson",
            on=day,
            school_class=lesson.school_class,
            lesson=lesson,
            with_classes=[each.school_class_id for each in lesson.joined],
            groups=groups.get(lesson.planned_id, []),
            class_name=lesson.classes[:120],
            period=lesson.period,
            room_name=lesson.room.name if lesson.room else "",
            due_at=at(day, taught[lesson.pk][0], school),
            ends_at=at(day, taught[lesson.pk][1], school),
            closes_at=at(day, taught[lesson.pk][0], school) + LESSON_OPEN,
            locks_at=locks_at,
        )
        for lesson in shared
    ]


def _locks_at(day: date, school: School) -> datetime:
    """The end of the school day on which teachers' time to change marks is over."""
    rule = AttendanceRule.objects.filter(starts_on__lte=day).order_by("-starts_on").first()
    wait = rule.lock_after_days if rule else 1
    following = school_days().between(day + timedelta(days=1), day + timedelta(days=30))
    last = following[wait - 1] if 0 < wait <= len(following) else day + timedelta(days=wait)
    return at(last + timedelta(days=1), time(0), school)
