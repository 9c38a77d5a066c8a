"""Reading registers and their history."""

from collections.abc import Collection
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission, Reach
from lyceum.core.schools import current_school
from lyceum.domains.academics.days import school_days
from lyceum.domains.attendance.models import Conflict, Mark, MarkChange, Register, SessionTimes
from lyceum.domains.attendance.policies import (
    COVERED_REGISTERS_SQL,
    TAUGHT_REGISTERS_SQL,
    of_class,
    own_registers,
    registers_for,
    sql_values,
    taught_registers,
)
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.people.policies import family_of, kept_from_work

_FIELDS = [field.attname for field in Register._meta.concrete_fields]
_REGISTER = f"""
SELECT {", ".join(f'r."{field.column}"' for field in Register._meta.concrete_fields)}, EXISTS (
  SELECT 1 FROM attendance_conflict c
  WHERE c.school_id = %(school)s AND c.register_id = r.id AND c.state = 'open'), {{taught}}
FROM attendance_register r WHERE r.school_id = %(school)s AND r.id = %(register)s
"""  # noqa: S608  # the names of this module's own columns
_ANY = _REGISTER.format(taught="true")
_OWN = f"{_REGISTER.format(taught=TAUGHT_REGISTERS_SQL)} AND ({TAUGHT_REGISTERS_SQL} OR {COVERED_REGISTERS_SQL})"


def get_register(
    register_id: UUID, *, actor: Actor, permission: Permission = Permission.REGISTERS_VIEW, lock: bool = False
) -> Register:
    """The register, where the actor may do the act with it. Unknown and hidden are the same."""
    found = _lock_register(register_id, actor, permission) if lock else read_register(register_id, actor, permission)
    if found is None:
        raise NotFoundError
    return found


_LOCK_DAY = """
SELECT pg_advisory_xact_lock(r.school_id, r."on" - date '0001-01-01' + 1) FROM attendance_register r
WHERE r.school_id = %(school)s AND r.id = %(register)s
"""  # the number of the day is that of Python's toordinal()


def _lock_register(register_id: UUID, actor: Actor, permission: Permission) -> Register | None:
    """The day before its registers, as `lock_days` does it: so no two acts wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_DAY, {"school": current_school(), "register": register_id})
    rows = Register.objects.filter(registers_for(actor, permission), pk=register_id)
    is_taught = Q() if actor.reaches_all(permission) else taught_registers(actor)
    rows = rows.annotate(is_taught=Case(When(is_taught, then=True), default=False)) if is_taught else rows
    register = next(iter(rows.select_for_update(of=("self",))), None)
    if register is not None:
        register.is_covered = not getattr(register, "is_taught", True)
    return register


def read_register(register_id: UUID, actor: Actor, permission: Permission) -> Register | None:
    """As `registers_for` says, written out: at a quarter to nine this is what every teacher asks at once.

    The register knows whether anything on it waits for a decision (`has_open_conflicts`), and whether it is the
    actor's for this once, to cover (`is_covered`).
    """
    school, reaches = current_school(), actor.reaches(permission)
    if not {Reach.ALL, Reach.CLASSES} & reaches:
        return None
    values: dict[str, Any] = {"school": school, "register": register_id, **sql_values(actor)}
    with connection.cursor() as cursor:
        cursor.execute(_ANY if Reach.ALL in reaches else _OWN, values)
        row = cursor.fetchone()
    if row is None:
        return None
    register = Register.from_db(connection.alias, _FIELDS, row[:-2])
    register.has_open_conflicts, is_taught = row[-2:]
    register.is_covered = not is_taught
    return register


def find_register(
    *,
    class_id: UUID,
    day: date,
    session: str = "",
    period: str = "",
    permission: Permission = Permission.REGISTERS_VIEW,
    actor: Actor,
) -> Register:
    """The register of a class for a session or a lesson's period of a day, made where it was not there yet."""
    rows = Register.objects.filter(
        registers_for(actor, permission),
        of_class(class_id),
        on=day,
        session=session,
        period=period,
    )
    register = rows.select_related("school_class", "lesson").first()
    if register is None and open_day(day):
        register = rows.first()
    if register is None:
        raise NotFoundError
    return register


def list_registers(
    actor: Actor, *, day: date, permission: Permission = Permission.REGISTERS_VIEW
) -> QuerySet[Register]:
    """The day's registers that the actor may see, in order of time, each with how many marks it has."""
    rows = registers_on(day, actor=actor, permission=permission)
    return rows.select_related("school_class__subject", "lesson").annotate(marked=_count_marks())


def registers_on(day: date, *, actor: Actor, permission: Permission) -> QuerySet[Register]:
    """The same, and nothing besides them. What is not yet there of the day is made."""
    actor.require(permission)
    if _some_not_made(day) and school_days().is_school_day(day):
        open_day(day)
    return Register.objects.filter(registers_for(actor, permission), on=day).order_by("due_at", "class_name", "pk")


def in_state(states: Collection[str], instant: datetime) -> Q:
    """Registers that are in one of the states: `Register.state_at`, asked of many at once."""
    kept = ~Q(state=Register.State.NOT_REQUIRED)
    closed, open_still = Q(closes_at__lte=instant, locks_at__gt=instant), Q(closes_at__gt=instant, locks_at__gt=instant)
    each = {
        "not_required": ~kept,
        "locked": kept & Q(locks_at__lte=instant),
        "closed": closed & Q(state=Register.State.TAKEN),
        "missed": closed & Q(state=Register.State.DUE),
        "taken": open_still & Q(state=Register.State.TAKEN),
        "due": open_still & Q(state=Register.State.DUE),
    }
    return reduce(or_, (each[state] for state in states))


def missing_first(rows: QuerySet[Register], instant: datetime) -> QuerySet[Register]:
    """The same registers with a `rank` to order by: 0 for one that was missed."""
    return rows.annotate(rank=Case(When(in_state(["missed"], instant), then=0), default=1))


def count_states(rows: QuerySet[Register], instant: datetime) -> dict[str, int]:
    """How many of the registers are in each state."""
    states = ("due", "taken", "closed", "missed", "locked", "not_required")
    return rows.order_by().aggregate(**{state: Count("pk", filter=in_state([state], instant)) for state in states})


def _count_marks() -> Coalesce:
    marks = Mark.objects.filter(register=OuterRef("pk")).values("register").annotate(n=Count("*")).values("n")
    return Coalesce(Subquery(marks), 0)


_SOME_NOT_MADE = """
SELECT NOT EXISTS (SELECT FROM attendance_register r WHERE r.school_id = %(school)s AND r."on" = %(day)s)
  OR EXISTS (
    SELECT FROM academics_class c WHERE c.school_id = %(school)s AND c.registers IN ('daily', 'both')
      AND c.starts <= %(day)s AND c.ends >= %(day)s AND NOT EXISTS (
        SELECT FROM attendance_register r WHERE r.school_id = %(school)s AND r."on" = %(day)s AND r.class_id = c.id))
"""


def _some_not_made(day: date) -> bool:
    """In plain SQL: it is asked on every first page of a morning, and Django takes ten times as long to say it."""
    with connection.cursor() as cursor:
        cursor.execute(_SOME_NOT_MADE, {"school": current_school(), "day": day})
        row = cursor.fetchone()
    return bool(row and row[0])


def list_history(register: Register, *, actor: Actor) -> QuerySet[MarkChange]:
    """Everything that was ever said on a register: original and amended, who, when, why."""
    actor.require(Permission.REGISTERS_VIEW)
    shown = Register.objects.filter(registers_for(actor, Permission.REGISTERS_VIEW, covering=False), pk=register.pk)
    if not shown.exists():
        raise NotFoundError
    rows = MarkChange.objects.filter(mark__register=register).exclude(mark__student__in=kept_from_work(actor))
    return rows.select_related("code", "mark__student__person").order_by("mark__student__person__sort_name", "version")


def marks_as_known(register: Register, *, instant: datetime, actor: Actor) -> list[MarkChange]:
    """What a register said at an instant: the newest version of each mark that was saved by then."""
    changes = list_history(register, actor=actor).filter(marked_at__lte=instant)
    return list({change.mark_id: change for change in changes.order_by("version")}.values())


def list_marks(
    actor: Actor,
    *,
    first: date,
    last: date,
    student: UUID | None = None,
    school_class: UUID | None = None,
    as_known_at: datetime | None = None,
    permission: Permission = Permission.REGISTERS_VIEW,
) -> QuerySet[Mark]:
    """Marks of the registers for which the actor may do the act, newest day first.

    Of one's own family only those of one's own registers: the others are a colleague's. With `as_known_at` those that
    were given by then (`as_they_were` says what they said); a cover opens nothing of what was before.
    """
    actor.require(permission)
    reach = registers_for(actor, permission, covering=as_known_at is None)
    registers = Register.objects.filter(reach, on__range=(first, last))
    if school_class:
        registers = registers.filter(of_class(school_class))
    rows = Mark.objects.filter(register__in=registers).exclude(student__in=kept_from_work(actor))
    family = family_of(actor)
    if family:
        rows = rows.filter(~Q(student__in=family) | Q(register__in=registers.filter(own_registers(actor))))
    if as_known_at:
        rows = rows.filter(Exists(MarkChange.objects.filter(mark=OuterRef("pk"), marked_at__lte=as_known_at)))
    if student:
        rows = rows.filter(student=student)
    return rows.select_related("register", "student__person", "code").order_by("-register__on", "register", "pk")


def get_mark(mark_id: UUID, *, actor: Actor, permission: Permission = Permission.REGISTERS_VIEW) -> Mark:
    """The mark, where the actor may do the act with its register."""
    registers = Register.objects.filter(registers_for(actor, permission))
    rows = Mark.objects.filter(pk=mark_id, register__in=registers).exclude(student__in=kept_from_work(actor))
    mark = rows.select_related("code", "register").first()
    if mark is None:
        raise NotFoundError
    return mark


def list_session_times(actor: Actor) -> QuerySet[SessionTimes]:
    """The times of sessions, the newest first; for those who set them."""
    actor.require(Permission.CODES_EDIT)
    return SessionTimes.objects.order_by("session", "-starts_on", "pk")


def now_register(registers: list[Register]) -> Register | None:
    """The register of this moment: the first that is due and not taken, else the one taken last."""
    instant = clock.now()
    waiting = [r for r in registers if r.state_at(instant) in ("due", "missed")]
    begun = [r for r in waiting if r.due_at <= instant]
    return next(iter(begun or waiting or registers[-1:]), None)


def list_conflicts(
    actor: Actor,
    *,
    state: str = Conflict.State.OPEN,
    register: UUID | None = None,
    permission: Permission = Permission.REGISTERS_VIEW,
) -> QuerySet[Conflict]:
    """Marks of devices that somebody has to decide on, on the registers the actor may see; oldest first."""
    actor.require(permission)
    registers = Register.objects.filter(registers_for(actor, permission))
    rows = Conflict.objects.filter(register__in=registers, state=state).exclude(student__in=kept_from_work(actor))
    if register:
        rows = rows.filter(register=register)
    return rows.select_related("register", "student__person").order_by("marked_at", "pk")


def get_conflict(
    conflict_id: UUID, *, actor: Actor, permission: Permission = Permission.REGISTERS_VIEW, lock: bool = False
) -> Conflict:
    """The conflict, where the actor may do the act with its register. Unknown and hidden are the same."""
    registers = Register.objects.filter(registers_for(actor, permission))
    rows = Conflict.objects.filter(pk=conflict_id, register__in=registers).exclude(student__in=kept_from_work(actor))
    rows = rows.select_related("register", "student__person")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = list(rows)
    if not found:
        raise NotFoundError
    return found[0]
