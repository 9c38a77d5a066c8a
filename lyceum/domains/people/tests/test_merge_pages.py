"""Finding doubles, merging and parting by page, REST and command; the timeline of both."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from lyceum.core import clock
from lyceum.domains.people.models import Merge, Student, ToldApart
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import NOW, in_school, make_manager, make_school, make_student

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def setting():
    school = make_school()
    born = NOW.date().replace(year=2014)
    kept = make_student(school, name="Anna Smith", birth_date=born)
    twin = make_student(school, name="Ana Smith", birth_date=born)
    return school, kept, twin, make_manager(school, "Office")


def by_page(school, office, kept, twin):
    client = browser(office, school)
    path = f"/people/duplicates/{kept.person_id}/{twin.person_id}/"
    assert "Ana Smith" in client.get(path).content.decode()
    answer = client.post(path, {"act": "merge", "keep": "one"})
    assert answer["Location"] == f"/students/{kept.pk}/"
    with in_school(school):
        merge = Merge.objects.get()
    assert f"/people/merges/{merge.pk}/undo/" in client.get(answer["Location"]).content.decode()  # the toast
    client.post(f"/people/merges/{merge.pk}/undo/")
    return merge


def by_rest(school, office, kept, twin):
    client, path = software(office, school), f"/api/v1/students/{kept.pk}/merge/"
    preview = client.send(path, {"other": str(twin.pk)}).json()
    assert (preview["clashes"], preview["kept"]) == ([], str(kept.pk))
    made = client.send(path, {"other": str(twin.pk), "apply": True})
    assert (made.status_code, client.get("/api/v1/merges/").json()["items"][0]["id"]) == (201, made.json()["id"])
    client.send(f"/api/v1/merges/{made.json()['id']}/undo/")
    with in_school(school):
        return Merge.objects.get()


@pytest.mark.parametrize("door", [by_page, by_rest])
def test_two_become_one_and_two_again(door):
    school, kept, twin, office = setting()

    merge = door(school, office, kept, twin)

    with in_school(school):
        merge.refresh_from_db()
        assert (merge.kept_student, merge.merged_student, merge.undone_at) == (kept.pk, twin.pk, NOW)
        assert Student.objects.count() == 2


def test_the_other_one_may_stay_instead():
    school, kept, twin, office = setting()
    path = f"/people/duplicates/{kept.person_id}/{twin.person_id}/"

    browser(office, school).post(path, {"act": "merge", "keep": "other"})

    with in_school(school):
        assert Student.objects.get().pk == twin.pk


def test_two_people_are_told_apart_by_one_tap():
    school, kept, twin, office = setting()
    client, path = browser(office, school), f"/people/duplicates/{kept.person_id}/{twin.person_id}/"

    listed = client.get("/people/duplicates/").content.decode()
    client.post(path, {"act": "apart"})
    after = client.get("/people/duplicates/").content.decode()

    assert (path in listed, path in after) == (True, False)
    with in_school(school):
        assert ToldApart.objects.count() == 1


def test_the_other_record_is_found_from_the_students_page():
    school, kept, twin, office = setting()

    page = browser(office, school).get(f"/students/{kept.pk}/merge/").content.decode()

    assert f"/people/duplicates/{kept.person_id}/{twin.person_id}/" in page


@pytest.mark.parametrize("path", ["/people/duplicates/", "/people/merges/", "/students/{kept}/timeline/"])
def test_lists_take_as_many_statements_for_three_as_for_one(path):
    school, kept, twin, office = setting()
    client, path = browser(office, school), path.format(kept=kept.pk)
    merge_by_rest(school, office, kept, make_student(school, name="Somebody"))
    one = statements_for(client, path)
    for name in ("Anna Smithe", "Annah Smith", "Else"):
        make_student(school, name=name, birth_date=twin.person.birth_date)
        merge_by_rest(school, office, kept, make_student(school, name="Somebody"))

    assert statements_for(client, path) == one


def merge_by_rest(school, office, kept, other):
    body = {"other": str(other.pk), "apply": True}
    return software(office, school).send(f"/api/v1/students/{kept.pk}/merge/", body).json()


def test_the_timeline_tells_of_both_records_once_they_are_one():
    school, kept, twin, office = setting()
    client, path = software(office, school), f"/api/v1/students/{kept.pk}/timeline/"
    client.send(f"/api/v1/students/{twin.pk}/", {"gender": "f"}, method="patch")
    before = [moment["action"] for moment in client.get(path).json()["items"]]
    merge = merge_by_rest(school, office, kept, twin)
    between = [moment["action"] for moment in client.get(path).json()["items"]]
    client.send(f"/api/v1/merges/{merge['id']}/undo/")

    assert before == ["people.student.create"]
    assert between[0] == "people.student.merge"
    assert "people.student.edit" in between
    assert next(m["words"] for m in client.get(path).json()["items"]) == "Two records again"
    assert "people.student.edit" not in [m["action"] for m in client.get(path).json()["items"]]


def test_the_command_lists_pairs():
    school, kept, twin, _office = setting()
    out = StringIO()

    call_command("people", "duplicates", "--school", school.slug, "--json", stdout=out)

    (pair,) = json.loads(out.getvalue())["pairs"]
    assert (pair["one"], pair["other"], pair["why"]) == (str(kept.person_id), str(twin.person_id), "birth")
