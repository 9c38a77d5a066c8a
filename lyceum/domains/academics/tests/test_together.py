"""Two who want the same seat at the same moment, through the real doors, over really committed rows."""

from datetime import date, timedelta

from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import ClassMembership, Grade
from lyceum.domains.academics.rules.classes import MembershipOverlapsError, NewMember, add_class_members, move_student
from lyceum.domains.academics.rules.placements import leave_student
from lyceum.domains.people.rules.students import Student
from lyceum.testing.clients import software
from lyceum.testing.factories import in_school, make_admin, make_class, make_school, make_student, make_year
from lyceum.testing.together import at_once

TODAY = date.today()
FIRST_DAY = TODAY - timedelta(days=60)


def this_year(school):
    return make_year(school, starts=FIRST_DAY, ends=TODAY + timedelta(days=200))


def test_of_two_who_add_to_the_last_seat_one_gets_201_and_the_other_409(fresh_database):
    school = make_school()
    row = make_class(school, year=this_year(school), capacity=2)
    make_student(school, row, first_day=FIRST_DAY)
    students = [make_student(school, first_day=FIRST_DAY) for _ in range(4)]
    callers = [software(make_admin(school), school) for _ in students]
    path = f"/api/v1/classes/{row.pk}/students/"

    answers = at_once(
        [lambda c=c, s=s: c.send(path, {"students": [str(s.pk)]}) for c, s in zip(callers, students, strict=True)]
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"class_full"}
    with in_school(school):
        assert ClassMembership.objects.filter(school_class=row).count() == 2


def test_fifty_students_posted_at_the_same_moment_get_fifty_different_numbers(fresh_database):
    school = make_school()
    callers = [software(make_admin(school), school) for _ in range(10)]

    def five(caller, start):
        names = [f"Student {start + n}" for n in range(5)]
        return [caller.send("/api/v1/students/", {"full_name": name}) for name in names]

    made = at_once([lambda c=c, n=n: five(c, 5 * n) for n, c in enumerate(callers)])

    answers = [answer for five_of_them in made for answer in five_of_them]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["registration_number"] for answer in answers}) == 50


def test_a_student_cannot_come_into_two_forms_at_the_same_moment(fresh_database):
    school = make_school()
    year = this_year(school)
    rows = [make_class(school, name, year=year) for name in ("7A", "7B")]
    student = make_student(school, first_day=FIRST_DAY)

    def add(row):
        with in_school(school):
            return add_class_members([NewMember(row, student.pk, TODAY)], actor=system_actor(school.pk))

    results = at_once([lambda row=row: add(row) for row in rows])

    assert sorted(type(r) for r in results if isinstance(r, Exception)) == [MembershipOverlapsError]
    with in_school(school):
        assert ClassMembership.objects.count() == 1


def test_leaving_and_moving_at_the_same_moment_wait_for_each_other(fresh_database):
    school = make_school()
    year = this_year(school)
    one, two = (make_class(school, name, year=year) for name in ("7A", "7B"))
    students = [make_student(school, one, first_day=FIRST_DAY) for _ in range(4)]

    def leave(student):
        with in_school(school):
            leave_student(student.pk, last_day=TODAY, exit="other", actor=system_actor(school.pk))

    def move(student):
        with in_school(school):
            move_student(student.pk, to_class=two.pk, on=TODAY, actor=system_actor(school.pk))

    results = at_once([act for s in students for act in (lambda s=s: leave(s), lambda s=s: move(s))])

    assert results == [None] * 8
    with in_school(school):
        assert Student.objects.count() == 4
        assert set(ClassMembership.objects.filter(school_class=two).values_list("starts_on", "ends_on")) == {
            (TODAY, TODAY)
        }


def test_two_classes_of_one_name_are_not_made_at_the_same_moment(fresh_database):
    school = make_school()
    year = this_year(school)
    with in_school(school):
        seven = str(Grade.objects.get(code="7").pk)
    callers = [software(make_admin(school), school) for _ in range(3)]
    body = {"name": "7A", "year": str(year.pk), "grades": [seven], "section": "A"}

    answers = at_once([lambda c=c: c.send("/api/v1/classes/", body) for c in callers])

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"name_taken"}
