"""Classes that are taught together share a register; of a class of which a group comes, the group is on it."""

from datetime import date, timedelta

import msgspec
import pytest

from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.domains.academics.models import ClassTeacher
from lyceum.domains.attendance.batches import list_class_registers
from lyceum.domains.attendance.facts import AttendanceMarked
from lyceum.domains.attendance.models import AttendanceRule, Mark, Register, SessionMark
from lyceum.domains.attendance.phone import read_phone_registers
from lyceum.domains.attendance.queries import find_register, list_registers
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.attendance.rules.sessions import derive_day, lock_days
from lyceum.domains.attendance.sheet import read_sheet
from lyceum.domains.journal.models import Fact
from lyceum.domains.people.models import Staff, Student
from lyceum.domains.timetable.agenda import Whose, list_agenda
from lyceum.domains.timetable.covering.reading import read_cover_days
from lyceum.domains.timetable.models import Group, GroupMember, Lesson, PlannedClass, PlannedLesson
from lyceum.domains.timetable.rules.publishing import publish_version
from lyceum.domains.timetable.rules.versions import create_version
from lyceum.domains.timetable.tests.conftest import make_small
from lyceum.testing.beginnings import remembered
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import NOW, add_role, as_actor, in_school, make_manager, make_user, set_times
from lyceum.testing.pages import text_of

MONDAY = date(2026, 11, 23)
LINES = "query($id: ID!) { register(id: $id) { className lines(first: 10) { totalCount edges { node { name } } } } }"

OF_CLASS = """query($id: ID!, $on: Date!) { class(id: $id) { registersOn(date: $on, first: 9) {
  totalCount edges { node { className } } } } }"""


@remembered
def make_shared():
    """Mathematics of 7A and 7B is taught to both at once on Monday; to Art of 7A comes half of the class."""
    with clock.frozen(NOW):
        small = make_small()
        set_times(small.school)
        version = small.placed()
        with in_school(small.school):
            maths = PlannedLesson.objects.get(version=version, classes__school_class=small.taught["7A/MA"], day=1)
            PlannedLesson.objects.filter(version=version, classes__school_class=small.taught["7B/MA"]).delete()
            PlannedClass.objects.create(lesson=maths, school_class=small.taught["7B/MA"])
            half = Group.objects.create(school_class=small.taught["7A/AR"], name="first half")
            GroupMember.objects.create(group=half, student=small.students[0])
            PlannedClass.objects.filter(lesson__version=version, school_class=small.taught["7A/AR"]).update(group=half)
            publish_version(version.pk, effective_from=MONDAY, actor=small.system)
        small.version = version
    return small


@pytest.fixture
def small(db):
    with clock.frozen(NOW + timedelta(days=3)):
        yield make_shared()


def registers_of(small):
    with in_school(small.school):
        open_day(MONDAY)
        return {row.class_name: row for row in Register.objects.filter(on=MONDAY, kind="lesson")}


def names(rows):
    return sorted(row.name for row in rows)


def test_two_classes_taught_together_have_one_register_with_everybody_on_it(small):
    registers = registers_of(small)

    assert sorted(registers) == ["7A/AR", "7A/EN", "7A/MA + 7B/MA", "7B/AR", "7B/EN"]
    shared = registers["7A/MA + 7B/MA"]
    with in_school(small.school):
        assert names(read_sheet(shared, actor=small.system)) == ["7A 1", "7A 2", "7B 1", "7B 2"]
        for name in ("7A/MA", "7B/MA"):
            found = find_register(class_id=small.taught[name].pk, day=MONDAY, period=shared.period, actor=small.system)
            assert found.pk == shared.pk
        saved = take_register(shared.pk, marks=[], rest="present", actor=small.system)
        assert (saved.saved, Mark.objects.count()) == (4, 4)
        assert Fact.objects.filter(type="attendance.marked").count() == 1
        assert open_day(MONDAY) == 0


def test_every_door_shows_the_same_students(small):
    shared = registers_of(small)["7A/MA + 7B/MA"]
    office = make_manager(small.school, "Office", name="Olive Office")
    expected = ["7A 1", "7A 2", "7B 1", "7B 2"]

    rest = software(office, small.school).get(f"/api/v1/registers/{shared.pk}/").json()
    page = text_of(browser(office, small.school).get(f"/registers/{shared.pk}/"))
    asked = software(office, small.school).send("/graphql", {"query": LINES, "variables": {"id": str(shared.pk)}})
    graph = asked.json()["data"]["register"]

    assert sorted(line["name"] for line in rest["lines"]) == expected
    assert rest["with_classes"] == [str(small.taught["7B/MA"].pk)]
    assert all(name in page for name in expected)
    assert sorted(edge["node"]["name"] for edge in graph["lines"]["edges"]) == expected
    assert graph["lines"]["totalCount"] == 4


@pytest.mark.parametrize(
    ("name", "expected"),
    [("7A/MA", ["7A/MA + 7B/MA"]), ("7B/MA", ["7A/MA + 7B/MA"]), ("7B/EN", ["7B/EN"])],
    ids=["its first class", "its other class", "a class of its own"],
)
def test_a_class_finds_the_register_it_shares(small, name: str, expected: list[str]):
    registers_of(small)
    office = make_manager(small.school, "Office", name="Olive Office")

    asked = {"query": OF_CLASS, "variables": {"id": str(small.taught[name].pk), "on": str(MONDAY)}}
    found = software(office, small.school).send("/graphql", asked).json()["data"]["class"]["registersOn"]

    assert [edge["node"]["className"] for edge in found["edges"]] == expected
    assert found["totalCount"] == len(expected)


def test_two_classes_asked_at_once_each_find_the_register_they_share(small):
    shared = registers_of(small)["7A/MA + 7B/MA"]
    both = [small.taught[name].pk for name in ("7A/MA", "7B/MA")]
    with in_school(small.school):
        found = list_class_registers(both, actor=small.system).filter(on=MONDAY).values_list("pk", "of_class")

        assert {*found} == {(shared.pk, each) for each in both}


def test_marks_of_a_shared_lesson_are_told_to_those_who_follow_either_class(small):
    shared = registers_of(small)["7A/MA + 7B/MA"]
    with in_school(small.school):
        take_register(shared.pk, marks=[], rest="present", actor=small.system)
        told = msgspec.convert(Fact.objects.get(type="attendance.marked").payload, AttendanceMarked)

    assert {f"class:{small.taught[name].pk}" for name in ("7A/MA", "7B/MA")} < {*told.live_topics()}


def test_lessons_of_a_student_are_those_to_which_the_student_comes(small):
    office = software(make_manager(small.school, "Office", name="Olive Office"), small.school)
    names_of = {str(row.pk): name for name, row in small.taught.items()}

    def lessons(student: Student) -> list[str]:
        rows = office.get(f"/api/v1/timetable/lessons/?student={student.pk}&date={MONDAY}").json()["items"]
        return sorted(names_of[row["class"]["id"]] for row in rows)

    in_it, out_of_it, other, _last = small.students
    assert lessons(in_it) == ["7A/AR", "7A/EN", "7A/MA"]
    assert lessons(out_of_it) == ["7A/EN", "7A/MA"]
    assert lessons(other) == ["7B/AR", "7B/EN", "7B/MA"]


def test_a_group_has_its_own_students_on_its_register_by_every_door(small):
    register = registers_of(small)["7A/AR"]
    office = make_manager(small.school, "Office", name="Olive Office")

    rest = software(office, small.school).get(f"/api/v1/registers/{register.pk}/").json()
    asked = software(office, small.school).send("/graphql", {"query": LINES, "variables": {"id": str(register.pk)}})

    assert [line["name"] for line in rest["lines"]] == ["7A 1"]
    assert [edge["node"]["name"] for edge in asked.json()["data"]["register"]["lines"]["edges"]] == ["7A 1"]
    refused = software(office, small.school).send(
        f"/api/v1/registers/{register.pk}/marks/",
        {"marks": [{"student": str(small.students[1].pk), "code": "/"}]},
        method="put",
    )
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "not_on_register")


def test_whoever_left_the_group_stays_where_they_were_marked(small):
    register = registers_of(small)["7A/AR"]
    with in_school(small.school):
        take_register(register.pk, marks=[], rest="present", actor=small.system)
        GroupMember.objects.all().delete()

        assert names(read_sheet(register, actor=small.system)) == ["7A 1"]


def test_the_teachers_of_both_classes_find_it_on_list_and_phone(small):
    shared = registers_of(small)["7A/MA + 7B/MA"]
    user = make_user(small.school, name="Second Teacher")
    with in_school(small.school):
        staff = Staff.objects.select_related("person").get(pk=small.lead("7B/EN"))
        staff.person.user = user
        staff.person.save()
        add_role(user, small.school, Role.TEACHER)
        ClassTeacher.objects.filter(school_class=small.taught["7B/MA"]).update(staff=staff)
        second = as_actor(user, small.school)

        assert shared.pk in {row.pk for row in list_registers(second, day=MONDAY)}
        kept = next(row for row in read_phone_registers(second).registers if row.id == shared.pk)

        assert (kept.name, names(kept.lines)) == ("7A/MA + 7B/MA", ["7A 1", "7A 2", "7B 1", "7B 2"])


def test_the_statutory_mark_of_both_classes_comes_from_the_shared_lesson(small):
    shared = registers_of(small)["7A/MA + 7B/MA"]
    with in_school(small.school):
        AttendanceRule.objects.create(starts_on=MONDAY, method="first_lesson")
        late = small.students[3]

        take_register(shared.pk, marks=[GivenMark(late.pk, "N")], rest="present", actor=small.system)

        marks = dict(SessionMark.objects.filter(on=MONDAY, session="AM").values_list("student_id", "meaning"))
        assert marks == {row.pk: "present" for row in small.students[:3]} | {late.pk: "unexplained"}


def test_who_is_not_in_the_group_misses_nothing(small):
    register = registers_of(small)["7A/AR"]
    with in_school(small.school):
        AttendanceRule.objects.create(starts_on=MONDAY, method="minutes")
        take_register(register.pk, marks=[GivenMark(small.students[0].pk, "N")], actor=small.system)
        lock_days([MONDAY])

        derive_day(MONDAY, [row.pk for row in small.students])

        assert set(SessionMark.objects.values_list("student", flat=True)) == {small.students[0].pk}


def test_it_is_one_lesson_for_its_teacher_and_for_cover_and_each_classs_own_for_students(small):
    with in_school(small.school):
        teacher = small.lead("7A/MA")
        agenda = {"first": MONDAY, "last": MONDAY}

        own = list_agenda(small.system, whose=Whose(teacher=teacher), **agenda)
        assert [row.lesson.classes for row in own] == ["7A/MA + 7B/MA"]
        [held] = [each for each in read_cover_days([MONDAY]).held[MONDAY] if teacher in each.takers]
        assert held.lesson.classes == "7A/MA + 7B/MA"
        of = [
            sorted(row.lesson.classes for row in list_agenda(small.system, whose=Whose(student=student.pk), **agenda))
            for student in small.students
        ]
        assert of == [["7A/AR", "7A/EN", "7A/MA"], ["7A/EN", "7A/MA"], *2 * [["7B/AR", "7B/EN", "7B/MA"]]]


def test_a_new_timetable_parts_them_and_a_register_that_was_taken_stays_shared(small):
    taken = registers_of(small)["7A/MA + 7B/MA"]
    with in_school(small.school):
        take_register(taken.pk, marks=[], rest="present", actor=small.system)
        draft = create_version(small.year.pk, parent=small.version.pk, actor=small.system)

        publish_version(draft.pk, effective_from=MONDAY, leave_unplaced=True, actor=small.system)

        taken.refresh_from_db()
        assert (taken.class_name, Mark.objects.filter(register=taken).count()) == ("7A/MA + 7B/MA", 4)
        assert names(read_sheet(taken, actor=small.system)) == ["7A 1", "7A 2", "7B 1", "7B 2"]
        following = MONDAY + timedelta(days=7)
        open_day(following)
        of_next = Register.objects.filter(on=following, kind="lesson").values_list("class_name", flat=True)
        assert {*of_next} == {"7A/MA", "7A/EN", "7A/AR", "7B/EN", "7B/AR"}
        assert not Lesson.objects.filter(school_class=small.taught["7B/MA"], ends_on=None).exists()
