"""Trying a policy on what happened already: who would have come to which stage. It changes and sends nothing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Permission
from lyceum.domains.academics.models import Placement
from lyceum.domains.academics.queries import find_year
from lyceum.domains.behaviour.models import EscalationPolicy
from lyceum.domains.behaviour.rules.stages import Counted, counted_by, how_far, read_entries
from lyceum.domains.behaviour.windows import first_day_of
from lyceum.domains.journal.models import Job
from lyceum.domains.journal.rules import Target, record
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.queries import today

TRY = "behaviour.policy.try"


@dataclass(frozen=True)
class WouldReach:
    """A student, the stage they would have come to, and when."""

    student_id: UUID
    stage: int
    on: date
    total: int


def get_policy(policy_id: UUID, *, actor: Actor) -> EscalationPolicy:
    """One version of a policy, for those who may change it."""
    actor.require_all(Permission.BEHAVIOUR_EDIT)
    policy = EscalationPolicy.objects.filter(pk=policy_id).select_related("scale").first()
    if policy is None:
        raise NotFoundError
    return policy


def try_policy(
    policy_id: UUID, *, first: date | None = None, last: date | None = None, actor: Actor
) -> list[WouldReach]:
    """Who would have reached which stage between two days, by default in the last year and this one so far."""
    policy, until = get_policy(policy_id, actor=actor), last or today()
    since = first or _a_year_before(until)
    entries = [e for e in read_entries(None, since, until) if e.on >= since]
    placed = _placed(policy, entries)
    windows: dict[date, date] = {}
    by_student: dict[UUID, list[Counted]] = defaultdict(list)
    for entry in counted_by(policy, entries, since):
        if placed is None or entry.student_id in placed:
            by_student[entry.student_id].append(entry)
    found: list[WouldReach] = []
    for student, own in by_student.items():
        found += _walk(student, policy, own, windows)
    return sorted(found, key=lambda each: (-each.stage, each.on, each.student_id))


def _a_year_before(day: date) -> date:
    year = find_year(day)
    before = find_year(date.fromordinal(year.starts.toordinal() - 60)) if year else None
    return before.starts if before else year.starts if year else date.fromordinal(day.toordinal() - 365)


def _placed(policy: EscalationPolicy, entries: Sequence[Counted]) -> set[UUID] | None:
    if not policy.grades:
        return None
    students = {entry.student_id for entry in entries}
    rows = Placement.objects.filter(grade__in=policy.grades, student__in=students)
    return set(rows.values_list("student_id", flat=True))


def _walk(
    student: UUID, policy: EscalationPolicy, entries: Sequence[Counted], windows: dict[date, date]
) -> list[WouldReach]:
    """Day by day, as it would have been: each stage taken as decided when it was reached."""
    used: dict[int, set[UUID]] = defaultdict(set)
    found: list[WouldReach] = []
    for n, entry in enumerate(entries):
        if n + 1 < len(entries) and entries[n + 1].on == entry.on:
            continue
        if entry.on not in windows:
            windows[entry.on] = first_day_of(policy, entry.on)
        inside = [each for each in entries[: n + 1] if each.on >= windows[entry.on]]
        came = how_far(policy, inside, used)
        if came.stage is not None:
            used[came.stage].update(came.evidence)
            found.append(WouldReach(student, came.stage, entry.on, came.total))
    return found


@transaction.atomic
def ask_to_try(policy_id: UUID, *, actor: Actor) -> Job:
    """Make the job that tries a policy; whoever asked watches it."""
    policy = get_policy(policy_id, actor=actor)
    job = Job.objects.create(
        kind=TRY, arguments={"policy": str(policy.pk)}, started_by=actor.user_id, message=_("Waiting to begin")
    )
    record("behaviour.policy.try", target=Target.of(policy), actor=actor)
    return job


@transaction.atomic
def run_try(job_id: UUID, *, actor: Actor) -> None:
    """Do what the job asks; doing it twice gives the same."""
    job = Job.objects.filter(pk=job_id, kind=TRY).select_for_update(of=("self",)).first()
    if job is None or job.state in (Job.State.SUCCEEDED, Job.State.CANCELLED):
        return
    found = try_policy(UUID(job.arguments["policy"]), actor=actor)
    job.result = {
        "reached": [
            {"student": str(each.student_id), "stage": each.stage, "on": str(each.on), "total": each.total}
            for each in found[:5000]
        ]
    }
    job.state, job.progress, job.message = Job.State.SUCCEEDED, 100, _("Done")
    job.save()


def find_try(policy_id: UUID, *, actor: Actor) -> Job | None:
    """The newest job that tried a policy."""
    get_policy(policy_id, actor=actor)
    return Job.objects.filter(kind=TRY, arguments__policy=str(policy_id)).order_by("-created_at", "-pk").first()


def names_of(students: Sequence[UUID]) -> dict[UUID, str]:
    """The students' names."""
    rows = Student.objects.filter(pk__in=students)
    return dict(rows.values_list("pk", "person__full_name"))
