"""What fees say over REST. Amounts are in the smallest unit of their currency."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Field, Schema

from lyceum.core.money import MOST, Money
from lyceum.core.rest import Strict
from lyceum.domains.fees.models import (
    BillingAccount,
    CreditNote,
    FeeItem,
    Invoice,
    InvoiceInstalment,
    InvoiceLine,
    LedgerEntry,
    LedgerLine,
    Payment,
)
from lyceum.domains.fees.queries import AGES, statuses_of
from lyceum.domains.fees.rules.deposits import Deposit

Day = date


class MoneyOut(Schema):
    """An amount, as in 12500 for 125.00 GBP."""

    amount: int
    currency: str


class MoneyIn(Strict):
    """An amount in the smallest unit of its currency."""

    amount: int = Field(ge=-MOST, le=MOST)
    currency: str = Field(min_length=3, max_length=3)

    def money(self) -> Money:
        """The same as the rules know it."""
        return Money(self.amount, self.currency.upper())


def money_shape(amount: int, currency: str) -> dict[str, Any]:
    """An amount and its currency."""
    return {"amount": amount, "currency": currency}


class FeeItemOut(Schema):
    """Something that is billed."""

    id: UUID
    code: str
    name: str
    category: str
    is_deposit: bool
    active: bool


def item_shape(item: FeeItem) -> dict[str, Any]:
    """An item."""
    return {"id": item.pk, **{name: getattr(item, name) for name in FeeItemOut.model_fields if name != "id"}}


class OwedOut(Schema):
    """What is owed, by how many days it has been due."""

    not_due: MoneyOut
    to_30: MoneyOut
    to_60: MoneyOut
    to_90: MoneyOut
    over_90: MoneyOut


class BillingAccountOut(Schema):
    """Who is billed, and how they stand: above nothing they owe, below it they have credit."""

    id: UUID
    number: str
    holder: str
    holder_id: UUID
    name: str
    currency: str
    balance: MoneyOut
    owed: OwedOut


def account_shape(account: BillingAccount) -> dict[str, Any]:
    """An account of `with_balances`."""
    found = vars(account)
    owed = {name: money_shape(found[name], account.currency) for name, _from, _to in AGES}
    return {
        "id": account.pk,
        "number": account.number,
        "holder": account.holder,
        "holder_id": getattr(account, f"{account.holder}_id"),
        "name": account.name,
        "currency": account.currency,
        "balance": money_shape(found["balance"], account.currency),
        "owed": owed,
    }


class StatementLineOut(Schema):
    """An entry that changed the balance."""

    entry: UUID
    date: Day
    text: str
    source: str
    source_id: UUID
    purpose: str
    amount: MoneyOut
    balance: MoneyOut


class StatementOut(Schema):
    """How an account came to stand as it does."""

    account: UUID
    number: str
    opening: MoneyOut
    closing: MoneyOut
    lines: list[StatementLineOut]


class LineSourceOut(Schema):
    """What asked for a line."""

    kind: str
    id: UUID


class InvoiceLineOut(Schema):
    """One thing that is billed."""

    id: UUID
    student: UUID | None
    item: UUID
    text: str
    quantity: int
    unit_price: MoneyOut
    amount: MoneyOut
    is_deposit: bool
    source: LineSourceOut | None


class InstalmentOut(Schema):
    """A part and the day by which it is paid."""

    id: UUID
    due_on: Day
    amount: MoneyOut
    open: MoneyOut


class CreditNoteOut(Schema):
    """What takes an invoice back, or a part of it."""

    id: UUID
    invoice: UUID
    number: str
    reason: str
    issued_on: Day
    amount: MoneyOut


class InvoiceOut(Schema):
    """An invoice. Several statuses may hold at once."""

    id: UUID
    account: UUID
    lifecycle: str
    number: str | None
    issued_on: Day | None
    statuses: list[str]
    total: MoneyOut
    paid: MoneyOut
    credited: MoneyOut
    open: MoneyOut
    due_on: Day | None


class InvoiceDetailOut(InvoiceOut):
    """An invoice with its parts."""

    lines: list[InvoiceLineOut]
    instalments: list[InstalmentOut]
    credit_notes: list[CreditNoteOut]


def invoice_shape(invoice: Invoice) -> dict[str, Any]:
    """An invoice of `with_totals`."""
    found, currency = vars(invoice), invoice.currency
    return {
        "id": invoice.pk,
        "account": invoice.account_id,
        "lifecycle": invoice.lifecycle,
        "number": invoice.code or None,
        "issued_on": invoice.issued_on,
        "statuses": statuses_of(invoice),
        "total": money_shape(found["total"], currency),
        "paid": money_shape(found["paid"], currency),
        "credited": money_shape(found["credited"], currency),
        "open": money_shape(found["total"] - found["settled"] if invoice.code else 0, currency),
        "due_on": found["due_on"],
    }


def whole_invoice_shape(invoice: Invoice) -> dict[str, Any]:
    """An invoice of `with_totals` and `with_parts`."""
    return {
        **invoice_shape(invoice),
        "lines": [_line(each, invoice.currency) for each in invoice.lines.all()],
        "instalments": [_instalment(each, invoice.currency) for each in invoice.instalments.all()],
        "credit_notes": [
            credit_note_shape(each, vars(each)["total"], invoice.currency) for each in invoice.credit_notes.all()
        ],
    }


def _line(line: InvoiceLine, currency: str) -> dict[str, Any]:
    return {
        "id": line.pk,
        "student": line.student_id,
        "item": line.item_id,
        "text": line.text,
        "quantity": line.quantity,
        "unit_price": money_shape(line.unit_price, currency),
        "amount": money_shape(line.amount, currency),
        "is_deposit": line.is_deposit,
        "source": {"kind": line.source_kind, "id": line.source_id} if line.source_id else None,
    }


def _instalment(each: InvoiceInstalment, currency: str) -> dict[str, Any]:
    still_open = money_shape(vars(each)["open"], currency)
    return {"id": each.pk, "due_on": each.due_on, "amount": money_shape(each.amount, currency), "open": still_open}


def credit_note_shape(note: CreditNote, total: int, currency: str) -> dict[str, Any]:
    """A credit note."""
    return {
        "id": note.pk,
        "invoice": note.invoice_id,
        "number": note.code,
        "reason": note.reason,
        "issued_on": note.issued_on,
        "amount": money_shape(total, currency),
    }


PaymentMethod = Literal["bank", "cash", "cheque"]


class PaymentOut(Schema):
    """Money that came in. `unallocated` is credit on the account."""

    id: UUID
    account: UUID
    amount: MoneyOut
    method: str
    status: Literal["succeeded", "reversed"]
    received_on: Day
    reference: str
    cheque_number: str
    receipt: UUID
    receipt_number: str
    unallocated: MoneyOut
    reversal_reason: str | None
    recorded_at: datetime


def payment_shape(payment: Payment) -> dict[str, Any]:
    """A payment of `list_payments`."""
    receipt = next(iter(payment.receipts.all()))
    reversal = next(iter(payment.reversals.all()), None)
    left = 0 if reversal else payment.amount - vars(payment)["allocated"]
    return {
        "id": payment.pk,
        "account": payment.account_id,
        "amount": money_shape(payment.amount, payment.currency),
        "method": payment.method,
        "status": "reversed" if reversal else "succeeded",
        "received_on": payment.received_on,
        "reference": payment.reference,
        "cheque_number": payment.cheque_number,
        "receipt": receipt.pk,
        "receipt_number": receipt.code,
        "unallocated": money_shape(left, payment.currency),
        "reversal_reason": reversal.reason if reversal else None,
        "recorded_at": payment.recorded_at,
    }


class DepositOut(Schema):
    """A deposit: what was asked for, and what the school holds of it."""

    id: UUID
    invoice: UUID
    student: UUID | None
    text: str
    asked: MoneyOut
    held: MoneyOut
    is_paid: bool


def deposit_shape(deposit: Deposit) -> dict[str, Any]:
    """A deposit. Its id is that of its line."""
    line = deposit.line
    return {
        "id": line.pk,
        "invoice": line.invoice_id,
        "student": line.student_id,
        "text": line.text,
        "asked": vars(deposit.asked),
        "held": vars(deposit.held),
        "is_paid": deposit.is_paid,
    }


class LedgerAccountOut(Schema):
    """An account of the chart."""

    id: UUID
    code: str
    name: str
    kind: str
    role: str
    currency: str


class LedgerLineOut(Schema):
    """One side of an entry: debits are above nothing, credits below."""

    account: str
    billing_account: UUID | None
    student: UUID | None
    item: UUID | None
    amount: MoneyOut


class LedgerEntryOut(Schema):
    """A posting; its lines come to nothing."""

    id: UUID
    date: Day
    recorded_at: datetime
    source: str
    source_id: UUID
    purpose: str
    text: str
    reverses: UUID | None
    by: str
    lines: list[LedgerLineOut]


def entry_shape(entry: LedgerEntry) -> dict[str, Any]:
    """An entry of `list_entries`."""
    return {
        "id": entry.pk,
        "date": entry.effective_on,
        "recorded_at": entry.recorded_at,
        "source": entry.source_kind,
        "source_id": entry.source_id,
        "purpose": entry.purpose,
        "text": entry.text,
        "reverses": entry.reverses_id,
        "by": entry.by_name,
        "lines": [_ledger_line(line) for line in entry.lines.all()],
    }


def _ledger_line(line: LedgerLine) -> dict[str, Any]:
    return {
        "account": line.account.code,
        "billing_account": line.billing_account_id,
        "student": line.student_id,
        "item": line.item_id,
        "amount": money_shape(line.amount, line.currency),
    }
