"""The timetable over GraphQL: lessons by date, the next one, runs of the engine."""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry
from django.utils.translation import gettext as _

from lyceum.core.actor import Actor
from lyceum.core.errors import NotFoundError, invalid_field
from lyceum.core.graphql import Info, Payload, act, followed_as, row_id, shown_as, through
from lyceum.core.live import Followed, Hears
from lyceum.domains.academics import models as academics
from lyceum.domains.academics.graphql import Class
from lyceum.domains.people.models import Staff, Student
from lyceum.domains.tenancy.queries import today
from lyceum.domains.timetable import tasks
from lyceum.domains.timetable.agenda import Dated, Whose, find_next_lesson, list_agenda, own
from lyceum.domains.timetable.facts import RunFinished, RunProgressed
from lyceum.domains.timetable.live import follow_run, run_topic
from lyceum.domains.timetable.models import Run
from lyceum.domains.timetable.plans import get_run
from lyceum.domains.timetable.rules.runs import USUAL_SECONDS, NewRun, start_run

Day = date
MOST_DAYS = 62


@strawberry.type(description="A lesson on a date, with whoever takes it that day.")
class DatedLesson:
    on: Day
    starts_at: datetime
    ends_at: datetime
    name: str
    cycle_day: int | None
    is_off: bool

    @strawberry.field
    def lesson_id(self, row: strawberry.Parent[Dated]) -> strawberry.ID:
        """The lesson's id: the same on each date."""
        return strawberry.ID(str(row.lesson.pk))

    @strawberry.field
    def period(self, row: strawberry.Parent[Dated]) -> str:
        """The name of its period."""
        return row.lesson.period

    @strawberry.field
    def room(self, row: strawberry.Parent[Dated]) -> str | None:
        """Where it is that day."""
        return str(row.room) if row.room else None

    @strawberry.field
    def teachers(self, row: strawberry.Parent[Dated]) -> list[str]:
        """Who takes it that day, by name."""
        return [str(staff) for staff in row.teachers()]

    @strawberry.field
    def covered(self, row: strawberry.Parent[Dated]) -> str | None:
        """How it is covered that day; null where it is as always."""
        return row.cover.kind if row.cover else None

    @shown_as(Class)
    def school_class(self, row: strawberry.Parent[Dated]) -> academics.Class:
        """Whose lesson it is."""
        found: academics.Class = row.lesson.school_class
        return found


@strawberry.type(description="The engine at work on a draft.")
class TimetableRun:
    id: strawberry.ID = through("pk")
    state: str
    seed: int
    seconds: int

    @strawberry.field
    def placed(self, row: strawberry.Parent[Run]) -> int:
        """Lessons that have a place in the best so far."""
        return int(row.progress.get("placed", 0))

    @strawberry.field
    def lessons(self, row: strawberry.Parent[Run]) -> int:
        """Lessons in all."""
        return int(row.progress.get("lessons", 0))

    @strawberry.field
    def cost(self, row: strawberry.Parent[Run]) -> float | None:
        """What the broken preferences of the best so far cost."""
        cost: float | None = row.progress.get("cost")
        return cost

    @strawberry.field
    def version_id(self, row: strawberry.Parent[Run]) -> strawberry.ID | None:
        """The draft."""
        return strawberry.ID(str(row.version_id)) if row.version_id else None


def _whose(person: strawberry.ID | None, school_class: strawberry.ID | None, room: strawberry.ID | None) -> Whose:
    if person is None:
        return Whose(school_class=row_id(school_class) if school_class else None, room=row_id(room) if room else None)
    pk = row_id(person)
    if Staff.objects.filter(pk=pk).exists():
        return Whose(teacher=pk)
    if Student.objects.filter(pk=pk).exists():
        return Whose(student=pk)
    raise NotFoundError


@strawberry.type
class Query:
    @shown_as(list[DatedLesson] | None)
    def timetable(
        self,
        info: Info,
        person: strawberry.ID | None = None,
        class_id: strawberry.ID | None = None,
        room: strawberry.ID | None = None,
        from_: Annotated[Day | None, strawberry.argument(name="from")] = None,
        to: Day | None = None,
    ) -> list[Dated]:
        """Lessons by date, at most 62 days: of a student or member of staff, a class or a room; else one's own."""
        first = from_ or today()
        last = to or first
        if (last - first).days >= MOST_DAYS:
            raise invalid_field("/to", "range", _("Ask for 1 to %(most)s days.") % {"most": MOST_DAYS})
        actor = info.context.actor
        named = person or class_id or room
        whose = _whose(person, class_id, room) if named else own(actor)
        return list_agenda(actor, first=first, last=last, whose=whose) if whose else []

    @shown_as(DatedLesson | None)
    def next_lesson(self, info: Info, person: strawberry.ID | None = None) -> Dated | None:
        """The lesson that is on now, or the next: of a student or member of staff, else one's own."""
        actor = info.context.actor
        whose = _whose(person, None, None) if person else own(actor)
        return find_next_lesson(actor, whose) if whose else None

    @shown_as(TimetableRun | None)
    def timetable_run(self, info: Info, id: strawberry.ID) -> Run:
        """A run of the engine."""
        return get_run(row_id(id), actor=info.context.actor)


@strawberry.input(description="What the engine is asked for. With nothing named: the whole current year, anew.")
class GenerateTimetableInput:
    year_id: strawberry.ID | None = None
    version_id: strawberry.ID | None = None
    seed: int = 0
    seconds: int = USUAL_SECONDS
    max_per_day: int | None = None
    max_per_week: int | None = None


@strawberry.type
class TimetableRunPayload(Payload):
    run: TimetableRun | None = None


@strawberry.type
class Mutation:
    @act
    def generate_timetable(self, info: Info, input: GenerateTimetableInput) -> TimetableRunPayload:
        """Let the engine make a timetable, or improve a draft; follow it with `timetableRun`."""
        actor = info.context.actor
        new = NewRun(
            year=row_id(input.year_id) if input.year_id else None,
            version=row_id(input.version_id) if input.version_id else None,
            seed=input.seed,
            seconds=input.seconds,
            max_per_day=input.max_per_day,
            max_per_week=input.max_per_week,
        )
        run: Any = start_run(new, enqueue=tasks.enqueue(actor), actor=actor)
        return TimetableRunPayload(run=run)


@strawberry.type(description="A run has something better, goes on, or has ended.")
class TimetableRunChanged:
    state: str

    @shown_as(TimetableRun | None)
    def run(self, fact: strawberry.Parent[RunProgressed | RunFinished], info: Info) -> Run:
        """The run as it is now."""
        return get_run(fact.run_id, actor=info.context.actor)


@strawberry.type
class Subscription:
    @followed_as(TimetableRunChanged)
    def timetable_run(self, id: strawberry.ID) -> Followed:
        """A run of the engine as it goes on."""
        wanted = row_id(id)

        def follows(actor: Actor) -> tuple[str, Hears]:
            return run_topic(wanted), follow_run(wanted, actor=actor)

        return Followed(follows)
