"""Registration numbers: drawn by the school's pattern, unique, never given twice."""

from datetime import date, timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.errors import InvalidError, NotAllowedError
from lyceum.domains.people.models import NumberScheme, Student
from lyceum.domains.people.queries import list_students
from lyceum.domains.people.rules.adults import NewStaff, create_staff
from lyceum.domains.people.rules.deletions import delete_student, erase_deleted
from lyceum.domains.people.rules.numbers import (
    NumbersExhaustedError,
    NumberTakenError,
    change_number_scheme,
    check_digit,
    draw_numbers,
    preview_numbers,
)
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.students import NewStudent, create_students, edit_student
from lyceum.testing.factories import NOW, as_actor, in_school, make_manager, make_school, make_student

pytestmark = pytest.mark.django_db
DAY = NOW.date()


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def draw(school, count=1, **options):
    with in_school(school):
        return draw_numbers("student", count, day=DAY, **options)


def use(school, pattern):
    with in_school(school):
        change_number_scheme("student", pattern=pattern, actor=system_actor(school.pk))


def create(school, *numbers):
    new = [NewStudent(NewPerson(full_name=f"N {n}"), registration_number=n) for n in numbers]
    with in_school(school):
        return create_students(new, actor=system_actor(school.pk))


def test_numbers_follow_each_other_in_the_default_pattern_and_each_school_has_its_own():
    school, other = make_school("Hill School"), make_school("Vale School")

    assert draw(school, 2) == ["2026-00001", "2026-00002"]
    assert draw(school) == ["2026-00003"]
    assert draw(other) == ["2026-00001"]


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("{yy}/{seq:04}", "26/0001"),
        ("{school}-{seq}", "hill-school-1"),
        ("{grade}.{seq:03}", "7.001"),
        ("{year}{seq:04}{check}", "20260001" + "1"),
    ],
)
def test_a_pattern_may_hold_year_school_grade_and_a_check_digit(pattern, number):
    school = make_school("Hill School")
    use(school, pattern)

    assert draw(school, grade="7") == [number]


def test_the_check_digit_is_luhns():
    assert check_digit("7992739871") == 3  # the example of ISO/IEC 7812-1


def test_every_prefix_counts_for_itself():
    school = make_school()
    draw(school, 3)
    with in_school(school):
        next_year = draw_numbers("student", 1, day=date(2027, 1, 1))

    assert next_year == ["2027-00001"]


def test_numbers_that_somebody_typed_are_passed_over():
    school = make_school()
    create(school, "2026-00002", "2026-00003")

    assert draw(school, 2) == ["2026-00001", "2026-00004"]
    assert draw(school) == ["2026-00005"]


def test_a_long_run_of_typed_numbers_is_passed_over_in_a_few_statements(django_assert_max_num_queries):
    school = make_school()
    create(school, *(f"2026-{n:05}" for n in range(1, 2501)))

    with django_assert_max_num_queries(16):
        drawn = draw(school)

    assert drawn == ["2026-02501"]


def test_a_pattern_without_room_says_so():
    school = make_school()
    use(school, "{seq:01}")
    draw(school, 9)

    with pytest.raises(NumbersExhaustedError):
        draw(school)


def test_a_taken_number_is_refused_with_the_next_free_one():
    school = make_school()
    create(school, "K-1")

    with pytest.raises(NumberTakenError) as refused:
        create(school, "K-1")

    assert refused.value.extra == {"next_free": "2026-00001"}


def test_two_of_one_file_cannot_have_the_same_number():
    with pytest.raises(NumberTakenError):
        create(make_school(), "K-1", "K-1")


def test_a_number_that_is_too_long_is_refused():
    with pytest.raises(InvalidError) as refused:
        create(make_school(), "9" * 41)

    assert refused.value.errors[0].code == "too_long"


def test_a_deleted_students_number_never_comes_back():
    school = make_school()
    (student,) = create(school, "")
    with in_school(school):
        with clock.frozen(clock.now() - timedelta(days=31)):
            delete_student(student.pk, actor=system_actor(school.pk))
        erase_deleted(actor=system_actor(school.pk))

    assert [s.registration_number for s in create(school, "")] == ["2026-00002"]
    with pytest.raises(NumberTakenError):
        create(school, "2026-00001")


def test_a_new_number_keeps_the_old_one_for_finding_and_for_nobody_else():
    school = make_school()
    student = make_student(school)
    with in_school(school):
        actor = system_actor(school.pk)
        edit_student(student.pk, values={"registration_number": "K-7"}, actor=actor)
        found = list(list_students(actor, text="2026-00001", day=DAY))
        student = Student.objects.get(pk=student.pk)

    assert (student.registration_number, student.former_numbers, found) == ("K-7", ["2026-00001"], [student])
    with pytest.raises(NumberTakenError):
        create(school, "2026-00001")


def test_a_student_may_have_their_own_old_number_back():
    school = make_school()
    student = make_student(school)
    with in_school(school):
        for number in ("K-7", "2026-00001"):
            edit_student(student.pk, values={"registration_number": number}, actor=system_actor(school.pk))
        student = Student.objects.get(pk=student.pk)

    assert (student.registration_number, student.former_numbers) == ("2026-00001", ["K-7"])


def test_a_new_pattern_renumbers_nobody():
    school = make_school()
    student = make_student(school)

    use(school, "N{seq}")

    with in_school(school):
        assert Student.objects.get(pk=student.pk).registration_number == "2026-00001"
    assert draw(school) == ["N1"]


@pytest.mark.parametrize(
    "pattern",
    ["", "2026", "{seq}{seq}", "{seq:05}{month}", "{seq", "x" * 41 + "{seq}", "{seq:41}"],
)
def test_a_pattern_that_could_not_work_is_refused(pattern):
    school = make_school()
    with pytest.raises(InvalidError) as refused:
        use(school, pattern)

    assert refused.value.errors[0].pointer == "/pattern"


def test_a_preview_draws_nothing_and_passes_over_what_is_taken():
    school = make_school()
    create(school, "2026-00002")
    with in_school(school):
        actor = system_actor(school.pk)
        shown = preview_numbers("student", day=DAY, actor=actor)
        other = preview_numbers("student", pattern="Z{seq:02}", day=DAY, actor=actor)

    assert (shown, other) == (["2026-00001", "2026-00003", "2026-00004"], ["Z01", "Z02", "Z03"])
    assert draw(school) == ["2026-00001"]


def test_only_those_who_may_enrol_change_the_pattern():
    school = make_school()
    head_of_year = as_actor(make_manager(school, "Head of year"), school)

    with in_school(school), pytest.raises(NotAllowedError):
        change_number_scheme("student", pattern="{seq}", actor=head_of_year)

    with in_school(school):
        assert NumberScheme.objects.get(kind="student").pattern == "{year}-{seq:05}"


def test_staff_have_codes_of_their_own_pattern():
    school = make_school()
    with in_school(school):
        new = [NewStaff(NewPerson(full_name="A")), NewStaff(NewPerson(full_name="B"), staff_code="HT")]
        made = create_staff(new, actor=system_actor(school.pk))

    assert [member.staff_code for member in made] == ["S0001", "HT"]
