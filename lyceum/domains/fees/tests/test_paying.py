"""Payments: what was due first is paid first, what is more is credit, and what was none is due again."""

from datetime import date, timedelta

import pytest

from lyceum.core.errors import RuleError
from lyceum.domains.fees.facts import Source
from lyceum.domains.fees.models import Allocation, InvoiceInstalment, LedgerEntry, LedgerLine, Payment
from lyceum.domains.fees.queries import get_account, get_invoice, list_deposits, read_statement, statuses_of
from lyceum.domains.fees.rules.crediting import credit_invoice
from lyceum.domains.fees.rules.deposits import return_deposit, turn_deposit
from lyceum.domains.fees.rules.invoicing import NewInvoice, NewLine, draft_invoice
from lyceum.domains.fees.rules.items import edit_item
from lyceum.domains.fees.rules.paying import NewPayment, record_payment, reverse_payment
from lyceum.domains.fees.tests.conftest import DUE, pounds
from lyceum.domains.journal.models import Fact
from lyceum.testing.factories import as_actor, make_admin

LATER = DUE + timedelta(days=30)


def fact_of(type_name: str) -> dict:
    return Fact.objects.filter(type=type_name).order_by("-at").values_list("payload", flat=True)[0]


def test_a_hundred_in_thirds_lets_the_last_part_take_the_rest(bursary):
    invoice = bursary.bill(10_000, DUE, LATER, LATER + timedelta(days=30))

    with bursary.within():
        amounts = list(invoice.instalments.order_by("due_on").values_list("amount", flat=True))
    assert amounts == [3_333, 3_333, 3_334]


def test_the_oldest_is_paid_first_and_the_rest_pays_the_next_invoice_by_itself(bursary):
    newer, older = bursary.bill(5_000, LATER), bursary.bill(5_000, DUE, source=("event", bursary.ada.pk))
    bursary.pay(6_000)
    received = None
    with bursary.within():
        received = fact_of("fees.payment.received")
        states = [statuses_of(get_invoice(each.pk, actor=bursary.actor())) for each in (older, newer)]
    bursary.pay(10_000)
    with bursary.within():
        credit = get_account(bursary.account.pk, actor=bursary.actor()).balance
    third = bursary.bill(8_000, source=("event", bursary.ben.pk))

    with bursary.within():
        issued, shown = fact_of("fees.invoice.issued"), get_invoice(third.pk, actor=bursary.actor())
        assert states == [["paid"], ["part_paid"]]
        assert received["settled"] == [{"kind": "event", "id": str(bursary.ada.pk)}]
        assert (credit, shown.paid, statuses_of(shown)) == (-6_000, 6_000, ["part_paid"])
        assert issued["settled"] == []


def test_a_bounced_cheque_is_due_again_on_its_old_day_and_both_entries_stay(bursary):
    source = Source(kind="event", id=bursary.ada.pk)
    invoice = bursary.bill(10_000, source=(source.kind, source.id))
    payment = bursary.pay(10_000, "cheque", cheque_number="100234")
    with bursary.within():
        reverse_payment(payment.pk, reason="bounced", actor=bursary.actor())
        reopened = fact_of("fees.payment.reversed")
        (part,) = get_invoice(invoice.pk, actor=bursary.actor()).instalments.all()
        entries = LedgerEntry.objects.filter(source_kind="payment").order_by("recorded_at", "pk")
        with pytest.raises(RuleError) as again:
            reverse_payment(payment.pk, reason="error", actor=bursary.actor())

        assert (part.open, part.due_on) == (10_000, DUE)
        assert [each.purpose for each in entries] == ["receipt", "reversal"]
        assert entries[1].reverses_id == entries[0].pk
        assert reopened["reopened"] == [{"kind": "event", "id": str(source.id)}]
        assert again.value.code == "payment_reversed"
        assert sum(Allocation.objects.values_list("amount", flat=True)) == 0
        assert read_statement(bursary.account.pk, actor=bursary.actor()).closing == pounds(10_000)


def test_what_looks_like_the_same_payment_is_asked_about(bursary):
    bursary.pay(2_500, "cash", reference="Lunch")
    new = NewPayment(bursary.account.pk, pounds(2_500), "cash", reference="Lunch")
    with bursary.within():
        with pytest.raises(RuleError) as refused:
            record_payment(new, actor=bursary.actor())
        record_payment(NewPayment(**vars(new) | {"record_anyway": True}), actor=bursary.actor())

        assert refused.value.code == "possible_duplicate_payment"
        assert Payment.objects.count() == 2


def test_a_credit_note_takes_no_more_than_is_left_and_what_was_paid_is_credit(bursary):
    invoice = bursary.bill(10_000)
    bursary.pay(10_000)
    with bursary.within():
        line = invoice.lines.get()
        credit_invoice(invoice.pk, reason="correction", amounts={line.pk: pounds(4_000)}, actor=bursary.actor())
        with pytest.raises(RuleError) as refused:
            credit_invoice(invoice.pk, reason="correction", amounts={line.pk: pounds(6_001)}, actor=bursary.actor())
        credit_invoice(invoice.pk, reason="cancellation", actor=bursary.actor())

        assert (refused.value.code, refused.value.extra["highest"]) == ("amount_out_of_range", 6_000)
        assert statuses_of(get_invoice(invoice.pk, actor=bursary.actor())) == ["cancelled"]
        assert get_account(bursary.account.pk, actor=bursary.actor()).balance == -10_000


def test_a_deposit_is_no_income_and_goes_back_or_pays_what_is_owed(bursary):
    bursary.bill(30_000, item=bursary.deposit.pk)
    bursary.pay(30_000)
    owed = bursary.bill(12_000)
    approver = as_actor(make_admin(bursary.school), bursary.school)
    with bursary.within():
        (deposit,) = list_deposits(approver, bursary.account.pk)
        with pytest.raises(RuleError) as alone:
            return_deposit(deposit.line.pk, method="bank", actor=bursary.actor())
        turn_deposit(deposit.line.pk, amount=pounds(12_000), actor=bursary.actor())
        return_deposit(deposit.line.pk, method="bank", actor=approver)
        with pytest.raises(RuleError) as nothing_left:
            turn_deposit(deposit.line.pk, amount=pounds(1), actor=bursary.actor())

        roles = ("deposits", "income_tuition", "income_deposit", "bank", "receivable", "credit_on_account")
        rows = LedgerLine.objects.values_list("account__role", "amount")
        sums = {role: sum(amount for of, amount in rows if of == role) for role in roles}
        assert (deposit.held.amount, alone.value.code, nothing_left.value.code) == (
            30_000, "not_allowed", "amount_out_of_range",
        )  # fmt: skip
        assert sums == {
            "deposits": 0, "income_tuition": -12_000, "income_deposit": 0, "bank": 12_000, "receivable": 0,
            "credit_on_account": 0,
        }  # fmt: skip
        assert statuses_of(get_invoice(owed.pk, actor=approver)) == ["paid"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"unit_price": pounds(-1)}, "amount_out_of_range"),
        ({"unit_price": pounds(0)}, "amount_out_of_range"),  # nothing to bill
        ({"unit_price": pounds(10**13)}, "amount_out_of_range"),
        ({"unit_price": type(pounds(1))(100, "EUR")}, "currency_mismatch"),
    ],
)
def test_what_cannot_be_billed(bursary, line, code):
    new = NewInvoice(bursary.account.pk, [NewLine(**{"item": bursary.tuition.pk} | line)])

    with bursary.within(), pytest.raises(RuleError) as refused:
        draft_invoice(new, actor=bursary.actor())
    assert refused.value.code == code


def test_instalments_come_to_the_whole(bursary):
    line = NewLine(bursary.tuition.pk, pounds(1_000))
    new = NewInvoice(bursary.account.pk, [line], [DUE, LATER], [pounds(400), pounds(500)])

    with bursary.within(), pytest.raises(RuleError) as refused:
        draft_invoice(new, actor=bursary.actor())
    assert refused.value.code == "instalments_do_not_add_up"


def test_what_was_issued_keeps_its_words(bursary):
    invoice = bursary.bill()
    with bursary.within():
        edit_item(bursary.tuition.pk, values={"name": "School fees"}, actor=bursary.actor())
        with pytest.raises(RuleError) as refused:
            edit_item(bursary.tuition.pk, values={"category": "meals"}, actor=bursary.actor())

        assert invoice.lines.get().text == "Tuition"
        assert refused.value.code == "item_used"


def test_ages_are_counted_from_the_day_it_was_due(bursary):
    bursary.bill(1_000, date(2026, 11, 20))
    bursary.bill(200, date(2026, 11, 19))
    bursary.bill(30, date(2026, 8, 1))
    with bursary.within():
        account = get_account(bursary.account.pk, actor=bursary.actor())

        ages = {name: getattr(account, name) for name in ("not_due", "to_30", "to_60", "to_90", "over_90")}
        assert ages == {"not_due": 1_000, "to_30": 200, "to_60": 0, "to_90": 0, "over_90": 30}
        assert InvoiceInstalment.objects.count() == 3
