"""Handing in and marking: lateness by the server's clock, attempts that stay, versions, grades."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from lyceum.domains.journal.models import Fact
from lyceum.domains.learning.models import AttemptFile, SubmissionAttempt
from lyceum.domains.learning.rules.assignments.lateness import end_of_day
from lyceum.domains.learning.tests.assignments.conftest import DUE, PDF, Friday, at, make_friday, own, photo, upload
from lyceum.testing.factories import NOW, in_school, make_school


@pytest.mark.parametrize(
    ("time_zone", "day", "due"),
    [
        ("UTC", date(2026, 11, 27), datetime(2026, 11, 27, 23, 59, 59, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)),  # 25 hours long
        ("Europe/Berlin", date(2027, 3, 28), datetime(2027, 3, 28, 21, 59, 59, tzinfo=UTC)),  # 23 hours long
    ],
)
def test_a_bare_date_is_the_end_of_that_day_at_the_school(db: None, time_zone: str, day: date, due: datetime):
    with in_school(make_school(time_zone=time_zone)):
        assert end_of_day(day) == due


def test_four_minutes_after_are_on_time_and_six_are_late_also_on_the_night_the_clocks_change(db: None):
    # Berlin's clocks show 02:30 twice on 25 October 2026: the second one, by its offset, is half past one in UTC.
    due = datetime.fromisoformat("2026-10-25T02:30:00+01:00")
    with at(due, days=-3):
        friday = make_friday(time_zone="Europe/Berlin")
        work = friday.work(due=due)
    with at(due, minutes=4):
        in_time = friday.rest("student").send(own(work, "submit/"), {"text": "page"}).json()
    with at(due, minutes=6):
        late = friday.rest("ben").send(own(work, "submit/"), {"text": "page"}).json()
        marked = friday.grade(friday.of(work, 1), {"grade": 90}).json()

    assert (in_time["is_late"], in_time["late_minutes"]) == (False, 0)
    assert (late["is_late"], late["late_minutes"]) == (True, 6)
    assert (marked["grade"], marked["is_late"], marked["attempts"][0]["late_minutes"]) == ("90.00", True, 6)
    assert marked["attempts"][0]["grade"] == "90.00"


def test_submit_grade_reassign_resubmit_grade_accept_keeps_both_attempts(friday: Friday):
    work = friday.work()
    student, teacher, path = friday.rest("student"), friday.rest("teacher"), own(work)
    one = f"/api/v1/submissions/{friday.of(work).pk}/"
    student.send(path, {"text": "First"}, method="patch")
    student.post(f"{path}files/", {"files": [upload(photo(), "first.jpg")]})
    assert student.send(f"{path}submit/", {}).json()["status"] == "submitted"
    teacher.send(f"{one}grade/", {"grade": "55.5", "feedback": "Too short"})
    wordless = teacher.send(f"{one}reassign/", {"feedback": " "})
    back = teacher.send(f"{one}reassign/", {"feedback": "Write more", "resubmit_by": "2026-11-30"}).json()
    student.post(f"{path}files/", {"files": [upload(PDF, "second.pdf")]})

    again = student.send(f"{path}submit/", {"text": "Second"}).json()
    teacher.send(f"{one}grade/", {"grade": 80})
    accepted = teacher.send(f"{one}accept/", {}).json()
    third = student.send(f"{path}submit/", {"text": "Third"})

    assert (wordless.status_code, wordless.json()["code"]) == (422, "feedback_required")
    assert (back["status"], back["grade"], back["resubmit_by"]) == ("reassigned", None, "2026-11-30T23:59:59Z")
    assert [each["number"] for each in again["attempts"]] == [1, 2]
    assert (accepted["status"], accepted["is_accepted"], accepted["grade"]) == ("graded", True, "80.00")
    shown = [(a["text"], a["grade"], [f["name"] for f in a["files"]]) for a in accepted["attempts"]]
    assert shown == [("First", "55.50", ["first.jpg"]), ("Second", "80.00", ["second.pdf"])]
    assert accepted["attempts"][0]["feedback"] == "Write more"
    assert (third.status_code, third.json()["code"]) == (409, "already_accepted")
    assert student.get(accepted["attempts"][0]["files"][0]["href"])["Content-Type"] == "image/jpeg"
    undone = teacher.send(f"{one}accept/", {"accepted": False}).json()
    assert (undone["is_accepted"], undone["grade"]) == (False, "80.00")
    with in_school(friday.school):
        told = list(
            Fact.objects.filter(type__startswith="learning.submission").order_by("at").values_list("type", "payload")
        )
    assert [name.removeprefix("learning.submission_") for name, _payload in told] == [
        "submitted", "graded", "reassigned", "submitted", "graded", "accepted", "accepted",
    ]  # fmt: skip
    assert [len(payload["attempts"]) for name, payload in told if name.endswith("graded")] == [1, 2]
    assert not any("Second" in str(payload) or "80" in str(payload.get("grade")) for _name, payload in told)


def test_work_is_taken_back_before_it_is_due_and_while_nobody_has_begun_to_mark(friday: Friday):
    work = friday.work(max_attempts=1)
    student, path = friday.rest("student"), own(work)
    student.post(f"{path}files/", {"files": [upload(photo(), "a.jpg")]})
    friday.hand_in(work)
    again = student.send(f"{path}submit/", {"text": "more"})
    same = student.send(f"{path}submit/", {})
    back = student.send(f"{path}take-back/").json()
    friday.hand_in(work, "Better")
    friday.rest("teacher").get(f"/api/v1/submissions/{friday.of(work).pk}/")
    friday.mark(work)

    assert (again.status_code, again.json()["code"]) == (409, "no_attempts_left")
    assert (same.status_code, same.json()["status"]) == (200, "submitted")
    assert (back["status"], back["attempts"], back["draft"]["text"]) == ("pending", [], "My page")
    assert [each["name"] for each in back["draft"]["files"]] == ["a.jpg"]
    assert student.send(f"{path}take-back/").json()["code"] == "cannot_take_back"
    assert friday.hand_in(work, "Bens", "ben").status == "submitted"
    with at(DUE, minutes=1):
        assert friday.rest("ben").send(f"{path}take-back/").json()["code"] == "cannot_take_back"


def test_nothing_is_handed_in_after_the_closing_without_a_date_of_ones_own(friday: Friday):
    work = friday.work(closes_at=DUE)
    path, one = own(work, "submit/"), f"/api/v1/submissions/{friday.of(work).pk}/"
    assert friday.rest("student").send(path, {}).json()["code"] == "nothing_to_submit"
    with at(DUE, days=1):
        assert friday.rest("student").send(path, {"text": "x"}).json()["code"] == "assignment_closed"
        given = friday.rest("teacher").send(f"{one}extend/", {"due_date": "2026-11-30", "reason": "ill"}).json()
        taken = friday.rest("student").send(path, {"text": "x"}).json()
        assert friday.rest("ben").send(path, {"text": "x"}).json()["code"] == "assignment_closed"
    assert given["due_at"] == "2026-11-30T23:59:59Z"
    assert (taken["status"], taken["is_late"]) == ("submitted", False)
    with at(DUE, days=2):
        back = friday.rest("teacher").send(f"{one}extend/", {"due_date": None}).json()
    assert (back["is_late"], back["attempts"][0]["late_minutes"]) == (True, 24 * 60)


def test_files_of_a_draft_are_five_and_all_or_none(friday: Friday):
    work = friday.work()
    student, path = friday.rest("student"), own(work, "files/")
    student.send(own(work), {"text": "Kept"}, method="patch")
    student.post(path, {"files": [upload(name=f"{n}.pdf") for n in range(4)]})

    refused = student.post(path, {"files": [upload(), upload()]})
    unsafe = student.post(path, {"files": [upload(PDF + b"/JavaScript")]})

    assert (refused.status_code, refused.json()["code"]) == (422, "too_many_files")
    assert "4 attached, 1 place left" in refused.json()["detail"]
    assert (unsafe.status_code, unsafe.json()["code"]) == (422, "file_unsafe")
    draft = student.get(own(work)).json()["draft"]
    assert (draft["text"], len(draft["files"])) == ("Kept", 4)
    href = draft["files"][0]["href"]
    assert friday.rest("teacher").get(href).status_code == 404  # nobody reads a draft
    assert student.get(href).content == PDF
    assert student.delete(f"{path}{draft['files'][0]['id']}/").status_code == 204
    friday.hand_in(work)
    assert friday.rest("teacher").get(draft["files"][1]["href"]).content == PDF
    assert student.delete(f"{path}{draft['files'][1]['id']}/").status_code == 404
    with in_school(friday.school):
        assert AttemptFile.objects.count() == 3


def test_a_grade_is_0_to_100_with_two_places_and_not_rounded(friday: Friday):
    work = friday.work()
    friday.hand_in(work)
    submission = friday.of(work)
    for grade, code in (
        (100.01, "grade_out_of_range"),
        (-1, "grade_out_of_range"),
        ("1e400", "grade_out_of_range"),
        ("33.333", "too_many_decimals"),
        ("1e-400", "too_many_decimals"),
    ):
        refused = friday.grade(submission, {"grade": grade})
        assert (refused.status_code, refused.json()["code"]) == (422, code), grade
    assert friday.grade(submission, {"grade": "NaN"}).status_code == 422
    assert friday.grade(submission, {"grade": None, "feedback": "Good"}).json()["grade"] is None
    assert friday.grade(submission, {"grade": 0}).json()["grade"] == "0.00"
    assert friday.of(work).grade == Decimal(0)


def test_each_way_of_grading_takes_its_own_marks(friday: Friday):
    rubric = [{"title": "Ideas", "points": 10}, {"title": "Words", "points": 20}]
    by_rubric, passed, none = friday.work(rubric=rubric), friday.work(grading="pass_fail"), friday.work(grading="none")
    for work in (by_rubric, passed, none):
        friday.hand_in(work)
    assert friday.grade(friday.of(by_rubric), {"rubric_points": [10, 10]}).json()["grade"] == "66.67"
    assert friday.grade(friday.of(by_rubric), {"rubric_points": [11, 10]}).json()["errors"][0]["code"] == "points"
    assert friday.grade(friday.of(by_rubric), {"rubric_points": [1]}).status_code == 422
    assert friday.grade(friday.of(passed), {"grade": 50}).json()["errors"][0]["code"] == "pass_or_fail"
    assert friday.grade(friday.of(passed), {"grade": 100}).json()["grade"] == "100.00"
    assert friday.grade(friday.of(none), {"grade": 50}).json()["errors"][0]["code"] == "not_graded"
    assert friday.grade(friday.of(none), {"feedback": "Seen"}).json()["status"] == "graded"


def test_a_mark_on_an_old_version_is_refused_with_both_values(friday: Friday):
    work = friday.work()
    friday.hand_in(work)
    submission, teacher = friday.of(work), friday.rest("teacher")
    read = teacher.get(f"/api/v1/submissions/{submission.pk}/")
    version = read.json()["version"]
    friday.grade(submission, {"grade": 70, "feedback": "Mine", "version": version}, "admin")

    old = friday.grade(submission, {"grade": 80, "feedback": "Yours", "version": version})
    stale = friday.grade(submission, {"grade": 80}, **{"If-Match": read["ETag"]})

    assert (old.status_code, old.json()["code"]) == (412, "changed_elsewhere")
    assert old.json()["theirs"] == {"grade": "70.00", "feedback": "Mine"}
    assert old.json()["yours"] == {"grade": "80", "feedback": "Yours"}
    assert (stale.status_code, stale.json()["code"], stale.json()["theirs"]["grade"]) == (
        412,
        "changed_elsewhere",
        "70.00",
    )
    assert friday.of(work).grade == 70


def test_paper_is_marked_without_anything_handed_in_and_excused_is_no_mark(friday: Friday):
    work = friday.work()
    nothing = friday.grade(friday.of(work), {"grade": 50})
    paper = friday.grade(friday.of(work), {"grade": 50, "received_on_paper": True}).json()
    path = f"/api/v1/submissions/{friday.of(work, 1).pk}/excuse/"
    excused = friday.rest("teacher").send(path, {"reason": "ill"}).json()

    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_mark")
    assert (paper["status"], paper["grade"], paper["attempts"], paper["received_on_paper"]) == (
        "graded", "50.00", [], True,
    )  # fmt: skip
    assert (excused["is_excused"], excused["grade"], excused["status"]) == (True, None, "pending")
    with at(DUE, days=1):
        teacher = friday.rest("teacher").get(f"/api/v1/assignments/{work.pk}/submissions/").json()["items"]
    assert [(row["student_name"], row["is_missing"]) for row in teacher] == [
        ("Ada Lovelace", False),
        ("Ben Carson", False),
        ("Cleo Santos", True),
    ]


def test_handing_in_twice_at_once_makes_one_attempt(friday: Friday):
    work = friday.work()
    friday.hand_in(work)
    friday.rest("student").send(own(work, "submit/"), {})

    with in_school(friday.school):
        assert SubmissionAttempt.objects.count() == 1
    with at(NOW, minutes=5):
        friday.hand_in(work, "Again")  # before it is due and unmarked
    with in_school(friday.school):
        assert list(SubmissionAttempt.objects.order_by("number").values_list("text", flat=True)) == ["My page", "Again"]
