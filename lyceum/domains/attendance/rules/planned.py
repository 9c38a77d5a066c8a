"""Planned absences: asked for, decided, cancelled, and cut short by a student who is here after all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission, Reach
from lyceum.core.text import tidy
from lyceum.domains.academics.days import school_days
from lyceum.domains.attendance.codes import code_named, read_codes
from lyceum.domains.attendance.facts import PlannedAsked, PlannedDecided
from lyceum.domains.attendance.models import Code, PlannedAbsence, PlannedStudent
from lyceum.domains.attendance.models.planned import WHATS
from lyceum.domains.attendance.planned import days_until_now, get_planned
from lyceum.domains.attendance.rules.refusals import (
    FutureNotAllowedError,
    NotASchoolDayError,
    PlannedAlreadyError,
    PlannedDecidedError,
)
from lyceum.domains.attendance.rules.sessions import Derived, derive_day, lock_days
from lyceum.domains.attendance.rules.telling import tell_family_of_decision
from lyceum.domains.journal.facts import FactPayload
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import family_of, visible_students
from lyceum.domains.tenancy.queries import today

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class NewAbsence:
    """An absence as somebody asks for it."""

    students: Sequence[UUID]
    starts_on: date
    ends_on: date
    starts_half: int = 0
    ends_half: int = 1
    what: str = "other"
    reason: str = ""
    evidence: str = ""
    symbol: str = ""
    """What it should be marked as: for those who may give the code."""


@transaction.atomic
def ask_absence(new: NewAbsence, *, approve: bool = False, actor: Actor) -> PlannedAbsence:
    """Ask for an absence: a guardian for their child, staff for their students, a student of age for themselves.

    Families ask from today on. Whoever decides may approve in the same act.
    """
    actor.require(Permission.ABSENCES_ASK)
    if approve:
        actor.require_all(Permission.ABSENCES_DECIDE)
    students = _students(new.students, actor)
    asks_at_home = family_of(actor) >= {student.pk for student in students}
    _check_days(new, asks_at_home)
    _refuse_same(new, students)
    origin, code = _origin(actor, asks_at_home), _asked_code(new, asks_at_home, actor)
    planned = make_planned(new, students, origin=origin, code=code, actor=actor)
    asked = PlannedAsked(planned=planned.pk, students=[s.pk for s in students], origin=planned.origin)
    record("attendance.absence.ask", target=Target.of(planned), changes=_shown(planned), facts=[asked], actor=actor)
    return approve_absence(planned.pk, actor=actor) if approve else planned


def _students(wanted: Sequence[UUID], actor: Actor) -> list[Student]:
    ids = list(dict.fromkeys(wanted))
    if not ids:
        raise invalid_field("/students", "required", _("Choose at least one student."))
    rows = Student.objects.filter(visible_students(actor, Permission.ABSENCES_ASK), pk__in=ids)
    students = list(rows.order_by("pk"))
    if len(students) != len(ids):
        raise NotFoundError
    return students


def _check_days(new: NewAbsence, asks_at_home: bool) -> None:
    if (new.ends_on, new.ends_half) < (new.starts_on, new.starts_half):
        raise invalid_field("/ends_on", "order", _("The absence ends before it begins."))
    if new.ends_on - new.starts_on > LONGEST:
        raise invalid_field("/ends_on", "range", _("An absence lasts a year at most."))
    if new.starts_on < today() and asks_at_home:
        raise invalid_field("/starts_on", "past", _("Absences of past days are explained to the office."))
    if not school_days().between(new.starts_on, new.ends_on):
        raise NotASchoolDayError(
            _("No school is kept on these days: %(why_closed)s.")
            % {"why_closed": school_days().why_closed(new.starts_on)}
        )
    if new.what not in WHATS:
        raise invalid_field("/what", "choice", _("Choose one of: %(choices)s.") % {"choices": ", ".join(WHATS)})
    if new.what == "other" and not tidy(new.reason):
        raise invalid_field("/reason", "required", _("Say in a few words why."))
    for name, most in (("reason", 500), ("evidence", 300)):
        if len(getattr(new, name)) > most:
            raise invalid_field(f"/{name}", "too_long", _("At most %(most)s letters.") % {"most": most})


def _refuse_same(new: NewAbsence, students: Sequence[Student]) -> None:
    """Refuse what is asked for or approved already."""
    rows = PlannedStudent.objects.filter(
        student__in=students,
        planned__state__in=(PlannedAbsence.State.ASKED, PlannedAbsence.State.APPROVED),
        planned__starts_on__lte=new.starts_on,
        planned__ends_on__gte=new.ends_on,
    ).select_related("planned")
    for row in rows:
        known = row.planned
        begins = (known.starts_on, known.starts_half) <= (new.starts_on, new.starts_half)
        if begins and (known.ends_on, known.ends_half) >= (new.ends_on, new.ends_half) and row.arrived_on is None:
            raise PlannedAlreadyError(
                _("This absence is planned already, from %(first)s to %(last)s.")
                % {"first": known.starts_on, "last": known.ends_on},
                planned=str(known.pk),
            )


def _origin(actor: Actor, asks_at_home: bool) -> PlannedAbsence.Origin:
    if not asks_at_home:
        return PlannedAbsence.Origin.STAFF
    is_guardian = Reach.CHILD in actor.reaches(Permission.ABSENCES_ASK)
    return PlannedAbsence.Origin.GUARDIAN if is_guardian else PlannedAbsence.Origin.STUDENT


def _asked_code(new: NewAbsence, asks_at_home: bool, actor: Actor) -> Code | None:
    """The code that was given, or the one that is proposed for the reason. Families give words, no code."""
    if not new.symbol:
        return code_named(new.what)
    return _given_code(new.symbol, actor, asks_at_home=asks_at_home)


def _given_code(symbol: str, actor: Actor, *, asks_at_home: bool = False) -> Code:
    codes = read_codes(actor)
    code = codes.by_symbol(symbol)
    if code is None or not code.active:
        raise invalid_field("/code", "code_unknown", _("There is no code %(symbol)s in use.") % {"symbol": symbol[:10]})
    if not codes.may_give(code) or asks_at_home:
        raise invalid_field(
            "/code", "code_not_allowed", _("%(symbol)s is given by the office.") % {"symbol": code.symbol}
        )
    return code


def make_planned(
    new: NewAbsence,
    students: Sequence[Student],
    *,
    origin: PlannedAbsence.Origin,
    code: Code | None,
    source: str = "",
    actor: Actor,
) -> PlannedAbsence:
    """Write the absence and for whom it is asked; nobody has decided it yet."""
    planned = PlannedAbsence.objects.create(
        starts_on=new.starts_on,
        starts_half=new.starts_half,
        ends_on=new.ends_on,
        ends_half=new.ends_half,
        code=code,
        what=new.what,
        reason=tidy(new.reason),
        evidence=tidy(new.evidence),
        origin=origin,
        source=source,
        asked_by=actor.user_id,
        asked_by_name=actor.name[:200],
        asked_at=clock.now(),
    )
    PlannedStudent.objects.bulk_create(
        PlannedStudent(
            planned=planned,
            student=student,
            starts_on=new.starts_on,
            starts_half=new.starts_half,
            ends_on=new.ends_on,
            ends_half=new.ends_half,
        )
        for student in students
    )
    return planned


def _shown(planned: PlannedAbsence) -> dict[str, list[str | None]]:
    return {"days": [None, f"{planned.starts_on} – {planned.ends_on}"], "what": [None, planned.what]}


@transaction.atomic
def approve_absence(planned_id: UUID, *, symbol: str = "", answer: str = "", actor: Actor) -> PlannedAbsence:
    """Approve what was asked for: it prefills and locks the marks of its sessions. Marks given before stay."""
    planned = _open(planned_id, (PlannedAbsence.State.ASKED,), actor)
    code = _given_code(symbol, actor) if symbol else planned.code
    if code is None:
        raise invalid_field("/code", "required", _("Choose the code that it is marked as."))
    if planned.ends_on > today() and not code.future_allowed:
        raise FutureNotAllowedError(
            _("%(symbol)s cannot be given ahead, for %(on)s.") % {"symbol": code.symbol, "on": planned.ends_on}
        )
    planned.code = code
    PlannedStudent.objects.filter(planned=planned).update(holds=True)
    return decide(planned, PlannedAbsence.State.APPROVED, answer, actor)


@transaction.atomic
def refuse_absence(planned_id: UUID, *, answer: str, actor: Actor) -> PlannedAbsence:
    """Refuse what was asked for, saying why."""
    planned = _open(planned_id, (PlannedAbsence.State.ASKED,), actor)
    if not tidy(answer):
        raise invalid_field("/answer", "reason_needed", _("Say why it is refused."))
    return decide(planned, PlannedAbsence.State.REFUSED, answer, actor)


@transaction.atomic
def cancel_absence(planned_id: UUID, *, answer: str = "", actor: Actor) -> PlannedAbsence:
    """Take back what was asked for or approved: its marks are free again, those already saved stay.

    Whoever asked may take it back until it is decided; afterwards the office does.
    """
    actor.require(Permission.ABSENCES_ASK)
    planned = get_planned(planned_id, actor=actor)
    is_own = planned.asked_by is not None and planned.asked_by == actor.user_id
    if not (is_own and planned.state == PlannedAbsence.State.ASKED):
        actor.require_all(Permission.ABSENCES_DECIDE)
    planned = _locked(planned, (PlannedAbsence.State.ASKED, PlannedAbsence.State.APPROVED), actor)
    PlannedStudent.objects.filter(planned=planned).update(holds=False)
    return decide(planned, PlannedAbsence.State.CANCELLED, answer, actor)


def _open(planned_id: UUID, states: Iterable[str], actor: Actor) -> PlannedAbsence:
    actor.require_all(Permission.ABSENCES_DECIDE)
    return _locked(get_planned(planned_id, actor=actor), states, actor)


def _locked(found: PlannedAbsence, states: Iterable[str], actor: Actor) -> PlannedAbsence:
    """The same, with its days and itself locked, in a state in which the act is possible."""
    lock_days(days_until_now(found))
    planned = get_planned(found.pk, actor=actor, lock=True)
    if planned.state not in states:
        raise PlannedDecidedError(
            _("%(name)s decided this already: %(state)s.")
            % {"name": planned.decided_by_name, "state": planned.get_state_display()},
            state=planned.state,
        )
    return planned


def decide(planned: PlannedAbsence, state: PlannedAbsence.State, answer: str, actor: Actor) -> PlannedAbsence:
    """Write a decision: the marks of the days until now follow, and the family is told."""
    before, planned.state = planned.state, state
    planned.decided_by_name = actor.name[:200]
    planned.decided_at = clock.now()
    planned.answer = tidy(answer)[:500]
    planned.save()
    students = list(PlannedStudent.objects.filter(planned=planned).values_list("student", flat=True).order_by("pk"))
    derived = derive_days(days_until_now(planned), students)
    first, last = afternoons(planned.starts_on, planned.ends_on, planned.ends_half)
    decided = PlannedDecided(
        planned=planned.pk,
        state=state.value,
        students=students,
        asked_by=planned.asked_by,
        first=first,
        last=last,
        meaning=planned.code.meaning if planned.code else "",
    )
    facts: list[FactPayload] = [decided, *(each.fact for each in derived)]
    changes = {"state": [before, state.value]}
    record("attendance.absence.decide", target=Target.of(planned), changes=changes, reason=answer, facts=facts,
           actor=actor)  # fmt: skip
    tell_family_of_decision(planned, students, actor=actor)
    return planned


def afternoons(starts_on: date, ends_on: date, ends_half: int) -> tuple[date, date] | tuple[None, None]:
    """The first and the last day whose afternoon an absence takes: whoever is back at noon is there for the rest."""
    last = ends_on if ends_half else ends_on - timedelta(days=1)
    return (starts_on, last) if starts_on <= last else (None, None)


def derive_days(days: Iterable[date], students: Sequence[UUID]) -> list[Derived]:
    """The statutory marks of students on several days, which are locked."""
    return [derived for day in sorted(days) for derived in derive_day(day, students)]
