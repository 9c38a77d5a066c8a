"""Rows that look like a student who is here already: same birth date, similar name."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.domains.exchange.plan.humans import likeness
from lyceum.domains.exchange.plan.present import Lookalike, find_foreign_ids, find_students_by_birth
from lyceum.domains.exchange.plan.rows import warning, wrong
from lyceum.domains.exchange.readers.records import Trouble

ALIKE = 0.6


class Lookalikes:
    """Finds possible doubles, and does with them what the person chose: ask, link or new."""

    def __init__(self, system: str, choice: str) -> None:
        self._system = system
        self._choice = choice

    def find(self, dates: Iterable[date | None]) -> dict[date, list[Lookalike]]:
        """Students by birth date, without those whom the system knows under another id."""
        found = find_students_by_birth({day for day in dates if day})
        ids = [each.id for many in found.values() for each in many]
        others = find_foreign_ids(self._system, "student", ids) if ids else {}
        return {day: [each for each in many if each.id not in others] for day, many in found.items()}

    def judge(
        self, values: dict[str, Any], candidates: dict[date, list[Lookalike]]
    ) -> tuple[UUID | None, Trouble | None]:
        """The student to link the row to, and what has to be said about it."""
        birth = values.get("birth_date")
        if self._choice == "new" or not birth:
            return None, None
        alike = [c for c in candidates.get(birth, ()) if likeness(values.get("full_name", ""), c.search_name) >= ALIKE]
        if not alike:
            return None, None
        names = ", ".join(f"{each.name} ({each.number})" for each in alike[:3])
        if self._choice == "link" and len(alike) == 1:
            return alike[0].id, warning(
                "", "linked", _("Taken to be %(names)s, who has the same birth date.") % {"names": names}
            )
        return None, wrong(
            "",
            "possible_duplicate",
            _("This may be %(names)s, born on the same day. Choose whether such rows are linked or made anew.")
            % {"names": names},
        )
