"""GraphQL door of fees: what is billed for a student, invoices, statements, payments; billing and recording."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import strawberry

from lyceum.core.connections import Found, Span, connection, find_page
from lyceum.core.graphql import Info, MinorUnits, Node, Payload, act, row_id, row_ids, shown_as, through
from lyceum.core.money import Money as Amount
from lyceum.domains.fees import models
from lyceum.domains.fees.queries import (
    Statement as StatementRow,
)
from lyceum.domains.fees.queries import (
    StatementLine as StatementLineRow,
)
from lyceum.domains.fees.queries import (
    get_invoice,
    get_payment,
    list_invoices,
    list_lines_of,
    list_payments,
    read_statement,
    statuses_of,
    with_parts,
)
from lyceum.domains.fees.rules.invoicing import issue_invoices
from lyceum.domains.fees.rules.items import create_item
from lyceum.domains.fees.rules.paying import NewPayment, record_payment

NEWEST = ("-created_at", "-pk")
LINES = ("-invoice__issued_on", "-invoice__number", "position", "pk")
PAID = ("-received_on", "-pk")
Day = date


@strawberry.type(description="An amount in the smallest unit of its currency, as in 12500 for 125.00 GBP.")
class Money:
    amount: MinorUnits
    currency: str


@strawberry.input(description="An amount in the smallest unit of its currency.")
class MoneyInput:
    amount: MinorUnits
    currency: str


def _money(amount: int, currency: str) -> Any:
    return Amount(amount, currency)


@strawberry.type(description="One thing that was billed.")
class FeeLine(Node):
    text: str
    quantity: int
    is_deposit: bool
    invoice_number: str = through("invoice.code")

    @classmethod
    def is_type_of(cls, row: object, _info: object) -> bool:
        """Rows of the table are of this type."""
        return isinstance(row, models.InvoiceLine)

    @strawberry.field
    def invoice_id(self, line: strawberry.Parent[models.InvoiceLine]) -> strawberry.ID:
        """The invoice that it stands on."""
        return strawberry.ID(str(line.invoice_id))

    @strawberry.field
    def student_id(self, line: strawberry.Parent[models.InvoiceLine]) -> strawberry.ID | None:
        """For whom."""
        return strawberry.ID(str(line.student_id)) if line.student_id else None

    @shown_as(Money)
    def amount(self, line: strawberry.Parent[models.InvoiceLine]) -> Any:
        """What it comes to."""
        return _money(line.amount, line.invoice.currency)


@strawberry.type(description="A part of an invoice and the day by which it is paid.")
class FeeInstalment(Node):
    due_on: Day

    @classmethod
    def is_type_of(cls, row: object, _info: object) -> bool:
        """Rows of the table are of this type."""
        return isinstance(row, models.InvoiceInstalment)

    @shown_as(Money)
    def amount(self, part: strawberry.Parent[models.InvoiceInstalment]) -> Any:
        """What it comes to."""
        return _money(part.amount, part.invoice.currency)

    @shown_as(Money)
    def open(self, part: strawberry.Parent[models.InvoiceInstalment]) -> Any:
        """What is still to pay of it."""
        return _money(vars(part)["open"], part.invoice.currency)


@strawberry.type(description="An invoice. Several statuses may hold at once.")
class Invoice(Node):
    lifecycle: str
    issued_on: Day | None

    @classmethod
    def is_type_of(cls, row: object, _info: object) -> bool:
        """Rows of the table are of this type."""
        return isinstance(row, models.Invoice)

    @strawberry.field
    def account_id(self, invoice: strawberry.Parent[models.Invoice]) -> strawberry.ID:
        """Who is billed."""
        return strawberry.ID(str(invoice.account_id))

    @strawberry.field
    def number(self, invoice: strawberry.Parent[models.Invoice]) -> str | None:
        """As it is printed; a draft has none."""
        return invoice.code or None

    @strawberry.field
    def statuses(self, invoice: strawberry.Parent[models.Invoice]) -> list[str]:
        """What is true of it."""
        return statuses_of(invoice)

    @shown_as(Money)
    def total(self, invoice: strawberry.Parent[models.Invoice]) -> Any:
        """What it comes to."""
        return _money(vars(invoice)["total"], invoice.currency)

    @shown_as(Money)
    def paid(self, invoice: strawberry.Parent[models.Invoice]) -> Any:
        """What came in for it."""
        return _money(vars(invoice)["paid"], invoice.currency)

    @shown_as(Money)
    def open(self, invoice: strawberry.Parent[models.Invoice]) -> Any:
        """What is still to pay."""
        found = vars(invoice)
        return _money(found["total"] - found["settled"] if invoice.code else 0, invoice.currency)

    @shown_as(list[FeeLine])
    def lines(self, invoice: strawberry.Parent[models.Invoice]) -> Any:
        """What is billed."""
        return list(invoice.lines.all())

    @shown_as(list[FeeInstalment])
    def instalments(self, invoice: strawberry.Parent[models.Invoice]) -> Any:
        """When it is due."""
        return list(invoice.instalments.all())


@strawberry.type(description="An entry that changed the balance of an account.")
class StatementLine:
    text: str
    purpose: str
    source: str = through("source_kind")
    date: Day = through("on")

    @strawberry.field
    def entry_id(self, line: strawberry.Parent[StatementLineRow]) -> strawberry.ID:
        """The entry of the ledger."""
        return strawberry.ID(str(line.entry))

    amount: Money
    balance: Money


@strawberry.type(description="How an account came to stand as it does: above nothing is owed, below it is credit.")
class Statement:
    opening: Money
    closing: Money
    lines: list[StatementLine]

    @strawberry.field
    def account_id(self, statement: strawberry.Parent[StatementRow]) -> strawberry.ID:
        """Whose it is."""
        return strawberry.ID(str(statement.account.pk))

    @strawberry.field
    def number(self, statement: strawberry.Parent[StatementRow]) -> str:
        """The account's number."""
        return statement.account.number


@strawberry.type(description="Money that came in.")
class Payment(Node):
    method: str
    received_on: Day
    reference: str

    @classmethod
    def is_type_of(cls, row: object, _info: object) -> bool:
        """Rows of the table are of this type."""
        return isinstance(row, models.Payment)

    @strawberry.field
    def account_id(self, payment: strawberry.Parent[models.Payment]) -> strawberry.ID:
        """Whose account it came in on."""
        return strawberry.ID(str(payment.account_id))

    @shown_as(Money)
    def amount(self, payment: strawberry.Parent[models.Payment]) -> Any:
        """How much."""
        return _money(payment.amount, payment.currency)

    @strawberry.field
    def receipt_number(self, payment: strawberry.Parent[models.Payment]) -> str:
        """Under which it was confirmed."""
        return str(next(iter(payment.receipts.all())).code)

    @strawberry.field
    def is_reversed(self, payment: strawberry.Parent[models.Payment]) -> bool:
        """Whether it turned out to be none."""
        return bool(payment.reversals.all())


@strawberry.type(description="Something that the school bills.")
class FeeItem(Node):
    code: str
    name: str
    category: str
    is_deposit: bool

    @classmethod
    def is_type_of(cls, row: object, _info: object) -> bool:
        """Rows of the table are of this type."""
        return isinstance(row, models.FeeItem)


@strawberry.type
class Query:
    @connection(FeeLine)
    def fees(self, info: Info, span: Span, student_id: strawberry.ID) -> Found:
        """What was billed for a student, on accounts that the caller may read."""
        return find_page(list_lines_of(info.context.actor, row_id(student_id)), order=LINES, span=span)

    @shown_as(Invoice | None)
    def invoice(self, info: Info, id: strawberry.ID) -> Any:
        """One invoice."""
        return get_invoice(row_id(id), actor=info.context.actor)

    @connection(Invoice)
    def invoices(self, info: Info, span: Span, account_id: strawberry.ID | None = None, state: str = "") -> Found:
        """Invoices, newest first."""
        rows = list_invoices(info.context.actor, account=_id(account_id), state=state)
        return find_page(with_parts(rows), order=NEWEST, span=span)

    @shown_as(Statement | None)
    def statement(
        self,
        info: Info,
        account_id: strawberry.ID,
        from_: Annotated[date | None, strawberry.argument(name="from")] = None,
        to: date | None = None,
    ) -> Any:
        """How an account came to stand as it does."""
        return read_statement(row_id(account_id), first=from_, last=to, actor=info.context.actor)

    @connection(Payment)
    def payments(self, info: Info, span: Span, account_id: strawberry.ID | None = None) -> Found:
        """Payments, newest first."""
        return find_page(list_payments(info.context.actor, account=_id(account_id)), order=PAID, span=span)


@strawberry.input(description="Something new to bill. What is of the category deposit is one, unless told otherwise.")
class CreateFeeInput:
    code: str
    name: str
    category: str = "other"
    is_deposit: bool | None = None


@strawberry.input(description="Drafts to issue.")
class IssueInvoicesInput:
    invoice_ids: list[strawberry.ID]


@strawberry.input(description="Money that came in. Without a day, today.")
class RecordPaymentInput:
    account_id: strawberry.ID
    amount: MoneyInput
    method: str
    received_on: date | None = None
    reference: str = ""
    cheque_number: str = ""
    record_anyway: bool = False


@strawberry.type
class FeePayload(Payload):
    fee: FeeItem | None = None


@strawberry.type
class InvoicesPayload(Payload):
    invoices: list[Invoice] | None = None


@strawberry.type
class PaymentPayload(Payload):
    payment: Payment | None = None


@strawberry.type
class Mutation:
    @act
    def create_fee(self, info: Info, input: CreateFeeInput) -> FeePayload:
        """Make an item that can be billed."""
        item: Any = create_item(**vars(input), actor=info.context.actor)
        return FeePayload(fee=item)

    @act
    def issue_invoices(self, info: Info, input: IssueInvoicesInput) -> InvoicesPayload:
        """Issue drafts, with numbers that follow each other."""
        actor = info.context.actor
        issued = issue_invoices(row_ids(input.invoice_ids), actor=actor)
        ids = [each.pk for each in issued]
        found: Any = list(with_parts(list_invoices(actor).filter(pk__in=ids)).order_by("number", "pk"))
        return InvoicesPayload(invoices=found)

    @act
    def record_payment(self, info: Info, input: RecordPaymentInput) -> PaymentPayload:
        """Record a payment with its receipt."""
        actor = info.context.actor
        new = NewPayment(
            row_id(input.account_id),
            Amount(input.amount.amount, input.amount.currency.upper()),
            input.method,
            received_on=input.received_on,
            reference=input.reference,
            cheque_number=input.cheque_number,
            record_anyway=input.record_anyway,
        )
        payment: Any = get_payment(record_payment(new, actor=actor).pk, actor=actor)
        return PaymentPayload(payment=payment)


def _id(given: strawberry.ID | None) -> UUID | None:
    return row_id(given) if given else None
