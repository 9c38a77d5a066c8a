"""Left without a word: in the session, absent from a later lesson, and never signed out."""

from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any
from uuid import UUID

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.attendance.facts import AttendanceMarked, ConcernRaised
from lyceum.domains.attendance.meanings import HERE, Meaning
from lyceum.domains.attendance.models import Concern, GateEvent, Mark, Register
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.tenancy.queries import day_bounds, today

MISSED = frozenset({Meaning.UNEXPLAINED, Meaning.UNAUTHORISED})
KIND = Concern.Kind.LEFT_LESSON


def heed_marks(fact: AttendanceMarked, *, actor: Actor) -> None:
    """Raise the concern for those absent from a lesson of today, and clear it for those who are here."""
    here = {mark.student for mark in fact.marks if mark.meaning in HERE}
    open_still = _list_open(here)
    if open_still:
        seen_at = Register.objects.values_list("due_at", flat=True).get(pk=fact.register)
        _close([row for row in open_still if row.evidence["due_at"] <= seen_at.astimezone(UTC).isoformat()], actor)
    missed = {mark.student for mark in fact.marks if mark.meaning in MISSED}
    if fact.kind == "lesson" and fact.date == today() and missed:
        _raise(Register.objects.get(pk=fact.register), missed, actor)


def heed_gate(student: UUID, *, actor: Actor) -> None:
    """Whoever passes the gate has not left without a word: the way out says where they are, too."""
    _close(_list_open({student}), actor)


def _raise(register: Register, students: set[UUID], actor: Actor) -> None:
    before = _seen_before(register, students)
    first, last = day_bounds(register.on)
    went = GateEvent.objects.filter(student__in=before, direction="out", at__gte=first, at__lt=last)
    known = Concern.objects.filter(student__in=before, kind=KIND).exclude(state=Concern.State.CLOSED)
    settled = {*went.values_list("student", flat=True), *known.values_list("student", flat=True)}
    new = [
        Concern(
            student_id=student,
            kind=KIND,
            raised_at=clock.now(),
            first_on=register.on,
            last_on=register.on,
            evidence=_evidence(register, mark),
        )
        for student, mark in before.items()
        if student not in settled
    ]
    if not new:
        return
    Concern.objects.bulk_create(new, ignore_conflicts=True)  # somebody may raise the same at this moment
    entries = [
        Entry(
            "attendance.concern.raise",
            Target.of(each),
            facts=[ConcernRaised(concern=each.pk, student=each.student_id, kind=KIND.value)],
        )
        for each in new
    ]
    record_all(entries, actor=actor)


def _seen_before(register: Register, students: Iterable[UUID]) -> dict[UUID, Mark]:
    """The students' newest marks of the session in which the lesson lies, where these say that they were here."""
    daily = Mark.objects.filter(
        register__on=register.on, register__kind="daily", register__due_at__lte=register.due_at, student__in=students
    )
    rows = daily.select_related("register", "code").order_by("register__due_at", "pk")
    newest = {mark.student_id: mark for mark in rows}
    return {student: mark for student, mark in newest.items() if mark.code.meaning in HERE}


def _evidence(register: Register, mark: Mark) -> dict[str, Any]:
    return {
        "register": str(register.pk),
        "class": register.class_name,
        "period": register.period,
        "room": register.room_name,
        "due_at": register.due_at.astimezone(UTC).isoformat(),
        "session": mark.register.session,
        "session_code": mark.code.symbol,
        "seen_at": mark.marked_at.isoformat(),
    }


def _list_open(students: set[UUID]) -> list[Concern]:
    if not students:
        return []
    rows = Concern.objects.filter(student__in=students, kind=KIND).exclude(state=Concern.State.CLOSED)
    return list(rows.select_for_update(of=("self",)))


def _close(rows: Sequence[Concern], actor: Actor) -> None:
    if not rows:
        return
    changes = {"state": [Concern.State.RAISED.value, Concern.State.CLOSED.value]}
    for row in rows:
        row.state, row.closed_by_name, row.closed_at = Concern.State.CLOSED, actor.name[:200], clock.now()
    Concern.objects.bulk_update(rows, ["state", "closed_by_name", "closed_at"])
    record_all([Entry("attendance.concern.clear", Target.of(row), changes) for row in rows], actor=actor)
