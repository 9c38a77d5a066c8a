"""The same rules over GraphQL."""

import pytest

from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.domains.learning.tests.making import make_course, make_lesson, make_material, make_module, make_run
from lyceum.testing.clients import Caller, software
from lyceum.testing.factories import NOW, account_for, make_admin, make_school, make_student, make_user

pytestmark = pytest.mark.django_db
CATALOGUE = """{ courses { edges { node { name subcourses { name schedules { phase } } schedules { placesLeft modules {
  title lessons { title content locked } } } } } } }"""
ENROL = "mutation($i: EnrolInput!) { enrolInCourse(input: $i) { enrolment { status percent } errors { code } } }"
DONE = "mutation($i: LessonInput!) { finishCourseLesson(input: $i) { completed errors { code } } }"


@pytest.fixture(autouse=True)
def _a_friday_morning():
    with clock.frozen(NOW):
        yield


def ask(caller: Caller, query: str, **variables) -> dict:
    answer = caller.send("/graphql", {"query": query, "variables": variables}).json()
    assert "errors" not in answer, answer
    return answer["data"]


def test_the_catalogue_keeps_the_content_of_lessons_for_those_on_the_run():
    school = make_school()
    run = make_run(school, make_course(school, "Welding"), capacity=3)
    lesson = make_lesson(make_module(run), "Sparks", access="enrolled")
    make_run(school, make_course(school, "Inside", parent_id=run.course_id))
    make_run(make_school("Oak School"))
    pupil = make_student(school)
    account_for(pupil.person, Role.STUDENT)
    learner, visitor = software(pupil.person.user, school), software(make_user(school, Role.APPLICANT), school)

    def shown(caller: Caller) -> dict:
        nodes = [edge["node"] for edge in ask(caller, CATALOGUE)["courses"]["edges"]]
        assert [each["name"] for each in nodes] == ["Inside", "Welding"]
        assert nodes[1]["subcourses"] == [{"name": "Inside", "schedules": [{"phase": "running"}]}]
        (offered,) = nodes[1]["schedules"]
        return offered["modules"][0]["lessons"][0] | {"left": offered["placesLeft"]}

    assert shown(visitor) == {"title": "Sparks", "content": None, "locked": "not_enrolled", "left": 3}
    joined = ask(learner, ENROL, i={"scheduleId": str(run.pk)})["enrolInCourse"]
    assert joined == {"enrolment": {"status": "active", "percent": 0}, "errors": []}
    assert shown(learner) == {"title": "Sparks", "content": "The *text* of Sparks", "locked": None, "left": 2}
    assert ask(visitor, ENROL, i={"scheduleId": str(run.pk)})["enrolInCourse"]["errors"] == [
        {"code": "application_not_approved"}
    ]
    assert ask(learner, DONE, i={"lessonId": str(lesson.pk)})["finishCourseLesson"]["completed"] is True
    assert ask(learner, "{ myEnrolments { status percent courseName } }")["myEnrolments"] == [
        {"status": "completed", "percent": 100, "courseName": "Welding"}
    ]


def test_a_course_is_made_and_published_and_its_materials_read():
    school = make_school()
    admin = software(make_admin(school), school)
    pupil = make_student(school)
    account_for(pupil.person, Role.STUDENT)
    make = "mutation($i: CreateCourseInput!) { createCourse(input: $i) { course { id slug } errors { code } } }"
    edit = "mutation($i: EditCourseInput!) { editCourse(input: $i) { course { status } errors { code } } }"
    make_course(school, "Other")

    course = ask(admin, make, i={"name": "Weaving", "category": "crafts", "description": "Threads"})["createCourse"]
    assert course["course"]["slug"] == "weaving"
    assert ask(admin, edit, i={"id": course["course"]["id"], "status": "published"})["editCourse"]["course"] == {
        "status": "published"
    }
    make_material(school, course_id=course["course"]["id"], title="Pattern")
    own = ask(software(pupil.person.user, school), "{ myLearningMaterials { courseName materials { title } } }")
    assert own["myLearningMaterials"] == [{"courseName": "Weaving", "materials": [{"title": "Pattern"}]}]
    assert ask(admin, '{ course(slug: "weaving") { name } }')["course"] == {"name": "Weaving"}
