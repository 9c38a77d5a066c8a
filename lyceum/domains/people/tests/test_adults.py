"""Guardians and staff: who they are to a student, and what they are told."""

from uuid import uuid4

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.core.permissions import Role
from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.people.models import GuardianLink, Staff
from lyceum.domains.people.queries import list_guardians, list_staff
from lyceum.domains.people.rules.adults import (
    AlreadyGuardianError,
    NewGuardian,
    NewStaff,
    PortalNeedsResponsibilityError,
    add_guardians,
    create_staff,
)
from lyceum.domains.people.rules.numbers import NumberTakenError
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.testing.factories import (
    NOW,
    account_for,
    as_actor,
    in_school,
    make_admin,
    make_class,
    make_guardian,
    make_manager,
    make_school,
    make_student,
    make_teacher,
    make_teaching_class,
)

pytestmark = pytest.mark.django_db
DAY = NOW.date()


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def add(school, student, person="Gus", actor=None, **link):
    new = NewGuardian(student.pk, "father", person=NewPerson(full_name=person), **link)
    with in_school(school):
        return add_guardians([new], actor=actor or system_actor(school.pk))[0]


def test_guardians_come_in_the_order_in_which_they_were_added():
    school = make_school()
    student = make_student(school)
    add(school, student, "Gus")
    add(school, student, "Amy", lives_with="full", may_collect=True, channels=("sms", "email", "sms"))

    with in_school(school):
        links = list(list_guardians(student, actor=system_actor(school.pk), day=DAY))

    assert [(link.contact_order, str(link.guardian)) for link in links] == [(1, "Gus"), (2, "Amy")]
    assert (links[1].channels, links[1].may_collect, links[1].told_fees) == (["sms", "email"], True, False)


def test_one_adult_may_belong_to_two_students_but_only_once_to_each():
    school = make_school()
    one, two = make_student(school), make_student(school)
    link = make_guardian(one)
    known = [NewGuardian(two.pk, "mother", person_id=link.guardian_id)]

    with in_school(school):
        add_guardians(known, actor=system_actor(school.pk))
        with pytest.raises(AlreadyGuardianError):
            add_guardians(known, actor=system_actor(school.pk))

        assert GuardianLink.objects.filter(guardian=link.guardian_id).count() == 2


@pytest.mark.parametrize(
    ("link", "pointer"),
    [
        ({"parental_responsibility": "perhaps"}, "/parental_responsibility"),
        ({"lives_with": "dog"}, "/lives_with"),
        ({"portal": "all"}, "/portal"),
        ({"channels": ("pigeon",)}, "/channels"),
        ({"told": frozenset({"secrets"})}, "/told"),
        ({"person_id": uuid4()}, "/person"),  # a new and a known one at once
    ],
)
def test_what_a_guardian_cannot_be_is_refused(link, pointer):
    school = make_school()
    student = make_student(school)

    with pytest.raises(InvalidError) as refused:
        add(school, student, **link)

    assert refused.value.errors[0].pointer == pointer


def test_nobody_is_their_own_guardian():
    school = make_school()
    student = make_student(school)
    with in_school(school), pytest.raises(InvalidError):
        add_guardians([NewGuardian(student.pk, "self", person_id=student.person_id)], actor=system_actor(school.pk))


def test_another_schools_person_is_not_there():
    school, other = make_school("Hill School"), make_school("Vale School")
    stranger = make_guardian(make_student(other)).guardian_id
    student = make_student(school)

    with in_school(school), pytest.raises(NotFoundError):
        add_guardians([NewGuardian(student.pk, "mother", person_id=stranger)], actor=system_actor(school.pk))


def test_the_whole_portal_needs_responsibility_or_an_admins_reason():
    school = make_school()
    student = make_student(school)
    admin, office = as_actor(make_admin(school), school), as_actor(make_manager(school, "Office"), school)

    with pytest.raises(PortalNeedsResponsibilityError):
        add(school, student, portal="full", actor=admin)
    with pytest.raises(PortalNeedsResponsibilityError):
        add(school, student, portal="full", portal_reason="Foster carer", actor=office)
    link = add(school, student, portal="full", portal_reason="Foster carer", actor=admin)
    add(school, student, "Amy", portal="full", parental_responsibility="yes", actor=office)

    with in_school(school):
        entry = AuditEntry.objects.filter(action="people.guardian.add").order_by("pk").first()
    assert (link.portal, entry.reason) == ("full", "Foster carer")


def test_contacts_are_for_the_office_the_form_teacher_and_the_guardian_alone():
    school = make_school()
    form, maths = make_class(school), make_teaching_class(school)
    student = make_student(school, form, maths)
    mother, father = make_guardian(student, name="Mother"), make_guardian(student, name="Father")
    people = {
        "office": make_manager(school, "Office"),
        "form teacher": make_teacher(school, form),
        "subject teacher": make_teacher(school, maths),
        "mother": account_for(mother.guardian, Role.GUARDIAN),
    }

    seen = {}
    for who, user in people.items():
        actor = as_actor(user, school)
        with in_school(school):
            seen[who] = [str(link.guardian) for link in list_guardians(student, actor=actor, day=DAY)]

    assert seen == {
        "office": ["Mother", "Father"],
        "form teacher": ["Mother", "Father"],
        "subject teacher": [],
        "mother": ["Mother"],
    }
    assert father.contact_order == 2


def test_staff_are_listed_by_name_for_those_who_work_here():
    school, other = make_school("Hill School"), make_school("Vale School")
    teacher = make_teacher(school, name="Zoe")
    make_teacher(school, name="Ada")
    make_teacher(other, name="Bob")
    student = account_for(make_student(school).person, Role.STUDENT)

    with in_school(school):
        assert [str(s) for s in list_staff(as_actor(teacher, school))] == ["Ada", "Zoe"]
        with pytest.raises(NotAllowedError):
            list_staff(as_actor(student, school))


def test_a_staff_code_is_given_once():
    school = make_school()
    new = [NewStaff(NewPerson(full_name="A"), staff_code="HT")]
    with in_school(school):
        create_staff(new, actor=system_actor(school.pk))
        with pytest.raises(NumberTakenError):
            create_staff(new, actor=system_actor(school.pk))

        assert Staff.objects.count() == 1
