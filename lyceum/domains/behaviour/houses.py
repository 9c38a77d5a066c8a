"""House points: what the students of each house gained and lost this year, on the scales that count for houses."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from lyceum.core.actor import Actor
from lyceum.core.permissions import Permission
from lyceum.core.schools import current_school
from lyceum.domains.academics.queries import find_year
from lyceum.domains.tenancy.queries import today

FEWEST = 5
"""Of a smaller house no number is shown: it would be about somebody."""

# A student's points belong to the house of that day.
_TOTALS = """
SELECT s.id, s.name, p.house, sum(e.points), count(DISTINCT e.student_id)
FROM behaviour_pointscale s
JOIN behaviour_pointentry e ON e.school_id = %(school)s AND e.scale_id = s.id
  AND (e.year_id IS NOT DISTINCT FROM %(year)s OR NOT s.year_reset)
JOIN academics_placement p ON p.school_id = %(school)s AND p.student_id = e.student_id AND p.house <> ''
  AND p.starts_on <= e."on" AND (p.ends_on IS NULL OR p.ends_on >= e."on")
WHERE s.school_id = %(school)s AND s.house_totals
GROUP BY s.id, s.name, s.position, p.house ORDER BY s.position, 4 DESC, p.house
"""


@dataclass(frozen=True)
class HouseTotal:
    """The points of one house on one scale; scales are never added to each other."""

    scale_id: UUID
    scale: str
    house: str
    net: int | None
    """None where fewer than five students have any."""


def read_house_totals(actor: Actor) -> list[HouseTotal]:
    """The houses of each scale that counts for them, the best first; in one statement."""
    actor.require(Permission.BEHAVIOUR_VIEW)
    year = find_year(today())
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, {"school": current_school(), "year": year.pk if year else None})
        rows = cursor.fetchall()
    return [
        HouseTotal(scale_id, scale, house, int(net) if students >= FEWEST else None)
        for scale_id, scale, house, net, students in rows
    ]
