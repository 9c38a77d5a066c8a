"""Finding people as somebody types: with an error, without accents, by number, by guardian, by phone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.people.models import OfficialId, Student
from lyceum.domains.people.queries import list_students, search_people
from lyceum.domains.people.rules.students import edit_student
from lyceum.domains.tenancy.models import School
from lyceum.testing.factories import NOW, in_school, make_guardian, make_school, make_student

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def find(school, text):
    with in_school(school):
        return [str(student) for student in list_students(system_actor(school.pk), text=text, day=TODAY)]


@pytest.mark.parametrize(
    "typed",
    [
        "smith",
        "SMITH ",
        "smi",  # while typing
        "smiht",  # two letters swapped
        "smth",  # one too few
        "smmith",  # one too many
        "snith",  # another one
        "kmith",  # the first one
        "anna smith",
        "smith anna",  # in another order
        "ana smiht",  # short words are typed right or left out
        "Ánna",
    ],
)
def test_one_typing_error_in_a_word_is_forgiven(typed):
    school = make_school()
    make_student(school, name="Anna Smith")
    make_student(school, name="Peter Jones")

    assert find(school, typed) == ["Anna Smith"]


@pytest.mark.parametrize("typed", ["jones smith", "xyz", "bob", "annasmith peterjones", "%smith%x", "_____x"])
def test_what_means_nobody_finds_nobody(typed):
    school = make_school()
    make_student(school, name="Anna Smith")

    assert find(school, typed) == []


def test_a_blank_text_finds_everybody():
    school = make_school()
    make_student(school, name="Anna Smith")

    assert find(school, "  ") == ["Anna Smith"]


def test_a_student_is_found_by_number_old_number_official_id_guardian_and_phone():
    school = make_school()
    student = make_student(school, name="Anna Smith")
    make_student(school, name="Peter Jones")
    make_guardian(student, name="Guadalupe Ruiz")
    with in_school(school):
        actor = system_actor(school.pk)
        edit_student(student.pk, values={"registration_number": "K-7", "phone": "+44 7700 900111"}, actor=actor)
        OfficialId.objects.create(student=student, kind="upn", value="A123")

    for typed in ("K-7", "2026-00001", "A123", "guadalupe", "7700 900111"):
        assert find(school, typed) == ["Anna Smith"], typed


def test_another_schools_people_are_never_found():
    school, other = make_school("Hill School"), make_school("Vale School")
    student = make_student(other, name="Anna Smith", mobiles=("07700900111",))
    make_guardian(student, name="Guadalupe Ruiz")

    for typed in ("Anna Smith", student.registration_number, "guadalupe", "07700900111"):
        assert find(school, typed) == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_one_error_in_a_longer_word_still_finds_the_person(db, data):
    school = School.objects.first() or make_school()
    with in_school(school):
        student = Student.objects.select_related("person").first()
    student = student or make_student(school, name="Leticia Fernandez")
    word = "fernandez"
    place = data.draw(st.integers(0, len(word) - 2))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    typed = data.draw(
        st.sampled_from(
            [
                word[:place] + letter + word[place:],
                word[:place] + word[place + 1 :],
                word[:place] + letter + word[place + 1 :],
                word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            ]
        )
    )

    with in_school(school):
        assert search_people(typed) == [student.person_id]


def test_a_search_takes_the_same_statements_for_one_and_for_three():
    school = make_school()
    counts = []
    for names in (["Anna Smith"], ["Anne Smith", "Annie Smith"]):
        for name in names:
            make_student(school, name=name)
        with in_school(school), CaptureQueriesContext(connection) as seen:
            list(list_students(system_actor(school.pk), text="smith", day=TODAY))
        counts.append(len(seen))

    assert counts[0] == counts[1]


def test_a_former_name_finds_the_person():
    school = make_school()
    student = make_student(school, name="Anna Smith")
    with in_school(school):
        student.person.former_names = ["Anna Kowalska"]
        for column, value in student.person.name_columns().items():
            setattr(student.person, column, value)
        student.person.save()

    assert find(school, "kowalska") == ["Anna Smith"]
