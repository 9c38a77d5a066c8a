"""Rooms and other places: who may know of them, who keeps them, and what stays."""

import pytest

from lyceum.core.permissions import Role
from lyceum.domains.academics.models import Location
from lyceum.domains.tenancy.models import School, SchoolHost
from lyceum.testing.clients import Caller, browser, nobody, software, stranger
from lyceum.testing.factories import (
    in_school,
    make_admin,
    make_class,
    make_manager,
    make_school,
    make_user,
)

pytestmark = pytest.mark.django_db
PLACES = "/api/v1/locations/"
HALL = {"name": "Hall", "address": "1 Hill Road", "map_link": "https://maps.example/hall", "capacity": 300}


@pytest.fixture
def school() -> School:
    make_school("Oak School")
    return make_school("Hill School")


@pytest.fixture
def admin(school: School) -> Caller:
    return software(make_admin(school), school)


def made(admin: Caller, **values: object) -> str:
    answer = admin.send(PLACES, {**HALL, **values})
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == f"{PLACES}{answer.json()['id']}/"
    return str(answer.json()["id"])


def names(caller: Caller) -> list[str]:
    answer = caller.get(PLACES)
    assert answer.status_code == 200, answer.content
    return [each["name"] for each in answer.json()["items"]]


def test_strangers_learn_of_the_public_places_of_the_school_whose_host_they_came_to(school, admin):
    hall = made(admin, is_public=True)
    room = made(admin, name="R1")

    assert names(stranger(school)) == ["Hall"]
    assert stranger(school).get(f"{PLACES}{hall}/").json() == {**HALL, "id": hall, "is_public": True, "active": True}
    assert stranger(school).get(f"{PLACES}{room}/").status_code == 404
    assert names(stranger(School.objects.get(name="Oak School"))) == []
    assert names(software(make_user(school, Role.APPLICANT), school)) == ["Hall"]
    assert names(admin) == ["Hall", "R1"]


def test_a_host_leads_to_a_school_once_it_is_verified(school, admin):
    made(admin, is_public=True)
    host = SchoolHost.objects.create(school=school, host="www.hill.example")
    caller = nobody(SERVER_NAME="www.hill.example")

    assert caller.get(PLACES).json()["code"] == "not_found"
    host.verified_at = school.created_at
    host.save()
    assert names(caller) == ["Hall"]
    assert nobody(SERVER_NAME="elsewhere.example").get(PLACES).status_code == 404


def test_the_only_school_answers_at_every_host_and_a_closed_one_says_so(school, admin):
    made(admin, is_public=True)
    School.objects.filter(name="Oak School").update(status="suspended")
    assert names(nobody()) == ["Hall"]

    School.objects.filter(pk=school.pk).update(status="suspended")
    assert stranger(school).get(PLACES).json()["code"] == "school_suspended"


def test_a_stranger_writes_nothing(school, admin):
    hall = made(admin, is_public=True)
    caller = stranger(school)

    for method, path in (("post", PLACES), ("patch", f"{PLACES}{hall}/"), ("delete", f"{PLACES}{hall}/")):
        assert caller.send(path, {"name": "Mine"}, method=method).status_code == 401


def test_a_retired_place_is_no_longer_public(school, admin):
    hall = made(admin, is_public=True)

    assert admin.send(f"{PLACES}{hall}/", {"active": False}, method="patch").status_code == 200

    assert names(stranger(school)) == []
    assert names(admin) == ["Hall"]


def test_forms_offer_the_rooms_in_use_and_the_one_that_was_chosen_before_it_retired(school, admin):
    hall, gym = made(admin), made(admin, name="Gym")
    made(admin, name="R1")
    form = make_class(school, "7A")
    with in_school(school):
        form.room_id = hall
        form.save()
    for place in (hall, gym):
        admin.send(f"{PLACES}{place}/", {"active": False}, method="patch")
    page = browser(make_admin(school), school)

    offered = {
        path: [name for name in ("Gym", "Hall", "R1") if f">{name}</option>" in page.get(path).content.decode()]
        for path in ("/classes/new/", f"/classes/{form.pk}/edit/", f"/classes/{form.pk}/lessons/")
    }

    assert list(offered.values()) == [["R1"], ["Hall", "R1"], ["R1"]]


def test_a_place_that_is_in_use_is_counted_and_kept(school, admin):
    hall = made(admin)
    form = make_class(school, "7A")
    with in_school(school):
        form.room_id = hall
        form.save()

    refused = admin.send(f"{PLACES}{hall}/", method="delete")
    assert (refused.status_code, refused.json()["code"]) == (409, "location_in_use")
    assert list(refused.json()["counts"].values()) == [1]
    with in_school(school):
        form.room_id = None
        form.save()
    assert admin.send(f"{PLACES}{hall}/", method="delete").status_code == 204
    with in_school(school):
        assert not Location.objects.exists()


@pytest.mark.parametrize(
    ("values", "status", "pointer"),
    [
        ({"name": " "}, 422, "/name"),
        ({"map_link": "http://maps.example"}, 422, "/map_link"),
        ({"map_link": "javascript:alert(1)"}, 422, "/map_link"),
        ({"map_link": "https://[maps"}, 422, "/map_link"),
        ({"capacity": 0}, 422, "/capacity"),
        ({"name": "R1"}, 409, None),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(admin, values, status, pointer):
    made(admin, name="R1")
    hall = made(admin)

    answer = admin.send(f"{PLACES}{hall}/", values, method="patch")

    assert answer.status_code == status
    assert [each["pointer"] for each in answer.json()["errors"]] == ([pointer] if pointer else [])
    assert admin.get(f"{PLACES}{hall}/").json()["name"] == "Hall"


def test_a_change_on_an_old_version_is_refused(admin):
    hall = made(admin)
    tag = admin.get(f"{PLACES}{hall}/")["ETag"]
    admin.send(f"{PLACES}{hall}/", {"capacity": 200}, method="patch")

    stale = admin.send(f"{PLACES}{hall}/", {"capacity": 100}, method="patch", **{"If-Match": tag})

    assert (stale.status_code, stale.json()["code"]) == (412, "version_conflict")


def test_the_office_keeps_places_on_its_pages(school, admin):
    office = browser(make_manager(school, "Office"), school)
    office.post("/settings/rooms/", {"name": "Hall", "capacity": "300"})
    with in_school(school):
        page = f"/settings/rooms/{Location.objects.get().pk}/"
    form = {"act": "edit", "name": "Great hall", "is_public": "1", "active": "1", "map_link": "ftp://x"}

    wrong = office.post(page, form)
    assert wrong.status_code == 422
    assert 'value="Great hall"' in wrong.content.decode()
    assert office.post(page, form | {"map_link": ""}).status_code == 302
    assert names(stranger(school)) == ["Great hall"]
    assert office.post(page, {"act": "delete"}).status_code == 302
    assert names(admin) == []
