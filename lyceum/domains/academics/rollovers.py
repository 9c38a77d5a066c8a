"""Reading rollovers: plans, every student's decision, what stands in the way, who gains and loses access."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.core.text import searchable
from lyceum.domains.academics.models import (
    AcademicYear,
    Class,
    RolloverChange,
    RolloverDecision,
    RolloverPlan,
)
from lyceum.domains.academics.rules.rollover.copying import Copies, plan_copies
from lyceum.domains.academics.rules.rollover.proposing import BLOCKING, NOTICES, PROBLEMS
from lyceum.domains.people.models import Staff
from lyceum.domains.tenancy.queries import today

MOST_SHOWN = 500


def list_rollovers(actor: Actor) -> QuerySet[RolloverPlan]:
    """The school's rollovers, newest first."""
    actor.require_all(Permission.ROLLOVER_PREVIEW)
    return RolloverPlan.objects.select_related("from_year", "to_year", "job").order_by("-created_at", "pk")


def get_rollover(plan_id: UUID, *, actor: Actor) -> RolloverPlan:
    """One rollover."""
    plan = list_rollovers(actor).filter(pk=plan_id).first()
    if plan is None:
        raise NotFoundError
    return plan


def list_years_to_leave(actor: Actor) -> list[AcademicYear]:
    """The present year and the one before it, as far as they have no rollover that stands."""
    actor.require_all(Permission.ROLLOVER_PREVIEW)
    begun = list(AcademicYear.objects.filter(starts__lte=today()).order_by("-starts")[:2])
    standing = RolloverPlan.objects.exclude(state=RolloverPlan.State.UNDONE)
    taken = set(standing.filter(from_year__in=begun).values_list("from_year_id", flat=True))
    return [year for year in begun if year.pk not in taken]


def list_decisions(
    plan: RolloverPlan,
    *,
    actor: Actor,
    show: str = "",
    grade: UUID | None = None,
    form: str = "",
    text: str = "",
) -> QuerySet[RolloverDecision]:
    """The decisions of a plan, what stands in the way first, with `rank`.

    `show` is `exceptions`, a decision, a result, or the code of a problem.
    """
    return list_decisions_of([plan.pk], actor=actor, show=show, grade=grade, form=form, text=text)


def list_decisions_of(
    plans: Collection[UUID],
    *,
    actor: Actor,
    show: str = "",
    grade: UUID | None = None,
    form: str = "",
    text: str = "",
) -> QuerySet[RolloverDecision]:
    """The same of several plans."""
    actor.require_all(Permission.ROLLOVER_PREVIEW)
    rows = RolloverDecision.objects.filter(plan__in=plans).select_related("student__person", "grade_now", "grade")
    if show == "exceptions":
        rows = rows.exclude(problem="")
    elif show:
        rows = rows.filter(Q(decision=show) | Q(result=show) | Q(problem=show))
    if grade:
        rows = rows.filter(grade_now=grade)
    if form:
        rows = rows.filter(Q(form_now=form) | Q(form=form))
    for word in searchable(text).split():
        rows = rows.filter(student__person__search_name__contains=word)
    ranks = [When(problem=code, then=Value(n)) for n, code in enumerate((*BLOCKING, *NOTICES))]
    return rows.annotate(rank=Case(*ranks, default=Value(99), output_field=IntegerField()))


ORDER = ("rank", "student__person__sort_name", "pk")


@dataclass(frozen=True)
class Block:
    """One student in the way."""

    row: RolloverDecision

    def as_values(self) -> dict[str, Any]:
        """For a refusal."""
        person = self.row.student.person
        return {
            "student": str(self.row.student_id),
            "name": person.full_name,
            "code": self.row.problem,
            "message": str(PROBLEMS[self.row.problem]),
            "grade": self.row.grade.name if self.row.grade else "",
            "form": self.row.form,
        }


@dataclass(frozen=True)
class Blocks:
    """How many students are in the way, and the first of them."""

    count: int
    shown: list[Block]


def list_blocks(plan: RolloverPlan) -> Blocks:
    """What has to be put right before a plan can be applied."""
    rows = RolloverDecision.objects.filter(plan=plan, problem__in=BLOCKING).select_related("student__person", "grade")
    found = list(rows.order_by("student__person__sort_name", "pk"))
    found.sort(key=lambda row: BLOCKING.index(row.problem))
    return Blocks(len(found), [Block(row) for row in found[:MOST_SHOWN]])


@dataclass(frozen=True)
class Tally:
    """A plan in numbers."""

    decisions: dict[str, int]
    problems: dict[str, int]
    results: dict[str, int]

    @property
    def blocked(self) -> int:
        """How many students stand in the way."""
        return sum(count for code, count in self.problems.items() if code in BLOCKING)

    @property
    def total(self) -> int:
        """How many students the plan is about."""
        return sum(self.decisions.values())


def tally(plan: RolloverPlan) -> Tally:
    """Count decisions, problems and results, in one statement."""
    return tallies([plan.pk])[plan.pk]


def tallies(plans: Iterable[UUID]) -> dict[UUID, Tally]:
    """The same of several plans, in one statement as well."""
    found = {plan: Tally({}, {}, {}) for plan in plans}
    rows = RolloverDecision.objects.filter(plan__in=found).values_list("plan", "decision", "problem", "result")
    for plan, *values, count in rows.annotate(count=Count("pk")).order_by():
        counted = found[plan]
        for known, value in zip((counted.decisions, counted.problems, counted.results), values, strict=True):
            if value:
                known[value] = known.get(value, 0) + count
    return found


def read_copies(plan: RolloverPlan) -> Copies:
    """What would be copied; nothing once it was."""
    is_open = plan.state in (RolloverPlan.State.DRAFT, RolloverPlan.State.PREVIEWED)
    return plan_copies(plan) if is_open else Copies()


@dataclass(frozen=True)
class Access:
    """How many students' records a teacher comes to see, and ceases to."""

    name: str
    gains: int
    loses: int


def list_access(plan: RolloverPlan, *, actor: Actor) -> list[Access]:
    """Who gains and loses access when the year goes over, by name; as of the last decision."""
    actor.require_all(Permission.ROLLOVER_PREVIEW)
    staff = Staff.objects.filter(pk__in=list(plan.access)).select_related("person")
    found = [Access(row.person.full_name, *plan.access[str(row.pk)]) for row in staff]
    return sorted(found, key=lambda each: each.name)


def list_kept(plan: RolloverPlan) -> list[RolloverChange]:
    """What undoing left, because somebody changed it since or something holds it."""
    return list(RolloverChange.objects.filter(plan=plan).exclude(kept="").order_by("kind", "pk")[:MOST_SHOWN])


def list_next_forms(plan: RolloverPlan) -> list[str]:
    """The names of the forms of the next year, there or yet to be copied."""
    there = Class.objects.filter(year=plan.to_year_id, kind=Class.Kind.FORM).values_list("name", flat=True)
    copied = [row.name for row in read_copies(plan).classes if row.kind == Class.Kind.FORM]
    return sorted({*there, *copied}, key=_in_order)


def _in_order(name: str) -> tuple[int, str]:
    """7A before 10A."""
    digits = name[: len(name) - len(name.lstrip("0123456789"))]
    return (int(digits) if digits.isascii() and digits else 0, name)


def propose_next_year(years: Sequence[AcademicYear]) -> dict[str, str]:
    """Name and days of the year after the newest, as a form shows them: the same days one year on."""
    newest = max(years, key=lambda year: year.starts, default=None)
    if newest is None:
        return {}
    numbers = [str(int(part) + 1).zfill(len(part)) if part.isascii() and part.isdigit() else part
               for part in re.split(r"(\d+)", newest.name)]  # fmt: skip
    return {
        "from_year": str(newest.pk),
        "name": "".join(numbers),
        "starts": _a_year_on(newest.starts).isoformat(),
        "ends": _a_year_on(newest.ends).isoformat(),
    }


def _a_year_on(day: date) -> date:
    return day.replace(year=day.year + 1) if (day.month, day.day) != (2, 29) else date(day.year + 1, 2, 28)
