"""The roll of a class on a date is a question, never a list: compared with a model that knows no database."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.errors import NotAllowedError, NotFoundError, RuleError
from lyceum.core.permissions import Role
from lyceum.domains.academics.queries import list_members, list_roll, members_on, without_form
from lyceum.domains.academics.rules.classes import (
    NewMember,
    add_class_members,
    end_membership,
    move_student,
)
from lyceum.domains.academics.rules.placements import leave_student
from lyceum.domains.people.models import Student
from lyceum.domains.people.rules.restrictions import restrict_contact
from lyceum.testing.factories import (
    FIRST_DAY,
    NOW,
    account_for,
    add_role,
    as_actor,
    in_school,
    make_class,
    make_guardian,
    make_manager,
    make_school,
    make_student,
    make_teacher,
    make_year,
)

DAY = timedelta(days=1)
WINDOW = [FIRST_DAY + n * DAY for n in range(-1, 11)]
END = FIRST_DAY + 9 * DAY
FOREVER = date.max


@dataclass
class Model:
    """Spans of days, and the rules said as plainly as possible."""

    capacity: int
    enrolled: dict[int, tuple[date, date]]
    spans: dict[tuple[int, int], list[tuple[date, date]]] = field(default_factory=dict)

    def holds(self, student: int, row: int, day: date) -> bool:
        return any(first <= day <= last for first, last in self.spans.get((student, row), []))

    def roll(self, row: int, day: date) -> list[int]:
        first_last = self.enrolled.items()
        return [s for s, (first, last) in first_last if first <= day <= last and self.holds(s, row, day)]

    def may_add(self, student: int, row: int, first: date, last: date) -> bool:
        """Two forms of nine days each: inside both, nowhere else meanwhile, a seat on every day."""
        enrolled = self.enrolled[student]
        days = [first + n * DAY for n in range((last - first).days + 1)]
        inside = enrolled[0] <= first and last <= enrolled[1] and first >= FIRST_DAY and last <= END
        return (
            bool(days)
            and inside
            and not any(self.holds(student, other, day) for other in (0, 1) for day in days)
            and all(len(self.roll(row, day)) < self.capacity for day in days)
        )

    def cut(self, student: int, row: int, span: tuple[date, date], last: date) -> None:
        spans = self.spans[student, row]
        spans.remove(span)
        if span[0] <= last:
            spans.append((span[0], last))


def days(lowest=-1, highest=10):
    return st.integers(lowest, highest).map(lambda n: FIRST_DAY + n * DAY)


STUDENTS, CLASSES = st.integers(0, 2), st.integers(0, 1)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), STUDENTS, CLASSES, days(), st.none() | days()),
        st.tuples(st.just("end"), STUDENTS, CLASSES, days()),
        st.tuples(st.just("move"), STUDENTS, CLASSES, days()),
        st.tuples(st.just("leave"), STUDENTS, days()),
    ),
    min_size=2,
    max_size=9,
)


class World:
    """The same acts done by the rules and by the model."""

    def __init__(self, school, classes, students):
        self.classes, self.students = classes, students
        self.actor = system_actor(school.pk)
        self.model = Model(capacity=2, enrolled={n: (FIRST_DAY + n * DAY, FOREVER) for n in range(3)})

    def do(self, act):
        getattr(self, act[0])(*act[1:])

    def expect(self, allowed, act):
        try:
            with transaction.atomic():
                act()
        except RuleError:
            assert not allowed
        else:
            assert allowed

    def add(self, student, row, first, last):
        until = last or min(self.model.enrolled[student][1], END)
        allowed = self.model.may_add(student, row, first, until)
        new = [NewMember(self.classes[row], self.students[student].pk, first, last)]
        self.expect(allowed, lambda: add_class_members(new, actor=self.actor))
        if allowed:
            self.model.spans.setdefault((student, row), []).append((first, until))

    def end(self, student, row, last):
        later = sorted(span for span in self.model.spans.get((student, row), []) if span[1] > last)
        where = (self.classes[row].pk, self.students[student].pk)
        self.expect(bool(later), lambda: end_membership(*where, last_day=last, actor=self.actor))
        if later:
            self.model.cut(student, row, later[0], last)

    def move(self, student, target, on):
        source = 1 - target
        here = [s for s in self.model.spans.get((student, source), []) if s[0] <= on <= s[1]]
        until = min(self.model.enrolled[student][1], END)
        kept = {key: list(value) for key, value in self.model.spans.items()}
        if here:
            self.model.cut(student, source, here[0], on - DAY)
        allowed = bool(here) and self.model.may_add(student, target, on, until)
        where = {"from_class": self.classes[source].pk, "to_class": self.classes[target].pk, "on": on}
        self.expect(allowed, lambda: move_student(self.students[student].pk, **where, actor=self.actor))
        if allowed:
            self.model.spans.setdefault((student, target), []).append((on, until))
        else:
            self.model.spans = kept

    def leave(self, student, last):
        first, until = self.model.enrolled[student]
        allowed = first <= last <= until
        who = self.students[student].pk
        self.expect(allowed, lambda: leave_student(who, last_day=last, exit="withdrawn", actor=self.actor))
        if allowed:
            self.model.enrolled[student] = (first, last)
            for row in (0, 1):
                for span in list(self.model.spans.get((student, row), [])):
                    if span[1] > last:
                        self.model.cut(student, row, span, last)

    def check(self):
        names = {student.pk: n for n, student in enumerate(self.students)}
        for row, school_class in enumerate(self.classes):
            for day in WINDOW:
                roll = sorted(names[m.student_id] for m in members_on(school_class.pk, day))
                assert roll == self.model.roll(row, day), (row, day)


@pytest.fixture
def world(db):
    school = make_school()
    year = make_year(school)
    classes = [make_class(school, name, year=year, ends=END, capacity=2) for name in ("7A", "7B")]
    students = [make_student(school, first_day=FIRST_DAY + n * DAY) for n in range(3)]
    return school, classes, students


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_the_roll_of_any_day_is_what_the_acts_so_far_say(world, acts):
    school, classes, students = world
    with in_school(school), transaction.atomic():
        tried = World(school, classes, students)
        for act in acts:
            tried.do(act)
        tried.check()
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_roll_of_a_past_date_shows_who_was_there_then():
    school, other = make_school("Hill School"), make_school("Vale School")
    one, two = make_class(school, "7A"), make_class(school, "7B")
    stays = make_student(school, one, name="Bo")
    moved = make_student(school, one, name="Ana")
    make_student(other, make_class(other))
    teacher = make_teacher(school, one)
    with clock.frozen(NOW), in_school(school):
        move_student(moved.pk, to_class=two.pk, on=NOW.date(), actor=system_actor(school.pk))
        actor = as_actor(teacher, school)
        month_ago = list(list_roll(one.pk, actor=actor, day=NOW.date() - 30 * DAY))
        today = list(list_roll(one.pk, actor=actor, day=NOW.date()))

    assert (month_ago, today) == ([moved, stays], [stays])


@pytest.mark.django_db
def test_who_sees_a_class_list():
    school = make_school()
    form = make_class(school)
    ana, bo = make_student(school, form, name="Ana"), make_student(school, form, name="Bo")
    people = {
        "other teacher": make_teacher(school),
        "office": make_manager(school, "Office"),
        "student": account_for(ana.person, Role.STUDENT),
        "guardian": account_for(make_guardian(bo).guardian, Role.GUARDIAN),
    }
    seen = {}
    with clock.frozen(NOW):
        for who, user in people.items():
            actor = as_actor(user, school)
            with in_school(school):
                seen[who] = [str(m.student) for m in list_members(form.pk, actor=actor, day=NOW.date())]
        stranger = as_actor(account_for(make_student(school).person, Role.STUDENT), school)
        timetabler = as_actor(make_manager(school, "Timetable"), school)
        with in_school(school):
            with pytest.raises(NotFoundError):
                list_members(form.pk, actor=stranger, day=NOW.date())
            with pytest.raises(NotAllowedError):
                list_members(form.pk, actor=timetabler, day=NOW.date())

    assert seen == {
        "other teacher": ["Ana", "Bo"],
        "office": ["Ana", "Bo"],
        "student": ["Ana"],
        "guardian": ["Bo"],
    }


@pytest.mark.django_db
def test_a_restricted_person_who_teaches_here_does_not_see_the_child_on_any_list():
    school = make_school()
    form = make_class(school)
    child = make_student(school, form)
    link = make_guardian(child)
    father = account_for(link.guardian, Role.TEACHER)
    add_role(father, school, Role.GUARDIAN)
    with clock.frozen(NOW), in_school(school):
        restrict_contact(child.pk, person_id=link.guardian_id, kinds=["no_contact"], actor=system_actor(school.pk))

        assert not list_members(form.pk, actor=as_actor(father, school), day=NOW.date()).exists()


@pytest.mark.django_db
def test_students_on_roll_without_a_form_are_found():
    school = make_school()
    form = make_class(school)
    make_student(school, form)
    lost = make_student(school)
    make_student(school, first_day=NOW.date() + DAY)
    with in_school(school):
        assert list(Student.objects.filter(without_form(NOW.date()))) == [lost]
