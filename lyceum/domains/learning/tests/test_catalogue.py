"""Courses, their tree, runs, modules and lessons: who writes them, and what everybody reads."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from lyceum.core import clock
from lyceum.domains.learning.models import Course
from lyceum.domains.learning.tests.assignments.conftest import PDF, photo
from lyceum.domains.learning.tests.making import (
    make_course,
    make_instructor,
    make_lesson,
    make_module,
    make_run,
)
from lyceum.domains.tenancy.models import School
from lyceum.testing.clients import Caller, browser, software, statements_for, stranger
from lyceum.testing.factories import NOW, in_school, make_admin, make_manager, make_school, make_student

pytestmark = pytest.mark.django_db
COURSES, RUNS, MODULES, LESSONS = (f"/api/v1/{name}/" for name in ("courses", "schedules", "modules", "lessons"))
DATES = {"start_date": "2026-11-23", "end_date": "2027-01-29"}


@pytest.fixture(autouse=True)
def _a_friday_morning():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def school() -> School:
    make_school("Oak School")
    return make_school("Hill School")


@pytest.fixture
def admin(school) -> Caller:
    return software(make_admin(school), school)


def of(answer, *names):
    assert answer.status_code < 300, answer.content
    found = answer.json()
    return [found[name] for name in names]


def listed(caller: Caller, path: str, name: str = "name") -> list[str]:
    answer = caller.get(path)
    assert answer.status_code == 200, answer.content
    return [each[name] for each in answer.json()["items"]]


def refused(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_course_is_a_draft_until_it_is_complete_and_published(school, admin):
    made = admin.send(COURSES, {"name": "Welding", "description": "", "category": None, "parent_id": None})
    course_id, status, slug = of(made, "id", "status", "slug")
    path = f"{COURSES}{course_id}/"
    assert (status, slug, made["Location"]) == ("draft", "welding", path)
    assert listed(stranger(school), COURSES) == []
    assert stranger(school).get(path).status_code == 404

    early = admin.send(path, {"status": "published"}, method="patch")
    assert refused(early) == (422, "not_ready_to_publish")
    assert [each["pointer"] for each in early.json()["errors"]] == ["/category", "/description"]

    shelf = admin.send("/api/v1/course-categories/", {"name": "Crafts"}).json()
    whole = {"name": "Welding 1", "category": shelf["slug"], "description": "# Sparks\n<script>x</script>"}
    answer = admin.send(path, whole | {"parent_id": None, "status": "published"}, method="put")
    html, category = of(answer, "description_html", "category")
    assert (category, "<script>" in html, "<h2>Sparks</h2>" in html) == (shelf["id"], False, True)
    assert listed(stranger(school), COURSES) == ["Welding 1"]
    assert listed(stranger(School.objects.get(name="Oak School")), COURSES) == []

    assert admin.send(path, {"status": "archived"}, method="patch").status_code == 200
    assert listed(stranger(school), COURSES) == []
    assert listed(admin, COURSES) == ["Welding 1"]
    assert refused(admin.send(path, {"status": "draft"}, method="patch")) == (409, "course_state")


def test_replacing_a_course_needs_its_fields_and_refuses_others(school, admin):
    path = f"{COURSES}{make_course(school).pk}/"

    missing = admin.send(path, {"name": "Welding", "description": "x", "parent_id": None}, method="put")
    unknown = admin.send(path, {"name": "Welding", "title": "x"}, method="patch")

    assert (missing.status_code, missing.json()["errors"][0]["pointer"]) == (422, "/category")
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "unknown_field")


def test_the_tree_has_three_levels_and_no_loop(school, admin):
    top, middle, leaf, more = (make_course(school, name) for name in ("Top", "Middle", "Leaf", "More"))
    move = lambda course, parent: admin.send(f"{COURSES}{course.pk}/", {"parent_id": str(parent.pk)}, method="patch")  # noqa: E731

    assert move(leaf, middle).status_code == 200
    assert move(middle, top).status_code == 200
    assert refused(move(more, leaf)) == (422, "too_deep")
    assert refused(move(top, more)) == (422, "too_deep")
    assert refused(move(top, leaf)) == (422, "course_loop")
    assert refused(move(top, top)) == (422, "course_loop")
    (tree,) = [each for each in admin.get(f"{COURSES}?tree=true").json()["items"] if each["name"] == "Top"]
    assert tree["subcourses"][0]["subcourses"][0]["name"] == "Leaf"
    assert listed(admin, f"{COURSES}?parent={top.pk}") == ["Middle"]
    admin.send(f"{COURSES}{middle.pk}/", {"status": "archived"}, method="patch")
    assert listed(stranger(school), COURSES) == ["More", "Top"]


def test_prerequisites_make_no_loop_and_are_of_the_same_school(school, admin):
    one, two, three = (make_course(school, name) for name in ("One", "Two", "Three"))
    elsewhere = make_course(School.objects.get(name="Oak School"), "Elsewhere")
    need = lambda course, *others: admin.send(  # noqa: E731
        f"{COURSES}{course.pk}/", {"prerequisites": [str(each.pk) for each in others]}, method="patch"
    )

    assert need(two, one).status_code == 200
    assert of(need(three, two), "prerequisites") == [[str(two.pk)]]
    assert refused(need(one, three)) == (422, "course_loop")
    assert need(one, elsewhere).status_code == 422
    assert admin.get(f"{COURSES}{elsewhere.pk}/").status_code == 404


def test_a_used_course_is_archived_and_never_deleted(school, admin):
    used, unused = make_course(school, "Used"), make_course(school, "Unused")
    make_run(school, used)

    kept = admin.send(f"{COURSES}{used.pk}/", method="delete")

    assert refused(kept) == (409, "course_in_use")
    assert (kept.json()["counts"], "Archive instead" in kept.json()["detail"]) == ({"runs": 1}, True)
    assert admin.send(f"{COURSES}{unused.pk}/", method="delete").status_code == 204
    with in_school(school):
        assert list(Course.objects.all()) == [used]


def test_the_catalogue_takes_as_many_statements_for_three_as_for_one(school, admin):
    run = make_run(school, make_course(school, "One"))
    make_lesson(make_module(run))
    make_run(school, make_course(school, "Inside", parent_id=run.course_id))
    paths = (f"{COURSES}?tree=true", f"{COURSES}{run.course_id}/", RUNS, f"{RUNS}{run.pk}/", MODULES, LESSONS)
    visitor, learner = stranger(school), browser(make_manager(school, "Courses"), school)
    before = [statements_for(each, path) for path in paths for each in (visitor, learner)]

    for name in ("Two", "Three"):
        part = make_course(school, name, parent_id=run.course_id)
        other = make_run(school, part)
        make_run(school, run.course)
        for _n in range(2):
            make_lesson(make_module(run, name + str(_n)), name)
        make_lesson(make_module(other))

    assert [statements_for(each, path) for path in paths for each in (visitor, learner)] == before
    beside = statements_for(visitor, "/api/v1/locations/") - 1  # who asks, and in which school
    assert before[0] - beside <= 6


def test_an_instructor_changes_own_runs_and_no_others(school, admin):
    staff, user = make_instructor(school)
    other_staff, _other = make_instructor(school, "Olga Other")
    mine = make_run(school, name="A", instructor_id=staff)
    theirs = make_run(school, mine.course, name="B", instructor_id=other_staff)
    hidden = make_run(school, mine.course, name="C", instructor_id=other_staff, status="draft")
    teacher = software(user, school)
    path = f"{RUNS}{mine.pk}/"

    assert of(teacher.send(path, {"name": "A1"}, method="patch"), "name") == ["A1"]
    assert refused(teacher.send(f"{RUNS}{theirs.pk}/", {"name": "B1"}, method="patch")) == (403, "not_allowed")
    assert teacher.send(f"{RUNS}{hidden.pk}/", {"name": "C1"}, method="patch").status_code == 404
    for values in ({"price_minor": 100}, {"instructor_id": str(other_staff)}):
        assert refused(teacher.send(path, values, method="patch")) == (403, "not_allowed")
    assert admin.send(path, {"instructor_id": str(other_staff)}, method="patch").status_code == 200
    assert refused(teacher.send(path, {"name": "A2"}, method="patch")) == (403, "not_allowed")
    assert admin.get(path).json()["name"] == "A1"


def test_an_instructor_who_makes_a_run_becomes_its_instructor(school):
    staff, user = make_instructor(school)
    other_staff, _other = make_instructor(school, "Olga Other")
    body = DATES | {"course_id": str(make_course(school).pk), "location_id": None}
    teacher = software(user, school)

    made = teacher.send(RUNS, body | {"instructor_id": None})
    refusal = teacher.send(RUNS, body | {"instructor_id": str(other_staff)})

    assert (made.status_code, of(made, "instructor_id", "status")) == (201, [str(staff), "draft"])
    assert refused(refusal) == (403, "not_allowed")
    assert refused(teacher.send(COURSES, {"name": "Mine"})) == (403, "not_allowed")
    assert refused(teacher.send(MODULES, {"schedule_id": made.json()["id"], "title": "M"})) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"end_date": "2026-11-01"}, "/end_date"),  # before it begins
        ({"start_date": "0001-01-01"}, "/start_date"),  # as nobody means it
        ({"capacity": 0}, "/capacity"),
        ({"delivery": "by_post"}, "/delivery"),
        ({"location_id": "00000000-0000-7000-8000-000000000000"}, "/location_id"),  # nobody's
        ({"course_id": "00000000-0000-7000-8000-000000000000"}, "/course_id"),
        ({"enrol_from": "2026-11-20T00:00:00Z", "enrol_until": "2026-11-19T00:00:00Z"}, "/enrol_until"),
        ({"status": "published"}, "/location_id"),  # nowhere, and not online
    ],
)
def test_a_run_that_makes_no_sense_is_refused_in_words(school, admin, values, pointer):
    answer = admin.send(RUNS, DATES | {"course_id": str(make_course(school).pk)} | values)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_a_published_run_is_cancelled_and_a_draft_deleted(school, admin):
    run = make_run(school)
    draft = make_run(school, run.course, status="draft")

    assert refused(admin.send(f"{RUNS}{run.pk}/", method="delete")) == (409, "schedule_in_use")
    assert admin.send(f"{RUNS}{draft.pk}/", method="delete").status_code == 204
    assert listed(stranger(school), RUNS, "id") == [str(run.pk)]
    assert listed(stranger(school), f"{RUNS}?phase=finished", "id") == []
    assert stranger(school).get(f"{RUNS}?phase=soon").status_code == 422


def test_lessons_show_their_outline_to_everybody_and_their_content_to_learners(school, admin):
    run = make_run(school)
    module = make_module(run)
    secret = make_lesson(module, "Sparks", access="enrolled")
    make_lesson(module, "Welcome", access="open")
    make_lesson(make_module(run, "Later", opens_at="2026-12-01T08:00:00Z"), "Future", access="open")
    draft = make_lesson(make_module(make_run(school, run.course, status="draft")), "Hidden")
    visitor = stranger(school)

    answer = visitor.get(f"{LESSONS}{secret.pk}/")
    assert of(answer, "title", "order", "content", "content_html", "locked") == [
        "Sparks",
        1,
        None,
        None,
        "not_enrolled",
    ]
    assert "text" not in answer.content.decode()
    shown = visitor.get(f"{LESSONS}?schedule={run.pk}").json()["items"]
    assert [(each["title"], each["locked"], bool(each["content"])) for each in shown] == [
        ("Sparks", "not_enrolled", False), ("Welcome", None, True), ("Future", "opens_at", False),
    ]  # fmt: skip
    assert visitor.get(f"{LESSONS}{draft.pk}/").status_code == 404
    assert "<em>text</em>" in admin.get(f"{LESSONS}{secret.pk}/").json()["content_html"]
    pupil = make_student(school, name="Not on it")
    assert pupil is not None
    assert "text" not in visitor.get(f"{RUNS}{run.pk}/").content.decode()


def test_lessons_are_put_in_order_in_one_call_or_not_at_all(school, admin):
    module = make_module(make_run(school))
    lessons = [make_lesson(module, f"L{n}") for n in range(4)]
    path, ids = f"{MODULES}{module.pk}/lesson-order/", [str(each.pk) for each in lessons]

    turned = admin.send(path, {"ids": ids[::-1]})
    assert [(each["title"], each["order"]) for each in turned.json()["lessons"]] == [
        ("L3", 1), ("L2", 2), ("L1", 3), ("L0", 4),
    ]  # fmt: skip
    elsewhere = str(make_lesson(make_module(make_run(school))).pk)
    short = admin.send(path, {"ids": ids[1:]})
    assert (refused(short), short.json()["missing"], short.json()["unknown"]) == ((422, "order_mismatch"), ids[:1], [])
    foreign = admin.send(path, {"ids": [*ids[1:], elsewhere]})
    assert (foreign.json()["missing"], foreign.json()["unknown"]) == (ids[:1], [elsewhere])
    assert refused(admin.send(path, {"ids": [*ids, ids[0]]})) == (422, "order_mismatch")
    assert refused(admin.send(f"{LESSONS}{ids[0]}/", {"order": 1}, method="patch")) == (422, "order_mismatch")
    assert [each["title"] for each in admin.get(f"{MODULES}{module.pk}/").json()["lessons"]] == ["L3", "L2", "L1", "L0"]


def test_a_change_on_an_old_version_is_refused(school, admin):
    path = f"{RUNS}{make_run(school).pk}/"
    tag = admin.get(path)["ETag"]
    admin.send(path, {"name": "First"}, method="patch")

    stale = admin.send(path, {"name": "Second"}, method="patch", **{"If-Match": tag})

    assert refused(stale) == (412, "version_conflict")


def test_a_course_has_a_picture_that_is_painted_anew_and_shown_to_whoever_reads_the_course(school, admin):
    course, draft = make_course(school), make_course(school, "Draft", status="draft")
    path, visitor = f"{COURSES}{course.pk}/picture/", stranger(school)

    def hand_in(content: bytes, alt: str = "Sparks", to: str = path):
        return admin.post(to, {"file": SimpleUploadedFile("sparks.png", content), "image_alt": alt})

    assert visitor.get(path).status_code == 404
    assert hand_in(photo("PNG"), alt=" ").json()["errors"][0]["pointer"] == "/image_alt"
    assert refused(hand_in(PDF)) == (415, "file_type")
    first = hand_in(photo("PNG")).json()
    assert (first["image_alt"], first["image_url"].partition("?")[0]) == ("Sparks", path)
    answer = visitor.get(first["image_url"])
    assert answer.status_code == 200, answer.content[:1500]
    with Image.open(BytesIO(answer.content)) as shown:
        assert (answer["Content-Type"], shown.format, shown.size) == ("image/webp", "WEBP", (8, 6))
    assert (
        first["image_url"]
        in browser(make_admin(school), school).get(f"/learning/courses/{course.pk}/").content.decode()
    )
    second = hand_in(photo("JPEG")).json()
    assert second["image_url"] != first["image_url"]
    assert hand_in(photo("PNG"), to=f"{COURSES}{draft.pk}/picture/").status_code == 200
    assert visitor.get(f"{COURSES}{draft.pk}/picture/").status_code == 404
    assert admin.send(path, method="delete").json()["image_url"] == ""
    with in_school(school):
        assert Course.objects.get(pk=course.pk).image_alt == ""
