"""GraphQL door of reports: the journey."""

from datetime import datetime

import strawberry

from lyceum.core.graphql import Info, row_id, shown_as
from lyceum.domains.reports.journey import Journey as JourneyRead
from lyceum.domains.reports.journey import Shown, read_journey


@strawberry.type(description="What can be done next, and where.")
class JourneyAct:
    title: str = strawberry.field(resolver=lambda root: str(root.title))
    link: str


@strawberry.type(description="One of the ten steps: done, current, upcoming or skipped.")
class JourneyStep:
    key: str
    title: str = strawberry.field(resolver=lambda root: str(root.title))
    state: str
    done_at: datetime | None
    next_act: JourneyAct | None = strawberry.field(resolver=lambda root: root.act)


@strawberry.type(description="The way from visitor to alumnus; `outcome` says how it ended, where it did.")
class Journey:
    sentence: str = strawberry.field(resolver=lambda root: str(root.sentence))
    current: str
    outcome: str
    next_act: JourneyAct | None

    @shown_as(list[JourneyStep])
    def steps(self, journey: strawberry.Parent[JourneyRead]) -> list[Shown]:
        """The ten, in their order."""
        return journey.steps


@strawberry.type
class Query:
    @shown_as(Journey | None)
    def journey(self, info: Info, student_id: strawberry.ID | None = None) -> JourneyRead:
        """One's own way; who sees every student's may name one."""
        wanted = row_id(student_id) if student_id is not None else None
        return read_journey(info.context.actor, student_id=wanted)
