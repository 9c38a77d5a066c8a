"""A small school with a draft of its timetable, for the tests of what is done with one."""

from dataclasses import dataclass
from uuid import UUID

from lyceum.core.actor import system_actor
from lyceum.domains.academics.rules.bells import find_or_make_cycle
from lyceum.domains.people.models import Staff
from lyceum.domains.tenancy.models import School
from lyceum.domains.timetable.models import PlannedLesson, Version
from lyceum.domains.timetable.rules.moves import Moved, move_lessons
from lyceum.domains.timetable.rules.requirements import NewRequirement, create_requirements
from lyceum.domains.timetable.rules.versions import create_version
from lyceum.testing.beginnings import remembered
from lyceum.testing.factories import find_or_make_year, in_school, make_class, make_staff, make_subject


@dataclass(frozen=True)
class Draft:
    """What was made."""

    version: Version
    ada: Staff
    form: UUID
    lessons: list[PlannedLesson]
    """Two of Mathematics in 7A, then one in 7B; all of Ada."""

    @property
    def path(self) -> str:
        return f"/timetable/versions/{self.version.pk}/"


@remembered
def make_draft(school: School, *, placed: bool = True) -> Draft:
    """7A has Mathematics on Monday in the first and second period; 7B's lesson has no place. Ada teaches all."""
    year = find_or_make_year(school)
    forms = [make_class(school, name, year=year) for name in ("7A", "7B")]
    subject, ada = make_subject(school), make_staff(school, name="Ada")
    actor = system_actor(school.pk)
    with in_school(school):
        find_or_make_cycle(year, actor=actor)
        new = [
            NewRequirement(subject.pk, classes=[(form.pk, None)], teachers=[ada.pk], lengths=[1] * many)
            for form, many in zip(forms, (2, 1), strict=True)
        ]
        create_requirements(year.pk, new, actor=actor)
        version = create_version(year.pk, name="Autumn", actor=actor)
        rows = {row.pk: row for row in version.lessons.all()}
        sits = {row.pk: row.classes.get().school_class_id for row in rows.values()}
        lessons = sorted(rows.values(), key=lambda row: (sits[row.pk] != forms[0].pk, row.pk))
        if placed:
            moves = [Moved(row.pk, {"day": 1, "period": n}) for n, row in enumerate(lessons[:2], start=1)]
            move_lessons(version.pk, moves, actor=actor)
            version.refresh_from_db()
            lessons = [PlannedLesson.objects.get(pk=row.pk) for row in lessons]
    return Draft(version, ada, forms[0].pk, lessons)
