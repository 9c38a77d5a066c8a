"""What cover does when the timetable becomes another."""

from lyceum.core.actor import Actor
from lyceum.domains.journal.facts import hears
from lyceum.domains.timetable.facts import LessonChanged, VersionPublished
from lyceum.domains.timetable.rules.covers import release_covers, release_covers_of


@hears(VersionPublished)
def release_covers_of_lessons_that_ended(fact: VersionPublished, actor: Actor) -> None:
    """Nobody covers a lesson that the new timetable has no more."""
    release_covers(fact.effective_from, actor=actor)


@hears(LessonChanged)
def release_covers_of_a_lesson_changed_by_hand(fact: LessonChanged, actor: Actor) -> None:
    """Nor one that was ended, or is on another day now."""
    if {"ends_on", "weekday"} & {*fact.fields}:
        release_covers_of(fact.lesson_id, actor=actor)
