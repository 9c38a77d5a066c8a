"""The people of a school as its office sees them."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import Membership, PermissionSet, SignInSession, User
from lyceum.domains.accounts.rules.members import (
    LastAdminError,
    change_role,
    end_membership,
    remove_user,
    suspend_user,
)
from lyceum.domains.journal.models import AuditEntry, Fact
from lyceum.testing.beginnings import remembered
from lyceum.testing.clients import bearer, browser, key_holder, nobody, software, statements_for
from lyceum.testing.factories import (
    NOW,
    PASSWORD,
    add_role,
    as_actor,
    in_school,
    make_admin,
    make_manager,
    make_school,
    make_teacher,
    make_user,
)

USERS, PROFILES, MEMBERSHIPS, PROFILE = (
    "/api/v1/users/",
    "/api/v1/admin/profiles/",
    "/api/v1/memberships/",
    "/api/v1/profile/",
)
db = pytest.mark.django_db


@pytest.fixture
def school(db):
    return make_school()


@pytest.fixture
def admin(school):
    return software(make_admin(school, name="Ada Head", username="ada", email="ada@hill.example"), school)


def names(answer):
    assert answer.status_code == 200, answer.content
    return [row["full_name"] for row in answer.json()["items"]]


@remembered
def people(school):
    make_user(school, Role.TEACHER, name="Tess Teacher", username="tess", email=f"t@{school.slug}.example")
    make_user(school, Role.STUDENT, name="Çağla Öğrenci", username="cagla")
    make_user(school, Role.GUARDIAN, name="Gus Guardian", username="gus")
    gone = make_user(school, Role.TEACHER, name="Gone Girl")
    Membership.objects.filter(user=gone).update(state="ended")
    away = make_user(school, Role.TEACHER, name="Sue Suspended")
    Membership.objects.filter(user=away).update(state="suspended")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Ada Head", "Gus Guardian", "Sue Suspended", "Tess Teacher", "Çağla Öğrenci"]),
        ("?role=teacher", ["Sue Suspended", "Tess Teacher"]),
        ("?role=instructor", ["Sue Suspended", "Tess Teacher"]),  # another word for it
        ("?role=admin", ["Ada Head"]),
        ("?role=parent", ["Gus Guardian"]),
        ("?q=tess", ["Tess Teacher"]),
        ("?q=TEACH", ["Tess Teacher"]),
        ("?q=cagla", ["Çağla Öğrenci"]),  # the user name
        ("?q=t@hill", ["Tess Teacher"]),  # the address
        ("?q=%25", []),
        ("?state=suspended", ["Sue Suspended"]),
        ("?state=ended", ["Gone Girl"]),
        ("?role=teacher&q=sue", ["Sue Suspended"]),
    ],
)
@pytest.mark.parametrize("path", [USERS, PROFILES])
def test_users_are_found(school, admin, path, query, found):
    people(school)
    people(make_school("Vale School"))

    assert names(admin.get(path + query)) == found


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?role=pupil", 422),
        ("?state=gone", 400),
        ("?page=2", 400),
        ("?limit=0", 400),
        ("?limit=201", 400),
        ("?cursor=x", 400),
    ],
)
def test_a_wrong_question_is_refused(admin, query, status):
    assert admin.get(USERS + query).status_code == status


def test_users_are_walked_page_by_page(school, admin):
    people(school)

    first = admin.get(f"{USERS}?limit=2&count=true").json()
    second = admin.get(f"{USERS}?limit=2&cursor={first['next']}").json()
    back = admin.get(f"{USERS}?limit=2&cursor={second['previous']}").json()

    assert (first["total"], first["previous"], len(second["items"])) == (5, None, 2)
    assert back["items"] == first["items"]


def test_a_user_never_shows_a_hash_or_another_school(school, admin):
    other = make_school("Vale School")
    tess = make_user(school, Role.TEACHER, name="Tess Teacher", username="tess")
    add_role(tess, other, Role.GUARDIAN)
    with in_school(other):
        tess.logins.create(school=other, username="secret-name")

    shown = admin.get(f"{USERS}{tess.pk}/")

    assert shown.json().keys() == {
        "id",
        "full_name",
        "first_name",
        "last_name",
        "preferred_name",
        "email",
        "username",
        "roles",
        "state",
        "is_active",
        "created_at",
        "memberships",
    }
    assert (shown.json()["roles"], shown.json()["username"]) == (["teacher"], "tess")
    for hidden in ("argon2", "guardian", "vale", "secret-name"):
        assert hidden not in shown.content.decode()


@db
def test_another_schools_user_is_not_found_through_any_door():
    school, other = make_school("Hill School"), make_school("Vale School")
    theirs = make_user(other, Role.TEACHER)
    admin = software(make_admin(school), school)
    membership = Membership.objects.get(user=theirs)

    answers = [
        admin.get(f"{USERS}{theirs.pk}/"),
        admin.send(f"{USERS}{theirs.pk}/", {"is_active": False}, method="patch"),
        admin.delete(f"{USERS}{theirs.pk}/"),
        admin.get(f"{PROFILES}{theirs.pk}/profile/"),
        admin.send(f"{PROFILES}{theirs.pk}/profile/", {"full_name": "X"}, method="patch"),
        admin.delete(f"{PROFILES}{theirs.pk}/profile/"),
        admin.send(MEMBERSHIPS, {"user": str(theirs.pk), "role": "teacher"}),
        admin.send(f"{MEMBERSHIPS}{membership.pk}/end/", {"reason": "x"}),
        admin.send(f"{MEMBERSHIPS}{membership.pk}/", {"reason": "x", "permission_sets": []}, method="patch"),
    ]

    assert [a.status_code for a in answers] == [404] * 9
    assert admin.get(f"{MEMBERSHIPS}?user={theirs.pk}").json()["items"] == []
    assert Membership.objects.get(user=theirs).state == "active"


def nobodies(school):
    """Everybody who does not list users, with the answer they get."""
    return {
        "a teacher": (software(make_teacher(school), school), 403),
        "a student": (software(make_user(school, Role.STUDENT), school), 403),
        "a guardian": (browser(make_user(school, Role.GUARDIAN), school), 403),
        "an applicant": (browser(make_user(school, Role.APPLICANT), school), 403),
        "a manager without the permission": (browser(make_manager(school, "Attendance"), school), 403),
        "somebody without a role": (browser(make_user(school), school), 403),
        "a key without the scope": (key_holder(school, "students:read"), 403),
        "a super admin": (browser(make_user(school, Role.SUPER_ADMIN), None), 403),
        "the public": (nobody(), 401),
    }


@pytest.mark.parametrize("path", [USERS, PROFILES, MEMBERSHIPS, "/api/v1/permission-sets/", "/api/v1/invitations/"])
def test_others_list_nobody(school, path):
    answers = {who: (client.get(path).status_code, status) for who, (client, status) in nobodies(school).items()}

    assert {who: got for who, (got, expected) in answers.items() if got != expected} == {}


@pytest.mark.parametrize("path", [USERS, MEMBERSHIPS])
def test_a_list_takes_the_same_statements_for_one_and_for_three(school, admin, path):
    for_one = statements_for(admin, path)
    people(school)

    assert statements_for(admin, path) == for_one
    assert len(admin.get(path).json()["items"]) > 3


def test_the_names_of_ones_own_people_are_corrected(school, admin):
    tess = make_user(school, Role.TEACHER, name="Tes Teacher")

    answer = admin.send(f"{USERS}{tess.pk}/", {"first_name": "Tess", "last_name": "Teacher"}, method="patch")

    assert (answer.status_code, answer.json()["full_name"]) == (200, "Tess Teacher")
    with in_school(school):
        entry = AuditEntry.objects.get(action="accounts.user.edit")
    assert entry.changes["full_name"] == ["Tes Teacher", "Tess Teacher"]


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (lambda user: f"{USERS}{user.pk}/", {"last_name": "Two"}),
        (lambda user: f"{PROFILES}{user.pk}/profile/", {"last_name": "Two"}),
        (lambda user: PROFILE, {"theme": "dark"}),
        (lambda user: "/api/v1/schools/current/", {"phone": "2"}),
    ],
    ids=["user", "admin's profile of a user", "own profile", "school"],
)
def test_a_change_meant_for_an_older_version_is_refused(school, admin, path, change):
    address = path(make_user(school, Role.TEACHER))
    tag = admin.get(address)["ETag"]
    unchanged = admin.get(address, headers={"If-None-Match": tag}).status_code

    first = admin.send(address, change, method="patch", **{"If-Match": tag})
    second = admin.send(address, change, method="patch", **{"If-Match": tag})
    third = admin.send(address, change, method="patch", **{"If-Match": first["ETag"]})

    assert [unchanged, first.status_code, second.status_code, third.status_code] == [304, 200, 412, 200]
    assert {name: second.json()["present"][name] for name in change} == change


def test_profiles_are_for_who_grants_roles_and_say_when_somebody_was_seen(school, admin):
    tess = make_user(school, Role.TEACHER, name="Tess Teacher", username="tess", email="tess@hill.example")
    software(tess, school)
    office = software(make_manager(school, "Office"), school)
    path = f"{PROFILES}{tess.pk}/profile/"

    assert [office.get(each).status_code for each in (PROFILES, path)] == [403, 403]
    assert office.send(path, {"preferred_name": "T"}, method="patch").status_code == 403
    assert admin.get(f"{PROFILES}?q=tess").json()["items"][0]["last_seen"] is not None
    moved = admin.send(path, {"email": "New@Hill.example"}, method="patch")
    assert (moved.status_code, moved.json()["email"]) == (200, "new@hill.example")
    verified = {row.address: row.verified_at is not None for row in tess.emails.all()}
    assert verified == {"tess@hill.example": True, "new@hill.example": False}
    for wrong in ({"email": "nobody"}, {"email": ""}, {"role": "manager"}):
        assert admin.send(path, wrong, method="patch").status_code == 422, wrong


def test_the_name_of_somebody_of_two_schools_is_their_own_affair(school, admin):
    tess = make_user(school, Role.TEACHER, name="Tess")
    add_role(tess, make_school("Vale School"), Role.GUARDIAN)

    answer = admin.send(f"{USERS}{tess.pk}/", {"full_name": "Tess Teacher"}, method="patch")

    assert (answer.status_code, answer.json()["code"]) == (409, "user_is_shared")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"email": "x@y.example"}, 422),  # an address is changed by its owner
        ({"password": "three grey geese"}, 422),
        ({"full_name": ""}, 422),
        ({"full_name": "x" * 201}, 422),
        ({"is_active": "maybe"}, 422),
        ({"role": "pupil"}, 422),
        ({"role": "guardian"}, 422),  # without a reason
        ({}, 200),
    ],
)
def test_what_cannot_be_changed_is_refused(school, admin, body, status):
    tess = make_user(school, Role.TEACHER)

    assert admin.send(f"{USERS}{tess.pk}/", body, method="patch").status_code == status
    assert list(Membership.objects.filter(user=tess).values_list("role", "state")) == [("teacher", "active")]


def test_somebody_kept_out_is_out_at_once_here_and_nowhere_else(school, admin):
    other = make_school("Vale School")
    tess = make_user(school, Role.TEACHER, username="tess")
    add_role(tess, other, Role.TEACHER)
    here, there = [browser(tess, school), software(tess, school)], software(tess, other)

    answer = admin.send(f"{USERS}{tess.pk}/", {"is_active": False, "reason": "Lost phone"}, method="patch")

    assert (answer.status_code, answer.json()["is_active"], answer.json()["state"]) == (200, False, "suspended")
    assert [client.get(PROFILE).status_code for client in [*here, there]] == [401, 401, 200]
    assert nobody().send("/api/v1/auth/login/", {"username": "tess", "password": PASSWORD}).status_code == 401
    with in_school(school):
        assert AuditEntry.objects.get(action="accounts.user.disable").reason == "Lost phone"
        assert Fact.objects.filter(type="accounts.user.disabled").count() == 1

    again = admin.send(f"{USERS}{tess.pk}/", {"is_active": True}, method="patch")

    assert again.json()["is_active"] is True
    assert nobody().send("/api/v1/auth/login/", {"username": "tess", "password": PASSWORD}).status_code == 200


def remove_by_user(admin, user, membership):
    return admin.delete(f"{USERS}{user.pk}/")


def remove_by_profile(admin, user, membership):
    return admin.send(f"{PROFILES}{user.pk}/profile/", {"reason": "Retired"}, method="delete")


def end_role(admin, user, membership):
    return admin.send(f"{MEMBERSHIPS}{membership.pk}/end/", {"reason": "Retired"})


def keep_out(admin, user, membership):
    return admin.send(f"{USERS}{user.pk}/", {"is_active": False}, method="patch")


def give_another_role(admin, user, membership):
    return admin.send(f"{PROFILES}{user.pk}/profile/", {"role": "teacher", "reason": "Retired"}, method="patch")


WAYS_OUT = [remove_by_user, remove_by_profile, end_role, keep_out, give_another_role]


@pytest.mark.parametrize("act", [remove_by_user, remove_by_profile, end_role])
def test_somebody_removed_is_gone_from_here(school, admin, act):
    tess = make_user(school, Role.TEACHER, name="Tess")
    client = software(tess, school)

    answer = act(admin, tess, Membership.objects.get(user=tess))

    assert answer.status_code in (200, 204)
    assert client.get(PROFILE).status_code == 401
    assert names(admin.get(USERS)) == ["Ada Head"]
    assert admin.get(f"{USERS}{tess.pk}/").json()["state"] == "ended"
    assert User.objects.get(pk=tess.pk).is_active
    with in_school(school):
        assert AuditEntry.objects.get(action="accounts.membership.end").reason in ("Retired", "no reason was given")


@pytest.mark.parametrize("act", WAYS_OUT)
def test_nobody_changes_their_own_roles(school, act):
    ada = make_admin(school)
    make_admin(school)

    answer = act(software(ada, school), ada, Membership.objects.get(user=ada))

    assert (answer.status_code, answer.json()["code"]) == (403, "own_role")
    assert Membership.objects.get(user=ada).state == "active"


@pytest.mark.parametrize(
    "act",
    [
        lambda user, actor: suspend_user(user.pk, actor=actor),
        lambda user, actor: remove_user(user.pk, reason="x", actor=actor),
        lambda user, actor: end_membership(Membership.objects.get(user=user).pk, reason="x", actor=actor),
        lambda user, actor: change_role(user.pk, Role.TEACHER, reason="x", actor=actor),
    ],
    ids=["suspend", "remove", "end", "change"],
)
@pytest.mark.parametrize(
    "others",
    [
        {"starts": "2026-11-23"},  # from Monday on
        {"ends": "2026-11-19"},  # until yesterday
        {"state": "suspended"},
        {"role": "teacher"},
    ],
    ids=str,
)
def test_a_school_keeps_an_admin_who_can_act_today(school, act, others):
    last = make_admin(school)
    Membership.objects.filter(user=make_admin(school)).update(**others)
    make_admin(make_school("Vale School"))

    with clock.frozen(NOW), in_school(school), pytest.raises(LastAdminError), transaction.atomic():
        act(last, system_actor(school.pk))

    assert Membership.objects.get(user=last).state == "active"


@pytest.mark.parametrize("act", [keep_out, remove_by_user, end_role, give_another_role])
def test_the_office_does_not_touch_admins_and_managers(school, act):
    office = software(make_manager(school, "Office"), school)
    for user in (make_admin(school), make_manager(school, "Attendance")):
        answer = act(office, user, Membership.objects.get(user=user))

        assert answer.status_code == 403
        assert Membership.objects.get(user=user).state == "active"


def test_the_office_keeps_teachers_out(school):
    office = software(make_manager(school, "Office"), school)
    tess = make_user(school, Role.TEACHER)

    answer = office.send(f"{USERS}{tess.pk}/", {"is_active": False}, method="patch")

    assert answer.status_code == 200


def test_a_role_is_changed_with_a_reason(school, admin):
    tess = make_user(school, Role.TEACHER)
    client = software(tess, school)

    answer = admin.send(f"{USERS}{tess.pk}/", {"role": "admin", "reason": "New deputy"}, method="patch")

    assert answer.json()["roles"] == ["school_admin"]
    assert client.get(PROFILE).json()["roles"] == ["school_admin"]


def test_one_more_role_is_given_once(school, admin):
    tess = make_user(school, Role.TEACHER)
    body = {"user": str(tess.pk), "role": "guardian"}

    answers = [admin.send(MEMBERSHIPS, body) for _ in range(2)]

    assert [a.status_code for a in answers] == [201, 409]
    assert answers[1].json()["code"] == "already_member"


def test_a_role_in_the_future_gives_nothing_yet(school, admin):
    tess = make_user(school, Role.TEACHER)
    with clock.frozen(NOW):
        first = software(tess, school)
        SignInSession.objects.update(expires_at=NOW + timedelta(days=9), idle_seconds=9 * 24 * 3600)
        software(make_admin(school), school).send(
            MEMBERSHIPS, {"user": str(tess.pk), "role": "guardian", "starts": "2026-11-23"}
        )
        today = first.get(PROFILE).json()["roles"]
        secret = browser(tess, school)
    with clock.frozen(NOW + timedelta(days=3)):
        monday = secret.get(PROFILE).json()["roles"]

    assert today == ["teacher"]
    assert monday == ["guardian", "teacher"]


def test_permission_sets_of_a_manager_are_changed_with_a_reason(school, admin):
    manager = make_manager(school, "Office")
    client = software(manager, school)
    membership = Membership.objects.get(user=manager)
    with in_school(school):
        attendance = str(PermissionSet.objects.get(name="Attendance").pk)
    before = client.get(USERS).status_code

    answers = [
        admin.send(f"{MEMBERSHIPS}{membership.pk}/", {"permission_sets": sets, "reason": reason}, method="patch")
        for sets, reason in (([attendance], ""), ([], "x"), ([str(membership.pk)], "x"), ([attendance], "New job"))
    ]

    assert [a.status_code for a in answers] == [422, 422, 422, 200]
    assert (before, client.get(USERS).status_code) == (200, 403)
    assert "attendance.take" in client.get(PROFILE).json()["permissions"]


def test_only_managers_have_permission_sets(school, admin):
    membership = Membership.objects.get(user=make_user(school, Role.TEACHER))
    with in_school(school):
        office = str(PermissionSet.objects.get(name="Office").pk)

    answer = admin.send(
        f"{MEMBERSHIPS}{membership.pk}/", {"permission_sets": [office], "reason": "x"}, method="patch"
    )  # fmt: skip

    assert answer.status_code == 422


def test_the_built_in_permission_sets_are_listed(school, admin):
    rows = admin.get("/api/v1/permission-sets/").json()["items"]

    assert [row["name"] for row in rows] == [
        "Admissions",
        "Admissions decisions",
        "Attendance",
        "Courses",
        "Cover",
        "Data protection",
        "Exams",
        "Finance",
        "Head of year",
        "Office",
        "Safeguarding lead",
        "Senior leader",
        "Timetable",
        "Website",
    ]
    assert "attendance.take" in rows[2]["permissions"]


def test_two_admins_who_remove_each_other_at_once_leave_one(fresh_database):
    school = make_school()
    admins = [make_admin(school), make_admin(school)]
    actors = [as_actor(user, school) for user in admins]
    memberships = [Membership.objects.get(user=user) for user in admins]
    together, outcomes = threading.Barrier(2), []

    def remove(number):
        try:
            with in_school(school):
                together.wait()
                end_membership(memberships[1 - number].pk, reason="Coup", actor=actors[number])
            outcomes.append("done")
        except LastAdminError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=remove, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(outcomes) == ["done", "last_admin"]
    assert Membership.objects.filter(role="school_admin", state="active").count() == 1


@db
def test_bearer_is_a_word_in_any_case():
    school = make_school()
    client = software(make_admin(school), school)
    token = client.defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")

    assert bearer(token).get(PROFILE, headers={"Authorization": f"bearer {token}"}).status_code == 200
