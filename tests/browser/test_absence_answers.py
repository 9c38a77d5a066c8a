"""Twenty children are away: families are written to in their language, answer by the link, and the office confirms."""

import re
from email.message import Message

from django.db import connections
from django.test import Client
from playwright.sync_api import expect

from lyceum.core.actor import system_actor
from lyceum.domains.academics.models import AcademicYear
from lyceum.domains.attendance.models import AbsenceCase, Mark, Register
from lyceum.domains.attendance.rules.cases.opening import open_cases
from lyceum.domains.attendance.rules.marks import GivenMark, take_register
from lyceum.domains.notifications.rules.sending import send_due
from lyceum.domains.notifications.tests.conftest import MailServer, mail_server  # noqa: F401 - the fixture
from lyceum.domains.people.models import ContactPoint, Person, Student
from lyceum.domains.people.rules.restrictions import restrict_contact
from lyceum.domains.tenancy.models import School
from lyceum.domains.tenancy.queries import today
from lyceum.testing.factories import in_school, make_guardian
from tests.browser.conftest import DESK, Site
from tests.browser.test_register import school_day

AWAY = 20
_LINK = re.compile(r"https?://[^/\s]+(/reply/\S+)")


def family_of(student: Student, name: str) -> Person:
    """A guardian who reads Spanish and is written to by e-mail."""
    person = make_guardian(student, name=name, channels=("email",), portal="none").guardian
    Person.objects.filter(pk=person.pk).update(languages=["es"])
    address = f"{name.lower().replace(' ', '.')}@example.org"
    ContactPoint.objects.create(person=person, kind="email", value=address, preferred=True)
    return person


def mark_away(school: School) -> list[Student]:
    """The first twenty are absent, and nobody said why."""
    students = list(
        Student.objects.filter(class_memberships__school_class__year=AcademicYear.objects.get()).order_by(
            "person__sort_name"
        )
    )
    away = students[:AWAY]
    register = Register.objects.get(on=today(), session="AM")
    marks = [GivenMark(student.pk, "N") for student in away]
    take_register(register.pk, marks=marks, rest="present", actor=system_actor(school.pk))
    return away


def text_of(mail: Message) -> str:
    part = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()


def link_in(mail: Message) -> str:
    found = _LINK.search(text_of(mail))
    assert found
    return found.group(1)


def test_twenty_answers_by_link_are_confirmed_at_once(site: Site, mail_server: MailServer):  # noqa: F811
    school, _names = school_day()
    with in_school(school):
        away = mark_away(school)
        for number, student in enumerate(away):
            family_of(student, f"Familia {number}")
        kept = family_of(away[0], "Padre Vetado")
        restrict_contact(away[0].pk, person_id=kept.pk, kinds=["no_contact"], actor=system_actor(school.pk))
        assert open_cases(today()) == AWAY
    send_due(school.pk)
    mails = {str(mail["To"]): mail for mail in mail_server.got}
    assert sorted(mails) == sorted(f"familia.{number}@example.org" for number in range(AWAY))
    assert re.search(r"Student 01 no está en la escuela \(\d+ \w+: Mañana\)", text_of(mails["familia.0@example.org"]))

    # One family on a phone, signed in nowhere: a touch on the link, a touch on the reason.
    phone = site.browser()
    phone.goto(link_in(mails["familia.0@example.org"]))
    phone.get_by_role("button", name="Enfermedad").tap()
    expect(phone.get_by_role("heading")).to_have_text("Gracias")
    with in_school(school):
        ill = Mark.objects.model._meta.get_field("code").related_model.objects.get(symbol="I")
    for number in range(1, AWAY):
        assert (
            Client().post(link_in(mails[f"familia.{number}@example.org"]), {"reason": str(ill.pk)}).status_code == 200
        )

    office = site.sign_in("olive", **DESK)
    office.goto("/attendance/cases/")
    office.get_by_label("Choose all").check()
    office.get_by_role("button", name="Confirm what was said").click()
    office.get_by_role("button", name=re.compile("20")).click()
    expect(office.get_by_role("heading", name="Every absence is explained")).to_be_visible()

    with in_school(school):
        assert list(AbsenceCase.objects.values_list("state", flat=True)) == ["resolved"] * AWAY
        assert Mark.objects.filter(code__symbol="I").count() == AWAY
        assert not Mark.objects.filter(code__symbol="N").exists()
    send_due(school.pk)
    assert not [mail for mail in mail_server.got if "padre" in str(mail["To"])]
    connections.close_all()
