"""The gate: who comes in and goes out, and what that says of the session."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.constraints import refusing
from lyceum.core.errors import FieldError, NotFoundError, invalid_field
from lyceum.core.ids import new_id
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import ClassMembership
from lyceum.domains.attendance.codes import CodeList, read_codes
from lyceum.domains.attendance.facts import AttendanceMarked, GatePassed, MarkFact
from lyceum.domains.attendance.meanings import HERE, Meaning
from lyceum.domains.attendance.models import Code, GateEvent, Mark, Register
from lyceum.domains.attendance.rules.arrivals import Arrival, mark_arrived
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.rules.refusals import AttendanceNotSetUpError, ReasonNeededError, VisitEndedError
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Staff, Student
from lyceum.domains.people.policies import holds_on, kept_from_work
from lyceum.domains.people.queries import is_on_roll
from lyceum.domains.tenancy.queries import day_bounds, time_zone, today

IN, OUT = GateEvent.Direction.IN, GateEvent.Direction.OUT


@dataclass(frozen=True)
class Passed:
    """What happened at the gate: the event, and the mark that it gave, if any."""

    event: GateEvent
    name: str
    symbol: str = ""
    minutes_late: int | None = None
    is_new: bool = True
    """False: the newest event said the same already, and nothing was written."""


@transaction.atomic
def sign_in_student(student_id: UUID, *, reason: str = "", actor: Actor) -> Passed:
    """A student comes in: the session is marked by the clock, unless they are in it already."""
    student = _get_student(student_id, actor)
    known = _repeated(IN, student=student)
    if known:
        return Passed(known, student.person.called, is_new=False)
    event = _add(IN, student=student, reason=_short(reason), actor=actor)
    registers = _registers_of(student)
    _record(event, registers, actor)
    mark = _mark_arrival(student, event, registers, actor)
    symbol, late = (mark.code.symbol, mark.minutes_late) if mark else ("", None)
    return Passed(event, student.person.called, symbol, late)


@transaction.atomic
def sign_out_student(student_id: UUID, *, reason: str, actor: Actor) -> Passed:
    """A student goes out before the day ends: when and why is kept beside the session, which stays as it is marked."""
    student = _get_student(student_id, actor)
    known = _repeated(OUT, student=student)
    if known:
        return Passed(known, student.person.called, is_new=False)
    why = _short(reason)
    if not why:
        words = _("Say why %(name)s leaves.") % {"name": student.person.called}
        raise ReasonNeededError(words, errors=[FieldError("/reason", "reason_needed", words)])
    event = _add(OUT, student=student, reason=why, actor=actor)
    registers = _registers_of(student)
    _record(event, registers, actor)
    _note_leaving(student, event, registers, actor)
    return Passed(event, student.person.called)


@transaction.atomic
def pass_staff(staff_id: UUID, *, direction: str, reason: str = "", actor: Actor) -> Passed:
    """A member of staff comes in or goes out."""
    actor.require_all(Permission.GATE_USE)
    staff = Staff.objects.select_for_update(of=("self",)).select_related("person").filter(pk=staff_id).first()
    if staff is None:
        raise NotFoundError
    known = _repeated(direction, staff=staff)
    if known:
        return Passed(known, staff.person.called, is_new=False)
    event = _add(direction, staff=staff, reason=_short(reason), actor=actor)
    _record(event, [], actor)
    return Passed(event, staff.person.called)


@transaction.atomic
def sign_in_visitor(name: str, *, host: str = "", reason: str = "", actor: Actor) -> Passed:
    """A visitor comes in, to see somebody."""
    actor.require_all(Permission.GATE_USE)
    for field, text in (("name", name), ("host", host)):
        if len(tidy(text)) > 120:
            raise invalid_field(f"/{field}", "length", _("Use at most 120 letters."))
    if not tidy(name):
        raise invalid_field("/name", "required", _("Give the visitor's name."))
    event = _add(IN, visitor_name=tidy(name), host=tidy(host), reason=_short(reason), actor=actor)
    _record(event, [], actor)
    return Passed(event, event.visitor_name)


@transaction.atomic
def sign_out_visitor(visit_id: UUID, *, actor: Actor) -> Passed:
    """A visitor goes: the visit is over."""
    actor.require_all(Permission.GATE_USE)
    visit = GateEvent.objects.filter(pk=visit_id, direction=IN).exclude(visitor_name="").first()
    if visit is None:
        raise NotFoundError
    ended = VisitEndedError(_("%(name)s signed out already.") % {"name": visit.visitor_name})
    if visit.ways_out.exists():
        raise ended
    with refusing(gate_visit_ends_once=lambda: ended):
        event = _add(OUT, visitor_name=visit.visitor_name, host=visit.host, visit=visit, actor=actor)
    _record(event, [], actor)
    return Passed(event, event.visitor_name)


def _get_student(student_id: UUID, actor: Actor) -> Student:
    """The student, on roll today; whoever passes the gate twice at once waits here."""
    actor.require_all(Permission.GATE_USE)
    rows = Student.objects.filter(is_on_roll(today()), pk=student_id).exclude(pk__in=kept_from_work(actor))
    student = rows.select_related("person").select_for_update(of=("self",)).first()
    if student is None:
        raise NotFoundError
    return student


def _short(reason: str) -> str:
    if len(tidy(reason)) > 200:
        raise invalid_field("/reason", "length", _("A reason has at most 200 letters."))
    return tidy(reason)


def _repeated(direction: str, **who: Student | Staff) -> GateEvent | None:
    """Today's newest event, where it says the same: a card read twice is read once."""
    newest = GateEvent.objects.filter(at__range=day_bounds(today()), **who).order_by("-at", "-pk").first()
    return newest if newest and newest.direction == direction else None


# Any: the columns of an event.
def _add(direction: str, *, actor: Actor, **event: Any) -> GateEvent:
    return GateEvent.objects.create(
        direction=direction, at=clock.now(), made_by=actor.user_id, made_by_name=actor.name[:200], **event
    )


def _record(event: GateEvent, registers: Sequence[Register], actor: Actor) -> None:
    fact = GatePassed(
        event=event.pk,
        student=event.student_id,
        staff=event.staff_id,
        direction=event.direction,
        date=clock.local(event.at, time_zone()).date(),
        registers=[register.pk for register in registers],
    )
    record(
        f"attendance.gate.{event.direction}", target=Target.of(event), reason=event.reason, facts=[fact], actor=actor
    )


def _registers_of(student: Student) -> list[Register]:
    """The student's registers of today, made where they were not there yet; none where none can be made."""
    day = today()
    if not school_days().is_school_day(day):
        return []
    try:
        open_day(day)
    except AttendanceNotSetUpError:
        return []
    members = ClassMembership.objects.filter(holds_on(day), student=student)
    classes = list(members.values_list("school_class_id", flat=True))
    rows = Register.objects.filter(Q(school_class__in=classes) | Q(with_classes__overlap=classes), on=day)
    return list(rows.exclude(state=Register.State.NOT_REQUIRED).order_by("due_at", "pk"))


def _session_of(registers: Sequence[Register], instant: datetime) -> Register | None:
    """The register of the session that it is now: the one that began last, or the day's first."""
    daily = [register for register in registers if register.kind == "daily"]
    begun = [register for register in daily if register.due_at <= instant]
    return begun[-1] if begun else next(iter(daily), None)


def _mark_arrival(student: Student, event: GateEvent, registers: Sequence[Register], actor: Actor) -> Mark | None:
    register = _session_of(registers, event.at)
    if register is None:
        return None
    known = Mark.objects.select_related("code").filter(register=register, student=student).first()
    if known and known.code.meaning in HERE | {Meaning.APPROVED_ACTIVITY}:
        return None
    gate = _at_gate(actor)
    minutes = int((event.at - register.due_at).total_seconds() // 60)
    code = _code_for(register, event.at, minutes, read_codes(gate))
    if code is None:
        return None
    local = clock.local(event.at, time_zone())
    given = GivenMark(
        student.pk,
        code.symbol,
        minutes_late=min(minutes, 600) if minutes > 0 else None,
        time_in=local.time().replace(second=0, microsecond=0) if minutes > 0 else None,
        note=event.reason,
        origin="gate",
    )
    reason = _("Signed in at the gate at %(at)s") % {"at": f"{local:%H:%M}"}
    saved = take_register(register.pk, marks=[given], reason=reason, actor=gate)
    if saved.kept_planned:  # an absence was planned: it ends here, and the office hears of it
        mark_arrived(register.pk, Arrival(student.pk, given.time_in), actor=gate)
    return Mark.objects.select_related("code").filter(register=register, student=student).first()


def _at_gate(actor: Actor) -> Actor:
    """The same actor, with what the gate itself may do: it marks whoever comes through."""
    return replace(actor, granted=actor.granted | {Permission.REGISTERS_TAKE, Permission.REGISTERS_AMEND})


def _code_for(register: Register, instant: datetime, minutes: int, codes: CodeList) -> Code | None:
    if minutes <= 0:
        return codes.first(Meaning.PRESENT, register.session)
    late = codes.first(Meaning.LATE, register.session)
    if instant < register.closes_at:
        return late
    return codes.first(Meaning.LATE_AFTER_CLOSE, register.session) or late


_LEAVE = """
WITH left_mark AS (
  UPDATE attendance_mark SET time_out = %(time_out)s, left_reason = %(reason)s, marked_by = %(by)s, marked_at = %(at)s,
    origin = 'gate', version = version + 1, saved_in = %(saved_in)s
  WHERE school_id = %(school)s AND id = %(mark)s
  RETURNING *
), touched AS (
  UPDATE attendance_register SET version = %(saved_in)s, updated_at = %(at)s
  WHERE school_id = %(school)s AND id = %(register)s
)
INSERT INTO attendance_markchange (id, school_id, mark_id, code_id, minutes_late, time_in, time_out, left_reason, note,
  origin, marked_by, marked_by_name, marked_at, via, reason, version)
SELECT %(change)s, school_id, id, code_id, minutes_late, time_in, time_out, left_reason, note, origin, marked_by,
  %(by_name)s, marked_at, %(via)s, %(reason)s, version
FROM left_mark
"""


def _note_leaving(student: Student, event: GateEvent, registers: Sequence[Register], actor: Actor) -> None:
    session = _session_of(registers, event.at)
    if session is None:
        return
    register = Register.objects.select_for_update().get(pk=session.pk)
    mark = Mark.objects.select_related("code").filter(register=register, student=student).first()
    if mark is None or mark.code.meaning not in HERE:
        return
    values: dict[str, Any] = {
        "school": current_school(),
        "mark": mark.pk,
        "register": register.pk,
        "change": new_id(),
        "time_out": clock.local(event.at, time_zone()).time().replace(second=0, microsecond=0),
        "reason": event.reason,
        "by": actor.user_id,
        "by_name": actor.name,
        "at": event.at,
        "via": actor.via.value,
        "saved_in": register.version + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE, values)
    fact = AttendanceMarked(
        register=register.pk,
        school_class=register.school_class_id,
        with_classes=register.with_classes,
        date=register.on,
        kind=register.kind,
        version=register.version + 1,
        marks=[
            MarkFact(
                student=student.pk,
                meaning=mark.code.meaning,
                minutes_late=mark.minutes_late,
                version=mark.version + 1,
            )
        ],
        by=actor.user_id,
        via=actor.via.value,
    )
    changes = {str(student.pk): [mark.code.symbol, mark.code.symbol]}
    record(
        "attendance.mark", target=Target.of(register), changes=changes, reason=event.reason, facts=[fact], actor=actor
    )
