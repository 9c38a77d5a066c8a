"""Exceptional closures: one code for everybody who would have been marked otherwise, undone by one act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.text import tidy
from lyceum.domains.academics.days import school_days
from lyceum.domains.academics.models import Grade
from lyceum.domains.attendance.codes import code_named, read_codes
from lyceum.domains.attendance.facts import ClosureChanged
from lyceum.domains.attendance.models import Closure, Code, Mark, Register
from lyceum.domains.attendance.rules.methods import derive_everybody
from lyceum.domains.attendance.rules.refusals import ClosureUndoneError, NotASchoolDayError
from lyceum.domains.attendance.rules.sessions import Derived, lock_days
from lyceum.domains.attendance.rules.years import require_open_year
from lyceum.domains.journal.rules import Changes, Target, record
from lyceum.domains.tenancy.queries import today

LONGEST = timedelta(days=62)


@dataclass(frozen=True)
class NewClosure:
    """Which days, sessions and grades; nothing named: all of them."""

    starts_on: date
    ends_on: date
    reason: str
    sessions: Sequence[str] = ()
    grades: Sequence[UUID] = ()
    symbol: str = ""
    """The closure's code; the one that the set names for it where left out."""


@dataclass(frozen=True)
class Closed:
    """A closure and how many statutory marks it changed."""

    closure: Closure
    changed: int


@transaction.atomic
def close_sessions(new: NewClosure, *, actor: Actor) -> Closed:
    """Write a closure's code over the sessions of some days.

    It takes the place only of marks whose code says so, and of sessions not taken; the registers keep their marks.
    """
    actor.require_all(Permission.REGISTERS_AMEND)
    _check(new, actor)
    code = _code(new.symbol, actor)
    days = school_days().between(new.starts_on, new.ends_on)
    if not days:
        raise NotASchoolDayError(
            _("No school is kept on these days: %(why_closed)s.")
            % {"why_closed": school_days().why_closed(new.starts_on)}
        )
    for day in (days[0], days[-1]):
        require_open_year(day, reason=new.reason, actor=actor)
    lock_days(_begun(days))
    closure = Closure.objects.create(
        starts_on=new.starts_on,
        ends_on=new.ends_on,
        sessions=sorted(set(new.sessions)),
        grades=sorted(set(new.grades), key=str),
        code=code,
        reason=tidy(new.reason),
        made_by_name=actor.name[:200],
    )
    _registers(closure, Register.State.DUE).update(state=Register.State.NOT_REQUIRED)
    return Closed(closure, len(_derived(closure, "attendance.closure.make", days, actor)))


def _check(new: NewClosure, actor: Actor) -> None:
    del actor
    if new.ends_on < new.starts_on:
        raise invalid_field("/ends_on", "order", _("The last day lies before the first day."))
    if new.ends_on - new.starts_on > LONGEST:
        raise invalid_field("/ends_on", "range", _("A closure lasts two months at most."))
    if not tidy(new.reason) or len(new.reason) > 300:
        raise invalid_field("/reason", "reason_needed", _("Say why, in at most 300 letters."))
    if not {"AM", "PM", "DAY"}.issuperset(new.sessions):
        raise invalid_field("/sessions", "choice", _("Choose from: %(choices)s.") % {"choices": "AM, PM, DAY"})
    if Grade.objects.filter(pk__in=new.grades).count() != len(set(new.grades)):
        raise NotFoundError


def _code(symbol: str, actor: Actor) -> Code:
    code = read_codes(actor).by_symbol(symbol) if symbol else code_named("closure")
    if code is None or not code.active:
        raise invalid_field("/code", "code_unknown", _("Choose the code of the closure."))
    return code


def _begun(days: Sequence[date]) -> list[date]:
    return [day for day in days if day <= today()]


def _derived(closure: Closure, act: str, days: Sequence[date], actor: Actor) -> list[Derived]:
    derived = [each for day in _begun(days) for each in derive_everybody(day)]
    changes: Changes = {"days": [None, f"{closure.starts_on} – {closure.ends_on}"], "sessions": [None, len(derived)]}
    told = ClosureChanged(
        closure=closure.pk,
        first=closure.starts_on,
        last=closure.ends_on,
        sessions=closure.sessions,
        grades=list(closure.grades),
        undone=closure.undone_at is not None,
    )
    facts = [told, *(each.fact for each in derived)]
    record(act, target=Target.of(closure), changes=changes, reason=closure.reason, facts=facts, actor=actor)
    return derived


def _registers(closure: Closure, state: str) -> QuerySet[Register]:
    """The registers without a mark that are as a whole inside a closure."""
    marks = Mark.objects.filter(register=OuterRef("pk"))
    rows = Register.objects.filter(~Exists(marks), on__range=(closure.starts_on, closure.ends_on), state=state)
    if closure.sessions:
        rows = rows.filter(session__in=closure.sessions)
    if closure.grades:
        rows = rows.filter(school_class__grades__contained_by=closure.grades).exclude(school_class__grades=[])
    return rows


@transaction.atomic
def undo_closure(closure_id: UUID, *, actor: Actor) -> Closed:
    """Take a closure back: every session says again what it said, or what was marked since."""
    actor.require_all(Permission.REGISTERS_AMEND)
    found = Closure.objects.filter(pk=closure_id).first()
    if found is None:
        raise NotFoundError
    days = school_days().between(found.starts_on, found.ends_on)
    for day in days[:1] + days[-1:]:
        require_open_year(day, reason=found.reason, actor=actor)
    lock_days(_begun(days))
    closure = Closure.objects.select_for_update().get(pk=closure_id)
    if closure.undone_at:
        raise ClosureUndoneError(_("%(name)s undid this closure already.") % {"name": closure.undone_by_name})
    closure.undone_at, closure.undone_by_name = clock.now(), actor.name[:200]
    closure.save(update_fields=["undone_at", "undone_by_name", "updated_at"])
    _registers(closure, Register.State.NOT_REQUIRED).update(state=Register.State.DUE)
    return Closed(closure, len(_derived(closure, "attendance.closure.undo", days, actor)))


def list_closures(actor: Actor) -> QuerySet[Closure]:
    """Closures, the newest first."""
    actor.require_all(Permission.REGISTERS_VIEW)
    return Closure.objects.select_related("code").order_by("-starts_on", "-pk")


def get_closure(closure_id: UUID, *, actor: Actor) -> Closure:
    """One closure."""
    found = list_closures(actor).filter(pk=closure_id).first()
    if found is None:
        raise NotFoundError
    return found
