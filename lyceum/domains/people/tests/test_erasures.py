"""Being erased: asked for by oneself, kept back by the law and by what still is, done once, and nothing named after."""

from datetime import timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import EmailAddress, SchoolLogin, SignInSession, User
from lyceum.domains.accounts.rules.members import LastAdminError
from lyceum.domains.journal.models import AuditEntry, Fact
from lyceum.domains.people.models import (
    ContactPoint,
    Enrolment,
    GuardianLink,
    OfficialId,
    Person,
    Student,
    SubjectRequest,
)
from lyceum.domains.people.rules.deletions import RESTORE_WITHIN, erase_deleted
from lyceum.domains.people.rules.erasures.asking import ask_erasure
from lyceum.domains.people.rules.erasures.deciding import (
    carry_out_erasure,
    finish_erasures,
    list_subject_requests,
    verify_erasure,
)
from lyceum.domains.people.rules.erasures.holds import lift_hold, list_holds
from lyceum.domains.people.rules.erasures.refusals import (
    NotVerifiedError,
    OnHoldError,
    OwnErasureError,
    StillNeededError,
)
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.students import NewStudent, create_student
from lyceum.domains.tenancy.queries import today
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import (
    PASSWORD,
    account_for,
    add_role,
    as_actor,
    guardian_of,
    in_school,
    make_admin,
    make_class,
    make_manager,
    make_school,
    make_student,
    make_teacher,
    make_user,
)

pytestmark = pytest.mark.django_db
LEAVE, REQUESTS, PAGE = "/api/v1/auth/delete-account/", "/api/v1/subject-requests/", "/subject-requests/"
PROOF = {"password": PASSWORD}


@pytest.fixture
def school():
    return make_school()


@pytest.fixture
def office(school):
    return as_actor(make_manager(school, "Data protection"), school)


def asked_by(user, school):
    with in_school(school):
        return ask_erasure(**PROOF, actor=as_actor(user, school))


def done(asked, office):
    verify_erasure(asked.pk, actor=office)
    return carry_out_erasure(asked.pk, actor=office)


def test_somebody_without_records_asks_and_is_erased_through_pages_and_rest(school):
    user = make_user(school, Role.APPLICANT, name="Ann Applicant", username="ann", email="ann@mail.example")
    ann, desk = software(user, school), browser(make_manager(school, "Data protection"), school)
    assert ann.send(LEAVE, {"password": "not the one"}, method="delete").json()["code"] == "wrong_password"

    first = ann.send(LEAVE, PROOF | {"reason": "I moved away."}, method="delete")
    again = ann.send(REQUESTS, PROOF)

    asked = first.json()["request"]
    assert (first.status_code, first.json()["what"], asked["state"]) == (202, "erasure", "received")
    with in_school(school):
        assert asked["due_on"] == (today() + timedelta(days=30)).isoformat()
    assert again.json()["id"] == asked["id"]
    assert "The account ends" in browser(user, school).get("/account/erasure/").content.decode()
    path = f"{PAGE}{asked['id']}/"
    assert "Ann Applicant" in desk.get(PAGE).content.decode()
    assert "I moved away." in desk.get(path).content.decode()
    assert desk.post(path, {"act": "carry_out"}).status_code == 409
    assert desk.post(path, {"act": "verify"}).status_code == 302

    assert desk.post(path, {"act": "carry_out"}).status_code == 302

    gone = User.objects.get(pk=user.pk)
    assert (gone.state, gone.full_name[:7], gone.has_usable_password()) == ("erased", "Erased ", False)
    assert not EmailAddress.objects.filter(user=user).exists()
    assert not SchoolLogin.objects.filter(user=user).exists()
    assert not SignInSession.objects.filter(user=user, revoked_at=None).exists()
    assert ann.get("/api/v1/profile/").status_code == 401
    with in_school(school):
        row = SubjectRequest.objects.get()
        fact = Fact.objects.get(type="journal.subject.erased")
        trail = AuditEntry.objects.filter(action__startswith="people.erasure.").order_by("at")
        assert (row.state, row.name[:7], row.wish, fact.payload["user"]) == ("delivered", "Erased ", "", str(user.pk))
        assert [e.action.rpartition(".")[2] for e in trail] == ["ask", "verify", "done"]
        assert {e.target_name for e in trail} == {""}


def test_who_left_stays_in_the_registers_under_a_pseudonym(school, office):
    form = make_class(school)
    student = make_student(school, form, name="Lea Left")
    user = account_for(student.person, Role.STUDENT)
    mother = guardian_of(student)
    with in_school(school):
        OfficialId.objects.create(student=student, kind="upn", value="A1")
        ContactPoint.objects.create(person=student.person, kind="email", value="lea@mail.example")
        asked = asked_by(user, school)
        with pytest.raises(StillNeededError, match="on roll"):
            done(asked, office)
        Enrolment.objects.filter(student=student).update(last_day=today() - timedelta(days=1), exit="transferred")

        carry_out_erasure(asked.pk, actor=office)

        kept = Student.objects.select_related("person").get(pk=student.pk)
        assert kept.person.full_name.startswith("Erased ")
        assert (kept.person.birth_date, kept.person.user_id, kept.registration_number) == (
            None, None, student.registration_number,
        )  # fmt: skip
        assert "lea" not in f"{kept.person.sort_name} {kept.person.search_name}"
        assert Enrolment.objects.filter(student=student).count() == 1
        assert not OfficialId.objects.exists()
        assert not ContactPoint.objects.filter(person=student.person).exists()
        assert GuardianLink.objects.get(guardian__user=mother).portal == "none"
        assert SubjectRequest.objects.get().state == "delivered"


def test_a_student_whom_nothing_holds_waits_the_thirty_days_of_every_deletion(school, office):
    with in_school(school):
        new = NewStudent(NewPerson(full_name="Nell New"), confirm_new=True)
        student = create_student(new, actor=system_actor(school.pk))
    user = account_for(student.person, Role.STUDENT)
    with in_school(school):
        asked = done(asked_by(user, school), office)
        deleted = Student.objects.get(pk=student.pk).deleted_at

        with clock.frozen(clock.now() + RESTORE_WITHIN + timedelta(minutes=1)):
            erased = erase_deleted(actor=system_actor(school.pk)), finish_erasures(actor=system_actor(school.pk))

        assert (asked.state, deleted is not None, erased) == ("running", True, (1, 1))
        assert not Person.objects.filter(pk=student.person_id).exists()
        assert SubjectRequest.objects.get().state == "delivered"


def test_a_legal_hold_stops_it_and_the_nightly_erasure(school, office):
    with in_school(school):
        new = NewStudent(NewPerson(full_name="Nell New"), confirm_new=True)
        student = create_student(new, actor=system_actor(school.pk))
        Student.objects.filter(pk=student.pk).update(deleted_at=clock.now() - RESTORE_WITHIN - timedelta(days=1))
    user = account_for(student.person, Role.STUDENT)
    with in_school(school):
        asked = asked_by(user, school)
        verify_erasure(asked.pk, actor=office)
    desk = browser(make_manager(school, "Data protection"), school)
    path = f"{PAGE}{asked.pk}/"

    held = desk.post(path, {"act": "hold", "hold_reason": "The court asks for it."})

    assert held.status_code == 302
    assert "The court asks for it." in desk.get(path).content.decode()
    with in_school(school):
        with pytest.raises(OnHoldError, match="court"):
            carry_out_erasure(asked.pk, actor=office)
        assert erase_deleted(actor=system_actor(school.pk)) == 0
        lift_hold(list_holds(office).get().pk, reason="The court has decided.", actor=office)
        assert erase_deleted(actor=system_actor(school.pk)) == 1


def test_what_stands_in_the_way_is_named(school, office):
    child = make_student(school, make_class(school))
    teacher, mother, head = make_teacher(school), guardian_of(child), make_admin(school)
    with in_school(school):
        for user, words in ((teacher, "work here"), (mother, "contact of a child")):
            with pytest.raises(StillNeededError, match=words):
                done(asked_by(user, school), office)
        with pytest.raises(NotVerifiedError):
            carry_out_erasure(asked_by(head, school).pk, actor=office)
        with pytest.raises(LastAdminError):
            done(asked_by(head, school), office)
        own = ask_erasure(**PROOF, actor=office)
        with pytest.raises(OwnErasureError):
            verify_erasure(own.pk, actor=office)


def test_it_is_refused_with_a_reason_that_they_read_and_taken_back_by_themselves(school):
    user = make_user(school, Role.APPLICANT)
    ann, admin = software(user, school), software(make_admin(school), school)
    asked = ann.send(REQUESTS, PROOF).json()["id"]
    assert admin.send(f"{REQUESTS}{asked}/refuse/", {"reason": " "}).status_code == 422

    refused = admin.send(f"{REQUESTS}{asked}/refuse/", {"reason": "Your bill is open."})

    assert (refused.json()["state"], ann.get(f"{REQUESTS}{asked}/").json()["reason"]) == (
        "refused",
        "Your bill is open.",
    )
    assert "Your bill is open." in browser(user, school).get("/account/erasure/").content.decode()
    second = ann.send(REQUESTS, PROOF).json()["id"]
    assert second != asked
    assert admin.send(f"{REQUESTS}{second}/withdraw/").status_code == 404
    assert ann.send(f"{REQUESTS}{second}/withdraw/").json()["state"] == "withdrawn"
    assert admin.send(f"{REQUESTS}{second}/verify/").status_code == 409


def test_the_account_stays_for_another_school_and_that_school_knows_of_nothing(school, office):
    vale = make_school("Vale School")
    user = make_user(school, Role.APPLICANT, name="Bo Both", email="bo@mail.example")
    add_role(user, vale, Role.APPLICANT)
    with in_school(school):
        done(asked_by(user, school), office)

    assert (User.objects.get(pk=user.pk).full_name, user.emails.count()) == ("Bo Both", 1)
    assert software(user, vale).get("/api/v1/profile/").json()["roles"] == ["applicant"]
    with in_school(vale):
        assert list(list_subject_requests(as_actor(make_admin(vale), vale))) == []
