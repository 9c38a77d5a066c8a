"""Names as people write them, in every script, and the ways to reach them."""

from datetime import date

import pytest

from lyceum.core.actor import system_actor
from lyceum.core.errors import InvalidError
from lyceum.domains.people.models import ContactPoint
from lyceum.domains.people.queries import list_students, search_people
from lyceum.domains.people.rules.persons import NewPerson, find_faults, normal_value, tidied
from lyceum.domains.people.rules.students import NewStudent, create_student, create_students, edit_student
from lyceum.testing.factories import FIRST_DAY, in_school, make_school, make_student

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("محمد", "محمد"),  # one name, Arabic
        ("Sukarno", "sukarno"),  # one name, no surname
        ("Zoe\u0301 Müller", "zoe muller"),  # a combining accent
        ("Nguyễn Thị Hương", "huong nguyen"),  # in another order, without marks
        ("O’Brien-Łukaszewicz", "obrien"),  # the apostrophe is not typed
        ("王小明", "小明"),  # no blanks between names
        ("किरण देसाई", "किरण"),
        ("สมชาย", "สมชาย"),
        ("김민준", "김민준"),
        ("Ольга Петрова", "петрова"),
        ("Jürgen Straße", "strasse"),
        ("Bjørn Åse", "bjorn ase"),
    ],
)
def test_names_of_every_script_are_kept_and_found(name, typed):
    school = make_school()
    student = make_student(school, name=name)
    make_student(school, name="Somebody Else")
    make_student(make_school("Vale School"), name=name)

    with in_school(school):
        found = search_people(typed)

    assert found == [student.person_id]
    assert student.person.called == student.person.full_name


def test_a_name_in_parts_becomes_one_name_and_a_name_alone_needs_no_parts():
    assert tidied(NewPerson(first_name=" Ada ", last_name="Lovelace"))["full_name"] == "Ada Lovelace"
    assert tidied(NewPerson(first_name="Ada"))["full_name"] == "Ada"
    assert tidied(NewPerson(full_name="Sukarno"))["last_name"] == ""


def test_letters_and_their_marks_are_stored_in_one_form():
    assert tidied(NewPerson(full_name="Zoe\u0301\u200b\tX\n"))["full_name"] == "Zoé X"


def test_people_are_sorted_by_surname_and_else_by_their_name():
    school = make_school()
    with in_school(school):
        for new in (
            NewPerson(first_name="Ada", last_name="Zabel"),
            NewPerson(full_name="Moby"),
            NewPerson(first_name="Zoe", last_name="Ängström"),
        ):
            create_student(NewStudent(new), actor=system_actor(school.pk))
        listed = list_students(system_actor(school.pk), day=TODAY)

        assert [str(student) for student in listed] == ["Zoe Ängström", "Moby", "Ada Zabel"]


@pytest.mark.parametrize(
    ("new", "pointer", "code"),
    [
        (NewPerson(full_name=" \u200b "), "/full_name", "required"),
        (NewPerson(full_name="x" * 201), "/full_name", "too_long"),
        (NewPerson(first_name="x" * 101), "/first_name", "too_long"),
        (NewPerson(full_name="A", birth_date=date(2026, 11, 21)), "/birth_date", "range"),  # tomorrow
        (NewPerson(full_name="A", birth_date=date(1899, 12, 31)), "/birth_date", "range"),
        (NewPerson(full_name="A", emails=("a@",)), "/email", "email"),
        (NewPerson(full_name="A", mobiles=("call me",)), "/phone", "phone"),
        (NewPerson(full_name="A", phones=("1" * 21,)), "/phone", "phone"),
    ],
)
def test_what_is_wrong_with_a_person_is_named(new, pointer, code):
    assert [(fault.pointer, fault.code) for fault in find_faults(new, today=TODAY)] == [(pointer, code)]


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("email", " Ada@Example.ORG ", "ada@example.org"),
        ("mobile", "+44 (0)20 7946-0018", "+4402079460018"),
        ("phone", "020 7946 0018", "02079460018"),
        ("phone", "call me", ""),
    ],
)
def test_addresses_and_numbers_are_kept_in_one_form(kind, typed, kept):
    assert normal_value(kind, typed) == kept


def test_one_wrong_person_of_many_is_named_by_place_and_nothing_is_made():
    school = make_school()
    new = [NewStudent(NewPerson(full_name="Ana")), NewStudent(NewPerson())]

    with in_school(school):
        with pytest.raises(InvalidError) as refused:
            create_students(new, actor=system_actor(school.pk))

        assert [fault.pointer for fault in refused.value.errors] == ["/1/full_name"]
        assert not list_students(system_actor(school.pk), day=TODAY).exists()


def test_changing_a_part_of_a_name_changes_the_whole_and_how_it_is_sorted_and_found():
    school = make_school()
    with in_school(school):
        actor = system_actor(school.pk)
        student = create_student(NewStudent(NewPerson(first_name="Ana", last_name="Silva")), actor=actor)

        edit_student(student.pk, values={"last_name": "Souza"}, actor=actor)

        student.person.refresh_from_db()
        assert (student.person.full_name, student.person.sort_name) == ("Ana Souza", "souza ana")
        assert search_people("souza") == [student.person_id]
        assert search_people("silva") == []


def test_a_name_cannot_be_taken_away_altogether():
    school = make_school()
    student = make_student(school, name="Sukarno")
    with in_school(school):
        with pytest.raises(InvalidError) as refused:
            edit_student(student.pk, values={"full_name": ""}, actor=system_actor(school.pk))

        assert refused.value.errors[0].pointer == "/full_name"


def test_the_main_address_is_replaced_and_a_known_one_becomes_the_main_one():
    school = make_school()
    student = make_student(school, emails=("old@x.org", "second@x.org"), mobiles=("07700 900 111",))
    with in_school(school):
        actor = system_actor(school.pk)

        edit_student(student.pk, values={"email": "New@X.org", "phone": ""}, actor=actor)
        first = set(ContactPoint.objects.values_list("kind", "value", "preferred"))
        edit_student(student.pk, values={"email": "second@x.org"}, actor=actor)
        second = set(ContactPoint.objects.values_list("kind", "value", "preferred"))

    assert first == {("email", "new@x.org", True), ("email", "second@x.org", False)}
    assert second == {("email", "new@x.org", False), ("email", "second@x.org", True)}


def test_the_first_of_several_addresses_is_the_preferred_one_however_it_was_typed():
    school = make_school()
    student = make_student(school, emails=("Ada@X.org", "ada@x.org", "b@x.org"), first_day=FIRST_DAY)

    with in_school(school):
        points = ContactPoint.objects.filter(person=student.person).order_by("pk")
        assert list(points.values_list("value", "preferred")) == [("ada@x.org", True), ("b@x.org", False)]
