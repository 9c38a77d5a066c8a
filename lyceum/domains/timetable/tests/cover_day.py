"""A Friday on which somebody is away."""

from dataclasses import dataclass, field
from datetime import date, time
from uuid import UUID

from lyceum.core.actor import Actor, Via, system_actor
from lyceum.domains.academics.models import Class
from lyceum.domains.accounts.models import User
from lyceum.domains.accounts.queries import actor_for_user
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.people.models import Staff
from lyceum.domains.tenancy.models import School
from lyceum.domains.timetable.models import Cover, Lesson, StaffAbsence
from lyceum.domains.timetable.rules import NewLesson, create_lessons
from lyceum.domains.timetable.rules.absences import (
    NewStaffAbsence,
    report_staff_absence,
)
from lyceum.domains.timetable.rules.covers import (
    NewCover,
    assign_covers,
)
from lyceum.testing.beginnings import remembered
from lyceum.testing.factories import (
    in_school,
    make_class,
    make_manager,
    make_school,
    make_student,
    make_teacher,
    set_times,
)

TODAY = date(2026, 11, 20)
HOURS = (9, 10, 11)


@dataclass
class Day:
    """Friday, 8:50: Ill has three lessons with 8A; Ben and Cora are there and free."""

    school: School
    form: Class
    office_user: User
    users: dict[str, User] = field(default_factory=dict)
    staff: dict[str, UUID] = field(default_factory=dict)
    lessons: list[Lesson] = field(default_factory=list)

    @property
    def office(self) -> Actor:
        return actor_for_user(self.office_user, self.school.pk, via=Via.PAGE)

    def actor(self, name: str) -> Actor:
        return actor_for_user(self.users[name], self.school.pk, via=Via.PAGE)

    def absent(self, name: str = "Ill", **times: object) -> StaffAbsence:
        new = NewStaffAbsence(TODAY, TODAY, self.staff[name], **times)
        return report_staff_absence(new, actor=self.office)

    def standing(self) -> list[tuple[str, str]]:
        rows = Cover.objects.filter(state__in=Cover.STANDING).order_by("lesson__starts_at", "part")
        return [(row.lesson.period, str(row.teacher)) for row in rows.select_related("lesson", "teacher__person")]


@remembered
def make_day(hours: tuple[int, ...] = HOURS, name: str = "Hill School") -> Day:
    school = make_school(name)
    form = make_class(school, "8A")
    set_times(school)
    made = Day(school, form, make_manager(school, "Office", name="Olive Office"))
    for who in ("Ill", "Ben", "Cora"):
        made.users[who] = make_teacher(school, *([form] if who == "Ill" else []), name=f"{who} Teacher")
    make_student(school, form)
    with in_school(school):
        Class.objects.filter(pk=form.pk).update(registers="both")
        made.staff = {who: Staff.objects.get(person__user=user).pk for who, user in made.users.items()}
        new = [
            NewLesson(form, 5, str(n), time(hour), time(hour, 50), starts_on=date(2026, 9, 1))
            for n, hour in enumerate(hours, start=1)
        ]
        made.lessons = create_lessons(new, actor=system_actor(school.pk))
        open_day(TODAY)
    return made


def ask_ben(day: Day) -> Cover:
    """Ben is asked for the last lesson."""
    return assign_covers([NewCover(day.lessons[2].pk, TODAY, day.staff["Ben"], asks=True)], actor=day.office)[0]
