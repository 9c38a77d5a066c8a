"""The books: whatever is done, every entry comes to nothing, and account, invoices and statement say the same."""

from contextlib import suppress
from datetime import timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction
from django.db.models import Sum

from lyceum.core.errors import RuleError
from lyceum.domains.fees.models import (
    CreditNote,
    DepositUse,
    Invoice,
    LedgerAccount,
    LedgerEntry,
    LedgerLine,
    Payment,
    PaymentReversal,
)
from lyceum.domains.fees.queries import (
    get_account,
    list_deposits,
    list_invoices,
    read_statement,
    read_trial_balance,
    with_parts,
)
from lyceum.domains.fees.rules.crediting import credit_invoice
from lyceum.domains.fees.rules.deposits import return_deposit, turn_deposit
from lyceum.domains.fees.rules.invoicing import discard_invoice, issue_invoice
from lyceum.domains.fees.rules.paying import allocate_payment, reverse_payment
from lyceum.domains.fees.tests.conftest import DUE, Bursary, make_bursary, pounds
from lyceum.domains.fees.verifying import verify_books
from lyceum.testing.factories import as_actor, make_admin

ACTS = 80


def act_at_random(bursary: Bursary, dice: Random, approver) -> None:
    """One of the acts that move money, on whatever there is. Some are refused, as in life."""
    actor = bursary.actor()
    account = dice.choice([bursary.account, bursary.other])
    amount = dice.choice([1, 333, 5_000, 10_000, 12_345])
    issued, payments = list(Invoice.objects.filter(lifecycle="issued")), list(Payment.objects.all())
    deposits = list_deposits(actor, account.pk)
    match dice.randrange(8):
        case 0 | 1:
            bursary.bill(amount, *[DUE + timedelta(days=30 * n) for n in range(dice.randint(1, 3))], account=account)
        case 2:
            bursary.bill(amount, account=account, item=bursary.deposit.pk)
        case 3 | 4:
            bursary.pay(amount, dice.choice(["cash", "bank", "cheque"]), account=account)
        case 5 if payments:
            reverse_payment(dice.choice(payments).pk, reason=dice.choice(["bounced", "error"]), actor=actor)
        case 6 if issued:
            invoice = dice.choice(issued)
            lines = None if dice.random() < 0.3 else {invoice.lines.get().pk: pounds(dice.choice([1, 400, 5_000]))}
            credit_invoice(invoice.pk, reason="correction", amounts=lines, actor=actor)
        case 7 if deposits:
            use = dice.choice([turn_deposit, lambda line, **more: return_deposit(line, method="bank", **more)])
            use(dice.choice(deposits).line.pk, amount=dice.choice([None, pounds(100)]), actor=approver)


def test_after_many_random_acts_account_invoices_and_statement_agree(bursary):
    dice, approver = Random(2027), as_actor(make_admin(bursary.school), bursary.school)
    with bursary.within():
        for _act in range(ACTS):
            with suppress(RuleError):
                act_at_random(bursary, dice, approver)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what COMMIT would check

        assert verify_books(actor=approver) == []
        assert LedgerLine.objects.aggregate(sum=Sum("amount"))["sum"] == 0
        assert sum(row.balance for row in read_trial_balance(approver)) == 0
        used = [model.objects.count() for model in (CreditNote, PaymentReversal, DepositUse)]
        assert all(count > 2 for count in used)
        for each in (bursary.account, bursary.other):
            account, statement = get_account(each.pk, actor=approver), read_statement(each.pk, actor=approver)
            owed = sum(getattr(account, age) for age in ("not_due", "to_30", "to_60", "to_90", "over_90"))
            still_open = sum(
                part.open
                for invoice in with_parts(list_invoices(approver, account=each.pk, state="issued"))
                for part in invoice.instalments.all()
            )
            credit = LedgerLine.objects.filter(billing_account=each, account__role="credit_on_account")
            assert statement.closing.amount == account.balance
            assert owed == still_open
            assert account.balance == owed + (credit.aggregate(sum=Sum("amount"))["sum"] or 0)


def post_one_side(entry: LedgerEntry, account: LedgerAccount) -> None:
    LedgerLine.objects.create(entry=entry, account=account, amount=5, currency="GBP")
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_entry_that_does_not_come_to_nothing_is_refused_at_commit(bursary):
    bursary.bill()
    with bursary.within():
        entry, account = LedgerEntry.objects.get(), LedgerAccount.objects.get(role="cash", currency="GBP")
        with pytest.raises(IntegrityError, match="not to nothing"), transaction.atomic():
            post_one_side(entry, account)


def test_the_owner_of_the_tables_cannot_change_a_line(fresh_database):
    """Nor can the application. It is committed, because the owner has a connection of its own."""
    bursary = make_bursary()
    bursary.bill()
    changes = ["UPDATE fees_ledgerline SET amount = amount + 1", "DELETE FROM fees_ledgerline",
               "UPDATE fees_payment SET amount = 1", "DELETE FROM fees_ledgerentry"]  # fmt: skip
    bursary.pay(100)

    for change in changes:
        with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute("SELECT set_config('app.school_id', %s, true)", [str(bursary.school.pk)])
            with pytest.raises(ProgrammingError, match="only ever added"), transaction.atomic(using="owner"):
                cursor.execute(change)
    with bursary.within():
        assert verify_books(actor=bursary.actor()) == []


def test_what_was_issued_is_never_changed(bursary):
    invoice = bursary.bill()
    changes = [
        lambda: Invoice.objects.filter(pk=invoice.pk).update(billed_name="Somebody"),
        lambda: Invoice.objects.filter(pk=invoice.pk).delete(),
        lambda: invoice.lines.update(amount=1, unit_price=1),
        lambda: invoice.instalments.update(amount=1),
        lambda: invoice.instalments.create(amount=1, due_on=DUE),
    ]

    with bursary.within():
        for change in changes:
            with pytest.raises(IntegrityError, match="was issued"), transaction.atomic():
                change()
        with pytest.raises(RuleError) as refused:
            discard_invoice(invoice.pk, actor=bursary.actor())
        assert refused.value.code == "invoice_immutable"
        assert issue_invoice(invoice.pk, actor=bursary.actor()).number == invoice.number
        assert LedgerEntry.objects.filter(source_kind="invoice").count() == 1


def test_a_line_changed_behind_the_books_is_named(bursary):
    """As by a superuser who switches the triggers off."""
    invoice = bursary.bill()
    with transaction.atomic():
        with bursary.within():
            assert verify_books(actor=bursary.actor()) == []
            line = LedgerLine.objects.filter(entry__source_id=invoice.pk).order_by("pk").first()
            account = LedgerAccount.objects.get(role="cash", currency="GBP")
            LedgerLine.objects.create(entry=line.entry, account=account, amount=1, currency="GBP")

            (wrong,) = [each for each in verify_books(actor=bursary.actor()) if "not to nothing" in each]
        with pytest.raises(SystemExit) as ended:
            call_command("ledger", "verify", "--school", bursary.school.slug, stdout=StringIO(), stderr=StringIO())
        transaction.set_rollback(True)  # a commit would refuse it

    assert str(line.pk) in wrong
    assert ended.value.code == 1


def test_an_undone_allocation_is_a_row_of_its_own_and_the_money_is_credit(bursary):
    first = bursary.bill(10_000)
    payment = bursary.pay(10_000)
    with bursary.within():
        instalment = first.instalments.get()
        allocate_payment(payment.pk, instalment=instalment.pk, amount=pounds(-4_000), actor=bursary.actor())
        rows = list(payment.allocations.order_by("recorded_at", "pk").values_list("amount", flat=True))
        with pytest.raises(RuleError) as refused:
            allocate_payment(payment.pk, instalment=instalment.pk, amount=pounds(4_001), actor=bursary.actor())
        second = bursary.bill(3_000)

        assert sorted(rows) == [-4_000, 10_000]
        assert (refused.value.code, refused.value.extra["highest"]) == ("amount_out_of_range", 4_000)
        assert list_invoices(bursary.actor()).get(pk=second.pk).paid == 3_000
        assert verify_books(actor=bursary.actor()) == []
