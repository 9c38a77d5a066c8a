"""Invoices and receipts as PDF."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lyceum.core.documents import print_document
from lyceum.core.money import Money
from lyceum.domains.fees.models import Invoice, Payment, Receipt
from lyceum.domains.tenancy.queries import this_school


def _print(template: str, data: Mapping[str, Any]) -> bytes:
    return print_document((files(__package__) / f"{template}.typ").read_bytes(), data)


def invoice_of(invoice: Invoice) -> dict[str, Any]:
    """What an invoice says, with its names and prices as they were issued and what is open of it now."""
    school, found = this_school(), vars(invoice)

    def money(amount: int) -> str:
        return str(Money(amount, invoice.currency))

    return {
        "school": school.name,
        "address": school.address,
        "number": invoice.code or _("Draft"),
        "name": invoice.billed_name or invoice.account.name,
        "to": invoice.billed_address or invoice.account.address,
        "facts": [[_("Date"), date_format(invoice.issued_on, _("j F Y"))]] if invoice.issued_on else [],
        "lines": [
            {
                "text": line.text,
                "student": line.student.person.full_name if line.student else "",
                "quantity": line.quantity,
                "price": money(line.unit_price),
                "amount": money(line.amount),
            }
            for line in invoice.lines.all()
        ],
        "total": money(found["total"]),
        "credited": money(found["credited"]) if found["credited"] else "",
        "instalments": [
            {
                "due": date_format(each.due_on, _("j F Y")),
                "amount": money(each.amount),
                "open": money(vars(each)["open"]),
            }
            for each in invoice.instalments.all()
        ],
        "pay": invoice.how_to_pay,
        "account": invoice.account.number,
        "words": {
            "title": _("Invoice"), "what": _("What"), "quantity": _("Quantity"), "price": _("Price"),
            "amount": _("Amount"), "total": _("Total"), "credited": _("Credited:"), "due": _("When it is due"),
            "until": _("Until"), "open": _("Still to pay"), "pay": _("How to pay"), "reference": _("Reference:"),
        },
    }  # fmt: skip


def print_invoice(invoice: Invoice) -> bytes:
    """An invoice on paper."""
    return _print("invoice", invoice_of(invoice))


def receipt_of(receipt: Receipt) -> dict[str, Any]:
    """What a receipt says."""
    school, payment = this_school(), receipt.payment
    reversal = next(iter(payment.reversals.all()), None)
    facts = [
        (_("Amount"), Money(payment.amount, payment.currency)),
        (_("Received from"), receipt.received_from),
        (_("Received on"), date_format(payment.received_on, _("j F Y"))),
        (_("By"), Payment.Method(payment.method).label),
        (_("Cheque number"), payment.cheque_number),
        (_("Reference"), payment.reference),
        (_("Billing account"), payment.account.number),
    ]
    return {
        "school": school.name,
        "address": school.address,
        "number": receipt.code,
        "void": _("Reversed: this payment does not count.") if reversal else "",
        "facts": [[name, str(value)] for name, value in facts if value],
        "words": {"title": _("Receipt")},
    }


def print_receipt(receipt: Receipt) -> bytes:
    """A receipt on paper."""
    return _print("receipt", receipt_of(receipt))
