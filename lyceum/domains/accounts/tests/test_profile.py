"""One's own account, and the school's policy as everybody may read it."""

import pytest

from lyceum.core.permissions import POLICY, Role
from lyceum.domains.accounts.models import User
from lyceum.domains.journal.models import AuditEntry, OperatorEntry
from lyceum.testing.clients import browser, nobody, software, statements_for
from lyceum.testing.factories import add_role, in_school, make_admin, make_manager, make_school, make_teacher, make_user

pytestmark = pytest.mark.django_db
PROFILE = "/api/v1/profile/"


def test_a_profile_says_who_one_is_and_what_one_may_do_here():
    school, other = make_school("Hill School"), make_school("Vale School")
    tess = make_teacher(school, name="Tess Teacher", username="tess", email="tess@hill.example")
    add_role(tess, other, Role.GUARDIAN)

    profile = software(tess, school).get(PROFILE).json()

    assert (profile["full_name"], profile["username"], profile["email"]) == (
        "Tess Teacher",
        "tess",
        "tess@hill.example",
    )
    assert (profile["school"]["slug"], profile["roles"]) == ("hill-school", ["teacher"])
    assert {"attendance.take", "profile.edit"} <= set(profile["permissions"])
    assert "users.list" not in profile["permissions"]
    assert profile["memberships"] == [
        {"school": {"slug": "hill-school", "name": "Hill School"}, "role": "teacher"},
        {"school": {"slug": "vale-school", "name": "Vale School"}, "role": "guardian"},
    ]


@pytest.mark.parametrize(
    ("body", "full_name"),
    [
        ({"first_name": "Tess", "last_name": "Teacher"}, "Tess Teacher"),
        ({"first_name": " Tess ", "last_name": None}, "Tess"),
        ({"full_name": "Zoë  Ångström"}, "Zoë Ångström"),
        ({"full_name": "王小明", "first_name": "小明"}, "王小明"),
    ],
)
def test_names_are_kept_as_written(body, full_name):
    school = make_school()

    answer = software(make_teacher(school), school).send(PROFILE, body, method="patch")

    assert (answer.status_code, answer.json()["full_name"]) == (200, full_name)


@pytest.mark.parametrize(
    "body",
    [
        {"role": "school_admin"},
        {"roles": []},
        {"email": "x@y.example"},
        {"id": "01a1f992-fea9-7315-be4f-185137e0892b"},
        {"full_name": " "},
        {"full_name": "x" * 300},
        {"preferred_name": "x" * 150},
        {"theme": "pink"},
        {"locale": "Klingon!"},
        {"password": "three grey geese grazing"},
    ],
)
def test_what_one_may_not_change_is_refused(body):
    school = make_school()
    tess = make_teacher(school, name="Tess")

    answer = software(tess, school).send(PROFILE, body, method="patch")

    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == [f"/{next(iter(body))}"]
    assert User.objects.get(pk=tess.pk).full_name == "Tess"


def test_a_change_is_recorded_once_and_no_change_is_not():
    school = make_school()
    client = software(make_teacher(school), school)

    for _ in range(2):
        client.send(PROFILE, {"theme": "dark"}, method="patch")

    with in_school(school):
        assert [e.changes for e in AuditEntry.objects.filter(action="accounts.profile.edit")] == [
            {"theme": ["system", "dark"]}
        ]


def test_somebody_without_a_school_has_a_profile_too():
    school = make_school()
    operator = make_user(school)
    operator.memberships.create(role="super_admin", starts="2020-01-01")
    client = browser(operator, None)

    answer = client.send(PROFILE, {"theme": "dark"}, method="patch")

    assert (answer.status_code, answer.json()["school"], answer.json()["roles"]) == (200, None, ["super_admin"])
    assert OperatorEntry.objects.filter(action="accounts.profile.edit", actor_id=operator.pk).count() == 1


def test_a_profile_takes_the_same_statements_for_one_role_and_for_three():
    school = make_school()
    tess = make_teacher(school)
    client = software(tess, school)
    for_one = statements_for(client, PROFILE)
    for name in ("Vale School", "Dale School"):
        add_role(tess, make_school(name), Role.GUARDIAN)

    assert statements_for(client, PROFILE) == for_one
    assert len(client.get(PROFILE).json()["memberships"]) == 3


def test_everybody_may_read_who_may_do_what():
    table = nobody().get("/api/v1/policy/").json()

    assert [row["permission"] for row in table["rows"]] == [permission.value for permission in POLICY]
    assert table["roles"] == [*(role.value for role in Role), "public"]
    keys = next(row for row in table["rows"] if row["permission"] == "keys.edit")
    assert keys["reach"] == {role: "Y" if role == "school_admin" else "—" for role in table["roles"]}
    assert keys["scope"] is None
    assert set(table["letters"]) >= {letter for row in table["rows"] for letter in row["reach"].values()}


def trail(client, query=""):
    answer = client.get(f"/api/v1/audit/{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()["items"]


def test_the_trail_is_read_by_admins_and_data_protection():
    school = make_school()
    readers = [make_admin(school), make_manager(school, "Data protection")]
    others = [make_teacher(school), make_manager(school, "Office"), make_user(school, Role.GUARDIAN)]

    statuses = [software(user, school).get("/api/v1/audit/").status_code for user in [*readers, *others]]

    assert statuses == [200, 200, 403, 403, 403]


def test_the_trail_is_filtered_and_walked():
    school, other = make_school("Hill School"), make_school("Vale School")
    ada = make_admin(school)
    client = software(ada, school)
    client.send(PROFILE, {"theme": "dark"}, method="patch")
    client.send(PROFILE, {"pronouns": "she/her"}, method="patch")
    software(make_teacher(school), school).get("/api/v1/users/")
    make_admin(other)

    edits = trail(client, "?action=accounts.profile.edit")
    refused = trail(client, "?outcome=refused")
    mine = trail(client, f"?actor={ada.pk}")
    provisioned = trail(client, "?action=tenancy.")
    first = client.get("/api/v1/audit/?limit=2").json()
    second = trail(client, f"?limit=2&cursor={first['next']}")

    assert [e["changes"] for e in edits] == [{"pronouns": ["", "she/her"]}, {"theme": ["system", "dark"]}]
    assert [(e["action"], e["target_id"]) for e in refused] == [("access.refuse", "users.list")]
    assert {e["action"] for e in mine} == {"accounts.profile.edit"}
    assert [e["target_name"] for e in provisioned] == ["Hill School"]
    assert not {e["id"] for e in first["items"]} & {e["id"] for e in second}


@pytest.mark.parametrize("query", ["?outcome=maybe", "?actor=me", "?since=yesterday", "?action=%00", "?who=me"])
def test_a_wrong_question_about_the_trail_is_refused(query):
    school = make_school()

    assert software(make_admin(school), school).get(f"/api/v1/audit/{query}").status_code == 400


def test_the_trail_takes_the_same_statements_for_one_and_for_three():
    school = make_school()
    client = software(make_admin(school), school)
    for_few = statements_for(client, "/api/v1/audit/?limit=1")

    assert statements_for(client, "/api/v1/audit/?limit=3") == for_few
