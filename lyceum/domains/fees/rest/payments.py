"""Payments and receipts over REST."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Status

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.fees.files import answer_receipt
from lyceum.domains.fees.queries import get_payment, list_payments
from lyceum.domains.fees.rest.invoices import PDF
from lyceum.domains.fees.rest.router import router
from lyceum.domains.fees.rest.shapes import MoneyIn, PaymentMethod, PaymentOut, payment_shape
from lyceum.domains.fees.rules.paying import NewPayment, allocate_payment, record_payment, reverse_payment


class PaymentWalk(Walk):
    """Which payments."""

    account: UUID | None = None


@router.get("payments/", response=ListOf[PaymentOut], operation_id="listPayments")
def payments(request: HttpRequest, walk: Query[PaymentWalk]) -> dict[str, Any]:
    """Payments, the newest first: all for the office, one's own for whoever is billed."""
    page = page_of(
        list_payments(actor_of(request), account=walk.account),
        order=("-received_on", "-pk"),
        limit=walk.limit,
        cursor=walk.cursor,
        count=walk.count,
    )
    return listed(page, [payment_shape(row) for row in page.rows])


class PaymentIn(Strict):
    """Money that came in. Without a day, today; without instalments, what was due first is paid first."""

    account: UUID
    amount: MoneyIn
    method: PaymentMethod
    received_on: date | None = None
    reference: str = Field("", max_length=120)
    cheque_number: str = Field("", max_length=40)
    instalments: list[UUID] = Field(default_factory=list, max_length=100)
    record_anyway: bool = False


@router.post("payments/", response={201: PaymentOut}, operation_id="recordPayment")
def record(request: HttpRequest, body: PaymentIn) -> Status[dict[str, Any]]:
    """Record a payment with its receipt. What is more than is owed becomes credit on the account."""
    actor = actor_of(request)
    new = NewPayment(**body.dict(exclude={"amount"}), amount=body.amount.money())
    return Status(201, payment_shape(get_payment(record_payment(new, actor=actor).pk, actor=actor)))


@router.get("payments/{uuid:payment_id}/", response=PaymentOut, operation_id="getPayment")
def one(request: HttpRequest, payment_id: UUID) -> dict[str, Any]:
    """One payment."""
    return payment_shape(get_payment(payment_id, actor=actor_of(request)))


class ReversalIn(Strict):
    """Why it is no payment."""

    reason: Literal["error", "bounced"]
    note: str = Field("", max_length=300)


@router.post("payments/{uuid:payment_id}/reversals/", response={201: PaymentOut}, operation_id="reversePayment")
def reverse(request: HttpRequest, payment_id: UUID, body: ReversalIn) -> Status[dict[str, Any]]:
    """Say that a payment is none. What it paid is due again, on its old day."""
    actor = actor_of(request)
    reverse_payment(payment_id, reason=body.reason, note=body.note, actor=actor)
    return Status(201, payment_shape(get_payment(payment_id, actor=actor)))


class AllocationIn(Strict):
    """How much of a payment goes to an instalment; an amount below nothing takes as much back."""

    instalment: UUID
    amount: MoneyIn


@router.post("payments/{uuid:payment_id}/allocations/", response={201: PaymentOut}, operation_id="allocatePayment")
def allocate(request: HttpRequest, payment_id: UUID, body: AllocationIn) -> Status[dict[str, Any]]:
    """Put what is left of a payment to an instalment, or take it back: then it is credit on the account."""
    actor = actor_of(request)
    allocate_payment(payment_id, instalment=body.instalment, amount=body.amount.money(), actor=actor)
    return Status(201, payment_shape(get_payment(payment_id, actor=actor)))


@router.get("receipts/{uuid:receipt_id}/pdf/", operation_id="getReceiptPdf", openapi_extra=PDF)
def pdf(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """The receipt on paper."""
    return answer_receipt(receipt_id, actor=actor_of(request))
