"""Two and more who do the same at the same moment, over really committed rows."""

from datetime import timedelta

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.people.models import GuardianLink, RetiredNumber, Student
from lyceum.domains.people.rules.adults import NewGuardian, add_guardians
from lyceum.domains.people.rules.deletions import delete_student, erase_deleted
from lyceum.domains.people.rules.numbers import NumberTakenError
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.students import NewStudent, create_student
from lyceum.testing.factories import in_school, make_school, make_student
from lyceum.testing.together import at_once


def create(school, name, number=""):
    def act():
        with in_school(school):
            new = NewStudent(NewPerson(full_name=name), registration_number=number)
            return create_student(new, actor=system_actor(school.pk)).registration_number

    return act


def test_fifty_students_made_at_the_same_moment_get_fifty_different_numbers(fresh_database):
    school = make_school()

    def five(start):
        return [create(school, f"Student {start + n}")() for n in range(5)]

    made = at_once([lambda start=start: five(start) for start in range(0, 50, 5)])

    numbers = sorted(number for five_of_them in made for number in five_of_them)
    year = numbers[0][:4]
    assert numbers == [f"{year}-{n:05}" for n in range(1, 51)]


def test_one_of_two_who_type_the_same_number_gets_it(fresh_database):
    school = make_school()

    one, two = at_once([create(school, "Ana", "K-1"), create(school, "Bo", "K-1")])

    assert {type(one), type(two)} == {str, NumberTakenError}


def test_a_drawn_number_gives_way_to_one_that_is_typed_at_the_same_moment(fresh_database):
    school = make_school()
    with in_school(school):
        year = create_student(NewStudent(NewPerson(full_name="A")), actor=system_actor(school.pk)).registration_number[
            :4
        ]

    results = at_once([create(school, "Bo", f"{year}-00002"), create(school, "Cy"), create(school, "Di")])

    given = [r for r in results if isinstance(r, str)]
    assert len(given) == len(set(given)) >= 2
    assert all(isinstance(r, NumberTakenError) for r in results if not isinstance(r, str))


def test_a_student_deleted_while_others_are_made_leaves_a_gap_for_ever(fresh_database):
    school = make_school()
    with in_school(school):
        gone = create_student(NewStudent(NewPerson(full_name="Gone")), actor=system_actor(school.pk))
        with clock.frozen(clock.now() - timedelta(days=31)):
            delete_student(gone.pk, actor=system_actor(school.pk))

    def delete():
        with in_school(school):
            erase_deleted(actor=system_actor(school.pk))
            return gone.registration_number

    at_once([delete, *(create(school, f"S {n}") for n in range(5))])

    with in_school(school):
        numbers = set(Student.objects.values_list("registration_number", flat=True))
        assert len(numbers) == 5
        assert gone.registration_number not in numbers
        assert RetiredNumber.objects.get().number == gone.registration_number


def test_guardians_added_at_the_same_moment_have_places_one_after_the_other(fresh_database):
    school = make_school()
    student = make_student(school)

    def add(name):
        with in_school(school):
            new = NewGuardian(student.pk, "parent", person=NewPerson(full_name=name))
            return add_guardians([new], actor=system_actor(school.pk))

    at_once([lambda name=name: add(name) for name in ("Amy", "Gus", "Ida")])

    with in_school(school):
        assert sorted(GuardianLink.objects.values_list("contact_order", flat=True)) == [1, 2, 3]
