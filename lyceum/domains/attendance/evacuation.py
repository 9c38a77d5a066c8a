"""Reading an evacuation's roll."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Count, Q, QuerySet, When

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError
from lyceum.core.memory import SchoolMemory
from lyceum.core.permissions import Permission
from lyceum.domains.attendance.models import EvacuationPerson, EvacuationRoll
from lyceum.domains.attendance.on_site import group_name, require_on_site
from lyceum.domains.people.policies import kept_from_work

ROLL_ORDER = ("-started_at", "-pk")
PERSON_ORDER = ("rank", "group", "sort_name", "pk")


@dataclass(frozen=True)
class GroupCount:
    """How many of a form, of staff or of visitors were found."""

    kind: str
    group: str
    found: int
    size: int

    @property
    def name(self) -> str:
        """What the group is called."""
        return group_name(self.kind, self.group)

    @property
    def missing(self) -> int:
        """How many are still looked for."""
        return self.size - self.found


def find_running() -> EvacuationRoll | None:
    """The evacuation that runs, if one does."""
    return EvacuationRoll.objects.filter(state=EvacuationRoll.State.RUNNING).first()


def _read_running() -> UUID | None:
    return EvacuationRoll.objects.filter(state=EvacuationRoll.State.RUNNING).values_list("pk", flat=True).first()


_running = SchoolMemory(_read_running, seconds=5)  # every page of a teacher asks


def find_running_id() -> UUID | None:
    """The id of the evacuation that runs, at most seconds old: every page of those who work here says so."""
    return _running.get()


def forget_running() -> None:
    """Ask anew at the next question."""
    _running.forget()


def get_evacuation(roll_id: UUID, *, actor: Actor) -> EvacuationRoll:
    """The roll, for those who may see who was on site."""
    require_on_site(actor)
    rows = EvacuationRoll.objects.filter(pk=roll_id)
    if not actor.reaches_all(Permission.ON_SITE_VIEW):
        rows = rows.filter(state=EvacuationRoll.State.RUNNING)
    roll = rows.first()
    if roll is None:
        raise NotFoundError
    return roll


def list_evacuations(actor: Actor) -> QuerySet[EvacuationRoll]:
    """The evacuations there were, newest first."""
    require_on_site(actor)
    return EvacuationRoll.objects.order_by(*ROLL_ORDER)


def list_people(roll: EvacuationRoll, *, actor: Actor) -> QuerySet[EvacuationPerson]:
    """Everybody on the roll in the order of groups and names."""
    rows = EvacuationPerson.objects.filter(roll=roll).exclude(student__in=kept_from_work(actor))
    rank = Case(When(kind="student", then=0), When(kind="staff", then=1), default=2)
    return rows.annotate(rank=rank).order_by(*PERSON_ORDER)


def count_groups(roll: EvacuationRoll, *, actor: Actor) -> list[GroupCount]:
    """How many of each group were found, students by form first."""
    rows = EvacuationPerson.objects.filter(roll=roll).exclude(student__in=kept_from_work(actor))
    counted = rows.values_list("kind", "group").annotate(
        found=Count("pk", filter=Q(accounted_at__isnull=False)), size=Count("pk")
    )
    order = {"student": 0, "staff": 1, "visitor": 2}
    groups = [GroupCount(*row) for row in counted.order_by()]
    return sorted(groups, key=lambda group: (order[group.kind], group.group == "", group.group))
