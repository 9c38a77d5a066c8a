"""Joining a run, waiting for a place, leaving, and the end of a run."""

from datetime import date, timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.journal.models import Fact
from lyceum.domains.learning.models import CourseEnrolment
from lyceum.domains.learning.rules.lapsing import lapse_enrolments
from lyceum.domains.learning.rules.settings import edit_learning_settings
from lyceum.domains.learning.tests.learners.conftest import as_learner, join, refused
from lyceum.domains.learning.tests.making import (
    approve,
    make_course,
    make_instructor,
    make_run,
)
from lyceum.domains.notifications.models import Notification
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import software, stranger
from lyceum.testing.factories import (
    NOW,
    account_for,
    guardian_of,
    in_school,
    make_admin,
    make_school,
    make_student,
)

pytestmark = pytest.mark.django_db


def test_joining_asks_its_questions_in_order(school, admin, applicant):
    course = make_course(school)
    first = make_course(school, "First steps")
    open_run = make_run(school, course)
    learner = as_learner(applicant)
    enroll = lambda run: learner.send(f"/api/v1/students/me/enroll/{run.pk}/")  # noqa: E731

    assert refused(enroll(open_run)) == (403, "application_not_approved")
    approve(applicant)
    cancelled, over = (
        make_run(school, course),
        make_run(school, course, start_on=date(2026, 9, 1), end_on=date(2026, 11, 19)),
    )
    admin.send(f"/api/v1/schedules/{cancelled.pk}/cancel/", {"reason": "No room"})
    assert refused(enroll(cancelled)) == (409, "schedule_cancelled")
    assert refused(enroll(over)) == (409, "schedule_finished")
    assert enroll(make_run(school, course, status="draft")).status_code == 404
    assert enroll(make_run(make_school("Oak School"))).status_code == 404
    begun = make_run(school, course, start_on=date(2026, 11, 1))
    assert refused(enroll(begun)) == (409, "enrolment_closed")
    early = make_run(school, course, enrol_from=NOW + timedelta(days=1))
    assert enroll(early).json()["opens_at"].startswith("2026-11-21")
    admin.send(f"/api/v1/courses/{course.pk}/", {"prerequisites": [str(first.pk)]}, method="patch")
    missing = enroll(open_run)
    assert (refused(missing), missing.json()["courses"]) == (
        (409, "prerequisite_missing"), [{"id": str(first.pk), "name": "First steps"}],
    )  # fmt: skip
    admin.send(f"/api/v1/courses/{course.pk}/", {"prerequisites": []}, method="patch")

    made, again = enroll(open_run), enroll(open_run)
    assert (made.status_code, again.status_code) == (201, 200)
    assert (made.json()["status"], again.json()["id"]) == ("active", made.json()["id"])
    second = enroll(make_run(school, course))
    assert (refused(second), second.json()["schedule_id"]) == ((409, "already_on_this_course"), str(open_run.pk))


def test_a_child_is_enrolled_by_a_guardian(school):
    run = make_run(school)
    child = make_student(school, birth_date=date(2012, 5, 1))
    stranger_child = make_student(school)
    account_for(child.person, Role.STUDENT)
    guardian = software(guardian_of(child), school)
    path = f"/api/v1/schedules/{run.pk}/enrolments/"

    assert refused(as_learner(child).send(f"/api/v1/students/me/enroll/{run.pk}/")) == (403, "guardian_must_enrol")
    assert guardian.send(path, {"student_id": str(stranger_child.pk)}).status_code == 404
    made = guardian.send(path, {"student_id": str(child.pk)})
    assert (made.status_code, made.json()["status"]) == (201, "active")
    assert refused(guardian.send(path, {"student_id": str(child.pk), "over_capacity": True})) == (403, "not_allowed")
    left = as_learner(child).send(f"/api/v1/course-enrolments/{made.json()['id']}/withdraw/", {})
    assert (left.status_code, left.json()["status"]) == (200, "withdrawn")


def test_a_full_run_has_a_waiting_list_in_order(school, admin):
    run = make_run(school, capacity=1)
    pupils = [make_student(school, name=f"P{n}") for n in range(4)]
    for each in pupils:
        account_for(each.person, Role.STUDENT)
    first, second, third, fourth = [join(as_learner(each), run) for each in pupils]

    assert [(each["status"], each["position"]) for each in (first, second, third, fourth)] == [
        ("active", None), ("waitlisted", 1), ("waitlisted", 2), ("waitlisted", 3),
    ]  # fmt: skip
    path = "/api/v1/course-enrolments/{}/withdraw/".format
    for _twice in range(2):
        assert as_learner(pupils[0]).send(path(first["id"]), {}).status_code == 200
    statuses = lambda: [admin.get(f"/api/v1/course-enrolments/{e['id']}/").json()["status"] for e in (second, third)]  # noqa: E731
    assert statuses() == ["active", "waitlisted"]
    with in_school(school):
        told = Notification.objects.filter(template="learning.place_free")
        assert [each.recipient for each in told] == [pupils[1].person_id]
    assert admin.send(f"/api/v1/schedules/{run.pk}/", {"capacity": 2}, method="patch").status_code == 200
    assert statuses() == ["active", "active"]
    less = admin.send(f"/api/v1/schedules/{run.pk}/", {"capacity": 1}, method="patch")
    assert (refused(less), less.json()["taken"]) == ((409, "capacity_taken"), 2)
    again = join(as_learner(pupils[0]), run)
    assert (again["status"], again["position"], again["id"] != first["id"]) == ("waitlisted", 2, True)


def test_only_the_office_goes_over_the_capacity_and_with_a_reason(school, admin):
    run = make_run(school, capacity=1)
    one, two = make_student(school), make_student(school)
    path = f"/api/v1/schedules/{run.pk}/enrolments/"
    admin.send(path, {"student_id": str(one.pk)})

    bare = admin.send(path, {"student_id": str(two.pk), "over_capacity": True})
    made = admin.send(path, {"student_id": str(two.pk), "over_capacity": True, "reason": "A chair more"})

    assert (bare.status_code, bare.json()["errors"][0]["pointer"]) == (422, "/reason")
    assert made.json()["status"] == "active"
    assert admin.get(f"/api/v1/schedules/{run.pk}/").json()["places_left"] == 0


def test_an_unpaid_place_is_held_and_then_lapses_to_the_next(school, admin):
    run = make_run(school, make_course(school, price_minor=5_000), capacity=1)
    one, two = make_student(school), make_student(school)
    path = f"/api/v1/schedules/{run.pk}/enrolments/"
    held, waits = (admin.send(path, {"student_id": str(each.pk)}).json() for each in (one, two))
    assert (held["status"], waits["status"]) == ("pending_payment", "waitlisted")
    with in_school(school):
        fact = Fact.objects.get(type="learning.enrolled").payload
    assert (fact["price_minor"], fact["currency"], fact["student"]) == (5_000, "GBP", str(one.pk))

    for moment, expected in ((71, ["pending_payment", "waitlisted"]), (73, ["lapsed", "pending_payment"])):
        with clock.frozen(NOW + timedelta(hours=moment)), in_school(school):
            for _twice in range(2):
                lapse_enrolments(actor=system_actor(school.pk))
            rows = [CourseEnrolment.objects.get(pk=each["id"]).status for each in (held, waits)]
        assert rows == expected


def test_a_place_may_be_offered_instead_of_given(school, admin):
    with in_school(school):
        edit_learning_settings(values={"waiting_list_automatic": False}, actor=system_actor(school.pk))
    run = make_run(school, capacity=1)
    pupils = [make_student(school, name=f"P{n}") for n in range(3)]
    for each in pupils:
        account_for(each.person, Role.STUDENT)
    first, second, third = [join(as_learner(each), run) for each in pupils]

    as_learner(pupils[0]).send(f"/api/v1/course-enrolments/{first['id']}/withdraw/", {})
    assert join(as_learner(pupils[2]), run)["status"] == "waitlisted"
    with clock.frozen(NOW + timedelta(hours=49)), in_school(school):
        lapse_enrolments(actor=system_actor(school.pk))
    with clock.frozen(NOW + timedelta(hours=50)):
        assert join(as_learner(pupils[2]), run)["status"] == "active"
    assert admin.get(f"/api/v1/course-enrolments/{second['id']}/").json()["status"] == "lapsed"
    assert third["status"] == "waitlisted"


def test_cancelling_withdraws_everybody_and_tells_them_why(school, admin):
    run = make_run(school, capacity=1)
    pupils = [make_student(school) for _n in range(2)]
    for each in pupils:
        account_for(each.person, Role.STUDENT)
        join(as_learner(each), run)
    path = f"/api/v1/schedules/{run.pk}/cancel/"

    assert admin.send(path, {"reason": " "}).json()["errors"][0]["pointer"] == "/reason"
    answer = admin.send(path, {"reason": "The roof leaks"})

    assert (answer.status_code, answer.json()["learners"]) == (200, 2)
    assert refused(admin.send(path, {"reason": "Again"})) == (409, "schedule_state")
    with in_school(school):
        rows = CourseEnrolment.objects.values_list("status", "end_reason")
        assert list(rows) == [("withdrawn", "schedule_cancelled")] * 2
        told = Notification.objects.filter(template="learning.run_cancelled")
        assert {each.recipient for each in told} == {each.person_id for each in pupils}
        assert "The roof leaks" in told[0].message
    assert as_learner(pupils[0]).get(f"/api/v1/schedules/{run.pk}/").json()["status"] == "cancelled"
    assert stranger(school).get(f"/api/v1/schedules/{run.pk}/").status_code == 404


def test_who_is_on_a_run_hears_when_it_moves_and_who_waits_hears_of_its_days(school, admin):
    run = make_run(school, capacity=1)
    on_it, waits = make_student(school, name="On It"), make_student(school, name="Who Waits")
    guardian_of(waits, name="Gil Guardian")
    account_for(on_it.person, Role.STUDENT)
    for each in (on_it, waits):
        admin.send(f"/api/v1/schedules/{run.pk}/enrolments/", {"student_id": str(each.pk)})
    path = f"/api/v1/schedules/{run.pk}/meetings/"
    first, past = (
        admin.send(path, {"starts_at": f"2026-{day}T10:00:00Z", "ends_at": f"2026-{day}T11:00:00Z"}).json()["id"]
        for day in ("12-03", "11-17")
    )

    for meeting in (first, past):
        for _twice in range(2):
            hour = (
                {"starts_at": "2026-12-04T09:30:00Z", "ends_at": "2026-12-04T11:00:00Z"}
                if meeting == first
                else {"note": "Bring gloves"}
            )
            moved = admin.send(f"/api/v1/meetings/{meeting}/", {**hour, "allow_clash": True}, method="patch")
            assert moved.status_code == 200, moved.content
        assert admin.send(f"/api/v1/meetings/{meeting}/", method="delete").status_code == 204
    admin.send(f"/api/v1/schedules/{run.pk}/", {"end_date": "2027-01-30"}, method="patch")

    with in_school(school):
        told = list(Notification.objects.order_by("created_at", "pk").values_list("name", "message"))
    name = waits.person.called
    assert told == [
        ("On It", "Welding does not meet on Thu 3 Dec, 10:00. It meets on Fri 4 Dec, 09:30."),
        ("On It", "Welding does not meet on Fri 4 Dec, 09:30."),
        ("On It", "Welding now goes from Mon 16 Nov 2026 to Sat 30 Jan 2027, online."),
        ("Gil Guardian", f"{name}: Welding now goes from Mon 16 Nov 2026 to Sat 30 Jan 2027, online."),
    ]


def test_a_run_that_nobody_completed_ends_a_month_later(school, admin):
    run = make_run(school, end_on=date(2026, 11, 21))
    pupil = make_student(school)
    admin.send(f"/api/v1/schedules/{run.pk}/enrolments/", {"student_id": str(pupil.pk)})

    for days, expected in ((31, "active"), (32, "not_completed")):
        with clock.frozen(NOW + timedelta(days=days)), in_school(school):
            lapse_enrolments(actor=system_actor(school.pk))
            assert CourseEnrolment.objects.get().status == expected


def test_learners_are_seen_by_their_instructor_their_family_and_nobody_else(school, admin):
    staff, user = make_instructor(school)
    run = make_run(school, instructor_id=staff)
    pupil = make_student(school, name="Anna")
    family, others = software(guardian_of(pupil), school), software(guardian_of(make_student(school)), school)
    admin.send(f"/api/v1/schedules/{run.pk}/enrolments/", {"student_id": str(pupil.pk)})
    _other, other_teacher = make_instructor(school, "Olga Other")
    seen = lambda caller: [  # noqa: E731
        each["student_name"] for each in caller.get(f"/api/v1/schedules/{run.pk}/enrolments/").json()["items"]
    ]

    assert seen(admin) == seen(software(user, school)) == seen(family) == ["Anna"]
    assert seen(others) == seen(software(other_teacher, school)) == []
    foreign = software(make_admin(make_school("Oak School")), School.objects.get(name="Oak School"))
    assert foreign.get(f"/api/v1/schedules/{run.pk}/enrolments/").status_code == 404
