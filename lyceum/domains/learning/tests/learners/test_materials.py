"""Approval, and the materials that it opens and closes."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.ids import new_id
from lyceum.core.outgoing import NoSuchHostError, NotPublicError, ask_status
from lyceum.core.permissions import Role
from lyceum.domains.journal.models import Fact
from lyceum.domains.learning.models import CourseEnrolment, LearnerAccess, Material, MaterialOpening
from lyceum.domains.learning.players import find_player
from lyceum.domains.learning.rules.access import revoke_access
from lyceum.domains.learning.rules.links import list_links, look_up, note_links
from lyceum.domains.learning.rules.settings import edit_learning_settings
from lyceum.domains.learning.tests.learners.conftest import (
    MATERIALS,
    OWN,
    PDF,
    add_pdf,
    as_learner,
    join,
    materials_of,
    refused,
)
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
from lyceum.testing.clients import browser, software, stranger
from lyceum.testing.factories import (
    NOW,
    account_for,
    guardian_of,
    in_school,
    make_admin,
    make_school,
    make_student,
    make_user,
)

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://youtu.be/dQw4w9WgXcQ?si=x", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://www.youtube.com/shorts/dQw4w9WgXcQ", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"),
        ("https://vimeo.com/76979871", "https://player.vimeo.com/video/76979871?dnt=1"),
        ("https://vimeo.com/76979871/abcdef0123", "https://player.vimeo.com/video/76979871?dnt=1&h=abcdef0123"),
        ("https://www.youtube.com/@acme", None),  # a channel
        ('https://youtu.be/"><script>', None),  # no video's name
        ("https://youtube.com.example.org/watch?v=dQw4w9WgXcQ", None),  # somebody else's host
        ("https://example.org/film.mp4", None),  # no player that we know
    ],
)
def test_a_video_plays_in_the_player_without_cookies_of_a_host_that_we_know(url, address):
    found = find_player(url)

    assert (found.address if found else None) == address


def test_nobody_else_is_asked_for_a_video_before_it_is_played(school):
    video = make_material(
        school, course_id=make_course(school).pk, kind="video", title="Film", url="https://youtu.be/dQw4w9WgXcQ"
    )
    pupil = make_student(school)
    account_for(pupil.person, Role.STUDENT)
    learner, path = browser(pupil.person.user, school), f"/learning/materials/{video.pk}/"

    before = learner.get(path)
    assert "<iframe" not in before.content.decode()
    assert "frame-src" not in before["Content-Security-Policy"]
    played = learner.post(path)
    assert 'src="https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"' in played.content.decode()
    assert played["Content-Security-Policy"].endswith("frame-src https://www.youtube-nocookie.com")
    with in_school(school):
        assert MaterialOpening.objects.get().student_id == pupil.pk


def test_a_link_that_leads_nowhere_for_two_nights_is_told_to_who_added_it(school):
    author = make_admin(school)
    add = {"course_id": str(make_course(school).pk), "kind": "link"}
    answers = {
        "https://gone.example/": 404,
        "https://nobody.example/": NoSuchHostError(),
        "https://busy.example/": 503,
        "https://there.example/": 301,
        "https://inside.example/": NotPublicError(),
    }
    for url in answers:
        software(author, school).send("/api/v1/materials/", {**add, "title": url, "url": url})

    def ask(url: str) -> int:
        found = answers[url]
        if isinstance(found, Exception):
            raise found
        return found

    def night(hours: int) -> tuple[set[str], int]:
        with clock.frozen(NOW + timedelta(hours=hours)), in_school(school):
            note_links(look_up(list_links(), ask=ask), actor=system_actor(school.pk))
            dead = Material.objects.exclude(dead_since=None)
            return set(dead.values_list("url", flat=True)), Notification.objects.count()

    gone = {"https://gone.example/", "https://nobody.example/"}
    assert night(0) == (gone, 0)
    assert night(24) == (gone, 2)
    assert night(48) == (gone, 2)
    answers["https://gone.example/"] = 200
    assert night(72) == ({"https://nobody.example/"}, 2)
    with in_school(school):
        assert {each.user_id for each in Notification.objects.all()} == {author.pk}


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",  # in the clear
        "https://example.org:8080/",  # another port
        "https://127.0.0.1/",  # this machine
        "https://localhost/",  # by its name
        "https://10.0.0.1/",  # a private network
        "https://169.254.169.254/latest/meta-data/",  # a cloud's own
        "https://[::1]/",  # this machine, again
        "https://[::ffff:10.0.0.1]/",  # a private network in other clothes
        "https://[fd00::1]/",  # a private network of version 6
    ],
)
def test_nothing_inside_a_network_is_ever_asked(url):
    with pytest.raises(NotPublicError):
        ask_status(url)
