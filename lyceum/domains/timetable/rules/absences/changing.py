"""The acts on absences of staff: the office reports anybody's, a teacher asks for their own."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor, not_allowed
from lyceum.core.errors import FieldError, InvalidError, NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.journal.rules import Target, changed_fields, record
from lyceum.domains.people.models import Staff
from lyceum.domains.people.queries import find_staff_of_user
from lyceum.domains.timetable.facts import StaffAbsenceChanged
from lyceum.domains.timetable.models import StaffAbsence
from lyceum.domains.timetable.rules.absences.fitting import fit_covers
from lyceum.domains.timetable.rules.absences.refusals import AbsenceDecidedError, AbsenceOverlapsError
from lyceum.domains.timetable.rules.absences.telling import tell_of_decision, tell_office
from lyceum.domains.timetable.rules.covers.tallies import lock_covers

LONGEST = timedelta(days=400)
MOST_PERIOD = 99
LIVE = (StaffAbsence.State.ASKED, StaffAbsence.State.CONFIRMED)
CHANGEABLE = frozenset({"starts_on", "ends_on", "starts_period", "ends_period", "kind", "note"})


@dataclass(frozen=True)
class NewStaffAbsence:
    """Who is away, from when to when, both included."""

    starts_on: date
    ends_on: date
    staff_id: UUID | None = None
    """None: the one who asks."""
    starts_period: int | None = None
    """The first period away on the first day; None: from its beginning."""
    ends_period: int | None = None
    """The last period away on the last day; None: until its end."""
    kind: str = StaffAbsence.Kind.OTHER.value
    note: str = ""


@transaction.atomic
def report_staff_absence(new: NewStaffAbsence, *, actor: Actor) -> StaffAbsence:
    """Say that somebody is away. The office's word holds at once; a teacher asks for themselves, and waits."""
    staff = _get_staff(new.staff_id, actor)
    decides = actor.reaches_all(Permission.STAFF_ABSENCES_EDIT)
    values = asdict(new)
    values.pop("staff_id")
    row = StaffAbsence(staff=staff, asked_by=actor.user_id, **_tidied(values))
    row.state = StaffAbsence.State.CONFIRMED if decides else StaffAbsence.State.ASKED
    if decides:
        row.confirmed_by, row.confirmed_at = actor.user_id, clock.now()
    _check(row)
    row.save()
    verb = "report" if decides else "ask"
    facts = [_fact(row)] if decides else []
    record(f"timetable.absence.{verb}", target=Target.of(row), changes=_shown(row), facts=facts, actor=actor)
    if decides:
        fit_covers(row, actor=actor)
    else:
        tell_office(row, actor=actor)
    return row


def _fact(row: StaffAbsence) -> StaffAbsenceChanged:
    return StaffAbsenceChanged(absence=row.pk, staff=row.staff_id, state=row.state)


def _shown(row: StaffAbsence) -> dict[str, list[Any]]:
    """What the trail keeps of a new absence: its times, not its reason."""
    return {"starts_on": [None, row.starts_on], "ends_on": [None, row.ends_on], "state": [None, str(row.state)]}


def _get_staff(staff_id: UUID | None, actor: Actor) -> Staff:
    """Whose absence it is. Two at once wait for each other."""
    actor.require(Permission.STAFF_ABSENCES_ASK)
    lock_covers()
    own = find_staff_of_user(actor.user_id)
    wanted = staff_id or (own.pk if own else None)
    if wanted is None:
        raise invalid_field("/staff", "required", _("Choose who is away."))
    if not actor.reaches_all(Permission.STAFF_ABSENCES_EDIT) and (own is None or wanted != own.pk):
        raise not_allowed(Permission.STAFF_ABSENCES_EDIT)
    staff = Staff.objects.select_related("person").filter(pk=wanted).first()
    if staff is None:
        raise invalid_field("/staff", "teacher_unknown", _("There is no such teacher here."))
    return staff


def _tidied(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tidy(value) if isinstance(value, str) else value for name, value in values.items()}


def _check(row: StaffAbsence) -> None:
    faults = _faults(row)
    if faults:
        raise InvalidError(faults[0].message, errors=faults)
    others = StaffAbsence.objects.filter(
        Q(starts_on__lte=row.ends_on, ends_on__gte=row.starts_on), staff=row.staff_id, state__in=LIVE
    ).exclude(pk=row.pk)
    met = next((each for each in others if _overlap(row, each)), None)
    if met:
        raise AbsenceOverlapsError(
            _("%(name)s is away from %(starts)s to %(ends)s already.")
            % {"name": row.staff, "starts": met.starts_on, "ends": met.ends_on},
            absence=str(met.pk),
        )


def _faults(row: StaffAbsence) -> list[FieldError]:
    faults = []
    if row.ends_on < row.starts_on or row.ends_on - row.starts_on > LONGEST:
        faults.append(FieldError("/ends_on", "order", _("It ends on its first day or later, within 400 days.")))
    for name in ("starts_period", "ends_period"):
        number = getattr(row, name)
        if number is not None and not 0 <= number <= MOST_PERIOD:
            faults.append(FieldError(f"/{name}", "range", _("Give the number of a period.")))
    first, last = row.starts_period, row.ends_period
    if row.starts_on == row.ends_on and first is not None and last is not None and last < first:
        faults.append(FieldError("/ends_period", "order", _("The last period comes after the first.")))
    if row.kind not in StaffAbsence.Kind.values:
        faults.append(FieldError("/kind", "choice", _("Choose one of the list.")))
    if len(row.note) > 300:
        faults.append(FieldError("/note", "length", _("A note has at most 300 letters.")))
    return faults


def _overlap(one: StaffAbsence, other: StaffAbsence) -> bool:
    return _begins(one) <= _ends(other) and _begins(other) <= _ends(one)


def _begins(row: StaffAbsence) -> tuple[date, int]:
    return row.starts_on, -1 if row.starts_period is None else row.starts_period


def _ends(row: StaffAbsence) -> tuple[date, int]:
    return row.ends_on, MOST_PERIOD + 1 if row.ends_period is None else row.ends_period


@transaction.atomic
def edit_staff_absence(absence_id: UUID, *, values: Mapping[str, Any], actor: Actor) -> StaffAbsence:
    """Change when or why somebody is away. Cover outside it goes at once, and the lessons are their teacher's again."""
    row = get_absence_for_act(absence_id, actor=actor)
    unknown = sorted(values.keys() - CHANGEABLE)
    if unknown:
        raise invalid_field(
            f"/{unknown[0]}", "read_only", _("%(field)s cannot be changed here.") % {"field": unknown[0]}
        )
    _refuse_ended(row)
    changes = changed_fields(row, _tidied(values))
    if not changes:
        return row
    _check(row)
    row.version += 1
    row.save()
    shown = {name: change for name, change in changes.items() if name not in ("kind", "note")}
    facts = [_fact(row)] if row.state == StaffAbsence.State.CONFIRMED else []
    record("timetable.absence.edit", target=Target.of(row), changes=shown, facts=facts, actor=actor)
    if row.state == StaffAbsence.State.CONFIRMED:
        fit_covers(row, actor=actor)
    return row


def get_absence_for_act(absence_id: UUID, *, actor: Actor) -> StaffAbsence:
    """The absence, locked: anybody's for the office; one's own while nobody has decided. Others' are not there."""
    actor.require(Permission.STAFF_ABSENCES_ASK)
    lock_covers()
    rows = StaffAbsence.objects.select_for_update(of=("self",)).select_related("staff__person")
    row = rows.filter(pk=absence_id).first()
    if row is None:
        raise NotFoundError
    if actor.reaches_all(Permission.STAFF_ABSENCES_EDIT):
        return row
    own = find_staff_of_user(actor.user_id)
    if own is None or own.pk != row.staff_id:
        raise NotFoundError
    if row.state != StaffAbsence.State.ASKED:
        raise AbsenceDecidedError(_("It was decided already. Ask the office to change it."))
    return row


def _refuse_ended(row: StaffAbsence) -> None:
    if row.state not in LIVE:
        raise AbsenceDecidedError(_("This absence is %(state)s.") % {"state": row.get_state_display()})


@transaction.atomic
def decide_staff_absence(absence_id: UUID, *, agrees: bool, reason: str = "", actor: Actor) -> StaffAbsence:
    """Confirm or refuse what a teacher asks for. The same answer twice is one."""
    actor.require_all(Permission.STAFF_ABSENCES_EDIT)
    row = get_absence_for_act(absence_id, actor=actor)
    wanted = StaffAbsence.State.CONFIRMED if agrees else StaffAbsence.State.REFUSED
    if row.state == wanted:
        return row
    if row.state != StaffAbsence.State.ASKED:
        raise AbsenceDecidedError(_("This absence is %(state)s.") % {"state": row.get_state_display()})
    changes = changed_fields(row, {"state": wanted.value})
    row.confirmed_by, row.confirmed_at, row.version = actor.user_id, clock.now(), row.version + 1
    row.save()
    verb = "confirm" if agrees else "refuse"
    target = Target.of(row)
    why, facts = tidy(reason)[:300], [_fact(row)] if agrees else []
    record(f"timetable.absence.{verb}", target=target, changes=changes, reason=why, facts=facts, actor=actor)
    tell_of_decision(row, reason=tidy(reason)[:300], actor=actor)
    if agrees:
        fit_covers(row, actor=actor)
    return row


@transaction.atomic
def cancel_staff_absence(absence_id: UUID, *, actor: Actor) -> StaffAbsence:
    """Somebody is there after all: all cover of coming days goes. Twice is once."""
    row = get_absence_for_act(absence_id, actor=actor)
    if row.state == StaffAbsence.State.CANCELLED:
        return row
    _refuse_ended(row)
    changes = changed_fields(row, {"state": StaffAbsence.State.CANCELLED.value})
    row.version += 1
    row.save()
    record("timetable.absence.cancel", target=Target.of(row), changes=changes, facts=[_fact(row)], actor=actor)
    fit_covers(row, actor=actor)
    return row
