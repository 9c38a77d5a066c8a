"""Answering by text why a child is away."""

from __future__ import annotations

import pytest

from lyceum.core import clock
from lyceum.core.actor import system_actor
from lyceum.domains.attendance.models import AbsenceCase, CaseReply
from lyceum.domains.attendance.rules.cases.opening import open_cases
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.attendance.tests.conftest import TODAY, Morning
from lyceum.domains.attendance.tests.test_cases import CLOSED, guardian, take
from lyceum.domains.notifications.hooks import Incoming
from lyceum.domains.notifications.models import Address, Delivery, InboundSms, Provider
from lyceum.domains.notifications.rules.hooks import Reporter
from lyceum.domains.notifications.rules.inbound import take_text
from lyceum.domains.people.models import ContactPoint
from lyceum.domains.people.rules.restrictions import restrict_contact
from lyceum.testing.clients import browser
from lyceum.testing.factories import in_school, make_guardian, make_school

MOTHER = "+447700900001"


def ask(morning: Morning) -> None:
    """The register is closed and who is due was asked, by text."""
    with clock.frozen(CLOSED), in_school(morning.school):
        open_cases(TODAY)
        Delivery.objects.update(state="sent")


def say(morning: Morning, text: str, *, sender: str = MOTHER, message: str = "M1") -> InboundSms:
    with clock.frozen(CLOSED), in_school(morning.school):
        carrier, _made = Provider.objects.get_or_create(kind="twilio", channel="sms", sender="1", hook_token="t")
        take_text(Reporter("twilio", carrier), Incoming(message, sender, text))
        return InboundSms.objects.get(provider_message=message)


def said(morning: Morning) -> list[tuple[str, bool, str, str]]:
    """Who said what, whether surely, and what it proposes."""
    with in_school(morning.school):
        rows = CaseReply.objects.select_related("code").order_by("at", "pk")
        return [(row.name, row.verified, row.text, row.code.symbol if row.code else "") for row in rows]


def state(morning: Morning) -> list[str]:
    with in_school(morning.school):
        return list(AbsenceCase.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize(
    ("text", "proposes"),
    [
        # one of the reasons that the page offers, in a sentence
        ("She is ill, sorry", "I"),
        # the letter itself
        ("i", "I"),
        # something that no list holds: the office reads it
        ("Dog ate the bus", ""),
    ],
)
def test_a_text_from_the_one_who_was_asked_answers(morning: Morning, text: str, proposes: str):
    guardian(morning, 1)
    take(morning)
    ask(morning)

    sms = say(morning, text)

    assert said(morning) == [("Guardian 1", True, text, proposes)]
    assert state(morning) == ["answered"]
    with in_school(morning.school):
        assert sms.handled_by == f"attendance.case:{AbsenceCase.objects.get().pk}"


def test_a_number_of_two_parents_answers_for_neither_by_name_and_the_asking_goes_on(morning: Morning):
    first = guardian(morning, 1)
    second = make_guardian(morning.students[0], name="Guardian 2", channels=("sms",))
    with in_school(morning.school):
        ContactPoint.objects.create(person=second.guardian, kind="mobile", value=MOTHER)
    take(morning)
    ask(morning)

    say(morning, "ill")

    assert said(morning) == [("Guardian 1 / Guardian 2", False, "ill", "")]
    assert state(morning) == ["asked"]
    assert first.guardian_id != second.guardian_id


def test_a_number_that_is_nobodys_any_more_proposes_nothing_and_names_nobody(morning: Morning):
    link = guardian(morning, 1)
    take(morning)
    ask(morning)
    with in_school(morning.school):
        restrict_contact(
            morning.students[0].pk,
            person_id=link.guardian_id,
            kinds=["no_contact"],
            actor=system_actor(morning.school.pk),
        )
        Delivery.objects.update(state="sent")

    sms = say(morning, "ill")

    assert said(morning) == []  # what it would answer was taken back
    assert sms.handled_at is None


def test_of_two_children_the_one_that_is_named_is_meant_and_else_the_office_decides(morning: Morning):
    link = guardian(morning, 1)
    with in_school(morning.school):
        second = make_guardian(morning.students[1], name="Other", channels=("sms",))
        ContactPoint.objects.create(person=second.guardian, kind="mobile", value=MOTHER)
        register = morning.register()
        absent = [GivenMark(student.pk, "N") for student in morning.students[:2]]
        take_register(register.pk, marks=absent, rest="present", actor=morning.teacher)
    ask(morning)
    name = morning.students[1].person.full_name

    waiting = say(morning, "ill", message="A")
    named = say(morning, f"{name} is ill", message="B")

    assert waiting.handled_at is None
    assert named.handled_at is not None
    assert said(morning) == [("Other", True, f"{name} is ill", "I")]
    assert link.student_id == morning.students[0].pk


@pytest.mark.parametrize("word", ["STOP", "Stop.", "arrêt", "BAJA", "إيقاف"])
def test_a_word_of_any_language_stops_texts_and_another_lets_them_come_again(morning: Morning, word: str):
    guardian(morning, 1)
    take(morning)
    ask(morning)

    stop = say(morning, word, message="A")
    with in_school(morning.school):
        stopped = Address.objects.get(value=MOTHER).state
    start = say(morning, "START", message="B")

    assert (stop.handled_by, stopped, start.handled_by) == ("stop", "opted_out", "start")
    with in_school(morning.school):
        assert Address.objects.get(value=MOTHER).state == "ok"
        assert ContactPoint.objects.filter(failing_since__isnull=False).count() == 0
    assert said(morning) == []


def test_a_text_of_nobody_waits_for_the_office_which_deals_with_it(morning: Morning):
    sms = say(morning, "Who is this?", sender="+447700900099")
    office = browser(morning.office_user, morning.school)

    waiting = office.get("/outbox/texts/?state=waiting").content.decode()
    page = office.get(f"/outbox/texts/{sms.pk}/").content.decode()
    done = [office.post(f"/outbox/texts/{sms.pk}/", {"note": "called back"}).status_code for _again in range(2)]

    assert "Who is this?" in waiting
    assert "Nobody to whom we wrote" in page
    assert done == [302, 409]
    with in_school(morning.school):
        assert InboundSms.objects.get().handled_by.endswith(": called back")


def test_another_schools_cases_hear_no_text_of_ours(morning: Morning):
    guardian(morning, 1)
    take(morning)
    ask(morning)
    other = make_school("Other School")
    with clock.frozen(CLOSED), in_school(other):
        carrier = Provider.objects.create(kind="twilio", channel="sms", sender="1", hook_token="t")
        row = take_text(Reporter("twilio", carrier), Incoming("M1", MOTHER, "ill"))

    assert row is not None
    assert row.handled_at is None
    assert said(morning) == []
