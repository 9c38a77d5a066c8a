"""Somebody who may be here already is not made again without a word, at any door."""

from datetime import date

import pytest

from lyceum.core.actor import system_actor
from lyceum.core.errors import NotAllowedError
from lyceum.core.permissions import Role
from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.people.duplicates import find_candidates, list_pairs
from lyceum.domains.people.models import ContactRestriction, GuardianLink, Person, Student
from lyceum.domains.people.rules.adults import NewGuardian, add_guardians
from lyceum.domains.people.rules.duplicates import PossibleDuplicateError, tell_apart
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.students import NewStudent, create_student
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import (
    account_for,
    as_actor,
    in_school,
    make_guardian,
    make_manager,
    make_school,
    make_staff,
    make_student,
)

pytestmark = pytest.mark.django_db
BORN = date(2014, 3, 7)


def setting():
    school = make_school()
    known = make_student(school, name="Anna-Maria Smith", birth_date=BORN, mobiles=("07700 900111",))
    return school, known, make_manager(school, "Office")


def found(school, **person):
    with in_school(school):
        return [each.name for each in find_candidates([NewPerson(**person)], actor=system_actor(school.pk))]


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ({"full_name": "Smith, Anna Maria", "birth_date": BORN}, True),  # another order
        ({"full_name": "Anna Maria Smyth", "birth_date": BORN}, True),  # a typing error
        ({"full_name": "Anna Maria Smith", "birth_date": date(2014, 3, 8)}, False),  # another day
        ({"full_name": "Zoe Lund", "birth_date": BORN}, False),  # another name
        ({"full_name": "Peter Smith", "mobiles": ("07700900111",)}, True),  # same phone, same family name
        ({"full_name": "Peter", "last_name": "SMITH", "phones": ("07700 900 111",)}, True),  # as parts
        ({"full_name": "Peter Lund", "mobiles": ("07700900111",)}, False),  # same phone alone
        ({"full_name": "Anna-Maria Smith"}, False),  # a name alone
    ],
)
def test_who_may_be_here_already(person, expected):
    school, _known, _office = setting()

    assert found(school, **person) == (["Anna-Maria Smith"] if expected else [])


def test_another_schools_people_are_no_candidates():
    setting()
    other = make_school("Vale School")

    assert found(other, full_name="Anna-Maria Smith", birth_date=BORN, mobiles=("07700 900111",)) == []


def test_five_candidates_at_most_in_one_statement(django_assert_num_queries):
    school, _known, _office = setting()
    for n in range(6):
        make_student(school, name=f"Anna Maria Smith {n}", birth_date=BORN)

    with in_school(school), django_assert_num_queries(1 + 1):  # and entering it
        names = find_candidates([NewPerson("Anna Maria Smith", birth_date=BORN)], actor=system_actor(school.pk))

    assert len(names) == 5


def test_a_child_kept_from_the_one_who_asks_is_no_candidate():
    school, known, office = setting()
    staff = make_staff(school)
    with in_school(school):
        Person.objects.filter(pk=staff.person_id).update(user=office)
        ContactRestriction.objects.create(
            student=known, person_id=staff.person_id, kinds=["no_contact"], starts_on=BORN, made_by=known.pk
        )
        new = NewPerson("Anna-Maria Smith", birth_date=BORN)

        assert find_candidates([new], actor=as_actor(office, school)) == []


def by_page(school, office, confirm):
    form = {"full_name": "Anna Maria Smith", "birth_date": "2014-03-07", "admission_date": "2026-11-20"}
    answer = browser(office, school).post("/students/new/", form | ({"confirm_new": "1"} if confirm else {}))
    if answer.status_code == 302:
        return ""
    page = answer.content.decode()
    assert 'name="confirm_new" value="1"' in page
    assert 'value="2014-03-07"' in page
    return answer.context["refusal"].code


def by_rest(school, office, confirm):
    body = {"full_name": "Anna Maria Smith", "birth_date": "2014-03-07", "confirm_new": confirm}
    answer = software(office, school).send("/api/v1/students/", body)
    return "" if answer.status_code == 201 else answer.json()["code"]


def by_graphql(school, office, confirm):
    document = "mutation ($i: CreateStudentInput!) { createStudent(input: $i) { errors { code } } }"
    given = {"fullName": "Anna Maria Smith", "birthDate": "2014-03-07", "confirmNew": confirm}
    answer = software(office, school).send("/graphql", {"query": document, "variables": {"i": given}}).json()
    return " ".join(e["code"] for e in answer["data"]["createStudent"]["errors"])


@pytest.mark.parametrize("door", [by_page, by_rest, by_graphql])
def test_every_door_refuses_a_likely_double_and_goes_on_when_told(door):
    school, _known, office = setting()

    refused = door(school, office, False)
    with in_school(school):
        before = Student.objects.count()
    made = door(school, office, True)

    assert (refused, before, made) == ("possible_duplicate", 1, "")
    with in_school(school):
        assert Student.objects.count() == 2
        (entry,) = AuditEntry.objects.filter(action="people.student.create", actor_id=office.pk)
        assert entry.changes["confirm_new"] == [None, True]


def test_a_guardian_who_is_here_already_is_taken_by_one_tap():
    school, known, office = setting()
    brother = make_student(school, name="Ben Smith")
    mother = make_guardian(known, name="Amy Smith")
    with in_school(school):
        mother.guardian.contact_points.create(kind="mobile", value="07700900222", preferred=True)
    client, path = browser(office, school), f"/students/{brother.pk}/guardians/new/"
    form = {"full_name": "Amy Smith", "relationship": "mother", "phone": "07700 900222"}

    asked = client.post(path, form)
    taken = client.post(path, form | {"person_id": str(mother.guardian_id)})

    assert (asked.status_code, taken.status_code) == (409, 302)
    assert f'name="person_id" value="{mother.guardian_id}"' in asked.content.decode()
    with in_school(school):
        assert GuardianLink.objects.get(student=brother).guardian_id == mother.guardian_id


def test_a_guardian_is_refused_by_the_rule_alike():
    school, known, _office = setting()
    new = NewPerson("Peter Smith", mobiles=("07700900111",))
    with in_school(school):
        with pytest.raises(PossibleDuplicateError) as refused:
            add_guardians([NewGuardian(known.pk, "uncle", person=new)], actor=system_actor(school.pk))
        add_guardians([NewGuardian(known.pk, "uncle", person=new, confirm_new=True)], actor=system_actor(school.pk))

    assert [each["why"] for each in refused.value.extra["candidates"]] == ["phone"]


def test_pairs_are_listed_until_they_are_told_apart():
    school, known, office = setting()
    twice = make_student(school, name="Anna Maria Smith", birth_date=BORN)
    make_student(school, name="Zoe Lund", birth_date=BORN)
    make_guardian(known, name="Amy Smith")
    with in_school(school):
        actor = as_actor(office, school)
        before = [(pair.one, pair.other, pair.why) for pair in list_pairs(actor)]
        tell_apart(twice.person_id, known.person_id, actor=actor)

        assert before == [(known.person_id, twice.person_id, "birth")]
        assert list_pairs(actor) == []


def test_a_family_that_shares_a_phone_is_no_pair():
    school, known, office = setting()
    phone = ("07700 900111",)
    make_student(school, name="Ben Smith", birth_date=date(2016, 1, 1), mobiles=phone)  # a brother
    with in_school(school):
        for name in ("Amy Smith", "Alan Smith"):
            new = NewGuardian(known.pk, "parent", person=NewPerson(name, mobiles=phone), confirm_new=True)
            add_guardians([new], actor=system_actor(school.pk))

        assert list_pairs(as_actor(office, school)) == []


def test_two_adults_with_one_phone_and_one_family_name_are_a_pair():
    school, known, office = setting()
    brother = make_student(school, name="Ben Smith")
    with in_school(school):
        for student, name in ((known, "Amy Smith"), (brother, "Amelia Smith")):
            new = NewGuardian(student.pk, "mother", person=NewPerson(name, mobiles=("1234567",)), confirm_new=True)
            add_guardians([new], actor=system_actor(school.pk))
        (pair,) = list_pairs(as_actor(office, school))

    assert ({pair.one_name, pair.other_name}, pair.why) == ({"Amy Smith", "Amelia Smith"}, "phone")


def test_who_makes_a_student_without_confirming_is_refused_by_the_rule():
    school, _known, office = setting()
    with in_school(school), pytest.raises(PossibleDuplicateError):
        create_student(NewStudent(NewPerson("Anna Smith Maria", birth_date=BORN)), actor=as_actor(office, school))


def test_only_those_who_may_merge_see_pairs():
    school, _known, _office = setting()
    teacher = account_for(make_staff(school).person, Role.TEACHER)
    with in_school(school), pytest.raises(NotAllowedError):
        list_pairs(as_actor(teacher, school))
