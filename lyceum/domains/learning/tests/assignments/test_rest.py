"""Assignments over REST: set, given out, found, closed, deleted; files; who may."""

from datetime import UTC, datetime

from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.domains.academics.models import ClassMembership
from lyceum.domains.journal.models import Fact
from lyceum.domains.learning.models import Assignment, AssignmentAttachment, Submission
from lyceum.domains.learning.rules.assignments.publishing import follow_audience, publish_assignment
from lyceum.domains.learning.tests.assignments.conftest import (
    DUE,
    PDF,
    Friday,
    at,
    make_friday,
    own,
    upload,
)
from lyceum.testing.clients import key_holder, statements_for
from lyceum.testing.factories import in_school, make_student

PATH = "/api/v1/assignments/"


def body(friday: Friday, **more: object) -> dict[str, object]:
    return {
        "title": " Essay ",
        "description": "Write **one** page. <script>alert(1)</script>",
        "due_date": "2026-11-27",
        "class_ids": [str(friday.form.pk)],
        **more,
    }


def test_a_teacher_sets_work_gives_it_out_and_every_learner_has_it_once(friday: Friday):
    caller = friday.rest("teacher")

    made = caller.send(PATH, body(friday))

    assert made.status_code == 201, made.content
    work = made.json()
    path = made.headers["Location"]
    assert (work["title"], work["status"], work["due_date"]) == ("Essay", "draft", "2026-11-27T23:59:59Z")
    assert "<strong>one</strong>" in work["description_html"]
    assert "<script" not in work["description_html"]
    assert work["teacher_name"] == "Tess Teacher"
    assert friday.rest("student").get(path).status_code == 404
    for _again in range(2):
        given = caller.send(f"{path}publish/")
        assert (given.status_code, given.json()["status"], given.json()["counts"]["learners"]) == (200, "published", 3)
    with in_school(friday.school):
        assert sorted(Submission.objects.values_list("status", flat=True)) == ["pending"] * 3
        fact = Fact.objects.get(type="learning.assignment_published")
        assert fact.payload["classes"] == [str(friday.form.pk)]
    mine = friday.rest("student").get(path).json()
    assert (mine["submission"]["status"], mine["counts"], mine["submissions"]) == ("pending", None, [])
    child = friday.rest("guardian").get(path).json()
    assert [each["student_name"] for each in child["submissions"]] == ["Ada Lovelace"]


def test_publishing_takes_the_same_inserts_however_many_there_are(friday: Friday):
    first, second = friday.work(published=False), friday.work(published=False)

    few = inserts_of(friday, first)
    for n in range(4):
        make_student(friday.school, friday.form, name=f"More {n}")

    assert (few, inserts_of(friday, second)) == (1, 1)
    with in_school(friday.school):
        assert Submission.objects.filter(assignment=second).count() == 7


def inserts_of(friday: Friday, work: Assignment) -> int:
    actor = friday.who("teacher")
    with in_school(friday.school), CaptureQueriesContext(connection) as queries:
        publish_assignment(work.pk, actor=actor)
    return len([q for q in queries if q["sql"].lstrip().upper().startswith("INSERT")])


def test_joiners_get_what_is_not_due_and_what_leavers_have_not_done_becomes_void(friday: Friday):
    work, past = friday.work(), friday.work(due=datetime(2026, 11, 20, 8, tzinfo=UTC))
    friday.hand_in(work)
    joiner = make_student(friday.school, friday.form, name="Joan Joiner")
    with in_school(friday.school):
        assert list(Submission.objects.filter(student=joiner).values_list("assignment", flat=True)) == [work.pk]
        for student in friday.students[:2]:
            ClassMembership.objects.filter(student=student).update(ends_on="2026-11-19")

        follow_audience()

        voids = Submission.objects.filter(is_void=True).values_list("student", "assignment")
        assert set(voids) == {
            (friday.students[0].pk, past.pk),
            (friday.students[1].pk, past.pk),
            (friday.students[1].pk, work.pk),
        }
    assert friday.rest("ben").get(own(work)).status_code == 404
    assert friday.rest("student").get(own(work)).json()["status"] == "submitted"


def test_who_may_write_and_for_whom(friday: Friday):
    dale = make_friday()
    assert friday.rest("other").send(PATH, body(friday)).status_code == 403
    assert friday.rest("student").send(PATH, body(friday)).status_code == 403
    assert friday.rest("guardian").send(PATH, body(friday)).status_code == 403
    assert friday.rest("teacher").send(PATH, body(friday, class_ids=[str(dale.form.pk)])).status_code == 404
    assert friday.rest("teacher").send(PATH, body(friday, class_ids=[])).json()["errors"][0]["code"] == "audience"
    assert friday.rest("admin").send(PATH, body(friday)).status_code == 201
    reader = key_holder(friday.school, "learning:read")
    assert reader.send(PATH, body(friday)).status_code == 403
    assert reader.get(PATH).json()["items"][0]["counts"]["learners"] == 0


def test_a_list_is_narrowed_and_costs_the_same_for_one_and_three(friday: Friday):
    friday.work()
    paths = dict.fromkeys(("teacher", "student", "guardian"), PATH)
    one = {name: statements_for(friday.rest(name), path) for name, path in paths.items()}
    mine = {name: statements_for(friday.rest(name), "/api/v1/my-assignments/") for name in paths}
    for n in range(2):
        friday.work(title=f"More {n}", due=datetime(2026, 12, 1 + n, tzinfo=UTC))
    friday.work(published=False, title="Draft")

    assert {name: statements_for(friday.rest(name), path) for name, path in paths.items()} == one
    assert {name: statements_for(friday.rest(name), "/api/v1/my-assignments/") for name in paths} == mine
    assert max(*one.values(), *mine.values()) <= 12
    titles = {
        query: [row["title"] for row in friday.rest("teacher").get(PATH + query).json()["items"]]
        for query in ("", "?status=draft", "?due_before=2026-12-01", f"?class={friday.form.pk}", "?q=more")
    }
    assert titles == {
        "": ["Essay", "Draft", "More 0", "More 1"],
        "?status=draft": ["Draft"],
        "?due_before=2026-12-01": ["Essay", "Draft", "More 0"],
        f"?class={friday.form.pk}": ["Essay", "Draft", "More 0", "More 1"],
        "?q=more": ["More 0", "More 1"],
    }
    assert [row["title"] for row in friday.rest("student").get(PATH).json()["items"]] == ["Essay", "More 0", "More 1"]
    assert friday.rest("other").get(PATH).json()["items"] == []


def test_an_old_version_is_refused_and_both_values_are_shown(friday: Friday):
    work = friday.work()
    path, caller = f"{PATH}{work.pk}/", friday.rest("teacher")
    read = caller.get(path)
    assert caller.send(path, {"title": "Mine"}, method="patch", **{"If-Match": read["ETag"]}).status_code == 200

    stale = caller.send(path, {"title": "Yours"}, method="patch", **{"If-Match": read["ETag"]})
    old = caller.send(path, {"title": "Yours", "version": work.version}, method="patch")

    assert (stale.status_code, old.status_code) == (412, 412)
    assert (old.json()["code"], old.json()["theirs"], old.json()["yours"]) == (
        "changed_elsewhere",
        {"title": "Mine"},
        {"title": "Yours"},
    )


def test_put_makes_it_whole_and_state_goes_its_ways(friday: Friday):
    work = friday.work(max_attempts=2)
    path, caller = f"{PATH}{work.pk}/", friday.rest("teacher")
    assert caller.send(path, body(friday), method="put").json()["max_attempts"] is None
    assert caller.send(path, {"closes_at": "2026-11-20"}, method="patch").json()["errors"][0]["code"] == "order"
    assert caller.send(path, {"status": "draft"}, method="patch").json()["status"] == "draft"
    with in_school(friday.school):
        assert not Submission.objects.exists()
    assert caller.send(path, {"status": "published"}, method="patch").json()["code"] == "assignment_state"
    caller.send(f"{path}publish/")
    friday.hand_in(work)
    assert caller.send(path, {"status": "draft"}, method="patch").json()["code"] == "assignment_state"
    assert caller.send(path, {"status": "closed"}, method="patch").json()["status"] == "closed"
    assert friday.rest("ben").send(own(work, "submit/"), {"text": "late"}).json()["code"] == "assignment_closed"


def test_what_was_handed_in_is_archived_and_nothing_else_is_kept(friday: Friday):
    empty, used = friday.work(), friday.work()
    friday.hand_in(used)
    caller = friday.rest("teacher")

    assert caller.delete(f"{PATH}{empty.pk}/").status_code == 204
    archived = caller.delete(f"{PATH}{used.pk}/")

    assert (archived.status_code, archived.json()["status"]) == (200, "archived")
    assert caller.get(f"{PATH}{empty.pk}/").status_code == 404
    assert friday.rest("student").get(own(used)).json()["text"] == "My page"


def test_three_and_three_files_are_one_too_many_and_a_program_is_none(friday: Friday):
    work = friday.work()
    path, caller = f"{PATH}{work.pk}/upload/", friday.rest("teacher")
    assert len(caller.post(path, {"files": [upload(name=f"{n}.pdf") for n in range(3)]}).json()) == 3

    refused = caller.post(path, {"files": [upload(name=f"{n}.pdf") for n in range(3)]})
    program = caller.post(path, {"files": [upload(), upload(b"MZ\x90\x00 a program", "photo.jpg")]})

    assert (refused.status_code, refused.json()["code"], refused.json()["left"]) == (422, "too_many_files", 2)
    assert "3 attached, 2 places left" in refused.json()["detail"]
    assert (program.status_code, program.json()["code"], program.json()["file"]) == (415, "file_type", "photo.jpg")
    assert "portable-executable" in program.json()["detail"]
    with in_school(friday.school):
        assert AssignmentAttachment.objects.count() == 3
    assert friday.rest("other").post(path, {"files": [upload()]}).status_code == 404
    assert friday.rest("student").post(path, {"files": [upload()]}).status_code == 403
    (first, *_rest) = caller.get(f"{PATH}{work.pk}/").json()["attachments"]
    fetched = friday.rest("guardian").get(first["href"])
    assert (fetched.content, fetched["Content-Type"]) == (PDF, "application/pdf")
    assert friday.rest("other").get(first["href"]).status_code == 404
    assert caller.delete(first["href"]).status_code == 204
    assert caller.post(path, {"files": [upload(), upload(), upload()]}).status_code == 201


def test_moving_the_due_date_counts_anew_what_is_not_marked_and_lists_the_rest(friday: Friday):
    work = friday.work()
    with at(DUE, minutes=60):
        friday.hand_in(work)
        friday.hand_in(work, name="ben")
        friday.mark(work, 90, student=1)
        path = f"{PATH}{work.pk}/"

        moved = friday.rest("teacher").send(path, {"due_date": "2026-11-27T16:30:00Z"}, method="patch").json()

    ada, ben = friday.of(work), friday.of(work, 1)
    assert moved["marked_unchanged"] == [str(ben.pk)]
    with in_school(friday.school):
        assert [(row.is_late, row.late_minutes) for row in (ada.attempts.get(), ben.attempts.get())] == [
            (True, 30),
            (True, 60),
        ]
    with at(DUE, minutes=60):
        friday.rest("teacher").send(path, {"due_date": "2026-11-28", "recalculate_marked": True}, method="patch")
    assert [(friday.of(work, n).is_late) for n in (0, 1)] == [False, False]
    assert friday.of(work, 1).grade == 90
