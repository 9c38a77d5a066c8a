"""The REST door: take a file in, look at it row by row, apply it, take it back; and who may."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from procrastinate.contrib.django import app

from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import User
from lyceum.domains.exchange.models import ImportRun
from lyceum.domains.exchange.tests.bringing import (
    SDS_2,
    TWO_DOT_ONE,
    dump,
    oneroster,
    people_in,
    preview,
    text_of,
    without,
    zip_of,
)
from lyceum.testing.clients import Caller, key_holder, nobody, software
from lyceum.testing.factories import (
    account_for,
    in_school,
    make_admin,
    make_school,
    make_student,
    make_teacher,
    make_year,
)

pytestmark = pytest.mark.django_db
IMPORTS = "/api/v1/imports/"
PEOPLE = {"students": 3, "staff": 1, "classes": 2, "members": 5, "teachers": 2, "guardians": 2}


def upload(client: Caller, content: bytes, name: str = "oneroster.zip"):
    """Send a file as a form does."""
    return client.post(IMPORTS, {"file": SimpleUploadedFile(name, content)})


def work() -> list[str]:
    """Do the jobs that wait, as a worker does; returns their names."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id")
        jobs = cursor.fetchall()
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = ANY(%s)", [[job[0] for job in jobs]])
    for _, name, arguments in jobs:
        app.tasks[name](**json.loads(arguments))
    return [name for _, name, _ in jobs]


def test_set_is_taken_in_looked_at_applied_and_rolled_back():
    school = make_school("Hill School")
    admin = software(make_admin(school), school)
    before = dump(school)

    made = upload(admin, oneroster().getvalue())
    here = f"{IMPORTS}{made.json()['id']}/"
    asked = admin.send(here + "preview/")
    looked = [work(), admin.get(here).json()]
    applying = admin.send(here + "apply/")
    applied = [work(), admin.get(here).json()]
    people, again = people_in(school), admin.send(here + "apply/")
    undoing = admin.send(here + "rollback/")
    undone = [work(), admin.get(here).json()]

    assert (made.status_code, made.json()["kind"], made.json()["state"]) == (201, "oneroster", "uploaded")
    assert (asked.status_code, asked.json()["job_state"]) == (202, "queued")
    assert (looked[0], looked[1]["state"], looked[1]["job_state"]) == (["exchange.preview"], "previewed", "succeeded")
    assert looked[1]["counts"]["student"] == {"create": 3}
    assert (applying.status_code, applying.json()["state"]) == (202, "applying")
    assert (applied[0], applied[1]["state"], applied[1]["progress"]) == (["exchange.apply"], "applied", 100)
    assert people == PEOPLE
    assert (again.status_code, again.json()["code"]) == (409, "already_applied")
    assert undoing.status_code == 202
    assert (undone[0], undone[1]["state"]) == (["exchange.roll_back"], "rolled_back")
    assert dump(school) == before


def test_rows_of_a_preview_are_paged_and_filtered_with_the_wrong_ones_first():
    school = make_school()
    make_year(school)
    admin = software(make_admin(school), school)
    rows = [["1", "Ada King", ""], ["2", "Ben King", "soon"], ["3", "Cleo Park", ""]]
    run = preview(school, text_of(["Adno", "Name", "DOB"], *rows))
    here = f"{IMPORTS}{run.pk}/preview/"

    walked, address = [], f"{here}?limit=1&count=true"
    while address:
        page = admin.get(address).json()
        walked += [(row["line"], row["kind"], row["action"]) for row in page["items"]]
        address = f"{here}?limit=1&count=true&cursor={page['next']}" if page["next"] else ""
    wrong = admin.get(here + "?action=error").json()["items"]

    assert page["total"] == 4
    assert walked == [(3, "student", "error"), (2, "student", "create"), (4, "student", "create"), (0, "year", "skip")]
    assert [(row["line"], row["troubles"][0][:2]) for row in wrong] == [(3, ["DOB", "date_unreadable"])]
    assert [row["key"] for row in admin.get(here + "?action=create&kind=student").json()["items"]] == ["1", "3"]
    assert admin.get(here + "?action=explode").status_code == 400


def test_school_of_the_file_is_chosen_over_rest():
    school = make_school()
    admin = software(make_admin(school), school)
    tables = {path.name: path.read_bytes() for path in SDS_2.glob("*.csv")}
    here = f"{IMPORTS}{upload(admin, zip_of(tables).getvalue()).json()['id']}/"

    admin.send(here + "preview/")
    work()
    refused = admin.get(here).json()
    admin.send(here + "mapping/", {"orgs": [TWO_DOT_ONE]}, method="put")
    admin.send(here + "preview/")
    work()

    assert (refused["state"], refused["job_state"]) == ("mapped", "failed")
    assert refused["trouble"].startswith("The file holds 2 schools.")
    assert admin.get(here).json()["counts"]["student"] == {"create": 3}


def test_too_many_removals_are_refused_until_they_are_allowed():
    school = make_school("Hill School")
    admin = software(make_admin(school), school)

    def bring(content: bytes) -> str:
        here = f"{IMPORTS}{upload(admin, content).json()['id']}/"
        admin.send(here + "preview/")
        work()
        return here

    admin.send(bring(oneroster().getvalue()) + "apply/")
    work()
    smaller = {name: without(name, "s3", "e3") for name in ("users", "enrollments", "demographics")}
    here = bring(oneroster(**smaller).getvalue())

    refused = admin.send(here + "apply/")
    allowed = admin.send(here + "apply/", {"allow_removals": 2})

    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_removals")
    assert (allowed.status_code, work()) == (202, ["exchange.apply"])
    assert admin.get(here).json()["state"] == "applied"


@pytest.mark.parametrize(
    ("content", "name", "status", "code"),
    [
        (b"Adno,Name\n", "list.csv", 422, "file_empty"),
        (b"%PDF-1.7 something", "list.csv", 415, "file_type"),
        (zip_of({"../users.csv": "Id\n1\n"}).getvalue(), "set.zip", 422, "file_unsafe"),
        (zip_of({"users.csv": "Id\n1\n", "orgs.csv": "Id\n1\n"}).getvalue(), "set.zip", 422, "file_missing"),
        (b"Id,Name\n1,\x81\x8d\n", "list.csv", 422, "encoding_unreadable"),
    ],
)
def test_file_that_cannot_be_taken_in_is_refused_with_a_code(content: bytes, name: str, status: int, code: str):
    school = make_school()
    admin = software(make_admin(school), school)

    answer = upload(admin, content, name)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert admin.get(IMPORTS).json()["items"] == []


def test_only_those_who_may_run_imports_come_through():
    school = make_school()
    make_year(school)
    run = preview(school, text_of(["Adno", "Name"], ["1", "Ada King"]))
    callers = {
        "nobody": nobody(),
        "teacher": software(make_teacher(school), school),
        "student": software(account_for(make_student(school).person, Role.STUDENT), school),
    }

    answers = {
        who: [
            upload(client, b"Adno,Name\n2,Ben King\n", "list.csv").status_code,
            client.get(IMPORTS).status_code,
            client.get(f"{IMPORTS}{run.pk}/preview/").status_code,
            client.get(f"{IMPORTS}{run.pk}/errors.csv").status_code,
            client.send(f"{IMPORTS}{run.pk}/apply/").status_code,
            client.send(f"{IMPORTS}{run.pk}/rollback/").status_code,
        ]
        for who, client in callers.items()
    }

    assert answers == {"nobody": [401] * 6, "teacher": [403] * 6, "student": [403] * 6}
    with in_school(school):
        assert list(ImportRun.objects.values_list("pk", "state")) == [(run.pk, "previewed")]


def test_import_of_another_school_is_unknown_to_its_admin():
    school, other = make_school("Hill School"), make_school("Vale School")
    make_year(other)
    run = preview(other, text_of(["Adno", "Name"], ["1", "Ada King"]))
    admin = software(make_admin(school), school)
    here = f"{IMPORTS}{run.pk}/"

    answers = [
        admin.get(here),
        admin.get(here + "preview/"),
        admin.get(here + "errors.csv"),
        admin.send(here + "mapping/", {"duplicates": "new"}, method="put"),
        *[admin.send(here + act) for act in ("preview/", "apply/", "cancel/", "rollback/")],
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 8
    assert admin.get(IMPORTS).json()["items"] == []
    assert work() == []


def test_key_that_may_preview_may_not_apply():
    school = make_school("Hill School")
    writer = key_holder(school, "imports:write")
    here = f"{IMPORTS}{upload(writer, oneroster().getvalue()).json()['id']}/"
    writer.send(here + "preview/")
    work()

    refused = writer.send(here + "apply/")

    assert writer.get(here).json()["state"] == "previewed"
    assert (refused.status_code, work(), people_in(school)["students"]) == (403, [], 0)


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_imports_takes_the_same_statements_for_one_and_three(count: int, django_assert_num_queries):
    school = make_school()
    make_year(school)
    admin = software(make_admin(school), school)
    for _ in range(count):
        preview(school, text_of(["Adno", "Name"], ["1", "Ada King"]))
    admin.get(IMPORTS)

    with django_assert_num_queries(3):
        listed = admin.get(IMPORTS).json()["items"]

    assert len(listed) == count


def test_the_rows_of_a_preview_are_told_in_the_language_of_whoever_asked():
    """The worker speaks it too, though nobody asks it for anything."""
    school = make_school()
    make_year(school)
    admin = make_admin(school)
    User.objects.filter(pk=admin.pk).update(locale="fr")
    client = software(admin, school)

    run = upload(client, b"Name,Form,Birth date\nAnna Lee,7A,31/31/2011\n", "list.csv").json()
    client.send(f"{IMPORTS}{run['id']}/preview/")
    work()

    wrong = client.get(f"{IMPORTS}{run['id']}/preview/?action=error").json()["items"][0]
    assert wrong["troubles"][0][2].startswith("«\u00a031/31/2011\u00a0» n’est pas une date.")
