"""A school of a thousand goes over into the next year: looked at, applied, applied again, undone and compared."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.people import school
from bench.place import Place
from bench.results import Result
from lyceum.core.actor import system_actor
from lyceum.core.schools import current_school, school_scope
from lyceum.domains.academics.models import AcademicYear, RolloverDecision
from lyceum.domains.academics.rules.rollover.applying import apply_rollover
from lyceum.domains.academics.rules.rollover.beginning import NewYear, begin_rollover
from lyceum.domains.academics.rules.rollover.decisions import Decided, decide
from lyceum.domains.academics.rules.rollover.looking import preview_rollover
from lyceum.domains.academics.rules.rollover.refusals import RolloverBlockedError
from lyceum.domains.academics.rules.rollover.undoing import undo_rollover

MOST_SECONDS = 60.0
UNDECIDED = 7
PLANS = ("academics_rolloverplan", "academics_rolloverdecision", "academics_rolloverchange")


def run(place: Place) -> Result:
    """Seconds and statements of each act, and whether every row is as before once it is undone."""
    del place
    result = Result("rollover_1000")
    with school_scope(school().pk):
        actor = system_actor(current_school(), name="bench")
        year = AcademicYear.objects.get(state="current")
        coming = AcademicYear.objects.filter(starts__gt=year.ends).first()  # of a run before, in a place that is kept
        new = NewYear(f"After {year.name}", year.ends + timedelta(days=40), year.ends + timedelta(days=360))
        following = coming.pk if coming else new
        plan = _measure(result, "begin", lambda: begin_rollover(year.pk, following, actor=actor))
        rows = RolloverDecision.objects.filter(plan=plan, decision="promote").order_by("pk")
        some = list(rows.values_list("student_id", flat=True)[:UNDECIDED])
        decide(plan.pk, some, Decided("undecided"), actor=actor)
        before = _state()
        _measure(result, "preview", lambda: preview_rollover(plan.pk, actor=actor))
        result.keep("refused", _refused(lambda: apply_rollover(plan.pk, actor=actor)))
        decide(plan.pk, some, Decided("promote"), actor=actor)
        preview_rollover(plan.pk, actor=actor)
        applied = _measure(result, "apply", lambda: apply_rollover(plan.pk, actor=actor))
        after, counts = _state(), dict(applied.counts)
        again = _measure(result, "apply again", lambda: apply_rollover(plan.pk, actor=actor))
        same = _state() == after
        _measure(result, "undo", lambda: undo_rollover(plan.pk, actor=actor))
        restored = _state() == before
    result.keep("counts", counts)
    result.keep("again_changed_nothing", same and again.counts["created"] == 0)
    result.keep("undone_as_before", restored)
    result.say(f"{sum(counts[k] for k in ('created', 'already', 'skipped')):,} students: {counts}")
    result.say(
        f"refused with {result.figures['refused']} undecided; again nothing new: {same}; undone as before: {restored}"
    )
    result.say(f"apply took {result.figures['apply']['seconds']} s (at most {MOST_SECONDS:.0f})")
    return result


def _measure(result: Result, name: str, act: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        answer = act()
    seconds = round(time.perf_counter() - began, 2)
    result.keep(name, {"seconds": seconds, "statements": len(queries)})
    result.say(f"{name:12} {seconds:6.2f} s, {len(queries)} statements")
    return answer


def _refused(act: Callable[[], Any]) -> int:
    try:
        act()
    except RolloverBlockedError as error:
        return int(error.extra["count"])
    return 0


def _state() -> dict[str, str]:
    """Every row of people, academics and attendance in the school, but for the plans, as a digest for each table."""
    found = {}
    with connection.cursor() as cursor:
        for label in ("people", "academics", "attendance", "timetable"):
            for model in apps.get_app_config(label).get_models():
                table = model._meta.db_table
                if table not in PLANS:
                    cursor.execute(
                        f"SELECT to_jsonb(t)::text FROM {table} t WHERE school_id = %s ORDER BY 1", [current_school()]
                    )
                    digest = hashlib.sha256()
                    for (text,) in cursor.fetchall():
                        digest.update(text.encode())
                    found[table] = digest.hexdigest()
    return found
