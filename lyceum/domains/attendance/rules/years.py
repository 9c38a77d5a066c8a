"""Closing a school year: its registers are frozen, and the official copy is made."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.core.errors import FieldError, NotFoundError
from lyceum.core.memory import SchoolMemory
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.core.text import tidy
from lyceum.domains.academics.models import AcademicYear, Class
from lyceum.domains.attendance.models import OfficialCopy, Register, YearClosing
from lyceum.domains.attendance.official import read_copy
from lyceum.domains.attendance.rules.refusals import ReasonNeededError, YearClosedError, YearNotOverError
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.tenancy.queries import today

KEPT_YEARS = 6
MAKE_COPIES = "attendance.make_copies"


@dataclass(frozen=True)
class ClosedYear:
    """A year whose registers are frozen."""

    name: str
    starts: date
    ends: date


def _read_closed() -> list[ClosedYear]:
    rows = YearClosing.objects.filter(reopened_at=None).values_list("year__name", "year__starts", "year__ends")
    return [ClosedYear(*row) for row in rows]


_closed = SchoolMemory(_read_closed, seconds=10)


def closed_years() -> list[ClosedYear]:
    """The years whose registers are frozen."""
    return _closed.get()


def forget_closed_years() -> None:
    """Read them anew at the next question."""
    _closed.forget()


def require_open_year(day: date, *, reason: str, actor: Actor) -> None:
    """Refuse to change a day of a closed year, unless a school admin says why."""
    year = next((year for year in closed_years() if year.starts <= day <= year.ends), None)
    if year is None or (actor.reaches_all(Permission.YEAR_CLOSE) and tidy(reason)):
        return
    raise YearClosedError(
        _("The registers of %(year)s are closed. A school admin may change them, with a reason.") % {"year": year.name}
    )


@transaction.atomic
def close_year(year_id: UUID, *, actor: Actor) -> YearClosing:
    """Freeze the registers of a year that is over, and have its official copy made, for each class and month."""
    actor.require_all(Permission.YEAR_CLOSE)
    year = AcademicYear.objects.filter(pk=year_id).first()
    if year is None:
        raise NotFoundError
    if year.ends >= today():
        raise YearNotOverError(_("%(year)s lasts until %(day)s.") % {"year": year.name, "day": year.ends})
    known = YearClosing.objects.filter(year=year, reopened_at=None).first()
    if known:
        return known
    closing = YearClosing.objects.create(
        year=year,
        closed_at=clock.now(),
        closed_by_name=actor.name[:200],
        keep_until=_years_later(today(), KEPT_YEARS),
    )
    forget_closed_years()
    changes = {"keep_until": [None, f"{closing.keep_until}"]}
    record("attendance.year.close", target=Target("academics.academicyear", year.pk, year.name), changes=changes,
           actor=actor)  # fmt: skip
    app.configure_task(MAKE_COPIES).defer(school_id=current_school(), closing_id=str(closing.pk))
    return closing


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year + years, day=28) + timedelta(days=1)


@transaction.atomic
def reopen_year(year_id: UUID, *, reason: str, actor: Actor) -> YearClosing:
    """Let the office change the registers of a closed year again. The copy that was made stays."""
    actor.require_all(Permission.YEAR_CLOSE)
    closing = YearClosing.objects.select_related("year").filter(year=year_id, reopened_at=None).first()
    if closing is None:
        raise NotFoundError
    if not tidy(reason):
        message = _("Say why the year opens again.")
        raise ReasonNeededError(message, errors=[FieldError("/reason", "reason_needed", message)])
    closing.reopened_at, closing.reopened_by_name = clock.now(), actor.name[:200]
    closing.reopen_reason = tidy(reason)[:500]
    closing.save()
    forget_closed_years()
    target = Target("academics.academicyear", closing.year_id, closing.year.name)
    record("attendance.year.reopen", target=target, reason=reason, actor=actor)
    return closing


def waiting_copies(closing: YearClosing) -> list[tuple[UUID, str, date]]:
    """Classes and months of which no copy was made yet."""
    rows = Register.objects.filter(on__range=(closing.year.starts, closing.year.ends))
    pairs = rows.values_list("school_class", "with_classes", "on__year", "on__month").distinct()
    months = {(each, date(year, month, 1)) for own, others, year, month in pairs for each in (own, *others)}
    names = dict(Class.objects.filter(pk__in={each for each, _month in months}).values_list("pk", "name"))
    wanted = {(class_id, month): names[class_id] for class_id, month in months if class_id in names}
    made = set(OfficialCopy.objects.filter(closing=closing).values_list("school_class", "month"))
    return sorted(
        ((class_id, name, month) for (class_id, month), name in wanted.items() if (class_id, month) not in made),
        key=lambda each: (each[2], each[1], str(each[0])),
    )


@transaction.atomic
def make_copies(closing_id: UUID, *, most: int = 50) -> int:
    """Make the next copies; returns how many still wait. Running it again makes each once."""
    closing = YearClosing.objects.select_for_update(of=("self",)).select_related("year").get(pk=closing_id)
    waiting = waiting_copies(closing)
    now = clock.now()
    for class_id, name, month in waiting[:most]:
        content = read_copy(class_id, name, month, closing.year)
        OfficialCopy.objects.create(
            closing=closing,
            school_class_id=class_id,
            class_name=name,
            month=month,
            content=content,
            digest=hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest(),
            made_at=now,
        )
    closing.copied_at = now
    closing.save(update_fields=["copied_at", "updated_at"])
    return max(0, len(waiting) - most)


def list_closings(actor: Actor) -> QuerySet[YearClosing]:
    """Years that were closed, the newest first."""
    actor.require_all(Permission.YEAR_CLOSE)
    return YearClosing.objects.select_related("year").order_by("-closed_at", "pk")


def list_copies(actor: Actor) -> QuerySet[OfficialCopy]:
    """The official copies, the newest year first, without their content."""
    actor.require_all(Permission.YEAR_CLOSE)
    rows = OfficialCopy.objects.select_related("closing__year").defer("content")
    return rows.order_by("-month", "class_name", "pk")


def get_copy(copy_id: UUID, *, actor: Actor) -> OfficialCopy:
    """One official copy with its content."""
    found = list_copies(actor).defer(None).filter(pk=copy_id).first()
    if found is None:
        raise NotFoundError
    return found
