"""What a family owes, on one page: all children, what is due, how to pay, documents."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lyceum.core.actor import Actor
from lyceum.core.money import Money
from lyceum.core.permissions import Permission
from lyceum.core.rest import actor_of
from lyceum.domains.fees.models import BillingAccount, Invoice, Payment
from lyceum.domains.fees.policies import own_accounts
from lyceum.domains.fees.queries import children_on, with_balances, with_parts, with_totals
from lyceum.domains.fees.settings import school_settings
from lyceum.domains.fees.views.accounts import invoice_row


@require_GET
def own_page(request: HttpRequest) -> HttpResponse:
    """One's own accounts, whatever else one may do here."""
    actor = actor_of(request)
    actor.require(Permission.FEES_VIEW)
    return render(request, "fees/own.html", _context(actor))


def _context(actor: Actor) -> dict[str, Any]:
    accounts = list(with_balances(BillingAccount.objects.filter(own_accounts(actor))).order_by("name", "pk"))
    ids = [each.pk for each in accounts]
    rows = Invoice.objects.filter(account__in=ids, lifecycle=Invoice.Lifecycle.ISSUED)
    invoices = list(with_parts(with_totals(rows)).order_by("-issued_on", "-number")[:200])
    payments = Payment.objects.filter(account__in=ids).prefetch_related("receipts", "reversals")
    children = children_on(accounts)
    received = list(payments.order_by("-received_on", "-pk")[:200])
    return {
        "accounts": [
            {
                "account": each,
                "children": children.get(each.pk, []),
                "balance": Money(abs(each.balance), each.currency),
                "is_owed": each.balance > 0,
                "has_credit": each.balance < 0,
                "overdue": Money(each.overdue, each.currency) if each.overdue else None,
                "due": _due(each, invoices),
                "invoices": [invoice_row(x) for x in invoices if x.account_id == each.pk],
                "payments": [_payment(x) for x in received if x.account_id == each.pk],
            }
            for each in accounts
        ],
        "how_to_pay": school_settings().bank_details,
    }


def _due(account: BillingAccount, invoices: list[Any]) -> list[dict[str, Any]]:
    """What is to be paid, by day."""
    parts = [
        {"on": part.due_on, "amount": Money(part.open, account.currency), "invoice": invoice}
        for invoice in invoices
        if invoice.account_id == account.pk
        for part in invoice.instalments.all()
        if part.open
    ]
    return sorted(parts, key=lambda part: part["on"])


def _payment(payment: Payment) -> dict[str, Any]:
    return {
        "payment": payment,
        "amount": Money(payment.amount, payment.currency),
        "receipt": next(iter(payment.receipts.all())),
        "is_reversed": bool(payment.reversals.all()),
    }
