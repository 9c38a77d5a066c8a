"""What a rollover writes: next placements, leavings, times that end, seats. Each a fixed number of statements."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import models
from django.db.models import Q

from lyceum.core import clock
from lyceum.domains.academics.facts import MembershipChanged
from lyceum.domains.academics.models import Class, ClassMembership, Placement, RolloverDecision
from lyceum.domains.academics.rules.rollover.following import plan_following
from lyceum.domains.academics.rules.rollover.images import Notes
from lyceum.domains.academics.rules.rollover.proposing import STAYING, stay
from lyceum.domains.academics.rules.rollover.situation import Pupil, Situation
from lyceum.domains.journal.rules import Changes, Entry, Target
from lyceum.domains.people.facts import EnrolmentEnded
from lyceum.domains.people.models import Enrolment

Kind = RolloverDecision.Kind
Row = tuple[RolloverDecision, Pupil]
_EXITS = {
    Kind.GRADUATE: Enrolment.Exit.GRADUATED,
    Kind.LEAVE: Enrolment.Exit.WITHDRAWN,
    Kind.TRANSFER: Enrolment.Exit.TRANSFERRED,
}


class Work:
    """One run: whom it deals with, and what it has done."""

    def __init__(self, situation: Situation, notes: Notes) -> None:
        self.situation = situation
        self.notes = notes
        self.entries: list[Entry] = []
        self.changed: set[UUID] = set()
        """Students for whom something was written."""
        self.counts: dict[str, int] = Counter()
        self._rows: dict[str, list[Row]] = {}

    def add(self, row: RolloverDecision, pupil: Pupil) -> None:
        """Deal with a student."""
        self._rows.setdefault(row.decision, []).append((row, pupil))

    def all(self, *kinds: str) -> list[Row]:
        """Those of some decisions, or everybody."""
        return [row for kind, rows in self._rows.items() if not kinds or kind in kinds for row in rows]

    def note_made(self, model: type[models.Model], rows: Sequence[models.Model]) -> None:
        """Rows that were made."""
        self.notes.made(model, rows)
        self.counts[str(model._meta.verbose_name_plural)] = len(rows)


def place(work: Work) -> None:
    """Next placements: the present one ends the day before."""
    situation = work.situation
    rows = [(row, pupil) for row, pupil in work.all(*STAYING) if not pupil.placed]
    running = Placement.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=situation.first),
        student__in=[pupil.id for _, pupil in rows],
        starts_on__lt=situation.first,
    )
    _end(work, Placement, running)
    made = [_placement(row, pupil, situation) for row, pupil in rows]
    Placement.objects.bulk_create(made)
    work.note_made(Placement, made)
    for row, pupil in rows:
        old, new = situation.grade(pupil.grade), situation.grade(row.grade_id)
        changes = {"grade": [old and old.code, new and new.code]}
        target = Target("people.student", pupil.id, new.name if new else "")
        work.entries.append(Entry("academics.student.place", target, changes))
        work.changed.add(pupil.id)


def _placement(row: RolloverDecision, pupil: Pupil, situation: Situation) -> Placement:
    enrolment = pupil.runs_on(situation.first)
    last = [enrolment and enrolment.last_day, pupil.later and pupil.later - timedelta(days=1)]
    return Placement(
        student_id=pupil.id,
        year=situation.plan.to_year,
        grade=situation.grade(row.grade_id),
        house=pupil.house,
        starts_on=situation.first,
        ends_on=min((day for day in last if day), default=None),
    )


def leave(work: Work, kind: str) -> None:
    """Enrolments and placements of those who go end with the last day before the next year."""
    last, exit_, now = work.situation.last, _EXITS[Kind(kind)], clock.now()
    notes = {pupil.id: row.note for row, pupil in work.all(kind)}
    running = Enrolment.objects.filter(
        Q(last_day__isnull=True) | Q(last_day__gt=last), student__in=list(notes), first_day__lte=last
    )
    rows = list(running.exclude(exit=Enrolment.Exit.NO_SHOW))
    work.notes.changing(Enrolment, [row.pk for row in rows])
    for row in rows:
        note = notes[row.student_id]
        row.last_day, row.exit, row.updated_at = last, exit_, now
        row.to_school = note[:200] if kind == Kind.TRANSFER else row.to_school
        row.exit_reason = note if kind == Kind.LEAVE else row.exit_reason
        changes: Changes = {"last_day": [None, str(last)], "exit": ["", str(exit_)]}
        fact = EnrolmentEnded(student=row.student_id, enrolment=row.pk, exit=exit_)
        work.entries.append(
            Entry("people.enrolment.change", Target("people.student", row.student_id), changes, facts=[fact])
        )
    Enrolment.objects.bulk_update(rows, ["last_day", "exit", "to_school", "exit_reason", "updated_at"])
    work.changed.update(row.student_id for row in rows)
    work.counts["leavings"] = work.counts.get("leavings", 0) + len(rows)
    placed = Placement.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=last), student__in=list(notes), starts_on__lte=last
    )
    _end(work, Placement, placed)


def end_times(work: Work) -> None:
    """Times in classes of the years before go no further than the year that ends."""
    situation = work.situation
    running = ClassMembership.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=situation.first),
        student__in=[pupil.id for _, pupil in work.all()],
        starts_on__lt=situation.first,
    )
    _end(work, ClassMembership, running.exclude(school_class__year=situation.plan.to_year_id))


def _end(work: Work, model: type[Placement] | type[ClassMembership], rows: "models.QuerySet[models.Model]") -> None:
    ids = list(rows.values_list("pk", flat=True))
    if ids:
        work.notes.changing(model, ids)
        model._default_manager.filter(pk__in=ids).update(ends_on=work.situation.last, updated_at=clock.now())


def seat(work: Work, kind: str) -> None:
    """Into the forms of the next year."""
    situation = work.situation
    rows = [(row, pupil) for row, pupil in work.all(kind) if row.form and not pupil.seat]
    _join(work, [(pupil, situation.forms[row.form].school_class) for row, pupil in rows])


def follow(work: Work, rows: Sequence[RolloverDecision]) -> None:
    """Into the like sets of the next year."""
    following = plan_following(rows, work.situation)
    work.counts["followers"] = len(following.pairs)
    _join(work, following.pairs)


def _join(work: Work, pairs: Sequence[tuple[Pupil, Class]]) -> None:
    made = []
    for pupil, row in pairs:
        first, last = stay(pupil, row, work.situation.first)
        if first <= last:
            is_form = row.kind == Class.Kind.FORM
            made.append(
                ClassMembership(school_class=row, student_id=pupil.id, is_form=is_form, starts_on=first, ends_on=last)
            )
    ClassMembership.objects.bulk_create(made)
    work.notes.made(ClassMembership, made)
    work.counts["memberships"] = work.counts.get("memberships", 0) + len(made)
    joined: dict[UUID, list[ClassMembership]] = {}
    for member in made:
        joined.setdefault(member.student_id, []).append(member)
    for student, members in joined.items():
        facts = [
            MembershipChanged(student=student, school_class=m.school_class_id, starts_on=m.starts_on, ends_on=m.ends_on)
            for m in members
        ]
        changes: Changes = {"classes": [None, [str(member.school_class_id) for member in members]]}
        name = ", ".join(member.school_class.name for member in members)
        work.entries.append(
            Entry("academics.member.add", Target("people.student", student, name), changes, facts=facts)
        )
        work.changed.add(student)
