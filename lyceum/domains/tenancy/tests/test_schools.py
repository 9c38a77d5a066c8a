"""Making schools and what they say about themselves."""

import pytest

from lyceum.core import clock
from lyceum.core.actor import Via, public_actor, system_actor
from lyceum.core.errors import InvalidError, NotAllowedError, NotFoundError
from lyceum.core.permissions import Role
from lyceum.core.schools import find_current_school
from lyceum.domains.journal.models import AuditEntry, Fact, OperatorEntry
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import find_school_name, get_school, this_school, time_zone, today
from lyceum.domains.tenancy.rules import SchoolRestrictedError, edit_school, free_slug, provision_school
from lyceum.testing.clients import browser, key_holder, nobody, software, statements_for
from lyceum.testing.factories import (
    NOW,
    as_actor,
    in_school,
    make_admin,
    make_manager,
    make_school,
    make_teacher,
    make_user,
)

pytestmark = pytest.mark.django_db
CURRENT = "/api/v1/schools/current/"


@pytest.mark.parametrize(
    ("name", "slugs"),
    [
        ("Hill School", ["hill-school", "hill-school-2", "hill-school-3"]),
        ("École Saint-Éxupéry", ["ecole-saint-exupery", "ecole-saint-exupery-2"]),
        ("مدرسة", ["school", "school-2"]),  # no letter of it fits an address
        ("A1", ["school-a1"]),
        ("x" * 100, ["x" * 36, "x" * 36 + "-2"]),
    ],
)
def test_slugs_are_made_of_names(name, slugs):
    assert [make_school(name).slug for _ in slugs] == slugs


def test_a_taken_slug_gets_the_next_number():
    make_school("Hill School")
    make_school("Hill School 3")

    assert free_slug("hill-school") == "hill-school-2"
    assert make_school("Other", slug="hill-school").slug == "hill-school-2"


def test_a_school_is_made_from_within_another():
    first = make_school("Hill School")

    with in_school(first):
        made = provision_school(name="Vale School", actor=system_actor(first.pk))
        inside = (find_current_school(), this_school(), AuditEntry.objects.filter(target_name="Vale School").count())

    assert inside == (first.pk, first, 0)
    with in_school(made):
        assert AuditEntry.objects.get(action="tenancy.school.provision").target_name == "Vale School"
        assert Fact.objects.get(type="tenancy.school.provisioned").payload == {"country": "GB"}
    assert OperatorEntry.objects.get(target_name="Vale School").school_id == made.pk


def test_a_school_that_cannot_be_made_leaves_the_other_in_scope():
    first = make_school("Hill School")

    with in_school(first), pytest.raises(InvalidError):
        provision_school(name="Vale School", country="Atlantis", actor=public_actor(Via.COMMAND))
    with in_school(first):
        assert this_school() == first

    assert School.objects.count() == 1


def test_the_day_is_the_schools_own():
    bay, hill = make_school("Bay School", time_zone="Pacific/Auckland"), make_school("Hill School")

    with clock.frozen(NOW.replace(hour=20)):
        days = []
        for school in (bay, hill):
            with in_school(school):
                days.append((time_zone(), str(today())))

    assert days == [("Pacific/Auckland", "2026-11-21"), ("Europe/London", "2026-11-20")]


def test_a_changed_time_zone_holds_at_once():
    school = make_school()
    actor = as_actor(make_admin(school), school)

    with in_school(school):
        before = time_zone()
        edit_school(values={"time_zone": "Asia/Tokyo"}, actor=actor)
        after = time_zone()

    assert (before, after) == ("Europe/London", "Asia/Tokyo")


def test_questions_outside_a_school():
    make_school()

    assert find_school_name() == ""
    assert get_school("hill-school").name == "Hill School"
    with pytest.raises(NotFoundError):
        get_school("nowhere")


def test_what_a_school_says_about_itself_is_changed_and_recorded():
    school = make_school()
    client = software(make_admin(school), school)
    body = {
        "name": " Hill  Academy ",
        "address": " 1 Hill Road \n\n Hilltown ",
        "email": "office@hill.example",
        "website": "https://hill.example",
        "locales": ["en", "cy", "en"],
        "currency": "eur",
        "official_ids": {"dfe": " 10001 "},
        "first_weekday": 7,
    }

    answer = client.send(CURRENT, body, method="patch")
    again = client.send(CURRENT, body, method="patch")

    shown = answer.json()
    assert answer.status_code == again.status_code == 200
    assert (shown["name"], shown["address"], shown["locales"], shown["currency"], shown["official_ids"]) == (
        "Hill Academy",
        "1 Hill Road\nHilltown",
        ["en", "cy"],
        "EUR",
        {"dfe": "10001"},
    )
    assert shown == client.get(CURRENT).json()
    with in_school(school):
        entry = AuditEntry.objects.get(action="tenancy.school.edit")
    assert entry.changes["name"] == ["Hill School", "Hill Academy"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x"),
        ("name", "x" * 201),
        ("time_zone", "Europe/Atlantis"),
        ("time_zone", ""),
        ("locales", []),
        ("locales", ["english!"]),
        ("currency", "EURO"),
        ("first_weekday", 0),
        ("first_weekday", 8),
        ("phone", "1" * 41),
        ("email", "office"),
        ("website", "javascript:alert(1)"),
        ("website", "hill"),
        ("official_ids", {"": "1"}),
        ("official_ids", {"dfe": ""}),
        ("slug", "new-slug"),
        ("country", "FR"),
        ("status", "active"),
        ("id", 7),
    ],
)
def test_what_a_school_cannot_say_is_refused(field, value):
    school = make_school()

    answer = software(make_admin(school), school).send(CURRENT, {field: value}, method="patch")

    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == [f"/{field}"]
    assert School.objects.get(pk=school.pk).updated_at == school.updated_at


@pytest.mark.parametrize("values", [{"slug": "x-y-z"}, {"nonsense": 1}])
def test_the_rule_itself_refuses_what_no_door_offers(values):
    school = make_school()

    with in_school(school), pytest.raises(InvalidError):
        edit_school(values=values, actor=as_actor(make_admin(school), school))


def callers(school):
    """Everybody, with what they get for reading and for writing."""
    return {
        "an admin": (software(make_admin(school), school), 200, 200),
        "a key that writes": (key_holder(school, "school:write"), 403, 200),
        "a key that reads": (key_holder(school, "school:read"), 200, 403),
        "a manager": (browser(make_manager(school, "Office"), school), 200, 403),
        "a teacher": (software(make_teacher(school), school), 200, 403),
        "a guardian": (browser(make_user(school, Role.GUARDIAN), school), 200, 403),
        "the public": (nobody(), 401, 401),
    }


def test_who_may_read_and_write_what_the_school_says():
    school = make_school()
    wrong = {}
    for who, (client, reads, writes) in callers(school).items():
        got = (client.get(CURRENT).status_code, client.send(CURRENT, {"phone": "1"}, method="patch").status_code)
        if got != (reads, writes):
            wrong[who] = got

    assert wrong == {}


def test_one_changes_ones_own_school_only():
    school, other = make_school("Hill School"), make_school("Vale School")

    software(make_admin(school), school).send(CURRENT, {"name": "Hill Academy"}, method="patch")

    assert School.objects.get(pk=other.pk).name == "Vale School"


def test_a_restricted_schools_settings_wait():
    school = make_school()
    actor = as_actor(make_admin(school), school)
    School.objects.filter(pk=school.pk).update(status="restricted", status_reason="The bill is open.")

    with in_school(school), pytest.raises(SchoolRestrictedError, match="The bill is open"):
        edit_school(values={"name": "Hill Academy"}, actor=actor)


def test_a_suspended_school_is_entered_by_its_admins_and_left_by_everybody():
    school = make_school()
    admin, teacher = browser(make_admin(school), school), browser(make_teacher(school), school)
    School.objects.filter(pk=school.pk).update(status="suspended")

    refused = teacher.get(CURRENT)
    page = teacher.get("/today/")

    assert admin.get(CURRENT).status_code == 200
    assert (refused.status_code, refused.json()["code"]) == (403, "school_suspended")
    assert (page.status_code, page["Content-Type"]) == (403, "text/html; charset=utf-8")
    assert teacher.post("/api/v1/auth/logout/").status_code == 204


def test_somebody_without_a_school_is_asked_to_choose_one():
    operator = make_user(make_school())
    operator.memberships.create(role="super_admin", starts="2020-01-01")

    answer = browser(operator, None).get(CURRENT)

    assert (answer.status_code, answer.json()["detail"]) == (403, "Choose a school first.")


def test_editing_is_refused_before_anything_is_read():
    school = make_school()

    with in_school(school), pytest.raises(NotAllowedError):
        edit_school(values={"nonsense": 1}, actor=as_actor(make_teacher(school), school))


def test_the_school_is_read_in_one_statement():
    school = make_school()
    client = software(make_admin(school), school)

    assert statements_for(client, CURRENT) <= 3  # finding out who asks, and the school's own savepoint
