"""Admitting: the same person becomes a student, with everything the application knew, or nothing happens."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest

from lyceum.core.actor import system_actor
from lyceum.core.money import Money
from lyceum.domains.accounts.models import Invitation, Membership
from lyceum.domains.admissions.models import Application
from lyceum.domains.admissions.rules import admitting
from lyceum.domains.admissions.rules.admitting import admit
from lyceum.domains.admissions.rules.answering import accept_offer
from lyceum.domains.admissions.rules.deciding import approve
from lyceum.domains.admissions.rules.deposits import find_deposit_of
from lyceum.domains.admissions.rules.entering import EnteredGuardian
from lyceum.domains.admissions.rules.forms import create_form
from lyceum.domains.admissions.rules.intakes import edit_intake
from lyceum.domains.admissions.rules.refusals import MappingIncompleteError
from lyceum.domains.admissions.rules.steps import hand_in_document
from lyceum.domains.admissions.tests.conftest import MOTHER
from lyceum.domains.fees.models import BillingAccount, InvoiceLine, Payment
from lyceum.domains.fees.rules.items import edit_settings
from lyceum.domains.fees.rules.paying import NewPayment, record_payment
from lyceum.domains.fees.verifying import verify_books
from lyceum.domains.journal.models import Fact
from lyceum.domains.notifications.models import Delivery
from lyceum.domains.people.models import (
    Consent,
    ConsentKind,
    ContactRestriction,
    Enrolment,
    GuardianLink,
    Person,
    Student,
)
from lyceum.testing.clients import browser
from lyceum.testing.factories import in_school, make_class, make_manager
from lyceum.testing.pages import text_of

FATHER = EnteredGuardian(first_name="Fa", last_name="Lund", relation="father", email="fa@example.org", no_contact=True)
AUNT = EnteredGuardian(
    first_name="Au", last_name="Nt", relation="aunt", email="au@example.org", has_responsibility=False
)


PDF = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


@pytest.fixture
def accepted(office):
    """A child with three adults whose family took the place that was offered."""
    family = office.newcomer()
    with in_school(office.school):
        outing = ConsentKind.objects.get(name="Outings nearby")
        field = {"key": "outing", "label": "May they come along?", "type": "consent", "consent": str(outing.pk)}
        schema = {"sections": [{"title": "More", "fields": [field]}]}
        form = create_form(name="Child", schema=schema, actor=office.actor(office.admin))
    intake = office.year_group(documents=[{"type": "Passport", "required": False}], form=form.pk)
    application = office.child(intake, family, guardians=[MOTHER, FATHER, AUNT], answers={"outing": "yes"})
    with in_school(office.school):
        passport = application.documents.get()
        hand_in_document(application.pk, passport.pk, file=BytesIO(PDF), name="p.pdf", actor=office.actor(family))
        approve(application.pk, actor=office.actor(office.office))
        accept_offer(application.pk, actor=office.actor(family))
    return application


def test_one_act_makes_a_student_with_guardians_roll_class_and_invitations(office, accepted):
    form = make_class(office.school, "1A", year=office.year)
    client = office.software(office.office)
    at = f"/api/v1/applications/{accepted.pk}/admit/"

    plan = client.get(at).json()
    done = client.send(at, {"class": str(form.pk)})
    again = client.send(at, {"class": str(form.pk)})

    assert (plan["starts_on"], plan["missing"]) == ("2027-09-01", [])
    assert {"what": "Outings nearby", "value": "given", "where": "Consents"} in plan["lines"]
    assert (done.status_code, done.json()["status"], again.status_code) == (200, "enrolled", 200)
    assert done.json()["student_id"] == again.json()["student_id"] == str(accepted.student_id)
    with in_school(office.school):
        student = Student.objects.get()
        links = {link.relationship: link for link in GuardianLink.objects.select_related("guardian")}
        ties = {name: (each.contact_order, each.parental_responsibility, each.portal) for name, each in links.items()}
        assert ties == {
            "mother": (1, "yes", "full"), "father": (2, "yes", "none"), "aunt": (3, "no", "none"),
        }  # fmt: skip
        assert Enrolment.objects.get(student=student).first_day == date(2027, 9, 1)
        assert student.class_memberships.get().school_class_id == form.pk
        assert student.registration_number == accepted.student.registration_number
        assert ContactRestriction.objects.get().person_id == links["father"].guardian_id
        assert list(Invitation.objects.values_list("address", "role")) == [("mo@example.org", "guardian")]
        invited = Delivery.objects.filter(notification__template="admissions.invited")
        assert list(invited.values_list("address", flat=True)) == ["mo@example.org"]
        consent = Consent.objects.select_related("kind").get()
        assert (consent.kind.name, consent.answer, consent.answered_by) == (
            "Outings nearby", "given", accepted.filled_in_by.full_name,
        )  # fmt: skip
        fact = Fact.objects.get(type="admissions.student_admitted").payload
        assert (fact["student"], fact["source"]) == (str(student.pk), "application")


@pytest.fixture
def with_deposit(office):
    """A child with a mother who applied, a father who is kept away, three documents and a deposit: accepted."""
    family = office.newcomer()
    documents = [{"type": name, "required": False} for name in ("Passport", "Report", "Vaccinations")]
    intake = office.year_group(documents=documents, deposit_minor=50_000, currency="GBP")
    guardians = [replace(MOTHER, email=""), FATHER]
    application = office.child(intake, family, guardians=[])
    with in_school(office.school):
        own = application.guardians.get()
        application.guardians.create(order=own.order + 1, **vars(guardians[1]))
        for document in application.documents.all():
            hand_in_document(application.pk, document.pk, file=BytesIO(PDF), name="p.pdf", actor=office.actor(family))
        approve(application.pk, actor=office.actor(office.office))
    return application


def test_accepting_a_place_bills_the_deposit_and_says_how_to_pay_it(office, with_deposit):
    with in_school(office.school):
        family = with_deposit.filled_in_by
        bursar = make_manager(office.school, "Finance")
        edit_settings(values={"bank_details": "Hill Bank 12-34-56"}, actor=office.actor(bursar))

    answer = office.software(family).send(f"/api/v1/applications/{with_deposit.pk}/accept/", {})
    page = browser(family, office.school).get(f"/applications/{with_deposit.pk}/")
    told = answer.json()["deposit"]

    assert (told["amount"], told["currency"], told["is_paid"]) == (50_000, "GBP", False)
    assert "Please pay the deposit of £500.00. Hill Bank 12-34-56" in text_of(page)
    with in_school(office.school):
        line = InvoiceLine.objects.select_related("invoice__account").get()
        assert (line.source_kind, line.source_id) == ("offer", with_deposit.offers.get().pk)
        assert (line.student_id, line.invoice.account.user_id) == (with_deposit.student_id, family.pk)
        assert verify_books(actor=system_actor(office.school.pk)) == []


def test_admitting_carries_the_deposit_over_and_asks_nothing_again(office, with_deposit):
    family = with_deposit.filled_in_by
    with in_school(office.school):
        accept_offer(with_deposit.pk, actor=office.actor(family))
        deposit = find_deposit_of(with_deposit)
        client, at = office.software(office.office), f"/api/v1/applications/{with_deposit.pk}/admit/"
    unpaid = client.get(at).json()
    with in_school(office.school):
        account = deposit.line.invoice.account_id
        new = NewPayment(account, Money(50_000, "GBP"), "bank")
        payment = record_payment(new, actor=system_actor(office.school.pk))
        received = Fact.objects.get(type="fees.payment.received").payload
    paid = client.get(at).json()
    done, again = client.send(at, {}), client.send(at, {})

    assert [line["what"] for line in unpaid["warnings"]] == ["deposit"]
    assert (paid["warnings"], paid["missing"]) == ([], [])
    assert {"what": "Deposit", "value": "£500.00", "where": "Fees, held for the child"} in paid["lines"]
    assert received["settled"] == [{"kind": "offer", "id": str(deposit.line.source_id)}]
    assert (done.json()["status"], again.status_code) == ("enrolled", 200)
    with in_school(office.school):
        ties = {link.relationship: link for link in GuardianLink.objects.select_related("guardian")}
        payer = BillingAccount.objects.get()
        held = find_deposit_of(with_deposit)
        assert len(ties) == 2
        assert (payer.pk, payer.holder, payer.user_id) == (account, "guardian", None)
        assert payer.guardian.user_id == family.pk
        assert (held.line.student_id, held.held.amount, held.is_paid) == (with_deposit.student_id, 50_000, True)
        assert ContactRestriction.objects.count() == 1
        assert with_deposit.documents.exclude(stored="").count() == 3
        assert Payment.objects.get() == payment
        assert verify_books(actor=system_actor(office.school.pk)) == []


def test_an_unpaid_deposit_stops_it_where_the_intake_says_so(office, with_deposit):
    with in_school(office.school):
        edit_intake(with_deposit.intake_id, values={"needs_deposit": True}, actor=office.actor(office.office))
        accept_offer(with_deposit.pk, actor=office.actor(with_deposit.filled_in_by))
        with pytest.raises(MappingIncompleteError) as refused:
            admit(with_deposit.pk, actor=office.actor(office.office))

    assert refused.value.extra["missing"] == [{"field": "deposit", "where": "Fees: the deposit is not paid"}]
    assert office.status(with_deposit) == "approved"


def test_what_was_handed_in_stands_in_the_students_own_file(office, accepted):
    with in_school(office.school):
        admit(accepted.pk, actor=office.actor(office.office))
    at = f"students/{accepted.student_id}/documents/"

    (found,) = office.software(office.office).get(f"/api/v1/{at}").json()["items"]
    page = text_of(browser(office.office, office.school).get(f"/{at}"))

    assert (found["type"], found["file_name"], found["application"]) == ("Passport", "p.pdf", str(accepted.pk))
    assert "Passport" in page
    assert office.software(office.newcomer()).get(f"/api/v1/{at}").status_code == 404


def test_the_one_who_is_kept_away_is_told_nothing_at_any_time(office, accepted):
    with in_school(office.school):
        admit(accepted.pk, actor=office.actor(office.office))
        assert "fa@example.org" not in set(Delivery.objects.values_list("address", flat=True))


def test_a_failure_midway_leaves_an_applicant_and_a_second_try_one_student(office, accepted, monkeypatch):
    """As when the server is killed between the guardians and the roll."""

    def killed(*_args, **_kwargs):
        raise SystemExit

    monkeypatch.setattr(admitting, "place_and_seat", killed)
    with in_school(office.school):
        with pytest.raises(SystemExit):
            admit(accepted.pk, actor=office.actor(office.office))
        assert Application.objects.get(pk=accepted.pk).status == "approved"
        assert (Enrolment.objects.count(), GuardianLink.objects.count(), Invitation.objects.count()) == (0, 0, 0)
        monkeypatch.undo()

        admit(accepted.pk, actor=office.actor(office.office))

        assert (Student.objects.count(), Enrolment.objects.count()) == (1, 1)


def test_what_cannot_be_mapped_is_listed_with_where_it_goes(office, accepted):
    with in_school(office.school):
        Person.objects.filter(pk=accepted.student.person_id).update(birth_date=None)
        with pytest.raises(MappingIncompleteError) as refused:
            admit(accepted.pk, actor=office.actor(office.office))

    assert refused.value.extra["missing"] == [{"field": "birth_date", "where": "Student record: date of birth"}]
    assert office.status(accepted) == "approved"


def test_who_applied_for_the_child_is_the_guardian_with_the_account_they_have(office):
    family = office.newcomer()
    application = office.child(office.year_group(), family, guardians=[])
    with in_school(office.school):
        approve(application.pk, actor=office.actor(office.office))
        accept_offer(application.pk, actor=office.actor(family))
        admit(application.pk, actor=office.actor(office.office))

        link = GuardianLink.objects.select_related("guardian").get()
        assert (link.guardian.user_id, link.portal) == (family.pk, "full")
        assert Membership.objects.filter(user=family, role="guardian").count() == 1
        assert not Invitation.objects.exists()


def test_a_second_child_finds_the_family_that_is_known(office):
    family = office.newcomer()
    intake = office.year_group()
    for name in ("Di", "Ed"):
        application = office.child(intake, family, first_name=name)
        with in_school(office.school):
            approve(application.pk, actor=office.actor(office.office))
            accept_offer(application.pk, actor=office.actor(family))
            admit(application.pk, actor=office.actor(office.office))

    with in_school(office.school):
        assert GuardianLink.objects.count() == 2
        assert len(set(GuardianLink.objects.values_list("guardian", flat=True))) == 1


def test_the_office_is_shown_the_plan_and_others_are_not(office, accepted):
    at = f"/api/v1/applications/{accepted.pk}/admit/"

    assert office.software(office.newcomer()).get(at).status_code == 403
    assert office.software(office.newcomer()).send(at, {}).status_code == 403
    with in_school(office.school):
        assert admit(accepted.pk, actor=replace(system_actor(office.school.pk))).status == "enrolled"
