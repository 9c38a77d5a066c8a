"""One's own record: what one changes, and what one asks the office to change."""

from datetime import date

import pytest

from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.core.permissions import Role
from lyceum.domains.people.models import ChangeRequest, Person
from lyceum.domains.people.queries import list_change_requests
from lyceum.domains.people.rules.requests import (
    RequestDecidedError,
    apply_request,
    edit_own_record,
    refuse_request,
)
from lyceum.testing.factories import account_for, as_actor, in_school, make_admin, make_school, make_student

pytestmark = pytest.mark.django_db


def setting(name="Ana Silva"):
    school = make_school()
    student = make_student(school, name=name, birth_date=date(2012, 5, 1))
    pupil = as_actor(account_for(student.person, Role.STUDENT), school)
    return school, student, pupil, as_actor(make_admin(school), school)


def test_a_students_own_ways_to_be_called_and_reached_change_at_once():
    school, student, pupil, _admin = setting()
    with in_school(school):
        asked = edit_own_record(values={"preferred_name": "Bee", "email": "bee@x.org"}, actor=pupil)
        person = Person.objects.get(pk=student.person_id)

        assert (asked, person.preferred_name) == (None, "Bee")
        assert list(person.contact_points.values_list("value", flat=True)) == ["bee@x.org"]


def test_the_rest_is_asked_of_the_office_and_applied_by_it():
    school, student, pupil, admin = setting()
    with in_school(school):
        values = {"full_name": "Ana Souza", "birth_date": date(2012, 6, 1), "gender": ""}
        asked = edit_own_record(values=values, actor=pupil)
        unchanged = Person.objects.get(pk=student.person_id).full_name
        listed = list(list_change_requests(admin, state="pending"))
        apply_request(asked.pk, actor=admin)
        person = Person.objects.get(pk=student.person_id)

    assert asked.fields == {
        "full_name": {"old": "Ana Silva", "new": "Ana Souza"},
        "birth_date": {"old": "2012-05-01", "new": "2012-06-01"},
    }
    assert (unchanged, listed) == ("Ana Silva", [asked])
    assert (person.full_name, person.birth_date) == ("Ana Souza", date(2012, 6, 1))


def test_a_refusal_needs_a_reason_and_a_request_is_decided_once():
    school, _student, pupil, admin = setting()
    with in_school(school):
        asked = edit_own_record(values={"full_name": "Ana Souza"}, actor=pupil)
        with pytest.raises(InvalidError):
            refuse_request(asked.pk, reason=" ", actor=admin)
        refuse_request(asked.pk, reason="Bring the certificate.", actor=admin)
        with pytest.raises(RequestDecidedError):
            apply_request(asked.pk, actor=admin)

        assert ChangeRequest.objects.get().reason == "Bring the certificate."


def test_students_decide_nothing_and_see_no_list():
    school, _student, pupil, _admin = setting()
    with in_school(school):
        asked = edit_own_record(values={"full_name": "Ana Souza"}, actor=pupil)
        with pytest.raises(NotAllowedError):
            apply_request(asked.pk, actor=pupil)
        with pytest.raises(NotAllowedError):
            list_change_requests(pupil)


def test_what_is_wrong_is_refused_before_anybody_is_asked():
    school, _student, pupil, _admin = setting()
    with in_school(school):
        for values in ({"full_name": " "}, {"email": "x"}, {"registration_number": "1"}):
            with pytest.raises(InvalidError):
                edit_own_record(values=values, actor=pupil)

        assert not ChangeRequest.objects.exists()


def test_who_is_no_student_has_no_record_and_other_schools_requests_are_not_there():
    school, _student, pupil, admin = setting()
    other = make_school("Vale School")
    with in_school(school):
        asked = edit_own_record(values={"full_name": "Ana Souza"}, actor=pupil)
        with pytest.raises(NotFoundError):
            edit_own_record(values={"preferred_name": "X"}, actor=admin)

    stranger = as_actor(make_admin(other), other)
    with in_school(other), pytest.raises(NotFoundError):
        apply_request(asked.pk, actor=stranger)
