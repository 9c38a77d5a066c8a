"""Work for a run of a course: for who teaches it at this moment, and who is enrolled; and what happens by the clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

from lyceum.core.actor import system_actor
from lyceum.domains.journal.models import Fact
from lyceum.domains.learning.models import (
    CoInstructor,
    Course,
    CourseCategory,
    CourseEnrolment,
    LearningSchedule,
    Submission,
)
from lyceum.domains.learning.rules.assignments.publishing import follow_audience, follow_run, publish_scheduled
from lyceum.domains.learning.rules.assignments.writing import close_overdue
from lyceum.domains.learning.tests.assignments.conftest import DUE, Friday, at, own
from lyceum.domains.people.models import Staff
from lyceum.testing.factories import NOW, in_school

PATH = "/api/v1/assignments/"


def make_run(friday: Friday) -> LearningSchedule:
    """A run that Otto teaches, and in which Ada is enrolled."""
    with in_school(friday.school):
        category = CourseCategory.objects.create(name="Craft", slug="craft")
        course = Course.objects.create(name="Pottery", slug="pottery", category=category, status="published")
        run = LearningSchedule.objects.create(
            course=course,
            start_on="2026-11-01",
            end_on="2026-12-20",
            delivery="online",
            status="published",
            instructor=Staff.objects.get(person__user=friday.users["other"]),
        )
        CourseEnrolment.objects.create(student=friday.students[0], schedule=run, status="active", enrolled_at=NOW)
        CourseEnrolment.objects.create(student=friday.students[2], schedule=run, status="waitlisted", enrolled_at=NOW)
    return run


def body(run: LearningSchedule, **more: Any) -> dict[str, Any]:
    return {"title": "A bowl", "description": "Make one", "due_date": "2026-11-27", "schedule_id": str(run.pk), **more}


def test_work_of_a_run_is_for_its_instructors_and_its_learners(friday: Friday):
    run = make_run(friday)
    assert friday.rest("teacher").send(PATH, body(run)).status_code == 403
    assert friday.rest("other").send(PATH, body(run, class_ids=[str(friday.form.pk)])).status_code == 422
    made = friday.rest("other").send(PATH, body(run))
    path = made.headers["Location"]
    friday.rest("other").send(f"{path}publish/")

    learners = friday.rest("other").get(f"{path}submissions/").json()["items"]
    assert [row["student_name"] for row in learners] == ["Ada Lovelace"]
    assert (made.json()["schedule_id"], made.json()["class_ids"]) == (str(run.pk), [])
    assert friday.rest("teacher").get(path).status_code == 404
    assert friday.rest("ben").get(path).status_code == 404
    with in_school(friday.school):
        CoInstructor.objects.create(schedule=run, staff=Staff.objects.get(person__user=friday.users["teacher"]))
    assert friday.rest("teacher").get(path).json()["counts"]["learners"] == 1
    with in_school(friday.school):
        CoInstructor.objects.all().delete()
        LearningSchedule.objects.update(instructor=None)
    assert friday.rest("teacher").get(path).status_code == 404
    assert friday.rest("other").get(path).status_code == 404


def test_accepting_tells_of_the_run(friday: Friday):
    run = make_run(friday)
    rest = friday.rest("other")
    path = rest.send(PATH, body(run)).headers["Location"]
    rest.send(f"{path}publish/")
    friday.rest("student").send(f"{path}submission/submit/", {"text": "Done"})
    one = f"/api/v1/submissions/{rest.get(f'{path}submissions/').json()['items'][0]['id']}/"
    assert rest.send(f"{one}accept/", {}).json()["code"] == "nothing_to_mark"
    rest.send(f"{one}grade/", {"grade": 70})
    for _again in range(2):
        assert rest.send(f"{one}accept/", {}).json()["is_accepted"]
    with in_school(friday.school):
        fact = Fact.objects.get(type="learning.submission_accepted")
        assert (fact.payload["schedule"], fact.payload["accepted"]) == (str(run.pk), True)


def test_who_is_enrolled_later_gets_what_is_not_due_and_who_withdraws_loses_it(friday: Friday):
    run = make_run(friday)
    path = friday.rest("other").send(PATH, body(run)).headers["Location"]
    friday.rest("other").send(f"{path}publish/")
    with in_school(friday.school):
        CourseEnrolment.objects.create(student=friday.students[1], schedule=run, status="active", enrolled_at=NOW)
        CourseEnrolment.objects.filter(student=friday.students[0]).update(status="withdrawn")
        follow_run(run.pk)
        void = dict(Submission.objects.values_list("student", "is_void"))
    assert void == {friday.students[0].pk: True, friday.students[1].pk: False}


def test_drafts_are_given_out_and_work_is_closed_by_the_clock(friday: Friday):
    work = friday.work(published=False, publish_at=NOW + timedelta(hours=1), closes_at=DUE + timedelta(days=1))
    actor = system_actor(friday.school.pk)
    states = []
    for after in (timedelta(minutes=30), timedelta(hours=2), timedelta(days=9)):
        with at(NOW, seconds=after.total_seconds()), in_school(friday.school):
            publish_scheduled(actor=actor)
            close_overdue(actor=actor)
            follow_audience()
            work.refresh_from_db()
            states.append((work.status, Submission.objects.count()))

    assert states == [("draft", 0), ("published", 3), ("closed", 3)]
    with at(datetime(2026, 12, 1, tzinfo=UTC)):
        assert friday.rest("student").send(own(work, "submit/"), {"text": "x"}).json()["code"] == "assignment_closed"
