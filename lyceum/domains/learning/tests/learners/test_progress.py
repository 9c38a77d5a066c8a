"""Lessons, percent and completion, through the doors."""

from uuid import UUID

import jwt
import pytest

from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.journal.models import Fact
from lyceum.domains.learning.certificate_tasks import sweep
from lyceum.domains.learning.models import Certificate, Completion
from lyceum.domains.learning.rules.completion import evaluate
from lyceum.domains.learning.tests.learners.conftest import MATERIALS, OWN, as_learner, join, refused
from lyceum.domains.learning.tests.making import (
    approve,
    make_applicant,
    make_course,
    make_instructor,
    make_lesson,
    make_material,
    make_module,
    make_run,
)
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import (
    account_for,
    in_school,
    make_manager,
    make_student,
)

pytestmark = pytest.mark.django_db


def test_progress_leads_to_a_completion_that_stays_as_it_was(school, admin, applicant):
    run = make_run(school)
    module = make_module(run)
    lessons = [make_lesson(module, f"L{n}") for n in range(3)]
    make_lesson(module, "Extra", is_required=False)
    approve(applicant)
    learner, later = as_learner(applicant), make_applicant(school, "Lara Later")
    approve(later)
    join(learner, run)
    join(as_learner(later), run)
    own = lambda caller: caller.get(OWN).json()["items"][0]  # noqa: E731
    done = lambda caller, lesson: caller.send(f"/api/v1/lessons/{lesson.pk}/done/")  # noqa: E731

    assert (own(learner)["percent"], own(learner)["next_lesson"]["title"]) == (0, "L0")
    assert done(learner, lessons[0]).status_code == done(learner, lessons[0]).status_code == 200
    assert (own(learner)["percent"], own(learner)["next_lesson"]["title"]) == (33, "L1")
    for lesson in lessons[1:]:
        done(learner, lesson)
    done(as_learner(later), lessons[0])
    assert (own(learner)["status"], own(learner)["percent"]) == ("completed", 100)
    with in_school(school):
        frozen = Completion.objects.values("snapshot", "completed_at").get()
        assert [each["title"] for each in frozen["snapshot"]["lessons"]] == ["L0", "L1", "L2"]
        assert Fact.objects.filter(type="learning.course.completed").count() == 1

    make_lesson(module, "New")
    assert own(as_learner(later))["percent"] == 25
    assert own(learner)["status"] == "completed"
    with in_school(school):
        assert Completion.objects.values("snapshot", "completed_at").get() == frozen
    assert admin.send(f"/api/v1/lessons/{lessons[0].pk}/", method="delete").json() == {
        "deleted": False, "archived": True,
    }  # fmt: skip
    assert own(as_learner(later))["percent"] == 0
    assert [each["title"] for each in admin.get(f"/api/v1/lessons/?module={module.pk}").json()["items"]] == [
        "L1", "L2", "Extra", "New",
    ]  # fmt: skip


def test_lessons_step_by_step_open_one_after_the_other(school, applicant):
    run = make_run(school, is_sequential=True)
    module = make_module(run)
    first, second = (make_lesson(module, name, access="enrolled") for name in ("First", "Second"))
    make_lesson(module, "Read me", access="enrolled", completes_on="opened", is_required=False)
    approve(applicant)
    learner = as_learner(applicant)
    join(learner, run)
    lock = lambda lesson: learner.get(f"/api/v1/lessons/{lesson.pk}/").json()["locked"]  # noqa: E731

    assert (lock(first), lock(second)) == (None, "previous_lesson")
    assert refused(learner.send(f"/api/v1/lessons/{second.pk}/done/")) == (409, "lesson_locked")
    learner.send(f"/api/v1/lessons/{first.pk}/done/")
    assert lock(second) is None
    opened = learner.send(f"/api/v1/lessons/{second.pk}/opened/").json()
    assert (opened["completed_at"], bool(opened["first_opened_at"])) == (None, True)


def test_a_course_may_ask_for_the_instructors_word_who_then_sees_the_certificate(school, admin, applicant):
    staff, user = make_instructor(school)
    course = make_course(school, completion_policy={"instructor_confirms": True})
    run = make_run(school, course, instructor_id=staff)
    lesson = make_lesson(make_module(run))
    approve(applicant)
    learner, teacher = as_learner(applicant), software(user, school)
    path = f"/api/v1/course-enrolments/{join(learner, run)['id']}/complete/"

    early = teacher.send(path)
    assert (refused(early), early.json()["missing"]) == ((409, "not_completed_yet"), ["lessons"])
    learner.send(f"/api/v1/lessons/{lesson.pk}/done/")
    assert refused(learner.send(path)) == (403, "not_allowed")
    _other, other = make_instructor(school, "Olga Other")
    assert software(other, school).send(path).status_code == 404
    assert teacher.send(path).json()["status"] == "completed"

    sweep(0)
    (shown,) = teacher.get("/api/v1/certificates/").json()["items"]
    assert shown["recipient_name"] == "Ada Applicant"
    assert software(other, school).get("/api/v1/certificates/").json()["items"] == []
    pages = [f"/learning/runs/{run.pk}/learners/", f"/certificates/{shown['id']}/"]
    for here, there in (pages, pages[::-1]):
        assert f'href="{there}"' in browser(user, school).get(here).content.decode()
    with in_school(school):
        token = Certificate.objects.get().credential
    said = jwt.decode(token, options={"verify_signature": False})["credentialSubject"]["achievement"]["criteria"]
    assert said["narrative"].endswith("The instructor confirmed completion.")


def test_a_parent_completes_with_its_required_parts_and_falls_with_them(school, admin, applicant):
    parent = make_course(school, "Whole")
    parts = [make_course(school, name, parent_id=parent.pk) for name in ("Part 1", "Part 2")]
    make_course(school, "Extra", parent_id=parent.pk, is_required_in_parent=False)
    approve(applicant, parent)
    learner, enrolments = as_learner(applicant), []
    for part in parts:
        run = make_run(school, part)
        lesson = make_lesson(make_module(run))
        enrolments.append(join(learner, run)["id"])
        learner.send(f"/api/v1/lessons/{lesson.pk}/done/")
    completed = lambda: set(Completion.objects.filter(reversed_at=None).values_list("course__name", flat=True))  # noqa: E731
    with in_school(school):
        assert completed() == {"Whole", "Part 1", "Part 2"}

    path = f"/api/v1/course-enrolments/{enrolments[0]}/reverse/"
    assert refused(software(make_manager(school, "Courses"), school).send(path, {"reason": "x"})) == (
        403, "not_allowed",
    )  # fmt: skip
    assert admin.send(path, {"reason": ""}).status_code == 422
    assert admin.send(path, {"reason": "The work was copied"}).json()["status"] == "active"
    with in_school(school):
        assert completed() == {"Part 2"}
        assert Fact.objects.filter(type="learning.completion.reversed").count() == 2
        assert evaluate(UUID(enrolments[0]), actor=system_actor(school.pk)) is not None
        assert completed() == {"Whole", "Part 1", "Part 2"}


def test_own_courses_take_as_many_statements_for_three_as_for_one(school, admin):
    pupil = make_student(school)
    account_for(pupil.person, Role.STUDENT)
    learner = as_learner(pupil)
    lists = [(learner, OWN), (learner, MATERIALS)]

    def one_more(name: str):
        run = make_run(school, make_course(school, name), capacity=1)
        make_lesson(make_module(run))
        make_material(school, schedule_id=run.pk)
        for other in (make_student(school), pupil):
            admin.send(f"/api/v1/schedules/{run.pk}/enrolments/", {"student_id": str(other.pk)})
        return run

    run = one_more("One")
    free = make_run(school, make_course(school, "Free"))
    make_lesson(make_module(free))
    join(learner, free)
    lists.append((admin, f"/api/v1/schedules/{run.pk}/enrolments/"))
    before = [statements_for(*each) for each in lists]
    one_more("Two"), one_more("Three")
    for _n in range(2):
        admin.send(f"/api/v1/schedules/{run.pk}/enrolments/", {"student_id": str(make_student(school).pk)})

    assert [statements_for(*each) for each in lists] == before
