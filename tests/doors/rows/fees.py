"""What the guardian of the student was billed and paid: an invoice, a draft, a deposit, a payment with its receipt."""

from datetime import date
from uuid import UUID

from lyceum.core.actor import system_actor
from lyceum.core.money import Money
from lyceum.domains.fees.models import LedgerEntry
from lyceum.domains.fees.rules.accounts import Payer, account_of
from lyceum.domains.fees.rules.invoicing import NewInvoice, NewLine, draft_invoice, issue_invoice
from lyceum.domains.fees.rules.items import create_item
from lyceum.domains.fees.rules.paying import NewPayment, record_payment
from lyceum.domains.people.models import Person
from tests.doors.rows.cast import Cast

DUE = [date(2026, 12, 4)]


def add(cast: Cast) -> dict[str, UUID]:
    """A deposit that was paid, and tuition that is not."""
    actor = system_actor(cast.school.pk)
    guardian = Person.objects.get(user=cast.users["guardian of the student"])
    account = account_of(Payer(guardian=guardian.pk), actor=actor)
    tuition = create_item(code="TUI", name="Tuition", category="tuition", actor=actor)
    deposit = create_item(code="DEP", name="Deposit", category="deposit", actor=actor)

    def draft(item: UUID) -> UUID:
        line = NewLine(item, Money(10_000, "GBP"), student=cast.student.pk)
        return draft_invoice(NewInvoice(account.pk, [line], DUE), actor=actor).pk

    held = issue_invoice(draft(deposit.pk), actor=actor)
    payment = record_payment(NewPayment(account.pk, Money(10_000, "GBP"), "bank"), actor=actor)
    invoice = issue_invoice(draft(tuition.pk), actor=actor)
    return {
        "fee_item_id": tuition.pk,
        "billing_account_id": account.pk,
        "invoice_id": invoice.pk,
        "draft_invoice": draft(tuition.pk),
        "payment_id": payment.pk,
        "receipt_id": payment.receipts.get().pk,
        "deposit_id": held.lines.get().pk,
        "paid_instalment": held.instalments.get().pk,
        "ledger_entry_id": LedgerEntry.objects.get(source_kind="payment").pk,
    }
