"""Fees: who owes what, invoices, payments, the books, and what a family sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lyceum.domains.fees.models import BillingAccount, FeeItem, Invoice, LedgerEntry, Payment

if TYPE_CHECKING:
    from tests.browser.samples import Samples

NO_PAGES: dict[str, str] = {"invoice-pdf": "a file", "receipt-pdf": "a file"}


def add(samples: Samples) -> None:
    """Called in the demo school."""
    from tests.browser.samples import GUARDIAN, HEAD  # it imports this package first

    own = BillingAccount.objects.filter(guardian__user__logins__username="guardian").first()
    draft, reversal = Invoice.objects.filter(lifecycle="draft").first(), LedgerEntry.objects.filter(purpose="reversal")
    assert own is not None
    assert draft is not None
    invoice = Invoice.objects.filter(account=own, lifecycle="issued").order_by("number").first()
    bounced = Payment.objects.filter(reversals__isnull=False).first()
    first = invoice.lines.order_by("position").first() if invoice else None
    child = first.student_id if first else None
    assert invoice is not None
    assert bounced is not None
    assert FeeItem.objects.exists()
    samples.add("fees", HEAD, "/fees/")
    samples.add("fees", HEAD, "/fees/?q=zzzz", "nothing found")
    samples.add("own-fees", GUARDIAN, "/fees/mine/")
    samples.add("own-fees", HEAD, "/fees/mine/", "nothing billed")
    samples.add("billing-account", HEAD, f"/fees/accounts/{own.pk}/")
    samples.add("billing-account", GUARDIAN, f"/fees/accounts/{own.pk}/")
    samples.add("ledger-entry", HEAD, f"/fees/entries/{reversal.get().pk}/")
    samples.add("invoices", HEAD, "/fees/invoices/")
    samples.add("new-invoice", HEAD, "/fees/invoices/new/")
    samples.add("new-invoice", HEAD, f"/fees/invoices/new/?student={child}", "one student")
    samples.add("invoice", HEAD, f"/fees/invoices/{invoice.pk}/")
    samples.add("invoice", HEAD, f"/fees/invoices/{draft.pk}/", "draft")
    samples.add("invoice", GUARDIAN, f"/fees/invoices/{invoice.pk}/")
    samples.add("payments", HEAD, "/fees/payments/")
    samples.add("new-payment", HEAD, "/fees/payments/new/")
    samples.add("new-payment", HEAD, f"/fees/payments/new/?account={own.pk}", "of an account")
    samples.add("payment", HEAD, f"/fees/payments/{bounced.pk}/")
    samples.add("settings-fees", HEAD, "/settings/fees/")
