"""Approval, materials, joining, progress and completion, through the doors."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.ids import new_id
from lyceum.core.permissions import Role
from lyceum.domains.journal.models import Fact
from lyceum.domains.learning.models import Completion, CourseEnrolment, LearnerAccess, MaterialOpening
from lyceum.domains.learning.rules.access import revoke_access
from lyceum.domains.learning.rules.completion import evaluate
from lyceum.domains.learning.rules.lapsing import lapse_enrolments
from lyceum.domains.learning.rules.settings import edit_learning_settings
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
from lyceum.domains.notifications.models import Notification
from lyceum.domains.people.models import Student
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import Caller, software, statements_for, stranger
from lyceum.testing.factories import (
    NOW,
    account_for,
    guardian_of,
    in_school,
    make_admin,
    make_manager,
    make_school,
    make_student,
    make_user,
)

pytestmark = pytest.mark.django_db
MATERIALS, OWN = "/api/v1/students/me/learning-materials/", "/api/v1/students/me/courses/"
PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _a_friday_morning():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def school() -> School:
    return make_school("Hill School")


@pytest.fixture
def admin(school) -> Caller:
    return software(make_admin(school), school)


@pytest.fixture
def applicant(school) -> Student:
    return make_applicant(school)


def as_learner(student: Student) -> Caller:
    return software(student.person.user, School.objects.get(pk=student.school_id))


def refused(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def join(caller: Caller, run) -> dict:
    answer = caller.send(f"/api/v1/students/me/enroll/{run.pk}/")
    assert answer.status_code in (200, 201), answer.content
    return answer.json()


def materials_of(caller: Caller) -> set[str]:
    answer = caller.get(MATERIALS)
    assert answer.status_code == 200, answer.content
    return {
        row["title"]
        for course in answer.json()["courses"]
        for group in (course, *course["schedules"])
        for row in group["materials"]
    }


def add_pdf(admin: Caller, **values) -> str:
    document = SimpleUploadedFile("plan.pdf", PDF, content_type="application/pdf")
    answer = admin.post("/api/v1/materials/upload/", {"file": document, "title": "Plan", **values})
    assert answer.status_code == 201, answer.content
    return answer.json()["id"]


def test_materials_open_with_approval_and_close_with_its_end(school, admin, applicant):
    course, application = make_course(school), new_id()
    for kind, url in (
        ("github_repository", "https://github.com/acme/welding"),
        ("discord", "https://discord.gg/abc123"),
        ("video", "https://www.youtube.com/watch?v=abc"),
    ):
        make_material(school, course_id=course.pk, kind=kind, title=kind, url=url)
    add_pdf(admin, course_id=str(course.pk))
    learner = as_learner(applicant)

    early = learner.get(MATERIALS)
    assert (refused(early), early.json()["detail"]) == (
        (403, "application_not_approved"), "Your application is under review",
    )  # fmt: skip
    approve(applicant, course, source_id=application)
    (shown,) = learner.get(MATERIALS).json()["courses"]
    assert {row["kind"] for row in shown["materials"]} == {"github_repository", "discord", "video", "document"}
    link = next(row["file_url"] for row in shown["materials"] if row["kind"] == "document")
    answer = learner.get(link)
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (200, PDF, "private, no-store")
    other = make_applicant(school, "Otto Other")
    approve(other)
    assert refused(as_learner(other).get(link)) == (410, "link_ended")

    with in_school(school):
        assert revoke_access("application", application, reason="place lost", actor=system_actor(school.pk)) == 1
    assert refused(learner.get(MATERIALS)) == (403, "application_not_approved")
    assert learner.get(link).status_code == 404


def test_a_link_to_a_file_lives_five_minutes(school, admin, applicant):
    course = make_course(school)
    add_pdf(admin, course_id=str(course.pk))
    approve(applicant)
    learner = as_learner(applicant)
    link = learner.get(MATERIALS).json()["courses"][0]["materials"][0]["file_url"]

    with clock.frozen(NOW + timedelta(seconds=10)):
        assert learner.get(link).status_code == 200
    assert refused(learner.get(link[:-1] + ("a" if link[-1] != "a" else "b"))) == (410, "link_ended")


def test_who_is_no_learner_is_told_so_and_an_admin_sees_all(school, admin):
    make_material(school, course_id=make_course(school).pk, title="Page")
    _staff, teacher = make_instructor(school)
    pupil = make_student(school)
    account_for(pupil.person, Role.STUDENT)

    assert refused(software(teacher, school).get(MATERIALS)) == (403, "not_a_learner")
    assert refused(software(make_user(school, Role.APPLICANT), school).get(MATERIALS)) == (
        403, "application_not_approved",
    )  # fmt: skip
    assert stranger(school).get(MATERIALS).status_code == 401
    assert materials_of(admin) == {"Page"}
    assert materials_of(as_learner(pupil)) == {"Page"}
    with in_school(school):
        edit_learning_settings(values={"roll_grants_learning": False}, actor=system_actor(school.pk))
    assert refused(as_learner(pupil).get(MATERIALS)) == (403, "application_not_approved")


def test_approval_counts_for_what_is_in_a_course_from_its_moment_on(school, applicant):
    top = make_course(school, "Top")
    inside = make_course(school, "Inside", parent_id=top.pk)
    for course in (top, inside, make_course(school, "Beside")):
        make_material(school, course_id=course.pk, title=course.name)
    elsewhere = make_school("Oak School")
    make_material(elsewhere, course_id=make_course(elsewhere, "Elsewhere").pk, title="Elsewhere")
    approve(applicant, top)
    learner = as_learner(applicant)
    assert materials_of(learner) == {"Top", "Inside"}

    with in_school(school):
        LearnerAccess.objects.update(granted_at=NOW + timedelta(hours=1))
    assert refused(learner.get(MATERIALS)) == (403, "application_not_approved")


def test_a_runs_materials_need_an_enrolment_and_outlive_completion_by_a_year(school, admin, applicant):
    run = make_run(school)
    module = make_module(run)
    lesson = make_lesson(module)
    make_material(school, schedule_id=run.pk, title="Of the run")
    make_material(school, module_id=module.pk, title="Of the module")
    make_material(school, lesson_id=lesson.pk, title="Of the lesson")
    later = {"visible_from": NOW + timedelta(days=1)}
    make_material(school, schedule_id=run.pk, title="Not yet", **later)
    approve(applicant)
    learner = as_learner(applicant)
    all_three = {"Of the run", "Of the module", "Of the lesson"}

    assert materials_of(learner) == set()
    enrolment = join(learner, run)
    assert materials_of(learner) == all_three
    learner.send(f"/api/v1/lessons/{lesson.pk}/done/")
    assert learner.get(OWN).json()["items"][0]["status"] == "completed"
    with clock.frozen(NOW + timedelta(days=364)):
        again = as_learner(applicant)
        assert materials_of(again) == all_three | {"Not yet"}
    with clock.frozen(NOW + timedelta(days=366)):
        assert materials_of(as_learner(applicant)) == set()
    with in_school(school):
        CourseEnrolment.objects.filter(pk=enrolment["id"]).update(status="withdrawn")
    assert materials_of(learner) == set()


def test_the_page_of_a_run_shows_materials_to_those_on_it_and_titles_to_their_family(school, admin):
    staff, teacher = make_instructor(school)
    run = make_run(school, instructor_id=staff)
    other = make_run(school, run.course)
    make_material(school, schedule_id=run.pk, title="Page")
    pupil = make_student(school)
    account_for(pupil.person, Role.STUDENT)
    guardian = software(guardian_of(pupil), school)
    path = f"/api/v1/schedules/{run.pk}/materials/"
    shown = lambda caller: [(row["title"], row["url"]) for row in caller.get(path).json()["items"]]  # noqa: E731

    assert (shown(guardian), shown(as_learner(pupil))) == ([], [])
    join(as_learner(pupil), run)
    assert shown(as_learner(pupil)) == shown(software(teacher, school)) == [("Page", "https://example.org/")]
    assert shown(guardian) == [("Page", None)]
    assert software(teacher, school).get(f"/api/v1/schedules/{other.pk}/materials/").json()["items"] == []
    assert stranger(school).get(path).status_code == 401


def test_the_first_opening_is_kept_and_looking_leaves_no_trace(school, applicant):
    material = make_material(school, course_id=make_course(school).pk)
    approve(applicant)
    learner = as_learner(applicant)
    path = f"/api/v1/materials/{material.pk}/"

    assert learner.get(path).json()["url"] == "https://example.org/"
    with in_school(school):
        assert not MaterialOpening.objects.exists()
    for _again in range(2):
        assert learner.send(f"{path}opened/").status_code == 204
    with in_school(school):
        assert MaterialOpening.objects.get().student_id == applicant.pk
        assert Fact.objects.filter(type="learning.material.opened").count() == 1


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("link", "http://example.org/"),
        ("link", "javascript:alert(1)"),
        ("link", "https://user@example.org/"),
        ("link", "https://[bad"),
        ("github_repository", "https://github.com.evil.example/a/b"),
        ("github_repository", "https://github.com/only-owner"),
        ("discord", "https://discord.example/abc"),
        ("lti_tool", "https://example.org/"),
        ("document", "https://example.org/"),  # is uploaded
    ],
)
def test_an_address_is_of_the_kind_that_it_claims(school, admin, kind, url):
    body = {"kind": kind, "title": "T", "url": url, "course_id": str(make_course(school).pk)}

    assert admin.send("/api/v1/materials/", body).status_code == 422


def test_what_is_no_document_is_refused_and_leaves_nothing(school, admin):
    course = make_course(school)
    fake = SimpleUploadedFile("plan.pdf", b"MZ\x90\x00" + b"\0" * 100, content_type="application/pdf")

    answer = admin.post("/api/v1/materials/upload/", {"file": fake, "course_id": str(course.pk)})

    assert refused(answer) == (415, "file_type")
    assert materials_of(admin) == set()


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


def test_a_course_may_ask_for_the_instructors_word(school, admin, applicant):
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
    _other, stranger_teacher = make_instructor(school, "Olga Other")
    assert software(stranger_teacher, school).send(path).status_code == 404
    assert teacher.send(path).json()["status"] == "completed"


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


def test_a_run_that_nobody_completed_ends_a_month_later(school, admin):
    run = make_run(school, end_on=date(2026, 11, 21))
    pupil = make_student(school)
    admin.send(f"/api/v1/schedules/{run.pk}/enrolments/", {"student_id": str(pupil.pk)})

    for days, expected in ((31, "active"), (32, "not_completed")):
        with clock.frozen(NOW + timedelta(days=days)), in_school(school):
            lapse_enrolments(actor=system_actor(school.pk))
            assert CourseEnrolment.objects.get().status == expected
