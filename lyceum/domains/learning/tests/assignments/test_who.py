"""Who sees what: marks that are held back, other teachers, other schools, guardians who are kept away."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import ClassTeacher
from lyceum.domains.learning.assignment_facts import SubmissionGraded, SubmissionSubmitted
from lyceum.domains.learning.assignment_live import follow_work
from lyceum.domains.learning.models import Assignment, Submission
from lyceum.domains.learning.rules.assignments.releasing import release_marks
from lyceum.domains.learning.tests.assignments.conftest import PDF, Friday, at, make_friday, own, upload
from lyceum.domains.people.models import Person, Staff
from lyceum.domains.people.rules.restrictions import restrict_contact
from lyceum.domains.timetable.models import Cover, Lesson
from lyceum.testing.factories import NOW, in_school, make_student

QUERY = """{ submissions(first: 50) { edges { node { status grade feedback isAccepted attempts { grade feedback } } } }
  assignments(first: 50) { edges { node { title } } } }"""
GRADED = '{ submissions(first: 50, status: "graded") { edges { node { id } } } }'


def graphql(friday: Friday, name: str, query: str = QUERY) -> Any:
    return friday.rest(name).send("/graphql", {"query": query}).json()["data"]


def everything(friday: Friday, work: Assignment, name: str) -> str:
    """What somebody of the family finds through every door, as one text."""
    rest, page = friday.rest(name), friday.page(name)
    found = [
        rest.get(f"/api/v1/assignments/{work.pk}/").content.decode(),
        rest.get("/api/v1/assignments/").content.decode(),
        rest.get("/api/v1/my-assignments/").content.decode(),
        rest.get(own(work)).content.decode(),
        rest.get(f"/api/v1/submissions/{friday.of(work).pk}/").content.decode(),
        rest.get(f"/api/v1/assignments/{work.pk}/submissions/").content.decode(),
        json.dumps(graphql(friday, name)),
        json.dumps(graphql(friday, name, GRADED)).replace("submissions", ""),
        page.get(f"/assignments/{work.pk}/").content.decode(),
        page.get("/assignments/").content.decode(),
        page.get("/today/").content.decode(),
    ]
    return "\n".join(found)


def test_a_mark_that_is_held_back_is_seen_through_no_door_until_it_is_let_out(friday: Friday):
    work = friday.work(release="held")
    friday.hand_in(work)
    before = {name: everything(friday, work, name) for name in ("student", "guardian")}
    with at(NOW, hours=1):
        friday.mark(work, "87.25")
        friday.rest("teacher").send(f"/api/v1/submissions/{friday.of(work).pk}/accept/", {})
        for name in before:
            found = everything(friday, work, name)
            for sign in ("87.25", "Well done", 'graded"', '"is_accepted": true', '"isAccepted": true', ">Accepted<"):
                assert sign not in found, (name, sign)
        listed = friday.rest("student").get(f"/api/v1/assignments/{work.pk}/submissions/", {"status": "graded"})
        assert listed.json()["items"] == []
        seen = friday.rest("teacher").get(f"/api/v1/submissions/{friday.of(work).pk}/").json()
        assert (seen["grade"], seen["released"]) == ("87.25", False)
        hears = {}
        with in_school(friday.school):
            for name in ("student", "teacher", "ben"):
                hears[name] = follow_work(work.pk, actor=friday.who(name))
        row = friday.of(work)
        ids = {"submission": row.pk, "assignment": work.pk, "student": row.student_id}
        held, handed_in = (
            SubmissionGraded(attempts=[], released=False, **ids),
            SubmissionSubmitted(attempt=row.pk, is_late=False, **ids),
        )
        assert [(name, each(held), each(handed_in)) for name, each in hears.items()] == [
            ("student", False, True),
            ("teacher", True, True),
            ("ben", False, False),
        ]
    with at(NOW, hours=2):
        for _again in range(2):
            out = friday.rest("teacher").send(f"/api/v1/assignments/{work.pk}/release/").json()
            assert out["counts"]["unreleased"] == 0
        for name in before:
            rest = friday.rest(name)
            (edge,) = graphql(friday, name)["submissions"]["edges"]
            assert (edge["node"]["status"], edge["node"]["grade"], edge["node"]["isAccepted"]) == (
                "graded",
                "87.25",
                True,
            )
            assert rest.get(f"/api/v1/submissions/{row.pk}/").json()["grade"] == "87.25"
            assert "87.25" in friday.page(name).get(f"/assignments/{work.pk}/").content.decode()
    with at(NOW, hours=3):
        friday.mark(work, "12.5")  # a new mark waits to be let out again
        assert "12.5" not in everything(friday, work, "student")


def test_letting_marks_out_takes_the_same_statements_however_many_there_are(friday: Friday):
    def count(marked: list[int]) -> int:
        work = friday.work(release="held")
        for student in marked:
            friday.mark(work, 50, student, on_paper=True)
        actor = friday.who("teacher")
        with in_school(friday.school), CaptureQueriesContext(connection) as queries:
            release_marks(work.pk, actor=actor)
        assert all(friday.of(work, n).released_at for n in marked)
        return len(queries)

    count([1])  # what is remembered of the school is remembered now
    assert count([0]) == count([0, 1, 2])


def keep_away(friday: Friday, name: str, student: int) -> None:
    with in_school(friday.school):
        restrict_contact(
            friday.students[student].pk,
            person_id=Person.objects.get(user=friday.users[name]).pk,
            kinds=["no_contact"],
            description="An order",
            actor=system_actor(friday.school.pk),
        )


def test_others_see_nothing_through_any_door_the_archive_included(friday: Friday):
    work = friday.work()
    friday.rest("teacher").post(f"/api/v1/assignments/{work.pk}/upload/", {"files": [upload()]})
    friday.rest("student").post(own(work, "files/"), {"files": [upload(name="ada.pdf")]})
    friday.hand_in(work)
    friday.mark(work)
    dale = make_friday()
    keep_away(friday, "guardian", 0)
    submission = friday.of(work)
    attachment = friday.rest("teacher").get(f"/api/v1/assignments/{work.pk}/").json()["attachments"][0]["href"]
    file = friday.rest("teacher").get(f"/api/v1/submissions/{submission.pk}/").json()["files"][0]["href"]
    paths = [
        f"/api/v1/assignments/{work.pk}/",
        f"/api/v1/assignments/{work.pk}/submissions/",
        f"/api/v1/assignments/{work.pk}/submissions.zip",
        f"/api/v1/submissions/{submission.pk}/",
        attachment,
        file,
    ]
    pages = [
        f"/assignments/{work.pk}/",
        f"/assignments/{work.pk}/submissions.zip",
        f"/submissions/{submission.pk}/mark/",
    ]
    for who, name in ((friday, "other"), (friday, "guardian"), (dale, "teacher"), (dale, "admin"), (dale, "student")):
        for path in paths:
            assert who.rest(name).get(path).status_code == 404, (name, path)
        for path in pages:
            assert who.page(name).get(path).status_code == 404, (name, path)
        assert who.rest(name).get("/api/v1/assignments/").json()["items"] == []
        assert who.rest(name).get("/api/v1/my-assignments/").json()["items"] == []
        assert graphql(who, name) == {"submissions": {"edges": []}, "assignments": {"edges": []}}
        assert "Essay" not in who.page(name).get("/today/").content.decode()
        body = {"grade": 1}
        assert who.rest(name).send(f"/api/v1/submissions/{submission.pk}/grade/", body).status_code in (403, 404)
    assert friday.rest("other_guardian").get(f"/api/v1/submissions/{submission.pk}/").status_code == 404
    assert friday.rest("ben").get(file).status_code == 404
    for name in ("student", "ben", "other_guardian"):
        assert friday.rest(name).get(paths[2]).status_code == 403
    packed = friday.rest("teacher").get(paths[2])
    with zipfile.ZipFile(io.BytesIO(b"".join(packed.streaming_content))) as archive:
        assert archive.namelist() == ["001 Ada Lovelace/1/text.txt", "001 Ada Lovelace/1/1 ada.pdf"]
        assert archive.read("001 Ada Lovelace/1/1 ada.pdf") == PDF
    assert friday.of(work).grade == 90


def test_a_teacher_of_one_of_two_classes_sees_that_class_and_decides_nothing_for_both(friday: Friday):
    with in_school(friday.school):
        other_form = ClassTeacher.objects.get(staff__person__user=friday.users["other"]).school_class
    pupil = make_student(friday.school, other_form, name="Olga Other")
    body = {
        "title": "For both",
        "description": "x",
        "due_date": "2026-11-27",
        "class_ids": [str(friday.form.pk), str(other_form.pk)],
    }
    assert friday.rest("teacher").send("/api/v1/assignments/", body).status_code == 403
    path = friday.rest("admin").send("/api/v1/assignments/", body).headers["Location"]
    friday.rest("admin").send(f"{path}publish/")

    seen = friday.rest("other").get(f"{path}submissions/").json()["items"]

    assert [row["student_id"] for row in seen] == [str(pupil.pk)]
    assert friday.rest("other").get(path).json()["counts"]["learners"] == 1
    assert friday.rest("other").send(f"{path}release/").status_code == 403
    assert friday.rest("other").send(path, {"title": "Mine"}, method="patch").status_code == 403
    with in_school(friday.school):
        ada = Submission.objects.get(student=friday.students[0])
    assert friday.rest("other").get(f"/api/v1/submissions/{ada.pk}/").status_code == 404


def test_who_teaches_the_class_no_more_sees_it_no_more(friday: Friday):
    work = friday.work()
    assert friday.rest("teacher").get(f"/api/v1/assignments/{work.pk}/").status_code == 200
    with in_school(friday.school):
        ClassTeacher.objects.filter(school_class=friday.form).update(ends_on=NOW.date() - timedelta(days=1))
    assert friday.rest("teacher").get(f"/api/v1/assignments/{work.pk}/").status_code == 404


def test_whoever_covers_a_lesson_reads_that_days_class_and_nobodys_work(friday: Friday):
    work, draft = friday.work(), friday.work(published=False)
    friday.hand_in(work)
    with in_school(friday.school):
        lesson = Lesson.objects.create(
            school_class=friday.form, weekday=5, period="1", starts_at="09:00", ends_at="10:00", starts_on="2026-09-01"
        )
        staff = Staff.objects.get(person__user=friday.users["other"])
        Cover.objects.create(lesson=lesson, on=NOW.date(), teacher=staff)
    path = f"/api/v1/assignments/{work.pk}/"
    rest = friday.rest("other")

    assert rest.get(path).json()["title"] == "Essay"
    assert rest.get(f"{path}submissions/").json()["items"] == []
    assert rest.get(f"{path}submissions.zip").status_code == 403
    assert rest.get(f"/api/v1/submissions/{friday.of(work).pk}/").status_code == 404
    assert rest.get(f"/api/v1/assignments/{draft.pk}/").status_code == 404
    assert rest.send(path, {"title": "x"}, method="patch").status_code == 403
    with at(NOW, days=1):
        assert friday.rest("other").get(path).status_code == 404


def test_the_same_act_and_the_same_refusal_through_graphql(friday: Friday):
    create = (
        "mutation($i: CreateAssignmentInput!) { createAssignment(input: $i) { assignment { id } errors { code } } }"
    )
    given = {
        "title": "Essay",
        "description": "One page",
        "dueDate": "2026-11-27T16:00:00Z",
        "classIds": [str(friday.form.pk)],
    }

    def ask(name: str, query: str, **given: Any) -> Any:
        answer = friday.rest(name).send("/graphql", {"query": query, "variables": {"i": given}}).json()
        assert "errors" not in answer, answer
        (found,) = answer["data"].values()
        return found

    assert ask("other", create, **given)["errors"] == [{"code": "not_allowed"}]
    work = ask("teacher", create, **given)["assignment"]["id"]
    name = "publishAssignment"
    ask("teacher", f"mutation($i: AssignmentInput!) {{ {name}(input: $i) {{ errors {{ code }} }} }}", assignmentId=work)
    hand_in = "mutation($i: SubmitWorkInput!) { submitWork(input: $i) { submission { id status } errors { code } } }"
    assert ask("student", hand_in, assignmentId=work)["errors"] == [{"code": "nothing_to_submit"}]
    done = ask("student", hand_in, assignmentId=work, text="My page")["submission"]
    assert done["status"] == "submitted"
    mark = """mutation($i: GradeSubmissionInput!) { gradeSubmission(input: $i) {
      submission { status grade version student { fullName } } errors { code } } }"""
    assert ask("teacher", mark, submissionId=done["id"], grade="77.777")["errors"] == [{"code": "too_many_decimals"}]
    assert ask("student", mark, submissionId=done["id"], grade="100")["errors"] == [{"code": "not_allowed"}]
    marked = ask("teacher", mark, submissionId=done["id"], grade="77.7")["submission"]
    assert (marked["grade"], marked["student"]["fullName"]) == ("77.70", "Ada Lovelace")
    again = {"submissionId": done["id"], "feedback": "More"}
    back = "mutation($i: ReassignSubmissionInput!) { reassignSubmission(input: $i) { submission { status } } }"
    assert ask("teacher", back, **again)["submission"]["status"] == "reassigned"
    assert graphql(friday, "student")["assignments"]["edges"] == [{"node": {"title": "Essay"}}]
    draft = "mutation($i: WriteDraftInput!) { writeDraft(input: $i) { submission { draft { text } } errors { code } } }"
    assert ask("student", draft, assignmentId=work, text="Better")["submission"] == {"draft": {"text": "Better"}}
    mine = f'{{ mySubmission(assignmentId: "{work}") {{ status draft {{ text }} }} }}'
    assert graphql(friday, "student", mine)["mySubmission"] == {"status": "reassigned", "draft": {"text": "Better"}}
    assert graphql(friday, "ben", mine)["mySubmission"]["draft"] is None
    assert graphql(friday, "other", mine)["mySubmission"] is None
    excuse = """mutation($i: ExcuseSubmissionInput!) { excuseSubmission(input: $i) {
      submission { isExcused } errors { code } } }"""
    assert ask("teacher", excuse, submissionId=done["id"])["submission"] == {"isExcused": True}
    assert ask("student", excuse, submissionId=done["id"])["errors"] == [{"code": "not_allowed"}]
    extend = (
        "mutation($i: ExtendSubmissionInput!) { extendSubmission(input: $i) { submission { dueAt } errors { code } } }"
    )
    later = "2026-12-01T16:00:00+00:00"
    assert ask("teacher", extend, submissionId=done["id"], dueDate=later)["submission"] == {"dueAt": later}
    edit = """mutation($i: EditAssignmentInput!) { editAssignment(input: $i) {
      assignment { title status rubric { title points } version } markedUnchanged errors { code } } }"""
    rubric = [{"title": "Style", "points": "10"}]
    changed = ask("teacher", edit, assignmentId=work, title="Long essay", rubric=rubric, status="closed")
    assert changed["assignment"] == {"title": "Long essay", "status": "closed", "rubric": rubric, "version": 3}
    assert ask("teacher", edit, assignmentId=work, title="Late", version=1)["errors"] == [{"code": "changed_elsewhere"}]
    assert ask("other", edit, assignmentId=work, title="Mine")["errors"] == [{"code": "not_found"}]
    delete = "mutation($i: AssignmentInput!) { deleteAssignment(input: $i) { assignment { status } errors { code } } }"
    assert ask("teacher", delete, assignmentId=work)["assignment"] == {"status": "archived"}
    unused = ask("teacher", create, **given)["assignment"]["id"]
    assert ask("teacher", delete, assignmentId=unused) == {"assignment": None, "errors": []}


def test_work_by_graphql_costs_the_same_for_one_and_three(friday: Friday):
    query = "{ submissions(first: 50) { edges { node { status student { fullName } attempts { files { name } } } } } }"

    def count() -> int:
        graphql(friday, "teacher", query)
        with CaptureQueriesContext(connection) as queries:
            graphql(friday, "teacher", query)
        return len(queries)

    one_work = friday.work()
    with in_school(friday.school):
        Submission.objects.exclude(pk=friday.of(one_work).pk).delete()
    friday.hand_in(one_work)
    one = count()
    friday.work()
    assert count() == one
