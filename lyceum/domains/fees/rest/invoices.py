"""Invoices and credit notes over REST."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Status

from lyceum.core.paging import page_of
from lyceum.core.rest import ListOf, Strict, Walk, actor_of, listed
from lyceum.domains.fees.files import answer_invoice
from lyceum.domains.fees.models import CreditNoteLine
from lyceum.domains.fees.queries import get_invoice, list_invoices
from lyceum.domains.fees.rest.router import router
from lyceum.domains.fees.rest.shapes import (
    CreditNoteOut,
    InvoiceDetailOut,
    InvoiceOut,
    MoneyIn,
    credit_note_shape,
    invoice_shape,
    whole_invoice_shape,
)
from lyceum.domains.fees.rules.crediting import credit_invoice
from lyceum.domains.fees.rules.invoicing import NewInvoice, NewLine, discard_invoice, draft_invoice, issue_invoice

PDF: dict[str, Any] = {
    "responses": {200: {"description": "OK", "content": {"application/pdf": {"schema": {"type": "string"}}}}}
}


class InvoiceWalk(Walk):
    """Which invoices."""

    account: UUID | None = None
    student: UUID | None = None
    state: Literal["", "draft", "issued", "open"] = ""


@router.get("invoices/", response=ListOf[InvoiceOut], operation_id="listInvoices")
def invoices(request: HttpRequest, walk: Query[InvoiceWalk]) -> dict[str, Any]:
    """Invoices, the newest first: all for the office, those issued to oneself for whoever is billed."""
    page = page_of(
        list_invoices(actor_of(request), account=walk.account, student=walk.student, state=walk.state),
        order=("-created_at", "-pk"),
        limit=walk.limit,
        cursor=walk.cursor,
        count=walk.count,
    )
    return listed(page, [invoice_shape(row) for row in page.rows])


class InvoiceLineIn(Strict):
    """One thing to bill. Without a text, the item’s name."""

    item: UUID
    unit_price: MoneyIn
    quantity: int = Field(1, ge=1, le=10_000)
    student: UUID | None = None
    text: str = Field("", max_length=300)


class InstalmentIn(Strict):
    """A part. Without amounts, all parts are equal, and the last takes what is left over."""

    due_on: date
    amount: MoneyIn | None = None


class InvoiceIn(Strict):
    """A draft. Without instalments it is due as a whole after the school’s usual days."""

    account: UUID
    lines: list[InvoiceLineIn] = Field(min_length=1, max_length=200)
    instalments: list[InstalmentIn] = Field(default_factory=list, max_length=24)


@router.post("invoices/", response={201: InvoiceDetailOut}, operation_id="draftInvoice")
def draft(request: HttpRequest, body: InvoiceIn) -> Status[dict[str, Any]]:
    """Write a draft."""
    actor = actor_of(request)
    new = NewInvoice(
        body.account,
        [NewLine(each.item, each.unit_price.money(), each.quantity, each.student, each.text) for each in body.lines],
        [each.due_on for each in body.instalments],
        [each.amount.money() for each in body.instalments if each.amount],
    )
    return Status(201, whole_invoice_shape(get_invoice(draft_invoice(new, actor=actor).pk, actor=actor)))


@router.get("invoices/{uuid:invoice_id}/", response=InvoiceDetailOut, operation_id="getInvoice")
def one(request: HttpRequest, invoice_id: UUID) -> dict[str, Any]:
    """One invoice with its parts."""
    return whole_invoice_shape(get_invoice(invoice_id, actor=actor_of(request)))


@router.delete("invoices/{uuid:invoice_id}/", response={204: None}, operation_id="discardInvoice")
def discard(request: HttpRequest, invoice_id: UUID) -> Status[None]:
    """Throw a draft away."""
    discard_invoice(invoice_id, actor=actor_of(request))
    return Status(204, None)


@router.post("invoices/{uuid:invoice_id}/issue/", response=InvoiceDetailOut, operation_id="issueInvoice")
def issue(request: HttpRequest, invoice_id: UUID) -> dict[str, Any]:
    """Issue a draft: it gets its number and is owed. Issuing it again changes nothing."""
    actor = actor_of(request)
    return whole_invoice_shape(get_invoice(issue_invoice(invoice_id, actor=actor).pk, actor=actor))


@router.get("invoices/{uuid:invoice_id}/pdf/", operation_id="getInvoicePdf", openapi_extra=PDF)
def pdf(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """The invoice on paper."""
    return answer_invoice(invoice_id, actor=actor_of(request))


class CreditedLineIn(Strict):
    """How much of a line is taken back."""

    line: UUID
    amount: MoneyIn


class CreditNoteIn(Strict):
    """Why, and how much of which lines; without lines, all that is not credited yet."""

    reason: Literal["correction", "cancellation", "withdrawal"]
    lines: list[CreditedLineIn] | None = Field(None, max_length=200)


@router.post("invoices/{uuid:invoice_id}/credit-notes/", response={201: CreditNoteOut}, operation_id="creditInvoice")
def credit(request: HttpRequest, invoice_id: UUID, body: CreditNoteIn) -> Status[dict[str, Any]]:
    """Take back an issued invoice, or a part of it. What was paid already becomes credit on the account."""
    amounts = None if body.lines is None else {each.line: each.amount.money() for each in body.lines}
    note = credit_invoice(invoice_id, reason=body.reason, amounts=amounts, actor=actor_of(request))
    total = sum(CreditNoteLine.objects.filter(credit_note=note).values_list("amount", flat=True))
    return Status(201, credit_note_shape(note, total, note.invoice.currency))
