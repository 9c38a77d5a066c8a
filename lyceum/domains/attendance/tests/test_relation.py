"""The relation to a student decides what somebody reads: a family words, those who work with the student codes."""

import csv
import re
from typing import Any

import pytest

from lyceum.core import clock
from lyceum.core.errors import NotAllowedError
from lyceum.core.permissions import Role
from lyceum.domains.accounts.models import PermissionSet, User
from lyceum.domains.attendance.cases import list_cases
from lyceum.domains.attendance.concerns import list_concerns
from lyceum.domains.attendance.models import AbsenceCase, CaseReply, Concern, PlannedAbsence
from lyceum.domains.attendance.numbers import summarise
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.rules.overrides import override_session
from lyceum.domains.attendance.sessions import list_session_marks
from lyceum.domains.attendance.tests.conftest import TODAY, Morning
from lyceum.domains.people.contacts import read_contacts
from lyceum.domains.people.models import Flag, GuardianLink, Person, Student
from lyceum.domains.people.queries import list_flags
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import NOW, account_for, add_role, as_actor, in_school, make_guardian
from lyceum.testing.pages import text_of

NOON = NOW.replace(hour=12)
PLANNED = "{ plannedAbsences(first: 9) { edges { node { code label students { studentId } } } } }"


def make_parent(user: User, child: Student, morning: Morning) -> User:
    """Somebody who works here is the guardian of a student as well."""
    link = make_guardian(child)
    with in_school(morning.school):
        person = Person.objects.filter(user=user).first() or link.guardian  # the office has only an account
        Person.objects.filter(pk=person.pk).update(user=user, full_name=user.full_name)
        GuardianLink.objects.filter(pk=link.pk).update(guardian=person)
        add_role(user, morning.school, Role.GUARDIAN)
    return user


@pytest.fixture
def ill(morning: Morning) -> Morning:
    """The first two of 7A are ill; the register closes at a quarter past nine."""
    register = morning.register()
    with in_school(morning.school):
        marks = [GivenMark(student.pk, "I") for student in morning.students[:2]]
        take_register(register.pk, marks=marks, rest="present", actor=morning.teacher)
    return morning


def who_reads(who: str, morning: Morning) -> User:
    child = morning.students[0]
    if who == "student":
        return account_for(child.person, Role.STUDENT)
    if who == "guardian":
        return account_for(make_guardian(child).guardian, Role.GUARDIAN)
    return make_parent({"teacher": morning.teacher_user, "office": morning.office_user}[who], child, morning)


def read_everywhere(user: User, student: Student, morning: Morning) -> dict[str, Any]:
    """What each door says of one student's session of today."""
    api, page = software(user, morning.school), browser(user, morning.school)
    days = f"from={TODAY}&to={TODAY}"
    (seen,) = api.get(f"/api/v1/students/{student.pk}/attendance/?{days}").json()["sessions"]
    asked = f"/api/v1/attendance/summary/?{days}&student={student.pk}&explain=true"
    (explained,) = api.get(asked).json()["explained"]
    html = page.get(f"/students/{student.pk}/").content.decode()
    file = page.post(f"/attendance/absences/?date={TODAY}", {"export": "csv"}).content.decode("utf-8-sig")
    absent = {row["Name"]: (row["Code"], row["Why"]) for row in csv.DictReader(file.splitlines())}
    return {
        "attendance": (seen["code"], seen["label"]),
        "explained": explained["code"],
        "strip": re.findall(r'<i class="g [^>]*title="([^"]*)">([^<]*)</i>', html),
        "said": re.findall(r'said">([^<]*)<', html),
        "absences": absent[student.person.full_name],
    }


IN_WORDS = {
    "attendance": (None, "Ill"),
    "explained": "",
    "strip": [("Ill", "○")],
    "said": ["Fri 20 Nov, Morning: Ill"],
    "absences": ("", "Ill"),
}
IN_CODES = {
    "attendance": ("I", "Illness (not medical or dental appointment)"),
    "explained": "I",
    "strip": [("authorised absence", "I")],
    "said": [],
    "absences": ("I", "authorised absence"),
}


@pytest.mark.parametrize("who", ["guardian", "student", "teacher", "office"])
def test_a_family_reads_words_at_every_door_whatever_else_it_does_here(ill: Morning, who: str):
    reader = who_reads(who, ill)

    with clock.frozen(NOON):
        assert read_everywhere(reader, ill.students[0], ill) == IN_WORDS


@pytest.mark.parametrize("who", ["teacher", "office"])
def test_with_everybody_elses_child_they_work(ill: Morning, who: str):
    reader = who_reads(who, ill)

    assert read_everywhere(reader, ill.students[1], ill) == IN_CODES


def test_an_open_register_counts_for_the_others_and_not_for_ones_own_child(ill: Morning):
    child, other, third = ill.students
    teacher = as_actor(who_reads("teacher", ill), ill.school)
    days = {"first": TODAY, "last": TODAY}

    with in_school(ill.school):
        before = summarise(teacher, **days)
        by_session = summarise(teacher, explain=True, **days)
        with clock.frozen(NOON):
            after = summarise(teacher, **days).per_student

    assert {student: counted.possible for student, counted in before.per_student.items()} == {
        child.pk: 0,
        other.pk: 1,
        third.pk: 1,
    }
    assert by_session.per_student == before.per_student
    assert after[child.pk].possible == 1


def test_what_the_school_keeps_of_a_child_is_for_colleagues_of_its_parent(ill: Morning):
    child, other, _third = ill.students
    with in_school(ill.school):
        for student in (child, other):
            Concern.objects.create(
                student=student, kind="persistent", first_on=TODAY, last_on=TODAY, evidence={}, raised_at=NOW
            )
            case = AbsenceCase.objects.create(student=student, opened_on=TODAY)
            CaseReply.objects.create(case=case, name="Gran", text="She is here", via="phone", at=NOW, verified=True)
    office = as_actor(who_reads("office", ill), ill.school)
    api, page = software(ill.office_user, ill.school), browser(ill.office_user, ill.school)

    with in_school(ill.school):
        concerns = [row.student_id for row in list_concerns(office)]
        marks = {row.student_id for row in list_session_marks(office, first=TODAY, last=TODAY)}
        cases = {row.student_id: row for row in list_cases(office)}
        with pytest.raises(NotAllowedError):
            override_session(child.pk, on=TODAY, session="AM", symbol="C", reason="So", actor=office)
    shown = {row["student"]: row["replies"] for row in api.get("/api/v1/attendance/cases/").json()["items"]}

    assert concerns == [other.pk]
    assert child.pk not in marks
    assert other.pk in marks
    assert (shown[str(child.pk)], len(shown[str(other.pk)])) == ([], 1)
    assert api.get(f"/api/v1/attendance/session-marks/?student={child.pk}").status_code == 403
    assert api.get(f"/api/v1/attendance/?from={TODAY}&student={child.pk}").json()["items"] == []
    assert [page.get(f"/students/{each.pk}/sessions/").status_code for each in (child, other)] == [403, 200]
    assert page.get(f"/attendance/cases/{cases[child.pk].pk}/").status_code == 302
    assert "She is here" in text_of(page.get(f"/attendance/cases/{cases[other.pk].pk}/"))


def test_a_teacher_takes_the_register_of_their_own_child_like_any_other(ill: Morning):
    teacher = software(who_reads("teacher", ill), ill.school)

    lines = teacher.get(f"/api/v1/registers/{ill.register().pk}/").json()["lines"]
    flat = teacher.get(f"/api/v1/attendance/?from={TODAY}").json()["items"]

    assert [line["mark"]["code"] for line in lines] == ["I", "I", "/"]
    assert len(flat) == 3


def test_of_their_own_child_a_teacher_asks_as_a_guardian(ill: Morning):
    child, other, _third = ill.students
    user = who_reads("teacher", ill)
    api, office = software(user, ill.school), software(ill.office_user, ill.school)
    path, monday = "/api/v1/attendance/planned-absences/", {"from": "2026-11-23", "what": "medical"}

    made = [api.send(path, {"students": [str(each.pk)], **monday}).json() for each in (child, other)]
    own_code = api.send(path, {"students": [str(child.pk)], "code": "M", **monday, "from": "2026-11-24"})
    past = api.send(path, {"students": [str(child.pk)], "from": "2026-11-19", "what": "ill"})
    for row in made:
        office.send(f"{path}{row['id']}/approve/", {})
    rows = {row["students"][0]["student"]: row for row in api.get(path).json()["items"]}
    graph = api.send("/graphql", {"query": PLANNED}).json()["data"]["plannedAbsences"]["edges"]
    nodes = {edge["node"]["students"][0]["studentId"]: edge["node"] for edge in graph}

    assert [row["origin"] for row in made] == ["guardian", "staff"]
    assert [row["code"] for row in made] == [None, "M"]
    assert [own_code.json()["errors"][0]["code"], past.json()["errors"][0]["code"]] == ["code_not_allowed", "past"]
    leave = "Leave for a medical or dental appointment"
    for found in (rows, nodes):
        assert [(found[str(each.pk)]["code"], found[str(each.pk)]["label"]) for each in (child, other)] == [
            (None, "Medical appointment"),
            ("M", leave),
        ]
    page = browser(user, ill.school)
    shown = [text_of(page.get(f"/attendance/planned/{row['id']}/")) for row in made]
    assert ["What was recorded Medical appointment" in shown[0], f"M · {leave}" in shown[1]] == [True, True]
    with in_school(ill.school):
        assert PlannedAbsence.objects.filter(state="approved").count() == 2


def test_the_children_of_a_teacher_are_not_their_students(ill: Morning):
    teacher = browser(who_reads("teacher", ill), ill.school)

    found = re.findall(r'<h2><a href="/students/([^/]+)/">', teacher.get("/today/").content.decode())

    assert found == [str(ill.students[0].pk)]


def test_a_flag_for_a_permission_set_is_not_for_the_childs_own_guardian(ill: Morning):
    child, other, _third = ill.students
    office = as_actor(who_reads("office", ill), ill.school)
    with in_school(ill.school):
        held = PermissionSet.objects.get(name="Office")
        for student in (child, other):
            Flag.objects.create(
                student=student, kind="welfare", text="Watch", visible_to="set", permission_set=held, starts_on=TODAY
            )

        shown = [len(list(list_flags(each, actor=office, day=TODAY))) for each in (child, other)]

    assert shown == [0, 1]


@pytest.mark.parametrize(("number", "names"), [(0, ["Olive Office"]), (1, ["Ada Aunt", "Dan Dad"])])
def test_who_else_is_called_about_ones_own_child_is_not_read_at_work(ill: Morning, number: int, names: list[str]):
    student = ill.students[number]
    for name in ("Ada Aunt", "Dan Dad"):
        make_guardian(student, name=name)
    office = as_actor(who_reads("office", ill), ill.school)

    with in_school(ill.school):
        assert [each.name for each in read_contacts(student, actor=office, day=TODAY)] == names
