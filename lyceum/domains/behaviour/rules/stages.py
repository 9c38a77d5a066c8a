"""Stages: looked at whenever points change; decided by a person, never by the sum."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from lyceum.core import clock
from lyceum.core.actor import Actor
from lyceum.domains.academics.queries import standings
from lyceum.domains.behaviour.facts import StageLapsed, StageReached
from lyceum.domains.behaviour.models import EscalationCase, EscalationPolicy, PointEntry
from lyceum.domains.behaviour.windows import first_day_of
from lyceum.domains.journal.rules import Entry, Target, record_all
from lyceum.domains.people.models import Student
from lyceum.domains.people.queries import is_on_roll
from lyceum.domains.tenancy.queries import today

State = EscalationCase.State
DECIDED = (State.APPROVED.value, State.DONE.value, State.DISMISSED.value)
"""Entries that led to one of these do not lead to the same stage again."""


@dataclass(frozen=True)
class Counted:
    """One entry that costs points, as a policy counts it."""

    id: UUID
    student_id: UUID
    scale_id: UUID
    type_id: UUID | None
    points: int
    on: date


@dataclass(frozen=True)
class Came:
    """How far a student came: the stage reached, if any, and the stage that is one away."""

    stage: int | None = None
    warned: int | None = None
    total: int = 0
    evidence: list[UUID] = field(default_factory=list)


def policies_on(day: date) -> list[EscalationPolicy]:
    """The version of each policy that holds on a day."""
    rows = EscalationPolicy.objects.filter(starts_on__lte=day).select_related("scale").order_by("series", "-version")
    newest: dict[UUID, EscalationPolicy] = {}
    for row in rows:
        newest.setdefault(row.series, row)
    kept = [policy for policy in newest.values() if not policy.retired]
    return [policy for policy in kept if policy.scale is None or policy.scale.counts_to_escalation]


def read_entries(students: Collection[UUID] | None, first: date, last: date) -> list[Counted]:
    """Entries that cost points and that nobody took back, of some students or all."""
    rows = PointEntry.objects.filter(on__range=(first, last), points__lt=0, reversals__isnull=True)
    rows = rows.exclude(reason=PointEntry.Reason.REVERSAL)
    if students is not None:
        rows = rows.filter(student__in=students)
    columns = ("pk", "student_id", "scale_id", "participant__incident__type_id", "points", "on")
    return [Counted(*row) for row in rows.order_by("on", "pk").values_list(*columns)]


def counted_by(policy: EscalationPolicy, entries: Iterable[Counted], first: date) -> list[Counted]:
    """Those of the entries that a policy counts."""
    inside = (entry for entry in entries if entry.on >= first)
    if policy.scale_id:
        return [entry for entry in inside if entry.scale_id == policy.scale_id]
    types = set(policy.types)
    return [entry for entry in inside if entry.type_id in types]


def worth(stage: dict[str, Any], points: Sequence[int]) -> int:
    """What entries of so many points come to as a stage measures them."""
    return len(points) if stage["measure"] == "count" else -sum(points)


def how_far(policy: EscalationPolicy, entries: Sequence[Counted], used: dict[int, set[UUID]]) -> Came:
    """The highest stage that entries reach, leaving out those that led to the same stage before."""
    reached, total, evidence, warned = None, 0, [], None
    for stage in policy.stages:
        left = [entry for entry in entries if entry.id not in used.get(stage["n"], ())]
        value = worth(stage, [entry.points for entry in left])
        if value >= stage["threshold"]:
            reached, total, evidence, warned = stage["n"], value, [entry.id for entry in left], None
        elif value == stage["threshold"] - 1 and value > 0:
            warned = stage["n"]
            if reached is None:
                total, evidence = value, [entry.id for entry in left]
    return Came(reached, warned, total, evidence)


@transaction.atomic
def let_leavers_lapse(*, actor: Actor) -> None:
    """Nothing is left to decide about students who are not on roll any more."""
    changes, here = _Changes(), Student.objects.filter(is_on_roll(today()))
    rows = EscalationCase.objects.filter(state__in=(State.WARNED, State.REACHED)).exclude(student__in=here)
    for case in rows.select_for_update(of=("self",)):
        _lapse(case, changes)
    _write(changes, actor)


@dataclass
class _Changes:
    """What a look at the stages found, to be written together."""

    new: list[EscalationCase] = field(default_factory=list)
    changed: list[EscalationCase] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    def tell(self, case: EscalationCase, act: str) -> None:
        fact_type = StageReached if act == "reach" else StageLapsed
        fact = fact_type(case=case.pk, student=case.student_id, stage=case.stage)
        self.entries.append(Entry(f"behaviour.stage.{act}", Target.of(case), facts=[fact]))


def check_stages(students: Collection[UUID], *, actor: Actor) -> None:
    """Look at the stages of students whose points changed. Nothing is set and no family hears of it."""
    day = today()
    policies = policies_on(day)
    if not policies or not students:
        return
    first_days = {policy.pk: first_day_of(policy, day) for policy in policies}
    entries = read_entries(students, min(first_days.values()), day)
    cases = _read_cases(students, min(first_days.values()))
    grades = standings(list(students), day) if any(policy.grades for policy in policies) else {}
    changes = _Changes()
    _flag_approved(cases, changes)
    for policy in policies:
        first = first_days[policy.pk]
        counted = counted_by(policy, entries, first)
        for student in students:
            if policy.grades and grades[student].grade_id not in policy.grades:
                continue
            own = [entry for entry in counted if entry.student_id == student]
            known = [case for case in cases if case.student_id == student and case.series == policy.series]
            _look_at(student, policy, own, known, first, changes)
    _write(changes, actor)


def _read_cases(students: Collection[UUID], first: date) -> list[EscalationCase]:
    """What students came to before: what is open, and what was decided inside the window."""
    still = Q(state__in=(State.WARNED, State.REACHED)) | Q(state__in=DECIDED, decided_at__date__gte=first)
    rows = EscalationCase.objects.filter(still, student__in=students).select_related("policy")
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def _look_at(
    student: UUID,
    policy: EscalationPolicy,
    entries: Sequence[Counted],
    known: Sequence[EscalationCase],
    first: date,
    changes: _Changes,
) -> None:
    used: dict[int, set[UUID]] = {}
    for decided in known:
        if decided.state in DECIDED:
            used.setdefault(decided.stage, set()).update(decided.evidence)
    came = how_far(policy, entries, used)
    case: EscalationCase | None = next((c for c in known if c.state in (State.WARNED, State.REACHED)), None)
    if case is not None and case.state == State.REACHED and (came.stage or 0) < case.stage:
        _lapse(case, changes)
        case = None
    if came.stage is None and came.warned is None:
        if case is not None:
            _lapse(case, changes)
        return
    if case is None:
        case = EscalationCase(student_id=student, series=policy.series, stage=0, state=State.WARNED)
        changes.new.append(case)
    else:
        changes.changed.append(case)
    _bring_up(case, policy, came, first, changes)


def _bring_up(case: EscalationCase, policy: EscalationPolicy, came: Came, first: date, changes: _Changes) -> None:
    """Freeze what was counted, and where the student is now."""
    is_news = came.stage is not None and (case.state != State.REACHED or came.stage > case.stage)
    case.policy, case.total, case.evidence, case.first_day = policy, came.total, came.evidence, first
    case.warned_stage = came.warned
    case.stage = came.stage or came.warned or 0
    case.state = State.REACHED if came.stage else State.WARNED
    if is_news:
        case.reached_at = clock.now()
        changes.tell(case, "reach")


def _lapse(case: EscalationCase, changes: _Changes) -> None:
    was_reached = case.state == State.REACHED
    case.state, case.warned_stage = State.LAPSED, None
    changes.changed.append(case)
    if was_reached:
        changes.tell(case, "lapse")


def _flag_approved(cases: Sequence[EscalationCase], changes: _Changes) -> None:
    """What was approved stays; whoever approved it is shown that the sum is below the threshold again."""
    approved = [case for case in cases if case.state == State.APPROVED]
    wanted = {each for case in approved for each in case.evidence}
    if not wanted:
        return
    rows = PointEntry.objects.filter(pk__in=wanted, reversals__isnull=True).values_list("pk", "points")
    standing = dict(rows)
    for case in approved:
        stage = next((s for s in case.policy.stages if s["n"] == case.stage), None)
        left = [standing[each] for each in case.evidence if each in standing]
        is_below = stage is not None and worth(stage, left) < stage["threshold"]
        if is_below != (case.below_since is not None):
            case.below_since = clock.now() if is_below else None
            changes.changed.append(case)


def _write(changes: _Changes, actor: Actor) -> None:
    gone = {id(case) for case in changes.new}
    changed = list({case.pk: case for case in changes.changed if id(case) not in gone}.values())
    if changed:
        fields = ["policy", "stage", "warned_stage", "evidence", "total", "state", "first_day", "reached_at",
                  "below_since", "updated_at"]  # fmt: skip
        for case in changed:
            case.updated_at = clock.now()
        EscalationCase.objects.bulk_update(changed, fields)
    if changes.new:
        EscalationCase.objects.bulk_create(changes.new)
    if changes.entries:
        record_all(changes.entries, actor=actor)
