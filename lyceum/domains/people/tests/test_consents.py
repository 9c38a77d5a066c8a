"""Consents: the newest answer is in force, the others are its history."""

from datetime import date, timedelta

import pytest

from lyceum.core import clock
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.core.permissions import Role
from lyceum.domains.people.consents import read_consents, students_who_agreed
from lyceum.domains.people.models import Consent, ConsentKind
from lyceum.domains.people.rules.consents import (
    ConsentKindTakenError,
    NothingToWithdrawError,
    add_consent_kind,
    answer_consent,
    change_consent_kind,
)
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import (
    NOW,
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


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def setting(**student):
    school = make_school()
    child = make_student(school, name="Anna Smith", **student)
    with in_school(school):
        kind = ConsentKind.objects.get(name="Outings nearby")
    return school, child, kind, as_actor(make_manager(school, "Office"), school)


def test_the_newest_answer_is_in_force_until_its_day():
    school, child, kind, office = setting()
    given = {"kind_id": kind.pk, "answered_by": "Amy Smith", "actor": office}
    with in_school(school):
        answer_consent(child.pk, answer="given", until=date(2026, 12, 24), **given)
        (standing,) = (s for s in read_consents(child, actor=office) if s.newest)
        agreed = students_who_agreed([child.pk], kind, actor=office, day=NOW.date())
        with clock.frozen(NOW + timedelta(hours=1)):
            answer_consent(child.pk, answer="withdrawn", **given)
        (later,) = (s for s in read_consents(child, actor=office) if s.newest)

        assert (standing.holds(date(2026, 12, 24)), standing.holds(date(2026, 12, 25))) == (True, False)
        assert agreed == {child.pk}
        assert (later.newest.answer, later.holds(NOW.date())) == ("withdrawn", False)
        assert students_who_agreed([child.pk], kind, actor=office, day=NOW.date()) == set()
        assert Consent.objects.count() == 2


def test_only_what_was_given_is_withdrawn_and_answers_name_somebody():
    school, child, kind, office = setting()
    with in_school(school):
        with pytest.raises(NothingToWithdrawError):
            answer_consent(child.pk, kind_id=kind.pk, answer="withdrawn", answered_by="Amy", actor=office)
        with pytest.raises(InvalidError):
            answer_consent(child.pk, kind_id=kind.pk, answer="given", actor=office)
        with pytest.raises(InvalidError):
            answer_consent(child.pk, kind_id=kind.pk, answer="given", answered_by="A", until=date(2020, 1, 1),
                           actor=office)  # fmt: skip


@pytest.mark.parametrize(
    ("portal", "status"),
    [("full", 302), ("view", 404)],  # who only looks does not answer
)
def test_a_guardian_answers_in_their_own_name(portal, status):
    school, child, kind, _office = setting()
    mother = account_for(make_guardian(child, name="Amy Smith", portal=portal).guardian, Role.GUARDIAN)
    form = {"kind": str(kind.pk), "answer": "given", "answered_by": "Somebody Else"}

    answer = browser(mother, school).post(f"/students/{child.pk}/consents/", form)

    assert answer.status_code == status
    with in_school(school):
        names = list(Consent.objects.values_list("answered_by", flat=True))
    assert names == (["Amy Smith"] if status == 302 else [])


@pytest.mark.parametrize(("born", "may"), [(date(2008, 11, 20), True), (date(2008, 11, 21), False)])
def test_a_student_answers_from_the_day_they_are_of_age(born, may):
    school, child, kind, _office = setting(birth_date=born)
    pupil = account_for(child.person, Role.STUDENT)
    body = {"kind": str(kind.pk), "answer": "refused"}

    answer = software(pupil, school).send(f"/api/v1/students/{child.pk}/consents/", body)

    assert answer.status_code == (201 if may else 404)
    if may:
        assert (answer.json()["answered_by"], answer.json()["in_force"]) == ("Anna Smith", False)


def test_the_schools_list_grows_and_rests():
    school, child, kind, office = setting()
    admin = as_actor(make_admin(school), school)
    with in_school(school):
        add_consent_kind(name=" Swimming ", actor=admin)
        with pytest.raises(ConsentKindTakenError):
            add_consent_kind(name="Swimming", actor=admin)
        with pytest.raises(NotAllowedError):
            add_consent_kind(name="Skiing", actor=office)
        change_consent_kind(kind.pk, active=False, actor=admin)

        names = [standing.kind.name for standing in read_consents(child, actor=office)]
        assert names == ["First aid", "Photographs in public", "Photographs in school", "Swimming"]
        with pytest.raises(InvalidError):
            answer_consent(child.pk, kind_id=kind.pk, answer="given", answered_by="A", actor=office)


def test_another_schools_children_and_kinds_are_not_there():
    _school, child, kind, _office = setting()
    other = make_school("Vale School")
    stranger, own = as_actor(make_admin(other), other), make_student(other)
    with in_school(other):
        with pytest.raises(NotFoundError):
            answer_consent(child.pk, kind_id=kind.pk, answer="given", answered_by="A", actor=stranger)
        with pytest.raises(InvalidError):
            answer_consent(own.pk, kind_id=kind.pk, answer="given", answered_by="A", actor=stranger)


def test_the_page_takes_as_many_statements_for_three_answers_as_for_one():
    school, child, _kind, office = setting()
    client, path = browser(make_manager(school, "Office"), school), f"/students/{child.pk}/consents/"
    with in_school(school):
        kinds = list(ConsentKind.objects.all())
        answer_consent(child.pk, kind_id=kinds[0].pk, answer="given", answered_by="A", actor=office)
    one = statements_for(client, path)
    with in_school(school):
        for kind in kinds[1:]:
            answer_consent(child.pk, kind_id=kind.pk, answer="given", answered_by="A", actor=office)

    assert statements_for(client, path) == one
