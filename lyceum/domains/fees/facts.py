"""What fees tell the rest of the system: ids, codes and amounts in the smallest unit; never names or texts."""

from datetime import date
from typing import ClassVar
from uuid import UUID

import msgspec

from lyceum.domains.journal.facts import FactPayload


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What asked for a line, as an offer did for its deposit."""

    kind: str
    id: UUID


class InvoiceIssued(FactPayload, frozen=True, kw_only=True):
    """A family was billed."""

    type: ClassVar[str] = "fees.invoice.issued"
    topic: ClassVar[str] = "payments"
    invoice: UUID
    account: UUID
    number: str
    total: int
    currency: str
    due_on: date
    settled: list[Source]
    """What is paid for at once, out of credit on the account."""

    def subject(self) -> str:
        return str(self.invoice)


class CreditNoteIssued(FactPayload, frozen=True, kw_only=True):
    """An invoice was taken back, or a part of it."""

    type: ClassVar[str] = "fees.credit_note.issued"
    topic: ClassVar[str] = "payments"
    credit_note: UUID
    invoice: UUID
    amount: int
    currency: str
    settled: list[Source]

    def subject(self) -> str:
        return str(self.invoice)


class PaymentReceived(FactPayload, frozen=True, kw_only=True):
    """Money came in; `settled` is what is fully paid for by now."""

    type: ClassVar[str] = "fees.payment.received"
    topic: ClassVar[str] = "payments"
    payment: UUID
    account: UUID
    amount: int
    currency: str
    method: str
    settled: list[Source]

    def subject(self) -> str:
        return str(self.payment)


class PaymentReversed(FactPayload, frozen=True, kw_only=True):
    """A payment turned out to be none; `reopened` is what is not fully paid for any more."""

    type: ClassVar[str] = "fees.payment.reversed"
    topic: ClassVar[str] = "payments"
    payment: UUID
    amount: int
    currency: str
    reason_code: str
    reopened: list[Source]

    def subject(self) -> str:
        return str(self.payment)


class PaymentAllocated(FactPayload, frozen=True, kw_only=True):
    """Credit on an account was put to an instalment, or taken from it."""

    type: ClassVar[str] = "fees.payment.allocated"
    topic: ClassVar[str] = "payments"
    payment: UUID
    amount: int
    currency: str
    settled: list[Source]
    reopened: list[Source]

    def subject(self) -> str:
        return str(self.payment)


class DepositUsed(FactPayload, frozen=True, kw_only=True):
    """A deposit was paid back, or became credit on the account."""

    type: ClassVar[str] = "fees.deposit.used"
    topic: ClassVar[str] = "payments"
    line: UUID
    kind: str
    """returned or turned."""
    amount: int
    currency: str
    settled: list[Source]

    def subject(self) -> str:
        return str(self.line)
