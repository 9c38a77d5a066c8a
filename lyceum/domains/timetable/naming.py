"""The engine's names in the school's words."""

from collections.abc import Collection, Mapping
from functools import cached_property
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lyceum.domains.timetable.models import Rule
from lyceum.domains.timetable.planning import Plan
from lyceum.domains.timetable.planning.problem import Built
from lyceum.domains.timetable.plans import with_subjects
from lyceum.domains.timetable.sentences import sentence

_OURS = {
    "grid": gettext_noop("Lessons are within the teaching periods."),
    "breaks": gettext_noop("A long lesson does not go on after a break."),
    "block": gettext_noop("The lessons of a block start together."),
    "spread": gettext_noop("The lessons of a class in a subject are on different days."),
    "rooms": gettext_noop("The lesson is in a room that suits it."),
    "home": gettext_noop("A class is in its own room."),
    "wish": gettext_noop("A class has at most so many periods a day."),
}
_ALWAYS = {
    "Clash": gettext_noop("Nobody has two lessons at once."),
    "RoomClash": gettext_noop("A room has one lesson at a time."),
}
"""What the engine itself always asks, by its own names."""


class Naming:
    """What the names of one problem stand for."""

    def __init__(self, plan: Plan, built: Built, *, refs: Collection[str] | None = None) -> None:
        """`refs`: the rules that will be named, where that is known before; a school may have hundreds."""
        self.plan = plan
        self.built = built
        self.refs = refs

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """Those of the year by id, read when the first is to be named."""
        rows = with_subjects(Rule.objects.filter(year=self.plan.version.year_id))
        if self.refs is not None:
            rows = rows.filter(pk__in=[ref.removeprefix("rule:") for ref in self.refs if ref.startswith("rule:")])
        return {str(row.pk): row for row in rows}

    def lesson(self, activity: str) -> UUID | None:
        """The planned lesson that an activity is."""
        return self.built.lessons.get(activity)

    def lesson_words(self, activity: str) -> str:
        """A lesson in words."""
        lesson = self.lesson(activity)
        return self.plan.card_words(self.plan.cards[lesson]) if lesson else activity

    def rule_words(self, ref: str, kind: str = "") -> str:
        """A rule in words: as a person set it, or as it always holds."""
        sort, _colon, key = ref.partition(":")
        if sort == "rule" and key in self.rules:
            return sentence(self.rules[key])
        words = _OURS.get(sort) or _ALWAYS.get(ref) or _ALWAYS.get(kind)
        return _(words) if words else kind or ref

    def who(self, name: str) -> str:
        """A teacher, class, group, room or set of students in words."""
        if self.plan.imported:  # the file's own names are people's
            return name
        if name in self.plan.atoms:
            of, _count = self.plan.atoms[name]
            return ", ".join(sorted(self.plan.name(group or school_class) for school_class, group in of))
        for part in reversed(name.split("/")):
            try:
                return self.plan.name(UUID(part)) or name
            except ValueError:
                continue
        return name
