"""What must hold of registers, each through the doors that people and software use."""

from datetime import UTC, datetime, timedelta

from lyceum.core import clock
from lyceum.domains.attendance.models import AbsenceCase, Concern, PlannedAbsence, Register
from lyceum.domains.attendance.rules.cases.opening import open_cases
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.attendance.tests.conftest import TODAY, Morning
from lyceum.domains.attendance.tests.test_statutory import MONDAY, add_lessons
from lyceum.domains.notifications.models import Notification
from lyceum.testing.clients import Caller, browser, software
from lyceum.testing.factories import guardian_of, in_school, make_admin
from lyceum.testing.pages import text_of

API = "/api/v1/"


def marks(client: Caller, register: Register, *given: tuple[object, str], rest: str = "") -> dict[str, object]:
    body = {"marks": [{"student": str(student), "code": code} for student, code in given]}
    if rest:
        body["rest"] = rest
    answer = client.send(f"{API}registers/{register.pk}/marks/", body, method="put")
    assert answer.status_code == 200, answer.content
    found: dict[str, object] = answer.json()
    return found


def session_marks(client: Caller, day: object, student: object) -> list[tuple[str, str, str]]:
    answer = client.get(f"{API}attendance/session-marks/?from={day}&to={day}&student={student}").json()
    return [(row["session"], row["code"], row["method"]) for row in answer["items"]]


def test_of_two_lessons_in_the_window_the_better_counts_and_the_other_method_leaves_yesterday(morning: Morning):
    add_lessons(morning)
    student = morning.students[0].pk
    head = software(make_admin(morning.school), morning.school)
    teacher = software(morning.teacher_user, morning.school)
    marks(teacher, morning.register(), (student, "N"))

    changed = head.send(f"{API}attendance/rules/", {"starts_on": f"{MONDAY}", "method": "best_in_window"}, method="put")
    assert (changed.status_code, changed.json()["method"]) == (200, "best_in_window")
    with clock.frozen(datetime(2026, 11, 23, 9, 10, tzinfo=UTC)):
        with in_school(morning.school):
            open_day(MONDAY)
            first, second = Register.objects.filter(on=MONDAY, kind="lesson").order_by("due_at")
        teacher = software(morning.teacher_user, morning.school)
        head = software(make_admin(morning.school), morning.school)
        marks(teacher, first, (student, "N"))
        marks(teacher, second, (student, "/"))
        said = session_marks(head, MONDAY, student)
        lesson = teacher.get(f"{API}registers/{first.pk}/").json()["lines"][0]["mark"]
        summary = head.get(f"{API}attendance/summary/?from={MONDAY}&to={MONDAY}&student={student}").json()["total"]
    with clock.frozen(datetime(2026, 11, 23, 9, 40, tzinfo=UTC)), in_school(morning.school):
        open_cases(MONDAY)
        raised = AbsenceCase.objects.count() + Concern.objects.count()
    head = software(make_admin(morning.school), morning.school)

    assert said == [("AM", "/", "best_in_window")]
    assert (lesson["code"], lesson["status"]) == ("N", "A")
    assert (summary["possible"], summary["attended"], summary["unauthorised"], raised) == (1, 1, 0, 0)
    assert session_marks(head, TODAY, student) == [("AM", "N", "daily")]


def test_all_present_leaves_a_planned_absence_and_arrived_ends_it_and_the_office_hears(morning: Morning):
    child, page = morning.students[0], browser(morning.teacher_user, morning.school)
    family = software(guardian_of(child), morning.school)
    office, teacher = software(morning.office_user, morning.school), software(morning.teacher_user, morning.school)
    asked = family.send(
        f"{API}attendance/planned-absences/",
        {"students": [str(child.pk)], "from": f"{TODAY}", "to": f"{TODAY + timedelta(days=3)}", "reason": "Dentist",
         "what": "medical"},
    )  # fmt: skip
    assert asked.status_code == 201, asked.content
    approved = office.send(f"{API}attendance/planned-absences/{asked.json()['id']}/approve/", {"code": "M"})
    assert approved.status_code == 200, approved.content
    register = morning.register()

    saved = marks(teacher, register, (child.pk, "/"), rest="present")
    shown = text_of(page.get(f"/registers/{register.pk}/"))
    arrived = page.post(f"/registers/{register.pk}/", {"arrived": str(child.pk)})

    assert [(row["student"], row["code"]) for row in saved["kept_planned"]] == [(str(child.pk), "M")]
    assert saved["lines"][0]["mark"]["code"] == "M"
    assert "Medical" in shown or "M" in shown
    assert arrived.status_code in (200, 302)
    assert teacher.get(f"{API}registers/{register.pk}/").json()["lines"][0]["mark"]["code"] == "L"
    with in_school(morning.school):
        plan = PlannedAbsence.objects.get().students.get()
        assert plan.arrived_on == TODAY
        assert not plan.holds
        assert Notification.objects.filter(template="attendance_arrived").exists()
