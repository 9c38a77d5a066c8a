"""Who is in a class on which day: coming in, going out, moving."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import NotFoundError, RuleError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.facts import MembershipChanged
from lyceum.domains.academics.models import Class, ClassMembership
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.people.models import Enrolment, Student
from lyceum.domains.people.policies import holds_on


class ClassFullError(RuleError):
    """Every seat is taken on at least one of those days."""

    code = "class_full"


class MembershipOverlapsError(RuleError):
    """The student is in this class, or in another form, on some of those days."""

    code = "membership_overlaps"


class OutsideEnrolmentError(RuleError):
    """The membership reaches outside the student's enrolment or the class's days."""

    code = "outside_enrolment"
    status = 422


@dataclass(frozen=True)
class NewMember:
    """A student who is to come into a class. Without a last day it lasts as long as the class and the enrolment."""

    school_class: Class
    student_id: UUID
    starts_on: date
    ends_on: date | None = None


@transaction.atomic
def add_class_members(new: Sequence[NewMember], *, overfill_reason: str = "", actor: Actor) -> list[ClassMembership]:
    """Put students into classes. All come in, or none; the last seat goes to one of two who ask at once."""
    actor.require_all(Permission.CLASSES_ASSIGN)
    if overfill_reason:
        actor.require_all(Permission.CLASSES_OVERFILL)
    classes = _lock(new)
    rows = _inside_enrolment(new, classes, tidy(overfill_reason)[:300])
    _refuse_overlaps(rows)
    if not overfill_reason:
        _refuse_full(rows, classes)
    overlaps = MembershipOverlapsError(
        _("A student is in this class, or in another form, on some of those days. Move the student instead.")
    )
    with refusing(once_per_class=lambda: overlaps, one_form_at_a_time=lambda: overlaps):
        ClassMembership.objects.bulk_create(rows)
    record_all([_entry("academics.member.add", row, overfill_reason) for row in rows], actor=actor)
    return rows


def _lock(new: Sequence[NewMember]) -> dict[UUID, Class]:
    """The classes, locked and read anew: whoever adds to the same class waits here and then counts with our rows.

    The students are locked after them, so that nobody leaves while coming into a class.
    """
    wanted = {each.school_class.pk for each in new}
    classes = {row.pk: row for row in Class.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    if wanted - classes.keys():
        raise NotFoundError(_("There is no such class here."))
    students = {each.student_id for each in new}
    locked = Student.objects.select_for_update(no_key=True).filter(pk__in=students).order_by("pk")
    if len(locked.values_list("pk", flat=True)) < len(students):
        raise NotFoundError(_("There is no such student here."))
    return classes


def _inside_enrolment(new: Sequence[NewMember], classes: dict[UUID, Class], reason: str) -> list[ClassMembership]:
    """Memberships that lie inside the enrolment and the class's days; refuses those that do not."""
    enrolments: dict[UUID, list[Enrolment]] = {}
    for enrolment in Enrolment.objects.filter(student__in={n.student_id for n in new}).exclude(exit="no_show"):
        enrolments.setdefault(enrolment.student_id, []).append(enrolment)
    rows = []
    for each in new:
        school_class = classes[each.school_class.pk]
        if each.ends_on and each.ends_on < each.starts_on:
            raise invalid_field("/to", "order", _("The last day lies before the first day."))
        if not (school_class.is_active(each.starts_on) and school_class.is_active(each.ends_on or school_class.ends)):
            raise OutsideEnrolmentError(
                _("The class %(school_class)s runs from %(starts)s to %(ends)s.")
                % {"school_class": school_class, "starts": school_class.starts, "ends": school_class.ends}
            )
        here = [e for e in enrolments.get(each.student_id, ()) if covers(e, each.starts_on, each.ends_on)]
        if not here:
            raise OutsideEnrolmentError(
                _("The student is not on roll %(when)s.") % {"when": _in_words(each)}, student=str(each.student_id)
            )
        rows.append(
            ClassMembership(
                school_class=school_class,
                student_id=each.student_id,
                is_form=school_class.kind == Class.Kind.FORM,
                starts_on=each.starts_on,
                ends_on=each.ends_on or _last_day(here, school_class),
                reason=reason,
            )
        )
    return rows


def _in_words(new: NewMember) -> str:
    words = _("from %(first)s to %(last)s") if new.ends_on else _("from %(first)s on")
    return words % {"first": new.starts_on, "last": new.ends_on}


def covers(enrolment: Enrolment, first: date, last: date | None) -> bool:
    """Whether an enrolment holds a time in a class; one without an end has to begin inside."""
    if first < enrolment.first_day:
        return False
    return enrolment.last_day is None or (last or first) <= enrolment.last_day


def _last_day(enrolments: Sequence[Enrolment], school_class: Class) -> date:
    """Where a time in a class ends that was given no end: with the class, or with the enrolment before it."""
    return min(school_class.ends, max(e.last_day or date.max for e in enrolments))


def _refuse_overlaps(rows: Sequence[ClassMembership]) -> None:
    present: dict[UUID, list[ClassMembership]] = {}
    known = ClassMembership.objects.filter(student__in={row.student_id for row in rows}).select_related("school_class")
    for other in known:
        present.setdefault(other.student_id, []).append(other)
    for row in rows:
        for other in present.get(row.student_id, ()):
            same = other.school_class_id == row.school_class_id or (other.is_form and row.is_form)
            if same and _share_a_day(other, row):
                raise MembershipOverlapsError(
                    _("The student is in %(school_class)s from %(starts_on)s to %(ends_on)s. Move the student instead.")
                    % {
                        "school_class": other.school_class,
                        "starts_on": other.starts_on,
                        "ends_on": other.ends_on or _("its end"),
                    },
                    student=str(row.student_id),
                )
        present.setdefault(row.student_id, []).append(row)


def _share_a_day(one: ClassMembership, other: ClassMembership) -> bool:
    return one.starts_on <= (other.ends_on or date.max) and other.starts_on <= (one.ends_on or date.max)


def _refuse_full(rows: Sequence[ClassMembership], classes: dict[UUID, Class]) -> None:
    present = ClassMembership.objects.filter(school_class__in=classes).values_list(
        "school_class_id", "starts_on", "ends_on"
    )
    there: dict[UUID, list[tuple[date, date]]] = {}
    for class_id, first, last in present:
        there.setdefault(class_id, []).append((first, last or classes[class_id].ends))
    coming: dict[UUID, list[tuple[date, date]]] = {}
    for row in rows:
        last = row.ends_on or classes[row.school_class_id].ends
        coming.setdefault(row.school_class_id, []).append((row.starts_on, last))
    for class_id, spans in coming.items():
        most, full = most_at_once(there.get(class_id, ()), spans), classes[class_id]
        if most > full.capacity:
            raise ClassFullError(
                _("%(name)s has %(capacity)s seats; %(most)s would be needed.")
                % {"name": full, "capacity": full.capacity, "most": most},
                capacity=full.capacity,
                needed=most,
                free_classes=_free_classes(full, min(first for first, _ in spans)),
            )


def _free_classes(full: Class, day: date) -> list[dict[str, object]]:
    """Up to five like classes that have seats on a day."""
    alike = Class.objects.filter(year=full.year_id, kind=full.kind, subject=full.subject_id, ends__gte=day)
    alike = alike.filter(grades__overlap=full.grades) if full.grades else alike
    found: list[dict[str, object]] = []
    rows = list(alike.exclude(pk=full.pk).order_by("name")[:20])
    sizes = Counter(
        ClassMembership.objects.filter(school_class__in=rows, starts_on__lte=day)
        .exclude(ends_on__lt=day)
        .values_list("school_class_id", flat=True)
    )
    for row in rows:
        if sizes[row.pk] < row.capacity:
            found.append({"id": str(row.pk), "name": row.name, "free": row.capacity - sizes[row.pk]})
    return found[:5]


def most_at_once(there: Iterable[tuple[date, date]], coming: Iterable[tuple[date, date]]) -> int:
    """The largest number of spans that share a day on which one of those coming holds."""
    steps: dict[date, tuple[int, int]] = {}
    for spans, new in ((there, 0), (coming, 1)):
        for first, last in spans:
            for day, change in ((first, 1), (last + timedelta(days=1), -1)):
                total, fresh = steps.get(day, (0, 0))
                steps[day] = (total + change, fresh + change * new)
    most = count = arrived = 0
    for day in sorted(steps):
        count, arrived = count + steps[day][0], arrived + steps[day][1]
        if arrived:
            most = max(most, count)
    return most


def _entry(action: str, row: ClassMembership, reason: str = "") -> Entry:
    fact = MembershipChanged(
        student=row.student_id, school_class=row.school_class_id, starts_on=row.starts_on, ends_on=row.ends_on
    )
    target = Target("people.student", row.student_id, row.school_class.name)
    days = [None, f"{row.starts_on} to {row.ends_on or 'the end'}"]
    changes = {"class": [None, str(row.school_class_id)], "days": days}
    return Entry(action, target, changes, reason=reason, facts=[fact])


@transaction.atomic
def end_class_members(memberships: Sequence[UUID], *, last_day: date, reason: str = "", actor: Actor) -> int:
    """End students' time in a class with a last day; a time that has not begun is taken away.

    A time that ended before stays as it is. Returns how many were ended.
    """
    actor.require_all(Permission.CLASSES_ASSIGN)
    rows = list(
        ClassMembership.objects.select_for_update(of=("self",))
        .select_related("school_class")
        .filter(pk__in=memberships)
        .order_by("pk")
    )
    if len(rows) != len(set(memberships)):
        raise NotFoundError(_("There is no such membership here."))
    rows = [row for row in rows if row.ends_on is None or row.ends_on > last_day]
    now, why = clock.now(), tidy(reason)[:300]
    for row in rows:
        row.ends_on, row.reason, row.updated_at = last_day, why or row.reason, now
    gone = [row.pk for row in rows if row.starts_on > last_day]
    kept = [row for row in rows if row.starts_on <= last_day]
    ClassMembership.objects.bulk_update(kept, ["ends_on", "reason", "updated_at"], batch_size=500)
    ClassMembership.objects.filter(pk__in=gone).delete()
    if rows:
        record_all([_entry("academics.member.end", row, reason) for row in rows], actor=actor)
    return len(rows)


def trim_memberships(enrolment: Enrolment, *, before: tuple[date, date], first: date, last: date, actor: Actor) -> None:
    """Bring times in classes that lay inside an enrolment's days before back between a first and a last day.

    A first day of `date.max` means that the student never came, and takes them all away.
    Whoever may change the enrolment may do this. What another enrolment of the student holds stays as it is.
    """
    rows = ClassMembership.objects.select_for_update(of=("self",)).select_related("school_class")
    others = Enrolment.objects.filter(student=enrolment.student_id).exclude(exit="no_show").exclude(pk=enrolment.pk)
    others_now, changed, now = list(others), [], clock.now()
    for row in rows.filter(student=enrolment.student_id, starts_on__range=before).order_by("pk"):
        if any(covers(other, row.starts_on, row.ends_on) for other in others_now):
            continue
        begins = max(row.starts_on, first) if first < date.max else row.starts_on
        ends = row.ends_on if last == date.max else min(row.ends_on or date.max, last)
        if first == date.max:
            ends = row.starts_on - timedelta(days=1)
        if (row.starts_on, row.ends_on) != (begins, ends):
            row.starts_on, row.ends_on, row.updated_at = begins, ends, now
            changed.append(row)
    gone = [row.pk for row in changed if row.starts_on > (row.ends_on or date.max)]
    kept = [row for row in changed if row.pk not in set(gone)]
    ClassMembership.objects.bulk_update(kept, ["starts_on", "ends_on", "updated_at"])
    ClassMembership.objects.filter(pk__in=gone).delete()
    if changed:
        record_all([_entry("academics.member.end", row) for row in changed], actor=actor)


@transaction.atomic
def end_membership(class_id: UUID, student_id: UUID, *, last_day: date, reason: str = "", actor: Actor) -> None:
    """Take a student out of a class after a last day. One who never comes is taken out altogether."""
    actor.require_all(Permission.CLASSES_ASSIGN)
    rows = ClassMembership.objects.filter(school_class=class_id, student=student_id)
    row = rows.exclude(ends_on__lte=last_day).order_by("starts_on").first()
    if row is None:
        raise NotFoundError(_("The student is not in that class after that day."))
    end_class_members([row.pk], last_day=last_day, reason=reason, actor=actor)


@transaction.atomic
def move_student(
    student_id: UUID,
    *,
    from_class: UUID | None = None,
    to_class: UUID,
    on: date,
    reason: str = "",
    overfill_reason: str = "",
    actor: Actor,
) -> ClassMembership:
    """Move a student from one class to another: the old time ends the day before the new one starts.

    Without `from_class` it is the form that the student is in on that day.
    """
    actor.require_all(Permission.CLASSES_ASSIGN)
    target = Class.objects.select_for_update(of=("self",)).filter(pk=to_class).first()
    known = Student.objects.select_for_update(no_key=True).filter(pk=student_id).first()
    if target is None or known is None:
        raise NotFoundError
    which = Q(school_class=from_class) if from_class else Q(is_form=True)
    row = ClassMembership.objects.filter(holds_on(on), which, student=student_id).first()
    if row is None:
        raise NotFoundError(_("The student is not in that class on that day."))
    end_class_members([row.pk], last_day=on - timedelta(days=1), reason=reason, actor=actor)
    new = NewMember(target, student_id, on)
    return add_class_members([new], overfill_reason=overfill_reason, actor=actor)[0]


@dataclass(frozen=True)
class Move:
    """A student who goes from the form they are in into another."""

    student_id: UUID
    to_class: UUID


@transaction.atomic
def move_students(
    moves: Sequence[Move], *, on: date, reason: str = "", overfill_reason: str = "", actor: Actor
) -> list[ClassMembership]:
    """Move students between forms from a day on, all together or none: two may change places in full forms.

    Whoever is in the form already stays; whoever is in none comes in.
    """
    actor.require_all(Permission.CLASSES_ASSIGN)
    wanted = {move.student_id: move.to_class for move in moves}
    classes = Class.objects.select_for_update(of=("self",)).filter(pk__in=set(wanted.values()), kind=Class.Kind.FORM)
    forms = {row.pk: row for row in classes.order_by("pk")}
    known = Student.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
    if set(wanted.values()) - forms.keys() or len(known.values_list("pk", flat=True)) < len(wanted):
        raise NotFoundError
    present = ClassMembership.objects.filter(holds_on(on), is_form=True, student__in=wanted)
    rows = [row for row in present if row.school_class_id != wanted[row.student_id]]
    there = {row.student_id for row in present} - {row.student_id for row in rows}
    if rows:
        end_class_members([row.pk for row in rows], last_day=on - timedelta(days=1), reason=reason, actor=actor)
    new = [NewMember(forms[form], student, on) for student, form in wanted.items() if student not in there]
    return add_class_members(new, overfill_reason=overfill_reason, actor=actor) if new else []
