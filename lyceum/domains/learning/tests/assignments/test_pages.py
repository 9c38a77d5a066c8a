"""Pages: work is set, handed in within four taps, marked at a desk, and read by families."""

from decimal import Decimal

from lyceum.domains.learning.models import Assignment, Submission
from lyceum.domains.learning.tests.assignments.conftest import DUE, PDF, Friday, at, photo, upload
from lyceum.testing.clients import statements_for
from lyceum.testing.factories import in_school
from lyceum.testing.pages import rows, text_of


def fewest(friday: Friday, name: str, path: str) -> int:
    """What is remembered for seconds may be read anew in between: not so twice."""
    return min(statements_for(friday.page(name), path) for _again in range(2))


def mark_path(submission: Submission) -> str:
    return f"/submissions/{submission.pk}/mark/"


def test_a_teacher_sets_work_by_one_form_and_wrong_fields_keep_what_was_typed(friday: Friday):
    page = friday.page("teacher")
    form = {
        "title": "Essay",
        "description": "One *page*",
        "due": "2026-11-27T16:00",
        "grading": "points",
        "release": "held",
        "rubric": "Ideas: 10\nWords: 12,5",
        "act": "publish",
    }
    wrong = page.post("/assignments/new/", form)
    assert wrong.status_code == 422
    assert "Choose classes, or one run" in text_of(wrong)
    assert "One *page*" in wrong.content.decode()

    done = page.post("/assignments/new/", form | {"classes": [str(friday.form.pk)]})

    assert done.status_code == 302
    with in_school(friday.school):
        work = Assignment.objects.get()
        assert (work.status, work.due_at, work.release) == ("published", DUE, "held")
        assert work.rubric == [{"title": "Ideas", "points": "10"}, {"title": "Words", "points": "12.5"}]
        assert Submission.objects.count() == 3
    assert "0 of 3 have handed in" in text_of(page.get(done.headers["Location"]))
    assert rows(page.get("/assignments/")) == ["Essay"]
    edit = f"/assignments/{work.pk}/edit/"
    assert 'value="2026-11-27T16:00"' in page.get(edit).content.decode()
    changed = page.post(edit, form | {"title": "Longer", "version": work.version})
    assert changed.status_code == 302
    old = page.post(edit, form | {"title": "Mine", "version": work.version})
    assert (old.status_code, "It says now" in old.content.decode()) == (412, True)
    assert friday.page("other").get(edit).status_code == 404
    assert friday.page("student").get(edit).status_code == 403
    assert friday.page("student").get("/assignments/new/").status_code == 403


def test_a_photo_is_handed_in_within_four_taps_and_the_page_says_when(friday: Friday):
    work = friday.work()
    page = friday.page("student")
    today = page.get("/today/").content.decode()
    assert f'href="/assignments/{work.pk}/"' in today  # tap 1; then the photo, and the button
    path = f"/assignments/{work.pk}/"

    refused = page.post(path, {"act": "submit", "text": "Kept words", "files": [upload(b"MZ\x90\x00", "a.jpg")]})
    done = page.post(path, {"act": "submit", "text": "", "files": [upload(photo(), "page.jpg")]})

    assert refused.status_code == 415
    assert "Kept words" in refused.content.decode()
    assert "a.jpg: Hand in jpg" in refused.content.decode()
    assert done.status_code == 302
    shown = text_of(page.get(path))
    assert "Handed in Fri 20 Nov, 08:50, on time" in shown
    assert "page.jpg" in shown
    assert "Essay" not in text_of(page.get("/today/"))
    assert "handed in" in text_of(page.get("/assignments/"))
    nothing = friday.page("ben").post(path, {"act": "submit", "text": " "})
    assert (nothing.status_code, "Write something, or add a file" in text_of(nothing)) == (422, True)


def test_a_draft_is_kept_taken_apart_and_taken_back(friday: Friday):
    work = friday.work()
    page, path = friday.page("student"), f"/assignments/{work.pk}/"
    page.post(path, {"act": "keep", "text": "Half", "files": [upload(PDF, "a.pdf"), upload(PDF + b" ", "b.pdf")]})
    shown = page.get(path).content.decode()
    assert "Half" in shown
    assert friday.of(work).status == "pending"
    with in_school(friday.school):
        file = friday.of(work).attempts.get().files.get(name="a.pdf")
    page.post(path, {"act": "remove", "file": str(file.pk)})
    page.post(path, {"act": "submit", "text": "Whole"})
    assert "Take it back" in text_of(page.get(path))
    page.post(path, {"act": "take_back"})
    assert friday.of(work).status == "pending"
    assert "Whole" in page.get(path).content.decode()
    with at(DUE, days=1):
        assert "missing" in text_of(friday.page("student").get("/assignments/"))


def test_the_desk_keeps_what_is_typed_marks_and_goes_on_to_the_next(friday: Friday):
    work = friday.work()
    for name in ("student", "ben"):
        friday.hand_in(work, name=name)
    ada, ben = friday.of(work), friday.of(work, 1)
    page = friday.page("teacher")
    desk = page.get(mark_path(ada)).content.decode()
    assert "My page" in desk
    assert f'data-next href="{mark_path(ben)}"' in desk
    form = {"grade": "87,5", "feedback": "Well done", "version": ada.version}

    noted = page.post(mark_path(ada), form | {"act": "note"}).json()
    stale = page.post(mark_path(ada), form | {"act": "note", "grade": "1"})

    assert (noted["version"], noted["said"]) == (ada.version + 1, "Kept; not given yet.")
    assert (stale.status_code, stale.json()["code"], stale.json()["theirs"]["grade"]) == (
        412,
        "changed_elsewhere",
        "87.50",
    )
    assert friday.of(work).status == "submitted"
    assert "87.5" in page.get(mark_path(ada)).content.decode()
    assert "87.5" not in friday.page("student").get(f"/assignments/{work.pk}/").content.decode()
    wrong = page.post(mark_path(ada), form | {"grade": "101", "version": noted["version"], "act": "grade_next"})
    assert (wrong.status_code, 'value="101"' in wrong.content.decode()) == (422, True)
    old = page.post(mark_path(ada), form | {"feedback": "Typed", "act": "grade_next"})
    assert (old.status_code, "Typed" in old.content.decode(), "Well done" in old.content.decode()) == (412, True, True)
    done = page.post(mark_path(ada), form | {"version": noted["version"], "act": "grade_next"})
    assert (done.status_code, done.headers["Location"]) == (302, mark_path(ben))
    assert "87.5" in friday.page("student").get(f"/assignments/{work.pk}/").content.decode()
    back = page.post(mark_path(ben), {"act": "again", "feedback": "", "version": ben.version})
    assert (back.status_code, "Say what is to be done again" in text_of(back)) == (422, True)
    page.post(mark_path(ben), {"act": "again", "feedback": "More", "resubmit_by": "2026-12-01", "version": ben.version})
    assert "More" in friday.page("ben").get(f"/assignments/{work.pk}/").content.decode()
    page.post(mark_path(ada), {"act": "accept"})
    assert friday.of(work).is_accepted
    assert "Undo accepting" in page.get(mark_path(ada)).content.decode()
    cleo = friday.of(work, 2)
    page.post(mark_path(cleo), {"act": "extend", "due": "2026-12-24"})
    page.post(mark_path(cleo), {"act": "excuse"})
    assert friday.of(work, 2).is_excused
    assert str(friday.of(work, 2).due_at_override) == "2026-12-24 23:59:59+00:00"
    assert friday.page("student").get(mark_path(ada)).status_code == 302
    assert friday.page("guardian").get(mark_path(ben)).status_code == 404


def test_what_a_guardian_reads_is_what_each_child_owes(friday: Friday):
    work = friday.work()
    today = text_of(friday.page("guardian").get("/today/"))
    assert "Essay · Ada Lovelace" in today
    shown = text_of(friday.page("guardian").get("/assignments/"))
    assert "Essay · Ada Lovelace Fri 27 Nov, 16:00 not handed in yet" in shown
    assert "Ben" not in shown
    friday.hand_in(work)
    friday.mark(work)
    page = text_of(friday.page("guardian").get(f"/assignments/{work.pk}/"))
    assert "marked" in page
    assert "Grade 90" in page
    assert "Hand in" not in page.replace("Handed in", "")


def test_pages_cost_the_same_for_one_and_three(friday: Friday):
    first = friday.work()
    friday.hand_in(first)
    paths = [
        ("teacher", "/assignments/"),
        ("teacher", f"/assignments/{first.pk}/"),
        ("student", "/assignments/"),
        ("guardian", "/assignments/"),
        ("student", "/today/"),
        ("teacher", mark_path(friday.of(first))),
    ]
    with in_school(friday.school):
        Submission.objects.filter(assignment=first, student=friday.students[2]).delete()
        Submission.objects.filter(assignment=first, student=friday.students[1]).delete()
    friday.work(title="Open")
    before = {(name, path): fewest(friday, name, path) for name, path in paths}
    for n in range(2):
        friday.hand_in(friday.work(title=f"More {n}"))
        friday.work(title=f"Open {n}")
    with in_school(friday.school):
        Submission.objects.create(assignment=first, student=friday.students[1])
        Submission.objects.create(assignment=first, student=friday.students[2])
    friday.hand_in(first, name="ben")

    assert {(name, path): fewest(friday, name, path) for name, path in paths} == before


def test_marks_leave_as_a_file_for_those_who_mark(friday: Friday):
    work = friday.work()
    friday.hand_in(work)
    friday.mark(work, 87.5)
    answer = friday.page("teacher").post(f"/assignments/{work.pk}/", {"export": "csv"})
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert lines[1].startswith("Ada Lovelace,marked,87.50")
    page = friday.page("teacher")
    assert page.post(f"/assignments/{work.pk}/", {"act": "close"}).status_code == 302
    assert "closed" in text_of(page.get(f"/assignments/{work.pk}/"))
    assert "this is closed" in text_of(friday.page("ben").get(f"/assignments/{work.pk}/")).casefold()
    page.post(f"/assignments/{work.pk}/", {"act": "attach", "files": [upload()]})
    assert "work.pdf" in text_of(page.get(f"/assignments/{work.pk}/"))
    archived = page.post(f"/assignments/{work.pk}/", {"act": "delete"})
    assert archived.headers["Location"] == f"/assignments/{work.pk}/"


def test_marks_come_back_as_a_file_and_are_looked_at_first(friday: Friday):
    work, other = friday.work(), friday.work()
    friday.hand_in(work)
    page, path = friday.page("teacher"), f"/assignments/{work.pk}/marks/"
    exported = b"".join(page.post(f"/assignments/{work.pk}/", {"export": "csv"})).decode("utf-8-sig")
    ada, ben, cleo = (friday.of(work, n).pk for n in range(3))
    assert all(str(pk) in exported for pk in (ada, ben, cleo))
    good = f"id;grade;feedback\n{ada};87,5;Good\n{ben};60;\n{cleo};;\n"

    looked = text_of(page.post(path, {"act": "look", "marks": good}))
    assert "2 marks would be given" in looked
    assert friday.of(work).grade is None
    wrong = f"id,grade\n{ada},101\n{friday.of(other).pk},50\n{ada},5\n"
    refused = page.post(path, {"act": "apply", "marks": wrong})
    assert (refused.status_code, len(refused.context["errors"])) == (422, 3)
    assert page.post(path, {"act": "look", "marks": "name\nAda"}).status_code == 422
    done = page.post(path, {"act": "apply", "marks": good})

    assert done.headers["Location"] == f"/assignments/{work.pk}/"
    assert [(friday.of(work, n).grade, friday.of(work, n).status) for n in range(3)] == [
        (Decimal("87.50"), "graded"),
        (Decimal("60.00"), "graded"),
        (None, "pending"),
    ]
    assert friday.of(work, 1).received_on_paper
    assert "nothing would change" in text_of(page.post(path, {"act": "look", "marks": good}))
    assert friday.page("student").get(path).status_code == 403
    assert friday.page("other").get(path).status_code == 404
