"""Who takes somebody else's lesson on a day. Cancelling ends it from the next request on."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import ClassTeacher
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Staff
from lyceum.domains.people.policies import holds_on
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable.days import takes_place_on
from lyceum.domains.timetable.facts import CoverAssigned, CoverCancelled
from lyceum.domains.timetable.models import Cover, Lesson


class LessonCoveredError(RuleError):
    """Somebody covers this lesson already."""

    code = "lesson_covered"


class CoverBusyError(RuleError):
    """The person teaches or covers another lesson at that time."""

    code = "cover_busy"


@transaction.atomic
def assign_cover(lesson_id: UUID, *, on: date, staff_id: UUID | None = None, note: str = "", actor: Actor) -> Cover:
    """Let a member of staff take one lesson of one day; without one, somebody who has no account (by a pass)."""
    actor.require_all(Permission.COVER_ASSIGN)
    lesson = Lesson.objects.select_related("school_class").filter(pk=lesson_id).first()
    if lesson is None:
        raise NotFoundError
    _refuse_day(lesson, on)
    teacher = _get_staff(staff_id) if staff_id else None
    if len(tidy(note)) > 300:
        raise invalid_field("/note", "length", _("A note has at most 300 letters."))
    _refuse_covered(lesson, on)
    if teacher:
        _refuse_busy(teacher, lesson, on)
    with refusing(lesson_covered_once=lambda: _covered(lesson, on)):
        cover = Cover.objects.create(
            lesson=lesson,
            on=on,
            kind=Cover.Kind.INTERNAL if teacher else Cover.Kind.AGENCY,
            teacher=teacher,
            note=tidy(note),
        )
    fact = CoverAssigned(cover=cover.pk, lesson=lesson.pk, date=on, staff=teacher.pk if teacher else None)
    changes = {"teacher": [None, str(teacher) if teacher else None]}
    record("timetable.cover.assign", target=Target.of(cover), changes=changes, facts=[fact], actor=actor)
    return cover


def _refuse_day(lesson: Lesson, on: date) -> None:
    if not lesson.is_on(on) or not school_days().is_school_day(on):
        raise invalid_field(
            "/date", "not_that_day", _("%(lesson)s is not held on %(on)s.") % {"lesson": lesson, "on": on}
        )
    if on < today():
        raise invalid_field("/date", "past", _("That day is over."))


def _get_staff(staff_id: UUID) -> Staff:
    staff = Staff.objects.select_related("person").filter(pk=staff_id).first()
    if staff is None or (staff.leaves_on and staff.leaves_on < today()):
        raise invalid_field("/staff", "teacher_unknown", _("There is no such teacher here."))
    return staff


def _covered(lesson: Lesson, on: date) -> LessonCoveredError:
    return LessonCoveredError(
        _("%(lesson)s on %(on)s is covered already. Cancel that cover first.") % {"lesson": lesson, "on": on}
    )


def _refuse_covered(lesson: Lesson, on: date) -> None:
    if Cover.objects.filter(lesson=lesson, on=on, state=Cover.State.ASSIGNED).exists():
        raise _covered(lesson, on)


def _refuse_busy(teacher: Staff, lesson: Lesson, on: date) -> None:
    """Refuse somebody who teaches or covers at that time; a lesson of theirs that others cover leaves them free."""
    same_time = Q(starts_at__lt=lesson.ends_at, ends_at__gt=lesson.starts_at)
    covers = Cover.objects.filter(on=on, state=Cover.State.ASSIGNED)
    leads = ClassTeacher.objects.filter(holds_on(on), staff=teacher, role="lead").values("school_class")
    own = Lesson.objects.filter(
        same_time,
        holds_on(on),
        Q(teacher=teacher) | Q(co_teachers__contains=[teacher.pk]) | Q(teacher__isnull=True, school_class__in=leads),
        takes_place_on([on]),
    ).exclude(pk__in=covers.values("lesson"))
    covering = Lesson.objects.filter(same_time, pk__in=covers.filter(teacher=teacher).values("lesson"))
    other = own.exclude(pk=lesson.pk).first() or covering.first()
    if other:
        raise CoverBusyError(
            _("%(name)s is in %(other)s at that time.") % {"name": teacher, "other": other}, lesson=str(other.pk)
        )


@transaction.atomic
def cancel_cover(cover_id: UUID, *, reason: str = "", actor: Actor) -> Cover:
    """Give the lesson back to its teacher. Cancelling twice is cancelling once."""
    actor.require_all(Permission.COVER_ASSIGN)
    cover = Cover.objects.select_for_update(of=("self",)).select_related("lesson").filter(pk=cover_id).first()
    if cover is None:
        raise NotFoundError
    if cover.state == Cover.State.CANCELLED:
        return cover
    cover.state = Cover.State.CANCELLED
    cover.save(update_fields=["state", "updated_at"])
    fact = CoverCancelled(cover=cover.pk, lesson=cover.lesson_id, date=cover.on, staff=cover.teacher_id)
    changes = {"state": [Cover.State.ASSIGNED.value, cover.state]}
    record(
        "timetable.cover.cancel",
        target=Target.of(cover),
        changes=changes,
        reason=tidy(reason),
        facts=[fact],
        actor=actor,
    )
    return cover
