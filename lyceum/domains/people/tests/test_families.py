"""Families: who belongs together. They open nothing."""

import pytest

from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.core.permissions import Role
from lyceum.domains.people.models import Family, Student
from lyceum.domains.people.policies import visible_students
from lyceum.domains.people.queries import read_relatives
from lyceum.domains.people.rules.families import change_family, create_family, delete_family
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import (
    account_for,
    as_actor,
    in_school,
    make_admin,
    make_guardian,
    make_manager,
    make_school,
    make_student,
)

pytestmark = pytest.mark.django_db


def setting():
    school = make_school()
    ann, ben = make_student(school, name="Ann Smith"), make_student(school, name="Ben Smith")
    mother = make_guardian(ann, name="Amy Smith")
    return school, ann, ben, mother, make_manager(school, "Office")


def test_a_family_gives_nobody_access():
    school, ann, ben, mother, office = setting()
    user = account_for(mother.guardian, Role.GUARDIAN)
    with in_school(school):
        create_family(
            name="Smith", students=[ann.pk, ben.pk], guardians=[mother.guardian_id], actor=as_actor(office, school)
        )
        amy = as_actor(user, school)

        ann.refresh_from_db()
        assert list(Student.objects.filter(visible_students(amy))) == [ann]
        assert read_relatives(ann, actor=amy) == []
        assert read_relatives(ann, actor=as_actor(office, school)) == [ben]
    assert browser(user, school).get(f"/students/{ben.pk}/").status_code == 404


def test_a_student_is_in_one_family_and_a_family_that_ends_takes_nothing_with_it():
    school, ann, ben, mother, office = setting()
    with in_school(school):
        actor = as_actor(office, school)
        first = create_family(name="Smith", students=[ann.pk, ben.pk], guardians=[mother.guardian_id], actor=actor)
        second = create_family(name="Lowe", students=[ben.pk], actor=actor)
        members = {f.name: list(f.students.values_list("person__full_name", flat=True)) for f in Family.objects.all()}
        change_family(second.pk, students=[], name="Nobody", actor=actor)
        delete_family(first.pk, actor=actor)

        assert members == {"Smith": ["Ann Smith"], "Lowe": ["Ben Smith"]}
        assert set(Student.objects.values_list("family", flat=True)) == {None}


def test_strangers_and_people_of_another_school_are_not_put_together():
    school, ann, _ben, _mother, office = setting()
    other = make_school("Vale School")
    stranger = make_student(other)
    with in_school(school):
        actor = as_actor(office, school)
        with pytest.raises(InvalidError):
            create_family(name="Smith", students=[ann.pk, stranger.pk], actor=actor)
        family = create_family(name="Smith", students=[ann.pk], actor=actor)
        with pytest.raises(NotAllowedError):
            delete_family(family.pk, actor=as_actor(make_manager(school, "Attendance"), school))
    with in_school(other), pytest.raises(NotFoundError):
        delete_family(family.pk, actor=as_actor(make_admin(other), other))


def test_the_page_puts_a_brother_beside_his_sister():
    school, ann, ben, mother, office = setting()
    client, path = browser(office, school), f"/students/{ann.pk}/family/"

    found = client.get(path, {"q": "Ben"}).content.decode()
    form = {"act": "save", "name": "Smith", "students": [str(ben.pk)], "guardians": [str(mother.guardian_id)]}
    saved = client.post(path, form)

    assert f'name="students" value="{ben.pk}"' in found
    assert saved.status_code == 302
    assert "Ben Smith" in client.get(f"/students/{ann.pk}/").content.decode()
    with in_school(school):
        family = Family.objects.get()
        assert family.students.count() == 2
        assert [str(each) for each in family.adults.select_related("person")] == ["Amy Smith"]


def test_the_list_takes_as_many_statements_for_three_as_for_one():
    school, ann, ben, _mother, office = setting()
    client = software(office, school)
    with in_school(school):
        actor = as_actor(office, school)
        create_family(name="A", students=[ann.pk], actor=actor)
    one = statements_for(client, "/api/v1/families/")
    with in_school(school):
        create_family(name="B", students=[ben.pk], actor=actor)
        create_family(name="C", students=[], actor=actor)

    assert statements_for(client, "/api/v1/families/") == one
    assert [f["name"] for f in client.get("/api/v1/families/?q=b").json()["items"]] == ["B"]
