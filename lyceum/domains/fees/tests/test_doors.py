"""Who reads and does what through which door: the bursar all of it, a payer their own, everybody else nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lyceum.core.permissions import Role
from lyceum.domains.fees.models import BillingAccount, Payment
from lyceum.domains.fees.queries import read_statement, usual_payers
from lyceum.domains.fees.rules.accounts import Payer, account_of
from lyceum.domains.fees.tests.conftest import make_bursary
from lyceum.domains.people.models import Family, GuardianLink, Person, Student
from lyceum.testing.clients import statements_for
from lyceum.testing.factories import account_for, make_guardian, make_student, make_teacher
from lyceum.testing.pages import text_of

ADDRESSES = (
    "/api/v1/invoices/{invoice}/", "/api/v1/invoices/{invoice}/pdf/", "/api/v1/receipts/{receipt}/pdf/",
    "/api/v1/billing-accounts/{account}/", "/api/v1/billing-accounts/{account}/statements/",
    "/api/v1/billing-accounts/{account}/deposits/", "/api/v1/payments/{payment}/",
    "/fees/invoices/{invoice}/", "/fees/invoices/{invoice}/invoice.pdf", "/fees/payments/{payment}/",
    "/fees/receipts/{receipt}/receipt.pdf", "/fees/accounts/{account}/",
)  # fmt: skip


@pytest.fixture
def billed(bursary):
    """Ada's mother was billed and has paid: the addresses of all that she may read."""
    invoice, payment = bursary.bill(), bursary.pay(10_000, "cheque")
    with bursary.within():
        ids = {
            "invoice": invoice.pk, "payment": payment.pk, "account": bursary.account.pk,
            "receipt": payment.receipts.get().pk,
        }  # fmt: skip
    return [address.format(**ids) for address in ADDRESSES]


def test_whoever_is_billed_reads_all_of_their_own(bursary, billed):
    clients = bursary.browser(bursary.mother), bursary.software(bursary.mother)

    found = {at: clients[at.startswith("/api/")].get(at).status_code for at in billed}

    assert set(found.values()) == {200}, found


def test_nobody_else_finds_anything(bursary, billed):
    """A co-payer of the same child, a guardian whose tie has ended, a teacher, and the bursar of another school."""
    link = make_guardian(bursary.ada, name="Co Payer")
    co_payer = account_for(link.guardian, Role.GUARDIAN)
    former_link = make_guardian(bursary.ada, name="For Mer")
    former = account_for(former_link.guardian, Role.GUARDIAN)
    teacher = make_teacher(bursary.school)
    with bursary.within():
        GuardianLink.objects.filter(pk=former_link.pk).update(ends_on="2026-11-01")
        account_of(Payer(guardian=link.guardian_id), actor=bursary.actor())
    other = make_bursary()
    outsiders = [(bursary, co_payer), (bursary, former), (bursary, bursary.father), (other, other.bursar)]

    found = {
        (who, at): (school.software(user) if at.startswith("/api/") else school.browser(user)).get(at).status_code
        for who, (school, user) in enumerate(outsiders)
        for at in billed
    }
    by_teacher = {bursary.software(teacher).get(at).status_code for at in billed if at.startswith("/api/")}

    assert set(found.values()) == {404}, found
    assert by_teacher <= {403, 404}
    assert bursary.software(co_payer).get("/api/v1/invoices/").json()["items"] == []
    assert [each["number"] for each in bursary.software(co_payer).get("/api/v1/billing-accounts/").json()["items"]] != [
        bursary.account.number
    ]


def test_a_familys_account_is_billed_first_and_seen_by_those_who_are_told_about_fees(bursary):
    untold = account_for(make_guardian(bursary.ada, name="Un Told").guardian, Role.GUARDIAN)
    with bursary.within():
        family = Family.objects.create(name="Lovelace")
        Student.objects.filter(pk=bursary.ada.pk).update(family=family)
        GuardianLink.objects.filter(guardian=bursary.account.guardian_id).update(told_fees=True)
        account = account_of(Payer(family=family.pk), actor=bursary.actor())
        payer = usual_payers([bursary.ada.pk], currency="GBP")[bursary.ada.pk]
    invoice = bursary.bill(account=account)
    at = f"/api/v1/invoices/{invoice.pk}/"

    assert (payer.payer, payer.name) == (Payer(family=family.pk), "Lovelace")
    assert bursary.software(bursary.mother).get(at).status_code == 200
    assert [bursary.software(user).get(at).status_code for user in (untold, bursary.father)] == [404, 404]


def test_a_draft_is_not_for_families(bursary):
    draft = bursary.draft()

    assert bursary.software(bursary.mother).get(f"/api/v1/invoices/{draft.pk}/").status_code == 404
    assert bursary.software().get(f"/api/v1/invoices/{draft.pk}/").json()["statuses"] == ["draft"]


def test_an_invoice_goes_all_the_way_over_rest(bursary):
    client = bursary.software()
    price = {"amount": 12_500, "currency": "GBP"}
    line = {"item": str(bursary.tuition.pk), "unit_price": price, "student": str(bursary.ada.pk)}
    body = {"account": str(bursary.account.pk), "lines": [line], "instalments": [{"due_on": "2026-12-04"}]}
    paid = {"account": str(bursary.account.pk), "amount": price, "method": "bank"}

    draft = client.send("/api/v1/invoices/", body).json()
    issued = client.send(f"/api/v1/invoices/{draft['id']}/issue/").json()
    payment = client.send("/api/v1/payments/", paid, key="once")
    again = client.send("/api/v1/payments/", paid, key="once")
    alike = client.send("/api/v1/payments/", paid, key="twice")
    statement = client.get(f"/api/v1/billing-accounts/{bursary.account.pk}/statements/").json()
    trial = client.get("/api/v1/ledger/trial-balances/?as_of=2026-11-20").json()
    discarded = client.send(f"/api/v1/invoices/{draft['id']}/", method="delete")

    assert (draft["number"], issued["number"], issued["open"]["amount"]) == (None, "INV-2026-000001", 12_500)
    assert (payment.status_code, payment.json()["receipt_number"]) == (201, "REC-2026-000001")
    assert (again.json()["id"], alike.status_code) == (payment.json()["id"], 409)
    assert alike.json()["code"] == "possible_duplicate_payment"
    assert [each["amount"]["amount"] for each in statement["lines"]] == [12_500, -12_500]
    assert statement["closing"] == {"amount": 0, "currency": "GBP"}
    assert sum(each["balance"]["amount"] for each in trial["lines"]) == 0
    assert (discarded.status_code, discarded.json()["code"]) == (409, "invoice_immutable")
    with bursary.within():
        assert Payment.objects.count() == 1


def test_graphql_bills_and_records(bursary):
    draft = bursary.draft(3 * 10**9)  # larger than an Int of GraphQL

    def ask(query: str, **variables: object):
        answer = bursary.software().send("/graphql", {"query": query, "variables": variables}).json()
        assert "errors" not in answer, answer
        return answer["data"]

    issued = ask(
        "mutation($ids: [ID!]!) { issueInvoices(input: {invoiceIds: $ids}) { invoices { number total { amount } } "
        "errors { code } } }",
        ids=[str(draft.pk)],
    )
    paid = ask(
        'mutation($a: ID!) { recordPayment(input: {accountId: $a, amount: {amount: 3000000000, currency: "GBP"}, '
        'method: "cash"}) { payment { receiptNumber } errors { code } } }',
        a=str(bursary.account.pk),
    )
    read = ask(
        "query($a: ID!, $s: ID!) { statement(accountId: $a) { closing { amount } lines { purpose } } "
        "fees(studentId: $s) { edges { node { text amount { amount } } } } "
        "payments(accountId: $a) { edges { node { isReversed } } } "
        "invoices(accountId: $a) { edges { node { statuses lines { text } instalments { open { amount } } } } } }",
        a=str(bursary.account.pk),
        s=str(bursary.ada.pk),
    )
    made = ask('mutation { createFee(input: {code: "BUS", name: "Bus", category: "transport"}) { fee { code } } }')

    assert issued["issueInvoices"]["invoices"] == [{"number": "INV-2026-000001", "total": {"amount": 3 * 10**9}}]
    assert paid["recordPayment"]["payment"] == {"receiptNumber": "REC-2026-000001"}
    assert read["statement"] == {"closing": {"amount": 0}, "lines": [{"purpose": "issue"}, {"purpose": "receipt"}]}
    assert read["fees"]["edges"] == [{"node": {"text": "Tuition", "amount": {"amount": 3 * 10**9}}}]
    assert read["invoices"]["edges"][0]["node"]["instalments"] == [{"open": {"amount": 0}}]
    assert made["createFee"]["fee"] == {"code": "BUS"}


def test_statement_and_lists_ask_the_same_number_of_questions_for_one_row_and_for_three(bursary):
    client = bursary.software()
    at = ("/api/v1/billing-accounts/", "/api/v1/invoices/", "/api/v1/payments/", "/fees/", "/fees/invoices/",
          "/api/v1/ledger/entries/", "/fees/payments/", f"/fees/accounts/{bursary.account.pk}/")  # fmt: skip
    own, page = "/fees/mine/", bursary.browser()

    def counts() -> list[int]:
        family = bursary.browser(bursary.mother)
        rest = [statements_for(client if each.startswith("/api/") else page, each) for each in at]
        return [*rest, statements_for(family, own)]

    bursary.bill()
    bursary.pay(1_000)
    one = counts()
    for amount in (2_000, 3_000):
        bursary.bill(amount)
        bursary.pay(amount)
    bursary.bill(account=bursary.other, student=bursary.ben.pk)
    three = counts()
    with bursary.within(), CaptureQueriesContext(connection) as queries:
        read_statement(bursary.account.pk, actor=bursary.actor())

    assert one == three
    asked = [each for each in queries if "fees_" in each["sql"]]
    assert len(asked) <= 4


def test_the_office_bills_a_class_and_records_a_cheque_on_pages(bursary):
    orphan = make_student(bursary.school, name="Noah Nobody")
    page = bursary.browser()
    form = {"item": str(bursary.tuition.pk), "price": "1,250.00", "due_on": "2026-12-31", "instalments": "2"}
    students = [str(bursary.ada.pk), str(bursary.ben.pk)]

    refused = page.post("/fees/invoices/new/", form | {"student": [*students, str(orphan.pk)]})
    billed = page.post("/fees/invoices/new/", form | {"student": students})
    at = f"/fees/payments/new/?account={bursary.account.pk}"
    offered = page.get(at)
    recorded = page.post(at, {"account": str(bursary.account.pk), "amount": "1250.00", "method": "cheque"})
    twice = page.post(at, {"account": str(bursary.account.pk), "amount": "1250.00", "method": "cheque"})
    family = text_of(bursary.browser(bursary.mother).get("/fees/mine/"))
    father = text_of(bursary.browser(bursary.father).get("/fees/mine/"))

    assert "Nobody is named who pays for Noah Nobody" in text_of(refused)
    assert (billed.status_code, recorded.status_code, twice.status_code) == (302, 302, 409)
    assert "record it anyway" in text_of(twice)
    assert 'value="1250.00"' in offered.content.decode()
    assert "You owe nothing." in family
    assert "You owe £1,250.00." in father
    assert "Ada" not in father
    with bursary.within():
        parts = BillingAccount.objects.get(pk=bursary.other.pk).invoices.get().instalments.order_by("due_on")
        days = [(str(part.due_on), part.amount) for part in parts]
        assert days == [("2026-12-31", 62_500), ("2027-01-31", 62_500)]
        assert Person.objects.filter(pk=bursary.account.guardian_id).exists()
