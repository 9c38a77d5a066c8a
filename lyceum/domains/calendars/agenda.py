"""The merged agenda: what somebody has from one day to another, from every domain that knows something of it.

A domain adds a source by `@source`; it says of its own rows what the asker may see of them, as its own pages do.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import RuleError
from lyceum.core.permissions import Permission
from lyceum.domains.calendars.settings import MOST_AGENDA_DAYS
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.people.queries import find_staff_of_user
from lyceum.domains.tenancy.queries import LAST_DAY, day_bounds


class RangeTooLongError(RuleError):
    """More days than are read at once, or none."""

    code = "range_too_long"
    status = 422


@dataclass(frozen=True)
class Asked:
    """Who asks for which days, and whose matters are theirs."""

    actor: Actor
    first: date
    last: date
    staff: UUID | None
    """The asker's own row, where they work here."""
    students: Mapping[UUID, str]
    """Oneself as a student and one's children, each by the name they go by."""
    own: UUID | None = None
    """Which of the students is the asker."""

    @property
    def begins(self) -> datetime:
        """The instant at which the first day begins."""
        return day_bounds(self.first)[0]

    @property
    def ends(self) -> datetime:
        """The instant at which the last day ends."""
        return day_bounds(self.last)[1]


@dataclass(frozen=True)
class Entry:
    """One line of an agenda."""

    kind: str
    """The source that knows it: event, closed, lesson, meeting, due, detention."""
    title: str
    first: date
    last: date
    id: UUID | None = None
    starts_at: datetime | None = None
    """None: it takes the whole day."""
    ends_at: datetime | None = None
    place: str = ""
    note: str = ""
    link: str = ""
    student: UUID | None = None
    """Whose it is, where it is a child's."""
    is_off: bool = False
    """It was planned and does not take place."""
    state: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    is_repeated: bool = False
    """Whether the same id stands for several days, as that of a lesson does."""

    @property
    def uid(self) -> str:
        """The same at every reading, also after it was moved."""
        which = str(self.id) if self.id else self.title
        day = f"{self.first:%Y%m%d}" if self.is_repeated or self.id is None else ""
        return "-".join(filter(None, (self.kind, which, day, str(self.student or ""))))

    @property
    def all_day(self) -> bool:
        """Whether it has no hours."""
        return self.starts_at is None


Source = Callable[[Asked], Iterable[Entry]]
SOURCES: dict[str, Source] = {}
"""By the kind of entries."""


def source(kind: str) -> Callable[[Source], Source]:
    """Add a source of entries of one kind."""

    def add(read: Source) -> Source:
        SOURCES[kind] = read
        return read

    return add


def read_agenda(
    actor: Actor, *, first: date, last: date, kinds: Collection[str] = (), student: UUID | None = None
) -> list[Entry]:
    """What the actor and their children have, by time; all days first. At most 92 days."""
    actor.require(Permission.AGENDA_VIEW)
    if not 0 <= (last - first).days < MOST_AGENDA_DAYS or last >= LAST_DAY:
        raise RangeTooLongError(_("Ask for 1 to %(most)s days.") % {"most": MOST_AGENDA_DAYS})
    return merge(whose_agenda(actor, first=first, last=last, student=student), kinds=kinds)


def merge(asked: Asked, *, kinds: Collection[str] = ()) -> list[Entry]:
    """What all sources know, by time."""
    found = [entry for kind, read in SOURCES.items() if not kinds or kind in kinds for entry in read(asked)]
    return sorted(found, key=_by_time)


def whose_agenda(actor: Actor, *, first: date, last: date, student: UUID | None = None) -> Asked:
    """Whose matters are the actor's: their own, and those of the children whom they may see."""
    staff = find_staff_of_user(actor.user_id) if actor.user_id else None
    students: dict[UUID, str] = {}
    own = None
    if actor.user_id:
        rows = Student.objects.filter(visible_students(actor, Permission.AGENDA_VIEW)).select_related("person")
        for row in rows.order_by("person__sort_name", "pk"):
            students[row.pk] = row.person.called
            own = row.pk if row.person.user_id == actor.user_id else own
    if student is not None:
        students, staff = {pk: name for pk, name in students.items() if pk == student}, None
    return Asked(actor, first, last, staff.pk if staff else None, students, own)


def _by_time(entry: Entry) -> tuple[date, bool, float, str]:
    return (
        entry.first,
        entry.starts_at is not None,
        entry.starts_at.timestamp() if entry.starts_at else 0,
        entry.title,
    )
