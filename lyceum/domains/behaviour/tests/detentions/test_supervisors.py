"""Supervisors are away, teach or cover after a slot was made: the slot hears of it, by whatever door it is entered."""

from datetime import UTC, date, datetime, time

import pytest

from lyceum.core import clock
from lyceum.domains.behaviour.detention_queries import get_slot, needs_supervisor
from lyceum.domains.behaviour.models import DetentionSlot, SlotSupervisor
from lyceum.domains.behaviour.rules.detentions.supervisors import review_supervisors
from lyceum.domains.behaviour.tests.detentions.conftest import MONDAY, TUESDAY, Year, make_detention_year
from lyceum.domains.journal.models import Fact
from lyceum.domains.people.models import Staff
from lyceum.domains.timetable.models import Lesson
from lyceum.domains.timetable.rules.covers.assigning import assign_cover
from lyceum.domains.timetable.rules.covers.ending import cancel_cover
from lyceum.domains.timetable.rules.lessons import NewLesson, create_lessons
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import in_school, make_staff

FROM = date(2026, 11, 20)


def supervisors(slot: DetentionSlot) -> list[str]:
    rows = SlotSupervisor.objects.filter(slot=slot, stands=True).order_by("-leads")
    return [row.staff.person.full_name for row in rows.select_related("staff__person")]


def lesson(year: Year, *, teacher: Staff | None = None, at: time = time(15)) -> Lesson:
    new = NewLesson(year.form, 1, "6", at, time(16), starts_on=FROM, teacher_id=teacher.pk if teacher else None)
    with in_school(year.school):
        [made] = create_lessons([new], actor=year.system)
    return made


def needs(year: Year, slot: DetentionSlot) -> bool:
    with in_school(year.school):
        return needs_supervisor(get_slot(slot.pk, actor=year.office))


def test_an_absence_that_the_office_enters_is_on_the_board_at_once_and_gone_when_it_ends(year: Year):
    slot, tuesday = year.slot(MONDAY), year.slot(TUESDAY)
    lesson(year)
    client, caller = browser(year.office_user, year.school), software(year.office_user, year.school)
    absence = {"staff": str(year.supervisor.pk), "starts_on": f"{MONDAY}", "ends_on": f"{MONDAY}", "kind": "illness"}

    entered = caller.send("/api/v1/staff-absences/", absence)
    board = client.get(f"/behaviour/detentions/?date={MONDAY}").content.decode()
    refused = caller.send(
        f"/api/v1/detention-slots/{slot.pk}/supervisors/", {"supervisors": [str(year.lead.pk)]}, method="put"
    )
    page = client.post(f"/behaviour/slots/{slot.pk}/edit/", {"act": "supervise", "lead": str(year.lead.pk)})

    assert entered.status_code == 201
    assert "needs a supervisor" in board.lower()
    assert (refused.status_code, refused.json()["code"]) == (409, "supervisor_busy")
    assert "teaches 7A, 6 (15:00–16:00)" in refused.json()["detail"]
    assert "teaches 7A, 6" in page.content.decode()
    assert "Slots that need a supervisor" in client.get("/today/").content.decode()
    assert not needs(year, tuesday), "who is away on Monday is there on Tuesday"
    with in_school(year.school):
        assert Fact.objects.filter(type="behaviour.detention_slot.supervision").count() == 1

    ended = caller.send(f"/api/v1/staff-absences/{entered.json()['id']}/cancel/", {})

    assert ended.status_code == 200
    with in_school(year.school):
        assert supervisors(slot) == ["Sam Supervisor"], "there after all"


def test_who_was_replaced_does_not_come_back_and_the_second_leads(year: Year):
    second = make_staff(year.school, name="Sue Second")
    slot = year.slot(MONDAY, supervisors=[year.supervisor.pk, second.pk])
    caller = software(year.office_user, year.school)
    absence = {"staff": str(year.supervisor.pk), "starts_on": f"{MONDAY}", "ends_on": f"{TUESDAY}"}

    entered = caller.send("/api/v1/staff-absences/", absence)
    with in_school(year.school):
        assert supervisors(slot) == ["Sue Second"]
        assert SlotSupervisor.objects.get(slot=slot, stands=True).leads
    caller.send(f"/api/v1/staff-absences/{entered.json()['id']}/cancel/", {})

    with in_school(year.school):
        assert supervisors(slot) == ["Sue Second"]


def test_whoever_is_asked_to_cover_then_supervises_no_more_until_the_cover_is_cancelled(year: Year):
    slot = year.slot(MONDAY)
    with in_school(year.school):
        Staff.objects.filter(pk=year.supervisor.pk).update(teaching=True)
    taught = lesson(year)
    with in_school(year.school):
        cover = assign_cover(taught.pk, on=MONDAY, staff_id=year.supervisor.pk, actor=year.system)

        assert supervisors(slot) == []
        assert "covers 7A, 6" in SlotSupervisor.objects.get(slot=slot).away_reason
        cancel_cover(cover.pk, reason="Not needed", actor=year.system)
        assert supervisors(slot) == ["Sam Supervisor"]


def test_a_lesson_that_comes_later_is_seen_within_the_hour_and_the_others_are_left(year: Year):
    slot, early = year.slot(MONDAY), year.slot(MONDAY, at=time(12))
    lesson(year, teacher=year.supervisor)
    elsewhere = make_detention_year(1, name="Dale School")
    theirs = elsewhere.slot(MONDAY)
    with in_school(year.school):
        assert [row.pk for row in review_supervisors(year.system)] == [slot.pk]
        assert review_supervisors(year.system) == [], "twice is once"
        assert supervisors(early) == ["Sam Supervisor"]
    with in_school(elsewhere.school):
        assert supervisors(theirs) == ["Sam Supervisor"]


@pytest.mark.parametrize(
    ("last_period", "is_free"),
    [
        ("6", False),  # away until the end of the period in which the slot begins
        ("1", True),  # back after the first lesson
    ],
)
def test_an_absence_of_some_periods_leaves_the_afternoon(year: Year, last_period: str, is_free: bool):
    slot = year.slot(MONDAY)
    with in_school(year.school):
        for period, at in (("1", 9), ("6", 15)):
            new = NewLesson(year.form, 1, period, time(at), time(at + 1), starts_on=FROM)
            create_lessons([new], actor=year.system)
    absence = {"staff": str(year.supervisor.pk), "starts_on": f"{MONDAY}", "ends_on": f"{MONDAY}"}
    software(year.office_user, year.school).send("/api/v1/staff-absences/", absence | {"ends_period": int(last_period)})

    assert needs(year, slot) is not is_free


def test_who_supervises_finds_the_slot_on_their_day(year: Year):
    slot = year.slot(MONDAY, supervisors=[year.lead.pk])
    year.set()
    day = datetime(2026, 11, 23, 9, tzinfo=UTC)

    with clock.frozen(day):
        own = browser(year.teacher_user, year.school).get("/today/").content.decode()
        others = browser(year.head_user, year.school).get("/today/").content.decode()

    assert f'href="/behaviour/slots/{slot.pk}/"' in own
    assert "15:30" in own
    assert f'href="/behaviour/slots/{slot.pk}/"' not in others
