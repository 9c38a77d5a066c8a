"""Absences that nobody has explained, from the register to the family and back."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.core.errors import NotFoundError
from lyceum.core.permissions import Role
from lyceum.domains.attendance.models import AbsenceCase, CaseReply, CaseTry, Mark, MarkChange
from lyceum.domains.attendance.rules.cases.answering import LinkEndedError, answer_by_link, note_call, read_link
from lyceum.domains.attendance.rules.cases.asking import (
    ask_families,
    ask_next,
    ask_those_due,
    preview_asking,
    reply_link,
)
from lyceum.domains.attendance.rules.cases.opening import open_cases
from lyceum.domains.attendance.rules.cases.settling import CaseClosedError, close_unexplained, confirm_case
from lyceum.domains.attendance.rules.chasing import chase_registers
from lyceum.domains.attendance.rules.marks import GivenMark, amend_mark, take_register
from lyceum.domains.attendance.rules.planned import NewAbsence, ask_absence
from lyceum.domains.attendance.tests.conftest import TODAY, Morning, make_morning
from lyceum.domains.notifications.models import Delivery, Notification
from lyceum.domains.notifications.rules.budget import set_budget
from lyceum.domains.people.models import ContactPoint, Flag, GuardianLink, Person
from lyceum.domains.people.rules.restrictions import restrict_contact
from lyceum.domains.tenancy.queries import today
from lyceum.testing.beginnings import remembered
from lyceum.testing.clients import browser, software
from lyceum.testing.factories import (
    account_for,
    as_actor,
    in_school,
    make_admin,
    make_guardian,
    make_manager,
    make_school,
)

CLOSED = datetime(2026, 11, 20, 9, 20, tzinfo=UTC)
"""Five minutes after the register closed."""


@remembered
def guardian(
    morning: Morning, number: int, *, child: int = 0, channels: tuple[str, ...] = ("sms", "call")
) -> GuardianLink:
    link = make_guardian(morning.students[child], name=f"Guardian {number}", channels=channels, portal="none")
    with in_school(morning.school):
        ContactPoint.objects.create(person=link.guardian, kind="mobile", value=f"+44770090000{number}")
    return link


@remembered
def take(morning: Morning, symbol: str = "N", *, child: int = 0) -> None:
    """The teacher marks one child absent, and the others present."""
    register = morning.register()
    with in_school(morning.school):
        take_register(
            register.pk,
            marks=[GivenMark(morning.students[child].pk, symbol)],
            rest="present",
            actor=morning.teacher,
        )


@remembered
def open_now(morning: Morning, at: datetime = CLOSED) -> AbsenceCase:
    with clock.frozen(at), in_school(morning.school):
        open_cases(TODAY)
        return AbsenceCase.objects.get()


def asked(morning: Morning) -> list[str]:
    with in_school(morning.school):
        return list(CaseTry.objects.order_by("at").values_list("name", flat=True))


def test_nothing_is_asked_before_the_register_has_closed(morning: Morning):
    guardian(morning, 1)
    take(morning)

    with in_school(morning.school):
        assert open_cases(TODAY) == 0


def test_the_first_contact_is_asked_then_the_second_and_each_once(morning: Morning):
    guardian(morning, 1)
    guardian(morning, 2)
    take(morning)

    open_now(morning)
    open_now(morning)
    assert asked(morning) == ["Guardian 1"]
    for minutes in (10, 30, 40, 60, 120):
        with clock.frozen(CLOSED + timedelta(minutes=minutes)), in_school(morning.school):
            ask_those_due(actor=system_actor(morning.school.pk))

    assert asked(morning) == ["Guardian 1", "Guardian 2"]
    with in_school(morning.school):
        texts = list(Delivery.objects.order_by("created_at").values_list("address", "text"))
        assert [address for address, _text in texts] == ["+447700900001", "+447700900002"]
        assert "is not at school (20 Nov: Morning)" in texts[0][1]


def test_somebody_kept_from_the_child_hears_nothing_by_any_way_and_nobody_says_so(morning: Morning):
    kept, other = guardian(morning, 1), guardian(morning, 2)
    with in_school(morning.school):
        # The other one shares a telephone with whoever is kept away.
        ContactPoint.objects.create(person=other.guardian, kind="mobile", value="+447700900001", preferred=True)
        restrict_contact(
            morning.students[0].pk,
            person_id=kept.guardian_id,
            kinds=["no_contact"],
            actor=system_actor(morning.school.pk),
        )
    take(morning)

    case = open_now(morning)

    assert asked(morning) == ["Guardian 2"]
    with in_school(morning.school):
        assert list(Delivery.objects.values_list("address", flat=True)) == ["+447700900002"]
    page = browser(morning.office_user, morning.school).get(f"/attendance/cases/{case.pk}/").content.decode()
    assert "Guardian 1" not in page
    with in_school(morning.school), pytest.raises(LinkEndedError):
        answer_by_link(read_link(reply_link(case, kept.guardian_id).split("/")[2]), reason="I")


def test_a_guardian_answers_by_the_link_and_the_office_confirms(morning: Morning):
    link = guardian(morning, 1)
    take(morning)
    case = open_now(morning)
    phone = Client(headers={"user-agent": "a phone"})
    address = reply_link(case, link.guardian_id)

    with clock.frozen(CLOSED):
        page = phone.get(address)
        reason = _reason(morning, "I")
        thanks = phone.post(address, {"reason": reason, "text": "has a cold"})
    with clock.frozen(CLOSED), in_school(morning.school):
        confirm_case(case.pk, actor=morning.office)

    assert "Why is" in page.content.decode()
    assert "Thank you" in thanks.content.decode()
    with in_school(morning.school):
        case.refresh_from_db()
        mark = Mark.objects.get(student=morning.students[0])
        change = MarkChange.objects.get(mark=mark, version=2)
        assert (case.state, mark.code.symbol) == ("resolved", "I")
        assert change.reason == "Guardian 1 says: “has a cold”"
        assert change.marked_by == morning.office_user.pk
        first = MarkChange.objects.get(mark=mark, version=1)
        assert (first.code.symbol, first.marked_by) == ("N", morning.teacher_user.pk)
        recorded = Notification.objects.get(template="absence_recorded")
        assert recorded.name == "Guardian 1"
        assert Delivery.objects.get(notification=recorded).address == "+447700900001"


def _reason(morning: Morning, symbol: str) -> str:
    from lyceum.domains.attendance.models import Code

    with in_school(morning.school):
        return str(Code.objects.get(symbol=symbol).pk)


def test_a_link_ends_after_two_days_and_never_opens_another_case(morning: Morning):
    link = guardian(morning, 1)
    take(morning)
    case = open_now(morning)
    address = reply_link(case, link.guardian_id)

    old = Client().get(address.replace("/reply/", "/reply/x"))
    assert old.status_code == 410
    with in_school(morning.school):
        token = address.split("/")[2]
        assert read_link(token).case_id == case.pk


def test_who_comes_later_ends_the_case_and_those_who_were_asked_hear_it(morning: Morning):
    guardian(morning, 1)
    take(morning)
    case = open_now(morning)

    with clock.frozen(CLOSED + timedelta(minutes=20)), in_school(morning.school):
        mark = Mark.objects.get(student=morning.students[0])
        amend_mark(mark.pk, symbol="U", reason="came at 9:40", actor=morning.office)

        case.refresh_from_db()
        assert case.state == "arrived"
        arrived = Notification.objects.get(template="arrived")
        assert arrived.name == "Guardian 1"
        assert Delivery.objects.get(notification__template="absence").state == "withdrawn"


def test_a_second_session_joins_the_open_case(morning: Morning):
    take(morning)
    case = open_now(morning)
    afternoon = morning.register("PM")
    with clock.frozen(datetime(2026, 11, 20, 13, 5, tzinfo=UTC)), in_school(morning.school):
        take_register(
            afternoon.pk, marks=[GivenMark(morning.students[0].pk, "N")], rest="present", actor=morning.teacher
        )

    later = open_now(morning, datetime(2026, 11, 20, 13, 40, tzinfo=UTC))

    assert later.pk == case.pk
    with in_school(morning.school):
        assert sorted(later.sessions.values_list("session", flat=True)) == ["AM", "PM"]


def test_the_office_notes_a_call_and_what_was_said(morning: Morning):
    link = guardian(morning, 1)
    take(morning)
    case = open_now(morning)

    with clock.frozen(CLOSED), in_school(morning.school):
        note_call(case.pk, person=link.guardian_id, actor=morning.office)
        case.refresh_from_db()
        assert case.state == "asked"
        note_call(case.pk, person=link.guardian_id, reason="M", text="dentist", actor=morning.office)
        confirm_case(case.pk, actor=morning.office)

        assert Mark.objects.get(student=morning.students[0]).code.symbol == "M"
        with pytest.raises(CaseClosedError):
            close_unexplained(case.pk, actor=morning.office)


def test_nothing_is_made_unauthorised_without_a_person_who_may(morning: Morning):
    take(morning)
    case = open_now(morning)

    with clock.frozen(CLOSED), in_school(morning.school):
        close_unexplained(case.pk, actor=morning.office)

        case.refresh_from_db()
        assert case.state == "unexplained_closed"
        assert Mark.objects.get(student=morning.students[0]).code.symbol == "O"


def test_twenty_answers_are_confirmed_at_once(morning: Morning):
    link = guardian(morning, 1)
    take(morning)
    case = open_now(morning)
    with clock.frozen(CLOSED), in_school(morning.school):
        answer_by_link(read_link(reply_link(case, link.guardian_id).split("/")[2]), reason="I")
    office = browser(morning.office_user, morning.school)

    with clock.frozen(CLOSED):
        preview = office.post("/attendance/cases/", {"bulk": "confirm", "row": [str(case.pk)]})
        assert "I Illness" in preview.content.decode()
        office.post("/attendance/cases/", {"bulk": "confirm", "row": [str(case.pk)], "confirmed": "1"})

    with in_school(morning.school):
        case.refresh_from_db()
        assert (case.state, CaseReply.objects.get().confirmed_at is not None) == ("resolved", True)


def test_who_was_reported_away_before_anybody_asked_is_answered_and_nobody_is_asked(morning: Morning):
    link = make_guardian(morning.students[0], name="Guardian 1", channels=("sms",))
    user = account_for(link.guardian, Role.GUARDIAN)
    with in_school(morning.school):
        ContactPoint.objects.create(person=link.guardian, kind="mobile", value="+447700900001")
        ask_absence(
            NewAbsence([morning.students[0].pk], TODAY, TODAY, what="ill", reason="a cold"),
            actor=as_actor(user, morning.school),
        )
    take(morning)

    case = open_now(morning)

    assert (case.state, asked(morning)) == ("answered", [])
    with in_school(morning.school):
        reply = CaseReply.objects.get()
        assert (reply.name, reply.text, reply.code and reply.code.symbol) == ("Guardian 1", "a cold", "I")


def test_a_register_that_is_late_is_chased_once_at_each_stage(morning: Morning):
    morning.register()
    system = system_actor(morning.school.pk)
    heard = []
    for minute in (0, 16, 21, 31, 40, 60):
        with (
            clock.frozen(datetime(2026, 11, 20, 8, 45, tzinfo=UTC) + timedelta(minutes=minute)),
            in_school(morning.school),
        ):
            heard.append(chase_registers(actor=system))

    # The teacher after a quarter of an hour; at closing the teacher and the office.
    assert heard == [0, 1, 0, 2, 0, 0]


def test_another_school_opens_and_sees_nothing(morning: Morning):
    take(morning)
    case = open_now(morning)
    other = make_school("Dale School")

    with clock.frozen(CLOSED), in_school(other):
        assert open_cases(TODAY) == 0
        assert not AbsenceCase.objects.filter(pk=case.pk).exists()
        assert UUID(str(case.pk)) == case.pk


def test_of_a_child_to_look_for_only_those_hear_whose_work_it_is_and_nobody_kept_from_the_child(morning: Morning):
    school, child = morning.school, morning.students[0]
    make_manager(school, "Timetable", username="tim")
    kept = make_manager(school, "Attendance", username="kit")
    lead = make_admin(school, username="ada")
    with in_school(school):
        person = Person.objects.create(full_name="Kit", sort_name="kit", search_name="kit", user=kept)
        restrict_contact(child.pk, person_id=person.pk, kinds=["no_contact"], actor=system_actor(school.pk))
        Flag.objects.create(student=child, kind="medical", text="Epilepsy", check_if_absent=True, starts_on=TODAY)
    take(morning)

    with clock.frozen(CLOSED + timedelta(days=8)), in_school(school):
        open_cases(TODAY)

        told = set(Notification.objects.filter(template="check_if_absent").values_list("user", flat=True))
    assert told == {lead.pk, morning.office_user.pk}


def test_the_office_asks_the_next_contacts_at_once_after_a_preview(morning: Morning):
    first, kept, _third = guardian(morning, 1), guardian(morning, 2), guardian(morning, 3)
    guardian(morning, 4, channels=())
    admin = make_admin(morning.school)
    with in_school(morning.school):
        restrict_contact(
            morning.students[0].pk,
            person_id=kept.guardian_id,
            kinds=["no_contact"],
            actor=as_actor(admin, morning.school),
        )
        set_budget(3, "0.05", actor=as_actor(admin, morning.school))  # the first question takes two
    take(morning)
    case = open_now(morning)
    office, choice = browser(admin, morning.school), {"bulk": "ask", "row": [str(case.pk)]}

    with clock.frozen(CLOSED):
        over = office.post("/attendance/cases/", choice).content.decode()
        refused = office.post("/attendance/cases/", {**choice, "confirmed": "1"})
        before = asked(morning)
        with in_school(morning.school):
            set_budget(100, "0.05", actor=as_actor(admin, morning.school))
        shown = office.post("/attendance/cases/", choice).content.decode()
        office.post("/attendance/cases/", {**choice, "confirmed": "1"})

    assert "nothing would be sent" in over
    assert (refused.status_code, before) == (409, [first.guardian.full_name])
    assert "1 person is reached" in shown
    assert "1 cannot be reached" in shown
    assert "1 blocked" in shown
    assert re.search(r"(\d) texts · costs 0\.(05|10|15|20) · \d of 100 used this month", shown)
    assert asked(morning) == ["Guardian 1", "Guardian 3"]


def test_over_rest_the_same_is_said_and_done(morning: Morning):
    guardian(morning, 1)
    guardian(morning, 2)
    take(morning)
    case = open_now(morning)

    with clock.frozen(CLOSED):
        office = software(make_admin(morning.school), morning.school)
        said = office.send("/api/v1/attendance/cases/ask/", {"cases": [str(case.pk)], "preview": True}).json()
        between = asked(morning)
        done = office.send("/api/v1/attendance/cases/ask/", {"cases": [str(case.pk)]}).json()

    assert (said["asked"], said["reached"], said["by_channel"]) == (0, 1, {"sms": 1})
    assert (between, done["asked"]) == (["Guardian 1"], 1)
    assert asked(morning) == ["Guardian 1", "Guardian 2"]


def test_of_another_schools_cases_nobody_is_asked(morning: Morning):
    guardian(morning, 1)
    take(morning)
    case = open_now(morning)
    other = make_school("Other School")

    with in_school(other):
        actor = as_actor(make_admin(other), other)
        for act in (preview_asking, ask_families):
            with pytest.raises(NotFoundError):
                act([case.pk], actor=actor)
    assert asked(morning) == ["Guardian 1"]


def test_an_answer_keeps_the_next_channel_from_being_used(morning: Morning):
    link = guardian(morning, 1, channels=("sms", "email"))
    with in_school(morning.school):
        ContactPoint.objects.create(person=link.guardian, kind="email", value="g1@example.org")
    take(morning)
    case = open_now(morning)

    with clock.frozen(CLOSED), in_school(morning.school):
        answer_by_link(read_link(reply_link(case, link.guardian_id).split("/")[2]), reason="other", text="Ill")

    with in_school(morning.school):
        rows = dict(Delivery.objects.filter(in_reserve=True).values_list("address", "state"))
    assert rows == {"g1@example.org": "withdrawn"}


def test_where_no_texts_are_left_the_next_contact_is_asked_at_once_and_the_office_sees_whom_nothing_reaches(
    morning: Morning,
):
    for number in (1, 2):
        guardian(morning, number)
    mother = guardian(morning, 3, channels=("sms", "email", "call"))
    with in_school(morning.school):
        ContactPoint.objects.create(person=mother.guardian, kind="email", value="mother@example.org")
    guardian(morning, 4, child=1)
    admin = as_actor(make_admin(morning.school), morning.school)
    register = morning.register()
    with in_school(morning.school):
        set_budget(0, "", actor=admin)
        marks = [GivenMark(morning.students[n].pk, "N") for n in (0, 1)]
        take_register(register.pk, marks=marks, rest="present", actor=morning.teacher)

    with clock.frozen(CLOSED), in_school(morning.school):
        open_cases(TODAY)

        states = dict(AbsenceCase.objects.values_list("student", "state"))
        tries = dict(CaseTry.objects.values_list("name", "note"))
        assert states == {morning.students[0].pk: "asked", morning.students[1].pk: "open"}
        assert tries == {
            "Guardian 1": "no message reached them",
            "Guardian 2": "no message reached them",
            "Guardian 3": "",
            "Guardian 4": "no message reached them",
        }
        assert list(Delivery.objects.exclude(state="suppressed").filter(channel="email", notification__user=None)
                    .values_list("address", flat=True)) == ["mother@example.org"]  # fmt: skip
        assert Notification.objects.filter(template="texts_stopped", user=morning.office_user).exists()
        page = browser(morning.office_user, morning.school).get("/attendance/cases/").content.decode()
    assert "The family of 1 child was reached by nothing" in page


def test_asking_for_three_children_takes_as_many_statements_as_for_one(
    db: None, at_school: None, django_assert_num_queries
):
    for size in (1, 3):
        morning = make_morning(3, name=f"School {size}")
        for n in range(size):
            guardian(morning, n, child=n)
        register = morning.register()
        with in_school(morning.school):
            marks = [GivenMark(morning.students[n].pk, "N") for n in range(size)]
            take_register(register.pk, marks=marks, rest="present", actor=morning.teacher)
            cases = AbsenceCase.objects.select_related("student__person").prefetch_related("sessions")
            AbsenceCase.objects.bulk_create(
                AbsenceCase(student=morning.students[n], opened_on=TODAY) for n in range(size)
            )
            found = list(cases)
            today()
            with django_assert_num_queries(17):
                ask_next(found, actor=system_actor(morning.school.pk))
