"""What somebody covers themselves, as their pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.domains.attendance.models import Register
from lyceum.domains.attendance.policies import registers_for
from lyceum.domains.timetable.cover_queries import list_own_covers
from lyceum.domains.timetable.models import Cover


@dataclass(frozen=True)
class OwnCover:
    """A lesson that somebody covers, and its register from the moment it is theirs."""

    cover: Cover
    register: UUID | None

    @property
    def teacher(self) -> str:
        """Instead of whom."""
        own = self.cover.lesson.teacher
        staff = [own] if own else [each.staff for each in self.cover.lesson.school_class.current_teachers]
        return ", ".join(str(each) for each in staff)

    @property
    def room(self) -> str:
        """Where."""
        room = self.cover.room or self.cover.lesson.room
        return str(room) if room else ""

    @property
    def waits(self) -> bool:
        """Whether an answer is waited for."""
        return self.cover.state == Cover.State.REQUESTED


def read_own_covers(actor: Actor, day: date) -> list[OwnCover]:
    """The covers of the coming days, with the registers that are open already."""
    covers = list_own_covers(actor, first=day)
    registers = _registers(actor, covers) if covers else {}
    return [OwnCover(cover, registers.get((cover.lesson_id, cover.on))) for cover in covers]


def _registers(actor: Actor, covers: Sequence[Cover]) -> dict[tuple[UUID | None, date], UUID]:
    rows = Register.objects.filter(
        registers_for(actor, Permission.REGISTERS_TAKE),
        lesson__in={cover.lesson_id for cover in covers},
        on__in={cover.on for cover in covers},
    )
    return {(row.lesson_id, row.on): row.pk for row in rows}
