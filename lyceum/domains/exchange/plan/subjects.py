"""Grades, subjects and classes: matched with the school's, or made."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from django.utils.translation import gettext as _

from lyceum.core.text import fold
from lyceum.domains.academics.models import Grade, Subject
from lyceum.domains.exchange.plan.outline import Outline
from lyceum.domains.exchange.plan.present import find_own_ids
from lyceum.domains.exchange.plan.rows import PlannedRow, Step, failed, id_trouble, is_wrong, skipped, wrong
from lyceum.domains.exchange.readers.records import Course, Group, Place, Record, Source

_GRADE_WORDS = re.compile(r"^(grade|year|yr|form|class|klasse|year group|y)\s*(?=\d)")


def grade_key(written: str) -> str:
    """The form in which two ways to write a grade are the same: 09, 9, Grade 9, Year 9."""
    return _GRADE_WORDS.sub("", fold(written)).lstrip("0") or fold(written)


class GradePlan:
    """Plans grades; a missing one gets the next free position."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        grades = list(Grade.objects.order_by("position"))
        self._own = {grade_key(name): grade.pk for grade in reversed(grades) for name in (grade.name, grade.code)}
        self._position = max((grade.position for grade in grades), default=0)

    def rows(self, groups: Iterator[Group]) -> Iterator[PlannedRow]:
        """One row for each grade that somebody or some class is in."""
        named = dict(self._outline.grades)
        for group in groups:
            if self._outline.groups.get(group.id) and not group.ended:
                for written in group.grades:
                    named.setdefault(written, group.place)
        seen: set[str] = set()
        for written, place in named.items():
            key = grade_key(written)
            if key not in seen:
                seen.add(key)
                yield self._row(Record(place=place, id=key[:100]), written)

    def _row(self, record: Record, written: str) -> PlannedRow:
        own = self._own.get(record.id)
        if own:
            return skipped(Step.GRADE, record, _("The school has this grade."), code="here_already", target=own)
        if len(written) > 20:
            return failed(Step.GRADE, record, wrong("grade", "too_long", _("A grade has at most 20 letters.")))
        self._position += 1
        values = {"code": written, "name": written, "position": self._position}
        return PlannedRow(Step.GRADE, record.place, record.id, "create", values=values)


@dataclass(frozen=True, slots=True)
class Taught:
    """What a course of the file comes to here: the subject, and the grades of its classes."""

    subject: str
    grades: tuple[str, ...]


class SubjectPlan:
    """Plans subjects, from what the courses teach."""

    def __init__(self, source: Source, outline: Outline) -> None:
        self._source = source
        self._outline = outline
        subjects = list(Subject.objects.order_by("pk"))
        self._own = {fold(name): subject.pk for subject in reversed(subjects) for name in (subject.code, subject.name)}
        self._codes = {fold(subject.code) for subject in subjects}
        self._lines: dict[str, Place] = {}
        self.courses: dict[str, Taught] = {}

    def rows(self) -> Iterator[PlannedRow]:
        """One row for each course: it makes its subject, or says why it does not."""
        seen: dict[str, int] = {}
        for course in self._source.courses():
            trouble = id_trouble(course, seen)
            if course.id not in self._outline.courses:
                yield skipped(Step.SUBJECT, course, _("No class of this school teaches it."))
            elif trouble or is_wrong(course):
                yield failed(Step.SUBJECT, course, *((trouble,) if trouble else ()))
            elif course.ended:
                yield skipped(Step.SUBJECT, course, _("Subjects stay, for the classes that were taught them."))
            else:
                label = subject_of(course)
                self.courses[course.id] = Taught(fold(label)[:100], course.grades)
                yield self.row_for(label, course, code=course.code if label == course.title else "")
        for group in self._source.groups():
            label = own_subject_of(group)
            if label and self._outline.groups.get(group.id) and not self._is_known(group):
                yield self.row_for(label, Record(place=group.place, id=group.id))

    def _is_known(self, group: Group) -> bool:
        return group.course in self.courses or fold(own_subject_of(group))[:100] in self._lines

    def subject_for(self, group: Group) -> str:
        """The key of the subject of a class; empty where the file names none."""
        taught = self.courses.get(group.course)
        label = own_subject_of(group)
        return taught.subject if taught else fold(label)[:100] if fold(label)[:100] in self._lines else ""

    def row_for(self, label: str, record: Record, *, code: str = "") -> PlannedRow:
        """The row that makes a subject at its first mention; later ones refer to it."""
        key = fold(label)[:100]
        if not key:
            return failed(Step.SUBJECT, record, wrong("title", "name_missing", _("Give the course a title.")))
        if key in self._lines:
            place = self._lines[key]
            return skipped(
                Step.SUBJECT,
                record,
                _("Its subject is %(label)s, as in line %(line)s of %(file)s.")
                % {"label": label, "line": place.line, "file": place.file},
            )
        self._lines[key] = record.place
        named = Record(place=record.place, id=key)
        known = self._known.get(key)
        own = known if known in self._own.values() else self._own.get(key)
        if own:
            row = skipped(
                Step.SUBJECT,
                named,
                _("The school teaches %(label)s.") % {"label": label},
                code="here_already",
                target=own,
            )
            return replace(row, is_link=known != own)
        code = (code or label)[:40]
        if fold(code) in self._codes:
            code = f"{label[:32]} {len(self._codes)}"
        self._codes.add(fold(code))
        return PlannedRow(Step.SUBJECT, record.place, key, "create", values={"code": code, "name": label[:120]})

    @cached_property
    def _known(self) -> dict[str, UUID]:
        labels = {fold(subject_of(course))[:100] for course in self._source.courses()}
        return find_own_ids(self._source.system, "subject", labels)


def subject_of(course: Course) -> str:
    """The subject of a course: what the file calls it, unless that is a code; else the course's own title."""
    if any(c.isalpha() for c in course.subject):
        return course.subject
    return course.title


def own_subject_of(group: Group) -> str:
    """The subject that a class itself names, unless it is a form or the name is a code."""
    return group.subject if not group.is_homeroom and any(c.isalpha() for c in group.subject) else ""


def titles_of(groups: Iterator[Group], outline: Outline) -> Counter[str]:
    """How often each title is there among the classes of this school."""
    return Counter(fold(group.title) for group in groups if outline.groups.get(group.id) and not group.ended)
