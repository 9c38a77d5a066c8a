"""Groups of classes: made, filled and changed by page and REST; lessons are taught to them."""

import pytest

from lyceum.core import clock
from lyceum.domains.timetable.models import Group, Occupancy, PlannedClass, Requirement
from lyceum.domains.timetable.planning import read_plan
from lyceum.domains.timetable.planning.clashes import list_clashes
from lyceum.domains.timetable.rules.groups import NewGroup, create_groups
from lyceum.domains.timetable.rules.publishing import publish_version
from lyceum.domains.timetable.tests.conftest import make_small
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import NOW, in_school, make_manager
from lyceum.testing.pages import text_of

GROUPS, PAGE = "/api/v1/timetable/groups/", "/timetable/groups/"


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def planner(small):
    return make_manager(small.school, "Timetable")


def who(small):
    """The students of each group, by its name."""
    with in_school(small.school):
        rows = Group.objects.prefetch_related("members__student__person")
        return {str(row): sorted(str(each.student) for each in row.members.all()) for row in rows}


def test_a_group_of_two_classes_is_made_by_page_taught_changed_and_kept_while_it_is_taught(small, planner):
    client, year = browser(planner, small.school), small.year.pk
    one, other = (small.taught[name] for name in ("7A/MA", "7B/MA"))
    first, second, third, _fourth = (str(each.pk) for each in small.students)

    new = f"{PAGE}new/?year={year}&of={one.pk}&of={other.pk}"
    form = text_of(client.get(new))
    client.post(new, {"name": "French", "division": "Languages", "students": [first, second, third]})
    made = who(small)
    with in_school(small.school):
        french = Group.objects.get(school_class=one)
    twice = client.post(
        f"{PAGE}new/?year={year}&of={one.pk}", {"name": "Latin", "division": "Languages", "students": first}
    )
    client.post(f"{PAGE}{french.pk}/", {"name": "French", "division": "Languages", "students": [first]})
    client.post("/timetable/requirements/", {"name": "French", "classes": [f"{one.pk}/{french.pk}"], "lengths": "2"})
    kept = client.post(f"{PAGE}{french.pk}/", {"act": "delete"})

    assert all(name in form for name in ("7A 1", "7A 2", "7B 1", "7B 2"))
    assert made == {"7A/MA French": ["7A 1", "7A 2"], "7B/MA French": ["7B 1"]}
    assert "7A 1 is in French already: a student is in one group of “Languages”." in text_of(twice)
    assert who(small) == {"7A/MA French": ["7A 1"], "7B/MA French": ["7B 1"]}
    assert (kept.status_code, "has 1 requirements" in text_of(kept)) == (409, True)
    with in_school(small.school):
        requirement = Requirement.objects.get(name="French")
        assert requirement.classes.get().group_id == french.pk
    shown = client.get(f"/timetable/requirements/{requirement.pk}/").content.decode()
    assert f'<option value="{one.pk}/{french.pk}" selected>7A/MA French</option>' in shown


def test_over_rest_a_group_is_made_read_replaced_and_taken_away(small, planner):
    client = software(planner, small.school)
    one = small.taught["7A/MA"]
    first, second, third, _fourth = (str(each.pk) for each in small.students)

    made = client.send(GROUPS, {"classes": [str(one.pk)], "name": "Half", "students": [first]})
    [row] = made.json()
    path = f"{GROUPS}{row['id']}/"
    stranger = client.send(GROUPS, {"classes": [str(one.pk)], "name": "Other", "students": [third]})
    again = client.send(GROUPS, {"classes": [str(one.pk)], "name": "Half"})
    replaced = client.send(path, {"name": "First half", "students": [second]}, method="put").json()
    listed = client.get(f"{GROUPS}?class={one.pk}").json()["items"]
    strange = client.send(
        "/api/v1/timetable/requirements/",
        {
            "year": str(small.year.pk),
            "name": "X",
            "lengths": [1],
            "classes": [{"class": str(small.taught["7B/MA"].pk), "group": row["id"]}],
        },
    )
    gone = client.send(path, method="delete")

    assert (made.status_code, row["class"]["name"], [each["id"] for each in row["students"]]) == (201, "7A/MA", [first])
    assert (stranger.status_code, stranger.json()["errors"][0]["code"]) == (422, "student_unknown")
    assert (again.status_code, again.json()["code"]) == (409, "name_taken")
    assert ([each["id"] for each in replaced["students"]], replaced) == ([second], listed[0])
    assert (strange.status_code, strange.json()["errors"][0]["code"]) == (422, "group_unknown")
    assert (gone.status_code, who(small)) == (204, {})


def test_who_joins_a_group_is_taken_when_it_has_lessons_and_refused_where_that_clashes(small, planner):
    """7A's Mathematics and English are at the same time: each for half of the class."""
    client, version = software(planner, small.school), small.placed()
    first, second = (str(each.pk) for each in small.students[:2])
    halves = {}
    with in_school(small.school):
        for code, student in (("MA", small.students[0]), ("EN", small.students[1])):
            school_class = small.taught[f"7A/{code}"]
            [halves[code]] = create_groups(
                [school_class.pk], NewGroup("Half", students=[student.pk]), actor=small.system
            )
            PlannedClass.objects.filter(school_class=school_class).update(group=halves[code])
        lesson = version.lessons.get(day=1, classes__school_class=small.taught["7A/EN"])
        lesson.period = 1
        lesson.save()
        assert list_clashes(read_plan(version)) == []
        publish_version(version.pk, effective_from=NOW.date(), actor=small.system)
    path = f"{GROUPS}{halves['MA'].pk}/"

    clash = client.send(path, {"name": "Half", "students": [first, second]}, method="put")
    nobody = client.send(path, {"name": "Half", "students": []}, method="put")

    assert (clash.status_code, clash.json()["code"], nobody.status_code) == (409, "clashes", 200)
    with in_school(small.school):
        taken = Occupancy.objects.filter(day=1, period=1, kind="student").values_list("resource", flat=True)
        assert {str(each) for each in taken} == {second}


def test_another_school_finds_no_group_and_a_list_takes_the_same_statements_for_one_and_three(small, planner):
    other = make_small("Dale School")
    client = software(planner, small.school)
    with in_school(small.school):
        [row] = create_groups([small.taught["7A/MA"].pk], NewGroup("Half"), actor=small.system)
    one = [statements_for(client, GROUPS), statements_for(browser(planner, small.school), PAGE)]
    with in_school(small.school):
        classes = [small.taught[name].pk for name in ("7A/EN", "7B/EN")]
        create_groups(classes, NewGroup("Half", students=[each.pk for each in small.students]), actor=small.system)
    three = [statements_for(client, GROUPS), statements_for(browser(planner, small.school), PAGE)]
    stranger = make_manager(other.school, "Timetable")

    assert one == three
    assert software(stranger, other.school).get(f"{GROUPS}{row.pk}/").status_code == 404
    assert browser(stranger, other.school).get(f"{PAGE}{row.pk}/").status_code == 404
    body = {"classes": [str(small.taught["7A/MA"].pk)], "name": "Ours"}
    assert software(stranger, other.school).send(GROUPS, body).status_code == 422
