"""The office's own word on a session, and the sessions in which a student is not expected here."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor, not_allowed
from lyceum.core.errors import FieldError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.queries import standings
from lyceum.domains.attendance.codes import code_named, fits, read_codes
from lyceum.domains.attendance.models import Code, SessionOverride, SessionPattern
from lyceum.domains.attendance.rules.planned import derive_days
from lyceum.domains.attendance.rules.refusals import FutureNotAllowedError, NotASchoolDayError, ReasonNeededError
from lyceum.domains.attendance.rules.session_times import times_on
from lyceum.domains.attendance.rules.sessions import derive_day, lock_days
from lyceum.domains.attendance.rules.years import require_open_year
from lyceum.domains.journal.rules import Changes, Target, record
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import family_of
from lyceum.domains.people.queries import get_student
from lyceum.domains.tenancy.queries import today


@transaction.atomic
def override_session(
    student_id: UUID, *, on: date, session: str, symbol: str, reason: str, actor: Actor
) -> SessionOverride:
    """Say what a session of a student was, whatever registers and plans say, with a reason."""
    student = _student(student_id, on, reason, actor)
    if not school_days().is_school_day(on):
        raise NotASchoolDayError(
            _("No school is kept on %(day)s: %(why_closed)s.") % {"day": on, "why_closed": school_days().why_closed(on)}
        )
    if session not in {times.session for times in times_on(on, _grades(student, on))}:
        raise invalid_field("/session", "choice", _("This day has no such session."))
    code = _code(symbol, session, on, actor)
    lock_days([on])
    known = SessionOverride.objects.filter(student=student, on=on, session=session).select_related("code").first()
    old = known.code.symbol if known else None
    override = known or SessionOverride(student=student, on=on, session=session)
    override.code, override.reason = code, tidy(reason)[:500]
    override.made_by, override.made_by_name = actor.user_id, actor.name[:200]
    override.save()
    derived = derive_day(on, [student.pk])
    record(
        "attendance.session.override",
        target=Target("people.student", student.pk, f"{on} {session}"),
        changes={"code": [old, code.symbol]},
        reason=reason,
        facts=[each.fact for each in derived],
        actor=actor,
    )
    return override


def _grades(student: Student, on: date) -> list[UUID]:
    grade = standings([student.pk], on)[student.pk].grade_id
    return [grade] if grade else []


def _code(symbol: str, session: str, on: date, actor: Actor) -> Code:
    code = read_codes(actor).by_symbol(symbol)
    if code is None or not code.active:
        raise invalid_field("/code", "code_unknown", _("There is no code %(symbol)s in use.") % {"symbol": symbol[:10]})
    if not fits(code, session):
        raise invalid_field(
            "/code", "code_not_allowed", _("%(symbol)s belongs to the other session.") % {"symbol": code.symbol}
        )
    if on > today() and not code.future_allowed:
        raise FutureNotAllowedError(
            _("%(symbol)s cannot be given ahead, for %(on)s.") % {"symbol": code.symbol, "on": on}
        )
    return code


def _amended(student_id: UUID, actor: Actor) -> Student:
    """The student, of whose sessions the office has the last word; of one's own child a colleague has it."""
    actor.require_all(Permission.REGISTERS_AMEND)
    if student_id in family_of(actor):
        raise not_allowed(Permission.REGISTERS_AMEND)
    return get_student(student_id, actor=actor, permission=Permission.REGISTERS_AMEND)


def _student(student_id: UUID, on: date, reason: str, actor: Actor) -> Student:
    student = _amended(student_id, actor)
    require_open_year(on, reason=reason, actor=actor)
    if not tidy(reason):
        message = _("Say why the session is changed.")
        raise ReasonNeededError(message, errors=[FieldError("/reason", "reason_needed", message)])
    return student


@transaction.atomic
def clear_override(student_id: UUID, *, on: date, session: str, reason: str, actor: Actor) -> None:
    """Let registers and plans decide the session again."""
    student = _student(student_id, on, reason, actor)
    lock_days([on])
    override = SessionOverride.objects.filter(student=student, on=on, session=session).select_related("code").first()
    if override is None:
        raise NotFoundError
    override.delete()
    derived = derive_day(on, [student.pk])
    record(
        "attendance.session.clear",
        target=Target("people.student", student.pk, f"{on} {session}"),
        changes={"code": [override.code.symbol, None]},
        reason=reason,
        facts=[each.fact for each in derived],
        actor=actor,
    )


@transaction.atomic
def set_pattern(
    student_id: UUID,
    *,
    case: str,
    sessions: Sequence[str],
    starts_on: date,
    ends_on: date | None = None,
    reason: str = "",
    actor: Actor,
) -> SessionPattern:
    """Say in which sessions of the week a student is not expected here, from a day on: `5PM` is Friday afternoon.

    It takes the place of what was said before, from that day on. Days that were counted before it stay as they are.
    """
    student = _amended(student_id, actor)
    if code_named(case) is None:
        raise invalid_field("/case", "choice", _("The codes in use name none for this case."))
    if ends_on and ends_on < starts_on:
        raise invalid_field("/ends_on", "order", _("The last day lies before the first day."))
    wanted = sorted(set(sessions))
    possible = {f"{weekday}{session}" for weekday in range(1, 8) for session in ("AM", "PM", "DAY")}
    if not wanted or not possible.issuperset(wanted):
        raise invalid_field("/sessions", "choice", _("Name sessions by weekday, as in 5PM for Friday afternoon."))
    days = school_days().between(starts_on, min(ends_on or today(), today()))
    lock_days(days)
    before = SessionPattern.objects.filter(student=student)
    before.filter(starts_on__gte=starts_on).delete()
    before.exclude(ends_on__lt=starts_on).update(ends_on=starts_on - timedelta(days=1))
    pattern = SessionPattern.objects.create(
        student=student, case=case, sessions=wanted, starts_on=starts_on, ends_on=ends_on, reason=tidy(reason)[:300]
    )
    facts = [each.fact for each in derive_days(days, [student.pk])]
    changes: Changes = {"case": [None, case], "sessions": [None, wanted]}
    record("attendance.pattern.set", target=Target.of(pattern), changes=changes, reason=reason, facts=facts,
           actor=actor)  # fmt: skip
    return pattern


@transaction.atomic
def end_pattern(pattern_id: UUID, *, last_day: date, actor: Actor) -> SessionPattern:
    """The student is expected in all sessions again after a day."""
    actor.require_all(Permission.REGISTERS_AMEND)
    pattern = SessionPattern.objects.filter(pk=pattern_id).select_related("student").first()
    if pattern is None:
        raise NotFoundError
    _amended(pattern.student_id, actor)
    if last_day < pattern.starts_on:
        raise invalid_field("/last_day", "order", _("The last day lies before the first day."))
    days = school_days().between(last_day, today())
    lock_days(days)
    old, pattern.ends_on = pattern.ends_on, last_day
    pattern.save(update_fields=["ends_on", "updated_at"])
    facts = [each.fact for each in derive_days(days, [pattern.student_id])]
    changes = {"ends_on": [old and f"{old}", f"{last_day}"]}
    record("attendance.pattern.end", target=Target.of(pattern), changes=changes, facts=facts, actor=actor)
    return pattern
