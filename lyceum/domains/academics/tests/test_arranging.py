"""Students are moved between forms, many at once and from a day on: by page and by REST, all together or none."""

from datetime import date

import pytest

from lyceum.core import clock
from lyceum.domains.academics.models import ClassMembership, Grade
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import (
    FIRST_DAY,
    LAST_DAY,
    NOW,
    in_school,
    make_class,
    make_manager,
    make_school,
    make_student,
    make_teacher,
)
from lyceum.testing.pages import text_of

pytestmark = pytest.mark.django_db
ON = date(2026, 12, 1)
BEFORE = date(2026, 11, 30)


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


def make_forms(size: int = 1, capacity: int = 1):
    """Two full forms of grade 7."""
    school = make_school()
    with in_school(school):
        grade = Grade.objects.get(code="7").pk
    forms = [make_class(school, name, grades=(grade,), capacity=capacity) for name in ("7A", "7B")]
    students = [make_student(school, form, name=f"Of {form} {n}") for form in forms for n in range(size)]
    return school, grade, forms, students


def spans(school, student):
    with in_school(school):
        rows = ClassMembership.objects.filter(student=student).order_by("starts_on")
        return list(rows.values_list("school_class__name", "starts_on", "ends_on"))


def by_page(client, pairs):
    form = {"on": str(ON), "move": [f"{student}:{into}" for student, into in pairs]}
    answer = client.post("/classes/arrange/", form)
    return "" if answer.status_code == 302 else answer.context["errors"][0].code


def by_rest(client, pairs):
    moves = [{"student": str(student), "to_class": str(into)} for student, into in pairs]
    answer = client.send("/api/v1/class-moves/", {"moves": moves, "on": str(ON)})
    return "" if answer.status_code == 201 else answer.json()["code"]


@pytest.mark.parametrize(("door", "caller"), [(by_page, browser), (by_rest, software)])
def test_two_change_places_in_full_forms_and_one_alone_may_not_come(door, caller):
    school, _grade, (first, second), (ada, ben) = make_forms()
    other, _, (foreign, _foreign_b), (stranger, _b) = make_forms()
    client = caller(make_manager(school, "Office"), school)

    full = door(client, [(ada.pk, second.pk)])
    elsewhere = [door(client, [(ada.pk, foreign.pk)]), door(client, [(stranger.pk, second.pk)])]
    swapped = door(client, [(ada.pk, second.pk), (ben.pk, first.pk)])

    assert (full, elsewhere, swapped) == ("class_full", ["not_found", "not_found"], "")
    assert spans(school, ada) == [("7A", FIRST_DAY, BEFORE), ("7B", ON, LAST_DAY)]
    assert spans(school, ben) == [("7B", FIRST_DAY, BEFORE), ("7A", ON, LAST_DAY)]
    assert spans(other, stranger) == [("7A", FIRST_DAY, LAST_DAY)]


def test_the_page_shows_the_forms_side_by_side_moves_who_is_ticked_and_offers_to_undo():
    school, grade, (_first, second), (ada, ben) = make_forms(capacity=9)
    newcomer = make_student(school, name="In no form")
    office = browser(make_manager(school, "Office"), school)
    path = f"/classes/arrange/?grade={grade}&on={ON}"

    shown = text_of(office.get(path))
    done = office.post(
        path, {"on": str(ON), "student": [str(ada.pk), str(ben.pk), str(newcomer.pk)], "to": str(second.pk)}
    )
    after = office.get(done["Location"])
    nothing = office.post(path, {"on": str(ON), "to": str(second.pk)})

    assert "7A 1/9 Of 7A 0" in shown
    assert "2 students are moved." in text_of(after)
    assert spans(school, ada)[-1] == ("7B", ON, LAST_DAY)
    assert spans(school, ben) == [("7B", FIRST_DAY, LAST_DAY)]
    assert spans(school, newcomer) == [("7B", ON, LAST_DAY)]
    assert nothing.context["errors"][0].code == "required"


def test_whoever_may_not_assign_sees_no_such_page():
    school, _grade, _forms, _students = make_forms()

    assert browser(make_teacher(school), school).get("/classes/arrange/").status_code == 403


def test_statements_do_not_grow_with_the_students():
    counts = []
    for size in (1, 3):
        school, grade, _forms, _students = make_forms(size, capacity=9)
        office = browser(make_manager(school, "Office"), school)
        counts.append(statements_for(office, f"/classes/arrange/?grade={grade}"))

    assert counts[0] == counts[1]
