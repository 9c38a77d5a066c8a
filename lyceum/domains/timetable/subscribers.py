"""What cover does when the timetable becomes another."""

from lyceum.core.actor import Actor
from lyceum.domains.journal.facts import hears
from lyceum.domains.timetable.facts import VersionPublished
from lyceum.domains.timetable.rules.covers import release_covers


@hears(VersionPublished)
def release_covers_of_lessons_that_ended(fact: VersionPublished, actor: Actor) -> None:
    """Nobody covers a lesson that the new timetable has no more."""
    release_covers(fact.effective_from, actor=actor)
