"""Fees: the office manages them, whoever is billed reads their own."""

from lyceum.core.permissions import Permission
from tests.doors.expected.door import About, Door

_p = Permission
_OWN = Door(_p.FEES_VIEW, About.CHILD)
"""The account is the guardian's: the student is under age."""
_ALL = Door(_p.FEES_VIEW, About.WHOLE)
_MANAGE = Door(_p.FEES_MANAGE)
_READ = (_p.FEES_VIEW,)
_POUND = {"amount": 100, "currency": "GBP"}
_LINE = {"item": "{fee_item_id}", "unit_price": _POUND, "student": "{student_id}"}
_PAYMENT = {"account": "{billing_account_id}", "amount": _POUND, "method": "cash"}
_DRAFT = "/api/v1/invoices/{draft_invoice}/"

REST: dict[str, Door] = {
    "listFeeItems": _ALL,
    "createFeeItem": Door(_p.FEES_SETUP, body={"code": "LUNCH", "name": "Lunch", "category": "meals"}),
    "changeFeeItem": Door(_p.FEES_SETUP, body={"name": "School fees"}),
    "getFeesSettings": _ALL,
    "changeFeesSettings": Door(_p.FEES_SETUP, body={"due_days": 30}),
    "listBillingAccounts": Door(_p.FEES_VIEW),
    "openBillingAccount": Door(_p.FEES_MANAGE, body={"holder": "student", "holder_id": "{student_id}"}, shows=_READ),
    "getBillingAccount": _OWN,
    "getStatement": _OWN,
    "listDeposits": _OWN,
    "returnDeposit": Door(_p.FEES_APPROVE, body={"method": "bank"}),
    "useDeposit": Door(_p.FEES_MANAGE, body={}),
    "listInvoices": Door(_p.FEES_VIEW),
    "draftInvoice": Door(_p.FEES_MANAGE, body={"account": "{billing_account_id}", "lines": [_LINE]}, shows=_READ),
    "getInvoice": _OWN,
    "discardInvoice": Door(_p.FEES_MANAGE, path=_DRAFT),
    "issueInvoice": Door(_p.FEES_MANAGE, path=f"{_DRAFT}issue/", shows=_READ),
    "getInvoicePdf": _OWN,
    "creditInvoice": Door(_p.FEES_MANAGE, body={"reason": "correction"}),
    "listPayments": Door(_p.FEES_VIEW),
    "recordPayment": Door(_p.FEES_MANAGE, body=_PAYMENT, shows=_READ),
    "getPayment": _OWN,
    "reversePayment": Door(_p.FEES_MANAGE, body={"reason": "error"}, shows=_READ),
    "allocatePayment": Door(
        _p.FEES_MANAGE,
        body={"instalment": "{paid_instalment}", "amount": {"amount": -100, "currency": "GBP"}},
        shows=_READ,
    ),
    "getReceiptPdf": _OWN,
    "listLedgerAccounts": _ALL,
    "listLedgerEntries": _ALL,
    "getTrialBalance": _ALL,
}
PAGES: dict[str, Door] = {
    "GET fees/": _ALL,
    "POST fees/": Door(_p.FEES_VIEW, About.WHOLE, body={"export": "csv"}),
    "GET fees/mine/": Door(_p.FEES_VIEW),
    "GET fees/accounts/<uuid:billing_account_id>/": _OWN,
    "POST fees/accounts/<uuid:billing_account_id>/": Door(_p.FEES_MANAGE, body={"act": "turn", "row": "{deposit_id}"}),
    "GET fees/entries/<uuid:ledger_entry_id>/": _ALL,
    "GET fees/invoices/": _ALL,
    "POST fees/invoices/": Door(_p.FEES_VIEW, About.WHOLE, body={"export": "csv"}),
    "GET fees/invoices/new/": _MANAGE,
    "POST fees/invoices/new/": Door(
        _p.FEES_MANAGE,
        body={"student": "{student_id}", "item": "{fee_item_id}", "price": "12.50", "due_on": "2026-12-04"},
    ),
    "GET fees/invoices/<uuid:invoice_id>/": _OWN,
    "POST fees/invoices/<uuid:invoice_id>/": Door(_p.FEES_MANAGE, body={"act": "credit", "reason": "correction"}),
    "GET fees/invoices/<uuid:invoice_id>/invoice.pdf": _OWN,
    "GET fees/payments/": _ALL,
    "POST fees/payments/": Door(_p.FEES_VIEW, About.WHOLE, body={"export": "csv"}),
    "GET fees/payments/new/": _MANAGE,
    "POST fees/payments/new/": Door(
        _p.FEES_MANAGE, body={"account": "{billing_account_id}", "amount": "1.00", "method": "cash"}
    ),
    "GET fees/payments/<uuid:payment_id>/": _OWN,
    "POST fees/payments/<uuid:payment_id>/": Door(_p.FEES_MANAGE, body={"reason": "error"}),
    "GET fees/receipts/<uuid:receipt_id>/receipt.pdf": _OWN,
    "GET settings/fees/": Door(_p.FEES_SETUP),
    "POST settings/fees/": Door(_p.FEES_SETUP, body={"name": "Lunch", "code": "LUNCH", "category": "meals"}),
}
