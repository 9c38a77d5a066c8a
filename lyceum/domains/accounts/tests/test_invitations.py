"""Invitations: whoever holds the link chooses a name and a password, and nobody else does."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.core import clock
from lyceum.core.actor import Via, system_actor
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import EmailAddress, Invitation, Membership, PermissionSet, SchoolLogin, User
from lyceum.domains.accounts.rules.invitations import Invited, invite, invite_all
from lyceum.domains.journal.models import AuditEntry, Fact
from lyceum.domains.people.models import Person
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.rules import SchoolRestrictedError
from lyceum.testing.clients import bearer, key_holder, nobody, software, statements_for
from lyceum.testing.factories import (
    NOW,
    PASSWORD,
    as_actor,
    in_school,
    make_admin,
    make_manager,
    make_school,
    make_staff,
    make_student,
    make_teacher,
    make_user,
)

pytestmark = pytest.mark.django_db
USERS, INVITATIONS, ACCEPT = "/api/v1/users/", "/api/v1/invitations/", "/api/v1/invitations/accept/"
TESS = {"full_name": "Tess Teacher", "email": "tess@hill.example", "role": "teacher"}
GOOD = "three grey geese grazing"


@pytest.fixture
def school():
    return make_school()


@pytest.fixture
def admin(school):
    return software(make_admin(school, name="Ada Head"), school)


def secret_of(sent):
    return sent["link"].rstrip("/").rsplit("/", 1)[-1]


def accept(sent, *, client=None, **body):
    return (client or nobody()).send(ACCEPT, {"secret": secret_of(sent), "password": GOOD} | body)


def test_a_user_is_made_with_an_invitation_and_no_password(school, admin):
    answer = admin.send(USERS, TESS)
    made = answer.json()
    user = User.objects.get(pk=made["id"])

    assert answer.status_code == 201
    assert (made["state"], made["is_active"], made["roles"], made["email"]) == (
        "invited",
        False,
        ["teacher"],
        "tess@hill.example",
    )
    assert (user.password, made["invitation"]["code"]) == ("", None)
    assert admin.get(f"{USERS}{made['id']}/").json()["full_name"] == "Tess Teacher"
    assert nobody().send("/api/v1/auth/login/", {"email": TESS["email"], "password": ""}).status_code == 401


@pytest.mark.parametrize("field", ["password", "password_hash", "is_active", "school"])
def test_nobody_chooses_anothers_password(admin, field):
    answer = admin.send(USERS, TESS | {field: GOOD})

    assert answer.status_code == 422
    assert [e["code"] for e in answer.json()["errors"]] == ["unknown_field"]
    assert not Invitation.objects.exists()


def test_accepting_gives_the_role_and_signs_in(school, admin):
    sent = admin.send(USERS, TESS).json()

    answer = accept(sent["invitation"])
    signed_in = answer.json()
    later = nobody().send("/api/v1/auth/login/", {"identifier": TESS["email"], "password": GOOD})

    assert answer.status_code == 201
    assert (signed_in["user"]["id"], signed_in["roles"], signed_in["school"]["slug"]) == (
        sent["id"],
        ["teacher"],
        "hill-school",
    )
    assert bearer(signed_in["access"]).get("/api/v1/profile/").json()["roles"] == ["teacher"]
    assert later.status_code == 200
    assert admin.get(f"{USERS}{sent['id']}/").json()["state"] == "active"
    with in_school(school):
        entry = AuditEntry.objects.get(action="accounts.invitation.accept")
        types = list(Fact.objects.values_list("type", flat=True))
    assert (entry.actor_name, str(entry.actor_id)) == ("Tess Teacher", sent["id"])
    assert entry.on_behalf_of == User.objects.get(full_name="Ada Head").pk
    assert {"accounts.membership.started", "accounts.invitation.accepted"} <= set(types)


def test_without_an_address_there_is_a_code_on_paper(school, admin):
    with clock.frozen(NOW):
        sent = admin.send(USERS, {"full_name": "Sam Small", "role": "student"}).json()["invitation"]
        code = sent["code"]
        refused = nobody().send(ACCEPT, {"secret": code, "password": GOOD})
        answer = nobody().send(ACCEPT, {"secret": f" {code.lower()} ", "password": GOOD, "username": "sam"})

    assert len(code) == 19
    assert sent["expires_at"].startswith("2026-11-23T08:50")
    assert [e["pointer"] for e in refused.json()["errors"]] == ["/username"]
    assert answer.status_code == 201
    assert SchoolLogin.objects.get(username="sam").user_id == User.objects.get(full_name="Sam Small").pk


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"password": "short"}, "/password", "password_refused"),
        ({"password": "passwordpassword"}, "/password", "password_refused"),
        ({"password": "hill school forever"}, "/password", "password_refused"),
        ({"username": "a b"}, "/username", "username"),
        ({"username": "taken"}, "/username", "username_taken"),
        ({"username": "TAKEN"}, "/username", "username_taken"),
        ({"username": "раypal"}, "/username", "mixed_scripts"),  # the first two letters are Cyrillic
    ],
)
def test_what_cannot_be_chosen_is_refused_and_the_link_stays_good(school, admin, body, pointer, code):
    make_user(school, username="taken")
    sent = admin.send(USERS, TESS).json()["invitation"]

    answer = accept(sent, **body)

    assert answer.status_code == 422
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]
    assert accept(sent).status_code == 201


def test_a_taken_name_comes_with_three_that_are_free(school, admin):
    make_user(school, username="tess")
    make_user(school, username="tess.2")

    answer = accept(admin.send(USERS, TESS).json()["invitation"], username="tess")

    assert answer.json()["free"] == ["tess2", "tess.3", "tess3"]


def expired(sent, admin):
    Invitation.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    return sent


def used(sent, admin):
    assert accept(sent).status_code == 201
    return sent


def revoked(sent, admin):
    assert admin.delete(f"{INVITATIONS}{sent['id']}/").status_code == 204
    return sent


def renewed(sent, admin):
    assert admin.post(f"{INVITATIONS}{sent['id']}/renew/").status_code == 200
    return sent


def mistyped(sent, admin):
    return sent | {"link": sent["link"][:-3]}


@pytest.mark.parametrize("end", [expired, used, revoked, renewed, mistyped])
def test_a_link_that_has_ended_says_so(school, admin, end):
    sent = end(admin.send(USERS, TESS).json()["invitation"], admin)

    answer = accept(sent)

    assert (answer.status_code, answer.json()["code"]) == (410, "link_expired")


def test_a_renewed_link_is_good(admin):
    sent = admin.send(USERS, TESS).json()["invitation"]
    Invitation.objects.update(expires_at=clock.now() - timedelta(days=1))

    states = [row["state"] for row in admin.get(INVITATIONS).json()["items"]]
    again = admin.post(f"{INVITATIONS}{sent['id']}/renew/").json()

    assert states == ["expired"]
    assert accept(again).status_code == 201


def test_a_revoked_invitation_takes_its_account_along(school, admin):
    made = admin.send(USERS, TESS).json()

    admin.delete(f"{INVITATIONS}{made['invitation']['id']}/")
    again = admin.delete(f"{INVITATIONS}{made['invitation']['id']}/")

    assert not User.objects.filter(pk=made["id"]).exists()
    assert admin.get(f"{USERS}{made['id']}/").status_code == 404
    assert (again.status_code, again.json()["code"]) == (409, "invitation_closed")
    assert admin.send(USERS, TESS).status_code == 201


def test_somebody_with_an_account_adds_a_role_and_never_a_second_account(school, admin):
    other = make_school("Vale School")
    tess = make_user(other, Role.TEACHER, email=TESS["email"])
    sent = admin.send(USERS, TESS | {"role": "guardian"}).json()

    wrong = accept(sent["invitation"])
    right = accept(sent["invitation"], password=PASSWORD)

    assert [(e["pointer"], e["code"]) for e in wrong.json()["errors"]] == [("/password", "sign_in_failed")]
    assert right.status_code == 201
    assert right.json()["user"]["id"] == str(tess.pk)
    assert (right.json()["roles"], right.json()["school"]["slug"]) == (["guardian"], "hill-school")
    assert not User.objects.filter(pk=sent["id"]).exists()
    assert EmailAddress.objects.filter(address=TESS["email"]).count() == 1
    assert sorted(Membership.objects.filter(user=tess).values_list("role", flat=True)) == ["guardian", "teacher"]


def test_making_a_user_does_not_tell_whether_the_address_has_an_account_elsewhere(school, admin):
    make_user(make_school("Vale School"), Role.TEACHER, email="known@vale.example", name="Known Person")

    answers = [admin.send(USERS, TESS | {"email": f"{name}@vale.example"}).json() for name in ("known", "unknown")]

    shapes = [
        {**answer, "email": "", "id": "", "created_at": "", "memberships": [], "invitation": ""} for answer in answers
    ]
    assert shapes[0] == shapes[1]


def test_a_link_is_no_way_to_guess_an_accounts_password(school, admin):
    make_user(make_school("Vale School"), Role.TEACHER, email=TESS["email"])
    sent = admin.send(USERS, TESS).json()["invitation"]

    statuses = [accept(sent).status_code for _ in range(6)]

    assert statuses == [422] * 5 + [429]


def test_an_invitation_survives_an_inviter_who_has_left(school):
    ada, bea = make_admin(school, name="Ada Head"), make_admin(school)
    sent = software(ada, school).send(USERS, TESS).json()
    assert software(bea, school).send(f"{USERS}{ada.pk}/", {"reason": "Retired"}, method="delete").status_code == 204

    answer = accept(sent["invitation"])

    assert answer.status_code == 201
    with in_school(school):
        assert AuditEntry.objects.get(action="accounts.invitation.accept").on_behalf_of == ada.pk


def test_an_invitation_by_a_key_is_accepted_like_any_other(school):
    sent = key_holder(school, "users:write", "users:read").send(USERS, TESS).json()

    assert accept(sent["invitation"]).status_code == 201


def test_accepting_links_the_account_to_the_person_row(school, admin):
    staff = make_staff(school)
    sent = admin.send(USERS, TESS | {"person": str(staff.person_id)}).json()

    accept(sent["invitation"])

    with in_school(school):
        assert str(Person.objects.get(pk=staff.person_id).user_id) == sent["id"]


def test_a_person_of_another_school_is_not_linked(school, admin):
    theirs = make_student(make_school("Vale School"))
    sent = admin.send(USERS, TESS | {"person": str(theirs.person_id)}).json()

    accept(sent["invitation"])

    with in_school(School.objects.get(slug="vale-school")):
        assert Person.objects.get(pk=theirs.person_id).user_id is None


def test_a_manager_comes_with_permission_sets(school, admin):
    with in_school(school):
        office = PermissionSet.objects.get(name="Office")
    other = make_school("Vale School")
    with in_school(other):
        theirs = PermissionSet.objects.get(name="Office")
    manager = TESS | {"role": "manager"}

    refused = [
        admin.send(USERS, manager | {"permission_sets": sets})
        for sets in ([], [str(theirs.pk)], [str(office.pk), str(theirs.pk)])
    ]
    sent = admin.send(USERS, manager | {"permission_sets": [str(office.pk)]}).json()
    client = bearer(accept(sent["invitation"]).json()["access"])

    assert [(a.status_code, a.json()["errors"][0]["pointer"]) for a in refused] == [(422, "/permission_sets")] * 3
    assert client.get(USERS).status_code == 200
    assert client.get("/api/v1/audit/").status_code == 403


@pytest.mark.parametrize(
    ("role", "status"),
    [("teacher", 201), ("student", 201), ("guardian", 201), ("school_admin", 403), ("manager", 403)],
)
def test_the_office_invites_to_roles_below_its_own(school, role, status):
    office = software(make_manager(school, "Office"), school)
    with in_school(school):
        sets = [str(PermissionSet.objects.get(name="Office").pk)] if role == "manager" else []

    assert office.send(USERS, TESS | {"role": role, "permission_sets": sets}).status_code == status


@pytest.mark.parametrize(
    "maker", [make_teacher, lambda s: make_user(s, Role.GUARDIAN), lambda s: make_manager(s, "Attendance")]
)
def test_others_invite_nobody(school, maker):
    client = software(maker(school), school)

    answers = [client.send(USERS, TESS), client.send(INVITATIONS, TESS), client.get(INVITATIONS)]

    assert [a.status_code for a in answers] == [403, 403, 403]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"full_name": " "}, "/full_name"),
        ({"full_name": "x" * 201}, "/full_name"),
        ({"email": "not an address"}, "/email"),
        ({"role": "pupil"}, "/role"),
        ({"role": "super_admin"}, "/role"),
        ({"username": "a"}, "/username"),
        ({"role": None}, "/role"),
    ],
)
def test_an_invitation_that_is_none_is_refused(admin, fields, pointer):
    answer = admin.send(INVITATIONS, TESS | fields)

    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]


def test_the_same_person_is_not_invited_twice(school, admin):
    first, second = admin.send(USERS, TESS), admin.send(USERS, TESS)
    accept(first.json()["invitation"])
    third = admin.send(USERS, TESS)
    another_role = admin.send(USERS, TESS | {"role": "guardian"})

    assert [a.status_code for a in (first, second, third, another_role)] == [201, 409, 409, 201]
    assert second.json()["code"] == "already_member"


def test_somebody_who_got_the_role_meanwhile_keeps_one(school, admin):
    tess = make_user(make_school("Vale School"), Role.TEACHER, email=TESS["email"])
    sent = admin.send(USERS, TESS).json()["invitation"]
    Membership.objects.create(user=tess, school=school, role="teacher", starts="2026-01-01")

    answer = accept(sent, password=PASSWORD)

    assert answer.status_code == 201
    assert Membership.objects.filter(user=tess, school=school).count() == 1


def test_a_list_is_invited_whole_or_not_at_all(school):
    actor = as_actor(make_admin(school), school, via=Via.PAGE)
    people = [Invited(f"Person {n}", Role.TEACHER, address=f"p{n}@hill.example") for n in range(3)]

    with in_school(school):
        sent = invite_all(people, actor=actor)
        with pytest.raises(Exception, match="is not an e-mail") as refused:
            invite_all([Invited("Fine", Role.TEACHER), Invited("Wrong", Role.TEACHER, address="wrong")], actor=actor)

    assert [s.invitation.full_name for s in sent] == ["Person 0", "Person 1", "Person 2"]
    assert [e.pointer for e in refused.value.errors] == ["/1/email"]
    assert Invitation.objects.count() == 3


def test_thirty_people_are_invited_in_as_many_statements_as_one(school):
    actor = as_actor(make_admin(school), school, via=Via.PAGE)
    counts = {}

    with in_school(school):
        for count in (2, 1, 30):
            people = [Invited(f"P{n}", Role.TEACHER, address=f"p{n}@{count}.example") for n in range(count)]
            with CaptureQueriesContext(connection) as queries:
                invite_all(people, actor=actor)
            counts[count] = len(queries)

    assert counts[1] == counts[30] < 10


def test_nobody_new_comes_into_a_restricted_school(school):
    School.objects.filter(pk=school.pk).update(status="restricted")

    with in_school(school), pytest.raises(SchoolRestrictedError):
        invite(Invited("Tess", Role.TEACHER, address="t@hill.example"), actor=system_actor(school.pk))


def test_another_schools_invitations_are_not_there(school, admin):
    sent = admin.send(USERS, TESS).json()["invitation"]
    other = make_school("Vale School")
    client = software(make_admin(other), other)

    answers = [client.delete(f"{INVITATIONS}{sent['id']}/"), client.post(f"{INVITATIONS}{sent['id']}/renew/")]

    assert client.get(INVITATIONS).json()["items"] == []
    assert [a.status_code for a in answers] == [404, 404]
    assert accept(sent).status_code == 201


def test_somebody_signed_in_elsewhere_accepts(school, admin):
    other = make_school("Vale School")
    tess = make_user(other, Role.TEACHER, email=TESS["email"])
    sent = admin.send(USERS, TESS).json()["invitation"]

    answer = accept(sent, client=software(tess, other), password=PASSWORD)

    assert answer.status_code == 201


def test_the_list_of_invitations_takes_the_same_statements_for_one_and_for_three(admin):
    admin.send(USERS, TESS)
    for_one = statements_for(admin, INVITATIONS)
    for name in ("b", "c"):
        admin.send(USERS, TESS | {"email": f"{name}@hill.example"})

    assert statements_for(admin, INVITATIONS) == for_one
    assert len(admin.get(INVITATIONS).json()["items"]) == 3
