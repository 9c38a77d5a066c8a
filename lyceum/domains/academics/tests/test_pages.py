"""The pages of students, classes and settings, as a browser without scripts uses them."""

import re
from datetime import date, timedelta

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.permissions import Role
from lyceum.domains.academics.models import (
    AcademicYear,
    Class,
    ClassMembership,
    ClosedDay,
    Grade,
    Location,
    Subject,
    Term,
)
from lyceum.domains.academics.queries import standings
from lyceum.domains.people.models import Enrolment, Student
from lyceum.domains.people.rules.persons import NewPerson
from lyceum.domains.people.rules.students import NewStudent, create_student
from lyceum.testing.clients import browser, nobody, statements_for
from lyceum.testing.factories import (
    FIRST_DAY,
    LAST_DAY,
    NOW,
    account_for,
    in_school,
    make_admin,
    make_class,
    make_guardian,
    make_manager,
    make_school,
    make_staff,
    make_student,
    make_subject,
    make_teacher,
    make_teaching_class,
    make_year,
)
from lyceum.testing.pages import rows, text_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def school():
    return make_school()


@pytest.fixture
def office(school):
    return browser(make_manager(school, "Office"), school)


def post(client, path, **form):
    return client.post(path, form)


def grade(school, code):
    with in_school(school):
        return Grade.objects.get(code=code)


def members(school, row):
    with in_school(school):
        found = ClassMembership.objects.filter(school_class=row).order_by("student__person__sort_name")
        return list(found.values_list("student__person__full_name", "starts_on", "ends_on"))


def test_students_are_found_and_the_filter_is_the_address(school, office):
    form = make_class(school)
    make_student(school, form, name="Anna Smith")
    make_student(school, name="Peter Jones")
    make_student(school, name="Zoe Later", first_day=TODAY + DAY)
    make_student(make_school("Vale School"), name="Anna Smithson")

    assert rows(office.get("/students/")) == ["Anna Smith", "Peter Jones"]
    assert rows(office.get("/students/?q=smiht")) == ["Anna Smith"]
    assert rows(office.get("/students/?q=2026-00002")) == ["Peter Jones"]
    assert rows(office.get(f"/students/?class={form.pk}")) == ["Anna Smith"]
    assert rows(office.get("/students/?class=none")) == ["Peter Jones"]
    assert rows(office.get("/students/?status=expected")) == ["Zoe Later"]
    assert rows(office.get("/students/?status=all&q=zoe")) == ["Zoe Later"]
    assert "Nobody found" in text_of(office.get("/students/?q=xyz"))


def test_teachers_find_their_own_students_and_strangers_are_led_to_the_door(school):
    form = make_class(school)
    make_student(school, form, name="Own")
    make_student(school, name="Other")
    teacher = browser(make_teacher(school, form), school)

    assert rows(teacher.get("/students/")) == ["Own"]
    assert rows(teacher.get("/students/?q=other")) == []
    assert nobody().get("/students/")["Location"].startswith("/sign-in/")


def test_a_long_list_is_walked_page_by_page(school, office):
    for n in range(52):
        make_student(school, name=f"Student {n:02}")
    first = office.get("/students/")
    following = re.search(r'href="(\?[^"]*cursor=[^"]+)"', first.content.decode()).group(1).replace("&amp;", "&")

    assert "52 students" in text_of(first)
    assert rows(office.get(f"/students/{following}")) == ["Student 50", "Student 51"]


def test_the_lists_take_the_same_statements_for_one_and_for_three(school, office):
    form = make_class(school)
    make_student(school, form)
    make_teacher(school, form)
    paths = ["/students/", "/classes/", f"/classes/{form.pk}/", "/settings/years/", "/settings/rooms/"]
    one = [statements_for(office, path) for path in paths]
    for name in ("7B", "7C"):
        row = make_class(school, name)
        make_student(school, row)
        make_student(school, form)
        make_teacher(school, row)

    assert [statements_for(office, path) for path in paths] == one


def test_a_student_is_added_with_a_form_and_the_grade_of_the_form(school, office):
    form = make_class(school, grades=[grade(school, "7").pk])

    answer = post(
        office,
        "/students/new/",
        full_name="محمد",
        admission_date="2026-11-20",
        **{"class": str(form.pk)},
        email="m@x.org",
    )

    with in_school(school):
        student = Student.objects.select_related("person").get()
        standing = standings([student.pk], TODAY)[student.pk]
    assert (answer.status_code, answer["Location"]) == (302, f"/students/{student.pk}/")
    assert (student.person.full_name, student.registration_number) == ("محمد", "2026-00001")
    assert (standing.form, standing.grade_code) == ("7A", "7")
    assert "محمد" in text_of(office.get(answer["Location"]))


def test_a_refused_student_keeps_what_was_typed_and_says_what_is_wrong_beside_it(school, office):
    answer = post(office, "/students/new/", last_name="", preferred_name="Bee", admission_date="2026-13-01")

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Bee"' in page
    assert 'id="admission_date-error"' in page
    with in_school(school):
        assert not Student.objects.exists()


def test_a_full_form_is_said_in_words_and_nothing_is_made(school, office):
    form = make_class(school, capacity=1)
    make_student(school, form)

    answer = post(office, "/students/new/", full_name="Ana", admission_date="2026-11-20", **{"class": str(form.pk)})

    assert answer.status_code == 409
    assert "7A has 1 seats; 2 would be needed." in text_of(answer)
    with in_school(school):
        assert Student.objects.count() == 1


def test_a_student_is_edited_with_ways_to_be_reached(school, office):
    student = make_student(school, name="Ana Silva", emails=("a@x.org",), birth_date=date(2014, 5, 1))
    path = f"/students/{student.pk}/edit/"
    shown = office.get(path).content.decode()

    answer = post(
        office,
        path,
        act="edit",
        full_name="Ana Souza",
        email="b@x.org",
        birth_date="2014-06-01",
        registration_number="K-1",
    )

    with in_school(school):
        saved = Student.objects.select_related("person").get()
        reached = list(saved.person.contact_points.values_list("value", flat=True))
    assert 'value="a@x.org"' in shown
    assert 'value="2014-05-01"' in shown
    assert answer.status_code == 302
    assert (saved.person.full_name, saved.registration_number, reached) == ("Ana Souza", "K-1", ["b@x.org"])
    assert saved.person.birth_date == date(2014, 6, 1)


def test_a_record_made_by_mistake_is_deleted_and_a_used_one_says_why_not(school, office):
    student = make_student(school)

    answer = post(office, f"/students/{student.pk}/edit/", act="delete")

    assert answer.status_code == 409
    assert "has 1 enrolments. Record the student as left instead." in text_of(answer)


def test_a_deleted_record_leaves_the_pages_and_is_brought_back_within_thirty_days(school, office):
    with in_school(school):
        actor = system_actor(school.pk)
        student = create_student(NewStudent(NewPerson(full_name="Ana Applicant")), actor=actor)
    page = f"/students/{student.pk}/edit/"

    deleted = post(office, page, act="delete")
    gone = browser(make_teacher(school), school).get(f"/students/{student.pk}/")
    led = office.get(f"/students/{student.pk}/")
    listed = office.get("/students/?status=deleted").content.decode()
    left = text_of(office.get(page))
    back = post(office, page, act="restore")

    assert (deleted.status_code, deleted["Location"], gone.status_code) == (302, "/students/", 404)
    assert led["Location"] == page, "as from a page that names who has a number"
    assert f'href="{page}"' in listed
    assert "It is erased for good on" in left
    assert (back.status_code, office.get(f"/students/{student.pk}/").status_code) == (302, 200)


def test_a_student_moves_to_another_class_from_a_day_on(school, office):
    one, two, maths = make_class(school, "7A"), make_class(school, "7B"), make_teaching_class(school)
    student = make_student(school, one, name="Ana")
    path = f"/students/{student.pk}/move/"
    shown = office.get(f"{path}?from_class={one.pk}").content.decode()

    moved = post(office, path, from_class=str(one.pk), to_class=str(two.pk), on="2026-11-23")
    joined = post(office, path, to_class=str(maths.pk), on="2026-11-23")
    graded = post(office, path, grade=str(grade(school, "8").pk), on="2026-11-23")
    again = post(office, path, from_class=str(one.pk), to_class=str(two.pk), on="2026-11-23")

    assert f'<option value="{one.pk}" selected>7A</option>' in shown
    assert (moved.status_code, joined.status_code, graded.status_code, again.status_code) == (302, 302, 302, 404)
    assert members(school, one) == [("Ana", FIRST_DAY, date(2026, 11, 22))]
    assert members(school, two) == members(school, maths) == [("Ana", date(2026, 11, 23), LAST_DAY)]


def test_a_leaving_is_recorded(school, office):
    form = make_class(school)
    student = make_student(school, form)

    answer = post(office, f"/students/{student.pk}/leave/", last_day="2026-11-20", exit="transferred", to_school="Vale")

    with in_school(school):
        row = Enrolment.objects.get()
    assert answer.status_code == 302
    assert (row.last_day, row.exit, row.to_school) == (TODAY, "transferred", "Vale")
    assert members(school, form)[0][2] == TODAY


def test_those_who_may_not_meet_a_refusal_and_not_a_form(school):
    form = make_class(school)
    student = make_student(school, form)
    mother = account_for(make_guardian(student).guardian, Role.GUARDIAN)
    callers = {"teacher": browser(make_teacher(school, form), school), "mother": browser(mother, school)}
    paths = [
        "/students/new/",
        f"/students/{student.pk}/edit/",
        f"/students/{student.pk}/move/",
        f"/students/{student.pk}/leave/",
        f"/students/{student.pk}/guardians/new/",
        "/classes/new/",
        f"/classes/{form.pk}/edit/",
        "/settings/years/",
        "/settings/subjects/",
        "/settings/rooms/",
    ]

    for who, client in callers.items():
        statuses = {path: (client.get(path).status_code, post(client, path).status_code) for path in paths}
        assert set(statuses.values()) == {(403, 403)}, (who, statuses)
        assert client.get(f"/classes/{form.pk}/").status_code == 200
        assert post(client, f"/classes/{form.pk}/", act="add", student=str(student.pk)).status_code == 403
    other = make_school("Vale School")
    stranger = browser(make_admin(other), other)
    assert stranger.get(f"/students/{student.pk}/edit/").status_code == 404
    assert stranger.get(f"/classes/{form.pk}/").status_code == 404


def test_teachers_see_their_own_classes_first(school):
    own, _other = make_class(school, "7B"), make_class(school, "7A")
    make_student(school, own)
    teacher = browser(make_teacher(school, own, name="Ada"), school)

    answer = teacher.get("/classes/")

    assert rows(answer) == ["7B"]
    assert "1 class" in text_of(answer)
    assert rows(teacher.get("/classes/?whose=all")) == ["7A", "7B"]


def test_classes_of_another_year_are_shown_and_students_without_a_form_are_counted(school, office):
    make_class(school, "7A")
    year = make_year(school, "2027/28", starts=LAST_DAY + DAY, ends=date(2028, 7, 20), current=False)
    make_class(school, "8A", year=year)
    make_student(school)

    assert rows(office.get("/classes/")) == ["7A"]
    assert rows(office.get(f"/classes/?year={year.pk}")) == ["8A"]
    assert "1 student on roll is in no form, and on no register" in text_of(office.get("/classes/"))


def test_the_class_list_is_that_of_the_day_asked_for(school, office):
    one, two = make_class(school, "7A"), make_class(school, "7B")
    student = make_student(school, one, name="Ana")
    post(office, f"/students/{student.pk}/move/", from_class=str(one.pk), to_class=str(two.pk), on="2026-11-20")

    assert "0 students, 40 seats" in text_of(office.get(f"/classes/{one.pk}/"))
    assert "1 student, 40 seats 1 Ana" in text_of(office.get(f"/classes/{one.pk}/?on=2026-11-19"))


def test_students_are_added_to_a_class_from_those_without_a_form_and_taken_out_again(school, office):
    form = make_class(school, grades=[grade(school, "7").pk])
    ana, bo = make_student(school, name="Ana"), make_student(school, name="Bo")
    for student in (ana, bo):
        post(office, f"/students/{student.pk}/move/", grade=str(grade(school, "7").pk), on="2026-11-20")
    make_student(school, name="Of another grade")
    path = f"/classes/{form.pk}/"
    proposed = text_of(office.get(path))

    added = office.post(path, {"act": "add", "student": [str(ana.pk), str(bo.pk)], "starts_on": "2026-11-20"})
    removed = office.post(path, {"act": "remove", "student": str(bo.pk), "last_day": "2026-12-01"})
    nobody_chosen = office.post(path, {"act": "add"})

    assert "On roll and in no form yet Ana 2026-00001 Bo 2026-00002" in proposed
    assert "Of another grade" not in proposed
    assert (added.status_code, removed.status_code, nobody_chosen.status_code) == (302, 302, 404)
    assert members(school, form) == [("Ana", TODAY, LAST_DAY), ("Bo", TODAY, date(2026, 12, 1))]


def test_a_student_is_found_for_a_class_by_name(school, office):
    maths = make_teaching_class(school)
    make_student(school, name="Anna Smith")

    assert "Anna Smith" in text_of(office.get(f"/classes/{maths.pk}/?find=smiht"))
    assert "Nobody found." in text_of(office.get(f"/classes/{maths.pk}/?find=xyz"))


def test_an_admin_may_overfill_with_a_reason(school):
    admin = browser(make_admin(school), school)
    form = make_class(school, capacity=1)
    make_student(school, form)
    student, path = make_student(school, name="Twin"), f"/classes/{form.pk}/"
    form_data = {"act": "add", "student": str(student.pk), "starts_on": "2026-11-20"}

    full = admin.post(path, form_data)
    over = admin.post(path, form_data | {"overfill_reason": "Twins"})

    assert (full.status_code, over.status_code) == (409, 302)
    assert 'name="overfill_reason"' in full.content.decode()
    assert len(members(school, form)) == 2


def test_a_class_is_made_changed_and_ended(school, office):
    make_year(school)
    staff, subject = make_staff(school, name="Ada"), make_subject(school)
    seven = str(grade(school, "7").pk)

    made = office.post(
        "/classes/new/",
        {"name": "7A", "grades": [seven], "section": "A", "capacity": "25", "lead_id": str(staff.pk)},
    )
    taught = post(office, "/classes/new/", name="7A/Ma", subject=str(subject.pk))
    again = post(office, "/classes/new/", name="7A")
    edit = f"{made['Location']}edit/"
    shown = office.get(edit).content.decode()
    values = {"name": "7 Alpha", "capacity": "30", "registers": "daily", "starts": "2026-09-01", "ends": "2027-07-20"}
    changed = office.post(edit, values | {"act": "edit", "grades": [seven]})
    deleted = post(office, f"{taught['Location']}edit/", act="remove")

    with in_school(school):
        row = Class.objects.get()
    assert (made.status_code, again.status_code, changed.status_code) == (302, 409, 302)
    assert f'<option value="{staff.pk}" selected>Ada</option>' in shown
    assert (row.name, row.capacity, row.section, row.grades) == ("7 Alpha", 30, "", [grade(school, "7").pk])
    assert deleted["Location"] == "/classes/"


def test_a_used_class_is_ended_by_its_page(school, office):
    row = make_class(school)
    make_student(school, row)

    answer = post(office, f"/classes/{row.pk}/edit/", act="remove")

    assert answer["Location"] == f"/classes/{row.pk}/"
    assert members(school, row)[0][2] == TODAY - DAY


def test_years_terms_and_closed_days_are_added_and_a_day_opened_again(school, office):
    path = "/settings/years/"
    year = {"act": "year", "name": "2026/27", "starts": "2026-09-01", "ends": "2027-07-20", "weekdays": ["1", "2"]}
    answers = [
        office.post(path, year | {"current": "1"}),
        office.post(path, year | {"name": "2027/28", "starts": "2027-09-01", "ends": "2028-07-20"}),
    ]
    with in_school(school):
        first = AcademicYear.objects.get(name="2026/27")
    answers += [
        post(office, path, act="term", year=str(first.pk), name="Autumn", starts="2026-09-01", ends="2026-12-18"),
        post(office, path, act="closed", name="Snow", kind="closure", starts="2026-11-23", ends="2026-11-24"),
    ]
    with in_school(school):
        closed = ClosedDay.objects.earliest("on")
    answers.append(post(office, path, act="reopen", day=str(closed.pk)))

    with in_school(school):
        states = dict(AcademicYear.objects.values_list("name", "state"))
        assert (first.weekdays, states) == ([1, 2], {"2026/27": "current", "2027/28": "planned"})
        assert list(Term.objects.values_list("name", flat=True)) == ["Autumn"]
        assert list(ClosedDay.objects.values_list("on", "kind")) == [(date(2026, 11, 24), "closure")]
    assert [answer.status_code for answer in answers] == [302] * 5


def test_a_refused_term_opens_its_own_form_again(school, office):
    make_year(school)

    answer = post(office, "/settings/years/", act="term", name="Autumn", starts="2026-09-01", ends="2026-12-18")

    assert answer.status_code == 422
    assert "Choose the school year of the term." in text_of(answer)
    assert 'id="term-name" name="name" required value="Autumn"' in answer.content.decode()


def test_subjects_and_rooms_are_added(school, office):
    answers = [
        post(office, "/settings/subjects/", code="MA", name="Mathematics"),
        post(office, "/settings/subjects/", code="MA", name="Maths"),
        post(office, "/settings/rooms/", name="R1", capacity="30"),
        post(office, "/settings/rooms/", name="R2", capacity=""),
        post(office, "/settings/rooms/", name="R3", capacity="many"),
    ]

    with in_school(school):
        assert list(Subject.objects.values_list("code", "name")) == [("MA", "Mathematics")]
        assert list(Location.objects.values_list("name", "capacity")) == [("R1", 30), ("R2", None)]
    assert [answer.status_code for answer in answers] == [302, 409, 302, 302, 422]
    assert "Mathematics" in text_of(office.get("/settings/subjects/"))
    assert "R1" in text_of(office.get("/settings/rooms/"))


def test_every_field_has_a_label_and_every_id_is_there_once(school, office):
    form = make_class(school, grades=[grade(school, "7").pk])
    student = make_student(school, form)
    make_student(school, name="Without a form")
    for path in (
        "/students/",
        "/students/new/",
        f"/students/{student.pk}/edit/",
        f"/students/{student.pk}/move/",
        f"/students/{student.pk}/leave/",
        f"/students/{student.pk}/guardians/new/",
        "/classes/",
        "/classes/new/",
        f"/classes/{form.pk}/",
        f"/classes/{form.pk}/edit/",
        f"/classes/{form.pk}/lessons/",
        "/settings/years/",
        "/settings/subjects/",
        "/settings/rooms/",
    ):
        page = office.get(path).content.decode()
        ids = re.findall(r'\sid="([^"]+)"', page)
        labelled = set(re.findall(r'<label for="([^"]+)"', page))
        fields = re.findall(r'<(?:input|select|textarea) id="([^"]+)"', page)
        assert len(ids) == len(set(ids)), (path, [i for i in ids if ids.count(i) > 1])
        assert set(fields) <= labelled, (path, set(fields) - labelled)
