"""The journey: each step follows from what happened, at every door, and from nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import EmailAddress
from lyceum.domains.admissions.models import Application
from lyceum.domains.admissions.rules.intakes import add_standing_intake
from lyceum.domains.calendars.rules.answers import answer_event
from lyceum.domains.calendars.rules.events import create_event, publish_event
from lyceum.domains.learning.models import (
    Certificate,
    Completion,
    Course,
    CourseEnrolment,
    CourseLesson,
    IssuerKey,
    LearnerAccess,
    LearningSchedule,
    LessonProgress,
    Meeting,
    Module,
)
from lyceum.domains.people.models import Student
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.students import NewStudent, create_student
from lyceum.domains.reports.journey import known, read_journey
from lyceum.domains.reports.journey.steps import STEPS, settle
from lyceum.domains.tenancy.models import School
from lyceum.domains.website.models import AlumniProfile
from lyceum.testing.clients import browser, software, statements_for, stranger
from lyceum.testing.factories import (
    NOW,
    account_for,
    as_actor,
    in_school,
    make_admin,
    make_manager,
    make_school,
    make_student,
    make_teacher,
    make_user,
)

pytestmark = pytest.mark.django_db
DASHBOARD = "/api/v1/students/me/dashboard/"


@dataclass
class Newcomer:
    """Somebody with an account and a record, who is in nothing yet."""

    school: School
    student: Student
    run: LearningSchedule
    lesson: CourseLesson


@pytest.fixture(autouse=True)
def _friday() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def newcomer() -> Newcomer:
    school = make_school()
    with in_school(school):
        new = NewStudent(NewPerson(full_name="Nell New"), confirm_new=True)
        student = create_student(new, actor=system_actor(school.pk))
        course = Course.objects.create(name="Chess", slug="chess", status="published")
        run = LearningSchedule.objects.create(
            course=course, start_on=date(2026, 9, 1), end_on=date(2027, 1, 1), delivery="online", status="published"
        )
        module = Module.objects.create(schedule=run, title="Openings", order=1)
        lesson = CourseLesson.objects.create(module=module, title="e4", order=1)
    account_for(student.person, Role.APPLICANT)
    return Newcomer(school, student, run, lesson)


def states(journey: object) -> dict[str, str]:
    return {step.key: step.state for step in journey.steps}  # type: ignore[attr-defined]  # a Journey


def current(newcomer: Newcomer) -> str:
    actor = as_actor(newcomer.student.person.user, newcomer.school)
    with in_school(newcomer.school):
        return read_journey(actor).current


def has_applied(newcomer: Newcomer, status: str) -> None:
    """An application in a state: the first as it is sent, afterwards the same one."""
    student = newcomer.student
    with in_school(newcomer.school):
        intake = add_standing_intake()
        Application.objects.update_or_create(
            intake=intake,
            filled_in_by=student.person.user,
            defaults={
                "status": status,
                "student": None if status == "draft" else student,
                "submitted_at": None if status == "draft" else NOW,
                "decision": status if status in ("approved", "rejected") else "",
                "decided_at": NOW if status in ("offered", "approved", "rejected") else None,
            },
        )


def test_the_current_step_moves_with_what_happens(newcomer):
    student, school, user = newcomer.student, newcomer.school, newcomer.student.person.user
    address = EmailAddress.objects.create(user=user, address="nell@hill.example")
    found = [current(newcomer)]
    EmailAddress.objects.filter(pk=address.pk).update(verified_at=NOW)
    found.append(current(newcomer))
    for status in ("draft", "submitted", "under_review", "offered", "approved"):
        has_applied(newcomer, status)
        found.append(current(newcomer))
    with in_school(school):
        enrolment = CourseEnrolment.objects.create(
            student=student, schedule=newcomer.run, status="active", enrolled_at=NOW
        )
    found.append(current(newcomer))
    with in_school(school):
        LessonProgress.objects.create(enrolment=enrolment, lesson=newcomer.lesson, first_opened_at=NOW)
    found.append(current(newcomer))
    with in_school(school):
        actor = system_actor(school.pk)
        event = create_event(values={"title": "Fair", "date": date(2026, 12, 1), "visibility": "public"}, actor=actor)
        publish_event(event.pk, actor=actor)
        answer_event(event.pk, actor=as_actor(user, school))
    found.append(current(newcomer))
    with in_school(school):
        Completion.objects.create(
            student=student, course=newcomer.run.course, enrolment=enrolment, completed_at=NOW, snapshot={}
        )
    found.append(current(newcomer))
    with in_school(school):
        profile = AlumniProfile.objects.create(student=student, name="Nell New", consent_at=NOW, state="submitted")
    found.append(current(newcomer))
    with in_school(school):
        AlumniProfile.objects.filter(pk=profile.pk).update(state="published", published_at=NOW)
    found.append(current(newcomer))

    assert found == [
        "registration",
        "application",
        "application",  # a draft is not sent yet
        "review",
        "review",
        "approval",  # the offer waits for an answer
        "enrolment",
        "learning",
        "engagement",
        "completion",
        "alumni",
        "alumni",  # the profile waits for the office
        "",
    ]


@pytest.mark.parametrize("status", ["rejected", "expired", "declined", "withdrawn", "rescinded"])
def test_who_was_turned_away_sees_a_plain_end_and_what_is_possible_now(newcomer, status):
    has_applied(newcomer, status)
    applicant = software(newcomer.student.person.user, newcomer.school)

    shown = applicant.get(DASHBOARD).json()

    assert (shown["journey"]["outcome"], shown["journey"]["current"]) == (status, "")
    assert shown["journey"]["next_act"]["link"] == "/apply/"
    assert shown["application"]["status"] == status
    later = {each["state"] for each in shown["journey"]["steps"][4:]}
    assert later == {"upcoming"}


def test_access_that_begins_later_is_no_approval_before_that_instant(newcomer):
    at = NOW + timedelta(hours=1)
    with in_school(newcomer.school):
        LearnerAccess.objects.create(student=newcomer.student, source="granted", granted_at=at)

    before = current(newcomer)
    with clock.frozen(at):
        after = current(newcomer)

    assert (before, after) == ("application", "enrolment")


def test_who_came_by_the_roll_has_skipped_the_application(newcomer):
    student = make_student(newcomer.school)
    user = account_for(student.person, Role.STUDENT)

    with in_school(newcomer.school):
        found = states(read_journey(as_actor(user, newcomer.school)))

    assert [key for key, state in found.items() if state == "skipped"] == ["application", "review", "approval"]
    assert [key for key, state in found.items() if state == "current"] == ["learning"]


def test_an_event_before_the_application_skips_nothing():
    done = dict.fromkeys(STEPS) | {key: known.Done(NOW) for key in ("discovery", "registration", "engagement")}

    steps = settle(done, {}, is_over=False)

    assert {step.key: step.state for step in steps if step.state != "upcoming"} == {
        "discovery": "done",
        "registration": "done",
        "application": "current",
        "engagement": "done",
    }


def test_who_may_ask_about_whom(newcomer):
    school, other = newcomer.school, make_school("Dale School")
    applicant = software(make_user(school, Role.APPLICANT), school)
    query = {"student": str(newcomer.student.pk)}

    alone = applicant.get(DASHBOARD)
    assert (alone.status_code, alone.json()["student"]) == (200, None)
    assert alone.json()["journey"]["next_act"] == {"title": "Apply for a place", "link": "/apply/"}
    assert applicant.get(DASHBOARD, query).status_code == 403
    assert software(make_admin(school), school).get(DASHBOARD, query).json()["student"]["name"] == "Nell New"
    assert software(make_admin(other), other).get(DASHBOARD, query).status_code == 404
    for user in (make_teacher(school), make_manager(school, "Office"), make_user(school, Role.GUARDIAN)):
        assert software(user, school).get(DASHBOARD).status_code == 403
        assert browser(user, school).get("/journey/").status_code == 403
    assert stranger(school).get(DASHBOARD).status_code == 401


def test_the_same_way_through_every_door(newcomer):
    user, school = newcomer.student.person.user, newcomer.school
    rest = software(user, school).get(DASHBOARD).json()["journey"]
    query = (
        "{ journey { sentence current outcome nextAct { title link } steps { key state doneAt nextAct { link } } } }"
    )

    graphql = software(user, school).send("/graphql", {"query": query}).json()["data"]["journey"]
    page = browser(user, school).get("/journey/").content.decode()
    today = browser(user, school).get("/today/").content.decode()

    assert [each["key"] for each in rest["steps"]] == list(STEPS)
    assert [(e["key"], e["state"]) for e in graphql["steps"]] == [(e["key"], e["state"]) for e in rest["steps"]]
    assert graphql["nextAct"]["link"] == rest["next_act"]["link"]
    assert (graphql["current"], graphql["sentence"]) == (rest["current"], rest["sentence"])
    for shown in (page, today):
        assert rest["sentence"] in shown
        assert f'href="{rest["next_act"]["link"]}"' in shown


def test_the_dashboard_tells_of_courses_meetings_and_certificates(newcomer):
    school, student, run = newcomer.school, newcomer.student, newcomer.run
    monday = datetime(2026, 11, 23, 16, tzinfo=UTC)
    software_of = software(student.person.user, school)
    software_of.get(DASHBOARD)
    with in_school(school):
        enrolment = CourseEnrolment.objects.create(student=student, schedule=run, status="active", enrolled_at=NOW)
        for week in range(3):
            starts = monday + timedelta(weeks=week)
            Meeting.objects.create(schedule=run, starts_at=starts, ends_at=starts + timedelta(hours=1))
        done = Completion.objects.create(student=student, course=run.course, completed_at=NOW, snapshot={})
        key = IssuerKey.objects.create(kid="k", public_jwk={}, private_key="x", status_list=1)
        Certificate.objects.create(
            completion=done, code="C1", serial=1, recipient_name="Nell New", course_name="Chess", issuer_name="Hill",
            issuer_url="https://x", issued_at=NOW, credential="x", key=key, status_index=0,
        )  # fmt: skip

    shown = software_of.get(DASHBOARD).json()

    assert [(e["id"], e["course"], e["status"]) for e in shown["course_enrolments"]] == [
        (str(enrolment.pk), "Chess", "active")
    ]
    assert shown["next_meeting"]["starts_at"] == "2026-11-23T16:00:00Z"
    assert [each["code"] for each in shown["certificates"]] == ["C1"]
    assert statements_for(software_of, DASHBOARD) <= 40
