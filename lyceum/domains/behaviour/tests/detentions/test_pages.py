"""The pages of detentions, as staff and families find them."""

from datetime import UTC, datetime, timedelta

import pytest

from lyceum.core import clock
from lyceum.core.permissions import Role
from lyceum.domains.academics.rules.locations import create_location
from lyceum.domains.behaviour.models import Detention, DetentionSlot, DetentionType, Notice, StaffAway
from lyceum.domains.behaviour.tests.detentions.conftest import FRIDAY, MONDAY, TUESDAY, Year
from lyceum.domains.people.models import ContactRestriction, Person
from lyceum.testing.clients import browser, statements_for
from lyceum.testing.factories import account_for, guardian_of, in_school, make_admin

AT_SLOT = datetime(2026, 11, 23, 15, 25, tzinfo=UTC)


def words_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_a_teacher_sets_a_detention_with_slot_and_message_shown(year: Year):
    slot = year.slot(MONDAY)
    client = browser(year.teacher_user, year.school)
    student = year.students[0]

    found = client.get("/behaviour/detentions/new/?q=student 00")
    shown = client.get(f"/behaviour/detentions/new/?student={student.pk}&type={year.kind.pk}")
    form = {"student": student.pk, "type": year.kind.pk, "reason": "Late"}
    done = client.post("/behaviour/detentions/new/", form)

    assert f"?student={student.pk}" in words_of(found)
    assert "Next slot: Mon 23 Nov 15:30." in words_of(shown)
    assert "Student 00: After school on Mon 23 Nov 15:30, 30 minutes." in words_of(shown)
    with in_school(year.school):
        row = Detention.objects.get()
        assert (row.slot_id, row.state) == (slot.pk, "scheduled")
    assert done.url == f"/behaviour/detentions/{row.pk}/"


def test_a_form_with_a_fault_is_shown_again_with_what_was_typed(year: Year):
    year.slot(MONDAY)
    form = {"student": year.students[0].pk, "type": year.kind.pk, "reason": "", "notes": "Ask about home"}

    answer = browser(year.teacher_user, year.school).post("/behaviour/detentions/new/", form)

    assert answer.status_code == 422
    assert "There is a problem" in words_of(answer)
    assert "Ask about home" in words_of(answer)


def test_pages_take_the_same_number_of_statements_for_one_and_for_three(year: Year):
    slot = year.slot(MONDAY)
    client = browser(year.head_user, year.school)
    paths = ("detentions/?date=2026-11-23", "detentions/all/", f"slots/{slot.pk}/")

    def counted() -> list[int]:
        with clock.frozen(AT_SLOT):
            return [statements_for(client, f"/behaviour/{path}") for path in paths]

    year.set(year.students[0])
    one = counted()
    year.set(year.students[1])
    year.set(year.students[2])

    assert counted() == one


def test_the_board_shows_seats_who_comes_and_what_waits(year: Year):
    year.slot(MONDAY, capacity=2)
    year.set()
    with in_school(year.school):
        Detention.objects.update(untold="no contact is known")

    page = words_of(browser(year.head_user, year.school).get("/behaviour/detentions/?date=2026-11-23"))

    assert "1 slot, 1 of 2 seats taken." in page
    assert "Sam Supervisor" in page
    assert "Student 00" in page
    assert "Waiting for somebody" in page


def test_an_exception_and_all_present_are_one_save_on_the_slots_page(year: Year):
    slot = year.slot(MONDAY)
    for student in year.students:
        year.set(student)
    client = browser(account_for(year.supervisor.person, Role.TEACHER), year.school)
    with in_school(year.school):
        first = Detention.objects.order_by("student__person__sort_name")[0]

    with clock.frozen(AT_SLOT):
        page = client.get(f"/behaviour/slots/{slot.pk}/")
        too_late = {f"mark-{first.pk}": "L", f"minutes-{first.pk}": "20", "rest": "present", "base_version": 0}
        refused = client.post(f"/behaviour/slots/{slot.pk}/", too_late)
        chosen = too_late | {f"outcome-{first.pk}": "missed", f"reason-{first.pk}": "No excuse"}
        saved = client.post(f"/behaviour/slots/{slot.pk}/", chosen)

    assert "All present, save" in words_of(page)
    assert refused.status_code == 422
    assert f'name="outcome-{first.pk}"' in words_of(refused)
    assert saved.status_code == 302
    with in_school(year.school):
        assert sorted(Detention.objects.values_list("state", flat=True)) == ["completed", "completed", "missed"]


def test_a_guardian_acknowledges_and_asks_in_one_tap_each(year: Year):
    year.slot(MONDAY)
    tuesday = year.slot(TUESDAY)
    row = year.set(notes="For staff").detention
    client = browser(guardian_of(year.students[0]), year.school)
    path = f"/behaviour/detentions/{row.pk}/"
    with in_school(year.school):
        Notice.objects.update(state="sent", sent_at=clock.now())

    page = words_of(client.get(path))
    client.post(path, {"act": "acknowledge"})
    asked = client.post(path, {"act": "ask", "reason": "Dentist"})

    assert "Mon 23 Nov 15:30" in page
    assert "For staff" not in page
    assert "Cancel the detention" not in page
    with in_school(year.school):
        assert Notice.objects.filter(acknowledged_at__isnull=False).count() == 1
        new = Detention.objects.get(moved_from=row)
        assert (new.slot_id, asked.url) == (tuesday.pk, f"/behaviour/detentions/{new.pk}/")
    assert client.get("/behaviour/detentions/").status_code == 404


@pytest.mark.parametrize("act", ["move", "excuse", "cancel"])
def test_the_office_moves_excuses_and_cancels(year: Year, act: str):
    year.slot(MONDAY)
    year.slot(TUESDAY)
    row = year.set().detention

    answer = browser(year.office_user, year.school).post(
        f"/behaviour/detentions/{row.pk}/", {"act": act, "reason": "Dentist"}
    )

    assert answer.status_code == 302
    with in_school(year.school):
        assert Detention.objects.get(pk=row.pk).state == {"cancel": "cancelled"}.get(act, "rescheduled")
        assert Detention.objects.filter(moved_from=row).exists() == (act != "cancel")


def test_the_office_plans_slots_notes_who_is_away_and_assigns_somebody(year: Year):
    client = browser(year.office_user, year.school)
    form = {"type": year.kind.pk, "date": "2026-11-23", "starts_at": "15:30", "capacity": "5", "weeks": "2"}

    made = client.post("/behaviour/slots/new/", form | {"lead": year.supervisor.pk})
    client.post("/behaviour/slots/away/", {"staff": year.supervisor.pk, "first": "2026-11-23", "reason": "Ill"})
    page = words_of(client.get("/behaviour/detentions/?date=2026-11-23"))
    with in_school(year.school):
        assert StaffAway.objects.count() == 1
        slot = DetentionSlot.objects.get(on=MONDAY)
    client.post(f"/behaviour/slots/{slot.pk}/edit/", {"act": "supervise", "lead": year.lead.pk})
    after = words_of(client.get("/behaviour/detentions/?date=2026-11-23"))
    slips = client.get(f"/behaviour/slots/{slot.pk}/slips/")

    assert made.url == "/behaviour/detentions/?date=2026-11-23"
    assert "needs a supervisor" in page
    assert "needs a supervisor" not in after
    assert slips.status_code == 200
    assert client.get(f"/behaviour/slots/{slot.pk}/list.pdf").content[:5] == b"%PDF-"
    with in_school(year.school):
        assert DetentionSlot.objects.count() == 2


def test_the_school_says_which_kinds_there_are(year: Year):
    client = browser(make_admin(year.school), year.school)
    form = {"name": "Break", "when": "break", "minutes": "10", "notice_hours": "0", "cut_off": "", "max_moves": "1"}

    assert client.post("/settings/detentions/", form).status_code == 302
    with in_school(year.school):
        made = DetentionType.objects.get(name="Break")
        assert (made.notice_hours, made.tell_guardians, made.cut_off) == (0, False, None)
    changed = form | {"name": "Short break", "tell_guardians": "1", "active": "1", "cut_off": "15:00"}
    assert client.post(f"/settings/detentions/{made.pk}/", changed).status_code == 302
    with in_school(year.school):
        made.refresh_from_db()
        assert (made.name, made.tell_guardians, made.active, made.cut_off.hour) == ("Short break", True, True, 15)


def test_the_list_is_taken_away_as_a_file_with_every_row(year: Year):
    year.slot(MONDAY)
    for student in year.students:
        year.set(student)

    answer = browser(year.office_user, year.school).post(
        "/behaviour/detentions/all/?status=scheduled", {"export": "csv"}
    )

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert lines[1].startswith("Student 0")


def test_a_slot_of_yesterday_says_when_it_opened_and_a_coming_one_when_it_opens(year: Year):
    slot = year.slot(MONDAY + timedelta(days=1))
    year.set()

    page = words_of(browser(year.office_user, year.school).get(f"/behaviour/slots/{slot.pk}/"))

    assert "The register opens on Tue 24 Nov 15:20." in page
    assert "Save" not in page


def test_a_calendar_has_time_and_place_and_nothing_about_anybody(year: Year):
    with in_school(year.school):
        room = create_location(name="R1, upstairs", actor=year.system)
    year.slot(MONDAY, room_id=room.pk)
    year.set()
    kept_away = guardian_of(year.students[0], name="Kept Away")
    supervisor = account_for(year.supervisor.person, Role.TEACHER)
    with in_school(year.school):
        ContactRestriction.objects.create(
            student=year.students[0],
            person=Person.objects.get(user=kept_away),
            kinds=["no_information"],
            starts_on=FRIDAY,
            made_by=year.office_user.pk,
        )

    def entries(user) -> list[str]:
        answer = browser(user, year.school).get("/behaviour/detentions/calendar.ics")
        return [line for line in answer.content.decode().split("\r\n") if line.startswith(("DTSTART", "LOC", "SUM"))]

    whole = ["DTSTART:20261123T153000Z", "SUMMARY:Detention", "LOCATION:R1\\, upstairs"]
    assert entries(supervisor) == whole
    assert entries(guardian_of(year.students[0])) == whole
    assert entries(kept_away) == []
    assert entries(guardian_of(year.students[1])) == []
