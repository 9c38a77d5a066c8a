"""The school, its team, partners and alumni over REST: who reads, who writes, and what nobody else sees."""

import pytest

from lyceum.core.permissions import Role
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import Caller, browser, software, statements_for, stranger
from lyceum.testing.factories import make_manager, make_teacher, make_user

pytestmark = pytest.mark.django_db
API = "/api/v1/"
MEMBER = {"name": "Ada Lovelace", "role": "Head", "bio": "Counts.", "order": 2}
PARTNER = {"name": "Town library", "url": "https://library.example", "kind": "Library"}
ALUMNUS = {"name": "Alan Turing", "leaving_year": 1930, "headline": "Breaks codes", "status": "published"}
KINDS = {
    "team-members/": (MEMBER, {"role": "Deputy"}),
    "partners/": (PARTNER, {"kind": "Neighbour"}),
    "alumni/": (ALUMNUS | {"consent_by": "Alan Turing"}, {"headline": "Runs"}),
}


def made(admin: Caller, path: str, **values: object) -> str:
    answer = admin.send(f"{API}{path}", {**KINDS[path][0], **values})
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == f"{API}{path}{answer.json()['id']}/"
    return str(answer.json()["id"])


def names(caller: Caller, path: str) -> list[str]:
    answer = caller.get(f"{API}{path}")
    assert answer.status_code == 200, answer.content
    return [each["name"] for each in answer.json()["items"]]


@pytest.mark.parametrize("path", KINDS)
def test_everybody_reads_what_is_published_and_only_admins_write(school, admin, path):
    row = made(admin, path)
    whole, some = KINDS[path]
    one = f"{API}{path}{row}/"
    others = [
        stranger(school),
        software(make_user(school, Role.STUDENT), school),
        software(make_teacher(school), school),
        software(make_manager(school, "Office"), school),
    ]

    for caller in others:
        assert names(caller, path) == [whole["name"]]
        assert caller.get(one).json()["id"] == row
        tried = [
            caller.send(f"{API}{path}", whole | {"name": "Mine"}),
            caller.send(one, whole, method="put"),
            caller.send(one, some, method="patch"),
            caller.send(one, method="delete"),
        ]
        assert {answer.status_code for answer in tried} == {401 if caller is others[0] else 403}
    assert admin.send(one, some, method="patch").json() | some == admin.get(one).json()
    assert admin.send(one, whole, method="put").json()["name"] == whole["name"]
    assert admin.send(one, method="delete").status_code == 204
    assert names(stranger(school), path) == []


@pytest.mark.parametrize("path", KINDS)
def test_another_school_knows_nothing_of_it(school, admin, path):
    one = f"{API}{path}{made(admin, path)}/"
    oak = School.objects.get(name="Oak School")

    assert names(stranger(oak), path) == []
    assert stranger(oak).get(one).status_code == 404


@pytest.mark.parametrize("path", ["team-members/", "partners/"])
def test_what_is_not_published_is_for_the_editors(school, admin, path):
    row = made(admin, path, is_published=False)

    assert names(stranger(school), path) == []
    assert stranger(school).get(f"{API}{path}{row}/").status_code == 404
    assert names(software(make_manager(school, "Website"), school), path) == [KINDS[path][0]["name"]]


@pytest.mark.parametrize("path", KINDS)
def test_a_list_takes_as_many_statements_for_three_as_for_one(school, admin, path):
    made(admin, path)
    few = statements_for(stranger(school), f"{API}{path}")
    made(admin, path, name="B")
    made(admin, path, name="C")

    assert statements_for(stranger(school), f"{API}{path}") == few


def test_about_us_is_read_whole_and_its_values_are_replaced_in_order(school, admin):
    about = {"title": "About us", "description": "A school.", "mission": "To teach.", "vision": "All learn."}
    values = [{"title": "Kindness", "description": ""}, {"title": "Work", "description": "Every day."}]
    made(admin, "team-members/")

    answer = admin.send(f"{API}about-us/", about | {"core_values": values}, method="patch")
    again = admin.send(f"{API}about-us/", {"core_values": values[::-1]}, method="patch")

    assert answer.json() | about == answer.json()
    assert again.json()["core_values"] == values[::-1]
    seen = stranger(school).get(f"{API}about-us/").json()
    assert (seen["title"], [each["name"] for each in seen["team_members"]]) == ("About us", ["Ada Lovelace"])
    assert seen["id"] == seen["team_members"][0]["about_us_id"]
    assert stranger(school).send(f"{API}about-us/", about, method="patch").status_code == 401
    tag = admin.get(f"{API}about-us/")["ETag"]
    admin.send(f"{API}about-us/", {"title": "Us"}, method="patch")
    stale = admin.send(f"{API}about-us/", {"title": "We"}, method="patch", **{"If-Match": tag})
    assert (stale.status_code, stale.json()["code"]) == (412, "version_conflict")


def test_the_team_is_shown_in_its_order(school, admin):
    made(admin, "team-members/", name="Zoe", order=1)
    made(admin, "team-members/", name="Bob", order=2)
    made(admin, "team-members/", name="Ada", order=2)

    assert names(stranger(school), "team-members/") == ["Zoe", "Ada", "Bob"]


@pytest.mark.parametrize(
    ("path", "values", "status", "pointer"),
    [
        ("team-members/", {"name": " "}, 422, "/name"),
        ("team-members/", {"links": ["javascript:alert(1)"]}, 422, "/links"),
        ("team-members/", {"photo": "00000000-0000-7000-8000-000000000000"}, 422, "/photo"),
        ("team-members/", {"about_us_id": "00000000-0000-7000-8000-000000000000"}, 422, "/about_us_id"),
        ("partners/", {"url": "http://plain.example"}, 422, "/url"),
        ("partners/", {"url": "https://[x"}, 422, "/url"),
        ("alumni/", {"leaving_year": 12}, 422, "/leaving_year"),
        ("alumni/", {"status": "famous"}, 422, "/status"),
        ("alumni/", {"student": "00000000-0000-7000-8000-000000000000"}, 422, "/student"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(admin, path, values, status, pointer):
    one = f"{API}{path}{made(admin, path)}/"

    answer = admin.send(one, values, method="patch")

    assert answer.status_code == status, answer.content
    assert [each["pointer"].removeprefix("/body") for each in answer.json()["errors"]] == [pointer]


def test_a_partner_is_named_once(admin):
    made(admin, "partners/")

    answer = admin.send(f"{API}partners/", PARTNER)

    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")


def test_nobody_is_shown_among_the_alumni_without_consent(school, admin):
    refused = admin.send(f"{API}alumni/", ALUMNUS)
    assert (refused.status_code, refused.json()["code"]) == (409, "consent_required")
    row = made(admin, "alumni/", status="draft")
    assert names(stranger(school), "alumni/") == []

    admin.send(f"{API}alumni/{row}/", {"status": "published"}, method="patch")
    assert names(stranger(school), "alumni/") == ["Alan Turing"]
    withdrawn = admin.send(f"{API}alumni/{row}/", {"consent_by": ""}, method="patch").json()

    assert (withdrawn["status"], withdrawn["consent_at"]) == ("hidden", None)
    assert names(stranger(school), "alumni/") == []


def test_mentors_are_found(school, admin):
    made(admin, "alumni/", is_mentor=True, mentor_topics=["Maths"], mentor_places=2)
    made(admin, "alumni/", name="Nobody's Mentor")

    assert names(stranger(school), "alumni/?mentors=true") == ["Alan Turing"]
    assert names(stranger(school), "alumni/?mentors=false") == ["Nobody's Mentor"]


def test_a_cookie_writes_only_with_proof(school):
    office = browser(make_manager(school, "Website"), school)
    office.demand_proof()

    assert office.send(f"{API}partners/", PARTNER).json()["code"] == "csrf_failed"
