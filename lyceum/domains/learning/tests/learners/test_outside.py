"""GitHub and Discord: what learners are called there, and who has to be taken out by hand."""

import pytest

from lyceum.core.actor import system_actor
from lyceum.core.ids import new_id
from lyceum.domains.academics.tests.rolling import work as do_jobs
from lyceum.domains.learning.models import MaterialOpening
from lyceum.domains.learning.rules.access import revoke_access
from lyceum.domains.learning.tests.learners.conftest import as_learner, join, refused
from lyceum.domains.learning.tests.making import (
    approve,
    make_applicant,
    make_course,
    make_instructor,
    make_material,
    make_run,
)
from lyceum.domains.notifications.models import Notification
from lyceum.testing.clients import browser, software, statements_for
from lyceum.testing.factories import NOW, in_school

pytestmark = pytest.mark.django_db
NAMES = "/api/v1/students/me/names/"


def test_learners_say_what_they_are_called_and_whose_access_ended_is_taken_out_by_hand(school, admin, applicant):
    staff, user = make_instructor(school)
    course, application = make_course(school), new_id()
    run = make_run(school, course, instructor_id=staff)
    link = {"kind": "github_repository", "url": "https://github.com/acme/welding"}
    code = make_material(school, schedule_id=run.pk, title="Code", **link)
    chat = make_material(school, course_id=course.pk, kind="discord", title="Chat", url="https://discord.gg/abc123")
    approve(applicant, course, source_id=application)
    learner, teacher = as_learner(applicant), software(user, school)
    enrolment = join(learner, run)["id"]
    path = f"/api/v1/schedules/{run.pk}/outsiders/"
    seen = lambda: [  # noqa: E731
        (each["material_title"], each["name"], each["has_access"], each["is_to_be_removed"])
        for each in teacher.get(path).json()["items"]
    ]

    for name, wrong in (("github_username", "not a name"), ("discord_handle", "No Name#12")):
        answer = learner.send(NAMES, {name: wrong}, method="patch")
        assert answer.json()["errors"][0]["pointer"] == f"/{name}"
    assert learner.send(NAMES, {"github_username": "@octo-cat"}, method="patch").status_code == 200
    assert learner.get(NAMES).json() == {"github_username": "octo-cat", "discord_handle": ""}
    assert seen() == []
    (named,) = teacher.get(f"/api/v1/schedules/{run.pk}/learner-names/").json()["items"]
    assert (named["student_name"], named["github_username"]) == ("Ada Applicant", "octo-cat")
    assert refused(learner.get(f"/api/v1/schedules/{run.pk}/learner-names/")) == (403, "not_allowed")
    for each in (code, chat):
        assert learner.send(f"/api/v1/materials/{each.pk}/opened/").status_code == 204
    assert seen() == [("Code", "octo-cat", True, False), ("Chat", "", True, False)]
    assert refused(learner.get(path)) == (403, "not_allowed")
    _other, stranger = make_instructor(school, "Olga Other")
    assert software(stranger, school).get(path).status_code == 403

    learner.send(f"/api/v1/course-enrolments/{enrolment}/withdraw/", {})
    assert seen() == [("Code", "octo-cat", False, True), ("Chat", "", True, False)]
    with in_school(school):
        assert revoke_access("application", application, reason="left", actor=system_actor(school.pk)) == 1
    assert [each[-1] for each in seen()] == [True, True]
    do_jobs()
    with in_school(school):
        told = Notification.objects.filter(template="learning.remove_outside")
        assert {(each.user_id, each.values["where"]) for each in told} == {(user.pk, "Code"), (user.pk, "Chat")}
        opening = MaterialOpening.objects.get(material=code)
    page = browser(user, school)
    here = f"/learning/runs/{run.pk}/learners/"
    assert page.get(here).content.decode().count("to be removed") == 2
    assert page.post(here, {"act": "removed", "row": str(opening.pk)}).status_code == 302
    assert [each[-1] for each in seen()] == [False, True]
    assert teacher.send(f"{path}{new_id()}/removed/").status_code == 404


def test_the_list_takes_as_many_statements_for_three_as_for_one(school, admin):
    run = make_run(school)
    link = {"kind": "github_repository", "url": "https://github.com/acme/welding"}
    code = make_material(school, schedule_id=run.pk, title="Code", **link)
    path, counts = f"/api/v1/schedules/{run.pk}/outsiders/", []

    for number in range(3):
        student = make_applicant(school, f"P{number}")
        approve(student)
        admin.send(f"/api/v1/schedules/{run.pk}/enrolments/", {"student_id": str(student.pk)})
        with in_school(school):
            MaterialOpening.objects.create(material=code, student=student, opened_at=NOW)
        counts.append(statements_for(admin, path))

    assert len(admin.get(path).json()["items"]) == 3
    assert counts[0] == counts[2]
