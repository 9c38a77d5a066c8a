"""Where a lesson could go, and the board: a draft of the whole school, asked through the whole stack."""

from __future__ import annotations

from bench.asking import Connection, Times
from bench.people import head, school
from bench.place import Place
from bench.results import Result
from bench.statements import statements_of
from lyceum.core.actor import system_actor
from lyceum.core.schools import current_school, school_scope
from lyceum.domains.timetable.models import PlannedLesson, Version
from lyceum.domains.timetable.rules.versions import create_version

ROUNDS, WARM_UP = 60, 5
GOAL = 200
FEW = 10
"""Lessons of the draft beside whose board that of the whole school is laid."""


def run(place: Place) -> Result:
    """Median and p95 of "which slots" over REST and of the board, and the board's statements for few and for all."""
    result, who = Result("moves"), head()
    with school_scope(school().pk):
        whole, few = _make_drafts()
        lessons = [str(pk) for pk in PlannedLesson.objects.filter(version=whole).values_list("pk", flat=True)[:ROUNDS]]
        count = whole.lessons.count()
    api, pages = Connection(place.port, who.api_headers), Connection(place.port, who.page_headers)
    boards = [f"/timetable/versions/{version.pk}/?by=class&of=" for version in (few, whole)]
    try:
        asked = [f"/api/v1/timetable/moves/?lesson={pk}" for pk in lessons]
        for name, connection, paths in (("which slots", api, asked), ("board", pages, boards[1:] * 20)):
            for path in paths[:WARM_UP]:
                connection.time("GET", path)
            times = Times.of([connection.time("GET", path) for path in paths])
            result.keep(name, times.as_json())
            result.say(f"{name}, {count:,} lessons: median {times.median:.0f} ms, p95 {times.p95:.0f} ms")
    finally:
        api.close()
        pages.close()
    with school_scope(school().pk):
        ones = [f"/api/v1/timetable/moves/?lesson={version.lessons.all()[0].pk}" for version in (few, whole)]
    for name, paths in (("which slots", ones), ("board", boards)):
        # The first of each is asked twice: a process remembers the days and bells of a school for a moment.
        statements = [len(statements_of(who, "GET", path)) for path in (paths[0], *paths)][1:]
        result.keep(f"{name} statements", {"few": statements[0], "all": statements[1], "lessons": count})
        result.say(f"{name}: {statements[0]} statements for {FEW} lessons, {statements[1]} for {count:,}")
    result.say(f"goal: which slots within {GOAL} ms (p95)")
    return result


def _make_drafts() -> tuple[Version, Version]:
    """A draft of the published timetable, and one in which a few of its lessons are left."""
    actor = system_actor(current_school(), name="bench")
    published = Version.objects.filter(state=Version.State.PUBLISHED).latest("effective_from")
    whole, few = (create_version(published.year_id, parent=published.pk, actor=actor) for _ in range(2))
    kept = list(few.lessons.values_list("pk", flat=True)[:FEW])
    few.lessons.exclude(pk__in=kept).delete()
    return whole, few
