"""The pages: from the catalogue to completion, and the editor's buttons, all without scripts."""

from datetime import date

import pytest

from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.domains.learning.models import (
    Course,
    CourseEnrolment,
    CourseLesson,
    LearningSchedule,
    LessonProgress,
    MaterialOpening,
    Meeting,
    Module,
)
from lyceum.domains.learning.settings import school_settings
from lyceum.domains.learning.tests.making import (
    make_course,
    make_instructor,
    make_lesson,
    make_material,
    make_module,
    make_run,
)
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import Caller, browser, software, statements_for, stranger
from lyceum.testing.factories import NOW, account_for, guardian_of, in_school, make_admin, make_school, make_student

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_friday_morning():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def school() -> School:
    return make_school("Hill School")


@pytest.fixture
def admin(school) -> Caller:
    return browser(make_admin(school), school)


def read(caller: Caller, path: str) -> str:
    answer = caller.get(path)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def sent(caller: Caller, path: str, **form) -> str:
    """Where a form leads."""
    answer = caller.post(path, form)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def learner_of(school: School, **person) -> Caller:
    pupil = make_student(school, **person)
    account_for(pupil.person, Role.STUDENT)
    return browser(pupil.person.user, school)


def test_a_learner_comes_from_the_catalogue_to_completion(school):
    run = make_run(school)
    module = make_module(run)
    first, second = make_lesson(module, "Sparks", access="enrolled"), make_lesson(module, "Seams", access="enrolled")
    make_material(school, schedule_id=run.pk, title="Workbook")
    learner = learner_of(school)
    path, lesson = f"/learning/runs/{run.pk}/", f"/learning/lessons/{first.pk}/"

    assert f"/learning/courses/{run.course_id}/" in read(learner, "/learning/")
    assert "Join this run" in read(learner, f"/learning/courses/{run.course_id}/")
    assert "The <em>text</em>" not in read(learner, lesson)
    assert "Workbook" not in read(learner, path)
    assert sent(learner, path, act="join") == path
    page = read(learner, path)
    assert ("0 % done: 0 of 2 lessons" in page, "Go on: Sparks" in page, "Workbook" in page) == (True, True, True)
    assert "The <em>text</em> of Sparks" in read(learner, lesson)
    assert sent(learner, lesson, act="done") == f"/learning/lessons/{second.pk}/"
    assert "Seams" in read(learner, "/today/")
    assert sent(learner, f"/learning/lessons/{second.pk}/", act="done") == path
    page = read(learner, path)
    assert ("100 % done" in page, "completed" in page) == (True, True)


def test_looking_at_a_lesson_is_noted_by_its_page_and_not_by_reading(school):
    run = make_run(school)
    lesson = make_lesson(make_module(run), completes_on="opened")
    learner = learner_of(school)
    sent(learner, f"/learning/runs/{run.pk}/", act="join")
    path = f"/learning/lessons/{lesson.pk}/"

    assert "data-opened" in read(learner, path)
    with in_school(school):
        assert not LessonProgress.objects.exists()
    assert sent(learner, path, act="opened") == path
    with in_school(school):
        assert LessonProgress.objects.get().completed_at == NOW


def test_a_material_is_opened_by_its_button(school):
    material = make_material(school, course_id=make_course(school).pk, title="Page")
    learner = learner_of(school)
    path = f"/learning/materials/{material.pk}/"

    assert path in read(learner, "/learning/materials/")
    assert 'href="https://example.org/"' not in read(learner, path)
    address = sent(learner, path)
    assert 'href="https://example.org/"' in read(learner, address)
    with in_school(school):
        assert MaterialOpening.objects.count() == 1


def test_a_full_run_and_a_young_learner_are_told_what_to_do(school):
    run = make_run(school, capacity=1)
    path = f"/learning/runs/{run.pk}/"
    sent(learner_of(school), path, act="join")

    second = learner_of(school)
    assert "waiting list" in read(second, path)
    sent(second, path, act="join")
    assert "You are number 1 on the waiting list" in read(second, path)
    child = make_student(school, birth_date=date(2014, 1, 1), name="Anna Young")
    account_for(child.person, Role.STUDENT)
    refused = browser(child.person.user, school).post(path, {"act": "join"})
    assert (refused.status_code, "a guardian enrols you" in refused.content.decode()) == (403, True)
    guardian = browser(guardian_of(child), school)
    assert "Anna Young" in read(guardian, path)
    sent(guardian, path, act="child", student=str(child.pk))
    with in_school(school):
        enrolment = CourseEnrolment.objects.get(student=child)
    sent(guardian, path, act="withdraw", enrolment=str(enrolment.pk))
    with in_school(school):
        assert CourseEnrolment.objects.get(student=child).status == "withdrawn"


def test_who_is_not_signed_in_is_asked_to_sign_in(school):
    for path in ("/learning/", f"/learning/runs/{make_run(school).pk}/"):
        answer = stranger(school).get(path)
        assert (answer.status_code, answer["Location"].startswith("/sign-in/")) == (302, True)


def test_a_course_is_made_published_and_run_on_its_pages(school, admin):
    sent(admin, "/settings/learning/", act="category", name="Crafts")
    path = sent(admin, "/learning/courses/", name="Weaving")
    early = admin.post(path, {"act": "published"})
    assert (early.status_code, "There is a problem" in early.content.decode()) == (422, True)
    form = {"act": "edit", "name": "Weaving", "category": "crafts", "description": "Threads", "price": "12.5"}
    wrong = admin.post(path, form | {"name": "", "summary": "Typed before"})
    assert (wrong.status_code, "Typed before" in wrong.content.decode()) == (422, True)
    sent(admin, path, **form)
    sent(admin, path, act="published")
    with in_school(school):
        course = Course.objects.get()
        assert (course.status, course.price_minor, course.currency) == ("published", 1250, "GBP")
    run = sent(admin, path, act="run", start_date="2026-12-01", end_date="2027-01-29", delivery="online", capacity="5")
    sent(admin, run, act="publish")
    with in_school(school):
        assert LearningSchedule.objects.get().status == "published"
    assert "Weaving" in read(learner_of(school), "/learning/")
    assert "Weaving" in read(admin, "/learning/courses/?status=published")


def test_the_editor_of_a_run_moves_lessons_by_buttons(school, admin):
    run = make_run(school)
    path = f"/learning/runs/{run.pk}/edit/"
    sent(admin, path, act="module", module_title="One")
    sent(admin, path, act="module", module_title="Two")
    with in_school(school):
        one, two = Module.objects.order_by("order")
    for title in ("A", "B", "C"):
        sent(admin, path, act="lesson", row=str(one.pk), lesson_title=title)
    with in_school(school):
        rows = {row.title: row for row in CourseLesson.objects.all()}
    titles = lambda: list(CourseLesson.objects.order_by("order").values_list("title", flat=True))  # noqa: E731

    assert sent(admin, path, act="lesson-up", row=str(rows["C"].pk)) == f"{path}#row-{rows['C'].pk}"
    sent(admin, path, act="lesson-down", row=str(rows["A"].pk))
    sent(admin, path, act="module-down", row=str(one.pk))
    sent(admin, path, act="no-lesson", row=str(rows["B"].pk))
    with in_school(school):
        assert titles() == ["C", "A"]
        assert list(Module.objects.order_by("order")) == [two, one]
    refused = admin.post(path, {"act": "lesson", "row": str(one.pk), "lesson_title": " "})
    assert (refused.status_code, "Write something here" in refused.content.decode()) == (422, True)
    edit = f"/learning/lessons/{rows['A'].pk}/edit/"
    sent(admin, edit, title="A1", content="# Go", access="open", completes_on="marked_done", is_required="1")
    assert "<h2>Go</h2>" in read(admin, f"/learning/lessons/{rows['A'].pk}/")


def test_a_meeting_that_clashes_is_named_and_kept_only_by_a_tick(school, admin):
    staff, _user = make_instructor(school)
    run, other = (make_run(school, instructor_id=staff) for _n in range(2))
    form = {"act": "meeting", "starts_at": "2026-11-23T16:00", "ends_at": "2026-11-23T17:00"}
    sent(admin, f"/learning/runs/{run.pk}/edit/", **form)

    path = f"/learning/runs/{other.pk}/edit/"
    refused = admin.post(path, form)
    assert (refused.status_code, "Welding" in refused.content.decode()) == (409, True)
    sent(admin, path, **form, allow_clash="1")
    with in_school(school):
        assert Meeting.objects.count() == 2


def test_a_run_is_copied_without_its_people(school, admin):
    run = make_run(school, name="Autumn")
    make_lesson(make_module(run, opens_at=NOW), "Sparks")
    make_material(school, schedule_id=run.pk, title="Workbook")
    sent(learner_of(school), f"/learning/runs/{run.pk}/", act="join")

    path = sent(admin, f"/learning/runs/{run.pk}/edit/", act="copy", copy_date="2026-11-30")

    with in_school(school):
        copy = LearningSchedule.objects.get(copied_from=run)
        assert (str(copy.start_on), str(copy.end_on), copy.status) == ("2026-11-30", "2027-02-12", "draft")
        module = copy.modules.get()
        assert ((module.opens_at - NOW).days, module.lessons.get().title) == (14, "Sparks")
        assert (copy.materials.get().title, copy.enrolments.count()) == ("Workbook", 0)
    assert path == f"/learning/runs/{copy.pk}/edit/"


def test_the_learners_of_a_run_are_a_grid_and_a_file(school, admin):
    staff, user = make_instructor(school)
    run = make_run(school, instructor_id=staff)
    lesson = make_lesson(make_module(run), "=Sparks")
    pupil = make_student(school, name="Anna Able")
    path = f"/learning/runs/{run.pk}/learners/"
    assert "Anna Able" in read(admin, f"{path}?q=abl")
    sent(admin, path, act="enrol", student=str(pupil.pk))
    account_for(pupil.person, Role.STUDENT)
    sent(browser(pupil.person.user, school), f"/learning/lessons/{lesson.pk}/", act="done")

    teacher = browser(user, school)
    assert ("Anna Able" in read(teacher, path), "✓" in read(teacher, path)) == (True, True)
    lines = teacher.post(path, {"export": "csv"}).content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Learner,State,Joined,Percent,'=Sparks"
    assert (lines[1].startswith("Anna Able,completed,"), lines[1].endswith(",100,done")) == (True, True)
    before = statements_for(admin, path)
    for _n in range(2):
        sent(admin, path, act="enrol", student=str(make_student(school).pk))
        make_lesson(lesson_module(school, lesson))
    assert statements_for(admin, path) == before
    assert software(user, school).get(f"/api/v1/schedules/{run.pk}/enrolments/").status_code == 200


def lesson_module(school: School, lesson: CourseLesson) -> Module:
    with in_school(school):
        return Module.objects.get(pk=lesson.module_id)


def test_settings_are_kept_and_what_makes_no_sense_is_refused(school, admin):
    form = {
        "act": "settings",
        "lesson_access_default": "enrolled",
        "self_enrol_min_age": "14",
        "roll_grants_learning": "1",
    }
    sent(admin, "/settings/learning/", **form)
    with in_school(school):
        row = school_settings()
        assert (row.lesson_access_default, row.self_enrol_min_age, row.waiting_list_automatic) == (
            "enrolled",
            14,
            False,
        )

    refused = admin.post("/settings/learning/", form | {"assignment_max_file_mb": "51"})
    assert (refused.status_code, "from 1 to 50" in refused.content.decode()) == (422, True)
