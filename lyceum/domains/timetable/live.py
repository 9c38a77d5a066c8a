"""Who may follow a run of the engine as it goes on."""

from uuid import UUID

from lyceum.core.actor import Actor
from lyceum.core.live import Hears
from lyceum.domains.timetable.facts import RunFinished, RunProgressed
from lyceum.domains.timetable.plans import get_run


def run_topic(run_id: UUID) -> str:
    """The topic of one run."""
    return f"timetable-run:{run_id}"


def follow_run(run_id: UUID, *, actor: Actor) -> Hears:
    """One run, for those who make the timetable."""
    get_run(run_id, actor=actor)
    return lambda fact: isinstance(fact, RunProgressed | RunFinished) and fact.run_id == run_id
