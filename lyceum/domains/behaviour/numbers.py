"""Behaviour in numbers: one statement counts by kind, weight, place, time, grade, class and reporter."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor, not_allowed
from lyceum.core.errors import invalid_field
from lyceum.core.permissions import Permission
from lyceum.core.plans import plan_anew
from lyceum.core.schools import current_school
from lyceum.domains.academics.days import school_days
from lyceum.domains.behaviour.models import Action, Detention, EscalationCase, Participant
from lyceum.domains.behaviour.policies import COUNTED, DID_IT, visible_participations
from lyceum.domains.behaviour.queries import IncidentFilter
from lyceum.domains.behaviour.sums import Row, may_read_sums, read_sums
from lyceum.domains.people.models import Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.people.queries import is_on_roll
from lyceum.domains.tenancy.queries import today

FEWEST = 5
"""Of smaller groups no number is shown: it would be about somebody."""
A_YEAR = timedelta(weeks=52)
LONGEST = timedelta(days=800)
BECAME = {"served": ("completed",), "missed": ("missed", "escalated"), "unserved": ("scheduled", "excused")}
_BY = ("polarity", "type", "severity", "place", "time", "grade", "class", "reporter", "week")


def usual_span(first: date | None, last: date | None) -> tuple[date, date]:
    """The days asked about; by default the school year so far. At most two years, and of our time."""
    day = today()
    until = last or day
    year = school_days().year_of(until)
    since = first or (year.starts if year else until.replace(day=1))
    if since > until:
        raise invalid_field("/to", "order", _("The last day lies before the first day."))
    if since.year < 1990 or until.year > day.year + 2 or until - since > LONGEST:
        raise invalid_field("/from", "range", _("Ask for two years at most, of our time."))
    return since, until


@dataclass(frozen=True)
class Counted:
    """How often something happened, and to how many students."""

    key: str
    label: str
    praise: int = 0
    concerns: int = 0
    students: int | None = None
    """How many different ones; counted for grades, classes and all together."""
    base: int | None = None
    """Students on roll in the group; None where there is no group."""

    @property
    def per_hundred(self) -> float | None:
        """Concerns per hundred students on roll; None for a group too small to show."""
        if self.base is None or self.base < FEWEST:
            return None
        return round(100 * self.concerns / self.base, 1)

    @property
    def is_hidden(self) -> bool:
        """Whether the group is too small to be shown."""
        return self.base is not None and self.base < FEWEST


@dataclass(frozen=True)
class Dashboard:
    """What happened from one day to another among the students that the actor may see."""

    first: date
    last: date
    praise: int
    concerns: int
    students: int
    on_roll: int
    school_days: int
    by: dict[str, list[Counted]] = field(default_factory=dict)
    times: list[tuple[int, str, int]] = field(default_factory=list)
    """ISO weekday, period, concerns."""
    before: "Dashboard | None" = None
    stages: dict[str, int] = field(default_factory=dict)
    actions: dict[str, int] = field(default_factory=dict)
    detentions: dict[str, int] = field(default_factory=dict)
    """`set`, and of those `served`, `missed` and `unserved`."""

    @property
    def ratio(self) -> float | None:
        """Praise for each concern."""
        return round(self.praise / self.concerns, 1) if self.concerns else None

    @property
    def per_day(self) -> float | None:
        """Concerns per school day: spans with more or fewer days compare."""
        return round(self.concerns / self.school_days, 1) if self.school_days else None

    @property
    def per_hundred(self) -> float | None:
        """Concerns per hundred students on roll."""
        return round(100 * self.concerns / self.on_roll, 1) if self.on_roll >= FEWEST else None


_COUNT = """
WITH base(incident_id, student_id, "on", polarity, type_id, type_name, severity, place, period, reporter) AS ({base}),
wide AS (
  SELECT b.*, g.id AS grade_id, g.name AS grade, c.id AS class_id, c.name AS class,
    extract(isodow FROM b."on")::int AS weekday, date_trunc('week', b."on")::date AS week
  FROM base b
  LEFT JOIN academics_placement p ON p.school_id = %s AND p.student_id = b.student_id
    AND p.starts_on <= b."on" AND (p.ends_on IS NULL OR p.ends_on >= b."on")
  LEFT JOIN academics_grade g ON g.school_id = p.school_id AND g.id = p.grade_id
  LEFT JOIN academics_classmembership m ON m.school_id = %s AND m.student_id = b.student_id AND m.is_form
    AND m.starts_on <= b."on" AND (m.ends_on IS NULL OR m.ends_on >= b."on")
  LEFT JOIN academics_class c ON c.school_id = m.school_id AND c.id = m.class_id
)
SELECT
  CASE grouping(type_id, severity, place, period, grade_id, class_id, reporter, week)
    WHEN 255 THEN 'polarity' WHEN 127 THEN 'type' WHEN 191 THEN 'severity' WHEN 223 THEN 'place' WHEN 239 THEN 'time'
    WHEN 247 THEN 'grade' WHEN 251 THEN 'class' WHEN 253 THEN 'reporter' ELSE 'week' END,
  coalesce(type_id::text, severity::text, nullif(place, ''), grade_id::text, class_id::text, nullif(reporter, ''),
    week::text, ''),
  coalesce(type_name, grade, class, ''), coalesce(weekday, 0), coalesce(period, ''),
  count(*) FILTER (WHERE polarity = 'positive'), count(*) FILTER (WHERE polarity = 'negative'),
  CASE WHEN grouping(grade_id, class_id) < 3 OR grouping(type_id, severity, place, period, reporter, week) = 63
    THEN count(DISTINCT student_id) END
FROM wide GROUP BY GROUPING SETS ((), (type_id, type_name), (severity), (place), (weekday, period), (grade_id, grade),
  (class_id, class), (reporter), (week))
"""

_ROLL = """
SELECT 'grade', p.grade_id::text, count(*) FROM academics_placement p
WHERE p.school_id = %s AND p.student_id = ANY(%s) AND p.starts_on <= %s AND (p.ends_on IS NULL OR p.ends_on >= %s)
GROUP BY p.grade_id
UNION ALL
SELECT 'class', m.class_id::text, count(*) FROM academics_classmembership m
WHERE m.school_id = %s AND m.student_id = ANY(%s) AND m.is_form
  AND m.starts_on <= %s AND (m.ends_on IS NULL OR m.ends_on >= %s)
GROUP BY m.class_id
"""


def read_dashboard(
    actor: Actor, *, first: date, last: date, chosen: IncidentFilter | None = None, compare: bool = True
) -> Dashboard:
    """Count what was approved. Neither target nor witness is ever counted as somebody who did it."""
    if not actor.may(Permission.DASHBOARDS_VIEW):
        raise not_allowed(Permission.DASHBOARDS_VIEW)
    chosen = chosen or IncidentFilter()
    students = _students(actor, chosen, last)
    rows = _rows(actor, chosen, first, last, groups=compare)
    by, times, total = _grouped(rows, _bases(students, last) if compare else {})
    before = None
    if compare:
        before = read_dashboard(actor, first=first - A_YEAR, last=last - A_YEAR, chosen=chosen, compare=False)
    return Dashboard(
        first=first,
        last=last,
        praise=total.praise,
        concerns=total.concerns,
        students=total.students or 0,
        on_roll=len(students),
        school_days=len(school_days().between(first, last)),
        by=by,
        times=times,
        before=before,
        stages=_stages(students, first, last) if compare else {},
        actions=_actions(students, first, last) if compare else {},
        detentions=_detentions(students, first, last) if compare else {},
    )


def _students(actor: Actor, chosen: IncidentFilter, day: date) -> list[UUID]:
    rows = Student.objects.filter(visible_students(actor, Permission.DASHBOARDS_VIEW)).filter(is_on_roll(day))
    wanted = chosen.on_student()
    return list((rows.filter(wanted) if wanted is not None else rows).values_list("pk", flat=True))


def _bases(students: Sequence[UUID], day: date) -> dict[tuple[str, str], int]:
    once: list[Any] = [current_school(), list(students), day, day]
    with connection.cursor() as cursor:
        cursor.execute(_ROLL, [*once, *once])
        return {(kind, key): count for kind, key, count in cursor.fetchall()}


def _rows(actor: Actor, chosen: IncidentFilter, first: date, last: date, *, groups: bool) -> list[Row]:
    """What counted: from days in numbers where they answer, else from the incidents that the actor may know of."""
    if may_read_sums(actor, chosen):
        return read_sums(actor, first, last, groups=groups)
    plan_anew()
    seen = visible_participations(actor)
    if chosen.mine and actor.user_id:
        seen |= Q(incident__reported_by=actor.user_id)
    rows = Participant.objects.filter(seen).filter(chosen.on_part(actor), role__in=DID_IT)
    rows = rows.filter(incident__state__in=COUNTED, incident__on__range=(first, last))
    students = chosen.on_student()
    if students is not None:
        rows = rows.filter(student__in=Student.objects.filter(students))
    base = rows.annotate(where=Coalesce(F("incident__location__name"), F("incident__place"))).values_list(
        "incident_id", "student_id", "incident__on", "incident__type__polarity", "incident__type_id",
        "incident__type__name", "incident__severity", "where", "incident__period", "incident__reported_by_name",
    )  # fmt: skip
    sql, params = base.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.replace("{base}", sql), [*params, current_school(), current_school()])
        found: list[Row] = cursor.fetchall()
        return found


def _grouped(
    rows: Sequence[Row], bases: dict[tuple[str, str], int]
) -> tuple[dict[str, list[Counted]], list[tuple[int, str, int]], Counted]:
    by: dict[str, list[Counted]] = {name: [] for name in _BY}
    times: list[tuple[int, str, int]] = []
    for kind, key, label, weekday, period, praise, concerns, how_many in rows:
        if kind == "time":
            times.append((weekday, period, int(concerns)))
        elif key or kind == "polarity":
            base = bases.get((kind, key), 0) if kind in ("grade", "class") else None
            by[kind].append(Counted(key, label or key, int(praise), int(concerns), how_many, base))
    for name, counts in by.items():
        counts.sort(key=partial(_place, name))
    total = by.pop("polarity")
    return by, sorted(times), total[0] if total else Counted("", "", students=0)


def _place(name: str, count: Counted) -> tuple[int, str]:
    """Weeks and severities in their order, grades and classes by name, everything else by how often."""
    if name in ("severity", "week"):
        return (0, count.key)
    return (0 if name in ("grade", "class") else -count.concerns - count.praise, count.label)


def _stages(students: Sequence[UUID], first: date, last: date) -> dict[str, int]:
    rows = EscalationCase.objects.filter(student__in=students, created_at__date__range=(first, last))
    return dict(rows.order_by().values_list("state").annotate(n=Count("pk")))


def _actions(students: Sequence[UUID], first: date, last: date) -> dict[str, int]:
    rows = Action.objects.filter(student__in=students, starts_on__range=(first, last)).exclude(state="cancelled")
    return dict(rows.order_by().values_list("kind").annotate(n=Count("pk")))


def _detentions(students: Sequence[UUID], first: date, last: date) -> dict[str, int]:
    """How many detentions were set for these days, and what became of them. A move is counted where it went."""
    rows = Detention.objects.filter(student__in=students, on__range=(first, last))
    by_state = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    found = {name: sum(by_state.get(state, 0) for state in states) for name, states in BECAME.items()}
    return {"set": sum(found.values()), **found} if any(found.values()) else {}
