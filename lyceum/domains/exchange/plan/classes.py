"""Classes: sections become teaching classes, homerooms become forms."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core.text import fold, tidy
from lyceum.domains.academics.models import Class
from lyceum.domains.exchange.plan.calendar import Calendar, When
from lyceum.domains.exchange.plan.outline import Outline
from lyceum.domains.exchange.plan.present import find_own_ids
from lyceum.domains.exchange.plan.rows import (
    PlannedRow,
    Step,
    batches,
    failed,
    id_trouble,
    is_wrong,
    skipped,
    warning,
    wrong,
)
from lyceum.domains.exchange.plan.subjects import SubjectPlan, grade_key, titles_of
from lyceum.domains.exchange.readers.records import Group, Source

USUAL_CAPACITY, LARGEST_CAPACITY = 40, 500


@dataclass(frozen=True, slots=True)
class Room:
    """What the plan of memberships has to know of a class."""

    starts: date
    ends: date
    is_form: bool
    is_new: bool


class ClassPlan:
    """Plans classes; `rooms` is complete once `rows` has been read to its end."""

    def __init__(
        self, source: Source, outline: Outline, calendar: Calendar, subjects: SubjectPlan, *, today: date
    ) -> None:
        self._source = source
        self._outline = outline
        self._calendar = calendar
        self._subjects = subjects
        self._today = today
        self._titles = titles_of(source.groups(), outline)
        self._own_by_name: dict[tuple[UUID, str], Class] = {}
        self._names: set[tuple[str, str]] = set()
        self.rooms: dict[str, Room] = {}

    def rows(self) -> Iterator[PlannedRow]:
        """One row for each class of the files."""
        own_years = {year.own_id: year for year in self._calendar.years if year.own_id}
        for row in Class.objects.filter(year__in=list(own_years)):
            self._own_by_name[row.year_id, fold(row.name)] = row
        seen: dict[str, int] = {}
        for groups in batches(self._source.groups()):
            known = self._known([group.id for group in groups])
            for group in groups:
                yield self._row(group, known.get(group.id), id_trouble(group, seen))

    def _known(self, foreign_ids: Collection[str]) -> dict[str, Class]:
        own_ids = find_own_ids(self._source.system, "class", foreign_ids)
        classes = {row.pk: row for row in Class.objects.filter(pk__in=own_ids.values())}
        return {foreign: classes[own] for foreign, own in own_ids.items() if own in classes}

    def _row(self, group: Group, own: Class | None, trouble: Any) -> PlannedRow:
        if not self._outline.groups.get(group.id):
            return skipped(Step.CLASS, group, _("It belongs to another school of the file."))
        if trouble or is_wrong(group):
            return failed(Step.CLASS, group, *((trouble,) if trouble else ()))
        if group.ended:
            return self._end(group, own)
        when = self._calendar.when(group.sessions)
        if when is None:
            return failed(
                Step.CLASS,
                group,
                wrong(
                    "termSourcedIds",
                    "session_unknown",
                    _("There is no term %(sessions)s in the file. Add it, or correct the class.")
                    % {"sessions": group.sessions[0]},
                ),
            )
        name = self._name(group, when, own)
        if not name:
            return failed(Step.CLASS, group, wrong("title", "name_missing", _("Give the class a title.")))
        subject = "" if group.is_homeroom else self._subjects.subject_for(group)
        if not subject and not group.is_homeroom:
            return failed(
                Step.CLASS,
                group,
                wrong(
                    "courseSourcedId",
                    "course_unknown",
                    _("There is no course %(course)s in the file. Add it, or correct the class.")
                    % {"course": group.course},
                ),
            )
        by_hand = None if own else self._same_by_hand(name, group, when)
        own = own or by_hand
        self.rooms[group.id] = Room(
            own.starts if own else when.starts, own.ends if own else when.ends, group.is_homeroom, own is None
        )
        if own is None:
            return self._make(group, name, subject, when)
        return replace(self._change(group, own, name, when), is_link=by_hand is not None)

    def _end(self, group: Group, own: Class | None) -> PlannedRow:
        if own is None:
            return skipped(Step.CLASS_END, group, _("It is to be taken out, and was never brought in."))
        last = max(self._today, own.starts)
        if own.ends <= last:
            return skipped(
                Step.CLASS_END,
                group,
                _("It ended on %(ends)s.") % {"ends": own.ends},
                code="here_already",
                target=own.pk,
            )
        return PlannedRow(
            Step.CLASS_END, group.place, group.id, "end", own.pk, {"ends": str(last)}, {"ends": str(own.ends)}
        )

    def _name(self, group: Group, when: When, own: Class | None) -> str:
        """The title; with the class's code where several have the same title or another class has the name."""
        title = tidy(group.title)[:120]
        if not title:
            return ""
        name, year = title, when.year.key
        if self._titles[fold(title)] > 1:
            name = f"{title[:90]} ({(group.code or group.id)[:26]})"
        taken = self._own_by_name.get((when.year.own_id, fold(name))) if when.year.own_id else None
        if (year, fold(name)) in self._names or (taken and own and taken.pk != own.pk):
            name = f"{title[:70]} ({group.id[:46]})"
        self._names.add((year, fold(name)))
        return name

    def _same_by_hand(self, name: str, group: Group, when: When) -> Class | None:
        """A class of that name and kind that somebody made here."""
        own = self._own_by_name.get((when.year.own_id, fold(name))) if when.year.own_id else None
        kind = Class.Kind.FORM if group.is_homeroom else Class.Kind.TEACHING
        return own if own and own.kind == kind else None

    def _grades(self, group: Group) -> list[str]:
        """The grades the file gives the class, else its course, else those of its students."""
        taught = self._subjects.courses.get(group.course)
        written = (
            group.grades or sorted(self._outline.group_grades.get(group.id, ())) or (taught.grades if taught else ())
        )
        known = {grade_key(grade) for grade in self._outline.grades}
        return [key for key in dict.fromkeys(map(grade_key, written)) if key in known or group.grades]

    def _capacity(self, group: Group) -> int:
        return min(max(USUAL_CAPACITY, self._outline.sizes[group.id]), LARGEST_CAPACITY)

    def _make(self, group: Group, name: str, subject: str, when: When) -> PlannedRow:
        values: dict[str, Any] = {
            "name": name,
            "kind": "form" if group.is_homeroom else "teaching",
            "year": when.year.key,
            "starts": str(when.starts),
            "ends": str(when.ends),
            "capacity": self._capacity(group),
        }
        values |= {"subject": subject} if subject else {}
        values |= {"term": when.term.key} if when.term else {}
        values |= {"grades": grades} if (grades := self._grades(group)) else {}
        row = PlannedRow(Step.CLASS, group.place, group.id, "create", values=values)
        if self._outline.sizes[group.id] > LARGEST_CAPACITY:
            row = row.warned(
                warning(
                    "",
                    "class_full",
                    _("A class holds %(largest_capacity)s students; the rest is refused.")
                    % {"largest_capacity": LARGEST_CAPACITY},
                )
            )
        return row

    def _change(self, group: Group, own: Class, name: str, when: When) -> PlannedRow:
        values: dict[str, Any] = {}
        before: dict[str, Any] = {}
        wished = {"name": name, "capacity": max(own.capacity, self._capacity(group))}
        if group.sessions and when.year.own_id == own.year_id and own.ends != when.ends and own.ends > self._today:
            wished["ends"] = when.ends
        for field, new in wished.items():
            old = getattr(own, field)
            if old != new:
                before[field], values[field] = _plain(old), _plain(new)
        if values:
            return PlannedRow(Step.CLASS, group.place, group.id, "update", own.pk, values, before)
        return skipped(Step.CLASS, group, _("Nothing changes."), code="unchanged", target=own.pk)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value
