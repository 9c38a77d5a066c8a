"""Detentions hear of registers, planned absences, closures and suspensions, and attendance hears of suspensions."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import AcademicYear, Grade, Placement
from lyceum.domains.academics.rules.calendar import close_days
from lyceum.domains.attendance.models import PlannedAbsence, PlannedStudent, Register
from lyceum.domains.attendance.rules.closures import NewClosure, close_sessions
from lyceum.domains.attendance.rules.registers import open_day
from lyceum.domains.behaviour.detention_tasks import note_days
from lyceum.domains.behaviour.models import Action, Detention, DetentionSlot, Notice, StudentDay
from lyceum.domains.behaviour.rules.actions import NewAction, cancel_action, set_action
from lyceum.domains.behaviour.rules.notices import deliver_notice
from lyceum.domains.behaviour.tests.detentions.conftest import FRIDAY, MONDAY, TUESDAY, Year, make_detention_year
from lyceum.domains.notifications.models import Notification
from lyceum.domains.people.models import GuardianLink
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import NOW, in_school, make_admin, set_times

WEDNESDAY = date(2026, 11, 25)


def in_minutes(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def state_of(detention: Detention) -> str:
    return Detention.objects.get(pk=detention.pk).state


def placed_in_grade(year: Year) -> UUID:
    """The grade of the first student, in which nobody else is."""
    grade = Grade.objects.order_by("code")[0]
    year_of = AcademicYear.objects.get()
    Placement.objects.create(student=year.students[0], year=year_of, grade=grade, starts_on=year_of.starts)
    return grade.pk


def test_an_authorised_mark_of_the_morning_is_there_within_a_minute_and_the_family_hears_of_the_new_time(year: Year):
    with in_school(year.school):
        year.kind.notice_hours = 0
        year.kind.save()
    slot, monday = year.slot(FRIDAY), year.slot(MONDAY)
    placed = [year.set(student).detention for student in year.students]
    set_times(year.school)
    with in_school(year.school):
        open_day(FRIDAY)
        register = Register.objects.get(school_class=year.form, on=FRIDAY, session="AM")
    office = software(year.office_user, year.school)
    marks = [{"student": str(year.students[0].pk), "code": "C"}]
    taken = office.send(f"/api/v1/registers/{register.pk}/marks/", {"marks": marks, "rest": "present"}, method="put")

    note_days(timestamp=int(in_minutes(1).timestamp()))

    path = f"/api/v1/detention-slots/{slot.pk}/register/"
    with clock.frozen(slot.starts_at):
        office = software(year.office_user, year.school)
        expected = [line["expected"] for line in office.get(path).json()["lines"]]
        saved = office.send(path, {"rest": "present"}, method="put")
        moved = office.get(f"/api/v1/detentions/?student={year.students[0].pk}&status=scheduled").json()["items"]
    assert (taken.status_code, saved.status_code) == (200, 200)
    assert expected == ["absent_authorised", "", ""]
    assert [(row["scheduled_date"], row["moves"]) for row in moved] == [(f"{MONDAY}", 0)]
    with in_school(year.school):
        assert state_of(placed[0]) == "rescheduled"
        notice = Notice.objects.get(detention=UUID(moved[0]["id"]))
        assert monday.on == MONDAY
        with clock.frozen(slot.starts_at + timedelta(seconds=20)):
            deliver_notice(notice.pk, actor=system_actor(year.school.pk))
        user = GuardianLink.objects.get(student=year.students[0]).guardian.user_id
        told = Notification.objects.filter(user=user, type="behaviour").order_by("-pk")[0]
        assert told.link.endswith(f"#n-{notice.pk}"), "the message leads to the new time"
        assert "23 Nov" in notice.text


def test_a_planned_absence_moves_what_is_set_and_no_new_detention_is_set_on_its_days(year: Year):
    year.slot(MONDAY), year.slot(TUESDAY), year.slot(WEDNESDAY)
    first = year.set().detention
    set_times(year.school)
    office = software(year.office_user, year.school)
    body = {"from": f"{MONDAY}", "to": f"{TUESDAY}", "reason": "Trip to the museum", "approve": True}
    body |= {"students": [str(year.students[0].pk), str(year.students[1].pk)], "code": "C"}

    asked = office.send("/api/v1/attendance/planned-absences/", body)

    assert asked.status_code == 201
    with in_school(year.school):
        assert state_of(first) == "rescheduled"
        assert Detention.objects.get(moved_from=first).on == WEDNESDAY
        placed = year.set(year.students[1])
        assert placed.detention.on == WEDNESDAY
        assert [each.code for each in placed.passed] == ["away", "away"]
        assert year.set(year.students[2]).detention.on == MONDAY
    cancelled = office.send(f"/api/v1/attendance/planned-absences/{asked.json()['id']}/cancel/", {})
    assert cancelled.status_code == 200
    with in_school(year.school):
        assert not StudentDay.objects.filter(off_site=True).exists()


@pytest.mark.parametrize("how", ["days closed", "school closed", "grade closed"])
def test_a_closure_moves_the_detentions_of_its_days_at_once(year: Year, how: str):
    monday, tuesday = year.slot(MONDAY), year.slot(TUESDAY)
    elsewhere = make_detention_year(1, name="Dale School")
    theirs = elsewhere.slot(MONDAY)
    old = year.set().detention
    set_times(year.school)
    with in_school(year.school):
        if how == "days closed":
            close_days([MONDAY], name="Storm", actor=year.system)
        else:
            grades = [placed_in_grade(year)] if how == "grade closed" else []
            close_sessions(NewClosure(MONDAY, MONDAY, "Storm", grades=grades), actor=year.system)

        assert DetentionSlot.objects.get(pk=monday.pk).state == ("open" if how == "grade closed" else "cancelled")
        new = Detention.objects.get(moved_from=old)
        assert (state_of(old), new.slot_id, new.moves) == ("rescheduled", tuesday.pk, 0)
    with in_school(elsewhere.school):
        assert DetentionSlot.objects.get(pk=theirs.pk).state == "open"


def test_a_suspension_is_a_planned_absence_and_ends_when_the_student_is_back(year: Year):
    admin = make_admin(year.school)
    set_times(year.school)
    client = software(admin, year.school)
    body = {"student": str(year.students[0].pk), "kind": "suspension", "from": f"{FRIDAY}", "to": f"{TUESDAY}"}

    made = client.send("/api/v1/behaviour/actions/", body)

    assert made.status_code == 201
    with in_school(year.school):
        planned = PlannedAbsence.objects.get(source=f"behaviour.action:{made.json()['id']}")
        assert (planned.starts_on, planned.ends_on, planned.state, planned.origin) == (
            FRIDAY, TUESDAY, "approved", "suspension",
        )  # fmt: skip
        action = Action.objects.get()
    page, form = f"/students/{year.students[0].pk}/behaviour/", {"act": "finish", "row": str(action.pk)}
    head = browser(year.head_user, year.school)
    assert head.post(page, form | {"real_days": "2"}).status_code == 422, "why it was shorter"
    assert head.post(page, form | {"real_days": "2", "difference": "returned_early"}).status_code == 302
    with in_school(year.school):
        row = PlannedStudent.objects.get(planned=planned)
        assert (row.ends_on, row.holds) == (MONDAY, True)
        day = StudentDay.objects.get(student=year.students[0], on=TUESDAY)
        assert not day.off_site, "a detention may be set on Tuesday again"

        new = NewAction(year.students[1].pk, "suspension", MONDAY, TUESDAY)
        called_off = set_action(new, actor=year.system)
        cancel_action(called_off.pk, reason="Appeal", actor=year.head)
        assert PlannedAbsence.objects.get(source=f"behaviour.action:{called_off.pk}").state == "cancelled"
