"""One's own record: what one changes, and what one asks the office to change."""

from datetime import date

import pytest

from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.core.permissions import Role
from lyceum.domains.people.models import ChangeRequest, Person
from lyceum.domains.people.queries import list_change_requests
from lyceum.domains.people.rules.requests import (
    RequestDecidedError,
    TooManyRequestsError,
    apply_request,
    ask_about_child,
    edit_own_record,
    refuse_request,
)
from lyceum.domains.people.rules.settings import change_people_settings
from lyceum.domains.people.settings import forget_settings
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


def family():
    """Ana, her mother with an account, and the office."""
    school, student, _pupil, admin = setting()
    mother = make_guardian(student, name="Amy Silva")
    account = account_for(mother.guardian, Role.GUARDIAN)
    return school, student, mother.guardian, account, admin


def ask_by_page(school, account, path, **form):
    answer = browser(account, school).post(path, form)
    return "" if answer.status_code == 302 else " ".join(e.code for e in answer.context["errors"])


def ask_by_rest(school, account, path, **form):
    student = path.split("/")[2] if path.startswith("/students/") else None
    answer = software(account, school).send(
        "/api/v1/change-requests/", form | ({"student": student} if student else {})
    )
    return "" if answer.status_code == 201 else " ".join(e["code"] for e in answer.json()["errors"])


@pytest.mark.parametrize("ask", [ask_by_page, ask_by_rest])
def test_a_guardian_changes_how_they_are_reached_at_once_and_asks_for_the_rest(ask):
    school, _student, amy, account, _admin = family()

    said = ask(school, account, "/my-record/", email="Amy@New.example", last_name="Souza")

    with in_school(school):
        amy.refresh_from_db()
        request = ChangeRequest.objects.get()
        assert (said, amy.last_name) == ("", "")
        assert list(amy.contact_points.values_list("value", flat=True)) == ["amy@new.example"]
        assert (request.person_id, request.fields) == (amy.pk, {"last_name": {"old": "", "new": "Souza"}})
        assert request.asked_by_name == account.full_name


@pytest.mark.parametrize("ask", [ask_by_page, ask_by_rest])
def test_everything_about_a_child_is_asked_even_how_it_is_reached(ask):
    school, student, _amy, account, admin = family()

    said = ask(school, account, f"/students/{student.pk}/ask/", phone="07700 900123", birth_date="2012-06-01")

    with in_school(school):
        request = ChangeRequest.objects.get()
        before = (Person.objects.get(pk=student.person_id).birth_date, student.person.contact_points.count())
        apply_request(request.pk, actor=admin)
        person = Person.objects.get(pk=student.person_id)

        assert (said, before) == ("", (date(2012, 5, 1), 0))
        assert person.birth_date == date(2012, 6, 1)
        assert list(person.contact_points.values_list("value", flat=True)) == ["07700900123"]


@pytest.mark.parametrize("ask", [ask_by_page, ask_by_rest])
def test_what_is_wrong_or_not_to_be_asked_for_is_said_at_every_door(ask):
    school, student, _amy, account, admin = family()
    path = f"/students/{student.pk}/ask/"
    with in_school(school):
        change_people_settings(age_of_access=18, askable=("email",), actor=admin)
    wrong = ask(school, account, path, email="no address")
    if ask is ask_by_rest:  # the page does not show the field
        assert ask(school, account, path, full_name="X") == "read_only"

    assert wrong == "email"
    with in_school(school):
        forget_settings()
        assert not ChangeRequest.objects.exists()


def test_who_only_looks_and_who_is_a_stranger_ask_for_nothing():
    school, student, _amy, _account, _admin = family()
    looker = account_for(make_guardian(student, portal="view").guardian, Role.GUARDIAN)
    stranger = account_for(make_guardian(make_student(school)).guardian, Role.GUARDIAN)
    other = make_school("Vale School")
    elsewhere = account_for(make_guardian(make_student(other)).guardian, Role.GUARDIAN)

    for user, where in ((looker, school), (stranger, school), (elsewhere, other)):
        assert browser(user, where).get(f"/students/{student.pk}/ask/").status_code == 404


def test_twenty_requests_wait_at_most():
    school, student, _amy, account, _admin = family()
    with in_school(school):
        ChangeRequest.objects.bulk_create(ChangeRequest(person=student.person, fields={}) for _ in range(20))
        with pytest.raises(TooManyRequestsError):
            ask_about_child(student.pk, values={"gender": "f"}, actor=as_actor(account, school))


def test_the_office_sees_both_sides_and_what_changed_since_and_decides():
    school, student, _amy, account, _admin = family()
    office = browser(make_manager(school, "Office"), school)
    with in_school(school):
        asked = ask_about_child(student.pk, values={"full_name": "Ana Souza"}, actor=as_actor(account, school))
        Person.objects.filter(pk=student.person_id).update(full_name="Ana Sylva")
    path = f"/change-requests/{asked.pk}/"

    page = office.get(path).content.decode()
    refused = office.post(path, {"act": "refuse", "reason": ""})
    applied = office.post(path, {"act": "apply"})
    again = office.post(path, {"act": "apply"})

    assert all(words in page for words in ("Ana Sylva", "was Ana Silva when it was asked", "Ana Souza"))
    assert (refused.status_code, applied.status_code, again.status_code) == (422, 302, 409)
    with in_school(school):
        assert Person.objects.get(pk=student.person_id).full_name == "Ana Souza"


def test_several_are_applied_at_once_after_a_preview_and_the_list_takes_no_more_statements():
    school, student, _amy, account, _admin = family()
    user = make_manager(school, "Office")
    office, actor = browser(user, school), as_actor(account, school)

    def ask(name):
        with in_school(school):
            return ask_about_child(student.pk, values={"gender": name}, actor=actor).pk

    ids = [str(ask("f"))]
    one = statements_for(office, "/change-requests/")
    ids += [str(ask(name)) for name in ("m", "x")]
    three = statements_for(office, "/change-requests/")
    preview = office.post("/change-requests/", {"bulk": "apply", "row": ids})
    office.post("/change-requests/", {"bulk": "apply", "row": ids, "planned": "1", "confirmed": "1"})

    assert one == three
    assert "Change 3 rows" in preview.content.decode()
    with in_school(school):
        assert set(ChangeRequest.objects.values_list("state", flat=True)) == {"applied"}
