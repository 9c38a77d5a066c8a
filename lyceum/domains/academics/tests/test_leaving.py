"""A leaving is one act, and is taken back for thirty days."""

from datetime import date, timedelta

import pytest

from lyceum.core import clock
from lyceum.domains.academics.models import ClassMembership, Leaving, Placement
from lyceum.domains.academics.rules.classes import NewMember, add_class_members
from lyceum.domains.academics.rules.placements import leave_student, place_and_seat
from lyceum.domains.journal.models import AuditEntry
from lyceum.domains.people.models import Enrolment
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import (
    NOW,
    as_actor,
    in_school,
    make_admin,
    make_class,
    make_school,
    make_student,
    make_teacher,
    make_teaching_class,
)
from lyceum.testing.pages import text_of

pytestmark = pytest.mark.django_db
LAST = date(2026, 11, 13)


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def left():
    """A student with a form, a set that begins later and a grade, who was recorded as left with last Friday."""
    school = make_school()
    head = make_admin(school, name="Hedda Head")
    form, later = make_class(school), make_teaching_class(school)
    student = make_student(school, form)
    actor = as_actor(head, school)
    with in_school(school):
        place_and_seat(student.pk, form=None, grade=form_grade(form), on=date(2026, 9, 7), actor=actor)
        add_class_members([NewMember(later, student.pk, date(2026, 11, 30))], actor=actor)
        before = rows()
        leave_student(student.pk, last_day=LAST, exit="transferred", actor=actor)
        assert rows() != before
    return school, head, student, before


def form_grade(form):
    from lyceum.domains.academics.models import Grade

    return Grade.objects.get(pk=form.grades[0]) if form.grades else Grade.objects.order_by("position")[6]


def rows():
    """Everything a leaving ends, but for the time of the last change."""
    return [
        sorted(
            tuple((k, str(v)) for k, v in sorted(row.items()) if k != "updated_at") for row in model.objects.values()
        )
        for model in (Enrolment, ClassMembership, Placement)
    ]


def by_rest(school, user, student):
    answer = software(user, school).send(f"/api/v1/students/{student.pk}/leave/undo/")
    return answer.status_code, answer.json().get("code", "")


def by_page(school, user, student):
    answer = browser(user, school).post(f"/students/{student.pk}/leave/", {"act": "undo"})
    return (200 if answer.status_code == 302 else answer.status_code), ""


@pytest.mark.parametrize("undo", [by_rest, by_page])
def test_taken_back_everything_is_as_it_was(left, undo):
    school, head, student, before = left
    page = text_of(browser(head, school).get(f"/students/{student.pk}/leave/"))

    assert "Hedda Head recorded that the student leaves with" in page
    assert undo(school, head, student)[0] == 200
    with in_school(school):
        assert rows() == before
        assert Leaving.objects.get().undone_by_name == "Hedda Head"
        assert AuditEntry.objects.filter(action="academics.student.leave_undo").count() == 1
    assert undo(school, head, student)[0] == 404


def test_what_changed_since_is_not_written_over(left):
    school, head, student, _before = left
    with in_school(school):
        Enrolment.objects.update(to_school="Elsewhere")

    assert by_rest(school, head, student) == (409, "leaving_changed")


def test_after_thirty_days_it_stays(left):
    school, head, student, _before = left

    with clock.frozen(NOW + timedelta(days=31)):
        assert by_rest(school, head, student) == (404, "not_found")


def test_teachers_and_other_schools_take_nothing_back(left):
    school, _head, student, _before = left
    elsewhere = make_school("Other School")

    assert by_rest(school, make_teacher(school), student)[0] == 403
    assert by_rest(elsewhere, make_admin(elsewhere), student)[0] == 404
