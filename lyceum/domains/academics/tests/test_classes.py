"""Classes themselves and who teaches them."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.core.permissions import Role
from lyceum.domains.academics.models import AcademicYear, Class, ClassMembership, ClassTeacher, Grade
from lyceum.domains.academics.queries import count_seats, get_class, list_classes, list_own_classes
from lyceum.domains.academics.rules.calendar import DatesHoldDataError, NameTakenError, create_term
from lyceum.domains.academics.rules.classes import (
    AlreadyTeachingError,
    ClassInUseError,
    LeadTakenError,
    NewClass,
    NewTeacher,
    assign_teachers,
    create_class,
    delete_class,
    edit_class,
    end_class,
    end_class_teachers,
    remove_class,
    replace_lead,
)
from lyceum.domains.academics.rules.locations import create_location
from lyceum.domains.academics.rules.placements import leave_student
from lyceum.testing.factories import (
    FIRST_DAY,
    LAST_DAY,
    NOW,
    account_for,
    as_actor,
    in_school,
    make_admin,
    make_class,
    make_school,
    make_staff,
    make_student,
    make_subject,
    make_teacher,
    make_teaching_class,
    make_year,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def grade(school, code):
    with in_school(school):
        return Grade.objects.get(code=code)


def edit(school, row, **values):
    with in_school(school):
        return edit_class(row.pk, values=values, actor=system_actor(school.pk))


def assign(school, row, staff, **more):
    with in_school(school):
        return assign_teachers([NewTeacher(row, staff, **more)], actor=system_actor(school.pk))[0]


def test_a_form_takes_a_register_every_day_and_a_teaching_class_in_each_lesson():
    school = make_school()
    form, maths = make_class(school), make_teaching_class(school)

    assert (form.registers, maths.registers) == ("daily", "lesson")
    assert (form.starts, form.ends, form.capacity) == (FIRST_DAY, LAST_DAY, 40)


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"name": " "}, "/name"),
        ({"name": "x" * 121}, "/name"),
        ({"section": "x" * 21}, "/section"),
        ({"kind": "club"}, "/kind"),
        ({"kind": "teaching"}, "/subjects"),  # without a subject
        ({"capacity": 0}, "/capacity"),
        ({"capacity": 501}, "/capacity"),
        ({"registers": "hourly"}, "/registers"),
        ({"starts": FIRST_DAY - DAY}, "/starts"),
        ({"ends": LAST_DAY + DAY}, "/starts"),
        ({"starts": LAST_DAY, "ends": FIRST_DAY}, "/starts"),
        ({"grades": [uuid4()]}, "/grades"),
        ({"subjects": [uuid4()]}, "/subjects"),
        ({"room_id": uuid4()}, "/room"),
        ({"term_id": uuid4()}, "/term"),
    ],
)
def test_a_class_that_makes_no_sense_is_refused_when_made_and_when_changed(values, pointer):
    school = make_school()
    year = make_year(school)
    with in_school(school), pytest.raises(InvalidError) as made:
        create_class(NewClass(year, **{"name": "7A"} | values), actor=system_actor(school.pk))
    assert made.value.errors[0].pointer == pointer

    if "kind" not in values:
        row = make_class(school, "7B", year=year)
        with pytest.raises(InvalidError) as changed:
            edit(school, row, **values)
        assert changed.value.errors[0].pointer == pointer


def test_another_schools_rows_are_never_referred_to():
    school, other = make_school("Hill School"), make_school("Vale School")
    foreign_year, foreign_subject, foreign_grade = make_year(other), make_subject(other), grade(other, "7")
    with in_school(other):
        foreign_room = create_location(name="R1", actor=system_actor(other.pk))
        foreign_term = create_term(
            foreign_year.pk, name="T", starts=FIRST_DAY, ends=LAST_DAY, actor=system_actor(other.pk)
        )
    foreign_staff = make_staff(other)
    row = make_class(school)

    with in_school(school), pytest.raises(NotFoundError):
        create_class(NewClass(foreign_year, "7B"), actor=system_actor(school.pk))
    for values in (
        {"grades": [foreign_grade.pk]},
        {"subjects": [foreign_subject.pk]},
        {"room_id": foreign_room.pk},
        {"term_id": foreign_term.pk},
        {"lead_id": foreign_staff.pk},
    ):
        with pytest.raises(InvalidError):
            edit(school, row, **values)
    with pytest.raises(NotFoundError):
        assign(school, row, foreign_staff)
    with pytest.raises(NotFoundError):
        edit(other, row, name="Ours")


def test_a_name_belongs_to_one_class_of_a_year():
    school = make_school()
    row = make_class(school, "7A")
    make_class(school, "7B")
    next_year = make_year(school, "2027/28", starts=LAST_DAY + DAY, ends=date(2028, 7, 20), current=False)
    make_class(school, "7A", year=next_year)

    with pytest.raises(NameTakenError):
        make_class(school, " 7B ", year=row.year)
    with pytest.raises(NameTakenError):
        edit(school, row, name="7B")


def test_a_grade_has_each_section_once():
    school = make_school()
    seven = grade(school, "7").pk
    make_class(school, "7A", grades=[seven], section="A")
    make_class(school, "7B", grades=[seven], section="B")
    make_class(school, "Sevens", grades=[seven])
    make_class(school, "More sevens", grades=[seven])

    with pytest.raises(NameTakenError):
        make_class(school, "7 alpha", grades=[seven], section="A")


def test_an_edit_changes_only_what_is_named_and_only_what_is_its_own():
    school = make_school()
    row = edit(school, make_class(school, section="A"), capacity=30, name=" 7 B ")

    assert (row.name, row.capacity, row.section) == ("7 B", 30, "A")
    with pytest.raises(InvalidError) as refused:
        edit(school, row, kind="teaching")
    assert refused.value.errors[0].code == "read_only"


def test_dates_that_would_cut_students_off_are_refused_with_their_number():
    school = make_school()
    row = make_class(school)
    make_student(school, row)

    with pytest.raises(DatesHoldDataError) as refused:
        edit(school, row, starts=FIRST_DAY + DAY)

    assert refused.value.extra == {"counts": {"memberships": 1}}


def test_whoever_stays_to_the_end_of_a_class_follows_its_end():
    school = make_school()
    row = make_class(school, ends=LAST_DAY - 7 * DAY)
    lasting, leaving = make_student(school, row), make_student(school, row)
    with in_school(school):
        leave_student(leaving.pk, last_day=LAST_DAY - 9 * DAY, exit="other", actor=system_actor(school.pk))
    ends = []
    for end in (LAST_DAY, LAST_DAY - 8 * DAY):
        edit(school, row, ends=end)
        with in_school(school):
            ends.append(dict(ClassMembership.objects.values_list("student", "ends_on")))

    assert ends[0] == {lasting.pk: LAST_DAY, leaving.pk: LAST_DAY - 9 * DAY}
    assert ends[1][lasting.pk] == LAST_DAY - 8 * DAY


def test_a_class_has_one_lead_at_a_time():
    school = make_school()
    row, one, two = make_class(school), make_staff(school), make_staff(school)
    assign(school, row, one)

    with pytest.raises(LeadTakenError):
        assign(school, row, two)
    assign(school, row, two, role="co_teacher")
    with pytest.raises(AlreadyTeachingError):
        assign(school, row, two, role="assistant")
    with in_school(school), pytest.raises(IntegrityError), transaction.atomic():
        ClassTeacher.objects.create(school_class=row, staff=two, role="lead", starts_on=FIRST_DAY)


def test_another_lead_takes_over_from_today_and_what_was_stays():
    school = make_school()
    row, one, two = make_class(school), make_staff(school), make_staff(school)
    assign(school, row, one)
    assign(school, row, two, role="co_teacher")
    with in_school(school):
        actor = system_actor(school.pk)
        replace_lead(row, staff=two, actor=actor)
        replace_lead(row, staff=two, actor=actor)
        spans = list(ClassTeacher.objects.order_by("pk").values_list("staff", "role", "starts_on", "ends_on"))
        replace_lead(row, staff=None, actor=actor)
        left = ClassTeacher.objects.filter(ends_on__isnull=True).count()

    assert spans == [
        (one.pk, "lead", FIRST_DAY, TODAY - DAY),
        (two.pk, "co_teacher", FIRST_DAY, TODAY - DAY),
        (two.pk, "lead", TODAY, None),
    ]
    assert left == 0


@pytest.mark.parametrize("values", [{"role": "boss"}, {"starts_on": LAST_DAY, "ends_on": FIRST_DAY}])
def test_teaching_that_makes_no_sense_is_refused(values):
    school = make_school()
    with pytest.raises(InvalidError):
        assign(school, make_class(school), make_staff(school), **values)


def test_teaching_that_has_not_begun_is_taken_away_when_it_ends():
    school = make_school()
    row = make_class(school)
    teaching = assign(school, row, make_staff(school), starts_on=TODAY + DAY)
    with in_school(school):
        end_class_teachers({teaching.pk: TODAY}, actor=system_actor(school.pk))

        assert not ClassTeacher.objects.exists()


def test_an_unused_class_is_deleted_and_a_used_one_is_not():
    school = make_school()
    unused, used = make_class(school, "7A"), make_class(school, "7B")
    make_teacher(school, unused)
    make_student(school, used)

    with in_school(school):
        actor = system_actor(school.pk)
        delete_class(unused.pk, actor=actor)
        with pytest.raises(ClassInUseError) as refused:
            delete_class(used.pk, actor=actor)

        assert list(Class.objects.all()) == [used]
    assert refused.value.extra == {"counts": {"class memberships": 1}}


def test_a_used_class_is_ended_with_its_students_and_teachers():
    school = make_school()
    row = make_class(school)
    make_teacher(school, row)
    make_student(school, row)
    make_student(school, row, first_day=TODAY + 5 * DAY)
    with in_school(school):
        ended = remove_class(row.pk, actor=system_actor(school.pk))

        assert ended.ends == TODAY - DAY
        assert list(ClassMembership.objects.values_list("ends_on", flat=True)) == [TODAY - DAY]
        assert list(ClassTeacher.objects.values_list("ends_on", flat=True)) == [TODAY - DAY]


def test_a_class_ends_on_one_of_its_own_days():
    school = make_school()
    row = make_class(school)
    with in_school(school), pytest.raises(InvalidError):
        end_class(row.pk, last_day=LAST_DAY + DAY, actor=system_actor(school.pk))


def test_teachers_change_no_class():
    school = make_school()
    row = make_class(school)
    teacher = as_actor(make_teacher(school, row), school)
    with in_school(school):
        for act in (
            lambda: create_class(NewClass(AcademicYear.objects.get(), "7B"), actor=teacher),
            lambda: edit_class(row.pk, values={"name": "X"}, actor=teacher),
            lambda: delete_class(row.pk, actor=teacher),
            lambda: assign_teachers([], actor=teacher),
            lambda: replace_lead(row, staff=None, actor=teacher),
        ):
            with pytest.raises(NotAllowedError):
                act()


def names(school, actor, **chosen):
    with in_school(school):
        return [row.name for row in list_classes(actor, day=chosen.pop("day", TODAY), **chosen)]


def test_classes_are_chosen_by_grade_section_teacher_year_and_day():
    school, other = make_school("Hill School"), make_school("Vale School")
    seven, eight = grade(school, "7").pk, grade(school, "8").pk
    staff = make_staff(school)
    one = make_class(school, "7A", grades=[seven], section="A")
    make_class(school, "8A", grades=[eight], section="A")
    make_class(school, "Spring", starts=date(2027, 1, 4))
    next_year = make_year(school, "2027/28", starts=LAST_DAY + DAY, ends=date(2028, 7, 20), current=False)
    make_class(school, "9A", year=next_year)
    make_class(other, "Theirs")
    assign(school, one, staff)
    actor = system_actor(school.pk)

    assert names(school, actor) == ["7A", "8A"]
    assert names(school, actor, coming=True) == ["7A", "8A", "9A", "Spring"]
    assert names(school, actor, grade=eight) == ["8A"]
    assert names(school, actor, section="A") == ["7A", "8A"]
    assert names(school, actor, teacher=staff.pk) == ["7A"]
    assert names(school, actor, year=next_year.pk) == ["9A"]
    assert names(school, actor, day=date(2027, 1, 4)) == ["7A", "8A", "Spring"]


def test_the_size_of_a_class_is_that_of_the_day_or_of_its_first_or_last():
    school = make_school()
    now, spring = make_class(school, "7A"), make_teaching_class(school, "Spring", starts=date(2027, 1, 4))
    make_student(school, now, spring)
    make_student(school, now, first_day=TODAY + DAY)
    with in_school(school):
        actor = system_actor(school.pk)
        sizes = {row.name: row.size for row in list_classes(actor, day=TODAY, coming=True)}
        tomorrow = get_class(now.pk, actor=actor, day=TODAY + DAY).size

    assert sizes == {"7A": 1, "Spring": 1}
    assert tomorrow == 2


def test_each_role_sees_its_classes():
    school = make_school()
    one, two = make_class(school, "7A"), make_class(school, "7B")
    pupil = account_for(make_student(school, one).person, Role.STUDENT)
    teacher, student = as_actor(make_teacher(school, two), school), as_actor(pupil, school)

    assert names(school, as_actor(make_admin(school), school)) == ["7A", "7B"]
    assert names(school, teacher) == ["7A", "7B"]
    assert names(school, student) == ["7A"]
    with in_school(school):
        assert [row.name for row in list_own_classes(teacher, day=TODAY)] == ["7B"]
        with pytest.raises(NotAllowedError):
            list_own_classes(student, day=TODAY)
        with pytest.raises(NotFoundError):
            get_class(two.pk, actor=student, day=TODAY)


def test_seats_are_counted_per_grade_and_students_once():
    school = make_school()
    seven = grade(school, "7").pk
    form = make_class(school, "7A", grades=[seven], capacity=30)
    maths = make_teaching_class(school, grades=[seven], capacity=20)
    make_student(school, form, maths)
    make_student(school, form)
    with in_school(school):
        total, of_seven = count_seats(system_actor(school.pk), day=TODAY)

    assert (total.classes, total.students, total.seats) == (2, 2, 50)
    assert (of_seven.grade.code, of_seven.classes, of_seven.students, of_seven.seats) == ("7", 2, 2, 50)
