"""A teacher's day: the register of this moment, what to know before it, and the rest of the day."""

from dataclasses import dataclass
from datetime import date

from lyceum.core.actor import Actor
from lyceum.domains.academics.days import school_days
from lyceum.domains.attendance.own_covers import read_own_covers
from lyceum.domains.attendance.queries import now_register
from lyceum.domains.attendance.sheet import SheetRow, read_sheet
from lyceum.domains.behaviour.detention_phone import read_own_slots
from lyceum.web.landing.day import next_school_day, read_day


@dataclass(frozen=True)
class Known:
    """A student of the coming register with something to know about."""

    row: SheetRow

    @property
    def flags(self) -> str:
        """The notes in one line."""
        return "; ".join(text for _kind, text in self.row.flags)


def teacher_landing(actor: Actor, day: date) -> dict[str, object]:
    """What the page shows to somebody who takes registers of their own classes."""
    rows = read_day(actor, day)
    found = now_register([row.register for row in rows])
    now = next((row for row in rows if found is not None and row.register.pk == found.pk), None)
    sheet = read_sheet(now.register, with_strips=False, actor=actor) if now else []
    return {
        "now": now,
        "registers": rows,
        "covers": [each for each in read_own_covers(actor, day) if each.waits or each.cover.on == day],
        "slots": read_own_slots(actor, day),
        "size": len(sheet),
        "known": [Known(row) for row in sheet if row.flags],
        "why_closed": "" if rows else school_days().why_closed(day),
        "next_day": None if rows else next_school_day(day),
    }
