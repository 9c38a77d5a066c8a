"""Invoices and receipts as answers, for every door that gives them."""

from uuid import UUID

from django.http import HttpResponse

from lyceum.core.actor import Actor
from lyceum.domains.fees.documents.printing import print_invoice, print_receipt
from lyceum.domains.fees.queries import get_invoice, get_receipt


def answer_invoice(invoice_id: UUID, *, actor: Actor) -> HttpResponse:
    """The invoice as PDF, where the actor may read it."""
    invoice = get_invoice(invoice_id, actor=actor)
    return _pdf(print_invoice(invoice), f"invoice-{invoice.number or 'draft'}")


def answer_receipt(receipt_id: UUID, *, actor: Actor) -> HttpResponse:
    """The receipt as PDF, where the actor may read it."""
    receipt = get_receipt(receipt_id, actor=actor)
    return _pdf(print_receipt(receipt), f"receipt-{receipt.number}")


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
